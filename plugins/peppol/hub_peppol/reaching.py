"""Whom the network is asked about, under which address, and what the answer means."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from hub.errors import IdentifierError
from hub.identifiers import organisation_number
from hub.model.delivery import Reach, Reachable, Recipient
from hub.model.parties import DebtorClass
from hub_peppol.access_points.port import Capabilities
from hub_peppol.network import identifiers
from hub_peppol.network.identifiers import CREDIT_NOTE, INVOICE, Named

ASKED: Mapping[str, Named] = MappingProxyType({"Invoice": INVOICE, "CreditNote": CREDIT_NOTE})
"""What is asked about, by root. That a participant is in the network says nothing of what it takes."""

NO_HOLDS_FOR_S = 6 * 3600  # who is not there today may be tomorrow
_DOMESTIC = "SE"


class Place(NamedTuple):
    """Where somebody is reached, and the roots of the documents that are taken there."""

    participant: Named
    roots: tuple[str, ...]


def participant_of(recipient: Recipient) -> Named | None:
    """Return who a recipient is in the network: by its electronic address, else by its organisation number.

    A sole trader's number is a personal one; it is not handed to the network to find out whether it is there.

    Raises:
        IdentifierError: the electronic address is none.
    """
    if recipient.e_invoice_address:
        return identifiers.participant(recipient.e_invoice_address)
    if recipient.country == _DOMESTIC and organisation_number.is_valid(recipient.identity):
        return identifiers.by_organisation_number(organisation_number.compact(recipient.identity))
    return None


def reach(recipient: Recipient, network: Capabilities) -> Reach:
    """Ask where a recipient is reached. Raises TransientError or ConfigurationError."""
    if recipient.debtor_class is DebtorClass.PERSON:
        return Reach(Reachable.NO, "Peppol is for companies and public bodies")
    try:
        participant = participant_of(recipient)
    except IdentifierError as error:
        return Reach(Reachable.NO, f"the electronic address cannot be right: {error}")
    if participant is None:
        return Reach(Reachable.NO, "neither an electronic address nor a Swedish organisation number is known")
    taken = network.look_up(participant, tuple(ASKED.values()))
    roots = tuple(root for root, document_type in ASKED.items() if document_type in taken)
    if not roots:
        return Reach(Reachable.NO, "the network knows nobody there who takes invoices", holds_for_s=NO_HOLDS_FOR_S)
    return Reach(Reachable.YES, address=address_of(Place(participant, roots)))


def address_of(place: Place) -> str:
    """Write where somebody is reached, such as `0007:5560000001 Invoice CreditNote`."""
    return " ".join((place.participant.value, *place.roots))


def place_of(address: str) -> Place | None:
    """Read an address that was kept; None for one that this plugin has not written."""
    value, *roots = address.split(" ")
    try:
        participant = identifiers.participant(value)
    except IdentifierError:
        return None
    return Place(participant, tuple(roots)) if roots else None
