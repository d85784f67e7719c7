"""An Invoice Response (Peppol BIS, transaction T111) as what a buyer says of an invoice.

What the buyer writes in words is left out: it may name people. It stands at the access point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from hub.model.delivery import BuyerAnswer
from hub_peppol.answers.codes import ACTIONS, BUYER_SAYS, REASONS
from hub_peppol.answers.parts import code_and_number, day_of, moment_of, text_of

_UNCLEAR = "the answer says no known status, or not of which invoice; look at it, and ask the buyer"
_MEANINGS = {"OPStatusReason": REASONS, "OPStatusAction": ACTIONS}
_TERM = re.compile(r"B[TG]-\d{1,3}")
_HARMLESS = re.compile(r"\d{4}-\d{2}-\d{2}|-?\d{1,9}(\.\d{1,4})?")
"""A date or an amount, which says nothing of a person; ten digits and more may be a person's number."""


def read_invoice_response(root: etree._Element) -> BuyerAnswer:
    """Return what the buyer says.

    Raises:
        FormatError: it is not clear what is said, or of which invoice.
    """
    code, number = code_and_number(root, BUYER_SAYS, _UNCLEAR)
    return BuyerAnswer(
        kind=BUYER_SAYS[code],
        document_number=number,
        reason="; ".join(dict.fromkeys(_reasons(root))),
        at=day_of(root, "DocumentResponse/Response/EffectiveDate") or moment_of(root),
        answer_id=text_of(root, "ID"),
        document_date=day_of(root, "DocumentResponse/DocumentReference/IssueDate"),
        seller=_address(root, "ReceiverParty"),
    )


def _address(root: etree._Element, party: str) -> str:
    endpoint = root.find(f"{{*}}{party}/{{*}}EndpointID")
    value = text_of(root, f"{party}/EndpointID")
    return f"{endpoint.get('schemeID', '').strip()}:{value}" if endpoint is not None and value else ""


def _reasons(root: etree._Element) -> Iterator[str]:
    for status in root.iterfind("{*}DocumentResponse/{*}Response/{*}Status"):
        code = status.find("{*}StatusReasonCode")
        if code is not None:
            meanings = _MEANINGS.get(code.get("listID", ""), {**ACTIONS, **REASONS})
            yield meanings.get(text_of(status, "StatusReasonCode"), "a reason with an unknown code")
        yield from _conditions(status)
        if text_of(status, "StatusReason"):
            yield "the buyer has written more in its own words: read them at the access point"


def _conditions(status: etree._Element) -> Iterator[str]:
    """Yield which facts of the invoice it is about, and what they should be where that tells of no person."""
    for condition in status.iterfind("{*}Condition"):
        term = _TERM.fullmatch(text_of(condition, "AttributeID"))
        value = _HARMLESS.fullmatch(text_of(condition, "Description"))
        if term:
            yield f"it is about {term[0]}" + (f": {value[0]}" if value else "")
