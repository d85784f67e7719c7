"""Whom the network reaches, and what is asked for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pytest

from hub.errors import ConfigurationError, HubError, TransientError, UntrustedAnswer
from hub.model.delivery import Reach, Reachable, Recipient
from hub.model.parties import DebtorClass
from hub.testing.contexts import ContextInMemory
from hub_peppol.access_points import one_by_one
from hub_peppol.access_points.one_by_one import MOST_FAILURES, OneByOne
from hub_peppol.access_points.port import Taken
from hub_peppol.channel import PeppolChannel
from hub_peppol.network import identifiers
from hub_peppol.network.identifiers import Named
from hub_peppol.network.outcome import Takes
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


ADDRESSES = ["0007:5560000001", "0007:9999999999", "0007:5566778899", "0007:2120000142", "0007:5567321707"]


class Failing:
    """A network that gives no answer about some of whom it is asked, in whatever order."""

    def __init__(self, *failing: str, error: type[HubError] = TransientError) -> None:
        self.failing, self.error = failing, error
        self.calls = 0

    def look_up(self, participant: Named, document_types: Collection[Named]) -> Collection[Named]:
        self.calls += 1
        if participant.value in self.failing:
            raise self.error("not now")
        return document_types

    def look_up_all(self, participants: Collection[Named], document_types: Collection[Named]) -> Mapping[Named, Taken]:
        def answer(one: Named) -> Taken:
            if one.value in self.failing:
                return self.error("its answer is not trusted")
            return Takes(tuple(document_types), holds_for_s=600)

        return {one: answer(one) for one in participants}


class FailingOneByOne(Failing, OneByOne):
    look_up_all = OneByOne.look_up_all


def reached_all(channel: PeppolChannel, network: Any, addresses: Sequence[str]) -> Mapping[str, Reachable]:
    channel._joints = channel._joints._replace(network=network)
    recipients = [Recipient(one, "AB", "", COMPANY, e_invoice_address=one) for one in addresses]
    return {key: one.answer for key, one in channel.reach(recipients).items()}


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
@pytest.mark.parametrize("at", range(len(ADDRESSES)))
@pytest.mark.parametrize(
    ("kind", "error"), [(FailingOneByOne, TransientError), (Failing, UntrustedAnswer), (Failing, TransientError)]
)
def test_one_whom_there_is_no_answer_about_holds_up_no_other(
    channel: PeppolChannel, at: int, kind: type[Failing], error: type[HubError]
) -> None:
    found = reached_all(channel, kind(ADDRESSES[at], error=error), ADDRESSES)
    others = {one: Reachable.YES for one in ADDRESSES if one != ADDRESSES[at]}
    assert found == {**others, ADDRESSES[at]: Reachable.UNKNOWN}


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_an_answer_holds_as_long_as_the_network_says(channel: PeppolChannel) -> None:
    class Told(Failing):
        def look_up_all(
            self, participants: Collection[Named], document_types: Collection[Named]
        ) -> Mapping[Named, Taken]:
            no, yes = (identifiers.participant(one) for one in ADDRESSES[:2])
            return {no: Takes((), "not registered", 3600), yes: Takes((identifiers.INVOICE,), holds_for_s=0)}

    channel._joints = channel._joints._replace(network=Told())
    said = channel.reach([Recipient(one, "AB", "", COMPANY, e_invoice_address=one) for one in ADDRESSES[:2]])
    assert list(said.values()) == [
        Reach(Reachable.NO, "the receiver: not registered", holds_for_s=3600),
        Reach(Reachable.YES, address=f"{ADDRESSES[1]} Invoice", holds_for_s=0),
    ]


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_a_register_that_is_not_to_be_trusted_is_not_the_networks_silence(channel: PeppolChannel) -> None:
    """Silence is an error of the channel, and three in a row end the asking: no buyer's register may bring that."""
    network = Failing(ADDRESSES[0], error=UntrustedAnswer)
    assert reached_all(channel, network, ADDRESSES[:1]) == {ADDRESSES[0]: Reachable.UNKNOWN}
    with pytest.raises(TransientError):
        reached_all(channel, Failing(ADDRESSES[0]), ADDRESSES[:1])


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_an_access_point_that_does_not_answer_is_not_asked_about_everybody(channel: PeppolChannel) -> None:
    many = [f"0088:{no:012}{_check_digit(no)}" for no in range(60)]
    network = FailingOneByOne(*many)
    with pytest.raises(TransientError):
        reached_all(channel, network, many)
    assert network.calls == MOST_FAILURES


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_a_few_who_always_fail_do_not_always_stand_before_the_same_others(
    channel: PeppolChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_by_one, "random", random.Random(1))
    many = [f"0088:{no:012}{_check_digit(no)}" for no in range(20)]
    network = FailingOneByOne(*many[:MOST_FAILURES])
    rounds = [reached_all(channel, network, many) for _ in range(50)]
    for one in many[MOST_FAILURES:]:
        assert Reachable.YES in [found[one] for found in rounds]


def _check_digit(no: int) -> int:
    digits = [int(digit) for digit in f"{no:012}"]
    return -sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10


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
