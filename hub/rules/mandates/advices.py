"""What an advice (*medgivandeavisering*) makes of a mandate: where it stood decides what a refusal means."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.direct_debits import AdviceOutcome, MandateAdvice
from hub.model.mandates import Mandate, MandateState

EXISTS = "exists"  # how the names of comments begin that say that the clearing house has the mandate, or is asking
MISSING = "mandate_missing"  # the name of the comment that says that it does not have it
NUMBER_CHANGED = "payer_number_changed"  # the name of the information that an advice is about that

_BY_OUTCOME = {
    AdviceOutcome.CREATED: MandateState.ACTIVE,
    AdviceOutcome.ENDED: MandateState.CANCELLED,
    AdviceOutcome.STOPPED: MandateState.STOPPED,
    AdviceOutcome.RESUMED: MandateState.ACTIVE,
}
_AFTER_REFUSAL = {
    MandateState.WISHED: MandateState.REFUSED,
    MandateState.ASKED: MandateState.REFUSED,
    MandateState.QUESTIONED: MandateState.REFUSED,
    MandateState.CHANGING: MandateState.ACTIVE,  # it stands under its number
    MandateState.CANCELLING: MandateState.CANCELLED,  # there is none to end
}
_NOT_THERE_YET = (MandateState.WISHED, MandateState.ASKED, MandateState.REFUSED)


class Advised(NamedTuple):
    """Where a mandate stands after an advice."""

    state: MandateState
    has_new_number: bool = False  # its payer number is the one that it was to get
    is_odd: bool = False  # a person is told: it says what nothing here explains


def advised(mandate: Mandate, advice: MandateAdvice) -> Advised | None:
    """Return where a mandate stands after an advice; None when the advice is about the number that it leaves.

    A change of payer number comes as two advices: the old number ends, the new one is created.
    """
    state, outcome = MandateState(mandate.state), AdviceOutcome(advice.outcome)
    if outcome is AdviceOutcome.REFUSED:
        return _refused(state, advice)
    is_changing = state is MandateState.CHANGING
    is_about_change = advice.information.name == NUMBER_CHANGED
    if is_changing and is_about_change and outcome is AdviceOutcome.ENDED:
        return None
    if outcome is AdviceOutcome.CHANGED:
        return Advised(state)
    has_new_number = is_changing and advice.payer_number == mandate.new_payer_number
    return Advised(_BY_OUTCOME[outcome], has_new_number=has_new_number)


def _refused(state: MandateState, advice: MandateAdvice) -> Advised:
    if state in (MandateState.ASKED, MandateState.QUESTIONED) and advice.comment.name.startswith(EXISTS):
        return Advised(MandateState.QUESTIONED)
    if advice.comment.name == MISSING and state not in _NOT_THERE_YET:
        return Advised(MandateState.CANCELLED, is_odd=state is not MandateState.CANCELLING)
    after = _AFTER_REFUSAL.get(state, state)
    return Advised(after, is_odd=state not in _AFTER_REFUSAL or state is MandateState.CHANGING)


def because(advice: MandateAdvice) -> str:
    """Return what an advice says, for people."""
    said = [code.english or code.name or f"code {code.code}" for code in (advice.information, advice.comment)]
    return "; ".join(text for text in said if text)
