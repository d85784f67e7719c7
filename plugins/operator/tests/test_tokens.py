"""A token is held between calls, and its successor is got in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError, HubError, OutcomeUnknownError, RejectedError, TransientError
from hub.testing.contexts import A_MORNING
from hub_operator.tokens import HeldToken, Token


class Office:
    """Gives tokens of half an hour, numbered."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self.given = 0
        self.returned: list[str] = []
        self.fails: HubError | None = None

    def fetch(self, ends_ns: int | None) -> Token:
        if self.fails is not None:
            raise self.fails
        self.given += 1
        return Token(str(self.given), self._clock.now() + timedelta(minutes=30))

    def give_back(self, token: Token) -> None:
        self.returned.append(token.text)
        raise RejectedError("not now")

    def headers(self, token: Token) -> Mapping[str, str]:
        return {"Token": token.text}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(A_MORNING)


@pytest.fixture
def office(clock: FixedClock) -> Office:
    return Office(clock)


@pytest.fixture
def held(office: Office, clock: FixedClock) -> HeldToken:
    return HeldToken(office, clock)


def test_it_is_got_once_for_many_calls(held: HeldToken, office: Office) -> None:
    assert held.take() is held.take()
    assert office.given == 1


def test_it_is_replaced_a_minute_before_its_end_and_the_old_one_given_back(
    held: HeldToken, office: Office, clock: FixedClock
) -> None:
    held.take()
    clock.advance(timedelta(minutes=28, seconds=59))
    assert held.take().text == "1"
    clock.advance(timedelta(seconds=1))

    assert held.take().text == "2"
    assert office.returned == ["1"]  # that it was refused is nobody's trouble: it ends by itself


def test_one_that_is_dropped_is_not_used_again_and_a_newer_one_stays(held: HeldToken) -> None:
    first = held.take()
    held.drop(first)
    second = held.take()
    held.drop(first)

    assert held.take() is second


def test_an_answer_that_is_lost_leaves_nothing_unknown(held: HeldToken, office: Office) -> None:
    office.fails = OutcomeUnknownError("lost")
    with pytest.raises(TransientError):
        held.take()


def test_a_token_that_is_refused_is_about_the_settings_and_no_document(held: HeldToken, office: Office) -> None:
    office.fails = RejectedError("it answered 400")

    with pytest.raises(ConfigurationError, match="there is no token") as refused:
        held.take()

    assert "account" in refused.value.hint
