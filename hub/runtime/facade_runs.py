"""`hub.runs`: what is carried out for a tenant, and what a person does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from hub.model.runs import Run
from hub.runtime.bootstrap import TenantWork
from hub.services import runs


class RunStory(NamedTuple):
    """One run, and the number and name of every step it has finished."""

    run: Run
    steps: list[tuple[int, str]]


class RunsDesk:
    """The runs of one tenant. An unknown run is a DataError."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def latest(self, *, state: str = "", limit: int = 50) -> list[Run]:
        """Return the newest runs first; `state` is one of `RunState`, empty for all."""
        return self._work.enquiries.runs(state=state, limit=limit)

    def get(self, run_id: str) -> Run:
        """Return one run."""
        with self._work.store.read() as work:
            return runs.run_of(work, run_id)

    def show(self, run_id: str) -> RunStory:
        """Return one run with its finished steps."""
        with self._work.store.read() as work:
            run = runs.run_of(work, run_id)
            return RunStory(run, work.runs.finished_steps(run.run_no))

    def retry(self, run_id: str) -> Run:
        """Try a run again that failed, was cancelled or waits. Raises DataError when there is nothing to try again."""
        with self._work.store.write() as work:
            runs.retry(work, run_id)
        self._carry_out_queued()
        return self.get(run_id)

    def cancel(self, run_id: str) -> Run:
        """Stop a run for good; see `services.runs.cancel` for what it refuses."""
        with self._work.store.write() as work:
            runs.cancel(work, run_id)
        return self.get(run_id)
