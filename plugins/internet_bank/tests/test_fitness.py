"""Which documents can stand in an internet bank, and what is said of the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.model.delivery import Outgoing
from hub_internet_bank import InternetBankChannel


def test_the_same_document_is_always_the_same_bytes(
    channel_with: Callable[..., InternetBankChannel], outgoing: Callable[..., Outgoing]
) -> None:
    assert channel_with().prepare([outgoing()]) == channel_with().prepare([outgoing()])


def test_no_personal_number_is_handed_over(content: bytes) -> None:
    assert b"1212121212" not in content
    assert json.loads(content)["recipient"] == {"fmi": "FMI-1"}
    assert json.loads(content)["invoice"]["amount"] == "125.00"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference": "657865"}, "OCR"),
        ({"reference": ""}, "OCR"),
        ({"reference": "RF18539007547034"}, "OCR"),
        ({"to_pay": "0.99"}, "from 1.00 to"),
        ({"to_pay": "-1.00"}, "from 1.00 to"),
        ({"to_pay": "1000000.00"}, "to 999999.99"),
        ({"to_pay": None}, "what is to be paid"),
        ({"currency": "EUR"}, "SEK"),
        ({"due_date": None}, "due date"),
        ({"due_date": "2026-11-22"}, "within 365 days"),
        ({"due_date": "2027-11-24"}, "within 365 days"),
        ({"payee_account": "bankgiro:5050-1055"}, "another account"),
        ({"payee_account": "plusgiro:9912346"}, "another account"),
        ({"payee_account": ""}, "another account"),
        ({"kind": "credit_note"}, "no payment to sign"),
        ({"kind": "invoice_copy"}, "no payment to sign"),
        ({"kind": "direct_debit_invoice"}, "no payment to sign"),
        ({"attachments": [{"name": "villkor.pdf", "content": "JVBERi0xLjcg"}]}, "no place for attachments"),
    ],
)
def test_what_cannot_go_is_left_to_the_next_channel(
    channel: InternetBankChannel, outgoing: Callable[..., Outgoing], changes: dict[str, Any], said: str
) -> None:
    preparation = channel.prepare([outgoing(**changes), outgoing()._replace(delivery_id="delivery-2")])

    (unfit,) = preparation.unfit
    assert said in unfit.reason
    assert not unfit.is_for_a_person
    assert [each.delivery_ids for each in preparation.prepared] == [("delivery-2",)]


@pytest.mark.parametrize("changes", [{"to_pay": "1.00"}, {"due_date": "2026-11-23"}, {"due_date": "2027-11-23"}])
def test_the_limits_themselves_are_within(
    channel: InternetBankChannel, outgoing: Callable[..., Outgoing], changes: dict[str, str]
) -> None:
    assert not channel.prepare([outgoing(**changes)]).unfit


def test_an_ocr_number_may_need_its_length_digit(
    channel_with: Callable[..., InternetBankChannel], outgoing: Callable[..., Outgoing]
) -> None:
    channel = channel_with(has_length_digit=True)

    assert not channel.prepare([outgoing(reference="657866")]).unfit
    assert "length digit" in channel.prepare([outgoing(reference="12344")]).unfit[0].reason


def test_a_pdf_that_is_too_large_and_a_missing_address_are_told(
    channel_with: Callable[..., InternetBankChannel], outgoing: Callable[..., Outgoing]
) -> None:
    channel = channel_with(largest_pdf_kb=50)

    assert "50 kB" in channel.prepare([outgoing()._replace(pdf=b"x" * 50_001)]).unfit[0].reason
    assert "not known" in channel.prepare([outgoing()._replace(address="")]).unfit[0].reason


def test_nothing_is_made_without_the_agreement(
    channel_with: Callable[..., InternetBankChannel], outgoing: Callable[..., Outgoing]
) -> None:
    assert "fui" in channel_with(fui="").prepare([outgoing()]).unfit[0].reason
