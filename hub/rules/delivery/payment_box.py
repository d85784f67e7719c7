"""Where a document's money is to go: which account, by what reference, how much and until when."""

from __future__ import annotations

from typing import NamedTuple

from hub.identifiers import bank_account_number, bankgiro_number, iban, plusgiro_number
from hub.model.company import Company
from hub.model.documents import WITHOUT_PAYMENT, Document, DocumentKind
from hub.model.payee_account import PayeeAccount, read_account
from hub.rules.delivery.totals import totals_of

GIROS = ("bankgiro", "plusgiro")
AT_HOME = ("bankgiro", "plusgiro", "bban", "iban")
FROM_ABROAD = ("iban", "bankgiro", "plusgiro", "bban")
HOME_CURRENCY = "SEK"
_FORMATS = {
    "bankgiro": bankgiro_number.format,
    "plusgiro": plusgiro_number.format,
    "iban": iban.format,
    "bban": bank_account_number.format,
}


class PaymentBox(NamedTuple):
    """What a payer needs; amounts in whole öre, the due date ISO or blank, `bic` with an IBAN only."""

    scheme: str  # bankgiro, plusgiro, iban or bban
    number: str  # compact
    bic: str
    reference: str
    amount_ore: int
    currency: str
    due_date: str

    @property
    def written_number(self) -> str:
        """The account's number as it is printed."""
        return written_number(self.scheme, self.number)


class PaymentAsked(NamedTuple):
    """The payment that a document asks its receiver for; the due date ISO or blank, the reference may be blank."""

    amount_ore: int
    due_date: str
    reference: str


def written_number(scheme: str, number: str) -> str:
    """Return an account's number as it is printed, wherever a document tells it.

    >>> written_number("bankgiro", "9912346")
    '991-2346'
    """
    return _FORMATS[scheme](number)


def payment_box(document: Document, company: Company) -> PaymentBox | None:
    """Return what is to be paid and how; None when nothing is, or no account is known.

    Raises:
        ValueError: the document names an account that is none of the company's; the message never repeats it.
    """
    chosen = account_to_pay(document, company)
    asked = payment_asked(document)
    if chosen is None or asked is None:
        return None
    scheme, number = chosen
    bic = company.letterhead.bic if scheme == "iban" else ""
    return PaymentBox(scheme, number, bic, asked.reference, asked.amount_ore, document.currency, asked.due_date)


def payment_asked(document: Document) -> PaymentAsked | None:
    """Return the next payment that a document asks for; None when it asks for none. Channels tell what the PDF tells.

    Nothing is asked for by credit notes, cancellation notices, direct debits (but by a copy of one that has a
    reference) and documents that come to nothing. A plan asks for its first instalment.
    """
    asked = _next_payment(document)
    return asked if asks_for_payment(document) and asked.amount_ore > 0 else None


def asks_for_payment(document: Document) -> bool:
    """Say whether a document of this kind is paid by its receiver."""
    if document.kind is DocumentKind.DIRECT_DEBIT_INVOICE:
        return bool(document.copy_no and document.reference)
    return document.kind not in WITHOUT_PAYMENT


def payee_account_of(document: Document, company: Company) -> PayeeAccount | None:
    """Return the payee account that a document names, else the company's first; None when it has none.

    Raises:
        ValueError: it names one that is none of the company's, or nothing that could be one.
    """
    named = _named(document)
    if named is None:
        return next(iter(company.payee_accounts), None)
    for account in company.payee_accounts:
        if named in account.numbers:
            return account
    raise ValueError("is none of the company's payee accounts: add it to its settings, or leave it out")


def account_to_pay(document: Document, company: Company) -> tuple[str, str] | None:
    """Return scheme and compact number of the account to print; None when the company has none.

    From abroad and in other currencies it is the IBAN where there is one. At home it is the account's own number where
    that is a giro, else a giro among its other names; another of its names where the document names just that.

    Raises:
        ValueError: as `payee_account_of`.
    """
    account = payee_account_of(document, company)
    if account is None:
        return None
    numbers = dict(reversed(account.numbers))  # the first of each kind stands
    named = _named(document) or account.key
    is_abroad = is_paid_from_abroad(document)
    if not is_abroad and (named != account.key or account.scheme in GIROS):
        return named
    return next((scheme, numbers[scheme]) for scheme in (FROM_ABROAD if is_abroad else AT_HOME) if scheme in numbers)


def is_paid_from_abroad(document: Document) -> bool:
    """Say whether giro numbers are of no use: the debtor's address is abroad, or the currency is not ours."""
    address = document.debtor.address
    return document.currency != HOME_CURRENCY or (address.country != "SE" and not address.is_blank)


def _named(document: Document) -> tuple[str, str] | None:
    if not document.payee_account:
        return None
    scheme, _, number = read_account(document.payee_account).partition(":")
    return scheme, number


def _next_payment(document: Document) -> PaymentAsked:
    if document.kind is DocumentKind.INSTALMENT_PLAN:
        first = min(document.instalments, key=lambda one: one.due_date)
        return PaymentAsked(first.amount_ore, first.due_date, first.reference or document.reference)
    to_pay_ore = totals_of(document).to_pay_ore if document.to_pay_ore is None else document.to_pay_ore
    return PaymentAsked(to_pay_ore, document.due_date or "", document.reference)
