"""Whom a network is asked about, and what its answer means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub.identifiers import organisation_number
from hub.model.delivery import Reach, Reachable, Recipient
from hub.model.parties import DebtorClass
from hub_operator.settings import OperatorSettings
from hub_operator.structured import Structure

AGAIN_SOON_S = 3600  # what a person can mend is looked up again within the hour
GLN_SCHEME = "0088"
ORGANISATION_SCHEME = "0007"
_DOMESTIC = "SE"


class Receiver(NamedTuple):
    """One who receives by the network, as the network says."""

    address: str  # what it is sent to
    gln: str = ""
    organisation_number: str = ""
    addresses: tuple[str, ...] = ()  # electronic addresses with their scheme, small letters


def why_not(recipient: Recipient, settings: OperatorSettings) -> str:
    """Say why a recipient is not even looked up, blank when it is."""
    if not settings.document_format:
        return "no structured format is agreed with the operator"
    if recipient.debtor_class is DebtorClass.PERSON:
        return "the network is for companies"
    if recipient.debtor_class is DebtorClass.PUBLIC and settings.structure is not Structure.E_INVOICE:
        return "a public buyer gets an e-invoice by EN 16931, and by the settings this channel sends none"
    if not (known_number(recipient) or recipient.e_invoice_address):
        return "neither a Swedish organisation number nor an electronic address is known"
    return ""


def known_number(recipient: Recipient) -> str:
    """Return the organisation number to look up by: ten digits, blank for one abroad or who has none.

    A sole trader's is a personal number; it is not handed to a network to find out whether it knows it.
    """
    scheme, _, number = recipient.e_invoice_address.partition(":")
    if scheme == ORGANISATION_SCHEME and organisation_number.is_valid(number):
        return organisation_number.compact(number)
    is_one = organisation_number.is_valid(recipient.identity) and recipient.country == _DOMESTIC
    return organisation_number.compact(recipient.identity) if is_one else ""


def gln_of(recipient: Recipient) -> str:
    """Return the GLN of an electronic address that is one."""
    scheme, _, number = recipient.e_invoice_address.partition(":")
    return number if scheme == GLN_SCHEME else ""


def decided(recipient: Recipient, receivers: Sequence[Receiver]) -> Reach:
    """Say where a recipient is reached: at the one receiver that is certainly it.

    A network also tells of those who are alike. An address of the recipient's own decides; without one, or with one
    that is the organisation number, only a single receiver of that number will do: which of several departments it is,
    a person knows.
    """
    matching = [one for one in receivers if _has_own_address(one, recipient)]
    if not matching and (number := _number_that_decides(recipient)):
        matching = [one for one in receivers if one.organisation_number == number]
    groups = {(one.gln, one.organisation_number) for one in matching}
    if not groups:
        return Reach(Reachable.NO, "the network knows no receiver of electronic invoices there")
    if len(groups) > 1:
        why = "several receivers share the organisation number: note the debtor's electronic address"
        return Reach(Reachable.NO, why, holds_for_s=AGAIN_SOON_S)
    return Reach(Reachable.YES, address=min(one.address for one in matching))


def _has_own_address(receiver: Receiver, recipient: Recipient) -> bool:
    own = recipient.e_invoice_address.casefold()
    gln = gln_of(recipient)
    return bool(own) and (own in receiver.addresses or (bool(gln) and receiver.gln == gln))


def _number_that_decides(recipient: Recipient) -> str:
    is_number = recipient.e_invoice_address.startswith(f"{ORGANISATION_SCHEME}:")
    return known_number(recipient) if is_number or not recipient.e_invoice_address else ""
