"""Whom the network reaches, and what is asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.errors import ConfigurationError, TransientError
from hub.model.delivery import Reachable, Recipient
from hub.model.parties import DebtorClass
from hub.testing.contexts import ContextInMemory
from hub_peppol.channel import PeppolChannel
from hub_peppol.sandbox import AccessPointSandbox

COMPANY = DebtorClass.COMPANY


def reached(channel: PeppolChannel, **more: Any) -> tuple[Reachable, str]:
    recipient = Recipient("k1", "Exempelbolaget AB", "5560000001", COMPANY)._replace(**more)
    said = channel.reach([recipient])["k1"]
    return said.answer, said.address


def test_a_company_is_found_by_its_organisation_number(channel: PeppolChannel, which: str) -> None:
    assert reached(channel) == (Reachable.YES, "0007:5560000001 Invoice CreditNote")


@pytest.mark.parametrize("address", ["0007:5560000001", "0007:556000-0001", "9955:SE556000000101"])
def test_its_own_address_goes_before_its_number(channel: PeppolChannel, address: str) -> None:
    found = reached(channel, identity="9999999999", e_invoice_address=address)
    assert found == (Reachable.YES, "0007:5560000001 Invoice CreditNote")


def test_what_a_receiver_takes_is_asked_for_each_kind_of_document(channel: PeppolChannel, which: str) -> None:
    takes = "Invoice CreditNote" if which == "maventa" else "Invoice"  # Maventa does not say of which documents
    assert reached(channel, identity="9999999999") == (Reachable.YES, f"0007:9999999999 {takes}")


def test_who_is_in_the_network_and_takes_no_invoices_is_not_reached(
    channel: PeppolChannel, sandbox: AccessPointSandbox, which: str
) -> None:
    if which == "maventa":
        pytest.skip("Maventa does not say of which documents")
    sandbox.books.takers["0007:5567321707"] = ("urn:x::Order##urn:y::2.1",)
    assert reached(channel, identity="5567321707")[0] is Reachable.NO


def test_who_is_not_in_the_network_is_not_reached(channel: PeppolChannel) -> None:
    recipient = Recipient("k1", "Bolaget AB", "5567321707", COMPANY)
    said = channel.reach([recipient])["k1"]

    assert said.answer is Reachable.NO
    assert "nobody there" in said.reason
    assert said.holds_for_s < 24 * 3600


@pytest.mark.parametrize(
    "more",
    [
        {"debtor_class": DebtorClass.PERSON},
        {"identity": "191212121212"},  # a sole trader's number is a personal one
        {"identity": "5560000001", "country": "NO"},
        {"e_invoice_address": "0007:5560000002"},
        {"e_invoice_address": "0088:1"},
        {"e_invoice_address": ":"},
        {"identity": ""},
    ],
)
@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_nobody_else_is_asked_for(channel: PeppolChannel, sandbox: AccessPointSandbox, more: dict[str, Any]) -> None:
    sandbox.order("question_error", times=50)  # a question would end in "not now"
    answer, address = reached(channel, **more)

    assert (answer, address) == (Reachable.NO, "")


@pytest.mark.parametrize("fault", ["question_error", "question_busy", "question_reset_before_reading"])
def test_no_answer_is_neither_yes_nor_no(channel: PeppolChannel, sandbox: AccessPointSandbox, fault: str) -> None:
    sandbox.order(fault, times=4)
    with pytest.raises(TransientError):
        reached(channel)


def test_what_was_found_before_the_network_failed_stands(channel: PeppolChannel, sandbox: AccessPointSandbox) -> None:
    one, other = (Recipient(key, "AB", "5560000001", COMPANY) for key in ("k1", "k2"))
    find = channel._joints.network.look_up
    calls: list[int] = []

    class Failing:
        def look_up(self, *asked: object) -> object:
            calls.append(1)
            if len(calls) > 1:
                raise TransientError("not now")
            return find(*asked)  # type: ignore[arg-type]

    channel._joints = channel._joints._replace(network=Failing())  # type: ignore[arg-type]
    assert set(channel.reach([one, other])) == {"k1"}


def test_a_wrong_key_is_a_setting_to_mend(channel: PeppolChannel, context: ContextInMemory) -> None:
    context._secrets["api_key"] = "another"
    with pytest.raises(ConfigurationError):
        reached(channel)


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_not_found_at_a_wrong_address_does_not_count(
    channel_with: Callable[..., PeppolChannel], sandbox: AccessPointSandbox
) -> None:
    with pytest.raises(ConfigurationError):
        reached(channel_with(address=f"{sandbox.server.address}/v2"))
