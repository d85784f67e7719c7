"""An agency's own money is known by its account, never told back, and placed on its settlement."""

from __future__ import annotations

import json

import pytest
from collection_world import CollectionWorld, collection_tenant, two_companies
from one_database import on_sqlite
from payment_world import DAY, pay
from small_agency import GIRO, TERMS
from sqlalchemy import text

from hub.errors import DataError, RuleViolation
from hub.model.books import Bucket, Contra, Posting
from hub.model.collection import CollectionStep, Payee, StepTerms
from hub.model.collection_cases import CaseState
from hub.model.collection_commands import (
    CloseCase,
    PlacePayout,
    RecallCase,
    ReportDirectPayment,
    SeeCollection,
    TakeOffPayout,
)
from hub.model.commands import MovePayment, Share, UndoFile
from hub.model.payment_file import PayeeAccount, Payer, Reversal
from hub.rules.charges import Cause
from hub.services.chart import chart_of
from hub.store.database import reading
from hub.store.enquiries import SqlEnquiries


@pytest.fixture
def world(engine):
    made = CollectionWorld(engine)
    made.person("1001", reference="1001")
    made.transfer()
    made.books.tell()
    made.follow()
    return made


def settle(world, amount_ore=100_000, **given):
    """Let the debtor pay the agency, which settles; return what it pays out."""
    world.books.debtor_pays(world.case().claim_id, amount_ore)
    lines, net_ore = world.books.settlement(**given)
    world.books.tell(*lines)
    world.follow()
    return net_ore


def theirs(amount_ore, reference="", **more):
    return pay(amount_ore, reference, payer=Payer(account=GIRO.partition(":")[2]), **more)


def test_money_that_comes_before_its_settlement_waits_and_is_placed_then(world):
    net_ore = 87_500
    world.bank_file(theirs(net_ore, "P1"))
    assert world.queue() == [("suspended", "agency_payout", net_ore)]

    assert settle(world) == net_ore
    assert world.queue() == []
    assert world.accounts()["1689"] == 0
    assert (world.accounts()["2990"], world.accounts()["6060"], world.accounts()["2641"]) == (0, 10_000, 2_500)
    assert [event["payout_reference"] for event in world.events("settlement_paid")] == ["P1"]
    assert world.told() == ["claim"]
    assert world.verify() == []


def test_money_that_comes_after_its_settlement_is_placed_by_its_amount(world):
    net_ore = settle(world)
    world.bank_file(theirs(net_ore))

    assert (world.queue(), world.accounts()["1689"]) == ([], 0)
    assert world.verify() == []


def test_two_settlements_of_one_amount_wait_for_a_person(engine):
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    world.transfer()
    world.books.tell()
    world.follow()
    first, second = [case.claim_id for case in world.cases()]
    for claim in (first, second):
        world.books.debtor_pays(claim, 100_000)
        lines, net_ore = world.books.settlement()
        world.books.tell(*lines)
    world.follow()
    world.bank_file(theirs(net_ore), theirs(net_ore))
    assert [reason for _, reason, _ in world.queue()] == ["agency_payout"] * 2

    with world.store.read() as work:
        payments = [one.payment_id for one in work.queue.waiting()]
        settlement = work.agency_told.settlements()[0]
    with pytest.raises(DataError):
        world.tell_hub(PlacePayout(key="x", user="anna", settlement_no=99, payment_id=payments[0]))
    command = PlacePayout(key="p", user="anna", settlement_no=settlement.settlement_no, payment_id=payments[0])
    world.tell_hub(command)
    assert world.queue() == []  # the other is the only one left
    assert world.accounts()["1689"] == 0
    assert world.verify() == []


def test_an_agencys_money_is_no_debtors_payment_whatever_it_says(world):
    world.books.commission_percent = 0
    world.bank_file(theirs(100_000, "1001"), pay(100_000, "1001", payer=Payer(account="9900000"), entry=2))
    assert world.open() == (0, 0, 0)  # the debtor's
    assert world.queue() == [("suspended", "agency_payout", 100_000)]

    world.person("1002", reference="1002")
    world.transfer()
    world.bank_file(theirs(100_000, "1002"), serial="2")
    assert world.open("1002") == (100_000, 0, 0)
    claim = world.case("1002").claim_id
    settled(world, "1002", (claim, 100_000))
    assert (world.open("1002"), world.accounts()["1689"], settlements(world)) == ((0, 0, 0), 0, [("1002", 0)])
    assert world.verify() == []


def test_what_a_person_places_of_an_agencys_money_is_not_told_back(world):
    exchange = world.bank_file(theirs(100_000, "1001"))
    (payment,) = world.payments(exchange)
    share = Share(company="1", number="1001")
    world.tell_hub(MovePayment(key="m", user="anna", payment_id=payment, shares=(share,)))
    world.follow()

    assert (world.open(), world.case().left_there_ore) == ((0, 0, 0), 0)
    assert world.told() == ["claim"]


def test_a_debtors_payment_by_file_is_told(world):
    world.bank_file(pay(100_000, "1001", payer=Payer(account="9900000")))
    world.follow()

    assert world.told() == ["claim", "direct_payment"]
    assert world.books.open == {}


def test_a_settlement_without_its_money_becomes_a_task(world):
    settle(world)
    world.next_day(20)
    world.follow()

    assert "settlement_unpaid" in world.tasks()
    asked = world.sql("SELECT * FROM task"), world.sql("SELECT next_value FROM counter WHERE series = 'task'")
    world.next_day()
    world.follow()
    assert (world.sql("SELECT * FROM task"), world.sql("SELECT next_value FROM counter WHERE series = 'task'")) == asked


@on_sqlite
def test_a_settlement_of_a_day_that_cannot_be_is_held_and_one_that_is_there_stops_no_round(world, engine):
    row = {"told": "row", "claim": world.case().claim_id, "capital_ore": 1_000, "net_ore": 1_000}
    for day in ("9999-12-31", "0001-01-01", "2027-01-16"):
        head = {"told": "settlement", "payout_reference": f"P-{day}", "date": day}
        held = world.receive(world.books.tell(head, row, {"told": "end"}, file_no=0))
        assert (held.state, f"is dated {day}, which cannot be" in held.reason) == ("held", True)
        head["date"], paid = "2026-11-10", {**row, "date": day}
        held = world.receive(world.books.tell(head, paid, {"told": "end"}, file_no=0))
        assert (held.state, f"a row was paid on {day}, which cannot be" in held.reason) == ("held", True)
    assert (world.open(), settlements(world)) == ((100_000, 0, 0), [])

    settle(world)
    with engine.begin() as connection:
        connection.execute(text("UPDATE settlement SET dated_on = '9999-12-31'"))
    world.follow()
    assert "settlement_unpaid" not in world.tasks()
    world.next_day(20)
    world.follow()
    assert "settlement_unpaid" in world.tasks()  # counted from when it was booked


@pytest.mark.parametrize("of_several", [False, True])
def test_a_settlement_whose_money_the_bank_takes_back_is_unpaid_again(engine, of_several):
    world = CollectionWorld(engine, two_companies())
    world.person("1001", company="1")
    world.person("1001", company="2")
    world.transfer()
    first, second = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 100_000), *([(second, 60_000)] if of_several else []))
    amount_ore = 160_000 if of_several else 100_000
    key = (("bgc_serial", "77"),)
    came = world.bank_file(theirs(amount_ore, "P1", keys=key))
    assert settlements(world) == [("P1", 0)]
    before = by_company(world)
    back = Reversal(1, 1, amount_ore, "SEK", DAY, "P1", key)
    went = world.bank_file(back, serial="2")

    assert (went.state, settlements(world), world.queue()) == ("posted", [("P1", amount_ore)], [])
    assert set(by_company(world).values()) == ({100_000, 60_000, 0} if of_several else {100_000})
    assert (world.accounts()["2990"], world.accounts()["1940"]) == (0, 0)
    assert list(world.tasks()) == ["settlement_unpaid"]
    assert "ask the agency to pay again" in world.tasks()["settlement_unpaid"]
    assert world.verify() == []
    fates = SqlEnquiries(engine, world.store.tenant).payment(world.payments(came)[0]).fates
    assert {one.what for one in fates} == {"taken_back"}

    world.bank_file(theirs(amount_ore, "P1"), serial="3")
    assert (settlements(world), by_company(world), world.tasks()) == ([("P1", 0)], before, {})
    assert world.verify() == []


def test_a_settlement_that_was_paid_where_the_hub_does_not_see_it_is_coded(engine):
    world = CollectionWorld(engine, two_companies())
    world.person("1001", company="1")
    world.person("1001", company="2")
    world.transfer()
    first, second = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 100_000), (second, 60_000))
    settled(world, "P2", (second, {"commission_ore": 500, "vat_ore": 125, "net_ore": -625}))
    world.next_day(30)
    world.follow()
    assert "with --coding" in world.tasks()["settlement_unpaid"]

    def paid(number, amount_ore, company="", account="1935"):
        coding = ({"account": account, "amount_ore": amount_ore},)
        key = f"p{number}{amount_ore}{company}{account}"
        command = PlacePayout(key=key, user="anna", settlement_no=number, coding=coding, company=company)
        return world.tell_hub(command)["amount_ore"]

    with pytest.raises(RuleViolation, match="name one of them"):
        paid(1, 160_000)
    with pytest.raises(DataError, match="add up to"):
        paid(1, 99_000, "1")
    with pytest.raises(RuleViolation, match="the hub books by itself"):
        paid(1, 100_000, "1", "2990")
    assert (paid(1, 100_000, "1"), settlements(world)[0]) == (100_000, ("P1", 60_000))
    assert (paid(1, 60_000), paid(2, -625), settlements(world)) == (60_000, -625, [("P1", 0), ("P2", 0)])
    assert by_company(world) == {("1", "1689"): 0, ("2", "1689"): 0}
    assert (world.accounts()["1935"], world.tasks()) == (159_375, {})
    assert world.verify() == []


def test_money_on_the_wrong_settlement_is_taken_off_and_placed_elsewhere(engine):
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    world.transfer()
    for number, case in enumerate(world.cases(), 1):
        settled(world, f"P{number}", (case.claim_id, 50_000))
    (payment,) = world.payments(world.bank_file(theirs(50_000, "P1")))
    assert settlements(world) == [("P1", 0), ("P2", 50_000)]
    off = TakeOffPayout(key="t", user="anna", payment_id=payment)
    assert world.tell_hub(off) == {"payment_id": payment, "settlements": [1]}
    assert (settlements(world)[0], world.queue()) == (("P1", 50_000), [("suspended", "payout_taken_off", 50_000)])
    with pytest.raises(DataError, match="pays no settlement"):
        world.tell_hub(TakeOffPayout(key="u", user="anna", payment_id=payment))
    world.tell_hub(PlacePayout(key="p", user="anna", settlement_no=2, payment_id=payment))
    assert (settlements(world), world.queue()) == ([("P1", 50_000), ("P2", 0)], [])
    assert world.verify() == []


def test_a_direct_payment_for_what_was_settled_at_its_transfer_is_placed_on_the_case(engine):
    world = CollectionWorld(engine, collection_tenant({"settles": True}))
    world.person("1001", reference="1001")
    world.transfer()
    world.books.tell()
    world.follow()
    world.bank_file(pay(40_000, "1001"))
    ((_, reason, _),) = world.queue()
    assert reason != "agency_payout"
    with world.store.read() as work:
        (payment,) = [one.payment_id for one in work.queue.waiting()]

    case_no = world.case().case_no
    world.tell_hub(ReportDirectPayment(key="d", user="anna", case_no=case_no, payment_id=payment))
    world.follow()
    assert (world.queue(), world.accounts()["1580"]) == ([], 60_000)
    assert world.told() == ["claim", "direct_payment"]
    assert world.books.left[world.case().claim_id] == [60_000, 0, 0]
    assert world.verify() == []


@pytest.mark.parametrize("has_ended", [False, True])
def test_a_direct_payment_that_the_bank_takes_back_is_left_at_the_agency_again(engine, has_ended):
    world = CollectionWorld(engine, collection_tenant({"settles": True}))
    world.person("1001")
    debit(world, "1001", fee_ore=6_000)
    world.transfer()
    world.books.tell()
    world.follow()
    key = (("bgc_serial", "77"),)
    (payment,) = world.payments(world.bank_file(pay(40_000, "1001", keys=key)))
    case_no = world.case().case_no
    for amount_ore in (10_000, None):  # in two parts
        direct = {"case_no": case_no, "payment_id": payment, "amount_ore": amount_ore}
        world.tell_hub(ReportDirectPayment(key=f"d{amount_ore}", user="anna", **direct))
    world.follow()
    claim = world.case().claim_id
    assert world.books.left[claim] == [66_000, 0, 0]
    if has_ended:
        world.tell_hub(CloseCase(key="c", user="anna", case_no=case_no, code="RECALLED"))
        assert world.open() == (66_000, 0, 0)
    world.bank_file(Reversal(1, 1, 40_000, "SEK", DAY, "1001", key), serial="2")
    world.follow()

    assert (world.queue(), world.tasks(), world.accounts()["2990"]) == ([], {}, 0)
    at_agency = tuple(world.accounts().get(account, 0) for account in ("1580", "1581"))
    assert (sum(world.open()), at_agency) == ((106_000, (0, 0)) if has_ended else (0, (100_000, 6_000)))
    assert world.told()[:3] == ["claim", "direct_payment", "direct_payment"]
    if not has_ended:
        assert (world.case().left_there_ore, world.books.left[claim]) == (106_000, [100_000, 6_000, 0])
        paid = [json.loads(order.body)["payment"] for order in world.orders()[-2:]]
        assert [(one["amount_ore"], one["principal_left_ore"]) for one in paid] == [
            (-10_000, 70_000),
            (-30_000, 100_000),
        ]
    assert world.verify() == []


def test_a_direct_payment_of_an_open_receivable_is_moved_to_it_instead(world):
    world.bank_file(pay(40_000, "no such thing"))
    with world.store.read() as work:
        (payment,) = [one.payment_id for one in work.queue.waiting()]

    with pytest.raises(RuleViolation, match="hub payments move"):
        world.tell_hub(ReportDirectPayment(key="d", user="a", case_no=world.case().case_no, payment_id=payment))


def test_a_settlement_and_its_closing_in_one_file_leave_nothing_on_the_transfer_accounts(engine):
    world = CollectionWorld(engine, collection_tenant({"settles": True}))
    world.person("1001")
    world.transfer()
    world.books.tell()
    world.follow()
    settle(world)

    assert (world.case().state, world.open(), world.accounts()["1580"]) == (CaseState.CLOSED, (0, 0, 0), 0)
    assert world.verify() == []


def test_a_settlement_of_what_has_been_taken_back_lowers_the_receivable_that_is_open_again(engine):
    world = CollectionWorld(engine, collection_tenant({"settles": True}, agreement={"confirms_recalls": False}))
    world.person("1001")
    world.transfer()
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 30_000)
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="error"))
    world.follow()
    assert world.open() == (100_000, 0, 0)
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()

    assert (world.open(), world.accounts()["1580"]) == ((70_000, 0, 0), 0)
    assert world.verify() == []


def test_an_undo_leaves_money_that_has_been_settled_with_an_agency(engine):
    world = CollectionWorld(engine, collection_tenant({"settles": True}))
    world.person("1001", reference="1001")
    world.transfer()
    world.books.tell()
    world.follow()
    net_ore = settle(world, 60_000, close=False)
    file = (theirs(net_ore, "P1"), pay(40_000, "1001"), pay(7_700, "zz"))
    exchange = world.bank_file(*file)
    placed, direct, _ = world.payments(exchange)
    assert [remaining_ore for _, _, remaining_ore in world.queue()] == [40_000, 7_700]
    world.tell_hub(ReportDirectPayment(key="d", user="anna", case_no=world.case().case_no, payment_id=direct))
    world.follow()

    answer = world.tell_hub(UndoFile(key="u", user="anna", exchange_no=exchange.number, reason="wrong"))
    assert (answer["left_out"], answer["postings"]) == (2, 1)
    assert (world.accounts()["1940"], world.accounts()["1689"], world.accounts()["1580"]) == (net_ore + 40_000, 0, 0)
    assert world.verify() == []

    again = world.bank_file(*file)
    assert (again.state, world.queue()) == ("posted", [("suspended", "unknown_reference", 7_700)])
    assert world.accounts()["1940"] == net_ore + 47_700
    fates = SqlEnquiries(engine, world.store.tenant).payment(placed).fates
    assert [(one.what, one.amount_ore) for one in fates] == [("settled_with_agency", net_ore)]
    assert world.verify() == []


def settled(world, reference, *rows, day="2026-11-10"):
    """Let the agency settle rows, each a claim and its capital in öre or more of its fields."""
    lines = [{"told": "settlement", "payout_reference": reference, "date": day}]
    for claim, given in rows:
        row = given if isinstance(given, dict) else {"capital_ore": given, "net_ore": given}
        lines.append({"told": "row", "claim": claim, "date": "2026-11-05", **row})
    world.books.tell(*lines, {"told": "end"})
    world.follow()


def debit(world, number, *, fee_ore=0, interest_ore=0):
    """Debit a reminder fee and interest, as dunning does."""
    row = world.one(number)
    of_row = {"group_no": row.group_no, "company": row.company, "currency": row.currency}
    days = {"transaction_date": "2026-11-01", "booked_date": "2026-11-01"}
    nowhere = {"payment_id": None, "exchange_no": None, "section_no": 0, "account_no": 0}
    charges = (
        (fee_ore, Bucket.FEE, Contra.REMINDER_FEE, Cause.REMINDER_FEE_DEBITED),
        (interest_ore, Bucket.INTEREST, Contra.INTEREST, Cause.INTEREST_DEBITED),
    )
    with world.store.write() as work:
        work.books.add(
            [
                Posting(row.receivable_id, bucket, amount_ore, cause=cause, contra=contra, **of_row, **days, **nowhere)
                for amount_ore, bucket, contra, cause in charges
                if amount_ore
            ]
        )
        work.books.apply(chart_of(work, world.tenant), voucher_type="dunning")


def settlements(world):
    """(reference, what is left) of every settlement, oldest first."""
    with world.store.read() as work:
        return [(one.payout_reference, one.left_ore) for one in sorted(work.agency_told.settlements())]


def test_the_reference_decides_which_settlement_is_paid(engine):
    world = CollectionWorld(engine)
    world.person("1001", "1002", "1003")
    world.transfer()
    first, second, third = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 50_000))
    settled(world, "P2", (second, 50_000))
    settled(world, "P12", (third, 50_000))

    world.bank_file(theirs(50_000, "P2"), serial="1")
    assert settlements(world) == [("P1", 50_000), ("P2", 0), ("P12", 50_000)]
    world.bank_file(theirs(50_000, "P12"), serial="2")  # P1 is not meant
    assert settlements(world) == [("P1", 50_000), ("P2", 0), ("P12", 0)]
    world.bank_file(theirs(50_000, texts=("P2 again",)), serial="3")  # has its money, and no other is meant
    assert settlements(world)[0] == ("P1", 50_000)
    world.bank_file(theirs(50_000, "nothing that is known"), serial="4")
    assert settlements(world)[0] == ("P1", 0)
    assert [remaining_ore for _, _, remaining_ore in world.queue()] == [50_000]
    assert world.verify() == []


def test_money_that_may_be_one_of_two_settlements_waits(engine):
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    world.transfer()
    first, second = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 50_000))
    settled(world, "P2", (second, 50_000))
    world.bank_file(theirs(50_000))

    assert settlements(world) == [("P1", 50_000), ("P2", 50_000)]


def test_what_an_agency_is_owed_is_taken_off_what_it_pays_out_later(world):
    claim = world.case().claim_id
    settled(world, "P1", (claim, {"commission_ore": 500, "vat_ore": 125, "net_ore": -625}))
    world.next_day(30)
    world.follow()
    assert (settlements(world), "settlement_unpaid" in world.tasks()) == ([("P1", -625)], False)

    settled(world, "P2", (claim, 90_000))
    settled(world, "P3", (claim, {"capital_ore": -10_000, "net_ore": -10_000}))
    world.bank_file(theirs(89_375, "P2"))  # P3 came after it
    assert (settlements(world), world.queue()) == ([("P1", 0), ("P2", 0), ("P3", -10_000)], [])
    assert [event["amount_ore"] for event in world.events("settlement_paid")] == [90_000, -625]

    settled(world, "P4", (claim, 10_000))
    settled(world, "P5", (claim, 500))
    with pytest.raises(RuleViolation, match="does not come to that"):
        world.tell_hub(PlacePayout(key="p5", user="anna", settlement_no=5))
    world.tell_hub(PlacePayout(key="p4", user="anna", settlement_no=4))
    assert (settlements(world)[2:], world.accounts()["1689"]) == ([("P3", 0), ("P4", 0), ("P5", 500)], 500)
    assert world.verify() == []


def test_a_settlement_of_several_companies_is_placed_for_each_over_the_account_between_them(engine):
    world = CollectionWorld(engine, two_companies())
    world.person("1001", company="1")
    world.person("1001", company="2")
    world.transfer()
    first, second = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 100_000), (second, 60_000))
    exchange = world.bank_file(theirs(160_000, "P1"))

    assert (settlements(world), world.queue()) == ([("P1", 0)], [])
    assert by_company(world) == {("1", "1689"): 0, ("2", "1689"): 0, ("1", "1660"): -60_000, ("2", "1660"): 60_000}
    assert world.verify() == []
    answer = world.tell_hub(UndoFile(key="u", user="anna", exchange_no=exchange.number, reason="wrong"))
    assert answer["left_out"] == 1


def test_a_settlement_of_several_companies_may_be_paid_company_by_company(engine):
    world = CollectionWorld(engine, two_companies())
    world.person("1001", company="1")
    world.person("1001", company="2")
    world.transfer()
    first, second = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 100_000), (second, 60_000))
    world.next_day(30)
    world.follow()
    assert "settlement_unpaid" in world.tasks()
    second_account = {"account": PayeeAccount("bankgiro", "3217254")}
    with pytest.MonkeyPatch.context() as patched:  # both come before the round
        patched.setattr(world, "follow_cases", lambda _work: False)
        exchange = world.bank_file(theirs(100_000, "P1"), serial="2")
        world.bank_file(theirs(60_000, "P1"), serial="3", **second_account)
    world.work()
    (payment,) = world.payments(exchange)

    assert (settlements(world), world.tasks()) == ([("P1", 0)], {})
    assert by_company(world) == {("1", "1689"): 0, ("2", "1689"): 0}
    assert world.queue() == []
    assert [event["amount_ore"] for event in world.events("settlement_paid")] == [100_000, 60_000]
    assert world.sql(f"SELECT company, amount_ore FROM settlement_payment WHERE payment_id = {payment}") == [
        ("1", 100_000)
    ]
    assert world.verify() == []


def test_a_part_of_a_settlement_of_several_companies_is_placed_by_a_person(engine):
    world = CollectionWorld(engine, two_companies())
    world.person("1001", company="1")
    world.person("1001", company="2")
    world.transfer()
    first, second = [case.claim_id for case in world.cases()]
    settled(world, "P1", (first, 100_000), (second, 60_000))
    world.next_day(30)
    exchange = world.bank_file(theirs(110_000, "P1"), theirs(70_000, "P1"))
    assert settlements(world) == [("P1", 160_000)]

    too_much, part = world.payments(exchange)
    with pytest.raises(RuleViolation, match=r"more than the 1\s000,00 that settlement 1 has left .* to company 1"):
        world.tell_hub(PlacePayout(key="p", user="anna", settlement_no=1, payment_id=too_much))
    world.tell_hub(PlacePayout(key="q", user="anna", settlement_no=1, payment_id=part))
    assert (settlements(world), "settlement_unpaid" in world.tasks()) == ([("P1", 90_000)], True)
    assert by_company(world) == {("1", "1689"): 30_000, ("2", "1689"): 60_000}
    assert world.verify() == []


@pytest.mark.parametrize("settles", [False, True])
def test_what_an_agency_takes_back_opens_capital_fees_and_interest_again(engine, settles):
    world = CollectionWorld(engine, collection_tenant({"settles": settles}))
    world.person("1001")
    debit(world, "1001", fee_ore=6_000, interest_ore=500)
    world.transfer()
    claim = world.case().claim_id
    paid = {"capital_ore": 100_000, "reminder_fee_ore": 6_000, "interest_ore": 900, "net_ore": 106_900}
    settled(world, "P1", (claim, paid))
    assert (sum(world.open()), world.accounts().get("1580", 0)) == (0, 0)
    assert world.accounts()["8313"] == -900  # 400 of it the agency's own

    settled(world, "P2", (claim, {name: -ore for name, ore in paid.items()}))
    left = (100_000, 6_000, 500)
    at_agency = tuple(world.accounts().get(account, 0) for account in ("1580", "1581", "1582"))
    assert (world.open(), at_agency) == (((0, 0, 0), left) if settles else (left, (0, 0, 0)))
    assert (world.case().left_there_ore, world.accounts()["8313"], world.accounts()["1689"]) == (106_500, -500, 0)
    assert world.verify() == []


@on_sqlite
@pytest.mark.parametrize("settles", [False, True])
def test_no_more_capital_is_taken_back_than_was_collected(engine, settles):
    world = CollectionWorld(engine, collection_tenant({"settles": settles}))
    world.person("1001")
    world.transfer()
    head, claim = {"told": "settlement", "payout_reference": "P1", "date": "2026-11-10"}, world.case().claim_id

    def given(*capital_ore, reference="P1"):
        rows = [{"told": "row", "claim": claim, "capital_ore": ore, "net_ore": ore} for ore in capital_ore]
        lines = [{**head, "payout_reference": reference}, *rows, {"told": "end"}]
        return world.receive(world.books.tell(*lines, file_no=0))

    assert "takes back 100,00 of the capital of case 1, which has collected 0,00" in given(-10_000).reason
    assert given(10_000, -10_001).state == "held"
    assert (world.case().left_there_ore, "agency_file_held" in world.tasks()) == (100_000, True)
    assert given(10_000, -4_000).state == "posted"
    assert given(-6_001, reference="P2").state == "held"
    assert given(-6_000, reference="P2").state == "posted"
    assert (world.case().left_there_ore, world.verify()) == (100_000, [])


def test_fees_that_an_agency_keeps_are_no_revenue(engine, monkeypatch):
    monkeypatch.setitem(TERMS, CollectionStep.COLLECT, StepTerms(Payee.AGENCY, keeps_fees=True))
    world = CollectionWorld(engine)
    world.person("1001")
    debit(world, "1001", fee_ore=6_000)
    world.transfer()
    before = world.accounts()
    row = {"capital_ore": 100_000, "reminder_fee_ore": 6_000, "demand_fee_ore": 18_000}
    settled(
        world, "P1", (world.case().claim_id, {**row, "commission_ore": 28_000, "vat_ore": 1_000, "net_ore": 95_000})
    )

    changed = {name: ore - before.get(name, 0) for name, ore in world.accounts().items()}
    assert {name: ore for name, ore in changed.items() if ore} == {
        "1510": -106_000,
        "1689": 95_000,
        "2641": 1_000,
        "6060": 10_000,  # its commission, without its own fee of 180
    }
    assert world.open() == (0, 0, 0)
    assert world.verify() == []


def test_money_at_a_step_where_we_are_paid_is_booked_and_asked_about(engine, monkeypatch):
    monkeypatch.setitem(TERMS, CollectionStep.COLLECT, StepTerms(Payee.CREDITOR, keeps_fees=False))
    world = CollectionWorld(engine, collection_tenant({"settles": True, "routines": ["04"]}, {"routines": ["01"]}))
    world.person("1001")
    world.person("1002", routine="04")
    plan = world.transfer_plan()
    assert ("leave", "paid_here") in world.why(plan)  # its payments would have no receivable

    world.transfer(plan)
    settled(world, "P1", (world.case().claim_id, 40_000))
    assert (world.open()[0], list(world.tasks())) == (60_000, ["agency_is_not_the_payee"])
    with world.store.read() as work:
        (task,) = work.commands.open_tasks()
    world.tell_hub(SeeCollection(key="s", user="anna", task_no=task["task_no"]))
    assert world.tasks() == {}


def test_more_than_was_settled_at_the_transfer_is_asked_about(engine):
    world = CollectionWorld(engine, collection_tenant({"settles": True}))
    world.person("1001")
    world.transfer()
    settled(world, "P1", (world.case().claim_id, 150_000))
    assert (world.accounts()["1580"], "overpaid_at_agency" in world.tasks()) == (-50_000, True)


def test_a_settlement_in_another_currency_or_without_a_head_counts_for_nothing(world):
    claim = world.case().claim_id
    row = {"told": "row", "claim": claim, "capital_ore": 1_000, "net_ore": 1_000, "date": "2026-11-05"}
    head = {"told": "settlement", "payout_reference": "P1", "date": "2026-11-10", "currency": "EUR"}
    held = world.receive(world.books.tell(head, row, {"told": "end"}))
    assert (held.state, "P1 is in EUR" in held.reason) == ("held", True)
    put_aside = world.receive(world.books.tell(row, {"told": "end"}))
    assert (put_aside.state, put_aside.problem["code"]) == ("quarantined", "SETTLEMENT_HEAD_MISSING")
    assert (world.open(), settlements(world)) == ((100_000, 0, 0), [])


def test_what_settles_at_a_reminder_could_not_be_taken_further():
    with pytest.raises(ValueError, match="settles what small is to remind of"):
        collection_tenant({"settles": True, "step": "remind"}, {"step": "collect"})


def by_company(world):
    """What stands on the accounts of payouts and between companies, by company."""
    with reading(world.engine) as connection:
        lines = "voucher_line l JOIN voucher v ON v.tenant = l.tenant AND v.voucher_no = l.voucher_no"
        of_both = "l.account IN ('1689', '1660') GROUP BY v.company, l.account"
        rows = connection.execute(text(f"SELECT v.company, l.account, sum(l.amount_ore) FROM {lines} WHERE {of_both}"))
        return {(row[0], row[1]): int(row[2]) for row in rows}
