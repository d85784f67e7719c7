"""What is made of a question by key, and of a refusal by who may have the message already."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Finding, Probed
from hub.transports.asked_by_key import AskedByKey, probed, sent_or_found

REFUSED = RejectedError("it is there already")


class Register:
    """Knows messages by key, until it fails."""

    def __init__(self, *, known: str | None = None, works: bool = True, fails: HubError | None = None) -> None:
        self.known, self.works, self.fails = known, works, fails
        self.asked: list[str] = []

    def find(self, key: str) -> str | None:
        self.asked.append(key)
        if self.fails is not None:
            raise self.fails
        return self.known

    def can_find(self) -> bool:
        self.asked.append("proof")
        return self.works


class UnprovedRegister(Register):
    """Answers no proof."""

    def can_find(self) -> bool:
        raise TransientError("busy")


def raising(error: HubError) -> Callable[[], Delivered]:
    def send() -> Delivered:
        raise error

    return send


def test_a_register_is_asked_by_key() -> None:
    assert isinstance(Register(), AskedByKey)


def test_what_is_found_was_delivered_and_needs_no_proof() -> None:
    register = Register(known="doc-1", works=False)

    assert probed(register, "key") == Probed(Finding.DELIVERED, "doc-1")
    assert register.asked == ["key"]


@pytest.mark.parametrize(("works", "finding"), [(True, Finding.NOT_DELIVERED), (False, Finding.UNKNOWN)])
def test_what_is_not_found_was_not_delivered_only_where_the_question_is_proved(works: bool, finding: Finding) -> None:
    assert probed(Register(works=works), "key") == Probed(finding)


def test_a_question_without_an_answer_says_nothing() -> None:
    with pytest.raises(TransientError):
        probed(Register(fails=TransientError("busy")), "key")


def test_what_was_taken_is_asked_about_no_more() -> None:
    register = Register(known="another")

    assert sent_or_found(register, "key", lambda: Delivered("doc-1", b"signed")) == Delivered("doc-1", b"signed")
    assert register.asked == []


def test_what_is_refused_and_lies_there_was_taken() -> None:
    assert sent_or_found(Register(known="doc-1"), "key", raising(REFUSED)) == Delivered("doc-1")


def test_a_refusal_stands_where_it_is_not_there() -> None:
    with pytest.raises(RejectedError) as caught:
        sent_or_found(Register(), "key", raising(REFUSED))

    assert caught.value is REFUSED


def test_a_refusal_is_a_doubt_where_it_is_not_proved_that_the_question_finds_what_is_there() -> None:
    with pytest.raises(OutcomeUnknownError, match="perhaps since it was taken before"):
        sent_or_found(Register(works=False), "key", raising(REFUSED))


def test_a_refusal_without_an_answer_to_the_proof_is_a_doubt() -> None:
    with pytest.raises(OutcomeUnknownError, match="perhaps since it was taken before"):
        sent_or_found(UnprovedRegister(), "key", raising(REFUSED))


@pytest.mark.parametrize("error", [TransientError("busy"), ConfigurationError("no key"), RejectedError("no such key")])
def test_a_refusal_that_cannot_be_asked_about_is_a_doubt(error: HubError) -> None:
    with pytest.raises(OutcomeUnknownError, match="perhaps since it was taken before"):
        sent_or_found(Register(fails=error), "key", raising(REFUSED))


@pytest.mark.parametrize("error", [TransientError("busy"), OutcomeUnknownError("no answer"), ConfigurationError("key")])
def test_no_other_failure_is_asked_about(error: HubError) -> None:
    register = Register(known="doc-1")

    with pytest.raises(type(error)) as caught:
        sent_or_found(register, "key", raising(error))

    assert caught.value is error
    assert register.asked == []
