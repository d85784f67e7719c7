"""Which specification a document says that it follows: its CustomizationID, or for answers their process."""

from __future__ import annotations

from typing import Any

INVOICE_RESPONSE = "urn:fdc:peppol.eu:poacc:trns:invoice_response:3"
MESSAGE_LEVEL_RESPONSE = "urn:fdc:peppol.eu:poacc:trns:mlr:3"
MESSAGE_LEVEL_STATUS = "urn:peppol:edec:mls:1"

_ANSWER = "{urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2}ApplicationResponse"
_BASIC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_CUSTOMIZATION = f"{_BASIC}CustomizationID"
_PROFILE = f"{_BASIC}ProfileID"

_PROCESSES = (
    ("urn:fdc:peppol.eu:poacc:bis:mlr", MESSAGE_LEVEL_RESPONSE),
    ("urn:peppol:edec:mls", MESSAGE_LEVEL_STATUS),
)


def is_answer(element: Any) -> bool:
    """Say whether a document is a UBL ApplicationResponse, as all answers are."""
    return bool(element.tag == _ANSWER)


def specification_of(element: Any) -> str:
    """Return the CustomizationID of a document, blank when it has none; of an answer always that of a known kind.

    An answer with a broken CustomizationID is known by its process, so that it is judged by the rules it was meant for;
    one that tells neither, such as a part of one, is taken for an Invoice Response.
    """
    said = (element.findtext(_CUSTOMIZATION) or "").strip()
    if not is_answer(element):
        return said
    for known in (INVOICE_RESPONSE, MESSAGE_LEVEL_RESPONSE, MESSAGE_LEVEL_STATUS):
        if said.startswith(known):
            return known
    process = (element.findtext(_PROFILE) or "").strip()
    return next((kind for begin, kind in _PROCESSES if process.startswith(begin)), INVOICE_RESPONSE)
