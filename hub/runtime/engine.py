"""Carries out runs in this process, one after the other.

The database is the truth: a run is a row, and each finished step is a row written in the step's own transaction. A
process that dies in the middle leaves both, and the next one goes on from there.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from hub.errors import HubError, LedgerError, TransientError
from hub.model.runs import Run
from hub.services.ports import JsonObject, Step, Store, Work

Body = Callable[[Work, JsonObject], JsonObject]
Progress = Callable[[Run, int, int], None]

WAITS = "waits"
FAILED_RUN = "failed_run"  # the task that asks a person to look at a run
RARE_COLLECTIONS = (50_000, 20, 100)
TURNS_FOR_BLOCKED_RUNS = 3  # a run that waits for another gets its turn again after it


class _RunWork:
    """One run, as its body sees it: steps are numbered in the order they are called."""

    def __init__(self, store: Store, run: Run, progress: Progress | None) -> None:
        self._store = store
        self._run = run
        self._progress = progress
        self._step_no = 0

    @property
    def run_no(self) -> int:
        return self._run.run_no

    def step(self, name: str, function: Step, input: JsonObject) -> JsonObject:
        """Carry out a step once: a step that has finished answers what it answered then."""
        self._step_no += 1
        with self._store.write() as work:
            earlier = work.runs.step_output(self._run.run_no, self._step_no)
            if earlier is not None:
                return earlier
            output = function(work, input)
            work.runs.record_step(self._run.run_no, self._step_no, name, output)
            return output

    def progress(self, done: int, total: int) -> None:
        """Keep how far the run has come, and show it."""
        with self._store.write() as work:
            work.runs.change(self._run.run_no, done=done, total=total)
        if self._progress is not None:
            self._progress(self._run, done, total)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Let the garbage collector look rarely: a chunk is tens of thousands of tuples, none of them in a circle.

    At the usual threshold it takes a quarter of the time that posting takes.
    """
    before = gc.get_threshold()
    gc.set_threshold(*RARE_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class InProcessRunner:
    """Takes queued and interrupted runs of one tenant in order and carries them out.

    The caller holds the home's lock, so no other process does the same.
    """

    def __init__(self, store: Store, bodies: Mapping[str, Body]) -> None:
        self._store = store
        self._bodies = bodies

    def drain(self, progress: Progress | None = None) -> dict[str, JsonObject]:
        """Carry out all unfinished runs and return what each answered, by run id.

        A run that has to wait for another gets its turn again; one that still waits at the end stays queued.
        """
        with _rare_collections():
            return self._drain(progress)

    def _drain(self, progress: Progress | None) -> dict[str, JsonObject]:
        answers: dict[str, JsonObject] = {}
        for _ in range(TURNS_FOR_BLOCKED_RUNS):
            while ready := [run for run in self._unfinished() if run.run_id not in answers]:
                for run in ready:
                    answers[run.run_id] = self._carry_out(run, progress)
            finished = {run_id: answer for run_id, answer in answers.items() if WAITS not in answer}
            if len(finished) == len(answers):
                break
            answers = finished
        return answers

    def _unfinished(self) -> list[Run]:
        with self._store.read() as work:
            return list(work.runs.unfinished())

    def _carry_out(self, run: Run, progress: Progress | None) -> JsonObject:
        self._change(run, state="running")
        try:
            answer = self._bodies[run.kind](_RunWork(self._store, run, progress), run.input)
        except TransientError as error:
            self._change(run, state="queued", problem=str(error))
            return {WAITS: str(error)}
        except HubError as error:
            self._give_up(run, f"{error.code}: {error}")
            return {"failed": str(error), "code": error.code}
        except Exception as error:  # noqa: BLE001 - a defect stops its own run and no other; its text may hold data
            self._give_up(run, f"{LedgerError.code}: {type(error).__name__}")
            return {"failed": type(error).__name__, "code": LedgerError.code}
        self._close(run)
        return answer

    def _close(self, run: Run) -> None:
        with self._store.write() as work:
            work.runs.change(run.run_no, state="done", problem="")
            work.commands.close_task(FAILED_RUN, run.run_id)

    def _give_up(self, run: Run, problem: str) -> None:
        """Stop a run that a person has to look at; the accounts it holds are free for others meanwhile."""
        with self._store.write() as work:
            work.runs.change(run.run_no, state="failed", problem=problem)
            work.accounts.release(run.run_no)
            work.commands.open_task(FAILED_RUN, run.run_id, f"run {run.run_id} failed: {problem}{_next_step(run)}")

    def _change(self, run: Run, **values: object) -> None:
        with self._store.write() as work:
            work.runs.change(run.run_no, **values)


def _next_step(run: Run) -> str:
    exchange_no = run.input.get("exchange_no")
    return f"; mend the cause, then: hub exchanges retry {exchange_no}" if exchange_no is not None else ""
