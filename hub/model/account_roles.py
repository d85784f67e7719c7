"""The roles of a company's ledger accounts: those that `hub verify` proves have one role each."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What an account is for, as far as `hub verify` tells accounts apart."""

    BANK = "bank"
    CLEARING = "clearing"
    SUSPENSE = "suspense"
    RECEIVABLE = "receivable"
    REFUNDS = "refunds"  # ordered, and not yet gone from the bank
    BY_HAND = "by hand"  # the other side of a payment registered by hand
    OTHER = "other"


class NamedAccount(NamedTuple):
    """A ledger account and the setting that names it."""

    account: str
    role: Role
    setting: str


_PROVEN = {Role.BANK, Role.CLEARING, Role.SUSPENSE, Role.RECEIVABLE, Role.REFUNDS}
# What is registered by hand is left out where the bank's accounts are proven.
_MAY_BE_ONE = ({Role.BY_HAND, Role.BANK}, {Role.BY_HAND, Role.CLEARING})


def refuse_two_roles(named: Iterable[NamedAccount]) -> None:
    """Raise ValueError when two settings name one account for roles that could then not be proven."""
    seen: dict[str, list[NamedAccount]] = {}
    for here in named:
        for there in seen.setdefault(here.account, []):
            if not may_be_one(here.role, there.role):
                raise ValueError(
                    f"{there.setting} and {here.setting} name the same ledger account: give each its own, "
                    "else the books could not be proven"
                )
        seen[here.account].append(here)


def proven_accounts(named: Iterable[NamedAccount]) -> dict[str, NamedAccount]:
    """Return the accounts that `hub verify` proves, by account."""
    return {one.account: one for one in named if one.role in _PROVEN}


def may_be_one(one: Role, other: Role) -> bool:
    """Say whether one account may have two roles: never when it could then not be proven."""
    roles = {one, other}
    return len(roles) == 1 or roles.isdisjoint(_PROVEN) or roles in _MAY_BE_ONE
