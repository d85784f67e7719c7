"""What the sandbox answers is what the network would let through, and is read as it was meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hub.model.delivery import AnswerKind, BuyerAnswer, Receipt, ReceiptKind
from hub_peppol import answers, sandbox_answers
from hub_peppol.judging.engine import validate
from hub_peppol.sandbox_answers import Address, Clarification, Issue

BUYER, SELLER = Address("0007", "9999999999"), Address("0007", "5560000001")
AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
REJECTED = (Clarification("OPStatusReason", "PRI", "Priset är fel"), Clarification("OPStatusAction", "CNF"))
ISSUES = (Issue("BV", "[BR-CO-15] totals differ & more <here>", "/Invoice/cac:LegalMonetaryTotal"), Issue("BW", "x"))


def response(status: str, *said: Clarification) -> bytes:
    return sandbox_answers.invoice_response("F-1001", status, buyer=BUYER, seller=SELLER, at=AT, clarifications=said)


def status(code: str, *issues: Issue, words: str = "") -> bytes:
    return sandbox_answers.message_level_status("env-1", code, at=AT, words=words, issues=issues)


def older_status(code: str, *issues: Issue, words: str = "") -> bytes:
    return sandbox_answers.message_level_response(
        "env-1", code, sender=BUYER, receiver=SELLER, at=AT, words=words, issues=issues
    )


ALL = (
    *(response(code) for code in ("AB", "IP", "AP", "PD")),
    *(response(code, *REJECTED) for code in ("UQ", "CA", "RE")),
    *(make(code) for make in (status, older_status) for code in ("AB", "AP")),
    *(make("RE", *ISSUES, words="Refused") for make in (status, older_status)),
)


@pytest.mark.parametrize("content", ALL)
def test_every_answer_of_the_sandbox_breaks_no_rule(content: bytes) -> None:
    assert validate(content).findings == []


def test_a_rejection_is_read_as_it_was_meant() -> None:
    said = answers.read(response("RE", *REJECTED), sent_by="0007:9999999999")
    assert isinstance(said, BuyerAnswer)
    assert said._replace(answer_id="") == BuyerAnswer(
        kind=AnswerKind.REJECTED,
        document_number="F-1001",
        buyer="0007:9999999999",
        reason="a price is wrong; the buyer has written more in its own words: read them at the access point; credit "
        "the whole invoice",
        at="2026-11-03",
        document_date=said.document_date,
        seller="0007:5560000001",
    )
    assert said.answer_id


@pytest.mark.parametrize("make", [status, older_status])
def test_a_refused_message_is_read_as_it_was_meant(make: object) -> None:
    assert callable(make)
    assert answers.read(make("RE", *ISSUES, words="Refused")) == Receipt(
        ReceiptKind.STOPPED,
        external_id="env-1",
        reason="the document breaks a rule (BR-CO-15) at /Invoice/cac:LegalMonetaryTotal; "
        "the document breaks a rule that only warns",
        at="2026-11-03T09:30:00+00:00",
    )


def test_an_answer_without_a_time_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        sandbox_answers.message_level_status("env-1", "AB", at=datetime(2026, 11, 3))  # noqa: DTZ001
