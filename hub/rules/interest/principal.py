"""What bore interest on a receivable: its entries become claims, each a principal with what lowered it and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from hub.model.books import Bucket
from hub.rules.charges import Cause as Charge
from hub.rules.charges import EntryFacts
from hub.rules.interest.calculation import Claim, Interest, Reduction, interest_of, interest_on
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.rates import InterestRate
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.receivables import Cause as Import

NOTHING_EARNED = Interest(0, (), 0)

_OWED_FROM_THE_START = frozenset({Import.INVOICED, Import.OPENING_BALANCE})
_NEVER_OWED = frozenset({Charge.CREDITED, Charge.CANCELLED, Import.CREDITED_BY_NEW_VERSION})
_BY_METHOD = "method:"
_ONE_DAY = timedelta(days=1)


class Terms(NamedTuple):
    """From when and at what rate a receivable bears interest."""

    first_day: date
    rate: InterestRate
    day_count: DayCount
    methods_without_interest: Collection[str] = ()  # codes whose rows remove what never bore interest


class _Movement(NamedTuple):
    """Entries that belong together: one payment, or one row and what took it back."""

    cause: str
    rule: str
    day: date
    amount_ore: int


def earned(entries: Iterable[EntryFacts], terms: Terms, last_day: date, references: ReferenceRates) -> Interest:
    """Count the interest of one receivable up to and with a day, from its entries; those on its principal count.

    A payment that was taken back is as if it had never come; a credit, and a row by a method that bears no interest,
    removes what was never owed. Räntelagen (1975:635) 3 §: on what is late, from when it was late.

    Raises RuleViolation when a reference rate that is needed is not known.
    """
    parts = [interest_on(claim, last_day, references) for claim in claims_of(entries, terms, last_day)]
    if len(parts) == 1:
        return parts[0]
    segments = sorted(segment for part in parts for segment in part.segments)
    return Interest(interest_of(segments), tuple(segments), sum(part.principal_left_ore for part in parts))


def claims_of(entries: Iterable[EntryFacts], terms: Terms, last_day: date) -> Iterator[Claim]:
    """Yield what bore interest: the receivable itself, and what was debited to it later, as claims of their own.

    What raises it first undoes the latest payments before it: a row registered by mistake is corrected by a debit.
    """
    movements = [one for one in _movements(entries) if one.day <= last_day or one.cause in _OWED_FROM_THE_START]
    owed_ore = sum(one.amount_ore for one in movements if one.cause in _OWED_FROM_THE_START)
    lowered = [_reduction(one, terms) for one in movements if one.amount_ore < 0]
    added: list[Reduction] = []
    for one in movements:
        if one.amount_ore > 0 and one.cause not in _OWED_FROM_THE_START:
            rest_ore = _undone(lowered, one)
            added += [Reduction(one.day, rest_ore)] if rest_ore else []
    yield from _claims(owed_ore, lowered, added, terms)


def _movements(entries: Iterable[EntryFacts]) -> list[_Movement]:
    """Add up what belongs together, the earliest first; what adds up to nothing has not happened."""
    by_key: dict[tuple[str, int], list[EntryFacts]] = defaultdict(list)
    roots: dict[int, tuple[str, int]] = {}
    on_principal = (entry for entry in entries if entry.bucket == Bucket.PRINCIPAL)
    for entry in sorted(on_principal, key=lambda one: one.entry_no):
        key = _key(entry, roots)
        roots[entry.entry_no] = key
        by_key[key].append(entry)
    sums = [(group[0], sum(one.amount_ore for one in group)) for group in by_key.values()]
    found = [
        _Movement(first.cause, first.rule, date.fromisoformat(first.transaction_date), amount_ore)
        for first, amount_ore in sums
        if amount_ore
    ]
    return sorted(found, key=lambda one: one.day)


def _key(entry: EntryFacts, roots: dict[int, tuple[str, int]]) -> tuple[str, int]:
    if entry.reverses_no is not None and entry.reverses_no in roots:
        return roots[entry.reverses_no]
    return ("payment", entry.payment_id) if entry.payment_id is not None else ("entry", entry.entry_no)


def _reduction(one: _Movement, terms: Terms) -> Reduction:
    method = one.rule.removeprefix(_BY_METHOD) if one.rule.startswith(_BY_METHOD) else None
    was_never_owed = one.cause in _NEVER_OWED or method in terms.methods_without_interest
    return Reduction(one.day, -one.amount_ore, was_never_owed)


def _undone(lowered: list[Reduction], raised: _Movement) -> int:
    """Take what a debit undoes off the latest payments before it, and return what is left of the debit."""
    rest_ore = raised.amount_ore
    for at in reversed(range(len(lowered))):
        if lowered[at].was_never_owed or lowered[at].day > raised.day:
            continue
        share_ore = min(rest_ore, lowered[at].amount_ore)
        lowered[at] = lowered[at]._replace(amount_ore=lowered[at].amount_ore - share_ore)
        rest_ore -= share_ore
    lowered[:] = [one for one in lowered if one.amount_ore]
    return rest_ore


def _claims(owed_ore: int, lowered: Sequence[Reduction], added: Sequence[Reduction], terms: Terms) -> Iterator[Claim]:
    """Yield claims, each with its share of what lowers them: the oldest is paid first, and none below zero.

    What was never owed counts in full, and payments for what is left: else a payment too much would revive a credit.
    """
    starts = [
        (terms.first_day, owed_ore),
        *((max(terms.first_day, one.day + _ONE_DAY), one.amount_ore) for one in added),
    ]
    rest = sorted(lowered, key=lambda one: not one.was_never_owed)
    for first_day, principal_ore in starts:
        if principal_ore > 0:
            own, rest = _shared(rest, principal_ore)
            yield Claim(principal_ore, first_day, own, terms.rate, terms.day_count)


def _shared(lowered: Sequence[Reduction], principal_ore: int) -> tuple[list[Reduction], list[Reduction]]:
    """Split what lowers into what this principal takes, at most all of it, and what goes on to the next."""
    own, rest, left_ore = [], [], principal_ore
    for one in lowered:
        share_ore = min(one.amount_ore, left_ore)
        left_ore -= share_ore
        own += [one._replace(amount_ore=share_ore)] if share_ore else []
        rest += [one._replace(amount_ore=one.amount_ore - share_ore)] if share_ore < one.amount_ore else []
    return own, rest
