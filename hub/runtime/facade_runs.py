"""`hub.runs`: what is carried out for a tenant, and what a person does about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from hub.errors import ConfigurationError, HubError
from hub.model.runs import Run
from hub.runtime.bootstrap import Installation
from hub.runtime.tenant_work import TenantWork
from hub.services import runs
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.rounds import enqueue_round
from hub.store.unit_of_work import SqlStore


class RunStory(NamedTuple):
    """One run, and the number and name of every step it has finished."""

    run: Run
    steps: list[tuple[int, str]]


class RunsSeen:
    """The runs of one tenant, to look at: no settings are needed. An unknown run is a DataError."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def latest(self, *, state: str = "", limit: int = 50) -> list[Run]:
        """Return the newest runs first; `state` is one of `RunState`, empty for all."""
        with self._store.read() as work:
            return work.runs.latest(state=state, limit=limit)

    def get(self, run_id: str) -> Run:
        """Return one run."""
        with self._store.read() as work:
            return runs.run_of(work, run_id)

    def show(self, run_id: str) -> RunStory:
        """Return one run with its finished steps."""
        with self._store.read() as work:
            run = runs.run_of(work, run_id)
            return RunStory(run, work.runs.finished_steps(run.run_no))


class RunsDesk(RunsSeen):
    """The runs of one tenant, and what a person does about them. An unknown run is a DataError."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        super().__init__(work.store)
        self._carry_out_queued = carry_out_queued

    def retry(self, run_id: str) -> Run:
        """Try a run again that failed, was cancelled or waits. Raises DataError when there is nothing to try again."""
        with self._store.write() as work:
            runs.retry(work, run_id)
        self._carry_out_queued()
        return self.get(run_id)

    def cancel(self, run_id: str) -> Run:
        """Stop a run for good; see `services.runs.cancel` for what it refuses."""
        with self._store.write() as work:
            runs.cancel(work, run_id)
            if runs.run_of(work, run_id).kind == SENDING:
                enqueue_round(work, self._store.tenant_name, f"cancelled:{run_id}:{work.now}")  # its documents
        return self.get(run_id)


@contextmanager
def seen_runs(
    home: Path | None, tenants: Sequence[str] | None, tell: Callable[[HubError], None]
) -> Iterator[list[tuple[str, RunsSeen]]]:
    """Open the runs of tenants, to look at them; None means the only tenant there is, and no name all of them.

    Where settings are wrong the error is told, and what waits until they are right is seen all the same.
    """
    with closing(Installation.open(home)) as installation:
        names = [installation.only_tenant()] if tenants is None else [*tenants] or [*installation.home.tenants]
        for name in names:
            try:
                installation.tenant(name)
            except ConfigurationError as error:
                if name not in installation.home.tenants:
                    raise
                tell(error)
        yield [(name, RunsSeen(installation.store(name))) for name in names]
