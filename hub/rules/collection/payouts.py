"""Which settlements (*redovisningar*) the money of an agency pays. Pure.

The payout reference decides: money that names settlements pays those, and no other. Money that names none pays the one
settlement of its amount and days, or all of one day. What the agency is owed, by a settlement below zero, it may have
taken off either. Of settlements for several companies money pays all that is left, or what is its own company's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from hub.model.collection_cases import Settlement, WaitingPayout

NEAR_DAYS = 15

Together = tuple[Settlement, ...]
"""Settlements that one payment pays."""

PartsLeft = Mapping[int, Mapping[str, int]]
"""What is left of settlements to be paid, in öre: by number, then by company."""


class Paying(NamedTuple):
    """What money pays: all that is left of settlements, or with a company what is that company's of it."""

    settlements: Together
    money: WaitingPayout
    company: str = ""
    is_part: bool = False  # less than that, of one settlement: by a person's word

    def claims(self, left: PartsLeft) -> set[tuple[int, str]]:
        """Return what it pays, as (settlement, company): what two payments would pay is neither's."""
        companies = {one: left.get(one, {}) for one in _numbers(self.settlements)}
        return {
            (number, company)
            for number, parts in companies.items()
            for company, part_ore in parts.items()
            if part_ore and self.company in ("", company)
        }


_WORD = re.compile(r"[\w/-]+")


def words_of(money: WaitingPayout) -> set[str]:
    """Return all that a payment says, word by word."""
    return set(_WORD.findall(_said(money)))


def names(money: WaitingPayout, payout_reference: str) -> bool:
    """Say whether a payment says a reference, as a word and not within one: `P1` is not said by `P12`."""
    sought = rf"(?<![\w/-]){re.escape(payout_reference)}(?![\w/-])"
    return bool(payout_reference) and re.search(sought, _said(money), re.IGNORECASE) is not None


def _said(money: WaitingPayout) -> str:
    return f"{money.reference}\n{money.texts}"


def paid_by(
    unpaid: Sequence[Settlement],
    paid: Collection[str],
    waiting: Sequence[WaitingPayout],
    may_pay: Callable[[WaitingPayout, Settlement], bool],
    left: PartsLeft,
) -> list[Paying]:
    """Return which settlements of one agency its money pays, where that is certain.

    `paid` are references of settlements that have their money: what names one of them pays no other. `may_pay` says
    whether the money may be a settlement's at all: by its currency and company.
    """
    named = {one.payment_id: [each for each in unpaid if names(one, each.payout_reference)] for one in waiting}
    taken = {each.settlement_no for those in named.values() for each in those}
    free = [each for each in unpaid if each.settlement_no not in taken and each.left_ore > 0]
    options: dict[int, list[Paying]] = {}
    for money in waiting:
        own = named[money.payment_id]
        if own:
            wanted: Sequence[Together] = [tuple(own)]
        elif any(names(money, reference) for reference in paid):
            wanted = []
        else:
            wanted = _of_its_days(money, free)
        ways = [way for one in wanted if (way := way_of(one, unpaid, money, left)) is not None]
        options[money.payment_id] = [way for way in ways if all(may_pay(money, each) for each in way.settlements)]
    wanted_by = Counter(
        claim for ways in options.values() for claim in {claim for way in ways for claim in way.claims(left)}
    )
    return [
        ways[0]
        for ways in options.values()
        if len(ways) == 1 and all(wanted_by[claim] == 1 for claim in ways[0].claims(left))
    ]


def _of_its_days(money: WaitingPayout, free: Sequence[Settlement]) -> list[Together]:
    """Return what money may pay that names nothing: a settlement of about its day, or all those of one such day."""
    near = [each for each in free if _days_apart(money.booked_date, each.dated_on) <= NEAR_DAYS]
    days = [tuple(those) for _, those in groupby(sorted(near, key=_day), key=_day)]
    return [*((each,) for each in near), *(those for those in days if len(those) > 1)]


def _day(settlement: Settlement) -> tuple[str, str]:
    return settlement.dated_on, settlement.currency


def way_of(wanted: Together, unpaid: Sequence[Settlement], money: WaitingPayout, left: PartsLeft) -> Paying | None:
    """Return how money pays settlements: all that is left, else what is its own company's of it; None: neither."""
    if together := together_of(wanted, unpaid, money.remaining_ore):
        return Paying(together, money)
    own_ore = sum(left.get(number, {}).get(money.company, 0) for number in _numbers(wanted))
    return Paying(wanted, money, money.company) if own_ore == money.remaining_ore else None


def _numbers(together: Together) -> set[int]:
    return {each.settlement_no for each in together}


def together_of(wanted: Together, unpaid: Sequence[Settlement], amount_ore: int) -> Together:
    """Return what an amount pays whole: these settlements, or these less what the agency is owed; empty: neither.

    What it is owed it takes off oldest first, as much of it as it likes. No amount at all pays what is made even so.
    """
    numbers, first = _numbers(wanted), wanted[0]
    owed = [
        each
        for each in sorted(unpaid)
        if each.left_ore < 0
        and (each.agency, each.currency) == (first.agency, first.currency)
        and each.settlement_no not in numbers
    ]
    together = (wanted + tuple(owed[:count]) for count in range(len(owed) + 1))
    return next((one for one in together if sum(each.left_ore for each in one) == amount_ore), ())


def _days_apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)
