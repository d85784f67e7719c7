"""What people and scripts are told when they ask what became of something. Amounts are whole öre."""

from __future__ import annotations

from typing import NamedTuple


class Fate(NamedTuple):
    """A share of a payment, and what became of it.

    `what` is `posted`, `suspended`, `held`, `refunded`, `settled_with_agency`, `written_off`, `taken_back` (out of the
    suspense account, with its file or by the bank), `closed` (held until its file was undone) or `duplicate`; `why` the
    rule, reason, cause or proof; `where` the receivable's number, or the exchange whose payment is the same money.
    """

    payment_id: int
    what: str
    why: str
    where: str
    amount_ore: int


class PaymentStory(NamedTuple):
    """One payment as the bank stated it, and its fate."""

    payment_id: int
    exchange_no: int
    section_no: int
    line: int
    kind: str
    amount_ore: int
    currency: str
    booked_date: str
    reference: str
    payer_name: str
    texts: str  # divided by line feeds
    parts: tuple[str, ...] = ()  # references of its parts
    fates: tuple[Fate, ...] = ()


class OutcomeRow(NamedTuple):
    """Payments of a file that share a fate."""

    what: str
    why: str
    where: str
    payments: int
    amount_ore: int
    currency: str


class AccountBalance(NamedTuple):
    """Debits less credits of a ledger account."""

    company: str
    account: str
    currency: str
    amount_ore: int
    lines: int
