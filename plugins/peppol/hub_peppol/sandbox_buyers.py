"""Buyers on this machine who answer: what each says of an invoice that has arrived, by the fault that was ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from hub_peppol.sandbox_answers import Address, Clarification, invoice_response
from hub_peppol.sandbox_books import Taken

SAYS: Mapping[str, str] = MappingProxyType(
    {"buyer_accepts": "AP", "buyer_rejects": "RE", "buyer_queries": "UQ", "buyer_pays": "PD"}
)
"""By the fault: the code (UNCL 4343) of the answer."""

_WHY: Mapping[str, Sequence[Clarification]] = MappingProxyType(
    {
        "RE": (Clarification("OPStatusReason", "PRI"), Clarification("OPStatusAction", "CNF")),
        "UQ": (Clarification("OPStatusReason", "REF"), Clarification("OPStatusAction", "PIN")),
    }
)
"""A rejection has to say why, and so has a query."""


def response_to(one: Taken, at: datetime) -> bytes:
    """Return the Invoice Response that a buyer sends to the seller of a document that was taken."""
    return invoice_response(
        one.number,
        one.buyer_says,
        buyer=_address(one.recipient),
        seller=_address(one.seller),
        at=at,
        clarifications=_WHY.get(one.buyer_says, ()),
        response_id=f"answer-to-{one.id}",
    )


def _address(written: str) -> Address:
    scheme, _, number = written.partition(":")
    return Address(scheme, number)
