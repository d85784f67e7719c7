"""Where an e-invoice is going, as it says itself: from whom, to whom, what it is, by which process."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from lxml import etree

from hub.errors import DocumentError, IdentifierError
from hub_peppol.network import identifiers
from hub_peppol.network.identifiers import Named
from hub_peppol.network.xml import LARGEST_ENVELOPE, child, root_of, text

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
UBL_VERSION = "2.1"
_SIDES = {
    "Invoice": ("AccountingSupplierParty", "AccountingCustomerParty"),
    "CreditNote": ("AccountingSupplierParty", "AccountingCustomerParty"),
    "ApplicationResponse": ("SenderParty", "ReceiverParty"),
}
_SELF_BILLING = "selfbilling"
_COUNTRY = re.compile("[A-Z]{2}", re.ASCII)


class Routing(NamedTuple):
    """What the envelope and the look-up need of a document."""

    sender: Named
    receiver: Named
    document_type: Named
    process: Named
    country: str = "SE"  # of the sender, ISO 3166-1


def routing_of(document: bytes) -> Routing:
    """Read it out of a UBL invoice, credit note or answer.

    Raises:
        FormatError: no XML, or larger than an e-invoice is.
        DocumentError: it is another document, or says not enough; what to mend stands in the message.
    """
    return routing_of_root(root_of(document, LARGEST_ENVELOPE))


def routing_of_root(root: Any) -> Routing:
    """As `routing_of`, of the lxml element."""
    name = etree.QName(root)
    if name.localname not in _SIDES:
        raise DocumentError("only invoices, credit notes and answers of UBL 2.1 are sent by Peppol")
    customization = text(root, f"{CBC}CustomizationID")
    if not customization:
        raise DocumentError("the e-invoice does not say what it is: give CustomizationID and ProfileID")
    sender, receiver = _parties(root, name.localname, customization)
    try:
        return Routing(
            identifiers.participant(_endpoint(sender, "the seller")),
            identifiers.participant(_endpoint(receiver, "the buyer")),
            identifiers.ubl_document_type(name.localname, customization, name.namespace or "", UBL_VERSION),
            identifiers.process(text(root, f"{CBC}ProfileID")),
            _country(sender),
        )
    except IdentifierError as error:
        raise DocumentError(f"the e-invoice cannot be addressed: {error}") from None


def _parties(root: Any, name: str, customization: str) -> tuple[Any, Any]:
    """Return who sends and who receives; a self-billed invoice goes from the buyer to the seller."""
    first, second = (_party(root, side) for side in _SIDES[name])
    return (second, first) if _SELF_BILLING in customization else (first, second)


def _party(root: Any, side: str) -> Any:
    """Return a party: in an invoice it lies one level deeper than in an answer."""
    found = child(root, f"{CAC}{side}")
    inner = child(found, f"{CAC}Party")
    return found if inner is None else inner


def _endpoint(party: Any, who: str) -> str:
    found = child(party, f"{CBC}EndpointID")
    scheme, number = ("", "") if found is None else (found.get("schemeID", ""), (found.text or "").strip())
    if not scheme or not number:
        raise DocumentError(f"{who} has no electronic address: give EndpointID with schemeID, such as 0007")
    return f"{scheme}:{number}"


def _country(party: Any) -> str:
    code = text(party, f"{CAC}PostalAddress", f"{CAC}Country", f"{CBC}IdentificationCode")
    return code if _COUNTRY.fullmatch(code) else "SE"
