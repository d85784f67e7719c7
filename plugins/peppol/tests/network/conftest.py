"""Small documents for the network's tests: companies are official test numbers, everything else is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub_peppol.network import identifiers
from hub_peppol.network.lookup import Lookup
from hub_peppol.network.sml import Nameserver, Sml
from hub_peppol.network.smp import Smp
from hub_peppol.network.trust import issuers_of
from hub_peppol.sandbox_network import SandboxNetwork
from hub_peppol.sandbox_pki import SandboxPki, kept_pki
from hub_peppol.sandbox_smp import Entry

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


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def shared_pki(tmp_path_factory: pytest.TempPathFactory) -> SandboxPki:
    """The certificates that sandboxes share in this process: a key takes a tenth of a second to make."""
    return kept_pki(tmp_path_factory.mktemp("pki") / "pki.pem")


@pytest.fixture(scope="session")
def pki(shared_pki: SandboxPki) -> SandboxPki:
    """The same, on the tests' day."""
    return SandboxPki(NOW, shared_pki.all())


@pytest.fixture
def network(pki: SandboxPki, tmp_path: Path) -> Iterator[SandboxNetwork]:
    """The network's registers, with a buyer who takes invoices."""
    with SandboxNetwork(tmp_path, pki=pki) as serving:
        serving.enter(Entry("0007:5560000001", identifiers.INVOICE.value, identifiers.BILLING_PROCESS.value))
        yield serving


@pytest.fixture
def lookup(network: SandboxNetwork) -> Lookup:
    """Ask the network on this machine, and wait for as long as a busy one needs."""
    return lookup_in(network, timeout_s=20)


@pytest.fixture
def hasty_lookup(network: SandboxNetwork) -> Lookup:
    """Ask the network on this machine, with too short a breath for an answer that is late."""
    return lookup_in(network, timeout_s=0.1)


def lookup_in(network: SandboxNetwork, *, timeout_s: float) -> Lookup:
    given = network.settings
    host, _, port = given["nameserver"].partition(":")
    sml = Sml(given["zone"], nameserver=Nameserver(host, int(port)), timeout_s=timeout_s, is_trial=True)
    return Lookup(sml, Smp(issuers_of(Path(given["smp_issuers"])), timeout_s=timeout_s, is_trial=True))
