"""Invoices of receivables that the hub has: what their rows know becomes a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.errors import DataError
from hub.model.documents import DocumentKind
from hub.model.receivables import Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.money import plain_kronor
from hub.rules.debtors import debtor_fields
from hub.services.delivery.accepting import Offered
from hub.services.delivery.booked import newest_versions
from hub.services.delivery.reading import offered
from hub.services.ports import JsonObject, UnitOfWork

_KINDS = {
    ReceivableKind.INVOICE: DocumentKind.INVOICE,
    ReceivableKind.CREDIT_NOTE: DocumentKind.CREDIT_NOTE,
    ReceivableKind.FEE_INVOICE: DocumentKind.INVOICE,
    ReceivableKind.INTEREST_INVOICE: DocumentKind.INTEREST_INVOICE,
}
_REFERS_TO_NOTHING = "Enligt överenskommelse"


def documents_of_receivables(
    work: UnitOfWork, tenant: Tenant, company_number: str, numbers: Sequence[str]
) -> list[Offered]:
    """Return the documents of receivables by their numbers, each of its newest version.

    A number that several source systems have is given as `SYSTEM/number`. A receivable knows an amount and no lines or
    VAT: its document has one line, outside VAT. Internal ones are never sent.
    """
    company = tenant.company(company_number) if company_number else None
    if company is None and not company_number and len(tenant.companies) == 1:
        company = tenant.companies[0]
    if company is None:
        return [Offered(number, None, "company: say which company's it is") for number in numbers]
    newest: dict[str, list[Receivable]] = {}
    asked = {given for number in numbers for given in (number, number.partition("/")[2]) if given}
    for row in newest_versions(work.receivables.known_versions(company.number, sorted(asked))):
        newest.setdefault(row.number, []).append(row)
    return [_offered(number, _of_number(number, newest)) for number in numbers]


def _of_number(written: str, newest: Mapping[str, Sequence[Receivable]]) -> Sequence[Receivable]:
    """Return the receivables that a number means, or `SYSTEM/number`."""
    system, _, number = written.partition("/")
    return newest.get(written) or [row for row in newest.get(number, ()) if row.source_system == system]


def _offered(number: str, found: Sequence[Receivable]) -> Offered:
    if not found:
        return Offered(number, None, "the hub has no such receivable; see: hub receivables list")
    if len(found) > 1:
        choices = " or ".join(f"{row.source_system}/{number}" for row in found)
        return Offered(number, None, f"several source systems have it: say the source system: {choices}")
    receivable = found[0]
    if receivable.kind == ReceivableKind.INTERNAL:
        return Offered(number, None, "it is internal: settled by voucher, and never sent")
    try:
        return offered(number, _document(receivable))
    except DataError as error:
        return Offered(number, None, str(error))


def _document(receivable: Receivable) -> JsonObject:
    text = receivable.refers_to or _REFERS_TO_NOTHING
    is_credit = receivable.kind == ReceivableKind.CREDIT_NOTE  # below zero as a balance; its document states it above
    amount_ore = abs(receivable.original_ore) if is_credit else receivable.original_ore
    line = {"text": text, "amount": plain_kronor(amount_ore), "vat_category": "O", "vat_rate_percent": 0}
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
        "debtor": debtor_fields(receivable),
        "lines": [line],
    }
    document |= {"due_date": receivable.due_date} if receivable.due_date else {}
    return {**document, "language": receivable.language} if receivable.language else document
