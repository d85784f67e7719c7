"""Payments as the matching rules and their plugins see them."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.payment_file import Part


class UnmatchedPayment(NamedTuple):
    """A payment that the exact reference did not settle. Amounts in öre; a deduction is below zero."""

    payment_id: int
    account_no: int  # canonical payee account; 0 when the tenant has no such account
    amount_ore: int
    currency: str
    booked_date: str  # ISO date
    reference: str  # normal form, empty when none
    quality: str
    parts: tuple[Part, ...]
    texts: tuple[str, ...]
    payer_name: str
    payer_account: str
    payer_identity: str


class ProposedShare(NamedTuple):
    """A share of a payment for one receivable."""

    receivable_id: int
    amount_ore: int


class MatchProposal(NamedTuple):
    """Where a payment should go, and the rule that says so."""

    shares: tuple[ProposedShare, ...]
    rule: str
