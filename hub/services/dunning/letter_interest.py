"""The interest that letters say: what receivables have earned by their day and has not been debited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from hub.model.tenant import Tenant
from hub.rules.interest.calculation import Segment
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.books.finding import find_company
from hub.services.books.interest import Accrued, accrued
from hub.services.dunning.letters import EarnedInterest
from hub.services.ports import UnitOfWork


class LetterInterest:
    """Counts for a chunk of letters at once, by the rates that are known when it is asked.

    Both methods raise RuleViolation when a reference rate that is needed is not known.
    """

    def __init__(self, rates: Callable[[], ReferenceRates]) -> None:
        self._rates = rates

    def earned(
        self, work: UnitOfWork, tenant: Tenant, receivable_ids: Sequence[int], until: date
    ) -> Mapping[int, EarnedInterest]:
        """Return what is left to debit of each receivable, and all that it has earned."""
        found = accrued(work, tenant, receivable_ids, until, self._rates())
        return {
            number: EarnedInterest(one.left_ore, one.interest.interest_ore)
            for number, one in found.items()
            if one.left_ore
        }

    def counted(
        self, work: UnitOfWork, tenant: Tenant, receivable_ids: Sequence[int], until: date
    ) -> Mapping[int, Sequence[Segment]]:
        """Return how the interest of each was counted: days, balances and rates, without days that are invoiced."""
        found = accrued(work, tenant, receivable_ids, until, self._rates())
        counted = {number: one.segments_left(_day_count(tenant, one)) for number, one in found.items()}
        return {number: segments for number, segments in counted.items() if segments}


def _day_count(tenant: Tenant, one: Accrued) -> DayCount:
    return DayCount.named(find_company(tenant, one.receivable.company).dunning.interest.day_count)
