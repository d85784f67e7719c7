"""The day before and after each boundary of dunning, one claim each."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from hub.model.dunning import DunningStep as S
from hub.model.dunning_plans import Verdict
from hub.model.dunning_settings import DunningSettings, HoldCode
from hub.rules.dunning.next_step import DunningFacts, NextStep, Taken, next_step
from hub.rules.dunning.policies import Policy, policy_for
from hub.rules.dunning.step_terms import answer_day, answer_day_when_sent, last_day_to_leave
from hub.rules.relations import Relation

DUE = date(2026, 3, 31)  # a Tuesday
CODES = {
    "3": HoldCode(text="no demand", stops=("demand",)),
    "no interest": HoldCode(text="no interest", stops=("interest",)),
    "text": HoldCode(text="only a text"),
}
STEPS: dict[str, Any] = {
    "reminder_1": {"after_days": 5, "fee": "60,00"},
    "reminder_2": {"after_days": 10},
    "demand": {
        "after_days": 14,
        "counted_from": "reminder_2",
        "fee": "180,00",
        "debits_fee": True,
        "minimum": "100,00",
    },
    "warning": {"after_days": 20},
}


def policy(**changes: Any) -> Policy:
    table = {"name": "usual", "reminder_fee_is_agreed": True, **STEPS, **changes}
    found = policy_for(DunningSettings.model_validate({"policies": [table]}), "01", DUE)
    assert found is not None
    return found


def on(days: int) -> date:
    return DUE + timedelta(days=days)


def taken(step: S, days: int, *, fee_ore: int = 0, is_sent: bool = True) -> Taken:
    return Taken(step, on(days), answer_day(step, None, on(days)), is_sent, fee_ore)


def step_of(day: date, *steps: Taken, by: Policy | None = None, **facts: Any) -> NextStep:
    known = DunningFacts(
        **{"kind": "invoice", "currency": "SEK", "due_date": DUE, "open_ore": 1000_00, "interest_from": on(1), **facts}
    )
    return next_step(known._replace(taken=steps), by or policy(), CODES, day)


REMINDED = taken(S.REMINDER_1, 5, fee_ore=60_00)
TWICE = (REMINDED, taken(S.REMINDER_2, 15))
DEMANDED = (*TWICE, taken(S.DEMAND, 29, fee_ore=180_00))


@pytest.mark.parametrize(
    ("days", "before", "step"),
    [
        (5, (), S.REMINDER_1),
        (15, (REMINDED,), S.REMINDER_2),
        (29, TWICE, S.DEMAND),
        (49, DEMANDED, S.WARNING),
    ],
)
def test_a_step_is_taken_on_its_first_day_and_not_the_day_before(days, before, step):
    assert step_of(on(days - 1), *before).reason == "too_early"
    due = step_of(on(days), *before)
    assert (due.verdict, due.rule and due.rule.step) == (Verdict.TAKE, step)


def test_a_late_run_takes_the_first_step_only():
    due = step_of(on(300))

    assert due.rule is not None
    assert due.rule.step is S.REMINDER_1


def test_what_is_due_today_is_not_late():
    first_day = policy(reminder_1={"after_days": 0})

    assert step_of(on(0), by=first_day).reason == "not_due"
    assert step_of(on(1), by=first_day).verdict is Verdict.TAKE


def test_a_demand_is_never_made_before_the_due_date_has_passed():
    at_once = policy(reminder_1={}, reminder_2={}, demand={"after_days": 0, "counted_from": "due_date"})

    assert step_of(on(0), by=at_once).reason == "not_due"
    assert step_of(on(1), by=at_once).verdict is Verdict.TAKE


def test_a_step_is_not_taken_before_the_day_of_its_basis():
    assert step_of(on(4), REMINDED).reason == "too_early"


def test_days_count_from_the_day_a_letter_was_sent():
    sent_late = taken(S.REMINDER_1, 9)

    assert step_of(on(18), sent_late).reason == "too_early"
    assert step_of(on(19), sent_late).verdict is Verdict.TAKE


def test_nothing_comes_after_a_letter_that_has_not_been_sent():
    waits = step_of(on(60), taken(S.REMINDER_1, 5, is_sent=False))

    assert (waits.verdict, waits.reason) == (Verdict.LEAVE, "letter_not_sent: reminder_1")


def test_after_the_last_step_none_is_left():
    assert step_of(on(400), *DEMANDED, taken(S.WARNING, 49)).reason == "no_step_left"


def test_a_warning_waits_until_the_demands_time_is_out():
    hasty = policy(warning={"after_days": 1})
    last_day = DEMANDED[-1].answer_by

    assert step_of(last_day, *DEMANDED, by=hasty).reason == "time_not_out"
    assert step_of(last_day + timedelta(days=1), *DEMANDED, by=hasty).verdict is Verdict.TAKE


def test_a_warning_needs_a_demand():
    only_warning = policy(demand={"is_used": False})

    assert step_of(on(400), *TWICE, by=only_warning).reason == "no_step_left"


def test_a_residual_demand_comes_instead_of_the_warning_and_bears_no_fee():
    by = policy(residual_demand={"after_days": 20})
    residual = step_of(on(49), *DEMANDED, by=by)

    assert residual.rule is not None
    assert residual.rule.step is S.RESIDUAL_DEMAND
    assert (residual.fee_ore, residual.verdict) == (0, Verdict.TAKE)
    assert step_of(on(400), *DEMANDED, taken(S.RESIDUAL_DEMAND, 49), by=by).reason == "no_step_left"


def test_a_step_that_was_passed_is_not_gone_back_to():
    demanded = taken(S.DEMAND, 20)

    following = step_of(on(60), demanded).rule

    assert following is not None
    assert following.step is S.WARNING


@pytest.mark.parametrize(("code", "verdict"), [("3", Verdict.LEAVE), ("text", Verdict.TAKE), ("9", Verdict.LEAVE)])
def test_a_hold_stops_the_steps_of_its_code_and_one_that_nobody_knows_stops_all(code, verdict):
    assert step_of(on(29), *TWICE, holds=[code]).verdict is verdict


def test_a_hold_on_another_step_stops_nothing():
    assert step_of(on(5), holds=["3"]).verdict is Verdict.TAKE


def test_a_stopped_step_is_waited_for_and_none_is_taken_in_its_place():
    assert step_of(on(400), *TWICE, holds=["3"]).reason == "hold: 3"


def test_a_claim_is_asked_for_on_the_last_day_of_its_life_and_not_after():
    assert step_of(on(5), lapses_after=on(5)).verdict is Verdict.TAKE
    assert step_of(on(6), lapses_after=on(5)).reason == f"lapsed: {on(5)}"


def test_less_than_the_minimum_is_not_demanded():
    assert step_of(on(29), *TWICE, open_ore=100_00).verdict is Verdict.TAKE
    assert step_of(on(29), *TWICE, open_ore=99_99).reason == "below_minimum: 100.00"


def test_fees_and_interest_lift_nothing_above_a_limit():
    small = {"open_ore": 100_01, "charges_ore": 60_00}
    limit = policy(reminder_1={"after_days": 5, "fee": "60,00", "no_fee_below": "100,00"})

    assert step_of(on(29), *TWICE, **small).reason == "below_minimum: 100.00"
    assert step_of(on(5), by=limit, **small).fee_ore == 0


@pytest.mark.parametrize(
    ("facts", "reason"),
    [({"kind": "internal"}, "internal"), ({"kind": "credit_note"}, "nothing_owed"), ({"open_ore": 0}, "nothing_owed")],
)
def test_what_is_owed_to_nobody_outside_is_not_dunned(facts, reason):
    assert step_of(on(5), **facts).reason == reason


def test_without_a_policy_nothing_is_dunned():
    known = DunningFacts("invoice", "SEK", DUE, 1000_00)

    assert next_step(known, None, CODES, on(5)).reason == "no_policy"


# Fees


def test_a_reminder_fee_that_was_not_agreed_is_left_out_of_the_letter_that_goes_all_the_same():
    due = step_of(on(5), by=policy(reminder_fee_is_agreed=False))

    assert (due.verdict, due.fee_ore) == (Verdict.TAKE, 0)
    assert due.reason.endswith("no fee: not_agreed")


def test_one_reminder_and_one_demand_bear_a_fee():
    both = policy(reminder_2={"after_days": 10, "fee": "60,00"})

    assert step_of(on(5)).fee_ore == 60_00
    assert step_of(on(15), REMINDED, by=both).fee_ore == 0
    assert step_of(on(29), *TWICE).fee_ore == 180_00


def test_the_second_reminder_bears_the_fee_when_the_first_had_none():
    both = policy(reminder_2={"after_days": 10, "fee": "60,00"})

    assert step_of(on(15), taken(S.REMINDER_1, 5), by=both).fee_ore == 60_00


def test_little_bears_no_fee():
    limit = policy(reminder_1={"after_days": 5, "fee": "60,00", "no_fee_below": "100,00"})

    assert step_of(on(5), by=limit, open_ore=100_00).fee_ore == 60_00
    assert step_of(on(5), by=limit, open_ore=99_99).fee_ore == 0


def test_a_fee_is_never_above_the_cap_of_the_day():
    day = date(2013, 3, 15)

    assert step_of(day, due_date=date(2013, 3, 1)).fee_ore == 50_00
    assert step_of(day + timedelta(days=1), due_date=date(2013, 3, 1)).fee_ore == 60_00


@pytest.mark.parametrize(
    ("relation", "fee_ore"),
    [(Relation.CONSUMER, 180_00), (Relation.BUSINESSES, 0), (Relation.PUBLIC_DEBTOR, 0)],
)
def test_in_trade_only_what_exceeds_the_compensation_for_late_payment_is_a_fee(relation, fee_ore):
    assert step_of(on(29), *TWICE, relation=relation).fee_ore == fee_ore


TRADE = {"relation": Relation.BUSINESSES, "by": policy(charges_compensation=True)}


def test_the_first_letter_in_trade_charges_the_compensation_and_no_later_one():
    first = step_of(on(5), **TRADE)
    reminded = taken(S.REMINDER_1, 5)._replace(compensation_ore=first.compensation_ore)

    assert (first.compensation_ore, first.fee_ore) == (450_00, 0)
    assert step_of(on(15), reminded, **TRADE).compensation_ore == 0


@pytest.mark.parametrize(
    "facts",
    [
        {"relation": Relation.CONSUMER},
        {"by": policy()},  # which charges none
        {"interest_from": None},
        {"currency": "EUR"},
        {"holds": ("no interest",)},
    ],
)
def test_no_compensation_is_charged_of_a_consumer_or_where_no_late_interest_is_due(facts):
    assert step_of(on(5), **{**TRADE, **facts}).compensation_ore == 0


def test_a_demand_in_trade_that_nothing_came_before_charges_the_compensation():
    demand = policy(reminder_1={}, reminder_2={}, demand={"after_days": 5, "counted_from": "due_date", "fee": "180,00"})

    due = step_of(on(5), **{**TRADE, "by": demand._replace(charges_compensation=True)})

    assert (due.rule and due.rule.step, due.compensation_ore, due.fee_ore) == (S.DEMAND, 450_00, 0)


@pytest.mark.parametrize(("first_day", "compensation_ore", "fee_ore"), [(15, 0, 60_00), (16, 450_00, 0)])
def test_compensation_came_into_the_law_on_16_march_2013(first_day, compensation_ore, fee_ore):
    late = {"interest_from": date(2013, 3, first_day), "due_date": date(2013, 3, first_day - 1)}

    due = step_of(date(2013, 4, 2), **TRADE, **late)

    assert (due.compensation_ore, due.fee_ore) == (compensation_ore, fee_ore)


def test_late_interest_must_be_due_on_the_day_of_the_letter():
    late = {"interest_from": on(30)}  # so many days after the invoice

    assert (step_of(on(29), *TWICE, **TRADE, **late).compensation_ore, step_of(on(29), *TWICE, **late).fee_ore) == (
        0,
        180_00,
    )
    assert step_of(on(30), *TWICE, **TRADE, **late).compensation_ore == 450_00


def test_another_currency_bears_no_fee():
    assert step_of(on(5), currency="EUR").fee_ore == 0


# Time to answer


def test_a_demand_gives_the_time_of_good_practice_whatever_its_terms():
    sent = date(2026, 12, 22)  # before Christmas: four banking days at hand are later than eight days

    assert answer_day(S.DEMAND, 8, sent) == date(2027, 1, 4)
    assert answer_day(S.RESIDUAL_DEMAND, 8, sent) == date(2027, 1, 4)
    assert answer_day(S.REMINDER_1, 8, sent) == date(2026, 12, 30)


def test_a_letter_that_leaves_late_gives_as_many_days_as_it_had():
    dated, sent = date(2026, 3, 2), date(2026, 3, 4)
    answer_by = answer_day(S.DEMAND, 12, dated)

    later = answer_day_when_sent(S.DEMAND, dated_on=dated, answer_by=answer_by, sent_on=sent)

    assert later == answer_by + timedelta(days=2)
    assert answer_day_when_sent(S.DEMAND, dated_on=dated, answer_by=answer_by, sent_on=dated) == answer_by


@pytest.mark.parametrize("dated", [date(2026, 3, 2), date(2026, 12, 22)])
@pytest.mark.parametrize("days", [8, 10, 14])
def test_a_demand_may_leave_until_the_day_it_says_gives_less_time_than_good_practice(dated, days):
    answer_by = answer_day(S.DEMAND, days, dated)
    last = last_day_to_leave(S.DEMAND, answer_by)

    assert dated <= last
    assert answer_day(S.DEMAND, 8, last) <= answer_by < answer_day(S.DEMAND, 8, last + timedelta(days=1))


def test_a_reminder_may_leave_until_the_day_it_says():
    assert last_day_to_leave(S.REMINDER_1, date(2026, 3, 12)) == date(2026, 3, 12)
