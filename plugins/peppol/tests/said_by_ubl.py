"""What of a document UBL can say: the document that comes back when it is written and read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.identifiers import organisation_number
from hub.model.company import Company
from hub.model.documents import AllowanceOrCharge, Document, DocumentKind, DocumentLine, VatCategory
from hub.money import plain_kronor
from hub_peppol.ubl.lines import priced
from hub_peppol.ubl.sale import Sale, sale_of

_WORDS = {
    "sv": {"copy": "Fakturakopia", True: "Avgift", False: "Rabatt"},
    "en": {"copy": "Copy of an invoice", True: "Charge", False: "Discount"},
}
_MOST_WHOLE_DIGITS = 12
_DEFAULT_CODES = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}


def said(document: Document, company: Company, endpoint: str = "") -> dict[str, Any]:
    """Return the document without what UBL has no place for, in the form that dumps compare by."""
    sale = sale_of(document, company, endpoint)
    is_drawn = document.kind is DocumentKind.DIRECT_DEBIT_INVOICE and not (document.copy_no and document.reference)
    is_credit = document.kind is DocumentKind.CREDIT_NOTE
    kind = DocumentKind.DIRECT_DEBIT_INVOICE if is_drawn else DocumentKind.CREDIT_NOTE if is_credit else "invoice"
    credited = document.credits_number.strip()
    place = document.delivery_address or (document.debtor.address if VatCategory.EU_GOODS in sale.categories else None)
    kept = {
        "kind": kind,
        "number": document.number.strip(),
        "currency": document.currency,
        "issue_date": document.issue_date,
        "due_date": document.due_date,
        "delivery_date": document.delivery_date,
        "delivery_address": None if place is None else _stripped(place.model_dump()),
        "period": document.period,
        "debtor": _debtor(sale),
        "buyer_reference": document.buyer_reference.strip() or document.debtor.contact.strip(),
        "credits_number": credited,
        "credits_date": document.credits_date if credited else None,
        "lines": [_line(sale, line) for line in document.lines],
        "allowances": [_allowance(sale, one) for one in document.allowances],
        "vat": [_vat(sale, at) for at in range(len(sale.totals.vat))],
        "deductions": [{"amount": plain_kronor(sale.totals.deducted_ore)}] if sale.totals.deducted_ore else [],
        "rounding": plain_kronor(document.rounding_ore),
        "to_pay": plain_kronor(sale.totals.to_pay_ore),
        "payee_account": "" if is_drawn or is_credit else document.payee_account,
        "reference": "" if is_credit else document.reference.strip(),
        "mandate": document.mandate.strip() or document.debtor.number.strip() if is_drawn else "",
        "vat_in_books": None if document.vat_in_books_ore is None else plain_kronor(document.vat_in_books_ore),
        "notes": list(_notes(document)),
        "attachments": [one.model_dump() for one in document.attachments],
    }
    names = ("order_reference", "contract_reference", "our_reference", "invoiced_object", "buyer_accounting")
    return Document.model_validate({**kept, **_stripped({n: getattr(document, n) for n in names})}).model_dump()


def _stripped(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _debtor(sale: Sale) -> dict[str, Any]:
    debtor = sale.document.debtor
    scheme, number = sale.buyer_endpoint
    known = [debtor.identity or "", number if scheme == "0007" else ""]
    kept = debtor.model_dump(include={"name", "number", "email", "contact"})
    return {
        **_stripped(kept),
        "identity": next((one for one in known if organisation_number.is_valid(one)), None),
        "vat_number": "" if sale.is_outside_vat else "".join(debtor.vat_number.split()),
        "address": _stripped(debtor.address.model_dump()),
        "e_invoice_address": f"{scheme}:{number}",
    }


def _line(sale: Sale, line: DocumentLine) -> dict[str, Any]:
    quantity, price, price_quantity = priced(line)
    is_held = price.adjusted() < _MOST_WHOLE_DIGITS  # a larger one is left out: the amount says it
    category, rate = sale.taxed(line)
    kept = line.model_dump(include={"article_number", "order_line", "unit", "period", "text"})
    return {
        **_stripped(kept),
        "note": "\n".join(_paragraphs(line.note)),
        "quantity": quantity,
        "price": price if is_held else None,
        "price_quantity": price_quantity if is_held else 1,
        "amount": plain_kronor(line.amount_ore),
        "vat_category": category,
        "vat_rate_percent": rate,
        "allowances": [_named(sale, one) for one in line.allowances],
    }


def _named(sale: Sale, one: AllowanceOrCharge) -> dict[str, Any]:
    text, code = one.text.strip(), one.reason_code.strip()
    named = text if text or code else _WORDS[sale.document.language][one.is_charge]
    amount = plain_kronor(one.amount_ore)
    return {"is_charge": one.is_charge, "text": named, "reason_code": code, "amount": amount}


def _allowance(sale: Sale, one: AllowanceOrCharge) -> dict[str, Any]:
    category, rate = sale.taxed(one)
    return {**_named(sale, one), "vat_category": category, "vat_rate_percent": rate}


def _vat(sale: Sale, at: int) -> dict[str, Any]:
    row = sale.totals.vat[at]
    reason = row.exemption_reason.strip() or _REASONS[sale.document.language].get(row.category, "")
    return {
        "vat_category": row.category,
        "vat_rate_percent": row.rate_percent,
        "base": plain_kronor(row.base_ore),
        "vat": plain_kronor(row.vat_ore),
        "exemption_reason": reason,
        "exemption_code": row.exemption_code.strip() or _DEFAULT_CODES.get(row.category, ""),
    }


_REASONS: dict[str, dict[str, str]] = {
    "sv": {
        "E": "Undantag från skatteplikt",
        "AE": "Omvänd betalningsskyldighet",
        "K": "Unionsintern varuförsäljning",
        "G": "Export utanför EU",
        "O": "Omfattas inte av mervärdesskatt",
    },
    "en": {
        "E": "Exempt from VAT",
        "AE": "Reverse charge",
        "K": "Intra-Community supply of goods",
        "G": "Export outside the EU",
        "O": "Not subject to VAT",
    },
}


def _notes(document: Document) -> Iterator[str]:
    if document.kind is DocumentKind.INVOICE_COPY or document.copy_no:
        yield _WORDS[document.language]["copy"]
    yield from _paragraphs(document.refers_to)
    for note in document.notes:
        yield from _paragraphs(note)
    for one in document.deductions:
        if one.text.strip():
            yield f"{one.text.strip()}: -{plain_kronor(one.amount_ore)} {document.currency}"


def _paragraphs(text: str) -> list[str]:
    return [found for one in text.split("\n") if (found := one.strip())]
