"""What the other side answers, as the sandbox writes it: Invoice Response, Message Level Response and Status.

Written here from the published syntax, with nothing of what reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

_SPACE = "urn:oasis:names:specification:ubl:schema:xsd:"
_ROOT = (
    f'<ApplicationResponse xmlns="{_SPACE}ApplicationResponse-2"'
    f' xmlns:cac="{_SPACE}CommonAggregateComponents-2" xmlns:cbc="{_SPACE}CommonBasicComponents-2">'
)


class Address(NamedTuple):
    """An electronic address: the scheme and the number in it."""

    scheme: str
    number: str


class Clarification(NamedTuple):
    """Why, or what is asked for: a code of the list `OPStatusReason` or `OPStatusAction`, and words."""

    listed: str
    code: str
    words: str = ""


class Issue(NamedTuple):
    """One thing that is wrong with a message: the reason's code, words, and where, `NA` for nowhere in particular."""

    code: str
    words: str
    place: str = "NA"


def invoice_response(
    number: str,
    status: str,
    *,
    buyer: Address,
    seller: Address,
    at: datetime,
    clarifications: Sequence[Clarification] = (),
    response_id: str = "answer-1",
) -> bytes:
    """Return what a buyer says of the invoice with a number."""
    said = "".join(map(_clarification, clarifications))
    day = _basic("EffectiveDate", f"{at:%Y-%m-%d}")
    reference = _basic("ID", number) + _basic("DocumentTypeCode", "380")
    return _document(
        "urn:fdc:peppol.eu:poacc:trns:invoice_response:3",
        "urn:fdc:peppol.eu:poacc:bis:invoice_response:3",
        response_id,
        at,
        _party("SenderParty", buyer, "Provbolaget AB") + _party("ReceiverParty", seller, "Exempelbolaget AB"),
        _aggregate("Response", _basic("ResponseCode", status) + day + said),
        _aggregate("DocumentReference", reference),
    )


def message_level_response(
    envelope_id: str,
    status: str,
    *,
    sender: Address,
    receiver: Address,
    at: datetime,
    words: str = "",
    issues: Sequence[Issue] = (),
) -> bytes:
    """Return what an access point says of the message in an envelope, in the older way."""
    return _message_level(
        "urn:fdc:peppol.eu:poacc:trns:mlr:3",
        "urn:fdc:peppol.eu:poacc:bis:mlr:3",
        at,
        _party("SenderParty", sender) + _party("ReceiverParty", receiver),
        envelope_id,
        status,
        words,
        issues,
    )


def message_level_status(
    envelope_id: str,
    status: str,
    *,
    sender: str = "000001",
    receiver: str = "000002",
    at: datetime,
    words: str = "",
    issues: Sequence[Issue] = (),
) -> bytes:
    """Return what a service provider says of the message in an envelope to that of its sender; both by SPIS id."""
    providers = _party("SenderParty", Address("0242", sender)) + _party("ReceiverParty", Address("0242", receiver))
    return _message_level(
        "urn:peppol:edec:mls:1.0", "urn:peppol:edec:mls", at, providers, envelope_id, status, words, issues
    )


def _message_level(
    specification: str,
    process: str,
    at: datetime,
    parties: str,
    envelope_id: str,
    status: str,
    words: str,
    issues: Iterable[Issue],
) -> bytes:
    return _document(
        specification,
        process,
        f"status-of-{envelope_id}",
        at,
        parties,
        _aggregate("Response", _basic("ResponseCode", status) + (_basic("Description", words) if words else "")),
        _aggregate("DocumentReference", _basic("ID", envelope_id)),
        *map(_issue, issues),
    )


def _document(specification: str, process: str, document_id: str, at: datetime, parties: str, *response: str) -> bytes:
    if at.tzinfo is None:
        raise ValueError("when an answer was given needs a zone")
    head = (
        _basic("CustomizationID", specification),
        _basic("ProfileID", process),
        _basic("ID", document_id),
        _basic("IssueDate", f"{at:%Y-%m-%d}"),
        _basic("IssueTime", at.timetz().isoformat("seconds")),
    )
    body = _aggregate("DocumentResponse", "".join(response))
    return f"<?xml version='1.0' encoding='UTF-8'?>{_ROOT}{''.join(head)}{parties}{body}</ApplicationResponse>".encode()


def _party(role: str, address: Address, name: str = "") -> str:
    endpoint = f"<cbc:EndpointID schemeID={quoteattr(address.scheme)}>{escape(address.number)}</cbc:EndpointID>"
    entity = _aggregate("PartyLegalEntity", _basic("RegistrationName", name)) if name else ""
    return _aggregate(role, endpoint + entity)


def _clarification(one: Clarification) -> str:
    code = f"<cbc:StatusReasonCode listID={quoteattr(one.listed)}>{escape(one.code)}</cbc:StatusReasonCode>"
    return _aggregate("Status", code + (_basic("StatusReason", one.words) if one.words else ""))


def _issue(one: Issue) -> str:
    status = _aggregate("Status", _basic("StatusReasonCode", one.code))
    place = _aggregate("LineReference", _basic("LineID", one.place))
    return _aggregate("LineResponse", place + _aggregate("Response", _basic("Description", one.words) + status))


def _basic(name: str, text: str) -> str:
    return f"<cbc:{name}>{escape(text)}</cbc:{name}>"


def _aggregate(name: str, content: str) -> str:
    return f"<cac:{name}>{content}</cac:{name}>"
