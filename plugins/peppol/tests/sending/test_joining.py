"""What the settings make of it: a channel or none, and who is asked what receivers take."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.errors import ConfigurationError
from hub.model.delivery import Reachable, Recipient
from hub.model.parties import DebtorClass
from hub.testing.contexts import ContextInMemory
from hub_peppol import Plugin
from hub_peppol.sandbox import INVOICE
from hub_peppol.sandbox_documents import PROCESS
from hub_peppol.sandbox_network import SandboxNetwork
from hub_peppol.sandbox_pki import SandboxPki
from hub_peppol.sandbox_smp import Entry
from hub_peppol.settings import PeppolSettings

PEPPYRUS = {"access_point": "peppyrus", "api_key": "env:K"}
BUYER = Recipient("k1", "Exempelbolaget AB", "5560000001", DebtorClass.COMPANY)


def channels(**table: object) -> list[object]:
    return list(Plugin(PeppolSettings.model_validate(table)).hub_delivery_channels(ContextInMemory({"api_key": "k"})))


def test_without_an_access_point_there_is_no_channel() -> None:
    assert channels() == []


def test_an_access_point_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValidationError):
        channels(access_point="pagero")


def test_an_address_without_https_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="https"):
        channels(**PEPPYRUS, address="http://api.example.se")


@pytest.mark.parametrize("nameserver", ["h:", "h:0", "h:99999", "h:x"])
def test_asking_the_network_needs_issuers_and_a_nameserver_that_can_be(tmp_path: Path, nameserver: str) -> None:
    with pytest.raises(ConfigurationError, match="smp_issuers"):
        channels(**PEPPYRUS, lookup="network")
    if nameserver == "h:":
        return
    with pytest.raises(ConfigurationError, match="nameserver"):
        channels(
            access_point="peppyrus", api_key="env:K", lookup="network", smp_issuers=str(tmp_path), nameserver=nameserver
        )


def test_the_network_itself_says_what_a_receiver_takes(tmp_path: Path) -> None:
    """No access point is asked: none listens there."""
    now = ContextInMemory().clock.now()
    with SandboxNetwork(tmp_path, pki=SandboxPki(now)) as network:
        network.enter(Entry("0007:5560000001", INVOICE, PROCESS))
        given = network.settings
        (channel,) = channels(
            access_point="peppyrus",
            api_key="env:K",
            lookup="network",
            address="http://127.0.0.1:9",
            sml_zone=given["zone"],
            nameserver=given["nameserver"],
            smp_issuers=given["smp_issuers"],
            timeout_s=2,
        )
        stranger = BUYER._replace(key="k2", identity="9999999999")
        found = channel.reach([BUYER, stranger])  # type: ignore[attr-defined]

    assert found["k1"].answer is Reachable.YES
    assert found["k1"].address == "0007:5560000001 Invoice"
    assert found["k2"].answer is Reachable.NO


A_UUID = "5a9d0b0c-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("table", "setting", "says"),
    [
        ({"access_point": "peppyrus"}, "api_key", "env:NAME"),
        ({"access_point": "qvalia", "account": "5567321707"}, "api_key", "env:NAME"),
        ({"access_point": "recommand", "account": "c", "api_key": "env:K"}, "api_secret", "env:NAME"),
        ({"access_point": "maventa", "account": A_UUID, "api_key": "env:K"}, "api_secret", "env:NAME"),
        ({"access_point": "maventa", "api_key": "env:K", "api_secret": "env:S"}, "account", "the company's UUID"),
        ({"access_point": "maventa", "account": "5567321707", "api_key": "env:K", "api_secret": "env:S"}, "account",
         "such as 01234567-89ab"),
        ({"access_point": "storecove", "account": A_UUID, "api_key": "env:K"}, "account", "digits"),
    ],
)  # fmt: skip
def test_who_we_are_there_is_asked_for_by_setting(table: dict[str, object], setting: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        channels(**table)
    assert caught.value.where == f"plugins.peppol.{setting}"
    assert says in caught.value.hint


def test_a_channel_is_joined_of_what_says_who_we_are() -> None:
    table = {"access_point": "maventa", "account": A_UUID.upper(), "api_key": "env:K", "api_secret": "env:S"}

    assert len(channels(**table)) == 1
