"""This process as a node: it carries out what is queued until it is stopped.

SQLite: one node at a time, which holds the home's lock; the lock proves that an earlier one is gone. PostgreSQL: any
number, each with a heartbeat row; what a silent one was at is queued again by the others.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from hub.errors import HubError, TransientError
from hub.runtime.bootstrap import Installation
from hub.runtime.carrying import Carrier, Progress, rare_collections
from hub.runtime.engine import RunEngine
from hub.runtime.lock import home_lock
from hub.runtime.logs import logger
from hub.runtime.membership import Membership
from hub.runtime.plugins import installed_fingerprint
from hub.runtime.polling import RUN_KIND as POLL
from hub.services.rounds import RUN_KIND as ROUND
from hub.store.forgetting import forget_done_runs
from hub.store.runs import turns_at_work

HOME_NODE = "home"  # what the only node of a home on SQLite is called, unless it is given a name
LOST_LOOK_S = 60
HOURLY_S = 3600
WITHOUT_TRACE = (POLL, ROUND)  # kinds of runs that no entry and no exchange names

_log = logger("node")


class WorkingNode:
    """Carries out the runs of all tenants of an installation, side by side, until it is stopped."""

    def __init__(self, installation: Installation, *, name: str = "", progress: Progress | None = None) -> None:
        """`progress` is told of every run that this node carries out."""
        self._installation = installation
        self._progress = progress
        self._stopping = threading.Event()
        self._is_alone = installation.engine.dialect.name == "sqlite"
        self._membership = Membership(
            installation.nodes,
            installation.home.config.engine,
            wanted_name=name or (HOME_NODE if self._is_alone else socket.gethostname()),
            may_take_another=not (name or self._is_alone),
            plugins=installed_fingerprint(),
        )

    @property
    def name(self) -> str:
        """The node's name, known once it works."""
        return self._membership.name

    @contextmanager
    def at_work(self, *, lock_timeout_s: float = 0) -> Iterator[WorkingNode]:
        """Work for as long as the block lasts; then let each run stop after the step it is in.

        Raises:
            TransientError: another process works in this home, or has this node's name.
            ConfigurationError: a node with other plugins works.
        """
        queue = self._installation.queue
        with ExitStack() as stack:
            if self._is_alone:
                stack.enter_context(home_lock(self._installation.home.path, timeout_s=lock_timeout_s))
            gone = self._membership.join(is_alone=self._is_alone)
            stack.callback(self._membership.leave)
            self._take_over([self.name, *gone])
            self._queue_lost()
            engine = RunEngine(queue, self._carry_out, node=self.name, stopping=self._stopping)
            stack.enter_context(rare_collections())
            engine.start()
            stack.callback(engine.stop)
            stack.enter_context(self._heart(engine))
            yield self

    def stop(self) -> None:
        """Let every run stop after the step it is in."""
        self._stopping.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait; True when the node is to stop."""
        return self._stopping.wait(timeout_s)

    def _carry_out(self, tenant: str, run_id: str) -> None:
        try:
            carrier = self._installation.tenant(tenant).carrier(node=self.name, stopping=self._stopping)
        except TransientError:
            raise
        except HubError as error:
            Carrier(self._installation.store(tenant), {}, node=self.name).refuse(run_id, error)
        else:
            carrier.carry_out(run_id, self._progress)

    @contextmanager
    def _heart(self, engine: RunEngine) -> Iterator[None]:
        heart = threading.Thread(target=self._beat, args=[engine], name="hub-heart", daemon=True)
        heart.start()
        try:
            yield
        finally:
            self._stopping.set()
            heart.join()

    def _beat(self, engine: RunEngine) -> None:
        interval_s = self._installation.home.config.engine.heartbeat_s
        worked_s = 0
        while not self._stopping.wait(interval_s):
            worked_s += interval_s
            try:
                if not self._is_still_a_member():
                    self._stopping.set()
                    return
                self._look_after_others()
                engine.hand_back_strays()
                if worked_s % LOST_LOOK_S < interval_s:
                    self._queue_lost()
                if worked_s % HOURLY_S < interval_s:
                    self._sweep()
            except Exception as error:  # noqa: BLE001 - the database is away, or a defect: the heart beats on
                _log.warning("a heartbeat failed", node=self.name, why=type(error).__name__)

    def _is_still_a_member(self) -> bool:
        if not self._membership.beat():
            _log.error("another process has this node's name", node=self.name)
            return False
        heir = self._membership.replaced_by()
        if heir is not None:
            _log.error("this node was taken for gone, and one with other plugins works", node=self.name, other=heir)
        return heir is None

    def _look_after_others(self) -> None:
        """Take over what silent nodes were carrying out."""
        silent = self._membership.silent()
        if silent:
            self._take_over(silent)

    def _take_over(self, nodes: Sequence[str]) -> None:
        taken = self._installation.queue.take_over(nodes)
        if taken:
            _log.warning("runs taken over", node=self.name, runs=taken, nodes_gone=list(nodes))

    def _sweep(self) -> None:
        self._membership.forget_old()
        before = self._membership.keep_since()
        self._installation.queue.forget_finished(before)
        forget_done_runs(self._installation.engine, before, WITHOUT_TRACE)

    def _queue_lost(self) -> None:
        """Queue runs that the engine has no turn for: after a restore, a move, or a change of the engine."""
        seen = turns_at_work(self._installation.engine)
        if not seen:
            return
        known = self._installation.queue.unfinished_by_tenant()
        for tenant, turns in seen.items():
            if not turns.items() <= known.get(tenant, set()):
                with self._installation.store(tenant).write() as work:
                    work.runs.queue_lost(turns, known.get(tenant, set()))
