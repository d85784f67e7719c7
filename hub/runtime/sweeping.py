"""Forgetting what was only needed while it was fresh: at a node's start and every hour, by one node for all.

In a thread of its own, batch by batch, so that no heartbeat waits for it; when it was done last stands in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from hub.runtime.bootstrap import Installation
from hub.runtime.logs import logger
from hub.runtime.membership import Membership
from hub.runtime.polling import RUN_KIND as POLL
from hub.services.bank_connections.fetching import RUN_KIND as BANK_FETCH
from hub.services.rounds import RUN_KIND as ROUND
from hub.store.forgetting import forget_done_runs
from hub.store.installation import keep_value, kept_value

SWEEP_EVERY_S = 3600
LOOK_EVERY_S = 300
SWEPT_AT = "swept_at"  # by the machine's clock, in seconds since 1970
WITHOUT_TRACE = (POLL, ROUND, BANK_FETCH)  # kinds of runs that no entry and no exchange names

_log = logger("node")


class Sweeper:
    """Sweeps an installation until its node stops; what it leaves undone is due at the next start."""

    def __init__(self, installation: Installation, membership: Membership, stopping: threading.Event) -> None:
        self._installation = installation
        self._membership = membership
        self._stopping = stopping

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Sweep beside the block, which is to end with `stopping` set."""
        thread = threading.Thread(target=self._look_now_and_then, name="hub-sweep", daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join()

    def sweep(self) -> None:
        """Forget everything that is old enough, unless that was done within the hour; end early when stopping."""
        now_s = int(time.time())
        swept_at = int(kept_value(self._installation.engine, SWEPT_AT) or 0)
        if now_s - SWEEP_EVERY_S < swept_at <= now_s:  # one in the future is of a clock that was ahead
            return
        before = self._membership.keep_since()
        self._membership.forget_old()
        for forget in (
            partial(self._installation.queue.forget_finished, before),
            partial(forget_done_runs, self._installation.engine, before, WITHOUT_TRACE),
        ):
            while not self._stopping.is_set() and forget():
                pass
        if not self._stopping.is_set():
            keep_value(self._installation.engine, SWEPT_AT, str(now_s))

    def _look_now_and_then(self) -> None:
        while not self._stopping.is_set():
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001 - the database is away, or a defect: it is tried again
                _log.warning("sweeping failed", node=self._membership.name, why=type(error).__name__)
            self._stopping.wait(LOOK_EVERY_S)
