"""A demand: what it says, how long it gives, and what may follow it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.banking_calendar import banking_days_between
from hub.errors import RuleViolation
from hub.rules.dunning.demands import (
    Demand,
    DemandedInterest,
    earliest_answer_day,
    missing_in,
    refuse_answer_day,
    refuse_demand,
    refuse_demand_before_due,
    refuse_legal_step,
    usual_answer_day,
)

D = date.fromisoformat
SENT = D("2026-11-02")  # a Monday
INTEREST = DemandedInterest(10_00, "ref+8", D("2026-10-01"), SENT, 1000_00)
WHOLE = Demand("Bolaget AB", "invoice 12", 1000_00, 180_00, INTEREST, D("2026-11-12"), pay_to="991-2346")


def test_a_whole_demand_is_taken() -> None:
    refuse_demand(WHOLE, SENT)
    refuse_demand(WHOLE._replace(interest=None, costs_ore=0), SENT)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"is_written": False}, "it in writing"),
        ({"creditor": " "}, "who the creditor is"),
        ({"ground": ""}, "what the claim is for"),
        ({"principal_ore": None}, "the principal by itself"),
        ({"costs_ore": None}, "the costs by themselves"),
        ({"interest": INTEREST._replace(rate="")}, "how the interest is counted"),
        ({"interest": INTEREST._replace(first_day=None)}, "how the interest is counted"),
        ({"interest": INTEREST._replace(last_day=None)}, "how the interest is counted"),
        ({"interest": INTEREST._replace(counted_on_ore=0)}, "how the interest is counted"),
        ({"answer_by": None}, "by when to pay or to object"),
        ({"pay_to": ""}, "how to pay"),
        ({"must_be_paid_to_another": True}, "another than the creditor"),
    ],
)
def test_what_a_demand_leaves_out_is_told_with_the_paragraph(changed: dict[str, object], told: str) -> None:
    with pytest.raises(RuleViolation, match=f"{told}.*inkassolagen \\(1974:182\\) 5 §"):
        refuse_demand(WHOLE._replace(**changed), SENT)  # type: ignore[arg-type]


def test_everything_left_out_is_told_at_once() -> None:
    empty = Demand("", "", None, None, None, None)

    assert len(list(missing_in(empty))) == 6
    assert list(missing_in(WHOLE._replace(must_be_paid_to_another=True, says_who_is_paid=True))) == []


@pytest.mark.parametrize(
    ("sent", "earliest", "usual"),
    [
        ("2026-11-02", "2026-11-10", "2026-11-12"),  # eight days are more than two and four banking days
        ("2026-12-18", "2026-12-28", "2026-12-28"),  # Christmas: banking days decide
        ("2027-03-24", "2027-04-02", "2027-04-03"),  # Easter
    ],
)
def test_time_to_answer_is_eight_days_and_four_banking_days_at_hand(sent: str, earliest: str, usual: str) -> None:
    assert earliest_answer_day(D(sent)) == D(earliest)
    assert usual_answer_day(D(sent)) == D(usual)
    refuse_answer_day(D(earliest), D(sent))
    with pytest.raises(RuleViolation, match=f"until {earliest} at least"):
        refuse_answer_day(D(earliest) - timedelta(days=1), D(sent))


def test_slower_post_gives_more_time() -> None:
    assert earliest_answer_day(SENT, post_days=6) == D("2026-11-12")
    with pytest.raises(RuleViolation, match="2026-11-12 at least"):
        refuse_demand(WHOLE._replace(answer_by=D("2026-11-11")), SENT, post_days=6)


@given(st.dates(D("2003-01-01"), D("2090-01-01")), st.integers(0, 10))
def test_no_answer_is_asked_for_sooner_than_good_practice_lets(sent: date, post_days: int) -> None:
    earliest = earliest_answer_day(sent, post_days=post_days)

    assert earliest >= sent + timedelta(days=8)
    assert banking_days_between(sent + timedelta(days=post_days), earliest) >= 4
    assert earliest <= usual_answer_day(sent, post_days=post_days)


def test_nothing_is_demanded_before_it_is_late() -> None:
    refuse_demand_before_due(SENT - timedelta(days=1), SENT)
    with pytest.raises(RuleViolation, match="not late"):
        refuse_demand_before_due(SENT, SENT)


def test_no_legal_step_comes_before_the_debtors_time_is_out() -> None:
    answer_by = D("2026-11-12")

    refuse_legal_step(D("2026-11-13"), answer_by=answer_by)
    refuse_legal_step(answer_by, answer_by=answer_by, evades=True)
    with pytest.raises(RuleViolation, match=r"until 2026-11-12 .*6 §"):
        refuse_legal_step(answer_by, answer_by=answer_by)
    with pytest.raises(RuleViolation, match="no demand has been sent"):
        refuse_legal_step(answer_by, answer_by=None)
