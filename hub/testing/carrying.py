"""Carrying out everything a store has queued, here and now, without an engine: for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Mapping

from hub.runtime.carrying import Body, Carrier, Ending, rare_collections
from hub.services.ports import JsonObject, Store

TURNS_FOR_WAITING_RUNS = 3  # a run that waits for another gets its turn again after it


def drain(store: Store, bodies: Mapping[str, Body]) -> dict[str, JsonObject]:
    """Carry out all unfinished runs in order and return what each answered, by run id.

    A run that has to wait for another gets its turn again; one that still waits at the end stays queued.
    """
    carrier = Carrier(store, bodies)
    answers: dict[str, JsonObject] = {}
    with rare_collections():
        for _ in range(TURNS_FOR_WAITING_RUNS):
            waiting = _carry_out_ready(store, carrier, answers)
            if not waiting:
                break
    return answers


def _carry_out_ready(store: Store, carrier: Carrier, answers: dict[str, JsonObject]) -> set[str]:
    waiting: set[str] = set()
    while ready := [run_id for run_id in _unfinished(store) if run_id not in waiting]:
        for run_id in ready:
            carried = carrier.carry_out(run_id)
            answers[run_id] = carried.answer
            if carried.ending is Ending.WAITS:
                waiting.add(run_id)
    return waiting


def _unfinished(store: Store) -> list[str]:
    with store.read() as work:
        return [run.run_id for run in work.runs.unfinished()]
