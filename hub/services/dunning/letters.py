"""Letters of dunning and the interest that they say: ports, and what stands in for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from hub.model.dunning import DunningStep
from hub.model.dunning_plans import LETTERS, Letter, StepTaken, letters_of_plan
from hub.model.tenant import Tenant
from hub.rules.dunning.letters import SentBefore
from hub.services.ports import UnitOfWork


class EarnedInterest(NamedTuple):
    """The interest of a receivable by a day, in öre: what nobody has charged, and all of it."""

    left_ore: int
    in_all_ore: int


Earned = Callable[[UnitOfWork, Tenant, Sequence[int], date], Mapping[int, EarnedInterest]]
"""What receivables have earned by a day; where nothing is left to charge they may be left out.

Raises RuleViolation where a reference rate is not known.
"""


class Letters(Protocol):
    """How letters leave: as commands to delivery, in the transaction that takes their steps."""

    def send(self, work: UnitOfWork, tenant: Tenant, letters: Sequence[Letter]) -> None:
        """Let letters be delivered, each by its own key; delivery answers by events."""
        ...

    def withdraw(self, work: UnitOfWork, tenant: Tenant, keys: Collection[str]) -> Collection[str]:
        """Stop letters that have not been sent; return those that may be under way, and are stopped if they are not."""
        ...


def steps_before(work: UnitOfWork, receivable_ids: Sequence[int]) -> Mapping[int, Sequence[SentBefore]]:
    """Return the steps of receivables that stand, as their next letters name them."""
    steps = work.dunning.of(receivable_ids, work.today).steps
    return {number: [_sent(one) for one in taken] for number, taken in steps.items()}


def _sent(step: StepTaken) -> SentBefore:
    answer_by = date.fromisoformat(step.answer_by) if step.answer_by else None
    dated_on = date.fromisoformat(step.dated_on)
    costs = (0, 0) if step.are_fees_invoiced else (step.fee_ore, step.compensation_ore)
    return SentBefore(DunningStep(step.step), dated_on, answer_by, *costs)


def letter_name(plan_no: int, letter_no: int) -> str:
    """Return the key by which a letter is delivered."""
    return f"{letters_of_plan(plan_no)}{letter_no}"


def is_ours(key: str) -> bool:
    """Say whether a key is one of a letter of dunning."""
    return key.startswith(f"{LETTERS}:")
