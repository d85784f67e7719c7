"""Message Level Response (T71) and Message Level Status (MLS): what the network says of a message that we sent.

The message is named by the instance identifier of its envelope. What is written in words is left out but for the ids
of rules and the place in the document: words may quote the document, and with it a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from hub.model.delivery import Receipt, ReceiptKind
from hub_peppol.answers.codes import FAULTS, NETWORK_SAYS, NOT_DELIVERED
from hub_peppol.answers.parts import code_and_number, moment_of, text_of

_UNCLEAR = "the status says no known code, or not of which message; look at it, and ask the access point"
MOST_REASONS = 5
_RULE_ID = re.compile(r"\[([A-Z][A-Z0-9]*(?:-[A-Z0-9]+){1,4})\]")
_PLACE = re.compile(r"/?[A-Za-z][\w:]*(?:\[\d{1,6}\])?(?:/@?[A-Za-z][\w:]*(?:\[\d{1,6}\])?){0,20}/?")


def read_message_status(root: etree._Element) -> Receipt:
    """Return what the network says: under way, delivered, not delivered, or refused for the document's sake.

    Raises:
        FormatError: it is not clear what is said, or of which message.
    """
    code, envelope = code_and_number(root, NETWORK_SAYS, _UNCLEAR)
    kind = NETWORK_SAYS[code]
    issues = list(root.iterfind("{*}DocumentResponse/{*}LineResponse"))
    if kind is ReceiptKind.STOPPED and _is_not_delivered(issues):
        kind = ReceiptKind.RETURNED
    return Receipt(kind, external_id=envelope, reason="; ".join(_reasons(issues)), at=moment_of(root))


def _is_not_delivered(issues: list[etree._Element]) -> bool:
    """Say whether the delivery alone failed, so that the document may go another way as it is."""
    return {_fault(issue) for issue in issues} - {"BW"} == {NOT_DELIVERED}


def _fault(issue: etree._Element) -> str:
    return text_of(issue, "Response/Status/StatusReasonCode")


def _reasons(issues: list[etree._Element]) -> Iterator[str]:
    told = list(dict.fromkeys(map(_reason, issues)))
    yield from told[:MOST_REASONS]
    if len(told) > MOST_REASONS:
        yield f"and {len(told) - MOST_REASONS} more"


def _reason(issue: etree._Element) -> str:
    rules = dict.fromkeys(_RULE_ID.findall(text_of(issue, "Response/Description")))
    place = _PLACE.fullmatch(text_of(issue, "LineReference/LineID"))
    return "".join(
        (
            FAULTS.get(_fault(issue), "something is wrong"),
            f" ({', '.join(rules)})" if rules else "",
            f" at {place[0]}" if place and place[0] != "NA" else "",
        )
    )
