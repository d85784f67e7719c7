"""Taking back what a dunning step debited, as far as it still stands debited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from hub.model.books import Bucket, OpenAmounts
from hub.model.dunning import DunningStep
from hub.model.dunning_plans import StepTaken
from hub.model.dunning_reasons import NotUndone
from hub.model.payment_method import Lowers
from hub.rules.charges import BUCKET_OF, LOWERED_BY, Change
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.policies import FEE_OF

_KIND_OF = {Fee.REMINDER: Lowers.REMINDER_FEE, Fee.DEMAND: Lowers.DEMAND_FEE}


def lowered(step: StepTaken, standing: Mapping[Lowers, int]) -> dict[Lowers, Change]:
    """Return the changes that take back the fee, the compensation and the interest of a step.

    `standing` is what stands debited now. What somebody has taken back before, in whole or in part, is not taken
    back twice.
    """
    taken = {kind: min(amount_ore, max(0, standing.get(kind, 0))) for kind, amount_ore in _debited(step)}
    return {kind: _change(kind, amount_ore) for kind, amount_ore in taken.items() if amount_ore}


def what_came_since(
    step: StepTaken, steps: Iterable[StepTaken], open_amounts: OpenAmounts, taken: Mapping[Lowers, Change]
) -> str:
    """Return what keeps a person from undoing a step: a later one, or that what it debited has been paid; else ''.

    `steps` are those that stand on the receivable, `taken` what undoing would take back.
    """
    later = next((one for one in steps if one.step_no > step.step_no), None)
    if later is not None:
        return f"{NotUndone.FOLLOWED_BY}: {later.step}"
    open_in = {Bucket.FEE: open_amounts.fee_ore, Bucket.INTEREST: open_amounts.interest_ore}
    paid = next((kind for kind, change in taken.items() if open_in[Bucket(change.bucket)] < _in(change, taken)), None)
    return f"{NotUndone.PAID}: {paid}" if paid is not None else ""


def _in(change: Change, taken: Mapping[Lowers, Change]) -> int:
    """Return how much undoing takes back of the bucket of a change."""
    return -sum(one.amount_ore for one in taken.values() if one.bucket == change.bucket)


def _debited(step: StepTaken) -> Iterator[tuple[Lowers, int]]:
    fee = FEE_OF.get(DunningStep(step.step))
    if fee is not None and step.is_fee_debited and not step.are_fees_invoiced:
        yield _KIND_OF[fee], step.fee_ore
    if step.compensation_ore and not step.are_fees_invoiced:
        yield Lowers.COMPENSATION, step.compensation_ore
    if step.is_interest_debited:
        yield Lowers.INTEREST, step.interest_ore


def _change(kind: Lowers, amount_ore: int) -> Change:
    cause, contra = LOWERED_BY[kind]
    return Change(BUCKET_OF[kind], -amount_ore, cause, contra)
