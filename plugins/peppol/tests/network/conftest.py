"""Small documents for the network's tests: companies are official test numbers, everything else is made up."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub_peppol.network import identifiers

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"


@pytest.fixture
def invoice() -> Callable[..., bytes]:
    """Make as much of an invoice as the network looks at."""
    return _invoice


def _invoice(
    root: str = "Invoice",
    seller: str = "0007:9999999999",
    buyer: str = "0007:5560000001",
    customization: str = identifiers.BILLING,
    note: str = "Å & <Ä>".replace("&", "&amp;").replace("<", "&lt;"),
) -> bytes:
    aggregates, basics = f"{_UBL}:CommonAggregateComponents-2", f"{_UBL}:CommonBasicComponents-2"
    country = "<cac:Country><cbc:IdentificationCode>SE</cbc:IdentificationCode></cac:Country>"
    address = f"<cac:PostalAddress>{country}</cac:PostalAddress>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="{_UBL}:{root}-2" xmlns:cac="{aggregates}" xmlns:cbc="{basics}">
  <cbc:CustomizationID>{customization}</cbc:CustomizationID>
  <cbc:ProfileID>{identifiers.BILLING_PROCESS.value}</cbc:ProfileID>
  <cbc:ID>1001</cbc:ID>
  <cbc:Note>{note}</cbc:Note>
  <cac:AccountingSupplierParty><cac:Party>{_endpoint(seller)}{address}</cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party>{_endpoint(buyer)}</cac:Party></cac:AccountingCustomerParty>
</{root}>
""".encode()


def _endpoint(address: str) -> str:
    scheme, _, number = address.partition(":")
    return f'<cbc:EndpointID schemeID="{scheme}">{number}</cbc:EndpointID>' if address else ""
