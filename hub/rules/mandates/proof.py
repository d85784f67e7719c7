"""How our mandates differ from the clearing house's register (*medgivanderegister*)."""

from __future__ import annotations

from enum import StrEnum

CLEARING_DIGITS = 4


def plain_account(account: str) -> str:
    """Return an account without the zeros that the clearing house puts between clearing number and account number.

    >>> plain_account("9150000001234567")
    '91501234567'
    """
    return account[:CLEARING_DIGITS] + account[CLEARING_DIGITS:].lstrip("0")


class Difference(StrEnum):
    """What differs about one payer number."""

    UNKNOWN_HERE = "unknown_here"  # the register has it, and we do not
    ENDED_HERE = "ended_here"  # the register has it, and ours is cancelled or refused
    MISSING_THERE = "missing_there"  # ours is active or stopped, and the register does not have it
    UNDER_QUESTION = "under_question"  # the payer's bank has been asked, and ours is active
    NOT_ACTIVE_HERE = "not_active_here"  # it is in force there, and ours waits for an answer
    OTHER_ACCOUNT = "other_account"  # the payer's account is another than we know


WHAT_TO_DO = {
    Difference.UNKNOWN_HERE: "take it over by hub mandates proof --adopt, or end it there",
    Difference.ENDED_HERE: "end it there by hub mandates cancel, or take it over by --adopt",
    Difference.MISSING_THERE: "nothing can be collected by it: ask the payer for a new one; --adopt ends ours",
    Difference.UNDER_QUESTION: "wait for the bank's answer; --adopt notes that it is asked",
    Difference.NOT_ACTIVE_HERE: "its advice has not come; --adopt makes it active",
    Difference.OTHER_ACCOUNT: "the payer has changed the account; --adopt takes it over",
}
