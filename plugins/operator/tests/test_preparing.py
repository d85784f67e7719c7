"""What is made of documents: the same bytes each time, and a reason for each that cannot go."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest

from hub.model.attempts import Message
from hub.model.delivery import Outgoing
from hub.model.documents import DocumentKind
from hub_operator import OperatorChannel
from hub_operator.envelope import file_name
from hub_operator.sandbox import OperatorSandbox


def test_the_same_document_is_always_the_same_bytes(
    channel_with: Callable[..., OperatorChannel], outgoing: Callable[..., Outgoing]
) -> None:
    made = [channel_with().prepare([outgoing()]).prepared for _ in range(2)]

    assert made[0] == made[1]
    assert made[0][0].delivery_ids == ("delivery-1",)


def test_the_e_invoice_goes_as_it_was_made(channel: OperatorChannel, outgoing: Callable[..., Outgoing]) -> None:
    (prepared,) = channel.prepare([outgoing()]).prepared
    structured = json.loads(prepared.content)["structured"]

    assert (structured["name"], b64decode(structured["content"])) == ("1001.xml", outgoing().e_invoice)


@pytest.mark.parametrize(
    ("no_e_invoice", "said"), [("", "[plugins.peppol]"), ("buyer_reference: give it", "buyer_reference")]
)
def test_a_document_that_is_no_e_invoice_goes_another_way(
    channel: OperatorChannel, outgoing: Callable[..., Outgoing], no_e_invoice: str, said: str
) -> None:
    (unfit,) = channel.prepare([outgoing()._replace(e_invoice=b"", no_e_invoice=no_e_invoice)]).unfit

    assert said in unfit.reason


def test_of_the_json_what_is_ours_alone_is_not_told_the_operator(
    channel_with: Callable[..., OperatorChannel], outgoing: Callable[..., Outgoing]
) -> None:
    (prepared,) = channel_with(structure="json").prepare([outgoing()]).prepared
    structured = json.loads(b64decode(json.loads(prepared.content)["structured"]["content"]))

    assert structured["number"] == "1001"
    assert structured["to_pay"] == "125.00"
    assert structured["debtor"] == {"name": "Exempelbolaget AB", "identity": "5560000001"}


def test_attachments_go_along(
    channel: OperatorChannel, sandbox: OperatorSandbox, outgoing: Callable[..., Outgoing]
) -> None:
    attached = {"name": "Åtgärder & mer.pdf", "content": b64encode(b"more").decode()}
    (prepared,) = channel.prepare([outgoing(attachments=[attached])]).prepared

    assert [file["name"] for file in json.loads(prepared.content)["attachments"]] == ["1-tg_rder_mer.pdf"]
    channel.send(Message("a" * 32, prepared.content))
    assert len(sandbox.received()) == 1


def test_nothing_is_made_before_a_format_is_agreed(
    channel_with: Callable[..., OperatorChannel], outgoing: Callable[..., Outgoing]
) -> None:
    (unfit,) = channel_with(document_format="").prepare([outgoing()]).unfit

    assert "document_format" in unfit.reason


def test_without_an_address_of_the_network_it_would_be_mailed(
    channel: OperatorChannel, outgoing: Callable[..., Outgoing]
) -> None:
    preparation = channel.prepare([outgoing()._replace(address=""), outgoing()])

    assert "where the debtor is reached" in preparation.unfit[0].reason
    assert len(preparation.prepared) == 1


@pytest.mark.parametrize("copy", [{"kind": "invoice_copy", "copy_no": 1}, {"kind": "invoice_copy"}, {"copy_no": 1}])
def test_a_copy_is_not_an_invoice_for_a_machine(
    channel: OperatorChannel, outgoing: Callable[..., Outgoing], copy: dict[str, Any]
) -> None:
    (unfit,) = channel.prepare([outgoing(**copy)]).unfit

    assert not unfit.is_for_a_person
    assert DocumentKind.INVOICE_COPY not in channel.carries
    assert DocumentKind.REMINDER not in channel.carries


def test_a_document_that_is_too_large_says_how_large_it_may_be(
    channel_with: Callable[..., OperatorChannel], outgoing: Callable[..., Outgoing]
) -> None:
    large = outgoing()._replace(pdf=b"x" * 120_000)
    (unfit,) = channel_with(largest_message_kb=100).prepare([large]).unfit

    assert "100 kB" in unfit.reason


@pytest.mark.parametrize(
    ("number", "name"), [("../../etc/passwd", "etc_passwd"), ("ÅÄÖ", "document"), ('a"\r\nX: b', "a_X_b")]
)
def test_a_file_has_a_name_that_is_safe_anywhere(number: str, name: str) -> None:
    assert file_name(number) == name
