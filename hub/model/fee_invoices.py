"""Fees of dunning that are invoices of their own (*avgiftsfaktura*). Amounts are whole öre."""

from __future__ import annotations

from typing import NamedTuple

BEAR_FEES = "bear_fee_invoices"  # in what an import tells: receivables with fee invoices that it credits or replaces
PAID_FEE_TAKEN_BACK = "paid_fee_taken_back"  # a task: its letter never arrived, and it was paid


class FeeInvoice(NamedTuple):
    """One fee of one step that is a receivable of its own, in the order of its table's columns."""

    invoice_id: int  # the receivable that it is
    receivable_id: int  # the one that is dunned
    plan_no: int
    fee: str  # reminder, demand, late_payment_compensation
    amount_ore: int
    made_at: str
    undone_at: str | None = None


class StandingFee(NamedTuple):
    """A fee invoice that nobody has taken back, with what is open on it."""

    invoice_id: int
    receivable_id: int
    plan_no: int
    company: str
    number: str
    source_system: str
    amount_ore: int
    open_ore: int
