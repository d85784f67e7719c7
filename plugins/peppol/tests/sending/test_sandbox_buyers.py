"""Buyers of the sandbox who answer when an integrator orders it, through every access point that hands answers on."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.attempts import Message
from hub.model.delivery import AnswerKind, BuyerAnswer
from hub.testing.contexts import ContextInMemory
from hub_peppol.answers import read
from hub_peppol.channel import PeppolChannel
from hub_peppol.sandbox import KINDS, AccessPointSandbox
from hub_peppol.sandbox_books import ENDS_IN_ERROR
from hub_peppol.sandbox_buyers import SAYS
from hub_peppol.sandbox_documents import small_invoice

HANDING_ON = sorted(name for name, kind in KINDS.items() if kind.hands_answers_on)
MEANS = {
    "buyer_accepts": AnswerKind.ACCEPTED,
    "buyer_rejects": AnswerKind.REJECTED,
    "buyer_queries": AnswerKind.UNDER_QUERY,
    "buyer_pays": AnswerKind.PAID,
}
BUYER = "0007:5560000001"
KEY = "0123456789abcdef0123456789abcdef"


def asked(channel: PeppolChannel, rounds: int = 4) -> tuple[list[BuyerAnswer], list[str]]:
    """Ask on from cursor to cursor; return what buyers answered, and what a person is told."""
    answers: list[BuyerAnswer] = []
    problems: list[str] = []
    cursor, has_more = "", True
    while has_more or (rounds := rounds - 1):
        said = channel.follow(cursor)
        cursor, has_more = said.cursor, said.has_more
        answers += said.answers
        problems += said.problems
    return answers, problems


@pytest.fixture(autouse=True)
def real_answers(sandbox: AccessPointSandbox, neighbours: object, context: ContextInMemory) -> None:
    sandbox.books.now = context.clock.now
    neighbours.reads = lambda content, sent_by: read(content, sent_by=sent_by)  # type: ignore[attr-defined]


@pytest.mark.parametrize("which", HANDING_ON, indirect=True)
@pytest.mark.parametrize("fault", SAYS)
def test_a_buyer_answers_once_what_was_ordered(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes, fault: str, which: str
) -> None:
    sandbox.order(fault)
    external_id = channel.send(Message(KEY, content)).external_id
    answers, problems = asked(channel)

    (answer,) = dict.fromkeys(answers)
    assert (answer.kind, problems) == (MEANS[fault], [])
    names_it = answer.external_id == external_id if which == "storecove" else is_about_it(answer)
    assert names_it
    assert [one.document for one in sandbox.received()] == ["1001"]


def is_about_it(answer: BuyerAnswer) -> bool:
    """Say whether an Invoice Response names the document by number, buyer and seller."""
    return (answer.document_number, answer.buyer, answer.seller) == ("1001", BUYER, "0007:5567321707")


@pytest.mark.parametrize("which", HANDING_ON, indirect=True)
def test_who_was_not_asked_to_answer_says_nothing(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    channel.send(Message(KEY, content))

    assert asked(channel) == ([], [])


@pytest.mark.parametrize("which", ["peppyrus", "storecove"], indirect=True)
def test_a_buyer_says_nothing_of_what_never_came(
    channel: PeppolChannel, sandbox: AccessPointSandbox, content: bytes
) -> None:
    sandbox.order(ENDS_IN_ERROR)
    sandbox.order("buyer_rejects")
    channel.send(Message(KEY, content))

    assert asked(channel) == ([], [])


@pytest.mark.parametrize("which", sorted(set(KINDS) - set(HANDING_ON)), indirect=True)
def test_no_buyer_is_ordered_where_no_answer_would_be_handed_on(sandbox: AccessPointSandbox) -> None:
    assert not set(SAYS) & set(sandbox.faults)
    with pytest.raises(ValueError, match="no such fault"):
        sandbox.order("buyer_rejects")


def test_a_document_that_was_taken_before_buyers_answered_is_read_again(tmp_path: Path) -> None:
    row = '{"id": "a", "key": "", "recipient": "0007:5560000001", "number": "7", "root": "Invoice", "sha256": "x", '
    (tmp_path / "peppyrus.jsonl").write_text(f'{row}"ends": "delivered"}}\n', encoding="utf-8")

    with AccessPointSandbox("peppyrus", tmp_path) as sandbox:
        assert [one.document for one in sandbox.received()] == ["7"]


@pytest.mark.parametrize("which", HANDING_ON, indirect=True)
def test_what_buyers_answered_is_there_after_a_new_start_until_it_is_taken(tmp_path: Path, which: str) -> None:
    with AccessPointSandbox(which, tmp_path / "own") as first:
        first.order("buyer_rejects")
        one = first.books.take(small_invoice(number="7", buyer=BUYER), BUYER)
        first.books.looked_at(one)
        first.books.looked_at(one)
        (came,) = first.books.inbox
    with AccessPointSandbox(which, tmp_path / "own") as second:
        assert second.books.inbox == [came]
        second.books.has_read(second.books.inbox[0])
    with AccessPointSandbox(which, tmp_path / "own") as third:
        assert [each.is_read for each in third.books.inbox] == [True]


@pytest.mark.parametrize("which", ["peppyrus"], indirect=True)
def test_what_one_access_point_took_no_other_has_taken(tmp_path: Path) -> None:
    for each in KINDS:
        with AccessPointSandbox(each, tmp_path / "own") as sandbox:
            assert sandbox.received() == []
            sandbox.books.take(small_invoice(number=each, buyer=BUYER), BUYER)
    for each in KINDS:
        with AccessPointSandbox(each, tmp_path / "own") as sandbox:
            assert [one.document for one in sandbox.received()] == [each]
