"""Where the money of payee accounts is told: what settings say and files show, followed to the end of the chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class PaidInto(NamedTuple):
    """Where one payee account is paid in; accounts are given by their numbers."""

    company: str
    said: int | None  # by the settings
    shown: int | None  # by the newest file that showed it
    has_statement: bool  # of its own: then no file shows another
    end: int  # the account whose statements tell its money


Accounts = Mapping[int, PaidInto]


def as_settings_say(accounts: Accounts, said: Mapping[int, int | None]) -> dict[int, PaidInto]:
    """Return the accounts with what the settings say of theirs (None: nothing).

    What files have shown is forgotten where it leads to an account that the settings have no longer.
    """
    changed = dict(accounts)
    for number, into in said.items():
        may = into is not None and _may_meet(accounts, number, into)
        changed[number] = accounts[number]._replace(said=into if may else None)
    led = led_to_their_ends(changed)
    return led_to_their_ends({no: of if of.end in said else of._replace(shown=None) for no, of in led.items()})


def as_files_show(accounts: Accounts, shown: Iterable[tuple[int, int]]) -> dict[int, PaidInto]:
    """Return the accounts with what a file shows: pairs of an account and the one it is paid into.

    It shows nothing certain where the pairs of an account end at several, or at itself.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for number, into in shown:
        if not accounts[number].has_statement and _may_meet(accounts, number, into):
            found[number].add(into)
    changed = dict(accounts)
    for number, all_into in found.items():
        ends = {accounts[into].end for into in all_into}
        if len(ends) == 1 and number not in ends:
            changed[number] = accounts[number]._replace(shown=min(all_into))
    return led_to_their_ends(changed)


def _may_meet(accounts: Accounts, number: int, into: int) -> bool:
    """The clearing accounts of two companies would not meet."""
    return accounts[number].company == accounts[into].company


def led_to_their_ends(accounts: Accounts) -> dict[int, PaidInto]:
    """Follow the settings first, then files; a step that would close a circle is not taken."""
    steps: dict[int, int] = {}
    said = [(number, of.said) for number, of in sorted(accounts.items())]
    shown = [(number, of.shown) for number, of in sorted(accounts.items()) if of.said is None]
    for number, into in (*said, *shown):
        if into is not None and _end(steps, into) != number:
            steps[number] = into
    return {number: of._replace(end=_end(steps, number)) for number, of in accounts.items()}


def _end(steps: Mapping[int, int], number: int) -> int:
    while number in steps:
        number = steps[number]
    return number
