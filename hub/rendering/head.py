"""The upper part of a document's first page, and what stands at the foot of every page."""

from __future__ import annotations

from hub.identifiers import organisation_number
from hub.model.company import Company
from hub.model.countries import HOME, country_name
from hub.model.documents import INVOICES, WITHOUT_PAYMENT, Document, DocumentKind
from hub.model.letterhead import Letterhead
from hub.rendering.words import Words, days_of
from hub.rules.delivery.address_lines import written_postal_code
from hub.rules.delivery.payment_box import is_paid_from_abroad

_ABOUT_ANOTHER = {
    DocumentKind.CREDIT_NOTE: "credits",
    DocumentKind.CANCELLATION_NOTICE: "cancels",
    DocumentKind.REPLACEMENT_INVOICE: "replaces",
}
_Pairs = list[tuple[str, str]]


def title_of(document: Document, words: Words) -> str:
    """Return what the document is called, or is by its kind."""
    return document.heading or words["titles", document.kind]


def copy_word_of(document: Document, words: Words) -> str:
    """Return the word that marks a copy, with its number from the second on; blank for an original."""
    if not document.is_copy or not document.says_copy:
        return ""
    return f"{words.plain('copy')} {document.copy_no}" if document.copy_no > 1 else words.plain("copy")


def facts_of(document: Document, words: Words) -> _Pairs:
    """Return the labels and values beside the address, those that the document has."""
    is_invoice = document.kind in INVOICES
    due = "" if document.kind in WITHOUT_PAYMENT else document.due_date or ""
    debtor = document.debtor
    facts = [
        ("invoice_number" if is_invoice else "number", document.number),
        ("invoice_date" if is_invoice else "date", document.issue_date),
        ("due_date" if is_invoice else "pay_by", due),
        ("delivery_date", document.delivery_date or ""),
        ("period", days_of(document.period) if document.period else ""),
        (_ABOUT_ANOTHER.get(document.kind, "refers_to_invoice"), _other_invoice(document)),
        ("debtor_number", debtor.number),
        ("contact", debtor.contact),
        ("buyer_reference", document.buyer_reference),
        ("order_reference", document.order_reference),
        ("contract_reference", document.contract_reference),
        ("our_reference" if is_invoice else "officer", document.our_reference),
        ("debtor_vat_number", debtor.vat_number),
    ]
    return [(words["facts", name], value) for name, value in facts if value.strip()]


def _other_invoice(document: Document) -> str:
    day = f" ({document.credits_date})" if document.credits_date else ""
    return f"{document.credits_number}{day}" if document.credits_number else ""


def foot_of(document: Document, company: Company, words: Words) -> list[list[tuple[str, str]]]:
    """Return the columns of the foot: who the sender is, where to reach it, what the law wants said."""
    head, is_abroad = company.letterhead, is_paid_from_abroad(document)
    return [
        column
        for column in (_address(company, words, is_abroad), _reach(head, words), _legal(company, words))
        if column
    ]


def _address(company: Company, words: Words, is_abroad: bool) -> _Pairs:
    head = company.letterhead
    country = country_name(head.country) if head.country != HOME else words.plain("country")
    town = f"{written_postal_code(head.postal_code, head.country)} {head.city}".strip()
    lines = (company.name, head.street, town, country if is_abroad or head.country != HOME else "")
    return [("", line) for line in lines if line.strip()]


def _reach(head: Letterhead, words: Words) -> _Pairs:
    values = {"phone": head.phone, "email": head.email, "website": head.website}
    return [(words["sender", name], value) for name, value in values.items() if value]


def _legal(company: Company, words: Words) -> _Pairs:
    head = company.letterhead
    number = organisation_number.format(company.organisation_number)
    values = {"organisation_number": number, "vat_number": head.vat_number, "seat": head.seat}
    lines = [(words["sender", name], value) for name, value in values.items() if value]
    return [*lines, *([("", words["sender", "f_tax"])] if head.has_f_tax else [])]
