"""What is known of the debtors of documents: by the register of recipients, and by holds on what they are about.

A hold whose code says that the debtor's identity is protected (`hold_flags`) is on one receivable, and protects the
debtor of documents that name it; the register protects the debtor of all documents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from hub.model.deliveries import KnownRecipient
from hub.model.documents import INVOICES, Document
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import numbers_named, register_keys, registered_of
from hub.services.ports import UnitOfWork


def registered_debtors(work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]) -> list[KnownRecipient | None]:
    """Return what is said of the debtors of documents, in the same order; None where nothing is."""
    known = work.recipients.known(sorted({key for document in documents for key in register_keys(document)}))
    held = _held_numbers(work, tenant, documents)
    return [registered_of(one, known, is_held=_is_held(one, held[one.company])) for one in documents]


def _held_numbers(
    work: UnitOfWork, tenant: Tenant, documents: Iterable[Document]
) -> defaultdict[str, set[tuple[str, str]]]:
    """Return number and source system of the named receivables that a hold protects, by company."""
    named: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        named[document.company] |= numbers_named(document)
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for company in tenant.companies:
        codes = company.claims.protecting_codes
        if codes and named[company.number]:
            numbers = sorted(named[company.number])
            found[company.number] = work.receivables.held_numbers(company.number, numbers, sorted(codes), work.today)
    return found


def _is_held(document: Document, held: set[tuple[str, str]]) -> bool:
    """Say whether a document names a receivable that is held; an invoice's own is that of its source system."""
    named = numbers_named(document)
    system = document.source_system if document.kind in INVOICES else ""
    return any(number in named and system in ("", of) for number, of in held)
