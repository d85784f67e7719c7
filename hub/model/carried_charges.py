"""What is carried to a debtor's next invoice instead of being asked for by itself. Amounts are whole öre."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class CarriedKind(StrEnum):
    """What is carried."""

    INTEREST = "interest"
    REMINDER_FEE = "reminder_fee"  # printed and never debited
    DEMAND_FEE = "demand_fee"
    DIFFERENCE = "difference"  # a small over- or underpayment


class CarriedState(StrEnum):
    """How far it has come."""

    OFFERED = "offered"  # the source system has been told; it is told again until it answers
    CARRIED = "carried"  # it stands on an invoice
    WITHDRAWN = "withdrawn"  # its ground fell before it was answered


class Uncharged(NamedTuple):
    """Something that a settled receivable leaves to be charged; below zero it is the debtor's."""

    receivable_id: int
    kind: CarriedKind
    amount_ore: int
    account: str  # the ledger account that it is to be coded on
    earned_ore: int = 0  # of interest: all of it by then


class CarriedCharge(NamedTuple):
    """One row that a source system is to put on the debtor's next invoice, in the order of its table's columns."""

    carry_no: int
    receivable_id: int
    kind: str
    amount_ore: int
    account: str
    state: str
    offered_at: str
    offers: int  # how often it has been offered
    invoice_number: str = ""  # the invoice that it stands on
    answered_at: str | None = None
    earned_ore: int = 0
