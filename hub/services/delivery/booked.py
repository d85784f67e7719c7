"""What the books say of a document's payment: the reference of the receivable it is about, and where that is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from hub.errors import DataError
from hub.model.company import Company
from hub.model.documents import INVOICES, WITHOUT_PAYMENT, Document, DocumentKind
from hub.model.payee_account import PayeeAccount
from hub.model.receivables import Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.references import normal_form
from hub.services.ports import UnitOfWork

_INVOICED = frozenset({ReceivableKind.INVOICE, ReceivableKind.INTEREST_INVOICE, ReceivableKind.FEE_INVOICE})
_KINDS: Mapping[DocumentKind, Collection[ReceivableKind]] = {
    DocumentKind.INVOICE: {ReceivableKind.INVOICE, ReceivableKind.FEE_INVOICE},
    DocumentKind.INTEREST_INVOICE: {ReceivableKind.INTEREST_INVOICE},
    DocumentKind.INVOICE_COPY: _INVOICED,
    DocumentKind.REPLACEMENT_INVOICE: _INVOICED,
}
"""Which receivables an invoice with their number is about; a direct debit is paid by no reference of theirs."""

_MADE_BY_NUMBER: Mapping[DocumentKind, ReceivableKind] = {
    DocumentKind.INVOICE: ReceivableKind.INVOICE,
    DocumentKind.INTEREST_INVOICE: ReceivableKind.INTEREST_INVOICE,
    DocumentKind.CREDIT_NOTE: ReceivableKind.CREDIT_NOTE,
}
"""What is handed over by file, and by the number of its receivable too: then it is the same document."""


class Booked(NamedTuple):
    """A reference that means one receivable at one payee account: neither is of use without the other."""

    account: PayeeAccount
    reference: str  # normal form


class _About(NamedTuple):
    number: str
    kinds: Collection[ReceivableKind]


class BookedReferences:
    """The references of the receivables that the documents of one chunk are about, read for all of them."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]) -> None:
        self._newest = _newest_of(work, tenant, documents)
        ids = [row.receivable_id for rows in self._newest.values() for row in rows]
        self._references = work.receivables.references_of(ids) if ids else []
        self._accounts = {number: name for name, number in work.accounts.numbers().items()} if self._references else {}

    def of(self, document: Document, company: Company, stated: PayeeAccount | None) -> Booked | None:
        """Return what a document is paid by: at the account that it states, else at the company's first that has one.

        A reference that the document states is looked for as well: that says which account it belongs to.

        Raises:
            DataError: several source systems have such a receivable, and the document does not say which it means.
        """
        about = _about(document)
        found = self._receivables(document, company, about) if about is not None else []
        if len(found) > 1 and not document.reference:
            systems = " or ".join(row.source_system for row in found)
            raise DataError(f"source_system: several have a receivable of this number: say which: {systems}")
        booked = self._booked({row.receivable_id for row in found}, company)
        wanted = normal_form(document.reference) if document.reference else ""
        fitting = [
            one for one in booked if wanted in ("", one.reference) and (stated is None or one.account.key == stated.key)
        ]
        return fitting[0] if fitting else None

    def source_system(self, document: Document, company: Company) -> str:
        """Return the only source system that has a receivable which a document is made of; blank when none is."""
        kind = _MADE_BY_NUMBER.get(document.kind)
        rows = self._newest.get((company.number, document.number), [])
        systems = [row.source_system for row in rows if row.kind == kind]
        return systems[0] if len(systems) == 1 else ""

    def _receivables(self, document: Document, company: Company, about: _About) -> list[Receivable]:
        return [
            row
            for row in self._newest.get((company.number, about.number), [])
            if row.kind in about.kinds and document.source_system in ("", row.source_system)
        ]

    def _booked(self, receivable_ids: Collection[int], company: Company) -> list[Booked]:
        """Return the references of receivables, in the order in which the company has its accounts."""
        rows = [row for row in self._references if row.receivable_id in receivable_ids]
        return [
            Booked(account, row.reference)
            for account in company.payee_accounts
            for row in rows
            if self._accounts.get(row.account_no) in {":".join(number) for number in account.numbers}
        ]


def newest_versions(rows: Iterable[Receivable]) -> list[Receivable]:
    """Return the newest version of each receivable, by number and source system."""
    ordered = sorted(rows, key=lambda row: (row.number, row.source_system, row.version))
    return [list(versions)[-1] for _, versions in groupby(ordered, key=lambda row: (row.number, row.source_system))]


def _newest_of(
    work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]
) -> dict[tuple[str, str], list[Receivable]]:
    """Return the receivables that documents may be about, by (company, number): one of each source system."""
    wanted: dict[str, set[str]] = {}
    only = tenant.companies[0] if len(tenant.companies) == 1 else None
    for document in documents:
        company = tenant.company(document.company) if document.company else only
        if company is None:
            continue
        about = _about(document)
        if about is not None and _leaves_open(document, company):
            wanted.setdefault(company.number, set()).add(about.number)
        if document.kind in _MADE_BY_NUMBER:
            wanted.setdefault(company.number, set()).add(document.number)
    found: dict[tuple[str, str], list[Receivable]] = {}
    for company_number, numbers in wanted.items():
        for row in newest_versions(work.receivables.known_versions(company_number, sorted(numbers))):
            found.setdefault((company_number, row.number), []).append(row)
    return found


def _leaves_open(document: Document, company: Company) -> bool:
    """Say whether a document leaves out its reference, or which of several accounts its reference belongs to."""
    return not document.reference or (not document.payee_account and len(company.payee_accounts) > 1)


def _about(document: Document) -> _About | None:
    """Return the receivable that a document asks money for; None where there is none, or not just one.

    A letter has a number of its own, which may be that of anybody's invoice: it goes by its one claim.
    """
    if document.kind in INVOICES:
        kinds = _KINDS.get(document.kind)
        return None if kinds is None else _About(document.number, kinds)
    if document.kind in WITHOUT_PAYMENT or len(document.claims) != 1:
        return None
    return _About(document.claims[0].number, _INVOICED)
