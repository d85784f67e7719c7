"""Claims are handed over to an agency, followed there, and what comes back is booked."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from collection_world import CollectionWorld, collection_tenant
from one_database import on_sqlite
from payment_world import pay, payment_file
from small_agency import refusal

from hub.errors import ConfigurationError, DataError, RuleViolation
from hub.model.collection import Manner
from hub.model.collection_cases import CaseState, Selection
from hub.model.collection_commands import (
    CloseCase,
    DecideAgencyFile,
    HoldCase,
    RecallCase,
    SendFileAgain,
    TellAgency,
)
from hub.model.commands import CancelReceivable, CreditReceivable, EndHold, SetHold, Target
from hub.model.deliveries import KnownRecipient
from hub.services.collection import observing, transferring
from hub.services.collection.planning import make_plan
from hub.services.payments.receiving import receive
from hub.testing.carrying import drain

CLAIMED = ["claim"]


@pytest.fixture
def world(engine):
    return CollectionWorld(engine)


@pytest.fixture
def accepted(world):
    """One receivable at the agency, which has accepted it."""
    world.person("1001")
    world.transfer()
    world.books.tell()
    world.follow()
    return world


def about(number="1001"):
    return Target(company="1", number=number)


def test_what_is_due_is_planned_handed_over_and_accepted(world):
    world.person("1001")
    plan_no = world.transfer_plan()
    assert world.why(plan_no) == [("take", "usual: 5 days after due_date")]
    assert world.told() == []

    world.transfer(plan_no)
    assert world.told() == CLAIMED
    assert world.case().state == CaseState.TRANSFERRED
    assert world.holds() == ["inkasso"]
    assert world.open() == (100_000, 0, 0)

    world.books.tell()
    world.follow()
    case = world.case()
    assert (case.state, case.agency_case_no, case.agency_ocr) == (CaseState.ACCEPTED, f"A-{case.claim_id}", "123")
    assert world.books.left[case.claim_id] == [100_000, 0, 0]
    assert [event["claim_id"] for event in world.events("case_transferred")] == [case.claim_id]
    assert [event["agency_case_no"] for event in world.events("case_accepted")] == [case.agency_case_no]
    assert world.verify() == []


def test_a_plan_is_carried_out_once_and_a_second_run_hands_nothing_over_again(world):
    world.person("1001")
    plan_no = world.transfer()
    with pytest.raises(RuleViolation, match="carried out once"):
        world.transfer(plan_no)

    again = world.transfer_plan()
    assert world.why(again) == []
    assert world.counted(again) == {"at_agency": 1}
    assert world.told() == CLAIMED


def test_of_two_plans_at_once_one_hands_over(world):
    world.person("1001")
    first, second = world.transfer_plan(), world.transfer_plan()
    world.transfer(first)
    world.transfer(second)

    assert world.why(second) == [("left_out", "at_agency:small")]
    assert len(world.cases()) == 1
    assert world.told() == CLAIMED


def test_what_was_paid_since_the_plan_is_left_out(world):
    world.person("1001", "1002")
    plan_no = world.transfer_plan()
    world.paid("1001", 100_000)
    world.paid("1002", 10_000)
    world.transfer(plan_no)

    assert world.why(plan_no) == [("left_out", "paid"), ("left_out", "balance_changed")]
    assert world.told() == []


def test_a_direct_payment_is_told_and_the_agency_closes(accepted):
    world = accepted
    world.paid("1001", 40_000)
    world.follow()
    assert world.told() == ["claim", "direct_payment"]
    assert world.books.left == {world.case().claim_id: [60_000, 0, 0]}
    world.paid("1001", 60_000)
    world.follow()
    world.books.tell()
    world.follow()

    case = world.case()
    assert (case.state, case.closing_code) == (CaseState.CLOSED, "PAID_DIRECT")
    assert world.holds() == []
    assert world.books.open == {}
    assert world.verify() == []


def test_a_settlement_posts_capital_interest_fees_and_commission_apart(accepted):
    world = accepted
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 100_000, own_interest_ore=500)
    lines, net_ore = world.books.settlement()
    world.books.tell(*lines)
    world.follow()

    assert world.open() == (0, 0, 0)
    balance = world.accounts()
    assert balance["1510"] == 0
    assert (balance["1689"], balance["6060"], balance["2641"], balance["8313"]) == (net_ore, 10_050, 2_512, -500)
    assert net_ore + 10_050 + 2_512 == 100_500
    case = world.case()
    assert (case.state, case.closing_code, case.left_there_ore) == (CaseState.CLOSED, "PAID_AGENCY", 0)
    assert world.holds() == []
    assert world.told() == CLAIMED  # the agency's own money is not told back
    assert [event["net_ore"] for event in world.events("case_settled")] == [net_ore]
    assert world.verify() == []


def test_a_settlement_that_does_not_add_up_is_held_whole(accepted):
    world = accepted
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 30_000)
    lines, _ = world.books.settlement()
    lines[1]["net_ore"] += 1
    status = {"told": "status", "claim": claim, "stage": "krav_sent"}
    held = world.receive(world.books.tell(status, *lines))

    assert held.state == "held"
    assert "comes" in held.reason or "come to" in held.reason
    assert world.open() == (100_000, 0, 0)
    assert world.case().stage != "krav_sent"
    assert "agency_file_held" in world.tasks()
    world.tell_hub(DecideAgencyFile(key="d", user="anna", exchange_no=held.number, verdict="take"))
    assert world.open() == (100_000, 0, 0)  # nobody can decide that sums agree


def test_a_settlement_whose_total_differs_is_held(accepted):
    world = accepted
    world.books.debtor_pays(world.case().claim_id, 30_000)
    lines, _ = world.books.settlement()
    lines[-1]["net_ore"] -= 1

    assert world.receive(world.books.tell(*lines)).state == "held"
    assert world.sql("SELECT count(*) FROM settlement") == [(0,)]


def test_a_settlement_of_an_unknown_case_is_held_and_nothing_is_booked(accepted):
    world = accepted
    world.books.debtor_pays(world.case().claim_id, 30_000)
    lines, _ = world.books.settlement()
    lines[1]["claim"] = "K77"
    held = world.receive(world.books.tell(*lines))

    assert (held.state, world.open()) == ("held", (100_000, 0, 0))
    assert "a case that is not known" in held.reason


def test_a_payout_reference_is_booked_once(accepted):
    world = accepted
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 10_000)
    lines, _ = world.books.settlement(reference="P9")
    world.books.tell(*lines)
    world.follow()
    again = world.receive(world.books.tell(*lines, {"told": "status", "claim": claim, "stage": "krav_due"}))

    assert again.state == "held"
    assert world.open() == (90_000, 0, 0)


def test_a_file_that_comes_twice_counts_once(accepted):
    world = accepted
    world.books.debtor_pays(world.case().claim_id, 10_000)
    lines, _ = world.books.settlement()
    content = world.books.tell(*lines)
    assert world.receive(content).state == "posted"
    assert world.receive(content).state == "duplicate"
    assert world.open() == (90_000, 0, 0)


def test_files_out_of_sequence_wait_for_the_missing_one(accepted):
    world = accepted
    claim = world.case().claim_id
    second = world.books.tell({"told": "status", "claim": claim, "stage": "krav_sent"})
    third = world.books.tell({"told": "status", "claim": claim, "stage": "disputed"})

    waits = world.receive(third)
    assert (waits.state, waits.reason) == ("held", "file 3 follows file 1: 1 before it have not come")
    assert world.receive(second).state == "posted"
    with world.store.read() as work:
        assert work.exchanges.get(waits.number).state == "posted"
    assert world.case().stage == "disputed"
    assert "agency_file_held" not in world.tasks()
    assert "case_disputed" in world.tasks()


def test_a_file_that_cannot_be_read_goes_to_quarantine_and_says_nothing(accepted):
    world = accepted
    good = {"told": "status", "claim": world.case().claim_id, "stage": "krav_sent"}
    spoiled = world.receive(world.books.tell(good) + b"\n{")

    assert spoiled.state == "quarantined"
    assert world.case().stage == "transferred"
    assert world.sql("SELECT count(*) FROM agency_told WHERE state = 'read'") == [(0,)]


def test_a_status_that_nobody_knows_asks_a_person(accepted):
    world = accepted
    claim = world.case().claim_id
    world.books.tell({"told": "status", "claim": claim, "stage": "väntar på månen"})
    world.follow()

    assert world.case().stage == "unknown"
    assert "väntar på månen" in world.tasks()["agency_status_unknown"]
    assert world.events("case_status_told")[-1]["said"] == "väntar på månen"


@on_sqlite
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_status_of_a_day_that_cannot_be_counts_as_told_today(accepted, day):
    world = accepted
    world.books.tell({"told": "status", "claim": world.case().claim_id, "stage": "krav_sent", "date": day})
    world.follow()

    assert (world.case().stage, world.case().stage_on) == ("krav_sent", world.clock.today().isoformat())
    assert world.events("case_status_told")[-1]["date"] == ""
    remarks = world.sql("SELECT remark FROM agency_told WHERE remark LIKE '%cannot be%'")
    assert remarks == [(f"its day {day} cannot be: it counts as told today",)]


def test_what_is_told_of_unknown_cases_is_a_stray(accepted):
    world = accepted
    kept = world.receive(world.books.tell({"told": "status", "claim": "K99", "stage": "krav_sent"}))

    assert kept.state == "posted"
    assert kept.summary["stray"] == 1
    assert "agency_told_of_unknown_cases" in world.tasks()


def test_a_case_is_known_by_the_agencys_number_and_by_the_invoice(accepted):
    world = accepted
    number = world.case().agency_case_no
    world.books.tell({"told": "status", "number": number, "stage": "krav_sent"})
    world.follow()
    assert world.case().stage == "krav_sent"
    world.books.tell({"told": "status", "invoice": "1001", "stage": "krav_due"})
    world.follow()
    assert world.case().stage == "krav_due"


def test_a_claim_that_the_agency_refuses_ends_its_case(world):
    world.person("1001")
    world.books.refuses.add("1001")
    world.transfer()
    world.books.tell()
    world.follow()

    case = world.case()
    assert (case.state, case.closing_code) == (CaseState.REFUSED, "REJECTED_BY_AGENCY")
    assert world.holds() == []
    assert [event["code"] for event in world.events("case_refused")] == ["17"]
    assert "agency_order_refused" in world.tasks()
    assert world.verify() == []


def test_a_recall_before_anything_was_sent_tells_nothing(world):
    world.person("1001")
    world.transfer_unsent()
    command = RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="error")
    assert world.tell_hub(command)["ended"] is True

    assert world.told() == []
    assert world.case().state == CaseState.CLOSED
    assert world.holds() == []


def test_a_recall_is_told_and_ends_when_the_agency_confirms(accepted):
    world = accepted
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="disputed"))
    world.follow()
    assert world.told() == ["claim", "recall"]
    assert world.case().state == CaseState.RECALLING
    assert world.holds() == ["inkasso"]
    with pytest.raises(RuleViolation):
        world.tell_hub(RecallCase(key="r2", user="anna", case_no=world.case().case_no, reason="disputed"))

    world.books.tell()
    world.follow()
    assert (world.case().state, world.case().closing_code) == (CaseState.CLOSED, "RECALLED")
    assert world.holds() == []
    assert world.verify() == []


def test_an_agency_that_never_confirms_recalls_is_taken_at_its_word(engine):
    world = CollectionWorld(engine, collection_tenant(agreement={"confirms_recalls": False}))
    world.person("1001")
    world.transfer()
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="error"))
    world.follow()

    assert world.case().state == CaseState.CLOSED


def test_a_recall_that_crosses_a_payment_is_booked_and_asked_about(accepted):
    world = accepted
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 30_000)
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="error"))
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()

    assert world.open() == (70_000, 0, 0)
    assert "recall_crossed_payment" in world.tasks()
    assert world.verify() == []


def test_a_credit_is_told_and_an_annulment_takes_the_case_back(accepted):
    world = accepted
    world.tell_hub(CreditReceivable(key="c", user="anna", receivable=about(), amount_ore=25_000))
    world.follow()
    assert world.told() == ["claim", "credit"]
    assert world.books.left[world.case().claim_id] == [75_000, 0, 0]

    world.tell_hub(CancelReceivable(key="x", user="anna", receivable=about()))
    world.follow()
    assert world.told() == ["claim", "credit", "recall"]


def test_a_new_version_tells_what_it_lowers(accepted):
    world = accepted
    world.person("1001", version=2, amount="800,00", debtor_name="Tolvan Ny")
    world.follow()

    assert world.told() == ["claim", "credit", "debtor_update"]
    assert world.books.left[world.case().claim_id] == [80_000, 0, 0]
    assert world.books.lines[-1]["fields"] == ["name"]
    assert world.case().state == CaseState.ACCEPTED


@pytest.mark.parametrize("at_once", [20_000, 3])
def test_money_that_came_just_before_a_new_version_is_told_as_money(accepted, monkeypatch, at_once):
    world = accepted
    world.paid("1001", 10_000)
    world.follow()
    monkeypatch.setattr(observing, "EVENTS_AT_ONCE", at_once)
    receive(world.store, io.BytesIO(payment_file("bgmax", [pay(40_000, "1001")], serial="9")), name="bg.txt")
    drain(world.store, world.bodies())  # and no round before the next
    world.person("1001", version=2, amount="800,00")
    world.follow()

    assert world.told() == ["claim", "direct_payment", "direct_payment", "credit"]
    paid, credited = [json.loads(order.body) for order in world.orders()[-2:]]
    assert (paid["payment"]["amount_ore"], paid["payment"]["principal_left_ore"]) == (40_000, 50_000)
    assert (credited["credit"]["amount_ore"], credited["credit"]["left_ore"]) == (20_000, 30_000)
    assert world.books.left[world.case().claim_id] == [30_000, 0, 0]
    assert (world.case().left_there_ore, world.open()[0]) == (30_000, 30_000)
    world.paid("1001", 5_000)  # and what comes to the new version is told once
    world.follow()
    assert world.told()[-2:] == ["credit", "direct_payment"]
    assert world.verify() == []


def test_a_hold_that_the_format_cannot_hold_is_told_by_a_person(accepted):
    world = accepted
    world.tell_hub(SetHold(key="h", user="anna", receivable=about(), code="tvist", source="anna"))
    world.follow()
    assert world.told() == CLAIMED
    order = world.orders()[-1]
    assert (order.kind, order.state) == ("hold", "impossible")
    assert "agency_cannot_be_told" in world.tasks()

    world.tell_hub(TellAgency(key="t", user="anna", case_no=world.case().case_no, order_no=order.order_no))
    assert "agency_cannot_be_told" not in world.tasks()
    world.tell_hub(EndHold(key="e", user="anna", receivable=about(), code="tvist"))
    world.follow()
    assert world.told() == ["claim", "release"]


def test_an_agency_waits_as_long_as_the_longest_hold_that_stops_transfers(accepted):
    world = accepted

    def hold(code, until=None, **named):
        given = {"user": "anna", "receivable": about(), "code": code, "source": code, "until_date": until}
        world.tell_hub(SetHold(key=f"h {code} {until}", **given, **named))

    def told():
        said = [(order.kind, json.loads(order.body).get("hold_until")) for order in world.orders()[1:]]
        return [one if one[0] == "hold" else one[0] for one in said]

    hold("tvist", date(2026, 12, 1))
    hold("anstand", date(2026, 12, 31))  # longer
    hold("kort", date(2026, 12, 10))  # shorter than what it knows
    hold("plan")  # stops no transfer
    assert told() == [("hold", "2026-12-01"), ("hold", "2026-12-31")]
    world.tell_hub(EndHold(key="e1", user="anna", receivable=about(), code="anstand"))
    assert told()[2:] == [("hold", "2026-12-10")]
    hold("vila")  # for good
    for code in ("vila", "kort", "tvist"):
        world.tell_hub(EndHold(key=f"e {code}", user="anna", receivable=about(), code=code))
    assert told()[3:] == [("hold", ""), ("hold", "2026-12-10"), ("hold", "2026-12-01"), "release"]

    world.tell_hub(HoldCase(key="p", user="anna", case_no=world.case().case_no, until_date=date(2026, 12, 20)))
    hold("tvist", date(2026, 12, 5))
    for code in ("plan", "tvist"):
        world.tell_hub(EndHold(key=f"f {code}", user="anna", receivable=about(), code=code))
    assert told()[7:] == [("hold", "2026-12-20")]  # what a person has asked for stands


def test_a_person_may_ask_to_wait(accepted):
    world = accepted
    world.tell_hub(HoldCase(key="h", user="anna", case_no=world.case().case_no, until_date=date(2026, 12, 1)))

    assert '"hold_until": "2026-12-01"' in world.orders()[-1].body


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"debtor_identity": None}, "no_identity"),
        ({"address_line_1": None, "address_line_2": None}, "no_address"),
        ({"debtor_identity": "201212121212"}, "flagged:minor"),
        ({"amount": "50,00"}, "below_minimum:100.00"),
        ({"amount": "60000,00"}, "above_maximum:50000.00"),
        ({"debtor_number": "888"}, "excluded"),
        ({"invoice_date": "2020-01-01", "due_date": "2020-02-01"}, "lapsed:2023-01-01"),
    ],
)
def test_what_keeps_a_receivable_from_being_handed_over(engine, fields, why):
    rule = {
        "amounts": {"SEK": {"minimum": "100,00", "maximum": "50000,00"}},
        "excluded_debtors": ["888"],
    }
    world = CollectionWorld(engine, collection_tenant(rule))
    world.person("1001", **fields)

    assert world.why(world.transfer_plan()) == [("leave", why)]


def test_a_protected_debtor_and_a_held_receivable_stay(world):
    world.person("1001", "1002")
    world.tell_hub(SetHold(key="h", user="anna", receivable=about("1002"), code="tvist", source="anna"))
    with world.store.write() as work:
        work.recipients.keep([KnownRecipient("1212121212", identity="191212121212", is_protected=1)])

    assert world.why(world.transfer_plan()) == [("leave", "flagged:protected_identity"), ("leave", "hold:tvist")]


def test_one_who_has_borne_a_reminder_fee_is_not_reminded_by_the_agency(engine):
    world = CollectionWorld(engine, collection_tenant({"step": "remind"}))
    world.person("1001", "1002")
    world.run(number="1001")
    world.delivery_tells("document_sent")

    assert world.why(world.transfer_plan()) == [("leave", "fee_borne"), ("take", "rule-1: 5 days after due_date")]


def test_days_count_from_the_basis_and_the_first_day_is_in(engine):
    world = CollectionWorld(engine, collection_tenant({"after_days": 7, "not_before": date(2026, 10, 26)}))
    world.person("1001", due_date="2026-10-26")
    world.person("1002", due_date="2026-10-27")
    world.person("1003", due_date="2026-10-23")
    world.person("1004", due_date="2026-11-02")

    plan_no = world.transfer_plan()
    assert [item.receivable_id for item in world.transfer_items(plan_no)] == [world.one("1001").receivable_id]
    assert world.counted(plan_no) == {"too_early": 1, "before_start": 1, "not_due": 1}


def test_a_debtors_own_filter_goes_before_its_class_and_that_before_the_rule(engine):
    rule = {
        "after_days": 5,
        "classes": {"company": {"after_days": 30}},
        "debtors": {"5566778899": {"after_days": 2}},
    }
    world = CollectionWorld(engine, collection_tenant(rule))
    world.person("1001", due_date="2026-10-28")
    world.person("1002", due_date="2026-10-28", debtor_identity="5560360793")
    world.person("1003", due_date="2026-10-28", debtor_identity="5566778899")

    plan_no = world.transfer_plan()
    assert world.why(plan_no) == [("take", "rule-1: 5 days after due_date"), ("take", "rule-1: 2 days after due_date")]
    assert world.counted(plan_no) == {"too_early": 1}


def test_days_since_a_demand_need_one_whose_time_is_out(engine):
    world = CollectionWorld(
        engine, collection_tenant({"counted_from": "demand", "after_days": 0, "needs_demand": True})
    )
    world.person("1001")
    assert world.counted(world.transfer_plan()) == {"basis_not_taken": 1}


def test_an_inactive_rule_takes_nothing(engine):
    tenant = collection_tenant({"is_active": False}, {"agency": "small", "routines": ["04"]})
    world = CollectionWorld(engine, tenant)
    world.person("1001")

    assert world.counted(world.transfer_plan()) == {"no_rule": 1}


def test_two_steps_at_one_agency_are_one_case(engine):
    rules = ({"step": "remind", "marks_step": "reminder_1"}, {"counted_from": "reminder_1", "after_days": 10})
    world = CollectionWorld(engine, collection_tenant(*rules))
    world.person("1001")
    world.transfer()
    world.books.tell()
    world.follow()
    assert [(case.step, case.claim_version) for case in world.cases()] == [("remind", 1)]
    assert [step.step for step in world.steps()] == ["reminder_1"]

    world.next_day(9)
    assert world.counted(world.transfer_plan()) == {"too_early": 1}
    world.next_day(1)
    world.transfer()
    assert [(case.step, case.claim_version) for case in world.cases()] == [("collect", 2)]
    assert [(line["kind"], line["step"]) for line in world.books.lines] == [("claim", "remind"), ("claim", "collect")]
    assert world.holds() == ["inkasso"]
    assert world.verify() == []


def test_what_stayed_open_while_the_agency_reminded_is_settled_when_it_is_to_collect(engine, monkeypatch):
    steps = {"step": "remind", "marks_step": "reminder_1"}, {"counted_from": "reminder_1", "settles": True}
    world = CollectionWorld(engine, collection_tenant(*steps))
    world.person("1001", "1002")
    world.transfer()
    world.books.tell()
    world.follow()
    first, second = (world.case(number).claim_id for number in ("1001", "1002"))
    world.paid("1001", 40_000)
    world.follow()
    world.next_day(10)
    plan_no = world.transfer_plan()
    with monkeypatch.context() as patched:
        patched.setattr(transferring, "_unheard", lambda _work, some: {one.debt.receivable_id for one in some})
        world.transfer(plan_no)  # with something that the agency has not been told
    assert world.why(plan_no) == [("left_out", "balance_changed")] * 2
    world.transfer()

    cases = [(case.step, case.claim_version, case.is_settled, case.left_there_ore) for case in world.cases()]
    assert cases == [("collect", 2, 1, 60_000), ("collect", 2, 1, 100_000)]
    assert (world.open(), world.accounts()["1510"], world.accounts()["1580"]) == ((0, 0, 0), 0, 160_000)
    assert world.verify() == []
    for claim in (first, second):
        world.books.left[claim] = [60_000 if claim == first else 100_000, 0, 0]  # as version 2 says
        world.books.debtor_pays(claim, 60_000)
    world.books.tell(*world.books.settlement()[0])
    world.follow()
    assert (world.case().state, world.accounts()["1580"]) == (CaseState.CLOSED, 40_000)
    case_no = world.case("1002").case_no
    world.tell_hub(CloseCase(key="c", user="anna", case_no=case_no, code="RECALLED"))
    assert (world.open("1002"), world.open("1001"), world.accounts()["1580"]) == ((40_000, 0, 0), (0, 0, 0), 0)
    assert world.told() == ["claim", "claim", "direct_payment", "claim", "claim"]
    assert world.verify() == []


def test_a_transfer_may_settle_the_receivable_by_a_voucher_of_its_own(engine):
    world = CollectionWorld(engine, collection_tenant({"settles": True, "marks_step": "demand"}))
    world.person("1001")
    world.transfer()

    assert world.open() == (0, 0, 0)
    assert (world.accounts()["1510"], world.accounts()["1580"]) == (0, 100_000)
    assert world.sql("SELECT voucher_type FROM voucher ORDER BY voucher_no DESC LIMIT 1") == [("collection_transfers",)]
    claim = world.case().claim_id
    world.books.tell()
    world.follow()
    world.books.debtor_pays(claim, 40_000)
    lines, net_ore = world.books.settlement()
    world.books.tell(*lines)
    world.follow()
    assert (world.accounts()["1580"], world.accounts()["1689"]) == (60_000, net_ore)
    assert world.verify() == []

    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="error"))
    world.follow()
    world.books.tell()
    world.follow()
    assert world.case().state == CaseState.CLOSED
    assert world.open() == (60_000, 0, 0)
    assert (world.accounts()["1510"], world.accounts()["1580"]) == (60_000, 0)
    assert world.verify() == []


def test_a_case_that_ends_with_a_rest_is_left_for_a_person_unless_settings_write_it_off(engine):
    tenant = collection_tenant(closing={"PRESCRIBED": "write_off"})
    world = CollectionWorld(engine, tenant)
    world.person("1001", "1002")
    world.transfer()
    world.books.tell()
    world.follow()
    first, second = world.cases()
    world.books.tell(
        {"told": "closed", "claim": first.claim_id, "code": "BANKRUPT"},
        {"told": "closed", "claim": second.claim_id, "code": "PRESCRIBED"},
    )
    world.follow()

    assert (world.open("1001"), world.holds("1001")) == ((100_000, 0, 0), ["inkasso"])
    assert (world.open("1002"), world.holds("1002")) == ((0, 0, 0), [])
    assert "case_closed_with_rest" in world.tasks()
    assert world.accounts()["3740"] == 100_000
    world.tell_hub(EndHold(key="e", user="anna", receivable=about("1001"), code="inkasso"))
    assert world.tasks() == {}  # dunning goes on with what is left
    assert world.verify() == []


def test_what_the_agency_was_paid_waits_for_its_settlement(accepted):
    world = accepted
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 100_000)
    world.books.tell({"told": "closed", "claim": claim, "code": "PAID_AGENCY"})
    world.follow()
    assert (world.case().state, world.holds()) == (CaseState.CLOSED, ["inkasso"])

    world.books.closed[claim] = "PAID_AGENCY"
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()
    assert (world.open(), world.holds()) == ((0, 0, 0), [])
    assert "case_closed_with_rest" not in world.tasks()


def test_more_than_is_owed_is_the_debtors_and_asked_about(accepted):
    world = accepted
    world.books.debtor_pays(world.case().claim_id, 120_000)
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()

    assert world.open() == (-20_000, 0, 0)
    assert "overpaid_at_agency" in world.tasks()
    assert world.verify() == []


def test_orders_go_at_once_to_an_agency_that_takes_them_so_and_its_answer_is_read(engine):
    world = CollectionWorld(engine, manner=Manner.AT_ONCE)
    world.person("1001")
    world.transfer()
    assert world.case().state == CaseState.ACCEPTED  # by the answer to the call
    world.paid("1001", 30_000)
    assert world.told() == ["claim", "direct_payment"]
    assert world.orders()[-1].state == "accepted"
    assert world.verify() == []


def test_a_claim_that_is_refused_by_the_call_ends_its_case(engine):
    world = CollectionWorld(engine, manner=Manner.AT_ONCE)
    world.person("1001")
    world.books.faults.append(refusal("422 unknown debtor"))
    world.transfer()

    assert world.case().state == CaseState.REFUSED
    assert world.holds() == []


def test_a_file_that_was_refused_goes_again_as_another(world):
    world.person("1001")
    world.books.faults.append(refusal("no room"))
    world.transfer()
    assert "agency_message_not_taken" in world.tasks()
    exchange_no = world.orders()[0].exchange_no
    with pytest.raises(DataError):
        world.tell_hub(SendFileAgain(key="a", user="anna", exchange_no=exchange_no + 50))
    world.tell_hub(SendFileAgain(key="b", user="anna", exchange_no=exchange_no))
    world.follow()

    assert world.told() == CLAIMED
    assert world.orders()[0].file_no == 2
    assert world.verify() == []


def test_nothing_more_of_a_case_goes_before_its_claim_has_arrived(world):
    world.person("1001")
    world.books.faults.append(refusal("no room"))
    world.transfer()
    world.paid("1001", 10_000)
    world.follow()

    assert world.told() == []
    assert [order.kind for order in world.orders() if order.state == "waiting"] == ["direct_payment"]


def test_an_agency_that_is_not_there_is_told_by_the_settings(world):
    world.person("1001")
    asked = Selection(agency="nobody")
    with world.store.write() as work, pytest.raises(ConfigurationError, match="offers the agency nobody"):
        make_plan(work, world.tenant, world.agencies, asked, date(2026, 11, 2), user="anna")


def test_a_person_may_end_a_case_by_a_code(accepted):
    world = accepted
    world.tell_hub(CloseCase(key="c", user="anna", case_no=world.case().case_no, code="RECALLED"))

    assert (world.case().state, world.holds()) == (CaseState.CLOSED, [])
