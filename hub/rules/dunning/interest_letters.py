"""Interest invoices as documents: whose interest it is, on what, for which days, and what of it was charged before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hub.model.documents import Document, DocumentKind, DocumentLine, Language, VatCategory
from hub.model.parties import Debtor
from hub.model.receivables import Receivable
from hub.money import format_kronor, plain_kronor
from hub.rules.dunning.letter_texts import filled, our_text, text_of_interest
from hub.rules.interest.calculation import Interest, Segment


class InterestLetter(NamedTuple):
    """An interest invoice, the receivable that was paid late, and how its interest was counted."""

    invoice: Receivable
    original: Receivable
    debtor: Debtor
    interest: Interest
    paid_on: str
    language: Language = Language.SV
    interest_rate: str = "ref+8"  # as in settings


def interest_invoice_document(letter: InterestLetter) -> Document:
    """Return the document of an interest invoice; it is paid by the invoice's own reference, and bears no VAT."""
    invoice = letter.invoice
    last_day = letter.interest.segments[-1].last_day.isoformat()
    return Document(
        kind=DocumentKind.INTEREST_INVOICE,
        company=invoice.company,
        source_system=invoice.source_system,
        number=invoice.number,
        version=invoice.version,
        language=letter.language,
        currency=invoice.currency,
        issue_date=invoice.invoice_date,
        due_date=invoice.due_date,
        debtor=letter.debtor,
        refers_to=_said(letter, "interest_refers_to"),
        lines=(_line(letter),),
        notes=(text_of_interest(letter.language, letter.interest_rate, last_day),),
    )


def _line(letter: InterestLetter) -> DocumentLine:
    return DocumentLine.model_validate(
        {
            "text": _said(letter, "interest_line"),
            "note": "\n".join(_note(letter)),
            "amount": plain_kronor(letter.invoice.original_ore),
            "vat_category": VatCategory.OUTSIDE,
            "vat_rate_percent": 0,
        }
    )


def _note(letter: InterestLetter) -> Iterator[str]:
    yield _said(letter, "interest_on")
    for segment in letter.interest.segments:
        yield _counted(letter, segment)
    before_ore = letter.interest.interest_ore - letter.invoice.original_ore
    if before_ore > 0:
        values = {"before": format_kronor(before_ore), "currency": letter.original.currency}
        yield filled(our_text(letter.language, "interest_before"), values)


def _said(letter: InterestLetter, name: str) -> str:
    values = {
        "number": letter.original.number,
        "amount": format_kronor(letter.original.original_ore),
        "invoice_date": letter.original.invoice_date,
        "due_date": letter.original.due_date or "",
        "paid_on": letter.paid_on,
        "days": str(letter.interest.days),
        "currency": letter.original.currency,
    }
    return filled(our_text(letter.language, name), values)


def _counted(letter: InterestLetter, segment: Segment) -> str:
    percent = f"{segment.rate_percent:f}"
    values = {
        "first_day": segment.first_day.isoformat(),
        "last_day": segment.last_day.isoformat(),
        "days": str(segment.days),
        "balance": format_kronor(segment.balance_ore),
        "currency": letter.original.currency,
        "percent": percent.replace(".", ",") if letter.language is Language.SV else percent,
    }
    return filled(our_text(letter.language, "interest_counted"), values)
