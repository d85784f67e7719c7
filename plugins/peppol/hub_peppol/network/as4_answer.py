"""What the receiving access point answered to a message, and what its errors mean: never, later, or nobody knows.

Source: ebMS 3.0 Core, 6.7 (the codes), Peppol AS4 profile 2.0.3 (`PEPPOL:NOT_SERVICED`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub.errors import HubError, OutcomeUnknownError, RejectedError, TransientError

NOT_SERVICED = "PEPPOL:NOT_SERVICED"
_OTHER = "EBMS:0004"
_FOR_GOOD = {
    "EBMS:0001": "it does not know a value in the message",
    "EBMS:0002": "it does not support something in the message",
    "EBMS:0003": "something in the message contradicts something else",
    "EBMS:0007": "it cannot read the parts of the message",
    "EBMS:0008": "it cannot find a part of the message",
    "EBMS:0009": "the head of the message is wrong",
    "EBMS:0010": "the message is not as was agreed",
    "EBMS:0011": "it cannot find an external payload",
    "EBMS:0101": "it does not accept our signature or our certificate",
    "EBMS:0102": "it cannot decrypt the message",
    "EBMS:0103": "the message is not protected as it wants",
    "EBMS:0303": "it cannot decompress the message",
}
_LATER = {
    _OTHER: "something else went wrong there",
    "EBMS:0005": "it cannot reach its own other side",
    "EBMS:0006": "it has nothing to give",
    "EBMS:0201": "its reliable messaging does not work",
    "EBMS:0202": "it cannot deliver",
}
_FAILURE = "failure"


class Signal(NamedTuple):
    """One error that the other side reported, signed."""

    code: str
    severity: str = _FAILURE
    detail: str = ""


def meaning_of(signals: Sequence[Signal]) -> HubError:
    """Return what errors in an answer without a receipt mean, by the worst of them."""
    failures = [one for one in signals if one.severity.lower() == _FAILURE]
    for one in failures:
        if one.code == _OTHER and NOT_SERVICED in one.detail:
            return RejectedError(f"the receiver's access point does not serve the receiver ({NOT_SERVICED})")
    for one in failures:
        if one.code in _FOR_GOOD:
            return RejectedError(f"the receiver's access point refused it: {_FOR_GOOD[one.code]} ({one.code})")
    if failures and all(one.code in _LATER for one in failures):
        return TransientError(f"the receiver's access point: {_LATER[failures[0].code]} ({failures[0].code})")
    return OutcomeUnknownError("the receiver's access point answered with a warning or an unknown error, no receipt")
