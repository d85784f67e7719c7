"""Whether a document can stand in an internet bank: what is demanded of a payment that is ready to sign."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from hub.identifiers import bankgiro_number, ocr_reference
from hub.model.delivery import Outgoing
from hub.model.documents import Document, DocumentKind
from hub.money import plain_kronor
from hub_internet_bank.settings import InternetBankSettings

# A copy, or a credit note, would stand there as one more payment to sign; a direct-debit invoice is paid by itself.
CARRIED = frozenset({DocumentKind.INVOICE, DocumentKind.REPLACEMENT_INVOICE, DocumentKind.INTEREST_INVOICE})
_BANKGIRO = "bankgiro"
_CURRENCY = "SEK"


def why_unfit(outgoing: Outgoing, settings: InternetBankSettings) -> str:
    """Say why a document cannot go, and what to do; blank when it can."""
    if not (settings.fui and settings.agreement_bankgiro):
        return "the agreement is not in the settings: give fui and agreement_bankgiro"
    if not outgoing.address:
        return "where the debtor is reached is not known: have the route made anew"
    if len(outgoing.pdf) > settings.largest_pdf_kb * 1000:
        return f"the PDF is {len(outgoing.pdf) // 1000} kB, and the banks take {settings.largest_pdf_kb} kB"
    return next((why for check in _CHECKS if (why := check(outgoing.document, settings))), "")


def _kind(document: Document, _settings: InternetBankSettings) -> str:
    return "" if document.kind in CARRIED else f"a document of kind {document.kind} is no payment to sign"


def _account(document: Document, settings: InternetBankSettings) -> str:
    scheme, _, number = document.payee_account.partition(":")
    is_agreed = scheme == _BANKGIRO and bankgiro_number.compact(number) == settings.agreement_bankgiro
    return "" if is_agreed else "it is paid to another account than the agreement's bankgiro"


def _reference(document: Document, settings: InternetBankSettings) -> str:
    if not ocr_reference.is_valid(document.reference):
        return "its reference is no OCR number with a check digit that fits, and the bankgiro is under OCR control"
    digits = ocr_reference.compact(document.reference)
    if settings.has_length_digit and not ocr_reference.has_length_digit(digits):
        return "its OCR number has no length digit that fits, and the bankgiro is controlled for it"
    return ""


def _amount(document: Document, settings: InternetBankSettings) -> str:
    if document.currency != _CURRENCY:
        return "it is not in SEK"
    if document.to_pay_ore is None:
        return "it does not say what is to be paid"
    if settings.smallest_amount_ore <= document.to_pay_ore <= settings.largest_amount_ore:
        return ""
    smallest, largest = plain_kronor(settings.smallest_amount_ore), plain_kronor(settings.largest_amount_ore)
    return f"what is to be paid must be from {smallest} to {largest} kronor"


def _due_date(document: Document, settings: InternetBankSettings) -> str:
    if document.due_date is None:
        return "it has no due date"
    days = (date.fromisoformat(document.due_date) - date.fromisoformat(document.issue_date)).days
    if 0 <= days <= settings.longest_term_days:
        return ""
    return f"its due date must be within {settings.longest_term_days} days after its own date"


def _attachments(document: Document, _settings: InternetBankSettings) -> str:
    return "the hand-off has no place for attachments, only for the PDF: leave them out" if document.attachments else ""


_CHECKS: tuple[Callable[[Document, InternetBankSettings], str], ...] = (
    _kind,
    _account,
    _reference,
    _amount,
    _due_date,
    _attachments,
)
