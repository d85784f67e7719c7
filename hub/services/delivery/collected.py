"""Invoices whose money is collected by direct debit (*autogiro*): they go as such, and nobody pays them twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.model.company import Company
from hub.model.documents import Document, DocumentKind
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork


class CollectedDocuments:
    """The mandates of the debtors of one chunk of documents, read for all of them."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]) -> None:
        self._payers: Mapping[tuple[str, str], list[tuple[str, str]]] = _payers(work, tenant, documents)

    def as_collected(self, document: Document, company: Company) -> Document:
        """Return an invoice of a debtor with an active mandate as one of a direct debit; any other as it is.

        It says the payer number that the money is drawn by, and no reference to pay by.
        """
        if not _may_be_collected(document, company):
            return document
        found = self._payers.get((company.number, _link(document, company)), [])
        payer = next((number for number, system in found if system in ("", document.source_system)), "")
        if not payer:
            return document
        kind = DocumentKind.DIRECT_DEBIT_INVOICE
        return document.model_copy(update={"kind": kind, "mandate": payer, "reference": ""})


def _payers(
    work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]
) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return payer numbers and whose debtors' numbers they are of, by company and link."""
    wanted: dict[str, set[tuple[str, str]]] = {}
    only = tenant.companies[0] if len(tenant.companies) == 1 else None
    for document in documents:
        company = tenant.company(document.company) if document.company else only
        if company is not None and _may_be_collected(document, company) and (link := _link(document, company)):
            wanted.setdefault(company.number, set()).add((company.direct_debit.payer_number.made_of, link))
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for number, links in wanted.items():
        for mandate in work.mandates.collecting(number, links):
            found.setdefault((number, mandate.link), []).append((mandate.payer_number, mandate.source_system))
    return found


def _link(document: Document, company: Company) -> str:
    rule = company.direct_debit.payer_number
    return rule.link(debtor_number=document.debtor.number, identity=document.debtor.identity or "")


def _may_be_collected(document: Document, company: Company) -> bool:
    """Say whether a document is one whose money is collected where its debtor has a mandate."""
    settings = company.direct_debit
    is_of_routine = not settings.routines or document.number[:2] in settings.routines
    is_due = document.due_date is not None and document.currency == company.currency
    is_original = document.kind is DocumentKind.INVOICE and not document.copy_no
    return bool(settings.scheme) and is_original and is_of_routine and is_due
