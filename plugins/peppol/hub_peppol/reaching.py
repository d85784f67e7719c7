"""Whom the network is asked about, under which address, and what the answer means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from hub.errors import HubError, IdentifierError, TransientError
from hub.identifiers import organisation_number
from hub.model.delivery import Reach, Reachable, Recipient
from hub.model.parties import DebtorClass
from hub_peppol.access_points.port import Capabilities, Taken
from hub_peppol.network import identifiers
from hub_peppol.network.identifiers import CREDIT_NOTE, INVOICE, Named
from hub_peppol.network.outcome import Takes

ASKED: Mapping[str, Named] = MappingProxyType({"Invoice": INVOICE, "CreditNote": CREDIT_NOTE})
"""What is asked about, by root. That a participant is in the network says nothing of what it takes."""

NOBODY = "the network knows nobody there who takes invoices"
YES_HOLDS_FOR_S = 24 * 3600
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


def reach(recipients: Sequence[Recipient], network: Capabilities) -> Mapping[str, Reach]:
    """Say by key where recipients are reached. One about whom there is no answer is `unknown`, and holds up no other.

    Raises:
        TransientError: there is no answer about anybody now.
        ConfigurationError: there is none before a setting is mended.
    """
    seen = {one.key: _participant_or_no(one) for one in recipients}
    asked = {one for one in seen.values() if isinstance(one, Named)}
    answers = network.look_up_all(asked, tuple(ASKED.values())) if asked else {}
    _raise_silence(answers.values())
    return {key: one if isinstance(one, Reach) else _reach_of(one, answers[one]) for key, one in seen.items()}


def _participant_or_no(recipient: Recipient) -> Named | Reach:
    """Return who is to be asked about, or why nobody is."""
    if recipient.debtor_class is DebtorClass.PERSON:
        return Reach(Reachable.NO, "Peppol is for companies and public bodies")
    try:
        participant = participant_of(recipient)
    except IdentifierError as error:
        return Reach(Reachable.NO, f"the electronic address cannot be right: {error}")
    return participant or Reach(
        Reachable.NO, "neither an electronic address nor a Swedish organisation number is known"
    )


def _raise_silence(answers: Collection[Taken]) -> None:
    """Raise when nobody answers at all; an answer that is not to be trusted is one."""
    failures = [one for one in answers if isinstance(one, TransientError)]
    if failures and len(failures) == len(answers):
        raise failures[0]


def _reach_of(participant: Named, taken: Taken) -> Reach:
    if isinstance(taken, HubError):
        return Reach(Reachable.UNKNOWN, f"the network says nothing of the receiver that counts: {taken}")
    roots = tuple(root for root, document_type in ASKED.items() if document_type in taken.document_types)
    if not roots:
        why = f"the receiver: {taken.why_not}" if taken.why_not else NOBODY
        return Reach(Reachable.NO, why, holds_for_s=_holds(taken, NO_HOLDS_FOR_S))
    address = address_of(Place(participant, roots))
    return Reach(Reachable.YES, address=address, holds_for_s=_holds(taken, YES_HOLDS_FOR_S))


def _holds(taken: Takes, otherwise_s: int) -> int:
    return otherwise_s if taken.holds_for_s is None else taken.holds_for_s


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
