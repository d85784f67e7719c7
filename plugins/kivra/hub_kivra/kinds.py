"""What Kivra calls our kinds of documents, and what the recipient's list of mail calls them.

The type decides how Kivra notifies: an invoice, reminder or demand is told of at once and again before its day.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hub.identifiers import coordination_number, luhn, personal_identity_number
from hub.model.documents import Document, DocumentKind, Language
from hub.rules.delivery.payment_box import asks_for_payment, payment_asked
from hub_kivra.unfit import NotForKivra

LETTER = "letter"  # also of what is drawn, but for a copy that is to be paid, and where nothing is to be paid
LONGEST_SUBJECT = 35  # what most screens show
_INVOICE = "invoice"
_DEMAND = "invoice.debtcollection"
_NUMBERS = re.compile(r"[0-9]+(?:[-+ ][0-9]+)*")


class Told(NamedTuple):
    """How one kind of document is told."""

    type: str  # to a person; a company's list has letters, invoices and credit notes alone
    swedish: str
    english: str


TOLD = {
    DocumentKind.INVOICE: Told(_INVOICE, "Faktura", "Invoice"),
    DocumentKind.REPLACEMENT_INVOICE: Told(_INVOICE, "Ersättningsfaktura", "Replacement invoice"),
    DocumentKind.INVOICE_COPY: Told(_INVOICE, "Fakturakopia", "Copy of invoice"),
    DocumentKind.INTEREST_INVOICE: Told(_INVOICE, "Räntefaktura", "Interest invoice"),
    DocumentKind.CREDIT_NOTE: Told("letter.creditnotice", "Kreditfaktura", "Credit note"),
    DocumentKind.CANCELLATION_NOTICE: Told(LETTER, "Makulering", "Cancellation"),
    DocumentKind.DIRECT_DEBIT_INVOICE: Told(LETTER, "Faktura, autogiro", "Invoice, direct debit"),
    DocumentKind.REMINDER: Told("invoice.reminder", "Påminnelse", "Reminder"),
    DocumentKind.DEMAND: Told(_DEMAND, "Inkassokrav", "Debt collection demand"),
    DocumentKind.RESIDUAL_DEMAND: Told(_DEMAND, "Restkrav", "Demand for the rest"),
    DocumentKind.WARNING: Told(_DEMAND, "Varning", "Final warning"),
    DocumentKind.INSTALMENT_PLAN: Told("invoice.debtcampaign", "Avbetalningsplan", "Instalment plan"),
    DocumentKind.STATEMENT_OF_ACCOUNT: Told(LETTER, "Kontoutdrag", "Statement of account"),
}


def has_payment(document: Document) -> bool:
    """Say whether the debtor is to pay by what Kivra shows: not by a letter, and nothing where nothing is left.

    Raises NotForKivra when the document does not say: as a letter it would look paid.
    """
    if not asks_for_payment(document):
        return False
    if document.kind is not DocumentKind.INSTALMENT_PLAN and document.to_pay_ore is None:
        raise NotForKivra("it does not say what is to be paid: state to_pay")
    return payment_asked(document) is not None


def content_type(document: Document, *, for_company: bool) -> str:
    """Return Kivra's type of a document. Raises as `has_payment`."""
    told = TOLD[document.kind].type
    if not has_payment(document):
        return told if told.startswith(LETTER) else LETTER
    return _INVOICE if for_company or told.startswith(LETTER) else told


def subject(document: Document) -> str:
    """Return what stands in the list of mail: the kind, with the number where it fits and cannot be a person's."""
    told = TOLD[document.kind]
    word = document.heading or (told.english if document.language is Language.EN else told.swedish)
    full = f"{word} {document.number}"
    return word if len(full) > LONGEST_SUBJECT or _may_be_a_persons(document.number) else full


def _may_be_a_persons(number: str) -> bool:
    """Say whether a part of a number may be a personal identity or coordination number."""
    return any(_holds_a_person(re.sub("[^0-9]", "", run)) for run in _NUMBERS.findall(number))


def _holds_a_person(digits: str) -> bool:
    """Look at each stretch of ten digits: a number may have signs before and behind."""
    stretches = (digits[at : at + 10] for at in range(len(digits) - 9))
    return any(not luhn.checksum(ten) and _is_person(ten) for ten in stretches)


def _is_person(ten: str) -> bool:
    return personal_identity_number.is_valid(ten) or coordination_number.is_valid(ten)
