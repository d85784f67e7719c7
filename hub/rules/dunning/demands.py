"""What a demand (*inkassokrav*) must say, how long the debtor has, and what may come after it.

Source: inkassolagen (1974:182) 4 to 7 §§. The law gives no number of days; good practice (4 §) does: eight days from
dispatch, and four banking days from when the letter is presumed to arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from hub.banking_calendar import add_banking_days
from hub.errors import RuleViolation
from hub.rules.statutes import DEBT_RECOVERY_ACT

SHORTEST_DAYS = 8
USUAL_DAYS = 10
BANKING_DAYS_AT_HAND = 4
POST_DAYS = 2

CONTENTS = f"{DEBT_RECOVERY_ACT} 5 §"
GOOD_PRACTICE = f"{DEBT_RECOVERY_ACT} 4 § and 5 §"
LEGAL_STEPS = f"{DEBT_RECOVERY_ACT} 6 §"


class DemandedInterest(NamedTuple):
    """Interest as a demand states it: how much, and how it was counted."""

    accrued_ore: int
    rate: str = ""
    first_day: date | None = None
    last_day: date | None = None
    counted_on_ore: int = 0


class Demand(NamedTuple):
    """What a demand says; what is empty is not said."""

    creditor: str
    ground: str
    principal_ore: int | None
    costs_ore: int | None
    interest: DemandedInterest | None  # None: no interest is asked for
    answer_by: date | None  # the last day to pay or to object
    pay_to: str = ""
    is_written: bool = True
    must_be_paid_to_another: bool = False  # the claim is assigned or pledged
    says_who_is_paid: bool = False


def refuse_demand(demand: Demand, sent_on: date, *, post_days: int = POST_DAYS) -> None:
    """Refuse a demand that leaves out what the law asks for, or gives too little time.

    Inkassolagen (1974:182) 5 §. Only a demand so made gives a fee: lagen (1981:739) 3 § 1.
    Raises RuleViolation with everything that is left out.
    """
    missing = list(missing_in(demand))
    if missing:
        raise RuleViolation(f"the demand does not say {'; '.join(missing)}", paragraph=CONTENTS)
    assert demand.answer_by is not None  # or it is missing
    refuse_answer_day(demand.answer_by, sent_on, post_days=post_days)


def missing_in(demand: Demand) -> Iterator[str]:
    """Yield what inkassolagen (1974:182) 5 § asks of a demand and this one does not say."""
    said = (
        (demand.is_written, "it in writing"),
        (demand.creditor.strip(), "who the creditor is"),
        (demand.ground.strip(), "what the claim is for"),
        (demand.principal_ore is not None, "the principal by itself"),
        (demand.costs_ore is not None, "the costs by themselves"),
        (demand.interest is None or _is_whole(demand.interest), "how the interest is counted: rate, days and on what"),
        (demand.answer_by is not None, "by when to pay or to object"),
        (demand.pay_to.strip(), "how to pay"),
        (not demand.must_be_paid_to_another or demand.says_who_is_paid, "that another than the creditor is to be paid"),
    )
    return (what for is_said, what in said if not is_said)


def earliest_answer_day(sent_on: date, *, post_days: int = POST_DAYS) -> date:
    """Return the earliest last day to answer that good practice accepts: eight days, and four banking days at hand."""
    at_hand = sent_on + timedelta(days=post_days)
    return max(sent_on + timedelta(days=SHORTEST_DAYS), add_banking_days(at_hand, BANKING_DAYS_AT_HAND))


def usual_answer_day(sent_on: date, *, post_days: int = POST_DAYS) -> date:
    """Return the last day to answer that the hub gives when a policy says nothing else: two days more than it must."""
    return max(sent_on + timedelta(days=USUAL_DAYS), earliest_answer_day(sent_on, post_days=post_days))


def refuse_answer_day(answer_by: date, sent_on: date, *, post_days: int = POST_DAYS) -> None:
    """Refuse too little time to pay or object. Raises RuleViolation with the earliest day that is enough."""
    earliest = earliest_answer_day(sent_on, post_days=post_days)
    if answer_by < earliest:
        raise RuleViolation(
            f"a demand sent {sent_on} gives time until {earliest} at least, not until {answer_by}",
            paragraph=GOOD_PRACTICE,
        )


def refuse_demand_before_due(due_date: date, sent_on: date) -> None:
    """Refuse a demand for what is not late: lagen (1981:739) 1 § pays steps for a claim that is due."""
    if sent_on <= due_date:
        raise RuleViolation(f"what is due {due_date} is not late on {sent_on}", paragraph=CONTENTS)


def refuse_legal_step(on: date, *, answer_by: date | None, evades: bool = False) -> None:
    """Refuse a step at the enforcement authority or a court before the debtor's time has run out.

    Inkassolagen (1974:182) 6 §: a demand has been sent, and its time is out. 7 §: not needed when the debtor clearly
    means to escape (`evades`). `answer_by` is None when no demand was sent.
    """
    if evades:
        return
    if answer_by is None:
        raise RuleViolation("no demand has been sent", paragraph=LEGAL_STEPS)
    if on <= answer_by:
        raise RuleViolation(f"the debtor may pay or object until {answer_by}", paragraph=LEGAL_STEPS)


def _is_whole(interest: DemandedInterest) -> bool:
    return bool(interest.rate and interest.first_day and interest.last_day and interest.counted_on_ore > 0)
