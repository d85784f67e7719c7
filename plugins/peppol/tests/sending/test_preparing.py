"""What becomes a message, and what is left to another channel or to a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hub.contracts import Finding as Fault
from hub.contracts import Severity
from hub.errors import FormatError
from hub.model.attempts import Message
from hub.model.delivery import Outgoing, Unfit
from hub.model.documents import DocumentKind
from hub_peppol.channel import PeppolChannel
from hub_peppol.sandbox import AccessPointSandbox
from hub_peppol.sandbox_documents import small_invoice

KEY = "0123456789abcdef0123456789abcdef"
MakeOutgoing = Callable[..., Outgoing]


@pytest.fixture(params=["peppyrus"])
def which(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def unfit(channel: PeppolChannel, outgoing: Outgoing) -> Unfit:
    preparation = channel.prepare([outgoing])
    assert not preparation.prepared
    return preparation.unfit[0]


def test_a_document_without_an_e_invoice_goes_on_with_the_writers_reason(
    channel: PeppolChannel, outgoing: MakeOutgoing
) -> None:
    reason = "give the buyer's reference"
    assert unfit(channel, outgoing(b"")._replace(no_e_invoice=reason)) == Unfit("delivery-1", reason)
    assert "turn on what writes e-invoices" in unfit(channel, outgoing(b"")).reason


def test_what_breaks_a_rule_is_left_to_a_person_with_the_rules(
    channel: PeppolChannel, outgoing: MakeOutgoing, neighbours: Any
) -> None:
    neighbours.faults = [
        Fault("BR-01", Severity.FATAL, "/Invoice", "Give the specification."),
        Fault("BR-01", Severity.FATAL, "/Invoice", "Give the specification."),
        Fault("SE-R-011", Severity.WARNING, "/Invoice", "Use code 30."),
    ]
    found = unfit(channel, outgoing())

    assert found.is_for_a_person
    assert found.reason.count("BR-01: Give the specification.") == 1
    assert "SE-R-011" not in found.reason


def test_warnings_hold_nothing_up(channel: PeppolChannel, outgoing: MakeOutgoing, neighbours: Any) -> None:
    neighbours.faults = [Fault("SE-R-011", Severity.WARNING, "/Invoice", "Use code 30.")]
    assert len(channel.prepare([outgoing()]).prepared) == 1


def test_a_person_is_told_of_a_few_rules_and_how_many_more(
    channel: PeppolChannel, outgoing: MakeOutgoing, neighbours: Any
) -> None:
    neighbours.faults = [Fault(f"BR-{no:02}", Severity.FATAL, "/Invoice", "Mend it.") for no in range(9)]
    reason = unfit(channel, outgoing()).reason

    assert "BR-04" in reason
    assert "BR-05" not in reason
    assert "(and 4 more)" in reason


def test_what_cannot_be_judged_is_not_sent(channel: PeppolChannel, outgoing: MakeOutgoing, neighbours: Any) -> None:
    def fails(_: bytes) -> list[Fault]:
        raise FormatError("not XML", code="NOT_XML")

    channel._preparing._judge = fails
    assert "not XML" in unfit(channel, outgoing()).reason


def test_judging_can_be_turned_off(
    channel_with: Callable[..., PeppolChannel], outgoing: MakeOutgoing, neighbours: Any
) -> None:
    neighbours.faults = [Fault("BR-01", Severity.FATAL, "/Invoice", "Mend it.")]
    channel = channel_with(judge_before_sending=False)

    assert len(channel.prepare([outgoing()]).prepared) == 1
    assert neighbours.judged == []


def test_a_document_goes_only_where_the_network_said(channel: PeppolChannel, outgoing: MakeOutgoing) -> None:
    assert "have the route made anew" in unfit(channel, outgoing(address="")).reason
    assert "another electronic address" in unfit(channel, outgoing(small_invoice(buyer="0007:9999999999"))).reason
    assert "another electronic address" in unfit(channel, outgoing(address="0007:5560000001")).reason
    assert "another electronic address" in unfit(channel, outgoing(address="x Invoice")).reason


def test_an_old_swedish_vat_address_is_the_organisation_number(channel: PeppolChannel, outgoing: MakeOutgoing) -> None:
    old = outgoing(small_invoice(buyer="9955:SE556000000101"))
    assert len(channel.prepare([old]).prepared) == 1


def test_a_credit_note_does_not_go_to_who_takes_invoices_only(channel: PeppolChannel, outgoing: MakeOutgoing) -> None:
    credit = outgoing(small_invoice(root="CreditNote", buyer="0007:9999999999"), address="0007:9999999999 Invoice")
    assert unfit(channel, credit).reason == "the receiver takes invoices by Peppol, and no credit notes"


@pytest.mark.parametrize("copy", [{"kind": "invoice_copy"}, {"copy_no": 1}, {"kind": "credit_note", "copy_no": 2}])
def test_a_copy_is_not_sent_to_a_machine_however_it_is_marked(
    channel: PeppolChannel, outgoing: MakeOutgoing, copy: dict[str, Any]
) -> None:
    found = unfit(channel, outgoing(**copy))
    assert "a copy" in found.reason
    assert not found.is_for_a_person  # paper takes it


def test_letters_have_no_format(channel: PeppolChannel, outgoing: MakeOutgoing) -> None:
    letter = outgoing()
    reminder = letter.document.model_copy(update={"kind": DocumentKind.REMINDER})
    assert "no format in Peppol" in unfit(channel, letter._replace(document=reminder)).reason


def test_what_is_too_large_goes_another_way(channel_with: Callable[..., PeppolChannel], outgoing: MakeOutgoing) -> None:
    large = outgoing(small_invoice(note="x" * 200_000))
    assert "smaller attachments" in unfit(channel_with(largest_message_kb=100), large).reason


@pytest.mark.parametrize("e_invoice", [b"<a/>", b"PK\x03\x04", small_invoice(buyer=""), small_invoice(buyer="0007:1")])
def test_what_cannot_be_addressed_says_why(channel: PeppolChannel, outgoing: MakeOutgoing, e_invoice: bytes) -> None:
    assert unfit(channel, outgoing(e_invoice)).reason.startswith("the e-invoice cannot go by Peppol: ")


def test_an_entity_bomb_is_refused(channel: PeppolChannel, outgoing: MakeOutgoing) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>' + small_invoice().partition(b"?>")[2]
    assert "DTD" in unfit(channel, outgoing(bomb)).reason


def test_a_message_for_another_access_point_goes_on_to_the_next_channel(
    content: bytes, sandbox: AccessPointSandbox, channel: PeppolChannel
) -> None:
    from hub.errors import ConfigurationError, RejectedError

    with pytest.raises(RejectedError):
        channel.send(Message(KEY, content.replace(b'"peppyrus"', b'"qvalia"')))
    for no_message in (b"", b"{}", b"[" * 100_000, b'{"format":"reskontra-hub/peppol/2"}'):
        with pytest.raises(ConfigurationError, match="nothing was sent"):
            channel.send(Message(KEY, no_message))
    assert sandbox.received() == []
