"""Waiting until a tenant's queued runs have ended: carried out here, or by the process that works already."""

from __future__ import annotations

import time
from collections.abc import Sequence

from hub.errors import TransientError
from hub.model.runs import Run
from hub.runtime.bootstrap import Installation
from hub.runtime.carrying import LONGEST_ASKED_WAIT_S, Progress
from hub.runtime.tenant_work import TenantWork
from hub.services.rounds import waits_for_observers

WAIT_S = 10.0
LOOK_S = 0.02


def finish_runs(
    installation: Installation, tenant_work: TenantWork, *, wait_s: float, here: bool, progress: Progress | None
) -> bool:
    """Return True when all runs of the tenant have ended or wait for a time; False when some are left after `wait_s`.

    SQLite: carried out here as soon as no other process works in the home. PostgreSQL: the workers carry them out;
    here too when asked. What goes on is waited for as long as it gets on; what is put off for longer is left.
    """
    patience = _Patience(wait_s)
    may_work_here = here or installation.engine.dialect.name == "sqlite"
    while _unfinished(tenant_work, wait_s):
        if may_work_here and _finish_here(installation, tenant_work, patience, progress):
            return True
        if not _wait_for_others(tenant_work, patience, progress, until_free=may_work_here):
            return not _unfinished(tenant_work, wait_s)
    return True


class _Patience:
    """How long to wait without anything getting on."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        self._since = time.monotonic()
        self.seen: Sequence[Run] = ()

    def lasts(self, runs: Sequence[Run]) -> bool:
        """Say whether to wait on, after a look at how far the runs are."""
        if _how_far(runs) != _how_far(self.seen):
            self._since = time.monotonic()
        self.seen = runs
        return time.monotonic() - self._since < self.wait_s


def _how_far(runs: Sequence[Run]) -> list[tuple[int, int]]:
    return [(run.run_no, run.done) for run in runs]


def _unfinished(tenant_work: TenantWork, wait_s: float) -> list[Run]:
    """Return what is to be waited for; an observer that fails, or a message that was put off, may take hours."""
    with tenant_work.store.read() as work:
        unfinished = [run for run in work.runs.unfinished() if not waits_for_observers(run)]
        return [run for run in unfinished if not _comes_too_late(run, work.now, wait_s)]


def _comes_too_late(run: Run, now: str, wait_s: float) -> bool:
    """Say whether a run's turn comes after all patience; one further away than we ask for is of a clock gone wrong."""
    return wait_s < run.put_off_for_s(now) <= LONGEST_ASKED_WAIT_S


def _finish_here(
    installation: Installation, tenant_work: TenantWork, patience: _Patience, progress: Progress | None
) -> bool:
    """Work as a node until the tenant's runs have ended; False when another process works, or patience ends."""
    from hub.runtime.node import WorkingNode  # here: only work needs the engine

    node = WorkingNode(installation, progress=progress)
    try:
        with node.at_work():
            while runs := _unfinished(tenant_work, patience.wait_s):
                is_at_work = any(run.state == "running" for run in runs)
                if not is_at_work and not patience.lasts(runs):
                    return False
                if node.wait(LOOK_S):
                    return False
    except TransientError:
        return False
    return True


def _wait_for_others(
    tenant_work: TenantWork, patience: _Patience, progress: Progress | None, *, until_free: bool
) -> bool:
    """Look at what another process carries out, and show it; False when patience ends."""
    runs = _unfinished(tenant_work, patience.wait_s)
    if progress is not None:
        _tell(progress, patience.seen, runs)
    if not patience.lasts(runs):
        return False
    time.sleep(LOOK_S * (10 if until_free else 1))
    return True


def _tell(progress: Progress, before: Sequence[Run], now: Sequence[Run]) -> None:
    """Tell how far runs are; one that has ended since is complete."""
    for run in now:
        progress(run, run.done, run.total)
    for run in before:
        if all(run.run_no != other.run_no for other in now):
            most = max(1, run.total)
            progress(run, most, most)
