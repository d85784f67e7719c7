"""Which settlements (*redovisningar*) the money of an agency pays. Pure.

The payout reference decides: money that names settlements pays those, and no other. Money that names none pays the one
settlement of its amount and days. What the agency is owed, by a settlement below zero, it may have taken off either.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import date

from hub.model.collection_cases import Settlement, WaitingPayout

NEAR_DAYS = 15

Together = tuple[Settlement, ...]
"""Settlements that one payment pays."""

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
) -> list[tuple[Together, WaitingPayout]]:
    """Return which settlements of one agency its money pays, where that is certain.

    `paid` are references of settlements that have their money: what names one of them pays no other. `may_pay` says
    whether the money may be a settlement's at all: by its currency and company.
    """
    named = {one.payment_id: [each for each in unpaid if names(one, each.payout_reference)] for one in waiting}
    taken = {each.settlement_no for those in named.values() for each in those}
    free = [each for each in unpaid if each.settlement_no not in taken and each.left_ore > 0]
    options: dict[int, list[Together]] = {}
    for money in waiting:
        own = named[money.payment_id]
        if own:
            wanted: list[Together] = [tuple(own)]
        elif any(names(money, reference) for reference in paid):
            wanted = []
        else:
            wanted = [(each,) for each in free if _days_apart(money.booked_date, each.dated_on) <= NEAR_DAYS]
        fitting = [together_of(one, unpaid, money.remaining_ore) for one in wanted]
        options[money.payment_id] = [one for one in fitting if one and all(may_pay(money, each) for each in one)]
    wanted_by = Counter(
        number for those in options.values() for number in {no for one in those for no in _numbers(one)}
    )
    return [
        (those[0], money)
        for money in waiting
        if len(those := options[money.payment_id]) == 1 and all(wanted_by[no] == 1 for no in _numbers(those[0]))
    ]


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
