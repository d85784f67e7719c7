"""Small documents for trials: as much of an e-invoice, or of an answer, as the way there looks at."""

from __future__ import annotations

from xml.sax.saxutils import escape

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
BILLING = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
SELLER, BUYER = "0007:5567321707", "0007:5560000001"


def small_invoice(
    *, number: str = "1001", root: str = "Invoice", seller: str = SELLER, buyer: str = BUYER, note: str = "Å"
) -> bytes:
    """Return an invoice or a credit note."""
    parts = [
        f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{UBL}:{root}-2"',
        f' xmlns:cac="{UBL}:CommonAggregateComponents-2" xmlns:cbc="{UBL}:CommonBasicComponents-2">',
        f"<cbc:CustomizationID>{BILLING}</cbc:CustomizationID><cbc:ProfileID>{PROCESS}</cbc:ProfileID>",
        f"<cbc:ID>{escape(number)}</cbc:ID><cbc:Note>{escape(note)}</cbc:Note>",
        f"<cac:AccountingSupplierParty>{_party(seller)}</cac:AccountingSupplierParty>",
        f"<cac:AccountingCustomerParty>{_party(buyer)}</cac:AccountingCustomerParty></{root}>",
    ]
    return "".join(parts).encode()


def answer_about(number: str) -> bytes:
    """Return as much of an Invoice Response as tells that it is one."""
    return (
        f'<ApplicationResponse xmlns="{UBL}:ApplicationResponse-2" xmlns:cbc="{UBL}:CommonBasicComponents-2">'
        f"<cbc:CustomizationID>urn:fdc:peppol.eu:poacc:trns:invoice_response:3</cbc:CustomizationID>"
        f"<cbc:ID>{number}</cbc:ID></ApplicationResponse>"
    ).encode()


def _party(address: str) -> str:
    scheme, _, number = address.partition(":")
    endpoint = f'<cbc:EndpointID schemeID="{scheme}">{number}</cbc:EndpointID>' if address else ""
    return f"<cac:Party>{endpoint}</cac:Party>"
