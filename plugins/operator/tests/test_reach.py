"""Whom the networks reach: one certain receiver, or a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.errors import ConfigurationError, TransientError
from hub.model.delivery import Outgoing, Reachable, Recipient
from hub.model.parties import DebtorClass
from hub_operator import OperatorChannel
from hub_operator.sandbox import OperatorSandbox

PERSON = "191212121212"


def asked(channel: OperatorChannel, recipient: Recipient) -> tuple[Reachable, str]:
    reach = channel.reach([recipient])[recipient.key]
    assert not recipient.identity or recipient.identity not in reach.reason
    return reach.answer, reach.reason


def test_a_company_in_the_network_is_reached(channel: OperatorChannel, recipient: Recipient) -> None:
    reach = channel.reach([recipient])["k1"]

    assert reach.answer is Reachable.YES
    assert reach.address


def test_where_it_is_reached_is_where_it_is_sent(
    channel: OperatorChannel, recipient: Recipient, outgoing: Callable[..., Outgoing]
) -> None:
    assert channel.reach([recipient])["k1"].address == outgoing().address


def test_a_company_that_is_not_there_is_not_reached(channel: OperatorChannel, recipient: Recipient) -> None:
    assert asked(channel, recipient._replace(identity="5566778899"))[0] is Reachable.NO


def test_several_receivers_of_one_number_are_left_to_a_person(
    channel: OperatorChannel, sandbox: OperatorSandbox, recipient: Recipient
) -> None:
    sandbox.books.enlist("5560000001", "Exempelbolaget AB, lager", gln="7300000000001")

    answer, reason = asked(channel, recipient)
    assert answer is Reachable.NO
    assert "electronic address" in reason


def test_an_address_of_its_own_decides_among_several(
    channel: OperatorChannel, sandbox: OperatorSandbox, recipient: Recipient
) -> None:
    sandbox.books.enlist("5560000001", "Exempelbolaget AB, lager", gln="7300000000001")
    answer, _ = asked(channel, recipient._replace(e_invoice_address="0088:7300000000001"))

    assert answer is Reachable.YES


def test_one_that_might_receive_if_it_were_asked_does_not_count(
    channel: OperatorChannel, sandbox: OperatorSandbox, recipient: Recipient, network: str
) -> None:
    if network == "maventa":
        pytest.skip("Maventa tells of those alone who receive")
    sandbox.books.delist("5560000001")
    sandbox.books.enlist("5560000001", "Exempelbolaget AB", capability="ContactRequiredBeforeReceiving")

    assert asked(channel, recipient)[0] is Reachable.NO


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"debtor_class": DebtorClass.PERSON, "identity": PERSON}, "companies"),
        ({"identity": PERSON}, "organisation number"),
        ({"country": "NO"}, "Swedish"),
        ({"identity": ""}, "organisation number"),
    ],
)
def test_who_is_not_even_asked_about_is_told_why(
    channel: OperatorChannel, sandbox: OperatorSandbox, recipient: Recipient, changes: dict[str, str], why: str
) -> None:
    sandbox.order("question_error")  # a call would fail
    answer, reason = asked(channel, recipient._replace(**changes))

    assert answer is Reachable.NO
    assert why in reason


@pytest.mark.parametrize(("structure", "answer"), [("e_invoice", Reachable.YES), ("json", Reachable.NO)])
def test_a_public_buyer_is_reached_by_e_invoices_alone(
    channel_with: Callable[..., OperatorChannel], recipient: Recipient, structure: str, answer: Reachable
) -> None:
    public = recipient._replace(debtor_class=DebtorClass.PUBLIC)

    assert asked(channel_with(structure=structure), public)[0] is answer


def test_nobody_is_reached_before_a_format_is_agreed(
    channel_with: Callable[..., OperatorChannel], recipient: Recipient
) -> None:
    answer, reason = asked(channel_with(document_format=""), recipient)

    assert (answer, "format" in reason) == (Reachable.NO, True)


def test_what_was_found_before_the_network_failed_stands(
    channel: OperatorChannel, sandbox: OperatorSandbox, recipient: Recipient
) -> None:
    channel.reach([recipient])  # the first question has its token
    sandbox.order("question_busy")
    with pytest.raises(TransientError):
        channel.reach([recipient])

    recipients = [recipient, recipient._replace(key="k2"), recipient._replace(key="k3", identity=PERSON)]
    sandbox.order("question_slow")
    sandbox.server.slow_s = 0.0
    sandbox.order("question_error")
    assert list(channel.reach(recipients)) == ["k1"]


def test_a_wrong_address_is_a_setting_to_mend(
    channel_with: Callable[..., OperatorChannel], sandbox: OperatorSandbox, recipient: Recipient, network: str
) -> None:
    channel = channel_with(address=f"{sandbox.server.address}/elsewhere")
    with pytest.raises(ConfigurationError):
        channel.reach([recipient])
