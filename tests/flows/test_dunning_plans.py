"""A dunning plan says what would be done and why, what is left out and why, and changes nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from dunning_world import POLICY, DunningWorld, dunning_tenant
from sqlalchemy import Engine

from hub.errors import ConfigurationError, DataError, RuleViolation
from hub.model.commands import EndHold, SetHold, Target
from hub.model.dunning_plans import PlanState, Selection
from hub.model.source_system import SourceSystem
from hub.rules.interest.reference_rates import shipped_rates
from hub.services.books import carry_out
from hub.services.dunning.planning import _Filler, fill_plan, make_plan, plan_of

TARGET = Target(company="1", number="1001")


@pytest.fixture
def world(engine: Engine) -> DunningWorld:
    return DunningWorld(engine)


def by_debtor(**changes: Any) -> dict[str, Any]:
    return {**POLICY, "method": "by_debtor", **changes}


def test_a_plan_says_each_receivables_next_step_and_changes_nothing(world):
    world.invoices("1001", "1002")
    before = world.sql("SELECT count(*) FROM entry"), world.open()

    plan_no = world.plan()

    assert world.said(plan_no) == [("reminder_1", "take", "due: 7 days after due_date")] * 2
    assert world.the_plan(plan_no).state is PlanState.PLANNED
    assert (world.sql("SELECT count(*) FROM entry"), world.open()) == before


def test_what_is_not_due_is_counted_and_what_is_stopped_is_listed_with_the_reason(world):
    world.invoices("1001")
    world.invoices("1002", due_date="2026-11-01")
    world.invoices("1003", due_date="2026-12-01")
    world.tell(SetHold(key="h", user="anna", receivable=TARGET, code="9", source="anna"))

    plan_no = world.plan()

    assert world.said(plan_no) == [("reminder_1", "leave", "hold: 9")]
    assert world.the_plan(plan_no).counted == {"not_due": 2}  # Sunday 1 November counts as Monday the second


def test_a_hold_that_has_ended_stops_nothing(world):
    world.invoices("1001")
    world.tell(SetHold(key="h", user="anna", receivable=TARGET, code="9", source="anna"))
    world.tell(EndHold(key="e", user="anna", receivable=TARGET, code="9"))

    assert world.said(world.plan())[0][1] == "take"


def test_a_hold_stops_through_its_last_day(world):
    world.invoices("1001")
    until = date(2026, 11, 3)
    world.tell(SetHold(key="h", user="anna", receivable=TARGET, code="9", source="anna", until_date=until))

    assert world.said(world.plan(until))[0][1] == "leave"
    assert world.said(world.plan(date(2026, 11, 4)))[0][1] == "take"


@pytest.mark.parametrize(("moves", "taken"), [(True, []), (False, ["take"])])
def test_a_due_date_on_a_day_off_moves_where_the_terms_say_so(engine, moves, taken):
    world = DunningWorld(engine, dunning_tenant(interest={"due_moves_to_weekday": moves}))
    world.invoices("1001", due_date="2026-10-31")  # a Saturday, five days before

    assert [item.verdict for item in world.items(world.plan(date(2026, 11, 5)))] == taken


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        ({}, ["1001", "2001", "20011"]),
        ({"number": "2001"}, ["2001"]),
        ({"number": "1500", "number_to": "9999"}, ["2001"]),
        ({"number": "1500", "number_to": "99999"}, ["2001", "20011"]),
        ({"companies": ["1"], "routines": ["04"]}, ["20011"]),
        ({"department": "VA"}, ["20011"]),
        ({"debtor": "191212121212"}, ["1001"]),
        ({"debtor": "77"}, ["2001"]),
        ({"steps": ["demand"]}, []),
    ],
)
def test_a_plan_is_about_what_was_selected(world, selection, chosen):
    world.invoices("1001", debtor_identity="19121212-1212")
    world.invoices("2001", debtor_number="77")
    world.invoices("20011", routine="04", department="VA")

    ids = {item.receivable_id for item in world.items(world.plan(**selection))}

    assert [number for number in ("1001", "2001", "20011") if world.one(number).receivable_id in ids] == chosen


def test_pages_of_any_size_make_the_same_plan(world):
    world.invoices(*map(str, range(1001, 1008)))

    assert world.items(world.plan(page=3)) == world.items(world.plan())


def test_a_plan_that_was_interrupted_goes_on_where_it_was(world):
    world.invoices(*map(str, range(1001, 1006)))
    whole = world.items(world.plan())
    with world.store.write() as work:
        plan_no = make_plan(work, world.tenant, Selection(), world.clock.today(), world.rates, user="anna")
        filler = _Filler(world.tenant, plan_of(work, plan_no), 0, world._earned)
        items = filler.next_items(work, 2)
        reached = {"filled_to": filler.filled_to, "counted": filler.counted, "came_to": 0}
        assert work.plans.add_items(plan_no, items, **reached)
        assert not work.plans.add_items(plan_no, items, **reached)  # another who began there too
    fill_plan(world.store.read, world.store.write, world.tenant, plan_no, earned=world._earned, page=2)

    assert world.items(plan_no) == whole


@pytest.mark.parametrize(
    ("terms", "identity", "verdict"),
    [
        ({}, "19121212-1212", "leave"),
        ({"lapses_as_consumer_debt": False}, "19121212-1212", "take"),
        ({}, "556677-8899", "take"),
    ],
)
def test_what_a_person_owes_lapses_after_three_years_unless_the_settings_say_ten(engine, terms, identity, verdict):
    world = DunningWorld(engine, dunning_tenant(**terms))
    world.invoices("1001", invoice_date="2023-10-31", due_date="2023-11-30", debtor_identity=identity)

    assert [item.verdict for item in world.items(world.plan())] == [verdict]


def test_a_letter_that_was_sent_starts_the_time_anew(world):
    world.invoices("1001", invoice_date="2023-11-30", due_date="2023-12-31")
    world.run()
    world.delivery_tells("document_sent")
    world.pass_days(40)

    assert [item.verdict for item in world.items(world.plan())] == ["take"]


# By debtor


def test_a_debtor_gets_one_letter_with_one_fee(engine):
    world = DunningWorld(engine, dunning_tenant(by_debtor()))
    world.invoices("1001", "1003", debtor_number="7")
    world.invoices("1002", debtor_number="8")

    items = world.items(world.plan())

    assert [(item.letter_no, item.fee_ore) for item in items] == [(1, 60_00), (1, 0), (3, 60_00)]


def test_a_customer_number_of_two_source_systems_is_two_debtors(engine):
    world = two_systems(engine)
    plan_no = world.plan()

    assert [item.letter_no for item in world.items(plan_no)] == [1, 2]
    with pytest.raises(DataError, match="write sundry/77"):
        world.plan(debtor="77")
    assert [item.receivable_id for item in world.items(world.plan(debtor="water/77"))] == [
        world.one("2001").receivable_id
    ]


def two_systems(engine: Engine) -> DunningWorld:
    """A ledger where two source systems gave the same customer number to two people."""
    tenant = dunning_tenant(by_debtor())
    systems = [*tenant.source_systems, SourceSystem(name="water", company="1", routines=("04",))]
    world = DunningWorld(engine, tenant.model_copy(update={"source_systems": tuple(systems)}))
    world.invoices("1001", debtor_number="77")
    usual = {"invoice_date": "2026-09-28", "due_date": "2026-10-26", "routine": "04"}
    world.rows({"number": "2001", "debtor_number": "77", **usual}, tenant=world.tenant, source_system="water")
    return world


def test_a_debtors_letter_lists_what_is_late_and_what_the_policy_says(engine):
    everything = by_debtor(includes_not_due=True, includes_credit_notes=True)
    world = DunningWorld(engine, dunning_tenant(everything))
    world.invoices("1001", debtor_number="7")
    world.invoices("1002", due_date="2026-11-30", debtor_number="7")
    world.invoices("1003", amount="-100,00", debtor_number="7")
    world.invoices("1004", due_date="2026-11-30", debtor_number="8")

    assert [item.verdict for item in world.items(world.plan())] == ["take", "list", "list"]


def test_a_debtors_letter_lists_nothing_else_unless_the_policy_says_so(engine):
    world = DunningWorld(engine, dunning_tenant(by_debtor()))
    world.invoices("1001", debtor_number="7")
    world.invoices("1002", due_date="2026-11-30", debtor_number="7")

    assert [item.verdict for item in world.items(world.plan())] == ["take"]


def test_debtors_without_number_get_a_letter_each(engine):
    world = DunningWorld(engine, dunning_tenant(by_debtor()))
    world.invoices("1001", "1002")

    assert [item.letter_no for item in world.items(world.plan())] == [1, 2]


# Bad input


def test_a_policy_against_the_law_is_refused_with_the_paragraph(engine):
    above = {**POLICY, "reminder_1": {"after_days": 5, "fee": "61,00"}}
    world = DunningWorld(engine, dunning_tenant(above))

    with pytest.raises(RuleViolation, match=r"1981:739.* 4 §"):
        world.plan()


def test_what_is_debited_needs_an_account_before_anything_is_done(engine):
    world = DunningWorld(engine, dunning_tenant(accounts={"reminder_fee": "3591", "interest_revenue": "8313"}))

    with pytest.raises(ConfigurationError, match=r"accounts\.demand_fee"):
        world.plan()


def test_a_company_that_there_is_not_is_no_selection(world):
    with pytest.raises(DataError, match="there is no company 7"):
        world.plan(companies=["7"])


def test_a_routine_that_there_is_not_is_no_selection(world):
    with pytest.raises(DataError, match="there is no routine 77"):
        world.plan(routines=["77"])


def test_zeros_before_a_companys_number_make_no_difference(world):
    world.invoices("1001")

    assert len(world.items(world.plan(companies=["001"]))) == 1


def test_a_day_more_than_ten_years_away_is_a_slip_of_the_hand(world):
    with pytest.raises(DataError, match="cannot be right"):
        world.plan(date.max)


def test_a_range_does_not_end_before_it_begins(world):
    with pytest.raises(DataError, match="the range ends at 999"):
        world.plan(number="1000", number_to="999")


def test_interest_of_a_half_year_that_nobody_knows_the_rate_of_is_refused_with_the_paragraph(world):
    world.invoices("1001")
    world.rates = shipped_rates()
    unknown = world.rates.unknown_from

    with pytest.raises(RuleViolation, match=r"1975:635.* 9 §"):
        world.plan(unknown)
    assert world.said(world.plan(unknown, steps=["reminder_1"])) == world.said(world.plan(unknown - timedelta(days=1)))


def test_a_plan_says_the_interest_that_a_demand_would_debit_and_a_reminder_none(engine):
    demand = {**POLICY["demand"], "counted_from": "due_date", "after_days": 5}
    world = DunningWorld(engine, dunning_tenant({**POLICY, "reminder_1": {"is_used": False}, "demand": demand}))
    world.invoices("1001", "1002")
    world.interest_ore = {world.one(number).receivable_id: 6_03 for number in ("1001", "1002")}
    world.tell(SetHold(key="h", user="anna", receivable=TARGET, code="9", source="anna"))

    assert [(item.verdict, item.interest_ore) for item in world.items(world.plan())] == [("leave", 0), ("take", 6_03)]


def test_a_hold_of_a_code_that_the_settings_do_not_have_asks_for_the_nearest_that_they_have(engine):
    world = DunningWorld(engine, dunning_tenant(hold_codes={"dispute": {"text": "Tvist"}}))
    world.invoices("1001")
    with world.store.write() as work:
        mistyped = SetHold(key="h", user="anna", receivable=TARGET, code="disputed", source="anna")
        answer = carry_out(work, world.tenant, mistyped)

    assert "stops every step and interest; did you mean dispute?" in answer["warning"]


def test_letters_that_have_not_been_sent_are_counted_once_each_and_no_more_when_they_are(engine):
    world = DunningWorld(engine, dunning_tenant(by_debtor()))
    world.invoices("1001", "1002", debtor_number="77")
    plan_no = world.plan()

    def unsent() -> int:
        with world.store.read() as work:
            return work.dunning.unsent_letters(plan_no)

    assert unsent() == 0
    world.run(plan_no)
    assert unsent() == 1
    world.delivery_tells("document_sent")
    assert unsent() == 0
