"""How the recipient pays in Kivra: the object `payment_multiple_options` of a content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from hub.identifiers import bankgiro_number, luhn, ocr_reference
from hub.model.documents import Document, DocumentKind, Language
from hub.model.payee_account import read_account
from hub.money import plain_kronor
from hub.rules.delivery.payment_box import payment_asked
from hub_kivra.settings import KivraSettings
from hub_kivra.unfit import NotForKivra

LEAST_ORE = 100
LONGEST_REFERENCE = 25
CURRENCY = "SEK"
_METHODS = {"bankgiro": "1", "plusgiro": "2"}
_TITLES = {Language.SV: "Delbetalning {number} av {count}", Language.EN: "Instalment {number} of {count}"}


class _Option(NamedTuple):
    """One way to pay."""

    due_date: str
    amount_ore: int
    reference: str
    title: str = ""


def payment(document: Document, settings: KivraSettings) -> dict[str, Any]:
    """Return the object; its first option is what Kivra notifies about. Raises NotForKivra."""
    if document.currency != CURRENCY:
        raise NotForKivra("Kivra takes payments in SEK only: let another channel carry it")
    options = _options(document)
    if len({(option.amount_ore, option.reference) for option in options}) < len(options):
        raise NotForKivra(
            "two instalments have one amount and one reference, which Kivra does not tell apart: give each instalment "
            "a reference of its own"
        )
    method, account = _account(document)
    alias = {"swish_alias": settings.swish_alias} if settings.swish_alias else {}
    written = [_written(option, document, settings) for option in options]
    return {
        "payable": True,
        "currency": CURRENCY,
        "method": method,
        "account": account,
        **alias,
        "options": written,
    }


def _options(document: Document) -> Sequence[_Option]:
    """Return the instalments of a plan, first the one that is due first; of any other document all that is to pay."""
    asked = payment_asked(document)
    if asked is not None and document.kind is not DocumentKind.INSTALMENT_PLAN:
        return [_Option(asked.due_date, asked.amount_ore, asked.reference)]
    title = _TITLES[document.language]
    in_order = sorted(document.instalments, key=lambda instalment: instalment.due_date)
    return [
        _Option(
            part.due_date,
            part.amount_ore,
            part.reference or document.reference,
            title.format(number=at, count=len(in_order)),
        )
        for at, part in enumerate(in_order, start=1)
    ]


def _account(document: Document) -> tuple[str, str]:
    """Return method and account as Kivra writes them."""
    if not document.payee_account:
        raise NotForKivra(
            "it does not say where to pay: give the company a bankgiro or plusgiro, or state payee_account"
        )
    try:
        scheme, _, number = read_account(document.payee_account).partition(":")
    except ValueError as error:
        raise NotForKivra(f"payee_account is wrong, {error}: mend it", is_for_a_person=True) from None
    if scheme not in _METHODS:
        raise NotForKivra("Kivra pays to a bankgiro or plusgiro only: state one as payee_account")
    is_bankgiro = scheme == "bankgiro"
    return _METHODS[scheme], bankgiro_number.format(number) if is_bankgiro else f"{number[:-1]}-{number[-1]}"


def _written(option: _Option, document: Document, settings: KivraSettings) -> dict[str, str]:
    if not option.due_date:
        raise NotForKivra("it has no due date: state due_date")
    if option.due_date < document.issue_date:
        raise NotForKivra("it is due before its own day, and Kivra reminds of the due date: state a later one")
    if option.amount_ore < LEAST_ORE:
        raise NotForKivra(
            "Kivra takes payments from 1.00 krona: put it on the next invoice, or let another channel carry it"
        )
    kind, reference = _reference(option.reference, settings)
    title = {"title": option.title} if option.title else {}
    amount = plain_kronor(option.amount_ore)
    return {"due_date": option.due_date, "amount": amount, "type": kind, "reference": reference, **title}


def _reference(written: str, settings: KivraSettings) -> tuple[str, str]:
    """Return type and reference: an OCR number where its check digit fits, else free text."""
    reference = written.strip()
    if not reference:
        raise NotForKivra("it has no reference to pay with: state reference")
    compact = ocr_reference.compact(reference)
    if ocr_reference.is_valid(compact):
        return "SE_OCR", compact
    if settings.digits_are_ocr and luhn.is_digits(compact):
        raise NotForKivra(
            "the check digit of its OCR number does not fit: mend reference, or write digits_are_ocr = false where "
            "references are free",
            is_for_a_person=True,
        )
    if len(reference) > LONGEST_REFERENCE:
        raise NotForKivra(f"Kivra takes references of at most {LONGEST_REFERENCE} characters: shorten reference")
    return "TENANT_REF", reference
