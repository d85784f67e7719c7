"""The head of an e-invoice, as fields of a document."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Any

from hub.errors import FormatError
from hub.model.setting_values import CONTENT_TYPE
from hub_peppol.ubl.fitting import LONG, Fitting
from hub_peppol.ubl.heads import INVOICED_OBJECT
from hub_peppol.ubl.layout import Values

_LONGEST_FILE_NAME = 120


def head_of(values: Values, fitting: Fitting) -> dict[str, Any]:
    """Return number, dates, references and notes."""
    credits = values.get("credits", [])
    for _ in credits[1:]:
        fitting.note("BillingReference, more than one")
    credited = credits[0] if credits else {}
    return {
        "number": values.get("number", ""),
        "issue_date": values.get("issue_date", ""),
        "delivery_date": values.get("delivery_date"),
        "currency": values.get("currency", ""),
        "invoiced_object": fitting.code("AdditionalDocumentReference", _invoiced_object(values)),
        "buyer_accounting": fitting.line("AccountingCost", values.get("buyer_accounting", ""), LONG),
        "buyer_reference": fitting.code("BuyerReference", values.get("buyer_reference", "")),
        "order_reference": fitting.code("OrderReference", values.get("order_reference", "")),
        "contract_reference": fitting.code("ContractDocumentReference", values.get("contract_reference", "")),
        "credits_number": fitting.code("BillingReference", credited.get("number", "")),
        "credits_date": credited.get("issue_date"),
        "notes": fitting.paragraphs(values.get("note", "")),
    }


def period_of(values: Values, fitting: Fitting) -> dict[str, str] | None:
    """Return a period; one without both of its days is left out."""
    first, last = values.get("first_day"), values.get("last_day")
    if first and last:
        return {"first_day": first, "last_day": last}
    if first or last:
        fitting.note("InvoicePeriod with one day")
    return None


def attachments_of(values: Values, fitting: Fitting) -> list[dict[str, Any]]:
    """Return the files that are in the document; what is only referred to is left out."""
    found = []
    for one in values.get("documents", ()):
        if "content" in one:
            found.append(_attachment(one))
        elif one.get("type") != INVOICED_OBJECT:
            fitting.note("AdditionalDocumentReference without a file")
    return found


def _attachment(one: Values) -> dict[str, Any]:
    text, content_type, name = one["content"]
    known = {"content_type": content_type.lower()} if re.fullmatch(CONTENT_TYPE, content_type.lower()) else {}
    return {"name": _file_name(name or one.get("number", "")), "content": _bytes_of(text), **known}


def _invoiced_object(values: Values) -> str:
    return next(
        (one.get("number", "") for one in values.get("documents", ()) if one.get("type") == INVOICED_OBJECT), ""
    )


def _file_name(name: str) -> str:
    return re.sub(r"[/\\\x00-\x1f]", "_", name)[-_LONGEST_FILE_NAME:] or "attachment"


def _bytes_of(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:  # binascii.Error is one, and so is a digit of another script
        message = "an attachment is no base64: ask the sender for the document anew"
        raise FormatError(message, code="ATTACHMENT", field="EmbeddedDocumentBinaryObject") from None
