"""What an entry of an archive's index says of its invoice, as the fields of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub.errors import FormatError
from hub.model.countries import COUNTRIES, HOME, country_code
from hub.model.documents import DocumentKind
from hub.money import parse_amount
from hub_letter.archive_reading import Entry

_PLUSGIRO = re.compile(r"[0-9 ]{1,8}-[0-9]")
_NEEDED = ("number", "invoice_date", "debtor_name", "to_pay", "giro")


class NoDocumentError(Exception):
    """An entry that no document can be made of, with the reason for people; it goes on as it is."""


def fields_of(entry: Entry, pdf: bytes, source_system: str) -> Mapping[str, Any]:
    """Return the fields of a document that is printed already. Raises NoDocumentError."""
    missing = [name for name in _NEEDED if not entry.said(name)]
    if missing:
        raise NoDocumentError(f"the index does not say its {' and '.join(word.replace('_', ' ') for word in missing)}")
    if _ore(entry) < 0:
        raise NoDocumentError("its amount is below zero: what it credits does not stand in the index")
    kind = DocumentKind.DIRECT_DEBIT_INVOICE if entry.is_direct_debit else DocumentKind.INVOICE
    return {
        "kind": kind,
        "source_system": source_system,
        "number": entry.said("number"),
        "issue_date": entry.said("invoice_date"),
        "due_date": entry.said("due_date") or None,
        "to_pay": entry.said("to_pay"),
        "reference": "" if entry.is_direct_debit else entry.said("reference"),
        "payee_account": _account(entry.said("giro")),
        "debtor": _debtor(entry),
        "pdf": pdf,
    }


def _ore(entry: Entry) -> int:
    try:
        return parse_amount(entry.said("to_pay"))
    except FormatError:
        raise NoDocumentError("its amount cannot be read") from None


def _debtor(entry: Entry) -> Mapping[str, Any]:
    country = entry.said("country") or HOME
    code = country_code(country) or country.upper()
    if code not in COUNTRIES:
        raise NoDocumentError("its country is none that is known by that name")
    return {
        "name": entry.said("debtor_name"),
        "number": entry.said("debtor_number"),
        "identity": entry.recipient_identity or None,
        "address": {
            "care_of": entry.said("second_name"),
            "street": entry.said("street"),
            "postal_code": entry.said("postal_code"),
            "city": entry.said("city"),
            "country": code,
        },
    }


def _account(giro: str) -> str:
    """Return the payee account: a plusgiro has its hyphen before the last digit, anything else is a bankgiro."""
    return f"{'plusgiro' if _PLUSGIRO.fullmatch(giro) else 'bankgiro'}:{giro}"
