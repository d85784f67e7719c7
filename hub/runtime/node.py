"""This process as a node: it carries out what is queued until it is stopped.

SQLite: one node at a time, which holds the database's lock; the lock proves that an earlier one is gone. PostgreSQL:
any number, each with a heartbeat row; what a silent one was at is queued again by the others.
"""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from hub.errors import HubError, TransientError
from hub.model.runs import QueuedTurn
from hub.runtime.bootstrap import Installation
from hub.runtime.carrying import Carrier, Ending, Progress, rare_collections
from hub.runtime.engine import RunEngine
from hub.runtime.installed import installed_fingerprint
from hub.runtime.lock import work_lock
from hub.runtime.logs import logger
from hub.runtime.membership import Membership
from hub.runtime.sweeping import Sweeper
from hub.store.runs import turns_at_work

HOME_NODE = "home"  # what the only node of a home on SQLite is called, unless it is given a name
LOST_LOOK_S = 60
GOES_ON_FOR_S = 5.0  # in one lane, then others have a turn; over a slow channel one run alone takes longer

_log = logger("node")


class WorkingNode:
    """Carries out the runs of all tenants of an installation, side by side, until it is stopped."""

    def __init__(self, installation: Installation, *, name: str = "", progress: Progress | None = None) -> None:
        """`progress` is told of every run that this node carries out."""
        self._installation = installation
        self._progress = progress
        self._stopping = threading.Event()
        self._is_alone = installation.engine.dialect.name == "sqlite"
        self._ousted = ""  # why it stops though nobody has told it to
        self._membership = Membership(
            installation.nodes,
            installation.home.config.engine,
            wanted_name=name or (HOME_NODE if self._is_alone else socket.gethostname()),
            may_take_another=not (name or self._is_alone),
            plugins=installed_fingerprint(),
            tenants="" if self._is_alone else _hash_of(installation.home.tenants),
            is_alone=self._is_alone,
        )

    @property
    def name(self) -> str:
        """The node's name, known once it works."""
        return self._membership.name

    @contextmanager
    def at_work(self, *, lock_timeout_s: float = 0) -> Iterator[WorkingNode]:
        """Work for as long as the block lasts; then let each run stop after the step it is in.

        Raises:
            TransientError: another process works on this SQLite database, or has this node's name, from the start or by
                taking this node for gone.
            ConfigurationError: a node with other plugins or settings works.
        """
        with ExitStack() as stack:
            self._join(stack, lock_timeout_s)
            engine = RunEngine(
                self._installation.queue, self._carry_out, node=self._membership.token, stopping=self._stopping
            )
            self._look_after_turns(engine)
            self._queue_lost()
            stack.enter_context(rare_collections())
            stack.enter_context(self._heart(engine))  # outside the engine: others leave runs alone that still stop
            engine.start()
            stack.callback(self._stop_engine, engine)
            stack.enter_context(Sweeper(self._installation, self._membership, self._stopping).at_work())
            stack.callback(self.stop)
            yield self
        if self._ousted:
            raise TransientError(f"node {self.name} has stopped: {self._ousted}")

    def agrees_on_tenants(self) -> bool:
        """Say whether every living node has the same tenants in its home as this one."""
        return self._membership.agrees_on_tenants()

    def stop(self) -> None:
        """Let every run stop after the step it is in."""
        self._stopping.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait; True when the node is to stop."""
        return self._stopping.wait(timeout_s)

    def _join(self, stack: ExitStack, lock_timeout_s: float) -> None:
        if self._is_alone:
            database = self._installation.engine.url.database
            stack.enter_context(work_lock(database, timeout_s=lock_timeout_s))
        with self._installation.nodes.joining():
            self._membership.join()
            stack.callback(self._membership.leave)
            self._installation.set_limits()

    def _stop_engine(self, engine: RunEngine) -> None:
        if left := engine.stop():
            _log.warning("runs have not stopped", node=self.name, runs=left)
            self._installation.leave_calls_behind()

    def _carry_out(self, tenant: str, run_id: str, turn: int) -> Sequence[QueuedTurn]:
        """Carry out a turn, and go on in its lane for a moment: to look for the next one takes as long as a quick run.

        Nobody else has one of the lane meanwhile, on no node, as the engine still counts this turn as at work.
        """
        carried: list[QueuedTurn] = []
        goes_on_until = time.monotonic() + GOES_ON_FOR_S
        ending = self._carry_out_one(tenant, run_id, turn)
        while ending is Ending.DONE and time.monotonic() < goes_on_until and not self._stopping.is_set():
            after = self._next_in_lane(tenant, run_id)
            if after is None:
                break
            ending = self._carry_out_one(tenant, after.run_id, after.turn)
            if ending is not Ending.LEFT:  # else the engine gives it out again
                carried.append(after)
        return carried

    def _next_in_lane(self, tenant: str, run_id: str) -> QueuedTurn | None:
        with self._installation.store(tenant).read() as work:
            after = work.runs.next_in_lane(run_id)
        return after if after is not None and self._installation.queue.waits(after) else None

    def _carry_out_one(self, tenant: str, run_id: str, turn: int) -> Ending:
        if tenant not in self._installation.home.tenants:
            self._leave_to_others(tenant, run_id, turn)
            return Ending.WAITS
        try:
            carrier = self._installation.tenant(tenant).carrier(node=self.name, stopping=self._stopping)
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - settings, or a defect, stop this tenant; its text may hold data
            why = str(error) if isinstance(error, HubError) else f"a defect, {type(error).__name__}"
            self._wait_for_settings(tenant, run_id, turn, why)
            return Ending.WAITS
        return carrier.carry_out(run_id, self._progress, turn=turn).ending

    def _leave_to_others(self, tenant: str, run_id: str, turn: int) -> None:
        """Put off a run of a tenant whose file another node may have, or this one will have when it is laid out."""
        why = TransientError(f"node {self.name} has no tenants/{tenant}.toml")
        _log.warning("no such tenant here", node=self.name, tenant=tenant, run_id=run_id)
        Carrier(self._installation.store(tenant), {}, node=self.name).put_off(run_id, why, turn=turn)

    def _wait_for_settings(self, tenant: str, run_id: str, turn: int, why: str) -> None:
        """Put off a run of a tenant whose settings cannot be used: an editor may be half way through its file."""
        _log.warning("settings cannot be used", node=self.name, tenant=tenant, run_id=run_id, why=why)
        reason = TransientError(f"the settings of {tenant} cannot be used: {why}")
        ask = f"{reason}; what is queued waits, and goes on by itself when that is mended"
        Carrier(self._installation.store(tenant), {}, node=self.name).put_off(run_id, reason, turn=turn, ask=ask)

    @contextmanager
    def _heart(self, engine: RunEngine) -> Iterator[None]:
        has_stopped = threading.Event()
        heart = threading.Thread(target=self._beat, args=[engine, has_stopped], name="hub-heart", daemon=True)
        heart.start()
        try:
            yield
        finally:
            has_stopped.set()
            heart.join()

    def _beat(self, engine: RunEngine, has_stopped: threading.Event) -> None:
        interval_s = self._installation.home.config.engine.heartbeat_s
        worked_s = 0
        while not has_stopped.wait(interval_s):
            worked_s += interval_s
            try:
                if self._stopping.is_set():
                    self._membership.beat()
                    continue
                self._ousted = self._why_ousted()
                if self._ousted:
                    _log.error("node has to stop", node=self.name, why=self._ousted)
                    self._stopping.set()
                    return
                self._look_after_turns(engine)
                if worked_s % LOST_LOOK_S < interval_s:
                    self._queue_lost()
            except Exception as error:  # noqa: BLE001 - the database is away, or a defect: the heart beats on
                _log.warning("a heartbeat failed", node=self.name, why=type(error).__name__)

    def _why_ousted(self) -> str:
        if not self._membership.beat():
            return "another process has this node's name"
        heir = self._membership.replaced_by()
        return f"it was taken for gone, and {heir} works with other plugins or settings" if heir is not None else ""

    def _look_after_turns(self, engine: RunEngine) -> None:
        """Queue again what nodes had taken that are gone, and what this one took and never began."""
        taken = self._installation.queue.taken()
        at_work = self._membership.at_work()  # after the turns: whoever takes one has joined before
        left = [turn for turn in taken if turn.taken_by not in at_work]
        self._installation.queue.hand_back(left)
        if left:
            gone = sorted({turn.taken_by for turn in left})
            _log.warning("runs taken over", node=self.name, runs=len(left), nodes_gone=gone)
        engine.hand_back_strays(taken)

    def _queue_lost(self) -> None:
        """Queue runs that the engine has no turn for: after a restore, a move, a jump of the clock, a new engine."""
        seen = turns_at_work(self._installation.engine)
        if not seen:
            return
        known = self._installation.queue.unfinished()
        if known.of_other_versions:
            _log.warning("runs wait for another version", node=self.name, runs=known.of_other_versions)
        for tenant, turns in seen.items():
            of_tenant = known.by_tenant.get(tenant, set())
            if not turns.items() <= of_tenant:
                with self._installation.store(tenant).write() as work:
                    work.runs.queue_lost(turns, of_tenant)


def _hash_of(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
