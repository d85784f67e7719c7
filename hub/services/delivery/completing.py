"""What a document leaves out and settings or books know: company, payee account, reference, what is to be paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.errors import DataError, IdentifierError
from hub.model.company import Company
from hub.model.documents import INVOICES, WITHOUT_PAYMENT, Document, DocumentKind, Language
from hub.model.payee_account import PayeeAccount, read_account
from hub.model.receivables import ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.delivery.document_checks import document_problems, far_dates
from hub.rules.delivery.payment_box import payee_account_of
from hub.rules.delivery.totals import totals_of
from hub.rules.references import check_reference, make_reference, normal_form
from hub.services.ports import UnitOfWork


class Completing:
    """Completes documents of one chunk; references of receivables in the books are looked up for all of them."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]) -> None:
        self._tenant = tenant
        self._today = date.fromisoformat(work.today)
        self._references = _references_in_books(work, tenant, documents)

    def complete(self, document: Document) -> Document:
        """Return the document with all that channels need.

        Raises:
            DataError: it cannot be right; the message lists everything that is wrong with it.
        """
        company = self._company(document)
        filled = document.model_copy(update={"company": company.number, "language": _language(document, company)})
        if document.kind not in WITHOUT_PAYMENT:
            filled = self._with_payment(filled, company)
        problems = [
            f"{problem.field}: {problem.message}"
            for problem in [*document_problems(filled), *far_dates(filled, self._today)]
        ]
        problems += _reference_problems(filled, company)
        if problems:
            raise DataError("; ".join(problems))
        return filled.model_copy(update={"to_pay_ore": totals_of(filled).to_pay_ore})

    def _company(self, document: Document) -> Company:
        if not document.company and len(self._tenant.companies) == 1:
            return self._tenant.companies[0]
        company = self._tenant.company(document.company) if document.company else None
        if company is None:
            known = ", ".join(company.number for company in self._tenant.companies)
            raise DataError(f"company: say which company sends it (there is: {known})")
        return company

    def _with_payment(self, document: Document, company: Company) -> Document:
        account = _payee_account(document, company)
        written = document.payee_account and read_account(document.payee_account)
        known = document.reference or self._references.get((company.number, document.number), "")
        reference = known or _made_reference(document, company, account)
        return document.model_copy(
            update={"payee_account": written or ":".join(account.key), "reference": normal_form(reference)}
        )


def _language(document: Document, company: Company) -> Language:
    """Return the language that a document states, else the letterhead's: the default is nobody's statement."""
    return document.language if "language" in document.model_fields_set else company.letterhead.language


def _payee_account(document: Document, company: Company) -> PayeeAccount:
    try:
        account = payee_account_of(document, company)
    except ValueError as error:
        raise DataError(f"payee_account: {error}") from None
    if account is None:
        raise DataError("payee_account: the company has none in its settings, and nobody could pay")
    return account


def _reference_problems(document: Document, company: Company) -> list[str]:
    """Say what is wrong with a reference where the bank would refuse it."""
    if not document.payee_account or not _has_reference(document):
        return []
    scheme, _, number = document.payee_account.partition(":")
    account = next(one for one in company.payee_accounts if (scheme, number) in one.numbers)
    rule = company.reference_rule(account)
    if rule is None or not rule.control.is_hard:
        return []
    if not document.reference:
        return ["reference: the bank refuses payments without one: give it, or a number that one can be made of"]
    problem = check_reference(document.reference, rule.control)
    return [] if problem is None else [f"reference: {problem.message}"]


def _has_reference(document: Document) -> bool:
    """Whether a document is an invoice that is paid by giro with a reference of its own."""
    return document.kind in INVOICES and document.kind is not DocumentKind.DIRECT_DEBIT_INVOICE


def _made_reference(document: Document, company: Company, account: PayeeAccount) -> str:
    """Make the reference of an invoice as receivables get theirs; blank when its number is not fit for it."""
    rule = company.reference_rule(account)
    if rule is None or not rule.elements or not _has_reference(document):
        return ""
    values = {
        "invoice_number": document.number,
        "debtor_number": document.debtor.number,
        "company_number": company.number,
        "routine": document.number[:2],  # the first two digits of an invoice number are its routine's
    }
    try:
        return make_reference(rule.elements, values, rule.control)
    except IdentifierError:
        return ""


def _references_in_books(work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]) -> dict[tuple[str, str], str]:
    """Return the references of receivables that documents leave theirs to, by (company, number)."""
    wanted: dict[str, list[str]] = {}
    only = tenant.companies[0] if len(tenant.companies) == 1 else None
    for document in documents:
        company = tenant.company(document.company) if document.company else only
        is_paid_by_giro = document.kind not in (*WITHOUT_PAYMENT, DocumentKind.DIRECT_DEBIT_INVOICE)
        if company is not None and not document.reference and is_paid_by_giro:
            wanted.setdefault(company.number, []).append(document.number)
    found: dict[tuple[str, str], str] = {}
    for company_number, numbers in wanted.items():
        rows = {
            row.receivable_id: row.number
            for row in work.receivables.known_versions(company_number, numbers)
            if row.kind != ReceivableKind.INTERNAL
        }
        for reference in work.receivables.references_of(list(rows)):
            found[company_number, rows[reference.receivable_id]] = reference.reference
    return found
