"""Who is reached in an internet bank, by the register."""

from __future__ import annotations

from hub.identifiers import coordination_number, personal_identity_number
from hub.model.delivery import Reach, Reachable, Recipient
from hub.model.parties import DebtorClass
from hub_internet_bank.register import Register

_WITH_CENTURY = 12


def reached_by_nothing(recipient: Recipient) -> Reach | None:
    """Return the answer for one whom no register could hold; None for everybody else."""
    if recipient.debtor_class is not DebtorClass.PERSON:
        return Reach(Reachable.NO, "the internet bank is for private persons")
    if not (_person(recipient.identity) or recipient.e_bank_address):
        return Reach(Reachable.NO, "neither a personal number with its century nor an address in a bank is known")
    return None


def reached(recipient: Recipient, register: Register, *, holds_for_s: int) -> Reach:
    """Say whether a person is reached: the last registration wins, and one that has ended is none."""
    person, fmi = _person(recipient.identity), recipient.e_bank_address
    found = register.of_person(person) if person else None
    if found is None and fmi:
        is_active = register.of_fmi(fmi)
        found = None if is_active is None else (is_active, fmi)
    if found is None:
        return Reach(Reachable.NO, "the debtor has not registered in an internet bank", holds_for_s=holds_for_s)
    is_active, address = found
    if not is_active:
        return Reach(Reachable.NO, "the debtor has ended the registration in the bank", holds_for_s=holds_for_s)
    return Reach(Reachable.YES, address=address, holds_for_s=holds_for_s)


def _person(identity: str) -> str:
    """Return a personal or coordination number with its century, blank when it is none: nobody guesses a century."""
    is_one = personal_identity_number.is_valid(identity) or coordination_number.is_valid(identity)
    return identity if is_one and len(identity) == _WITH_CENTURY else ""
