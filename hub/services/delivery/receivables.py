"""Invoices of receivables that the hub has: what their rows know becomes a document."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hub.errors import DataError
from hub.model.countries import country_code
from hub.model.documents import DocumentKind
from hub.model.receivables import Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.money import plain_kronor
from hub.rules.delivery.address_lines import HOME
from hub.services.delivery.accepting import Offered
from hub.services.delivery.booked import newest_versions
from hub.services.delivery.reading import offered
from hub.services.ports import JsonObject, UnitOfWork

_KINDS = {
    ReceivableKind.INVOICE: DocumentKind.INVOICE,
    ReceivableKind.CREDIT_NOTE: DocumentKind.CREDIT_NOTE,
    ReceivableKind.INTEREST_INVOICE: DocumentKind.INTEREST_INVOICE,
}
_REFERS_TO_NOTHING = "Enligt överenskommelse"
_TOWN = re.compile(r"(?:SE?-)?(?P<code>[0-9]{3} ?[0-9]{2})(?: +|$)(?P<town>.*)")


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
        "debtor": _debtor(receivable),
        "lines": [line],
    }
    return {**document, "due_date": receivable.due_date} if receivable.due_date else document


def _debtor(receivable: Receivable) -> JsonObject:
    return {
        "name": receivable.debtor_name,
        "number": receivable.debtor_number,
        "identity": receivable.debtor_identity or None,
        "address": _address(receivable.debtor_address.split("\n") if receivable.debtor_address else []),
    }


def _address(lines: Sequence[str]) -> JsonObject:
    """Read lines as they were imported: a country, if any, stands last, and postal code and town before it.

    Raises:
        DataError: something else stands behind the town: it may be a country, and none is guessed.
    """
    rest = [line.strip() for line in lines if line.strip()]
    country = country_code(rest[-1]) if len(rest) > 1 else ""
    if country:
        rest.pop()
    if country not in ("", HOME):  # towns abroad are written as they came
        first, *more = rest[:-1] or [""]
        return {"street": first, "street_2": ", ".join(more), "city": rest[-1], "country": country}
    at = next((n for n in range(len(rest) - 1, -1, -1) if _TOWN.fullmatch(rest[n])), None)
    town = None if at is None else _TOWN.fullmatch(rest[at])
    if at is None or town is None:
        return {"street": rest[0] if rest else "", "street_2": ", ".join(rest[1:])}
    if rest[at + 1 :]:
        raise DataError("address: what stands behind its town is no country that is known: hand the document over")
    before = rest[:at]
    care_of = before[0] if len(before) > 1 and before[0].lower().startswith("c/o") else ""
    street = before[1:] if care_of else before
    return {
        "care_of": care_of,
        "street": street[0] if street else "",
        "street_2": ", ".join(street[1:]),
        "postal_code": town["code"].replace(" ", ""),
        "city": town["town"],
    }
