"""What a step costs the debtor, and until when there is time to pay or object."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from hub.model.dunning import DunningStep
from hub.model.dunning_reasons import NoFee
from hub.rules.dunning.demands import SHORTEST_DAYS, earliest_answer_day, usual_answer_day
from hub.rules.dunning.fees import Fee, cap_of, costs_owed_ore, late_payment_compensation_ore
from hub.rules.dunning.policies import FEE_OF, Policy, StepRule
from hub.rules.relations import Relation

USUAL_DAYS = 10  # of a reminder or warning, of which no statute says more
FEE_CURRENCY = "SEK"  # the caps are in kronor

DEMANDS = frozenset({DunningStep.DEMAND, DunningStep.RESIDUAL_DEMAND})


class StepFee(NamedTuple):
    """The fee of a step; `why_none` says why one that the policy has is left out."""

    amount_ore: int
    why_none: str = ""


class Late(NamedTuple):
    """Who owes whom, and from when late interest is due; None while there is none."""

    relation: Relation
    interest_from: date | None


@lru_cache(maxsize=256)
def answer_day(step: DunningStep, days_to_pay: int | None, sent_on: date) -> date:
    """Return the last day to pay or object, counted from the day the letter is sent.

    Of a demand, the first time and again, at least what good practice asks: inkassolagen (1974:182) 4 and 5 §§.
    """
    if step not in DEMANDS:
        return sent_on + timedelta(days=days_to_pay or USUAL_DAYS)
    if days_to_pay is None:
        return usual_answer_day(sent_on)
    return max(sent_on + timedelta(days=days_to_pay), earliest_answer_day(sent_on))


def answer_day_when_sent(step: DunningStep, *, dated_on: date, answer_by: date, sent_on: date) -> date:
    """Return the last day to answer of a letter that left later than it is dated: it has as many days as it had."""
    if sent_on <= dated_on:
        return answer_by
    moved = sent_on + (answer_by - dated_on)
    return max(moved, earliest_answer_day(sent_on)) if step in DEMANDS else moved


def last_day_to_leave(step: DunningStep, answer_by: date) -> date:
    """Return the last day on which a letter may be sent that says until when there is time.

    Of a demand the last that leaves what good practice asks: inkassolagen (1974:182) 4 and 5 §§.
    """
    if step not in DEMANDS:
        return answer_by
    day = answer_by - timedelta(days=SHORTEST_DAYS)
    while earliest_answer_day(day) > answer_by:
        day -= timedelta(days=1)
    return day


def fee_of(
    rule: StepRule,
    policy: Policy,
    late: Late,
    borne: Mapping[DunningStep, int],
    *,
    principal_ore: int,
    currency: str,
    on: date,
) -> StepFee:
    """Return the fee of a step; `borne` are the fees of the steps before, which stand.

    Lagen (1981:739): 2 §, a reminder fee must have been agreed; 4 §, the cap of the day, and one reminder and one
    demand are reasonably needed; 5 §, in trade only what exceeds the compensation for late payment (4 a §).
    """
    fee = FEE_OF.get(rule.step)
    if fee is None or not rule.fee_ore:
        return StepFee(0)
    if fee is Fee.REMINDER and not policy.reminder_fee_is_agreed:
        return StepFee(0, NoFee.NOT_AGREED)
    if any(FEE_OF.get(step) is fee for step in borne):
        return StepFee(0, NoFee.BORNE_BEFORE)
    if principal_ore < rule.no_fee_below_ore:
        return StepFee(0, NoFee.BELOW_LIMIT)
    if currency != FEE_CURRENCY:
        return StepFee(0, NoFee.OTHER_CURRENCY)
    return _within_law(min(rule.fee_ore, _most_ore(fee, on)), _compensation_ore(late, on), sum(borne.values()))


def compensation_of(rule: StepRule, policy: Policy, late: Late, *, currency: str, on: date) -> int:
    """Return the compensation for late payment that a step charges, in öre; none where the policy charges none.

    Lagen (1981:739) 4 a §: in trade, and of a public debtor, once late interest is due; no reminder is needed.
    """
    if not policy.charges_compensation or rule.step not in FEE_OF or currency != FEE_CURRENCY:
        return 0
    return _compensation_ore(late, on)


@lru_cache(maxsize=256)
def _most_ore(fee: Fee, on: date) -> int:
    return cap_of(fee, on).amount_ore


@lru_cache(maxsize=256)
def _compensation_ore(late: Late, on: date) -> int:
    is_due = late.interest_from is not None and late.interest_from <= on
    return late_payment_compensation_ore(late.relation, late.interest_from if is_due else None)


def _within_law(fee_ore: int, compensation_ore: int, before_ore: int) -> StepFee:
    if not compensation_ore:
        return StepFee(fee_ore)
    owed_ore = min(fee_ore, costs_owed_ore(before_ore + fee_ore, compensation_ore))
    return StepFee(owed_ore, "" if owed_ore else NoFee.COMPENSATION_COVERS_IT)
