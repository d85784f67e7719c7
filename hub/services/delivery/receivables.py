"""Invoices of receivables that the hub has: what their rows know becomes a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from hub.identifiers import organisation_number
from hub.model.documents import DocumentKind
from hub.model.parties import DebtorClass
from hub.model.receivables import Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.money import plain_kronor
from hub.services.delivery.accepting import Offered
from hub.services.delivery.reading import offered
from hub.services.ports import JsonObject, UnitOfWork

_KINDS = {
    ReceivableKind.INVOICE: DocumentKind.INVOICE,
    ReceivableKind.CREDIT_NOTE: DocumentKind.CREDIT_NOTE,
    ReceivableKind.INTEREST_INVOICE: DocumentKind.INTEREST_INVOICE,
}
_REFERS_TO_NOTHING = "Enligt överenskommelse"


def documents_of_receivables(
    work: UnitOfWork, tenant: Tenant, company_number: str, numbers: Sequence[str]
) -> list[Offered]:
    """Return the documents of receivables by their numbers, each of its newest version.

    A receivable knows an amount and no lines or VAT: its document has one line, outside VAT. Internal ones are never
    sent.
    """
    company = tenant.company(company_number) if company_number else None
    if company is None and not company_number and len(tenant.companies) == 1:
        company = tenant.companies[0]
    if company is None:
        return [Offered(number, None, "company: say which company's it is") for number in numbers]
    newest = dict(_newest(work.receivables.known_versions(company.number, numbers)))
    return [_offered(number, newest.get(number)) for number in numbers]


def _newest(rows: Sequence[Receivable]) -> Iterator[tuple[str, Receivable]]:
    ordered = sorted(rows, key=lambda row: (row.number, row.version))
    for number, versions in groupby(ordered, key=lambda row: row.number):
        yield number, list(versions)[-1]


def _offered(number: str, receivable: Receivable | None) -> Offered:
    if receivable is None:
        return Offered(number, None, "the hub has no such receivable; see: hub receivables list")
    if receivable.kind == ReceivableKind.INTERNAL:
        return Offered(number, None, "it is internal: settled by voucher, and never sent")
    return offered(number, _document(receivable))


def _document(receivable: Receivable) -> JsonObject:
    text = receivable.refers_to or _REFERS_TO_NOTHING
    line = {"text": text, "amount": plain_kronor(receivable.original_ore), "vat_category": "O", "vat_rate_percent": 0}
    document: JsonObject = {
        "kind": _KINDS[ReceivableKind(receivable.kind)],
        "company": receivable.company,
        "source_system": receivable.source_system,
        "number": receivable.number,
        "version": receivable.version,
        "currency": receivable.currency,
        "issue_date": receivable.invoice_date,
        "refers_to": receivable.refers_to,
        "credits_number": receivable.credits_number,
        "debtor": _debtor(receivable),
        "lines": [line],
    }
    return {**document, "due_date": receivable.due_date} if receivable.due_date else document


def _debtor(receivable: Receivable) -> JsonObject:
    identity = receivable.debtor_identity
    is_company = bool(identity) and organisation_number.is_valid(identity)
    return {
        "name": receivable.debtor_name,
        "number": receivable.debtor_number,
        "identity": identity or None,
        "debtor_class": DebtorClass.COMPANY if is_company else DebtorClass.PERSON,
        "address": _address(receivable.debtor_address.split("\n") if receivable.debtor_address else []),
    }


def _address(lines: Sequence[str]) -> JsonObject:
    """Read lines as they were imported: the last one with a postal code parts the street from what stands behind."""
    rest = [line.strip() for line in lines if line.strip()]
    at = next((n for n in range(len(rest) - 1, -1, -1) if rest[n][:3].isdigit()), None)
    if at is None:
        return {"street": rest[0] if rest else "", "street_2": ", ".join(rest[1:])}
    digits = rest[at].replace(" ", "")[:5]
    city = rest[at].replace(" ", "", 1)[5:].strip() if rest[at][3:4] == " " else rest[at][5:].strip()
    before = rest[:at]
    care_of = before[0] if len(before) > 1 and before[0].lower().startswith("c/o") else ""
    street = before[1:] if care_of else before
    return {
        "care_of": care_of,
        "street": street[0] if street else "",
        "street_2": ", ".join(street[1:]),
        "postal_code": digits,
        "city": city,
    }
