"""Mandates that payers ask for in the internet bank: approved for a known debtor, rejected for nobody, or for a person.

The payer writes the payer number; whose account it is does not matter, since anybody may pay for another.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.model.direct_debit_settings import DirectDebitSettings
from hub.model.mandates import ENDED, Mandate, MandateState
from hub.rules.mandates.payer_numbers import problem_of


class Answer(StrEnum):
    """What is answered."""

    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"  # a person


class Wished(NamedTuple):
    """The answer to a wish, and why."""

    answer: Answer
    reason: str


class DebtorFound(NamedTuple):
    """A debtor who may be meant by a payer number."""

    link: str
    source_system: str


def answer_to(
    payer_number: str, debtors: list[DebtorFound], earlier: Mandate | None, settings: DirectDebitSettings
) -> Wished:
    """Return what is answered to a wish; `earlier` is the mandate that has the payer number already."""
    problem = problem_of(settings.payer_number, payer_number)
    if problem:
        return Wished(Answer.REJECT, problem)
    if earlier is not None and earlier.state not in (*ENDED, MandateState.WISHED, MandateState.ASKED):
        return Wished(Answer.REJECT, f"there is a mandate with this payer number, which is {earlier.state}")
    if not debtors:
        return Wished(Answer.REJECT, "nobody who owes or has owed has this payer number")
    if len(debtors) > 1:
        return Wished(Answer.ASK, "several debtors have the number that this payer number is made of")
    if not settings.approves_internet_bank:
        return Wished(Answer.ASK, "the settings leave mandates of the internet bank to a person")
    return Wished(Answer.APPROVE, "a known debtor")
