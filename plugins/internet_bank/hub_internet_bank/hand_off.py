"""What is handed to a distributor and what comes back: the contract of every form of it, and its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from hub.errors import HubError
from hub.model.delivery import Outgoing, Receipt


class Issuer(NamedTuple):
    """Who invoices, by the agreement."""

    fui: str
    organisation_number: str
    bankgiro: str
    ctd: str


class Registration(NamedTuple):
    """A person has registered for our invoices (*anmälan*), or has ended it (*avanmälan*)."""

    no: int  # the distributor's order; a later one wins
    is_active: bool
    person: str  # twelve digits
    fmi: str  # what the person is called in the internet bank


class RegistrationPage(NamedTuple):
    """Registrations in order, and where the next page begins."""

    registrations: Sequence[Registration]
    cursor: str
    has_more: bool


class ReportPage(NamedTuple):
    """Reports in order, and where the next page begins."""

    receipts: Sequence[Receipt]
    cursor: str
    has_more: bool


class HandOff(Protocol):
    """One form of hand-off: it says where things lie and what they mean; a distributor's own takes our place."""

    def headers(self, key: str, secret: str) -> Mapping[str, str]:
        """Return the headers of a call; a blank key is of one that only asks."""
        ...

    def invoice(self, issuer: Issuer, outgoing: Outgoing) -> bytes:
        """Write an invoice, the same one always in the same bytes."""
        ...

    def taken(self, key: str, content: bytes) -> str | None:
        """Return what the distributor calls the invoice of a key, None when its answer is not about that key."""
        ...

    def refused(self, content: bytes) -> HubError | None:
        """Return what a refusal of an invoice means, None when it says nothing closer."""
        ...

    def registrations(self, content: bytes) -> RegistrationPage:
        """Read a page of registrations. Raises TransientError when it is none."""
        ...

    def reports(self, content: bytes) -> ReportPage:
        """Read a page of reports. Raises TransientError when it is none."""
        ...
