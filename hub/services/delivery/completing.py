"""What a document leaves out and settings or books know: company, payee account, reference, what is to be paid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.errors import DataError, IdentifierError
from hub.model.company import Company
from hub.model.documents import INVOICES, WITHOUT_PAYMENT, Document, DocumentKind, Language
from hub.model.payee_account import PayeeAccount, read_account
from hub.model.tenant import Tenant
from hub.rules.delivery.document_checks import document_problems, far_dates
from hub.rules.delivery.payment_box import account_to_pay, payee_account_of
from hub.rules.delivery.reference_checks import in_normal_form, reference_problems
from hub.rules.delivery.totals import totals_of
from hub.rules.references import is_refused, make_reference, normal_form
from hub.services.delivery.booked import BookedReferences
from hub.services.delivery.collected import CollectedDocuments
from hub.services.ports import UnitOfWork

_OTHER_KINDS = {
    DocumentKind.INVOICE: (DocumentKind.DIRECT_DEBIT_INVOICE,),
    DocumentKind.DIRECT_DEBIT_INVOICE: (DocumentKind.INVOICE,),
}


class Completing:
    """Completes documents of one chunk; references of receivables in the books are looked up for all of them."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, documents: Sequence[Document]) -> None:
        self._tenant = tenant
        self.today = date.fromisoformat(work.today)
        self._booked = BookedReferences(work, tenant, documents)
        self._collected = CollectedDocuments(work, tenant, documents)

    def complete(self, document: Document, *, gets_reference: bool = False) -> Document:
        """Return the document with all that channels need.

        A letter that gets a reference of its own (`letter_references`, `copied_references`) takes none from the books
        that the bank refuses.

        Raises:
            DataError: it cannot be right; the message lists everything that is wrong with it.
        """
        company = self._company(document)
        filled = document.model_copy(
            update={
                "company": company.number,
                "source_system": document.source_system or self._booked.source_system(document, company),
                "language": _language(document, company),
            }
        )
        filled = self._collected.as_collected(filled, company)
        if document.kind not in WITHOUT_PAYMENT:
            filled = self._with_payment(filled, company, gets_reference=gets_reference)
        elif filled.payee_account:
            _payee_account(filled, company)
            filled = filled.model_copy(update={"payee_account": _as_printed(filled, company, filled.payee_account)})
        problems = [
            f"{problem.field}: {problem.message}"
            for problem in [*document_problems(filled), *far_dates(filled, self.today)]
        ]
        needs_one = _has_reference(filled) or not (gets_reference or _parts_have_references(filled))
        problems += _reference_problems(filled, company, needs_one=needs_one)
        if problems:
            raise DataError("; ".join(problems))
        return filled.model_copy(update={"to_pay_ore": totals_of(filled).to_pay_ore})

    def other_keys(self, completed: Document) -> tuple[str, ...]:
        """Return the keys by which a document may be known, too.

        One is that which it has when its source system is left out and the books do not know it yet; not where that may
        be another document, as the books have no receivable of this number, or in several systems. And an invoice may
        have been one of a direct debit when it came before, or none, as its debtor had a mandate or not.
        """
        alike = [
            completed,
            *(completed.model_copy(update={"kind": kind}) for kind in _OTHER_KINDS.get(completed.kind, ())),
        ]
        company = self._company(completed)
        booked = completed.model_copy(update={"kind": DocumentKind.INVOICE})
        kind = booked if completed.kind in _OTHER_KINDS else completed
        if completed.source_system and self._booked.source_system(kind, company) == completed.source_system:
            alike += [one.model_copy(update={"source_system": ""}) for one in alike]
        return tuple(one.key for one in alike[1:])

    def _company(self, document: Document) -> Company:
        if not document.company and len(self._tenant.companies) == 1:
            return self._tenant.companies[0]
        company = self._tenant.company(document.company) if document.company else None
        if company is None:
            known = ", ".join(company.number for company in self._tenant.companies)
            what = f"there is no company {document.company}" if document.company else "say which company sends it"
            raise DataError(f"company: {what} (there is: {known})")
        return company

    def _with_payment(self, document: Document, company: Company, *, gets_reference: bool) -> Document:
        stated = _payee_account(document, company)
        booked = self._booked.of(document, company, stated if document.payee_account else None)
        account = stated if booked is None else booked.account
        in_books = "" if booked is None else booked.reference
        if gets_reference and document.claims and is_refused(in_books, company.reference_control(account)):
            in_books = ""
        known = document.reference or in_books
        reference = normal_form(known or _made_reference(document, company, account))
        paid_to = document.payee_account or ":".join(account.key)
        return in_normal_form(document).model_copy(
            update={"payee_account": _as_printed(document, company, paid_to), "reference": reference}
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


def _as_printed(document: Document, company: Company, paid_to: str) -> str:
    """Return the number of an account that the payer is to use: the slip and what channels tell say the same."""
    printed = account_to_pay(document.model_copy(update={"payee_account": paid_to}), company)
    return ":".join(printed) if printed is not None else read_account(paid_to)


def _reference_problems(document: Document, company: Company, *, needs_one: bool) -> list[str]:
    """Say what is wrong with references where the bank would refuse them."""
    if not document.payee_account:
        return []
    scheme, _, number = document.payee_account.partition(":")
    account = next(one for one in company.payee_accounts if (scheme, number) in one.numbers)
    control = company.reference_control(account)
    problems = reference_problems(document, control, needs_one=needs_one)
    return [f"{problem.field}: {problem.message}" for problem in problems]


def _has_reference(document: Document) -> bool:
    """Whether a document is an invoice that is paid by giro with a reference of its own."""
    return document.kind in INVOICES and document.kind is not DocumentKind.DIRECT_DEBIT_INVOICE


def _parts_have_references(document: Document) -> bool:
    """Whether all that a letter asks for can be paid by references of its instalments or claims."""
    parts = document.instalments or document.claims
    return bool(parts) and all(part.reference for part in parts)


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
