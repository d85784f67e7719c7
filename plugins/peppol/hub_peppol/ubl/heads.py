"""The head of an e-invoice: number, dates, references, text and attachments, as values of the layout."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from hub.model.documents import Attachment, Document, Period, VatCategory
from hub.money import plain_kronor
from hub_peppol.ubl.bis_layout import PROCESS, SPECIFICATION
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.parties import address_values
from hub_peppol.ubl.sale import Sale
from hub_peppol.ubl.words import COPY, WORDS

INVOICED_OBJECT = "130"  # UNTDID 1001: the document reference is the number of a thing


def head_values(sale: Sale) -> Values:
    """Return what stands before the parties, and delivery."""
    document = sale.document
    return {
        "specification": SPECIFICATION,
        "process": PROCESS,
        "number": document.number.strip(),
        "issue_date": document.issue_date,
        "due_date": document.due_date,
        "type": sale.type.type_code,
        "note": note_of(sale),
        "currency": document.currency,
        "tax_currency": sale.seller.currency if sale.has_vat_in_books else "",
        **period_values(document.period),
        **_references(document),
        "documents": [*_invoiced_object(document), *map(_attachment, document.attachments)],
        "delivery_date": document.delivery_date,
        "delivery_address": _delivery_address(sale),
    }


def note_of(sale: Sale) -> str:
    """Return the one note there may be: what the document is, what it is for, its notes, what is deducted and why."""
    return "\n".join(text for part in _paragraphs(sale) if (text := part.strip()))


def buyer_reference(document: Document) -> str:
    """Return what the buyer finds it by: the stated reference, else who it is for at the buyer (*Er referens*)."""
    return document.buyer_reference.strip() or document.debtor.contact.strip()


def period_values(period: Period | None) -> Values:
    """Return the days of a period, none without one."""
    return {} if period is None else {"first_day": period.first_day, "last_day": period.last_day}


def _paragraphs(sale: Sale) -> Iterator[str]:
    document = sale.document
    yield WORDS[document.language][COPY] if sale.document.is_copy else ""
    yield document.refers_to
    yield from document.notes
    for one in document.deductions:
        yield f"{one.text.strip()}: -{plain_kronor(one.amount_ore)} {document.currency}" if one.text.strip() else ""


def _references(document: Document) -> Values:
    credited = document.credits_number.strip()
    return {
        "buyer_accounting": document.buyer_accounting.strip(),
        "buyer_reference": buyer_reference(document),
        "order_reference": document.order_reference.strip(),
        "credits": [{"number": credited, "issue_date": document.credits_date}] if credited else [],
        "contract_reference": document.contract_reference.strip(),
    }


def _invoiced_object(document: Document) -> list[Values]:
    number = document.invoiced_object.strip()
    return [{"number": number, "type": INVOICED_OBJECT}] if number else []


def _attachment(one: Attachment) -> Values:
    name = one.name.strip()
    return {"number": name, "content": (b64encode(one.content).decode("ascii"), one.content_type, name)}


def _delivery_address(sale: Sale) -> list[Values]:
    """Return where it was delivered; sold within the EU that must be told, so the debtor's address stands for it."""
    address = sale.document.delivery_address
    if address is None and VatCategory.EU_GOODS in sale.categories:
        address = sale.document.debtor.address
    return [] if address is None else [address_values(address)]
