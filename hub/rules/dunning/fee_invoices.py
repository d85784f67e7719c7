"""A fee as an invoice of its own (*avgiftsfaktura*): its number, its text, and the accounts that it is booked on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hub.identifiers.identity_key import may_be_same
from hub.model.company import Company
from hub.model.documents import Language
from hub.model.dunning_settings import FeeInvoiceTerms
from hub.model.import_rows import CodingLine, ImportRow
from hub.model.receivables import Receivable, ReceivableKind
from hub.money import format_kronor, plain_kronor
from hub.rules.debtors import language_of
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.letter_texts import filled, our_text

_ACCOUNTS = {
    Fee.REMINDER: ("reminder_fee_account", "reminder_fee"),
    Fee.DEMAND: ("demand_fee_account", "demand_fee"),
    Fee.LATE_PAYMENT_COMPENSATION: ("compensation_account", "compensation"),
}


def terms_of(company: Company) -> FeeInvoiceTerms:
    """Return a company's terms of fee invoices; settings where a policy invoices fees have them."""
    terms = company.dunning.fee_invoices
    assert terms is not None  # the settings were refused else
    return terms


def is_of_another(fee_invoice: Receivable, original: Receivable) -> bool:
    """Say whether a receivable is of another debtor by now than the one who was charged a fee for it."""
    identities = (fee_invoice.debtor_identity, original.debtor_identity)
    if all(identities):
        return not may_be_same(*identities)
    numbers = (fee_invoice.debtor_number, original.debtor_number)
    return all(numbers) and numbers[0] != numbers[1]


def fee_number(company: Company, serial: int) -> str:
    """Return a number of the company's own series: the routine's two digits and a serial number."""
    terms = terms_of(company)
    return f"{terms.routine}{serial:0{terms.digits - len(terms.routine)}}"


def fee_row(
    company: Company,
    original: Receivable,
    fee: Fee,
    *,
    number: str,
    amount_ore: int,
    on: date,
    due_date: date,
) -> ImportRow:
    """Return a fee as the row of a receivable: of the original's debtor, due when its letter is to be answered."""
    terms, language = terms_of(company), language_of(original, company.letterhead.language)
    return ImportRow(
        number=number,
        invoice_date=on.isoformat(),
        due_date=due_date.isoformat(),
        amount=amount_ore,
        company=company.number,
        routine=terms.routine,
        kind=ReceivableKind.FEE_INVOICE,
        currency=original.currency,
        debtor_number=original.debtor_number,
        refers_to=_said(fee, original.number, vat_in_ore(terms, amount_ore), language),
        coding=tuple(_coding(company, original.routine, fee, amount_ore)),
    )


def vat_in_ore(terms: FeeInvoiceTerms, amount_ore: int) -> int:
    """Return the value added tax in a fee, which is asked for with it; half an öre is rounded up."""
    rate = terms.vat_rate_percent
    return (2 * amount_ore * rate + 100 + rate) // (2 * (100 + rate))


def _said(fee: Fee, number: str, vat_ore: int, language: Language) -> str:
    said = filled(our_text(language, f"fee_invoice_{fee}"), {"number": number})
    amount = format_kronor(vat_ore) if language is Language.SV else plain_kronor(vat_ore)
    return f"{said}, {filled(our_text(language, 'of_which_vat'), {'amount': amount})}" if vat_ore else said


def _coding(company: Company, routine_number: str, fee: Fee, amount_ore: int) -> Iterator[CodingLine]:
    terms = terms_of(company)
    of_routine, of_company = _ACCOUNTS[fee]
    routine = company.routine(routine_number)
    account = (getattr(routine, of_routine) if routine is not None else "") or getattr(company.accounts, of_company)
    vat_ore = vat_in_ore(terms, amount_ore)
    yield CodingLine(account=account or company.accounts.error_account, amount_ore=amount_ore - vat_ore)
    if vat_ore:
        yield CodingLine(account=terms.vat_account, amount_ore=vat_ore)
