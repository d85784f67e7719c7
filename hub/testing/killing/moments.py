"""The moments of a working process: each step of a run, and before, in and after each outside call.

The product has no failpoint: its own methods are wrapped here, in the process that a test starts.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from hub.contracts import Promise
from hub.model.runs import Run
from hub.runtime.carrying import Carrier, _CarriedWork
from hub.services.attempts import calls_at_once
from hub.services.attempts import turn as turns
from hub.services.payments.ingesting import PaymentFileRun
from hub.testing.killing.marks import Marks

START = "start of the process"
BEFORE, CALL, AFTER = "before the call", "in the call", "after the call"
QUESTIONS = ("before the question", "in the question", "after the question")
AFTER_ANY = (AFTER, QUESTIONS[2])
STEPS = (
    "ingest: read and load",
    "ingest: judge",
    "ingest: post a chunk",
    "ingest: finish",
    "rematch: a batch",
    "round: known accounts",
    "round: known statements",
    "round: look after",
)
CALLS = (
    *(f"send {promise}: {at}" for promise in Promise for at in (BEFORE, CALL, AFTER)),
    *(f"send {Promise.QUERYABLE}: {at}" for at in QUESTIONS),
)
EVERY_MOMENT = (*STEPS, *CALLS)
"""Where a kill test must have killed; each run has moments beside these: `begin`, `between steps`, `close`."""

_NAMES = {
    "post": "post a chunk",
    "rematch": "a batch",
    "known_accounts": "known accounts",
    "known_statements": "known statements",
    "look_after": "look after",
}


def mark_moments(marks: Marks, *, waits_in: str) -> None:
    """Let this process say what its threads are at; it has started when it calls the method `waits_in` first."""
    marks.say(START)
    _after_start(marks, waits_in)
    _mark_runs(marks)
    _mark_reading(marks)
    _mark_sending(marks)


def write_the_row_after_the_call() -> None:
    """Break the order that all rests on: no row says that a call begins. A check that passes then checks nothing."""

    def begin(turn: Any, attempts: Any) -> Any:
        turn.write_down()
        return [attempt._replace(promise=turn._channel.promise, changed_at=turn._now()) for attempt in attempts]

    setattr(turns.Turn, "_begin", begin)  # noqa: B010 - typed otherwise


def found(path: str) -> tuple[Any, str]:
    """Return the owner and the name that a path such as `package.module:Class.method` leads to."""
    module, _, inner = path.partition(":")
    owner: Any = import_module(module)
    *outer, name = inner.split(".")
    for part in outer:
        owner = getattr(owner, part)
    return owner, name


def _around(owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
    original = getattr(owner, name)
    setattr(owner, name, lambda *given, **named: wrapper(original, *given, **named))


def _after_start(marks: Marks, waits_in: str) -> None:
    owner, name = found(waits_in)

    def wait(original: Any, *given: Any) -> Any:
        if marks.said == START:
            marks.say("")
        return original(*given)

    _around(owner, name, wait)


def _mark_runs(marks: Marks) -> None:
    def begin(original: Any, carrier: Any, run_id: str, turn: int | None) -> Any:
        with marks.during(f"{_kind(run_id)}: begin"):
            return original(carrier, run_id, turn)

    def carry_out(original: Any, carrier: Any, begun: Any, progress: Any) -> Any:
        with marks.during(f"{begun.run.kind}: between steps"):
            return original(carrier, begun, progress)

    def step(original: Any, work: Any, name: str, *given: Any) -> Any:
        stem = name.partition(":")[0]
        with marks.during(f"{work._run.kind}: {_NAMES.get(stem, stem)}"):
            return original(work, name, *given)

    def close(original: Any, carrier: Any, run: Run) -> Any:
        with marks.during(f"{run.kind}: close"):
            return original(carrier, run)

    _around(Carrier, "_begin", begin)
    _around(Carrier, "_carry_out", carry_out)
    _around(_CarriedWork, "step", step)
    _around(Carrier, "_close", close)


def _kind(run_id: str) -> str:
    return run_id.partition(":")[0]


def _mark_reading(marks: Marks) -> None:
    def read(original: Any, *given: Any) -> Any:
        with marks.during("ingest: read and load"):
            return original(*given)

    _around(PaymentFileRun, "_read", read)


def _mark_sending(marks: Marks) -> None:
    """Mark from a row's writing to the call, the call, and from its answer until that is written down."""

    def begin(original: Any, turn: Any, attempts: Any) -> Any:
        is_after_another = bool(turn._unwritten)
        marks.say(_at(turn._channel, AFTER if is_after_another else BEFORE))
        started = original(turn, attempts)
        marks.say(_at(turn._channel, BEFORE))
        return started

    def ask(original: Any, turn: Any, attempt: Any) -> Any:
        marks.say(_at(turn._channel, QUESTIONS[0]))
        return original(turn, attempt)

    def write_down(original: Any, turn: Any) -> None:
        has_heard = bool(turn._unwritten)
        original(turn)
        if has_heard and marks.said.endswith(AFTER_ANY):
            marks.say("send: between steps")

    _around(turns.Turn, "_begin", begin)
    _around(turns.Turn, "_ask", ask)
    _around(turns.Turn, "write_down", write_down)
    _around(calls_at_once, "send", _marked_call(marks, CALL, AFTER))
    _around(turns, "ask", _marked_call(marks, QUESTIONS[1], QUESTIONS[2]))


def _marked_call(marks: Marks, during: str, after: str) -> Callable[..., Any]:
    def call(original: Any, channel: Any, *what: Any) -> Any:
        marks.say(_at(channel, during))
        heard = original(channel, *what)
        marks.say(_at(channel, after))
        return heard

    return call


def _at(channel: Any, moment: str) -> str:
    return f"send {channel.promise}: {moment}"
