"""Amili by its API: requests in the documented shapes, answers read, faults, and what is looked up before a retry."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hub.errors import (
    ConfigurationError,
    DataError,
    FormatError,
    OutcomeUnknownError,
    RejectedError,
    TransientError,
)
from hub.model.attempts import Delivered, Finding, Message
from hub.model.claims import FeeType
from hub.model.collection import (
    CaseClosed,
    CaseRef,
    CollectionStep,
    Manner,
    OrderKind,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    Stage,
    StatusTold,
)
from hub.model.parties import PostalAddress
from hub.testing.contexts import ContextInMemory, StateInMemory
from hub.testing.sample_cases import CLAIM, DEBTOR, PAYMENT, TERMS, batch_of, changed, order_of
from hub_collection_agencies.amili.wire import day_of, rfc_date
from hub_collection_agencies.plugin import Plugin
from hub_collection_agencies.sandbox import CREDITOR, AmiliSandbox
from hub_collection_agencies.sandbox_amili import Refused
from hub_collection_agencies.settings import CollectionAgenciesSettings

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OURS = TERMS.model_copy(update={"customer_no": CREDITOR})
TO_AMILI = (OrderKind.CLAIM, OrderKind.DIRECT_PAYMENT, OrderKind.CREDIT, OrderKind.RECALL)


class World:
    """Amili on this machine, and the two halves of the adapter."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.sandbox = AmiliSandbox(folder)
        self.sandbox.service.now = lambda: AT
        self._settings: dict[str, Any] = {"list_every_days": 0, **settings}
        self.state = StateInMemory()

    @property
    def agency(self) -> Any:
        return self._plugin().hub_collection_agencies(self._context())[0]

    @property
    def channel(self) -> Any:
        """A new one each time: nothing is kept between calls but the state."""
        return self._plugin().hub_delivery_channels(self._context())[0]

    def order(self, kind: OrderKind = OrderKind.CLAIM, **changes: Any) -> Any:
        return order_of(kind, **{"terms": OURS, **changes})

    def message(self, order: Any, key: str = "k" * 32) -> Message:
        batch = batch_of(order, file_no=0)
        return Message(key, self.agency.write(batch), f"b/{self.agency.file_name(batch)}")

    def send(self, order: Any, key: str = "k" * 32) -> Delivered:
        delivered: Delivered = self.channel.send(self.message(order, key))
        return delivered

    def send_in_vain(self, order: Any, fault: str) -> Delivered:
        """Send while a fault is ordered; an answer that does not come is waited for no longer than a test should."""
        self.sandbox.order(fault)
        if fault.startswith("time_out"):
            self._settings["timeout_s"] = 0.2
        try:
            return self.send(order)
        finally:
            self._settings.pop("timeout_s", None)

    def read(self, content: bytes) -> list[Any]:
        return list(self.agency.read(io.BytesIO(content)))[1:-1]

    def case(self) -> Any:
        (case,) = self.sandbox.service.books.cases.values()
        return case

    def _plugin(self) -> Plugin:
        table = {**self.sandbox.settings["amili"], "timeout_s": 10, **self._settings}
        return Plugin(CollectionAgenciesSettings.model_validate({"amili": table}))

    def _context(self) -> ContextInMemory:
        (key,) = self.sandbox.secrets.values()
        return ContextInMemory({"amili.api_key": key}, state=self.state)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    with made.sandbox:
        yield made


def body_of(world: World, order: Any) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(world.message(order).content, parse_float=Decimal)
    return said


# Requests in the documented shapes


def test_a_registration_has_the_documented_fields(world):
    said = body_of(world, world.order())

    assert said["resource"] == "case--registrations"
    assert said["body"] == {
        "account": "account-1",
        "creditor": "creditor-1",
        "first_action": "debt_collection",
        "currency": "SEK",
        "customer": {
            "name": "Tolvan Tolvansson",
            "id_number": "191212121212",
            "is_company": False,
            "is_person": True,
            "address": {
                "address_line_1": "Storgatan 1",
                "zip_code": "12345",
                "city": "Örnsköldsvik",
                "country": "SE",
            },
            "mobile_number": "0701740605",
            "email": "tolvan@example.org",
        },
        "debts": [
            {
                "invoice_number": "10010007",
                "debt_description": 'Vatten; "hösten"',
                "invoice_date": "Mon, 31 Aug 2026 00:00:00 GMT",
                "capital_to_claim": Decimal("1000.50"),
                "invoice_due_days_after_invoice_date": 30,
                "fees_already_claimed": {
                    "reminder": {
                        "amount": Decimal("60.00"),
                        "fee_registration_date": "Mon, 12 Oct 2026 00:00:00 GMT",
                    }
                },
            }
        ],
    }


def test_payments_creditings_and_cancellations_have_the_documented_fields(world):
    payment = body_of(world, world.order(OrderKind.DIRECT_PAYMENT, agency_case_no="A0000001"))
    crediting = body_of(world, world.order(OrderKind.CREDIT))
    cancellation = body_of(world, world.order(OrderKind.RECALL))

    assert (payment["resource"], payment["body"]) == (
        "creditor--payments",
        {
            "creditor": "creditor-1",
            "case": "A0000001",
            "origin": "creditor_system",
            "currency": "SEK",
            "amount": Decimal("500.00"),
            "bank_transaction_date": "Tue, 24 Nov 2026 00:00:00 GMT",
            "client_registration_date": "Mon, 23 Nov 2026 00:00:00 GMT",
            "creditor_payment_reference": "P-1",
        },
    )
    assert crediting["body"]["credit_invoice"] == "K77"
    assert crediting["body"]["creditor_reference"] == "K-1"
    assert ("case" in crediting["body"], crediting["body"]["invoice_number"]) == (False, "10010007")
    assert cancellation["body"] == {
        "creditor": "creditor-1",
        "invoice_number": "10010007",
        "origin": "creditor_system",
    }


def test_reminders_are_asked_for_by_the_first_action(world):
    assert body_of(world, world.order(step=CollectionStep.REMIND))["body"]["first_action"] == "reminder"


@pytest.mark.parametrize(("iso", "written"), [
    ("2025-07-04", "Fri, 04 Jul 2025 00:00:00 GMT"),
    ("2025-07-04T13:43:19+00:00", "Fri, 04 Jul 2025 13:43:19 GMT"),
    ("2025-07-04T15:43:19+02:00", "Fri, 04 Jul 2025 13:43:19 GMT"),
])  # fmt: skip
def test_dates_are_written_by_rfc_1123_and_read_by_both(iso, written):
    assert rfc_date(iso) == written
    assert day_of(written) == day_of("2025-07-04T13:43:19Z") == "2025-07-04"


def test_an_order_goes_at_once_in_a_message_of_its_own(world):
    assert world.agency.manner is Manner.AT_ONCE
    with pytest.raises(DataError, match="a message for each order"):
        world.agency.write(batch_of(world.order(), world.order(OrderKind.RECALL)))


def claim_with(**changes: Any) -> Any:
    return CLAIM.model_copy(update=changes)


REFUSED = {
    "SEK only": {"claim": claim_with(currency="EUR")},
    "two cases": {"claim": claim_with(claim_version=2)},
    "one debtor": {"claim": claim_with(debtors=(DEBTOR, DEBTOR))},
    "12 digits": {"claim": claim_with(debtors=(DEBTOR.model_copy(update={"identity": ""}),))},
    "town": {"claim": claim_with(debtors=(DEBTOR.model_copy(update={"address": PostalAddress()}),))},
    "another fee": {"claim": claim_with(fees=(CLAIM.fees[0].model_copy(update={"type": FeeType.DEMAND}),))},
    "interest has been debited": {"claim": changed(order_of(), interest_open_ore=1).claim},
    "customer_no": {"terms": TERMS.model_copy(update={"customer_no": ""})},
}  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_what_amili_does_not_take_is_said_before_it_is_sent(world, said):
    order = world.order(**REFUSED[said])

    assert said in world.agency.why_not(order)
    assert "1912" not in world.agency.why_not(order)
    with pytest.raises(DataError, match=said):
        world.agency.write(batch_of(order, file_no=0))


@pytest.mark.parametrize("kind", [OrderKind.HOLD, OrderKind.RELEASE, OrderKind.DEBTOR_UPDATE])
def test_what_has_no_public_way_is_told_by_hand(world, kind):
    assert "by hand" in world.agency.why_not(world.order(kind))


# Answers


def test_a_registration_is_answered_with_case_and_reference(world):
    delivered = world.send(world.order())

    assert world.read(delivered.answer) == [
        Receipt(CaseRef("C-1", "", "10010007"), True, "O-1", "A0000001", "90000001")
    ]
    assert world.case().left == {"capital": 100_050, "interest": 0, "fee": 6_000}


def test_payments_creditings_and_cancellations_reach_the_case(world):
    world.send(world.order())
    answers = [world.send(world.order(kind, agency_case_no="A0000001"), str(kind)) for kind in TO_AMILI[1:]]

    receipts = [world.read(answer.answer)[0] for answer in answers]
    assert [(one.is_accepted, one.order_key, one.code) for one in receipts] == [
        (True, "O-2", "completed"), (True, "O-3", "completed"), (True, "O-4", "completed"),
    ]  # fmt: skip
    assert (world.case().direct_ore, world.case().credited_ore, world.case().is_recalled) == (50_000, 10_000, True)


def test_a_crediting_in_error_is_refused_with_its_reason(world):
    world.send(world.order())
    world.sandbox.order("crediting_error")

    (receipt,) = world.read(world.send(world.order(OrderKind.CREDIT)).answer)

    assert (receipt.is_accepted, receipt.code, receipt.text) == (False, "error", "cannot be credited")


def test_an_unknown_case_is_rejected(world):
    with pytest.raises(RejectedError):
        world.send(world.order(OrderKind.DIRECT_PAYMENT, agency_case_no="A7777777"))


# Faults


@pytest.mark.parametrize(("fault", "error"), [
    ("too_many", TransientError),
    ("busy", TransientError),
    ("refuse", RejectedError),
    ("error", OutcomeUnknownError),
    ("error_after_accept", OutcomeUnknownError),
    ("reset_after_accept", OutcomeUnknownError),
    ("time_out_after_accept", OutcomeUnknownError),
])  # fmt: skip
@pytest.mark.parametrize("kind", TO_AMILI)
def test_what_a_fault_leaves_is_looked_up_before_anything_is_sent_again(world, kind, fault, error):
    if kind is not OrderKind.CLAIM:
        world.send(world.order(), "first")
    taken_before = len(world.sandbox.received())
    order = world.order(kind)
    with pytest.raises(error):
        world.send_in_vain(order, fault)

    was_taken = len(world.sandbox.received()) - taken_before
    probed = world.channel.probe_message(world.message(order))

    assert was_taken == (1 if "after_accept" in fault else 0)
    assert probed.finding is (Finding.DELIVERED if was_taken else Finding.NOT_DELIVERED)
    if was_taken:
        (receipt,) = world.read(probed.answer)
        assert (receipt.is_accepted, receipt.order_key) == (True, order.order_key)
        assert receipt.agency_case_no == ("A0000001" if kind is OrderKind.CLAIM else "")


def test_a_claim_that_was_recalled_and_handed_over_again_is_told_from_the_first(world):
    world.send(world.order(), "first")
    world.send(world.order(OrderKind.RECALL, agency_case_no="A0000001"), "recall")
    again = world.order(order_key="O-9", claim_id="C-2")
    world.sandbox.order("error")
    with pytest.raises(OutcomeUnknownError):
        world.send(again, "again")
    before = world.channel.probe_message(world.message(again, "again"))
    world.send(again, "again")
    after = world.channel.probe_message(world.message(again, "again"))

    assert (before.finding, after.finding) == (Finding.NOT_DELIVERED, Finding.DELIVERED)
    assert world.read(after.answer)[0].agency_case_no == "A0000002"


@pytest.mark.parametrize("fault", ["ask_error", "ask_busy", "ask_too_many", "ask_reset_before_reading"])
def test_a_question_without_an_answer_is_asked_again_later(world, fault):
    world.send(world.order())
    world.sandbox.order(fault)

    with pytest.raises(TransientError) as raised:
        world.channel.probe_message(world.message(world.order()))
    assert raised.value.retry_after_s == (1 if fault in ("ask_busy", "ask_too_many") else None)


def test_an_access_token_that_is_refused_stops_everything(world):
    world.sandbox.service.key = "another"

    for call in (lambda: world.send(world.order()), lambda: world.agency.fetch("")):
        with pytest.raises(ConfigurationError):
            call()


def test_no_error_has_the_token_or_the_debtor(world):
    (key,) = world.sandbox.secrets.values()
    for fault in ("refuse", "error", "reset_after_accept"):
        world.sandbox.order(fault)
        with pytest.raises((RejectedError, OutcomeUnknownError)) as raised:
            world.send(world.order())
        assert key not in str(raised.value)
        assert "Tolvan" not in str(raised.value)
        assert "1912" not in str(raised.value)


# What is new


def fetch_all(world: World, cursor: str = "") -> tuple[list[Any], str]:
    events: list[Any] = []
    while True:
        fetched = world.agency.fetch(cursor)
        for file in fetched.files:
            events += world.read(file.content)
        cursor = fetched.cursor
        if not fetched.has_more:
            return events, cursor


def test_cases_come_as_they_change_and_not_again(world):
    world.send(world.order())
    first, cursor = fetch_all(world)
    nothing, cursor = fetch_all(world, cursor)
    world.sandbox.service.books.advance("A0000001", "krav_sent")
    second, cursor = fetch_all(world, cursor)
    ref = CaseRef("", "A0000001", "10010007")

    assert first == [StatusTold(ref, Stage.TRANSFERRED, "2026-11-23", "", "initialized", 100_050)]
    assert nothing == []
    assert second == [StatusTold(ref, Stage.DEMAND_SENT, "2026-11-23", "", "debt_collection_active", 100_050)]


def test_a_payout_comes_whole_and_once(world):
    world.send(world.order())
    world.sandbox.service.books.pay("A0000001", 124_050, "2026-11-23")
    _, cursor = fetch_all(world)
    world.sandbox.work("2026-11-24", pays_out=True)
    events, cursor = fetch_all(world, cursor)
    again, _ = fetch_all(world, cursor)
    ref = CaseRef("", "A0000001", "10010007")
    net_ore = 106_050 - 4_242 - 1_061

    assert events == [
        CaseClosed(ref, "PAID_AGENCY", "2026-11-23", said="closed"),
        SettlementOpened("U000001", "2026-11-24"),
        SettlementRow(
            CaseRef(invoice_no="10010007"), 100_050, 0, 6_000, commission_ore=4_242, vat_ore=1_061, net_ore=net_ore,
            date="2026-11-24",
        ),
        SettlementClosed(1, net_ore),
    ]  # fmt: skip
    assert again == []


def test_payouts_are_found_behind_a_page_of_rows_that_are_not_paid_out(tmp_path):
    world = World(tmp_path, page_size=2)
    moment = "Tue, 03 Nov 2026 12:00:00 GMT"
    row = {"_created": moment, "_updated": moment, "booking_date": moment, "finance_category": "capital"}
    row |= {"amount": Decimal(1), "vat_amount": Decimal(0), "total_amount": Decimal(1), "invoice_number": "1001"}
    waiting = [{**row, "_id": f"W{number}", "payout_reference": ""} for number in range(3)]
    with world.sandbox:
        world.sandbox.service._specifications = lambda: iter(
            [{**row, "_id": "P", "_created": "Mon, 02 Nov 2026 12:00:00 GMT", "payout_reference": "U1"}, *waiting]
        )
        files = world.agency.fetch("").files

    assert [file.name for file in files] == ["payout-U1.json"]


def test_what_was_before_the_first_day_is_not_fetched(tmp_path):
    for number, (begins_on, count) in enumerate((("2026-11-24", 0), ("2026-11-23", 4))):
        world = World(tmp_path / str(number), begins_on=begins_on)
        with world.sandbox:
            world.send(world.order())
            world.sandbox.service.books.pay("A0000001", 124_050, "2026-11-23")
            world.sandbox.work("2026-11-23", pays_out=True)
            events, _ = fetch_all(world)
        assert len(events) == count


def test_by_itself_amili_goes_on_when_it_is_told_to(world):
    world.send(world.order())
    for what in ("debtor_pays", "pays_out"):
        world.sandbox.order(what)
    events, _ = fetch_all(world)

    assert [type(event) for event in events] == [CaseClosed, SettlementOpened, SettlementRow, SettlementClosed]
    assert len(world.sandbox.received()) == 1


def test_pages_are_asked_for_until_the_last(tmp_path):
    world = World(tmp_path, page_size=3)
    with world.sandbox:
        for number in range(1, 8):
            world.send(changed(world.order(order_key=f"O-{number}"), invoice_no=str(number)), str(number))
        events, cursor = fetch_all(world)
        nothing, _ = fetch_all(world, cursor)

    assert sorted(event.case.invoice_no for event in events) == list("1234567")
    assert nothing == []


def test_a_case_that_changes_while_pages_are_fetched_hides_no_other(tmp_path, monkeypatch):
    world = World(tmp_path, page_size=2)
    moments = iter(range(1000))
    world.sandbox.service.now = lambda: AT + timedelta(seconds=next(moments))
    with world.sandbox:
        for number in range(1, 6):
            world.send(changed(world.order(order_key=f"O-{number}"), invoice_no=str(number)), str(number))
        fetch_all(world)  # every case has its moment now
        service, asked = world.sandbox.service, iter(range(100))
        answer = service.answer

        def changing(request, fault):
            if next(asked) == 1:  # between the first page and the second
                service.books.advance("A0000001", "krav_sent")
            return answer(request, fault)

        monkeypatch.setattr(service, "answer", changing)
        events, _ = fetch_all(world)

    assert {event.case.invoice_no for event in events if isinstance(event, StatusTold)} == set("12345")


def test_open_cases_are_listed_once_in_some_days(tmp_path):
    world = World(tmp_path, list_every_days=2, page_size=2)
    with world.sandbox:
        for number in range(1, 6):
            world.send(changed(world.order(order_key=f"O-{number}"), invoice_no=str(number)), str(number))
        world.sandbox.service.books.pay("A0000002", 124_050, "2026-11-23")
        world.sandbox.work("2026-11-23", pays_out=True)
        files = world.agency.fetch("")
        (listed,) = [file for file in files.files if file.name.startswith("open-cases-")]
        opened, *cases, closed = world.agency.read(io.BytesIO(listed.content))
        place = json.loads(files.cursor)
        again = {}
        for days in (0, 1, 2):
            cursor = json.dumps({**place, "listed": str(date.fromisoformat(place["listed"]) - timedelta(days))})
            again[days] = [file.name for file in world.agency.fetch(cursor).files if file.name.startswith("open")]
        none = World(tmp_path / "none", list_every_days=1)
        with none.sandbox:
            (empty,) = none.agency.fetch("").files

    assert (opened.lists_cases, closed.events) == (True, 4)
    assert [(one.case.agency_case_no, one.case.invoice_no, one.principal_left_ore) for one in cases] == [
        (f"A000000{number}", str(number), 100_050) for number in (1, 3, 4, 5)
    ]
    assert ([bool(again[days]) for days in (0, 1, 2)], json.loads(empty.content)["resource"]) == (
        [False, False, True],
        "open_cases",
    )


def test_a_list_that_is_not_answered_keeps_nothing_else_back(tmp_path, monkeypatch):
    world = World(tmp_path, list_every_days=1)
    with world.sandbox:
        world.send(world.order())
        listed = world.sandbox.service._listed

        def refusing(name, where):
            if "closed" in where:
                raise Refused(422, "closed")
            return listed(name, where)

        monkeypatch.setattr(world.sandbox.service, "_listed", refusing)
        fetched = world.agency.fetch("")

    assert [file.name.partition("-")[0] for file in fetched.files] == ["cases"]
    assert json.loads(fetched.cursor)["listed"] == ""


def test_a_word_that_nobody_has_seen_is_unknown_until_the_settings_say_it(tmp_path):
    for known, stage in (({}, Stage.UNKNOWN), ({"stages": {"never_heard_of": "paused"}}, Stage.PAUSED)):
        world = World(tmp_path / str(len(known)), **known)
        with world.sandbox:
            world.send(world.order())
            world.sandbox.order("unknown_status")
            (event,), _ = fetch_all(world)
        assert (event.stage, event.said) == (stage, "never_heard_of")


def test_a_category_that_nobody_has_seen_is_never_guessed_at(world):
    world.send(world.order())
    world.sandbox.service.books.pay("A0000001", 124_050, "2026-11-23")
    world.sandbox.work("2026-11-24", pays_out=True)
    world.sandbox.order("odd_category", 50)

    with pytest.raises(FormatError, match="categories"):
        fetch_all(world)


@pytest.mark.parametrize("content", [
    b"", b"{}", b"[]", b"\xff", b'{"resource": "cases"}', b'{"resource": "cases", "pages": [{"_items": 7}]}',
    b'{"resource": "cases", "pages": [{"_items": [{}]}]}', b'{"answer_to": {}, "answer": {}}', b"[" * 100_000,
    b'{"resource": "cases", "pages": [{"_items": [{"_id": "A", "total_remaining_capital_amount": "x"}]}]}',
    b'{"resource": "cases", "pages": [{"_items": [{"_id": "A", "total_remaining_capital_amount": 1e999999}]}]}',
    b'{"resource": "cases", "pages": [{"_items": [{"_id": "A", "latest_state_date": "soon"}]}]}',
])  # fmt: skip
def test_what_amili_does_not_say_is_refused(world, content):
    with pytest.raises(FormatError):
        world.read(content)


def test_a_payment_taken_back_is_told_by_hand(world):
    back = PAYMENT.model_copy(update={"amount_ore": -50_000})

    assert "by hand" in world.agency.why_not(world.order(OrderKind.DIRECT_PAYMENT, payment=back))
