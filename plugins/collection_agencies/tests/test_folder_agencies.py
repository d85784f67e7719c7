"""Agencies by files: what the layouts write, what is refused, and what comes back, against an agency of our own."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hub.contracts import Promise
from hub.errors import ConfigurationError, DataError, FormatError, OutcomeUnknownError
from hub.model.attempts import Message
from hub.model.claims import ClaimDocument, ClaimPayment
from hub.model.collection import (
    CaseClosed,
    CaseRef,
    Closed,
    CollectionStep,
    Fetched,
    Manner,
    Opened,
    OrderKind,
    Payee,
    Receipt,
    SettlementClosed,
    SettlementOpened,
    SettlementRow,
    Stage,
    StatusTold,
)
from hub.testing.contexts import ContextInMemory
from hub.testing.sample_cases import CLAIM, PAYMENT, TERMS, batch_of, order_of
from hub_collection_agencies.orders import netted
from hub_collection_agencies.plugin import Plugin
from hub_collection_agencies.sandbox import AgencySandbox
from hub_collection_agencies.sandbox_rows import orders_in
from hub_collection_agencies.settings import CollectionAgenciesSettings

BY_FILES = ("amili_files", "svea", "intrum", "marginalen", "predator", "inkassodirekt", "sergel")
ROW_AGENCIES = ("svea", "intrum", "marginalen", "predator", "inkassodirekt")
DAY = "2026-11-23"


def plugin_with(**tables: Any) -> Plugin:
    return Plugin(CollectionAgenciesSettings.model_validate(tables))


def agency(name: str, **settings: Any) -> Any:
    (found,) = plugin_with(**{name: settings}).hub_collection_agencies(ContextInMemory())
    return found


def read(one: Any, content: bytes) -> list[Any]:
    return list(one.read(io.BytesIO(content)))


def test_an_agency_is_offered_for_each_table():
    offered = plugin_with(**{name: {} for name in BY_FILES}).hub_collection_agencies(ContextInMemory())

    assert [one.name for one in offered] == list(BY_FILES)
    assert {one.manner for one in offered} == {Manner.IN_FILES}
    assert {one.channel for one in offered} == {""}  # a person fetches the files, since nothing says where they go


def test_who_is_paid_is_known_for_each_step():
    marginalen, amili = agency("marginalen").steps, agency("amili_files").steps

    assert marginalen[CollectionStep.REMIND][:2] == (Payee.CREDITOR, False)
    assert marginalen[CollectionStep.COLLECT][:2] == (Payee.AGENCY, True)
    assert amili[CollectionStep.REMIND][:3] == (Payee.AGENCY, True, True)
    assert list(agency("svea").steps) == [CollectionStep.COLLECT]
    assert "does not take the step remind" in agency("svea").why_not(order_of(step=CollectionStep.REMIND))


@pytest.mark.parametrize("name", [*ROW_AGENCIES, "amili_files"])
@pytest.mark.parametrize("kind", OrderKind)
def test_every_kind_of_order_is_written(name, kind):
    one, order = agency(name), order_of(kind)

    assert one.why_not(order) == ""
    assert one.write(batch_of(order)) == one.write(batch_of(order))
    assert b"C-1" in one.write(batch_of(order))


def test_rows_are_read_by_the_agency_as_they_were_meant():
    orders = [order_of(kind) for kind in OrderKind]
    content = agency("svea").write(batch_of(*orders))

    head, found = orders_in(content)

    assert head == {"file_no": "17", "made_on": DAY, "customer_no": "1234567"}
    assert [one["code"] for one in found] == ["C", "P", "K", "R", "A", "L", "U"]
    assert {one["claim_id"] for one in found} == {"C-1"}
    claim, payment, credit = found[:3]
    (debtor,) = [row for row in claim["within"] if row["code"] == "D"]
    (line,) = [row for row in claim["within"] if row["code"] == "I"]
    assert (debtor["identity"], debtor["name"]) == ("191212121212", "Tolvan Tolvansson")
    assert (line["invoice_no"], line["description"], line["open"]) == ("10010007", 'Vatten; "hösten"', "1060.50")
    assert (payment["amount"], payment["principal_part"], payment["bank_date"]) == ("500.00", "440.00", "2026-11-24")
    assert (credit["amount"], credit["credit_no"]) == ("100.00", "K77")
    assert found[-1]["within"][0]["name"] == "Tolvan Nilsson"


def test_the_neutral_json_says_the_same():
    content = agency("amili_files").write(batch_of(*(order_of(kind) for kind in OrderKind)))

    said = json.loads(content)

    assert said["file"]["orders"] == 7
    assert said["file"]["open"] == "1060.50"
    claim = said["orders"][0]
    assert (claim["kind"], claim["claim_id"], claim["creditor"]["bankgiro"]) == ("claim", "C-1", "9912346")
    assert claim["debtors"][0]["address"]["city"] == "Örnsköldsvik"
    assert claim["lines"][0]["interest"] == {
        "basis": "ref_plus", "spread": "8.00", "start": "2026-10-01", "accrued": "12.34", "accrued_to": "2026-11-23",
    }  # fmt: skip
    assert claim["fees"] == [{"type": "reminder", "amount": "60.00", "date": "2026-10-12", "is_booked": True}]
    assert [one["kind"] for one in said["orders"]] == [str(kind) for kind in OrderKind]
    assert said["orders"][2]["credit"]["bears_interest"] is False


@pytest.mark.parametrize(
    ("name", "content", "is_list"),
    [
        ("svea", "H;1;2026-11-24;\r\nL;J\r\nZ;3\r\n", True),
        ("svea", "H;1;2026-11-24;\r\nZ;2\r\n", False),
        ("sergel", "H;1;2026-11-24;\r\nL;J\r\nZ;3\r\n", True),
        ("amili_files", '{"file": {"file_no": 1, "lists_cases": true}, "listed": []}', True),
        ("amili_files", '{"file": {"file_no": 1}, "listed": []}', False),
    ],
)
def test_a_file_may_say_that_no_case_is_open(name, content, is_list):
    opened, closed = agency(name).read(io.BytesIO(content.encode()))

    assert (opened.file_no, opened.lists_cases, closed.events) == (1, is_list, 0)


@pytest.mark.parametrize(
    ("name", "content", "customer_no"),
    [
        ("svea", "H;1;2026-11-24;\r\nK;0471\r\nL;J\r\nZ;4\r\n", "0471"),
        ("svea", "H;1;2026-11-24;\r\nZ;2\r\n", ""),
        ("amili_files", '{"file": {"file_no": 1, "customer_no": "0471"}, "listed": []}', "0471"),
    ],
)
def test_a_file_may_say_whom_it_is_written_for(name, content, customer_no):
    opened, closed = agency(name).read(io.BytesIO(content.encode()))

    assert (opened.customer_no, opened.file_no, closed.events) == (customer_no, 1, 0)


def test_doubts_name_numbers_that_are_missing_and_layouts_that_nobody_has_compared(tmp_path):
    bare = TERMS.model_copy(update={"customer_no": ""})
    number, layout = agency("svea").doubts(bare)
    assert (number.is_wrong, number.message) == (
        True,
        "Svea Inkasso needs customer_no: add it to [[collection_agencies]]",
    )
    assert not layout.is_wrong
    assert "name it in plugins.collection_agencies.svea.layout" in layout.message

    shipped = files("hub_collection_agencies").joinpath("layouts/default.toml").read_text(encoding="utf-8")
    own = tmp_path / "svea.toml"
    own.write_text(shipped.replace("source = ", 'verified = "Svea, 2026-11-23"\nsource = ', 1), encoding="utf-8")
    assert agency("svea", layout=str(own)).doubts(TERMS) == []
    missing = [one.message.partition(":")[0] for one in agency("amili", account="main").doubts(bare) if one.is_wrong]
    assert missing == [
        "plugins.collection_agencies.amili.address is not given",
        "plugins.collection_agencies.amili.api_key is not given",
        "Amili needs the creditor's id",
    ]


def test_documents_go_beside_a_claim_by_the_names_that_its_rows_say():
    kinds = [("invoice", 1_000), ("demand", 2_000_001), ("warning", 5)]
    documents = tuple(
        ClaimDocument(kind=kind, name=f"{kind}-10/7.pdf", sha256=str(no) * 64, size=size)
        for no, (kind, size) in enumerate(kinds)
    )
    order = order_of(claim=CLAIM.model_copy(update={"documents": documents}))
    place = {"folder": "/srv/svea"}
    one = agency("svea", documents=["invoice", "demand"], largest_document_mb=2, out=place)

    invoice, demand = one.attachments(order)
    assert invoice == (f"{order.order_key}_1_invoice.pdf", "0" * 64, 1_000, "")
    assert demand.why_not == "Svea Inkasso takes 2 MB"
    assert one.attachments(order_of(OrderKind.RECALL)) == []
    rows = [row.split(";") for row in one.write(batch_of(order)).decode().splitlines() if row.startswith("X")]
    assert [row[3] for row in rows] == [invoice.name]
    assert agency("svea", out=place).attachments(order) == []
    assert "documents go nowhere" in agency("svea", documents=["invoice"]).doubts(TERMS)[-1].message


def test_the_agency_on_this_machine_keeps_documents_and_reads_claims(tmp_path):
    with AgencySandbox(tmp_path) as sandbox:
        inbox = sandbox.desk.inbox
        (inbox / "O-1_1_invoice.pdf").write_bytes(b"%PDF-1.7")
        (inbox / "claims.csv").write_bytes(agency("svea").write(batch_of(order_of())))
        sandbox.desk.work(DAY)

        assert sandbox.desk.unreadable == {}
        assert {file.name for file in sandbox.desk.taken.iterdir()} == {"O-1_1_invoice.pdf", "claims.csv"}
        assert len(sandbox.desk.books.cases) == 1


def test_every_batch_has_a_name_of_its_own():
    for name in BY_FILES:
        one = agency(name)
        other = batch_of(order_of())._replace(terms=TERMS.model_copy(update={"customer_no": "7654321"}))
        names = [one.file_name(batch) for batch in (batch_of(order_of()), batch_of(order_of(), file_no=18), other)]
        assert len(set(names)) == 3, names


def test_what_the_register_must_know_is_asked_for():
    without_group = order_of(terms=TERMS.model_copy(update={"group_no": ""}))

    assert "group_no" in agency("svea").why_not(without_group)
    assert agency("intrum").why_not(without_group) == ""
    assert "customer_no" in agency("intrum").why_not(order_of(terms=TERMS.model_copy(update={"customer_no": ""})))


def test_what_a_layout_has_no_record_for_is_told_and_not_dropped():
    sergel = agency("sergel")

    assert "no record" in sergel.why_not(order_of(OrderKind.RECALL))
    with pytest.raises(DataError, match="no record"):
        sergel.write(batch_of(order_of(OrderKind.DIRECT_PAYMENT), order_of(OrderKind.RECALL)))
    with pytest.raises(DataError, match="part them"):
        sergel.write(batch_of(order_of(), order_of(OrderKind.DIRECT_PAYMENT)))


def test_no_reason_has_a_personal_number():
    long = CLAIM.debtor.model_copy(update={"identity": "191212121212" * 3})
    order = order_of(claim=CLAIM.model_copy(update={"debtors": (long,)}))

    assert agency("sergel").why_not(order)
    assert "1912" not in agency("sergel").why_not(order)


# InkassoDIREKT understands no row below zero


def paid(*amounts: int) -> tuple[ClaimPayment, ...]:
    return tuple(ClaimPayment(date=DAY, amount_ore=amount, principal_ore=amount) for amount in amounts)


@pytest.mark.parametrize(("amounts", "kept"), [
    ((60_000, -10_050), (49_950,)),
    ((60_000, -60_000), ()),
    ((100, 200, -250), (50,)),
    ((100, -50, 200, -150), (100,)),
    ((100, -150), (-50,)),
    ((), ()),
])  # fmt: skip
def test_corrections_are_taken_from_the_payments_before_them(amounts, kept):
    found = netted(paid(*amounts))

    assert tuple(one.amount_ore for one in found) == kept
    assert all(one.principal_ore == one.amount_ore for one in found)


def test_rows_below_zero_are_netted_for_those_who_do_not_understand_them():
    as_it_is, netted_rows = (agency(name).write(batch_of(order_of())) for name in ("predator", "inkassodirekt"))

    assert b";-100.50;" in as_it_is
    assert b"-" not in b"".join(line for line in netted_rows.split(b"\r\n") if line.startswith(b"B;")).split(b";")[3]
    assert b";499.50;" in netted_rows


def test_a_payment_taken_back_is_told_by_hand_to_those():
    back = order_of(OrderKind.DIRECT_PAYMENT, payment=PAYMENT.model_copy(update={"amount_ore": -50_000}))

    assert "by hand" in agency("inkassodirekt").why_not(back)
    assert agency("predator").why_not(back) == ""


# Layouts of one's own


def test_a_layout_of_ones_own_takes_the_place_of_the_shipped_one(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        """
name = "Own"
source = "test"
[files.orders]
content = "orders"
format = "fixed_width"
encoding = "latin-1"
name = "{file_no}.txt"
[[files.orders.records]]
name = "order"
each = "orders"
fields = [{ field = "claim_id", width = 10 }, { field = "open", width = 12 }]
""",
        encoding="utf-8",
    )
    one = agency("intrum", layout=str(own))

    assert one.write(batch_of(order_of())) == b"C-1       000000106050\r\n"
    assert one.file_name(batch_of(order_of())) == "17.txt"


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("name = 1", "name"), ("[", "no TOML")])
def test_a_layout_that_is_wrong_is_told_before_anything_is_sent(tmp_path, content, said):
    own = tmp_path / "own.toml"
    if content is not None:
        own.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=said):
        agency("intrum", layout=str(own))


# Against an agency on this machine


@pytest.fixture
def sandbox(tmp_path: Path):
    with AgencySandbox(tmp_path / "agency") as opened:
        opened.works_when_asked = False
        yield opened


def both(sandbox: AgencySandbox, **incoming: Any) -> tuple[Any, Any]:
    table = sandbox.settings["svea"]
    plugin = plugin_with(svea={**table, "incoming": {**table["incoming"], **incoming}})
    context = _context(sandbox)
    return plugin.hub_collection_agencies(context)[0], plugin.hub_delivery_channels(context)[0]


def _context(sandbox: AgencySandbox) -> ContextInMemory:
    (password,) = sandbox.secrets.values()
    return ContextInMemory({f"svea.{place}.sftp.password": password for place in ("out", "incoming")})


def deliver(sandbox: AgencySandbox, *orders: Any, file_no: int = 1) -> None:
    svea, channel = both(sandbox)
    batch = batch_of(*orders, file_no=file_no)
    channel.send(Message("k" * 32, svea.write(batch), f"{batch.key}/{svea.file_name(batch)}"))


def told(sandbox: AgencySandbox) -> list[Any]:
    svea, _ = both(sandbox)
    events = []
    for file in sorted(sandbox.desk.outbox.iterdir()):
        events += read(svea, file.read_bytes())
    return events


def test_a_case_is_opened_paid_paid_out_and_closed(sandbox):
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)
    (case,) = sandbox.desk.books.cases.values()
    assert (case.left, case.own_fee_ore) == ({"capital": 100_050, "interest": 0, "fee": 6_000}, 18_000)
    sandbox.desk.advance(case, "krav_sent", "2026-11-24")
    sandbox.desk.books.pay(case.number, 124_050, "2026-11-30")
    sandbox.desk.work("2026-12-01", pays_out=True)

    ref = CaseRef("C-1", case.number, "10010007")
    net_ore = 106_050 - 4_242 - 1_061
    assert told(sandbox) == [
        Opened(1, "", DAY),
        Receipt(ref, True, "O-1", case.number, "90000001"),
        Closed(1),
        Opened(2, "", "2026-12-01"),
        StatusTold(ref, Stage.DEMAND_SENT, "2026-11-24", "", "krav_sent", 100_050),
        SettlementOpened("U000001", "2026-12-01"),
        SettlementRow(ref, 100_050, 0, 6_000, commission_ore=4_242, vat_ore=1_061, net_ore=net_ore, date="2026-11-30"),
        SettlementClosed(1, net_ore),
        CaseClosed(ref, "PAID_AGENCY", "2026-12-01", said="PAID_AGENCY"),
        Closed(5),
    ]
    assert case.kept_ore == 18_000


def test_orders_of_a_case_are_carried_out(sandbox):
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)
    deliver(sandbox, *(order_of(kind) for kind in (OrderKind.DIRECT_PAYMENT, OrderKind.CREDIT)), file_no=2)
    sandbox.desk.work(DAY)
    (case,) = sandbox.desk.books.cases.values()
    assert case.left == {"capital": 46_050, "interest": 0, "fee": 0}
    deliver(sandbox, order_of(OrderKind.RECALL), file_no=3)
    sandbox.desk.work(DAY)

    assert case.closed == "RECALLED"
    assert sandbox.desk.books.cases.keys() == {case.number}


def test_the_same_file_again_is_carried_out_once(sandbox):
    for _ in range(2):
        deliver(sandbox, order_of())
        sandbox.desk.work(DAY)

    assert len(sandbox.desk.books.cases) == 1


def test_another_file_of_that_name_is_for_a_person(sandbox):
    deliver(sandbox, order_of())

    with pytest.raises(OutcomeUnknownError, match="another file called RH_1234567_000001"):
        deliver(sandbox, order_of(OrderKind.RECALL))


def test_a_lost_answer_leaves_one_file(sandbox):
    sandbox.order("lost_answer")
    with pytest.raises(OutcomeUnknownError):
        deliver(sandbox, order_of())
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)

    assert len(sandbox.received()) == 1
    assert both(sandbox)[1].promise is Promise.IDEMPOTENT


def test_a_refused_claim_is_told_with_the_agencys_words(sandbox):
    sandbox.order("refuse_case")
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)

    assert told(sandbox)[1] == Receipt(CaseRef("C-1"), False, "O-1", code="E1", text="the debtor cannot be found")


def test_a_stage_that_nobody_has_heard_of_is_unknown(sandbox):
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)
    sandbox.order("unknown_status")
    sandbox.desk.advance(next(iter(sandbox.desk.books.cases.values())), "krav_sent", DAY)
    sandbox.desk.work(DAY)

    assert told(sandbox)[4][1:5] == (Stage.UNKNOWN, DAY, "", "never_heard_of")


def test_a_payout_with_another_total_is_handed_on_as_stated(sandbox):
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)
    sandbox.desk.books.pay("A0000001", 124_050, DAY)
    sandbox.order("wrong_total")
    sandbox.desk.work(DAY, pays_out=True)
    rows = [one for one in told(sandbox) if isinstance(one, SettlementRow)]
    closed = next(one for one in told(sandbox) if isinstance(one, SettlementClosed))

    assert closed.net_ore == rows[0].net_ore + 100


def test_files_are_deleted_when_they_have_been_kept(sandbox):
    deliver(sandbox, order_of())
    sandbox.desk.work(DAY)
    svea = both(sandbox, settled_after_s=0)[0]
    svea.fetch("")  # a file comes to rest by two looks
    first = svea.fetch("")
    again = svea.fetch("")

    assert [file.name for file in first.files] == ["told_000001.csv"]
    assert again == first
    assert sandbox.desk.outbox.joinpath("told_000001.csv").exists()
    assert svea.fetch(first.cursor) == Fetched((), "[]")
    assert list(sandbox.desk.outbox.iterdir()) == []


def test_by_itself_the_agency_goes_on_when_it_is_told_to(sandbox):
    sandbox.works_when_asked = True
    sandbox.today = lambda: DAY
    deliver(sandbox, order_of())
    assert [one.document for one in sandbox.received()] == ["RH_1234567_000001.csv"]
    for what in ("debtor_pays", "pays_out"):
        sandbox.order(what)

    assert [type(one) for one in told(sandbox)[3:]] == [
        Opened,
        SettlementOpened,
        SettlementRow,
        SettlementClosed,
        CaseClosed,
        Closed,
    ]


@pytest.mark.parametrize("name", BY_FILES)
def test_a_file_that_is_none_of_the_agencys_is_refused(name):
    for content in (b"", b"hello", b"\x00\xff" * 3000, b'{"a": 1}'):
        with pytest.raises(FormatError):
            read(agency(name), content)


def test_a_row_of_no_case_is_refused():
    with pytest.raises(FormatError, match="of no case"):
        read(agency("svea"), b"H;1;2026-11-23;\r\nT;;;;krav_sent;;;\r\nZ;3\r\n")
