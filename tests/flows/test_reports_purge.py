"""A purge takes names and leaves numbers, amounts and entries: no past list changes by an öre."""

from __future__ import annotations

import json
from datetime import date

import pytest
from imported_ledger import TENANT
from report_world import TODAY, ReportLedger
from sqlalchemy import Engine, text

from hub.errors import DataError, RuleViolation
from hub.model.dunning_plans import PLAN_COMMAND, PlanItem, PlanState, StepTaken
from hub.model.limitation import InterruptedBy, Interruption
from hub.model.purging import PurgeKept, PurgeTerms
from hub.model.reports import BalanceRow, Standing
from hub.services.reports import purging
from hub.services.verifying import accounts_by
from hub.store.database import writing
from hub.store.verifying import SqlVerifying

NAMED = {
    "debtor_name": "Örjan Ek",
    "debtor_identity": "19121212-1212",
    "debtor_number": "K5",
    "register_identity": "19121212",
    "refers_to": "Care of Örjan",
    "second_debtor_name": "Ärla Ek",
}
TERMS = PurgeTerms(paid_before=date(2026, 11, 1))


@pytest.fixture
def ledger(engine: Engine) -> ReportLedger:
    made = ReportLedger(engine)
    made.on(date(2026, 9, 1))
    numbers = ("1001", "1002", "1003")
    made.rows(*({**NAMED, "number": number, "invoice_date": "2026-09-01"} for number in numbers))
    made.post("1001", -100_000, "payment", on=date(2026, 10, 20))
    made.post("1002", -100_000, "payment", on=date(2026, 11, 1))
    made.on(TODAY)
    return made


def planned(ledger: ReportLedger, terms: PurgeTerms = TERMS) -> int:
    with ledger.store.write() as work:
        return purging.plan_purge(work, terms, "clerk").plan_no


def listed(ledger: ReportLedger, plan_no: int, sort: PurgeKept = PurgeKept.INVOICE) -> list[tuple[str, str, str]]:
    with ledger.store.read() as work:
        return [(row.number, row.state, row.reason) for row in work.purges.rows(plan_no, sort, ())]


def without_names(rows: list[BalanceRow]) -> list[tuple[object, ...]]:
    return [(row.company, row.routine, row.number, row.version, *row[-4:]) for row in rows]


def test_only_what_is_settled_and_was_paid_before_the_day_is_planned(ledger: ReportLedger) -> None:
    assert listed(ledger, planned(ledger)) == [("1001", "planned", "")]
    assert listed(ledger, planned(ledger, PurgeTerms(paid_before=date(2026, 11, 2)))) == [
        ("1001", "planned", ""),
        ("1002", "planned", ""),
    ]


@pytest.mark.parametrize(
    "terms",
    [
        PurgeTerms(paid_before=date(2026, 10, 20)),
        PurgeTerms(paid_before=TODAY, companies=("2",)),
        PurgeTerms(paid_before=TODAY, routines=("09",)),
        PurgeTerms(paid_before=TODAY, number_from="1003"),
        PurgeTerms(paid_before=TODAY, number_to="1000"),
    ],
)
def test_plan_is_narrowed(ledger: ReportLedger, terms: PurgeTerms) -> None:
    assert listed(ledger, planned(ledger, terms)) == []


def test_a_plan_erases_nothing_and_its_execution_erases_every_name(ledger: ReportLedger) -> None:
    plan = planned(ledger)
    assert ledger.one("1001").debtor_name == "Örjan Ek"

    done = purging.execute_purge(ledger.store, plan)

    assert (done.state, done.purged, done.planned, done.left_out) == (PlanState.EXECUTED, 1, 0, 0)
    kept = ledger.sql("SELECT * FROM receivable WHERE number = '1001'")
    assert not any(name in str(kept) for name in ("Ek", "1212", "K5", "Örjan"))
    assert ledger.one("1002").debtor_name == "Örjan Ek"


def test_no_past_list_and_no_proof_of_the_books_changes(ledger: ReportLedger) -> None:
    days = (date(2026, 9, 30), date(2026, 10, 20), TODAY)
    before = [without_names(ledger.balances(day, standing=Standing.ALL)) for day in days]
    plan = planned(ledger)

    purging.execute_purge(ledger.store, plan)

    assert [without_names(ledger.balances(day, standing=Standing.ALL)) for day in days] == before
    results, _, _ = SqlVerifying(ledger.engine, ledger.store.tenant).verify(accounts_by(TENANT))
    assert {"OPEN_ITEM_DIFFERS", "RECEIVABLE_DIFFERS", "VOUCHER_DIFFERS"}.isdisjoint(
        result.code for result in results if result.found
    )


def test_each_is_looked_at_again_when_the_plan_is_carried_out(ledger: ReportLedger) -> None:
    plan = planned(ledger, PurgeTerms(paid_before=date(2026, 11, 2)))
    ledger.post("1001", 5_000, "manual_debit", on=date(2026, 10, 21))
    ledger.post("1002", 1, "manual_debit", on=date(2026, 11, 3))
    ledger.post("1002", -1, "manual_payment", on=date(2026, 11, 3))

    purging.execute_purge(ledger.store, plan)

    assert listed(ledger, plan) == [("1001", "left_out", "not_settled"), ("1002", "left_out", "paid_later")]
    assert ledger.one("1001").debtor_name == "Örjan Ek"


def test_excluded_holds_are_left_out_with_the_reason(ledger: ReportLedger) -> None:
    with ledger.store.write() as work:
        held = work.receivables.find(number="1001")[0].receivable_id
        work.receivables.set_hold(held, code="7", reason="dispute", source="clerk", until_date=None)

    assert listed(ledger, planned(ledger, TERMS.model_copy(update={"excluded_holds": ("7", "8")}))) == [
        ("1001", "left_out", "held")
    ]
    assert listed(ledger, planned(ledger, TERMS.model_copy(update={"excluded_holds": ("8",)}))) == [
        ("1001", "planned", "")
    ]


def test_at_most_four_holds_are_excluded() -> None:
    with pytest.raises(ValueError, match="at most 4"):
        PurgeTerms(paid_before=TODAY, excluded_holds=("1", "2", "3", "4", "5"))


def test_an_old_version_is_not_purged_while_its_newest_is_open(ledger: ReportLedger) -> None:
    ledger.rows({**NAMED, "number": "1003", "version": 2, "amount": "1200", "invoice_date": "2026-09-01"})

    assert [number for number, _, _ in listed(ledger, planned(ledger, PurgeTerms(paid_before=TODAY)))] == [
        "1001",
        "1002",
    ]


def test_a_plan_is_carried_out_once_and_one_that_is_not_there_is_refused(ledger: ReportLedger) -> None:
    plan = planned(ledger)
    purging.execute_purge(ledger.store, plan)

    with pytest.raises(RuleViolation, match="was carried out"):
        purging.execute_purge(ledger.store, plan)
    with pytest.raises(DataError, match="no purge plan 99"):
        purging.execute_purge(ledger.store, 99)
    assert listed(ledger, planned(ledger)) == []


def test_an_interrupted_purge_goes_on_where_it_was(ledger: ReportLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "CHUNK", 1)
    plan = planned(ledger, PurgeTerms(paid_before=date(2026, 11, 2)))

    def interrupt(done: int, _of: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        purging.execute_purge(ledger.store, plan, interrupt)
    assert [state for _, state, _ in listed(ledger, plan)] == ["purged", "planned"]

    assert purging.execute_purge(ledger.store, plan).purged == 2
    told = ledger.sql("SELECT data FROM event WHERE kind = 'receivables_purged' ORDER BY event_no")
    assert [json.loads(data)["purged"] for (data,) in told] == [1, 1]


def test_a_day_that_has_not_come_is_refused(ledger: ReportLedger) -> None:
    with pytest.raises(RuleViolation, match="a day that has come"):
        planned(ledger, PurgeTerms(paid_before=date(2026, 12, 1)))


def test_payers_of_what_is_purged_lose_their_names_unless_they_paid_something_else_too(ledger: ReportLedger) -> None:
    _payment(ledger, 7)
    _payment(ledger, 8)
    ledger.post("1001", 2, "manual_debit", on=date(2026, 10, 21))
    for payment, number in ((7, "1001"), (8, "1001"), (8, "1003")):
        ledger.post(number, -1, "payment", on=date(2026, 10, 21), payment_id=payment)

    purging.execute_purge(ledger.store, planned(ledger))

    assert ledger.sql("SELECT payment_id, payer_name FROM payment ORDER BY 1") == [(7, ""), (8, "Örjan Ek")]


def test_refunds_of_what_is_purged_lose_their_payees_when_they_are_at_an_end_and_their_file_goes(
    ledger: ReportLedger,
) -> None:
    _payment(ledger, 7)
    ledger.post("1001", 1, "manual_debit", on=date(2026, 10, 21))
    ledger.post("1001", -1, "payment", on=date(2026, 10, 21), payment_id=7)
    [content, other] = ledger.store.contents.keep_all([b"file 1", b"file 2"])
    for number, sha256 in ((1, content.sha256), (2, other.sha256)):
        _refund_file(ledger, number, sha256)
    _refund(ledger, 1, "booked", order_no=1, payment_id=7)
    _refund(ledger, 2, "rejected", order_no=1, receivable_id=_id(ledger, "1001"))
    _refund(ledger, 3, "booked", order_no=2, receivable_id=_id(ledger, "1001"))
    _refund(ledger, 4, "booked", order_no=2, receivable_id=_id(ledger, "1003"))
    _refund(ledger, 5, "ordered", order_no=2, receivable_id=_id(ledger, "1001"))

    purging.execute_purge(ledger.store, planned(ledger))

    named = ledger.sql("SELECT refund_no FROM refund WHERE payee_name <> '' AND payee_account <> '' ORDER BY 1")
    assert named == [(4,), (5,)]
    assert ledger.sql("SELECT amount_ore FROM refund WHERE refund_no = 1") == [(1,)]
    left = {sha256 for (sha256,) in ledger.sql("SELECT sha256 FROM content")}
    assert (content.sha256 in left, other.sha256 in left) == (False, True)


def test_a_mandate_that_ended_names_nobody_when_all_of_its_debtor_is_purged(ledger: ReportLedger) -> None:
    for number, state, link in ((1, "cancelled", "K5"), (2, "active", "K5"), (3, "refused", "K9"), (4, "refused", "")):
        _mandate(ledger, number, state, link)
    with ledger.store.write() as work:
        work.events.record("mandate_cancelled", mandate_no=1, reason="flyttat", debtor_number="K5")
        work.events.record("mandate_active", mandate_no=2, reason="", debtor_number="K5")
    drawn = {"mandate_no": 1, "company": "1", "account_no": 1, "payer_number": "50001", "amount_ore": 1}
    drawn |= {"currency": "SEK", "on_date": "2026-10-20", "reference": "1001", "made_at": "", "changed_at": ""}
    asked = {"tenant": ledger.store.tenant, "request_no": 1, "receivable_id": _id(ledger, "1001"), "state": "paid"}
    _insert(ledger, "payment_request", asked | drawn)
    ledger.rows({"number": "1009", "invoice_date": "2026-09-01", "debtor_number": "K9"})

    def named() -> list[int]:
        return [
            number for (number,) in ledger.sql("SELECT mandate_no FROM mandate WHERE payer_account <> '' ORDER BY 1")
        ]

    purging.execute_purge(ledger.store, planned(ledger))
    assert named() == [1, 2, 3]  # 1002 and 1003 are kept, and are K5's
    ledger.post("1003", -100_000, "payment", on=date(2026, 11, 2))
    purging.execute_purge(ledger.store, planned(ledger, PurgeTerms(paid_before=date(2026, 11, 3))))

    assert named() == [2, 3]
    assert ledger.sql("SELECT payer_number, link, payer_identity FROM mandate WHERE mandate_no = 1") == [
        ("purged:1", "", "")
    ]
    assert ledger.sql("SELECT payer_number, amount_ore FROM payment_request") == [("purged:1", 1)]
    rows = ledger.sql("SELECT data FROM event WHERE kind LIKE 'mandate_%' ORDER BY event_no")
    told = [json.loads(data) for (data,) in rows]
    assert [one["debtor_number"] for one in told] == ["", "K5"]


def test_a_file_of_direct_debits_goes_with_the_last_receivable_in_it_unless_a_mandate_is_not_answered(
    ledger: ReportLedger,
) -> None:
    for number, state in ((2, "active"), (3, "asked")):
        _mandate(ledger, number, state, "K5")
    for number, receivables, mandate, made_on in (
        (1, ["1001"], 0, "2026-10-01"),
        (2, ["1001", "1003"], 0, "2026-10-01"),  # 1003 is kept
        (3, ["1001"], 3, "2026-10-01"),
        (4, ["1001"], 2, "2026-10-01"),
        (5, ["1001"], 0, "2026-11-01"),
        (6, [], 0, "2026-10-01"),
    ):
        _debit_file(ledger, number, receivables, mandate, made_on)

    def left() -> list[str]:
        rows = ledger.sql("SELECT name, sha256 FROM exchange WHERE kind = 'direct_debit_file' ORDER BY name")
        return [name for name, sha256 in rows if sha256 in _kept(ledger)]

    assert left() == ["D1", "D2", "D3", "D4", "D5", "D6"]
    purging.execute_purge(ledger.store, planned(ledger, PurgeTerms(paid_before=TERMS.paid_before, companies=("1",))))
    assert left() == ["D2", "D3", "D4", "D5"]
    purging.execute_purge(ledger.store, planned(ledger))
    assert left() == ["D2", "D3", "D5"]

    assert ledger.sql("SELECT order_no FROM scheme_order WHERE body = '{}'") == [(69,)]
    results, _, _ = SqlVerifying(ledger.engine, ledger.store.tenant).verify(accounts_by(TENANT))
    assert not [result.code for result in results if result.found and "BYTES" in result.code]


def test_documents_about_what_is_purged_lose_their_bytes_and_keep_their_hashes(ledger: ReportLedger) -> None:
    kept = ledger.store.contents.keep_all([b"of 1001", b"of 1003"])
    for at, (number, one) in enumerate(zip(("1001", "1003"), kept, strict=True), 1):
        _document(ledger, at, number, one.sha256)

    purging.execute_purge(ledger.store, planned(ledger))

    left = {sha256 for (sha256,) in ledger.sql("SELECT sha256 FROM content")}
    assert (kept[0].sha256 in left, kept[1].sha256 in left) == (False, True)
    assert ledger.sql("SELECT count(*) FROM content_part p WHERE upload NOT IN (SELECT upload FROM content)") == [(0,)]
    assert ledger.sql("SELECT sha256 FROM erased_content") == [(kept[0].sha256,)]
    assert ledger.sql("SELECT number, sha256, recipient_key FROM document ORDER BY 1") == [
        ("1001", kept[0].sha256, ""),
        ("1003", kept[1].sha256, "1212121212"),
    ]
    results, _, _ = SqlVerifying(ledger.engine, ledger.store.tenant).verify(accounts_by(TENANT))
    assert "DOCUMENT_BYTES_MISSING" not in {result.code for result in results if result.found}


def test_a_document_that_has_not_ended_keeps_its_receivable_out(ledger: ReportLedger) -> None:
    _document(ledger, 1, "1001", "0" * 64, state="sent")

    assert listed(ledger, planned(ledger)) == [("1001", "left_out", "document_under_way")]


def test_a_letter_loses_its_bytes_with_the_last_receivable_it_was_made_for_and_so_does_its_copy(
    ledger: ReportLedger,
) -> None:
    came_in = _kept(ledger)
    alone, shared, copied, message = ledger.store.contents.keep_all([b"alone", b"shared", b"copy", b"message"])
    _document(ledger, 1, "7-1", alone.sha256, state="withdrawn", kind="reminder", balances=("1001",))
    _document(ledger, 2, "7-2", shared.sha256, kind="demand", balances=("1001", "1002"))
    _document(ledger, 3, "7-2", copied.sha256, kind="demand")
    _message(ledger, 2, message.sha256)

    purging.execute_purge(ledger.store, planned(ledger))
    assert _kept(ledger) == came_in | {shared.sha256, copied.sha256, message.sha256}

    purging.execute_purge(ledger.store, planned(ledger, PurgeTerms(paid_before=date(2026, 11, 2))))
    assert _kept(ledger) == came_in
    assert ledger.sql("SELECT DISTINCT recipient_key FROM document") == [("",)]
    assert ledger.sql("SELECT address_sha256 FROM document_step") == [("",)]


@pytest.mark.parametrize(("state", "reason"), [("sent", "document_under_way"), ("undeliverable", "")])
def test_a_letter_that_has_not_ended_keeps_its_receivable_out(ledger: ReportLedger, state: str, reason: str) -> None:
    _document(ledger, 1, "7-1", "0" * 64, state=state, kind="reminder", balances=("1001",))

    assert [why for _, _, why in listed(ledger, planned(ledger))] == [reason]


@pytest.mark.parametrize("copy_state", ["accepted", "left_over"])
def test_a_copy_of_a_letter_that_has_not_ended_keeps_its_receivable_out(ledger: ReportLedger, copy_state: str) -> None:
    _document(ledger, 1, "7-1", "0" * 64, kind="reminder", balances=("1001",))
    _document(ledger, 2, "7-1", "1" * 64, kind="reminder", state=copy_state)

    assert listed(ledger, planned(ledger)) == [("1001", "left_out", "document_under_way")]


@pytest.mark.parametrize(
    ("sent_at", "undone_at", "reason"), [(None, None, "step_under_way"), ("2026", None, ""), (None, "2026", "")]
)
def test_a_step_whose_letter_is_on_its_way_keeps_its_receivable_out(
    ledger: ReportLedger, sent_at: str | None, undone_at: str | None, reason: str
) -> None:
    with ledger.store.write() as work:
        step = StepTaken(
            _id(ledger, "1001"), 1, "reminder_1", 7, 1, "2026-10-01", "2026-10-11", 0, 0, 0, 0, "", "dun:7:1"
        )
        work.dunning.add_steps([step._replace(sent_at=sent_at, undone_at=undone_at)])

    assert [why for _, _, why in listed(ledger, planned(ledger))] == [reason]


def test_what_keeps_a_version_out_keeps_the_others_out_too(ledger: ReportLedger) -> None:
    ledger.rows({**NAMED, "number": "1002", "version": 2, "amount": "1000", "invoice_date": "2026-09-01"})
    newest = int(ledger.sql("SELECT max(receivable_id) FROM receivable WHERE number = '1002'")[0][0])
    with ledger.store.write() as work:
        step = StepTaken(newest, 1, "reminder_1", 7, 1, "2026-10-01", "2026-10-11", 0, 0, 0, 0, "", "dun:7:1")
        work.dunning.add_steps([step])

    found = listed(ledger, planned(ledger, PurgeTerms(paid_before=TODAY, number_from="1002", number_to="1002")))
    assert found == [("1002", "left_out", "step_under_way")] * 2


@pytest.mark.parametrize(("state", "reason"), [("active", "in_instalment_plan"), ("paid", "")])
def test_an_active_instalment_plan_keeps_its_receivables_out_and_one_that_ended_loses_its_second_debtor(
    ledger: ReportLedger, state: str, reason: str
) -> None:
    _instalment_plan(ledger, state, "1001")

    plan = planned(ledger)
    assert [why for _, _, why in listed(ledger, plan)] == [reason]
    purging.execute_purge(ledger.store, plan)
    assert ledger.sql("SELECT second_debtor_name FROM instalment_plan") == [("Ärla Ek" if reason else "",)]


def _instalment_plan(ledger: ReportLedger, state: str, number: str) -> None:
    tenant = ledger.store.tenant
    texts = dict.fromkeys(
        ("company", "currency", "made_on", "made_by", "first_payment", "rate_percent", "day_count"), ""
    )
    counts = dict.fromkeys(("is_last_of_month", "amount_ore", "notice_fee_ore", "plan_fee_ore", "open_ore"), 0)
    made = {"tenant": tenant, "plan_no": 5, "state": state, "second_debtor_name": "Ärla Ek"}
    _insert(ledger, "instalment_plan", {**texts, **counts, **made})
    claim = {"tenant": tenant, "plan_no": 5, "claim_no": 1, "receivable_id": _id(ledger, number), "number": number}
    owed = {"text": "", "due_date": "", "principal_ore": 1, "fee_ore": 0, "interest_ore": 0}
    _insert(ledger, "instalment_claim", {**claim, **owed})


def test_remarks_and_debtors_that_runs_were_asked_for_go_too(ledger: ReportLedger) -> None:
    told = Interruption(InterruptedBy.ACKNOWLEDGEMENT, date(2026, 9, 20))
    asked = {"debtor": "191212121212"}
    with ledger.store.write() as work:
        work.dunning.interrupt(_id(ledger, "1001"), told, remark="Örjan Ek rang", user="clerk")
        plans = [
            work.plans.make("dunning", on_day="2026-10-01", selection=asked, fingerprint="", made_by="clerk")
            for _ in range(2)
        ]
        for number, plan_no in zip(("1001", "1003"), plans, strict=True):
            item = PlanItem(1, _id(ledger, number), "reminder_1", 1, 0, 0, 0, "take", "due")
            work.plans.add_items(plan_no, [item], filled_to=0, counted={})
            work.plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.PLANNED)
            work.commands.record(f"key {plan_no}", PLAN_COMMAND, "0" * 64, {"plan_no": plan_no})

    purging.execute_purge(ledger.store, planned(ledger))

    assert ledger.sql("SELECT remark, told_by FROM limitation_interruption") == [("", "clerk")]
    assert [json.loads(one)["debtor"] for (one,) in ledger.sql(f"{_SELECTIONS} ORDER BY 1 DESC")] == [
        "purged",
        "191212121212",
    ]
    assert ledger.sql("SELECT body_sha256 FROM command ORDER BY command_key") == [("",), ("0" * 64,)]


def test_what_people_wrote_in_events_goes_and_what_happened_stays(ledger: ReportLedger) -> None:
    with ledger.store.write() as work:
        for number in ("1001", "1003"):
            one = {"receivable_id": _id(ledger, number), "number": number, "user": "clerk"}
            work.events.record("hold_set", **one, code="3", reason="Örjan Ek är sjuk")
            work.events.record("receivable_credited", **one, amount_ore=100, remark="Örjan ringde")
            work.events.record("watch_set", **one, text="Örjan Ek betalar")
            work.events.record("payment_registered", **one, text="Kontant", remark="")
            work.events.record("charge_offered", **one, debtor_number="19121212-1212", amount_ore=5)
            work.events.record("instalment_plan_ended", **one, plan_no=5, reason="Ärla Ek löste den")
    before = ledger.sql("SELECT event_no, kind FROM event WHERE receivable_id IS NOT NULL ORDER BY event_no")

    purging.execute_purge(ledger.store, planned(ledger))

    kept = ledger.sql("SELECT event_no, kind FROM event WHERE receivable_id IS NOT NULL ORDER BY event_no")
    assert kept == before
    told = [json.loads(one) for (one,) in ledger.sql("SELECT data FROM event WHERE data IS NOT NULL ORDER BY event_no")]
    of = {number: [one for one in told if one.get("number") == number] for number in ("1001", "1003")}
    names = ("reason", "remark", "text", "debtor_number")
    assert [one[name] for one in of["1001"] for name in names if one.get(name)] == ["Kontant"]
    assert (of["1001"][1]["amount_ore"], of["1001"][0]["code"], of["1001"][0]["user"]) == (100, "3", "clerk")
    assert [one.get("reason") for one in of["1003"] if one.get("reason")] == ["Örjan Ek är sjuk", "Ärla Ek löste den"]


def test_who_was_refunded_goes_with_the_payment(ledger: ReportLedger) -> None:
    for payment, numbers in ((7, ("1001",)), (8, ("1001", "1003"))):
        _payment(ledger, payment)
        for number in numbers:
            ledger.post(number, -1, "payment", on=date(2026, 10, 21), payment_id=payment)
        ledger.post("1001", 1, "manual_debit", on=date(2026, 10, 21))
        with ledger.store.write() as work:
            paid = {"payment_id": payment, "amount_ore": 500}
            work.events.record("refund_ordered", **paid, payee_name="Örjan Ek", payee_account="bban:33001212121212")

    purging.execute_purge(ledger.store, planned(ledger))

    rows = ledger.sql("SELECT data FROM event WHERE kind = 'refund_ordered' ORDER BY event_no")
    one, shared = [json.loads(data) for (data,) in rows]
    assert (one["payee_name"], one["payee_account"], one["amount_ore"]) == ("", "", 500)
    assert shared["payee_name"] == "Örjan Ek"  # it paid what still has a name


def test_a_statement_or_printed_plan_goes_when_the_last_it_names_is_purged(ledger: ReportLedger) -> None:
    of_one, of_two = ledger.store.contents.keep_all([b"of one", b"of two"])
    for number, kept, named in ((21, of_one, ("1001",)), (22, of_two, ("1001", "1003"))):
        _document(ledger, number, f"{number}-x", kept.sha256, kind="statement_of_account")
        for one in named:
            _insert(ledger, "document_mention", _mention(ledger, number, one))

    purging.execute_purge(ledger.store, planned(ledger))

    assert _kept(ledger) & {of_one.sha256, of_two.sha256} == {of_two.sha256}
    assert ledger.sql("SELECT sha256, size FROM document WHERE document_no = 21") == [(of_one.sha256, 7)]


def test_what_a_statement_that_has_not_gone_names_is_not_purged(ledger: ReportLedger) -> None:
    _document(ledger, 21, "21-x", "s1", kind="statement_of_account", state="sending")
    _insert(ledger, "document_mention", _mention(ledger, 21, "1001"))

    assert [why for _, _, why in listed(ledger, planned(ledger))] == ["document_under_way"]


def test_the_texts_of_a_plans_claims_and_why_it_ended_go_too(ledger: ReportLedger) -> None:
    _instalment_plan(ledger, "ended", "1001")
    with writing(ledger.engine) as connection:
        connection.execute(text("UPDATE instalment_plan SET ended_because = 'Ärla Ek löste den'"))
        connection.execute(text("UPDATE instalment_claim SET text = 'Omsorg om Örjan'"))

    purging.execute_purge(ledger.store, planned(ledger))

    assert ledger.sql("SELECT ended_because FROM instalment_plan") == [("",)]
    assert ledger.sql("SELECT text, principal_ore FROM instalment_claim") == [("", 1)]


def test_whom_an_order_to_pay_was_about_goes_when_its_last_receivable_is_purged(ledger: ReportLedger) -> None:
    _order_to_pay(ledger, 1, "closed", "1001")
    _order_to_pay(ledger, 2, "closed", "1001", "1003")

    purging.execute_purge(ledger.store, planned(ledger))

    orders = "SELECT debtor_identity, debtor_name FROM order_to_pay ORDER BY order_no"
    assert ledger.sql(orders) == [("", ""), ("191212121212", "Örjan Ek")]
    claims = ledger.sql("SELECT refers_to, principal_ore FROM order_to_pay_claim ORDER BY order_no, claim_no")
    assert claims == [("", 5), ("", 5), ("Omsorg", 5)]
    assert ledger.sql("SELECT text FROM order_to_pay_step ORDER BY order_no") == [("",), ("Örjan Ek rang",)]
    erased = ledger.sql("SELECT sha256 FROM erased_content WHERE sha256 LIKE 'filed%' ORDER BY sha256")
    assert erased == [("filed1",), ("filed1form",)]


def test_an_application_that_has_not_ended_keeps_its_receivables_out(ledger: ReportLedger) -> None:
    _order_to_pay(ledger, 1, "served", "1001")
    assert [why for _, _, why in listed(ledger, planned(ledger))] == ["in_order_to_pay"]


def _order_to_pay(ledger: ReportLedger, order_no: int, state: str, *numbers: str) -> None:
    tenant = {"tenant": ledger.store.tenant, "order_no": order_no}
    about = {"debtor_identity": "191212121212", "debtor_name": "Örjan Ek", "state": state}
    kept = {"application_sha256": f"filed{order_no}", "form_sha256": f"filed{order_no}form"}
    _insert(ledger, "order_to_pay", {**_blank(_ORDER_TEXTS, _ORDER_NUMBERS), **tenant, **about, **kept})
    step = {"step_no": 1, "happening": "closed", "state": state, "on_day": "", "told_by": "", "recorded_at": ""}
    _insert(ledger, "order_to_pay_step", {**tenant, **step, "text": "Örjan Ek rang"})
    for number in numbers:
        claim = {"claim_no": int(number), "receivable_id": _id(ledger, number), "refers_to": "Omsorg"}
        rest = _blank(_CLAIM_TEXTS, "collection_ore interest_ore") | {"principal_ore": 5}
        _insert(ledger, "order_to_pay_claim", {**tenant, **claim, **rest})


_ORDER_TEXTS = "company currency state state_since made_on made_by interest fee_payment enforcement counted_to"
_ORDER_NUMBERS = (
    "own_work_ore agent_ore other_ore has_real_property allows_protected fee_ore principal_ore collection_ore "
    "interest_ore"
)
_CLAIM_TEXTS = "company number source_system invoice_date due_date demand_sent_on demand_pay_by"


def _blank(texts: str, numbers: str) -> dict[str, object]:
    return {**dict.fromkeys(texts.split(), ""), **dict.fromkeys(numbers.split(), 0)}


def _mention(ledger: ReportLedger, document_no: int, number: str) -> dict[str, object]:
    return {"tenant": ledger.store.tenant, "document_no": document_no, "receivable_id": _id(ledger, number)}


_SELECTIONS = "SELECT selection FROM run_plan WHERE kind = 'dunning'"


def _id(ledger: ReportLedger, number: str) -> int:
    return int(ledger.sql(f"SELECT receivable_id FROM receivable WHERE number = '{number}'")[0][0])


def _kept(ledger: ReportLedger) -> set[str]:
    return {sha256 for (sha256,) in ledger.sql("SELECT sha256 FROM content")}


def _message(ledger: ReportLedger, document_no: int, sha256: str) -> None:
    """Let a document have gone out in a message of its own."""
    tenant, times = ledger.store.tenant, {"created_at": "", "changed_at": ""}
    sent = {"direction": "out", "kind": "document", "name": "7-2", "sha256": sha256, "size": 7, "state": "delivered"}
    _insert(ledger, "exchange", {"tenant": tenant, "exchange_no": 99, **sent, **times})
    step = {"document_no": document_no, "channel": "letter", "outcome": "delivered", "exchange_no": 99}
    _insert(
        ledger, "document_step", {"tenant": ledger.store.tenant, **step, "changed_at": "", "address_sha256": "a" * 64}
    )


def _payment(ledger: ReportLedger, payment_id: int) -> None:
    empty = ("reference", "quality", "channel", "payer_account", "payer_identity", "payer_address", "texts", "parts",
             "entry_reference", "key_kind", "key_value")  # fmt: skip
    zero = ("exchange_no", "section_no", "entry_no", "line", "account_no")
    values: dict[str, object] = {**dict.fromkeys(empty, ""), **dict.fromkeys(zero, 1)}
    values |= {"tenant": ledger.store.tenant, "payment_id": payment_id, "kind": "payment", "amount_ore": 1}
    _insert(ledger, "payment", {**values, "currency": "SEK", "payer_name": "Örjan Ek"})


def _refund(ledger: ReportLedger, number: int, state: str, **of: int) -> None:
    named = {"payee_account": "iban:SE3550000000054910000003", "payee_name": "Örjan Ek", "asked_by": "anna"}
    values = {"tenant": ledger.store.tenant, "refund_no": number, "company": "1", "source": "payment", "amount_ore": 1}
    rest = {"currency": "SEK", "state": state, "asked_at": "", "changed_at": "", "approvals_needed": 0}
    _insert(ledger, "refund", {**values, **named, **rest, "end_to_end_id": f"R{number}", **of})


def _mandate(ledger: ReportLedger, number: int, state: str, link: str) -> None:
    personal = {"payer_account": "91501234567", "payer_identity": "191212121212", "payer_name": "Testa Testsson"}
    days = {"made_at": "2026-09-01T08:00:00Z", "changed_at": "2026-10-01T08:00:00Z"}
    values = {"tenant": ledger.store.tenant, "mandate_no": number, "company": "1", "account_no": 1, "state": state}
    rest = {"payer_number": f"5000{number}", "via": "paper", "link_kind": "debtor_number", "link": link}
    _insert(ledger, "mandate", values | rest | personal | days)


def _debit_file(ledger: ReportLedger, number: int, receivables: list[str], mandate: int, made_on: str) -> None:
    """Write a file with a request for each receivable and an order about a mandate, a rejected wish where it is 0."""
    tenant, times = ledger.store.tenant, {"created_at": f"{made_on}T08:00:00Z", "changed_at": ""}
    [kept] = ledger.store.contents.keep_all([f"orders {number}".encode()])
    of = {"exchange_no": 800 + number, "direction": "out", "kind": "direct_debit_file", "name": f"D{number}"}
    _insert(
        ledger, "exchange", {"tenant": tenant, **of, "sha256": kept.sha256, "size": 8, "state": "delivered", **times}
    )
    usual = {"tenant": tenant, "company": "1", "account_no": 1, "made_at": times["created_at"]}
    order = {**usual, "state": "filed", "exchange_no": 800 + number, "body": '{"payer_number": "50001"}'}
    for place, receivable in enumerate(receivables):
        request_no = number * 10 + place
        request = {"request_no": request_no, "mandate_no": 1, "receivable_id": _id(ledger, receivable), "amount_ore": 1}
        told = {"payer_number": "50001", "currency": "SEK", "on_date": "2026-10-20", "reference": "", "state": "paid"}
        _insert(ledger, "payment_request", {**usual, **request, **told, "changed_at": ""})
        _insert(ledger, "scheme_order", {**order, "order_no": request_no, "kind": "request", "mandate_no": 1,
                                         "request_no": request_no})  # fmt: skip
    if mandate or not receivables:
        _insert(
            ledger, "scheme_order", {**order, "order_no": number * 10 + 9, "kind": "mandate", "mandate_no": mandate}
        )


def _refund_file(ledger: ReportLedger, number: int, sha256: str) -> None:
    tenant, texts = ledger.store.tenant, ("name", "organisation_number", "made_at", "pay_on", "charged")
    exchange = {"tenant": tenant, "exchange_no": 900 + number, "direction": "out", "kind": "payment_order"}
    bytes_of = {"name": f"F{number}", "sha256": sha256, "size": 6, "state": "delivered"}
    _insert(ledger, "exchange", {**exchange, **bytes_of, "created_at": "", "changed_at": ""})
    order = {"tenant": tenant, "order_no": number, "company": "1", "writer": "bank", "message_id": f"F{number}"}
    rest = {"exchange_no": 900 + number, "currency": "SEK", "refunds": 2, "amount_ore": 2}
    _insert(ledger, "refund_order", {**order, **rest, **dict.fromkeys(texts, "")})


def _document(
    ledger: ReportLedger,
    number: int,
    about: str,
    sha256: str,
    *,
    state: str = "delivered",
    kind: str = "invoice",
    balances: tuple[str, ...] = (),
) -> None:
    """Write a document; a letter has its own number, and balances of receivables."""
    tenant = ledger.store.tenant
    of = {"document_no": number, "document_key": str(number), "company": "1", "kind": kind, "number": about}
    kept = {"handed_sha256": sha256, "sha256": sha256, "size": 7, "recipient_key": "1212121212"}
    rest = {"version": 1, "debtor_class": "person", "state": state, "accepted_at": "", "changed_at": ""}
    _insert(ledger, "document", {"tenant": tenant, **of, **kept, **rest})
    for one in balances:
        balance = {"document_no": number, "receivable_id": _id(ledger, one), "open_ore": 1}
        _insert(ledger, "document_balance", {"tenant": tenant, **balance})


def _insert(ledger: ReportLedger, table: str, values: dict[str, object]) -> None:
    columns = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    with writing(ledger.engine) as connection:
        connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({marks})"), values)
