"""Processes die at every point around a call, by enumeration: nothing is sent twice, and nothing is forgotten.

Here a share of them, with each kind of moment; `benchmarks/attempt_deaths.py` goes through all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attempt_lives import IN_A_ROW, LOST, NO_CONNECTION, Plan, live, pairs_of_deaths, resends, single_deaths
from attempt_world import AttemptWorld, check
from one_database import on_sqlite
from sqlalchemy import Engine

from hub.contracts import Promise
from hub.errors import HubError
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.model.attempts import AttemptState
from hub.rules import attempts as rules
from hub.services.attempts import turn as turns

AROUND_EVERY_CALL = {
    "before a commit",
    "after a commit",
    "before a call",
    "during a call: reset_before_reading",
    "during a call: reset_after_accept",
    "during a call: on its way",
    "after a call",
}
AROUND_QUESTIONS = {"before a question", "after a question"}
SHARE = 8  # and the first moment of each kind
SHARE_OF_A_ROW = 6
SHARE_OF_TOLD = 13
SHARE_OF_PAIRS = 19
SHARE_OF_RESENDS = 31


@pytest.fixture
def counterparty(tmp_path: Path) -> Iterator[Counterparty]:
    with Counterparty(tmp_path / "accepted.jsonl") as server:
        yield server


@pytest.mark.parametrize("promise", list(Promise))
def test_a_death_at_any_moment_sends_nothing_twice_and_forgets_nothing(
    engine: Engine, counterparty: Counterparty, promise: Promise, in_full: bool
) -> None:
    died: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    share = 1 if in_full else SHARE
    for lived in single_deaths(engine, counterparty, Plan(promise), every=share, of_each_kind=True):
        assert lived.problem == ""
        died.update(lived.killer.died_at)
        ends.update(lived.world.states())

    assert ("unknown" in ends) is (promise is Promise.NEITHER)
    expected = AROUND_EVERY_CALL | (AROUND_QUESTIONS if promise is Promise.QUERYABLE else set())
    assert set(died) == expected, "a moment at which nobody died"


def test_a_death_among_messages_that_are_begun_together_sends_nothing_twice_and_asks_nobody(
    engine: Engine, counterparty: Counterparty, in_full: bool
) -> None:
    died: Counter[str] = Counter()
    plan = Plan(Promise.IDEMPOTENT, **IN_A_ROW)
    share = 1 if in_full else SHARE_OF_A_ROW
    for lived in single_deaths(engine, counterparty, plan, every=share, of_each_kind=True):
        assert lived.problem == ""
        assert set(lived.world.states()) == {"delivered"}
        died.update(lived.killer.died_at)

    assert set(died) == AROUND_EVERY_CALL


@on_sqlite
@pytest.mark.parametrize("told", [(Fault.REFUSE,), (LOST, Fault.REFUSE), (Fault.BUSY,), (NO_CONNECTION,)], ids=str)
def test_whatever_one_of_them_is_told_and_whoever_dies_then(
    engine: Engine, counterparty: Counterparty, told: tuple[Fault | HubError, ...], in_full: bool
) -> None:
    plan = Plan(Promise.IDEMPOTENT, told=told, **IN_A_ROW)
    for lived in single_deaths(engine, counterparty, plan, every=1 if in_full else SHARE_OF_TOLD):
        assert lived.problem == ""
        others = [state for number, state in enumerate(lived.world.states()) if number != plan.troubled]
        assert set(others) == {"delivered"}


@on_sqlite
@pytest.mark.parametrize("promise", list(Promise))
def test_a_second_death_in_what_recovery_does_changes_nothing(
    engine: Engine, counterparty: Counterparty, promise: Promise
) -> None:
    lives = list(pairs_of_deaths(engine, counterparty, Plan(promise), every=SHARE_OF_PAIRS))

    assert [lived.problem for lived in lives if lived.problem] == []
    assert {len(lived.killer.died_at) for lived in lives} == {2}


@on_sqlite
def test_whatever_a_resend_is_told_and_whoever_dies_then(engine: Engine, counterparty: Counterparty) -> None:
    for plan in resends():
        lives = list(single_deaths(engine, counterparty, plan, every=SHARE_OF_RESENDS))
        assert [lived.problem for lived in lives if lived.problem] == []


def test_what_a_resend_is_refused_for_is_unknown(engine: Engine, counterparty: Counterparty) -> None:
    lived = live(engine, counterparty, Plan(Promise.IDEMPOTENT, told=(LOST, Fault.REFUSE)))

    assert lived.problem == ""
    assert lived.world.states() == ["delivered", "unknown"]


# The checks can fail


@on_sqlite
def test_the_check_fails_when_the_row_is_written_only_after_the_call(
    engine: Engine, counterparty: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_nothing_before(turn: Any, attempts: Any) -> Any:
        turn.write_down()
        return [attempt._replace(promise=turn._channel.promise, changed_at=turn._now()) for attempt in attempts]

    monkeypatch.setattr(turns.Turn, "_begin", write_nothing_before)

    caught = deaths_that_are_caught(engine, counterparty, Plan(Promise.NEITHER))

    assert {"during a call: reset_after_accept", "after a call", "before a commit"} <= caught


@on_sqlite
def test_the_check_fails_when_a_channel_lets_itself_be_asked_at_once(
    engine: Engine, counterparty: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "CALL_WITHIN_S", 0)

    caught = deaths_that_are_caught(
        engine, counterparty, Plan(Promise.QUERYABLE), settled_after_s=0, every=SHARE, of_each_kind=True
    )

    assert caught == {"during a call: on its way"}


@on_sqlite
def test_the_check_fails_when_a_refused_resend_counts_as_certainly_not_delivered(
    engine: Engine, counterparty: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        rules, "_still_in_doubt", lambda attempt, _outcome, _now: attempt._replace(state=AttemptState.REJECTED)
    )

    assert live(engine, counterparty, Plan(Promise.IDEMPOTENT, told=(LOST, Fault.REFUSE))).problem != ""


def deaths_that_are_caught(engine: Engine, counterparty: Counterparty, plan: Plan, **more: Any) -> set[str]:
    lives = single_deaths(engine, counterparty, plan, **more)
    return {moment for lived in lives if lived.problem for moment in lived.killer.died_at}


def test_a_lost_answer_alone_is_made_good(engine: Engine, counterparty: Counterparty) -> None:
    world = AttemptWorld(engine, counterparty)
    for promise, fault in ((Promise.IDEMPOTENT, Fault.TIME_OUT_AFTER_ACCEPT), (Promise.QUERYABLE, Fault.ERROR)):
        counterparty.faults.order(promise, fault)
        world.plan(promise, prefix=promise, batch=promise)

    world.work_to_the_end()

    check(world)
    assert world.states() == ["delivered", "delivered"]
    assert [len(world.accepted(attempt)) for attempt in world.attempts()] == [2, 1]
