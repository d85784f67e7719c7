"""Receivables as the hub keeps them. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ReceivableKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"  # negative balance
    INTEREST_INVOICE = "interest_invoice"
    FEE_INVOICE = "fee_invoice"  # avgiftsfaktura: a fee of dunning; bears no interest and no fee
    INTERNAL = "internal"  # settled by voucher; never sent, dunned or interest-bearing


class Receivable(NamedTuple):
    """One version of one receivable, in the order of its table's columns."""

    receivable_id: int
    company: str
    number: str
    source_system: str
    version: int
    chain_id: int
    kind: str
    group_no: int
    routine: str
    currency: str
    original_ore: int
    invoice_date: str
    due_date: str
    original_due_date: str
    debtor_number: str
    debtor_name: str
    debtor_identity: str
    debtor_address: str
    second_debtor_name: str
    second_debtor_identity: str
    register_identity: str
    department: str
    refers_to: str
    credits_number: str
    coding: str
    is_opening: int
    language: str = ""  # what the debtor reads: sv, en; empty: as the company's letters


class ReferenceRow(NamedTuple):
    """A reference and the receivable it means at one payee account."""

    account_no: int
    reference: str  # normal form
    receivable_id: int
    valid_from: str


class OpenReceivable(NamedTuple):
    """A receivable with what is open on it, as rules and people see it."""

    receivable_id: int
    company: str
    number: str
    source_system: str
    version: int
    kind: str
    routine: str
    group_no: int
    currency: str
    due_date: str
    debtor_name: str
    debtor_identity: str
    principal_ore: int
    fee_ore: int
    interest_ore: int
    is_watched: int = 0
    printed_fee_ore: int = 0
    printed_interest_ore: int = 0

    @property
    def open_ore(self) -> int:
        """Everything that is owed now; below zero for a credit note."""
        return self.principal_ore + self.fee_ore + self.interest_ore


class Hold(NamedTuple):
    """An active stop of dunning (*kravkod*)."""

    receivable_id: int
    hold_no: int
    code: str
    source: str
    until_date: str | None  # last day of the stop; None: until it is ended
    reason: str
    set_at: str


class NewHold(NamedTuple):
    """A hold that is to be set."""

    receivable_id: int
    code: str
    reason: str
    source: str
    until_date: str | None  # last day of the stop


class Watch(NamedTuple):
    """A receivable's watch (*betalningsbevakning*)."""

    text: str
    set_by: str
    set_at: str
