"""An agency's own money is known by its account, never told back, and placed on its settlement."""

from __future__ import annotations

import pytest
from collection_world import CollectionWorld, collection_tenant
from payment_world import pay
from small_agency import GIRO

from hub.errors import DataError, RuleViolation
from hub.model.collection_cases import CaseState
from hub.model.collection_commands import PlacePayout, RecallCase, ReportDirectPayment
from hub.model.commands import UndoFile
from hub.model.payment_file import Payer
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


def test_an_agencys_payment_of_one_invoice_is_not_told_back(world):
    world.bank_file(theirs(100_000, "1001"))

    assert world.open() == (0, 0, 0)
    assert world.told() == ["claim"]
    assert world.case().left_there_ore == 0


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
