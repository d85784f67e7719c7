"""Peppol Message Level Status 1.0: what the receiver's service provider says of a message to the sender's."""

from __future__ import annotations

import re
from collections.abc import Callable

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Context, Pack, Predicate, Rule, fatal

_PATTERN = "message level status"
_ROOT = "/ar:ApplicationResponse"
_ISSUE = f"{_ROOT}/cac:DocumentResponse/cac:LineResponse"
_SPECIFICATION = "urn:peppol:edec:mls:1.0"
_PROCESS = "urn:peppol:edec:mls"
_PROVIDER = re.compile(r"[0-9]{6}(-[0-9A-Z_]{3,12}(\.[0-9A-Z\-._~]{3,24})?)?", re.IGNORECASE)
_PROVIDER_SCHEME = "0242"
_ZONE = re.compile(r"(?:[+-]\d{2}:\d{2}|Z)$")

STATUSES = ("AP", "AB", "RE")
FAILURES = ("BV", "FD", "SV")
FAULTS = ("BV", "BW", "FD", "SV")

MESSAGE = Context(_PATTERN, _ROOT)
RESPONSE = Context(_PATTERN, f"{_ROOT}/cac:DocumentResponse")
REFERENCE = Context(_PATTERN, f"{_ROOT}/cac:DocumentResponse/cac:DocumentReference")
ISSUE = Context(_PATTERN, _ISSUE)
ISSUE_RESPONSE = Context(_PATTERN, f"{_ISSUE}/cac:Response")
ISSUE_STATUS = Context(_PATTERN, f"{_ISSUE}/cac:Response/cac:Status")


def _is(path: str, test: Callable[[str], object]) -> Predicate:
    """Make a check of the one text at a path, which is blank where there is none."""
    return lambda node: bool(test(node.value_of(path)))


def _has(path: str) -> Predicate:
    return lambda node: node.has(path)


def _is_refused(response: Node) -> bool:
    return response.value_of("cac:Response/cbc:ResponseCode") == "RE"


def _has_failure(response: Node) -> bool:
    issues = response.each("cac:LineResponse/cac:Response")
    return any(issue.value_of("cac:Status/cbc:StatusReasonCode") in FAILURES for issue in issues)


def _if_refused(holds: Predicate) -> Predicate:
    return lambda response: not _is_refused(response) or holds(response)


def _rule(number: int, context: Context, holds: Predicate, message: str) -> Rule:
    return fatal(f"SCH-MLS-{number:02}", context, holds, message)


def _party_rules(first: int, party: str) -> tuple[Rule, ...]:
    """Make the five rules of a party's address, numbered from the first."""
    path = f"cac:{party}/cbc:EndpointID"

    def schemes(root: Node) -> list[str]:
        return [one.attributes["schemeID"] for one in root.each(path) if "schemeID" in one.attributes]

    return (
        _rule(first, MESSAGE, _has(path), f"Give the {party}'s cbc:EndpointID."),
        _rule(first + 1, MESSAGE, _is(path, bool), f"Fill the {party}'s cbc:EndpointID in."),
        _rule(
            first + 2,
            MESSAGE,
            _is(path, _PROVIDER.fullmatch),
            f"Give the {party}'s service provider id (SPIS): six digits, then a use and a detail if there are any.",
        ),
        _rule(first + 3, MESSAGE, lambda root: bool(schemes(root)), f"Give the scheme of the {party}'s EndpointID."),
        _rule(
            first + 4,
            MESSAGE,
            lambda root: _PROVIDER_SCHEME in schemes(root),
            f"Use the scheme {_PROVIDER_SCHEME} (service providers) for the {party}'s EndpointID.",
        ),
    )


RULES: tuple[Rule, ...] = (
    _rule(1, MESSAGE, _is("cbc:CustomizationID", _SPECIFICATION.__eq__), f"Give {_SPECIFICATION} as CustomizationID."),
    _rule(2, MESSAGE, _is("cbc:ProfileID", _PROCESS.__eq__), f"Give {_PROCESS} as cbc:ProfileID."),
    _rule(3, MESSAGE, _is("cbc:ID", bool), "Give the message an id in cbc:ID."),
    _rule(4, MESSAGE, _is("cbc:IssueDate", lambda day: len(day) == 10), "Give cbc:IssueDate without a time zone."),
    _rule(5, MESSAGE, _has("cbc:IssueTime"), "Give cbc:IssueTime."),
    _rule(6, MESSAGE, _is("cbc:IssueTime", _ZONE.search), "Give the time zone in cbc:IssueTime, such as Z or +01:00."),
    *_party_rules(7, "SenderParty"),
    *_party_rules(12, "ReceiverParty"),
    _rule(
        17,
        MESSAGE,
        lambda root: len(root.each("cac:DocumentResponse")) == 1,
        "Give one cac:DocumentResponse, no more and no less.",
    ),
    _rule(18, RESPONSE, _has("cac:Response/cbc:ResponseCode"), "Give the status in cac:Response/cbc:ResponseCode."),
    _rule(
        19,
        RESPONSE,
        _is("cac:Response/cbc:ResponseCode", STATUSES.__contains__),
        f"Use one of the statuses {', '.join(STATUSES)}.",
    ),
    _rule(
        20,
        RESPONSE,
        _if_refused(_has("cac:Response/cbc:Description")),
        "Say in cac:Response/cbc:Description why it is refused (RE).",
    ),
    _rule(
        21,
        RESPONSE,
        _if_refused(_is("cac:Response/cbc:Description", bool)),
        "Fill cac:Response/cbc:Description in: why it is refused (RE).",
    ),
    _rule(
        22,
        RESPONSE,
        lambda response: len(response.each("cac:DocumentReference")) == 1,
        "Name one message in cac:DocumentReference.",
    ),
    _rule(
        23,
        RESPONSE,
        _if_refused(_has("cac:LineResponse")),
        "Give at least one cac:LineResponse with what is wrong: a refusal (RE) needs one.",
    ),
    _rule(
        24,
        RESPONSE,
        _if_refused(_has_failure),
        f"Give a failure ({', '.join(FAILURES)}) as the reason of at least one issue: a refusal (RE) needs one.",
    ),
    _rule(
        25,
        RESPONSE,
        lambda response: _is_refused(response) or not _has_failure(response),
        f"Refuse the message (RE), or leave the failures ({', '.join(FAILURES)}) out.",
    ),
    _rule(26, REFERENCE, _is("cbc:ID", bool), "Give the envelope's instance identifier in cbc:ID."),
    _rule(
        27,
        ISSUE,
        _is("cac:LineReference/cbc:LineID", bool),
        "Say in cac:LineReference/cbc:LineID where it is wrong, or NA.",
    ),
    _rule(28, ISSUE_RESPONSE, _has("cbc:Description"), "Say in cbc:Description what is wrong."),
    _rule(29, ISSUE_RESPONSE, _is("cbc:Description", bool), "Fill cbc:Description in: what is wrong."),
    _rule(30, ISSUE_RESPONSE, _has("cac:Status"), "Give cac:Status with the reason."),
    _rule(
        31,
        ISSUE_STATUS,
        _is("cbc:StatusReasonCode", FAULTS.__contains__),
        f"Use one of the reasons {', '.join(FAULTS)}.",
    ),
)

PACK = Pack(
    "Peppol Message Level Status",
    "1.0.1",
    contexts=(MESSAGE, RESPONSE, REFERENCE, ISSUE, ISSUE_RESPONSE, ISSUE_STATUS),
    rules=RULES,
    roots=frozenset({"ar:ApplicationResponse"}),
)
