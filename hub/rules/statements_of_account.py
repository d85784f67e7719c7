"""Statements of account (*kontoutdrag*): what a debtor owes, receivable by receivable and by how late it is.

One may be about several companies: then it is sent by a named one, and each row says to whom it is owed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from hub.model.documents import Document, DocumentKind, Language
from hub.model.letter_parts import AgedAmount, Claim
from hub.model.parties import Debtor
from hub.money import plain_kronor


class StatedRow(NamedTuple):
    """One receivable. Amounts are whole öre, below zero of what the debtor has to its credit."""

    number: str
    text: str
    company_name: str  # to whom it is owed
    invoice_date: str
    due_date: str
    original_ore: int
    principal_ore: int
    fee_ore: int = 0
    interest_ore: int = 0
    reference: str = ""


class Aged(NamedTuple):
    """What is open and so many days late; no first day: not due yet, no last day: no limit."""

    from_days: int | None
    until_days: int | None
    amount_ore: int


class Statement(NamedTuple):
    """All that is known of one statement."""

    number: str
    sender: str  # number of the company that sends it
    sender_name: str
    debtor: Debtor
    on: date  # what was open at the end of this day
    rows: Sequence[StatedRow]
    ageing: Sequence[Aged] = ()
    language: Language = Language.SV
    currency: str = "SEK"
    text: str = ""  # in place of ours


def statement_document(statement: Statement) -> Document:
    """Return the document of a statement; a row says whom it is owed to where that is not the sender."""
    return Document(
        kind=DocumentKind.STATEMENT_OF_ACCOUNT,
        company=statement.sender,
        number=statement.number,
        language=statement.language,
        currency=statement.currency,
        issue_date=statement.on.isoformat(),
        debtor=statement.debtor,
        claims=tuple(_claim(row, statement.sender_name) for row in statement.rows),
        ageing=tuple(_aged(one) for one in statement.ageing),
        notes=(statement.text,) if statement.text else (),
    )


def _claim(row: StatedRow, sender_name: str) -> Claim:
    return Claim.model_validate(
        {
            "number": row.number,
            "text": row.text,
            "creditor": "" if row.company_name == sender_name else row.company_name,
            "invoice_date": row.invoice_date or None,
            "due_date": row.due_date or None,
            "original": plain_kronor(row.original_ore),
            "open": plain_kronor(row.principal_ore),
            "fee": plain_kronor(row.fee_ore),
            "interest": plain_kronor(row.interest_ore),
            "reference": row.reference,
        }
    )


def _aged(one: Aged) -> AgedAmount:
    amount = plain_kronor(one.amount_ore)
    return AgedAmount.model_validate({"from_days": one.from_days, "until_days": one.until_days, "amount": amount})
