"""The three alternatives of interest in an application, and what each needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hub.errors import DataError
from hub.model.orders_to_pay import InterestChoice, OrderTerms
from hub.rules.interest.rates import BY_LAW, InterestRate, rate_named
from hub.rules.interest.reference_rates import ReferenceRates


def chosen_rate(terms: OrderTerms) -> InterestRate | None:
    """Return the rate that is claimed, None for none.

    Räntelagen (1975:635) 6 §: eight percentage points above the reference rate, unless another was agreed.
    """
    if terms.interest == InterestChoice.NONE:
        return None
    if terms.interest == InterestChoice.STATUTORY:
        return BY_LAW
    return InterestRate(Decimal(terms.rate_percent))


def choice_of(rate: str) -> tuple[InterestChoice, str]:
    """Return the alternative that a company's own rate is, and its percentage; none for zero.

    Raises:
        DataError: it follows the reference rate by other than eight points, which the form has no place for.
    """
    named = rate_named(rate)
    if named == BY_LAW:
        return InterestChoice.STATUTORY, ""
    if named.is_above_reference:
        raise DataError(f"the form has no place for {rate}: claim the statutory rate, another with its ground, or none")
    return (InterestChoice.OTHER, f"{named.percent.normalize():f}") if named.percent else (InterestChoice.NONE, "")


def collected_shares(collected_ore: int, left_ore: Sequence[int]) -> list[int]:
    """Share interest in öre that was collected over receivables, the oldest due first; `left_ore` is earned by each.

    Each gets what it has earned and nobody has charged; what is beyond all of that is the first one's.
    """
    shares, rest_ore = [], collected_ore
    for one_ore in left_ore:
        shares.append(min(rest_ore, one_ore))
        rest_ore -= shares[-1]
    return [shares[0] + rest_ore, *shares[1:]]


def refuse_choice(terms: OrderTerms, on: date, references: ReferenceRates) -> None:
    """Refuse a rate without its parts: alternative 2 needs a rate, and a ground where it is higher than the law's.

    Raises:
        DataError: the rate or its ground is missing, or given where it does not belong.
        RuleViolation: the reference rate of the day is not known.
    """
    if terms.interest != InterestChoice.OTHER:
        if terms.rate_percent or terms.interest_ground:
            raise DataError("rate_percent and interest_ground belong to the interest `other` alone: leave them out")
        return
    if not terms.rate_percent:
        raise DataError("the interest `other` needs rate_percent, the rate in per cent a year")
    is_higher = Decimal(terms.rate_percent) > BY_LAW.on(on, references)
    if is_higher and not terms.interest_ground:
        raise DataError(f"{terms.rate_percent} per cent is higher than the law's rate: say its ground, interest_ground")
