"""The durable engine, DBOS Transact, behind our own words: this module alone knows it.

What it is used for: queues with partitions, delays, many worker processes, and giving the work of a dead process to
another. What a run has done stays in our own rows (`runtime/carrying.py`), so a turn that the engine hands out again
goes on where the last one stopped. One turn of a run is one workflow; its id is `tenant:run number:turn`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, Queue
from sqlalchemy import Connection, Engine

from hub.errors import TransientError
from hub.model.runs import QueuedTurn
from hub.runtime.carrying import LONGEST_ASKED_WAIT_S
from hub.runtime.queue_look import QueueLook
from hub.store.database import errors_named, second_pool

if TYPE_CHECKING:
    from dbos._sys_db import SystemDatabase

APPLICATION = "reskontra-hub"
STEP_ORDER_VERSION = "1"  # raised when a kind of run changes the order of its steps; older turns wait for old nodes
WORKFLOW = "carry_out_run"
FILES, DELIVERIES = "runs", "deliveries"
UNFINISHED = ["ENQUEUED", "PENDING", "DELAYED"]
FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
DATABASE_RETRY_S = 1.0
SKEW_S = 60.0  # by which the clocks of nodes may differ
STOP_LOOK_S = 0.05  # the engine's listener, which nothing notifies, looks so often whether it is to end
PROCESS_WAIT_S = 60.0
STOP_WAIT_S = 60.0
DELIVERY_LOOKS_RARER = 4  # a look costs processor time, and nobody waits for a delivery at a keyboard
LIMITS_KNOWN_FOR_MS = 1_000
FORGET_BATCH = 1_000


class TakenTurn(NamedTuple):
    """A turn that a node has taken from a queue."""

    id: str
    queue: str
    taken_by: str  # the node's token


class QueuedTurns(NamedTuple):
    """What is in the queues."""

    by_tenant: Mapping[str, Set[tuple[int, int]]]  # (run number, turn)
    of_other_versions: int  # how many wait for a hub whose runs have another order of steps


CarryOut = Callable[[str, str, int], Sequence[QueuedTurn]]
"""(tenant, run id, turn): carries out one turn, and returns those behind it in its lane that it carried out as well.

A TransientError means that the database is not there now.
"""

_quiet = logging.getLogger("dbos")
_quiet.addHandler(logging.NullHandler())  # it brings a handler of its own only where there is none
_quiet.setLevel(logging.ERROR)


class RunQueue:
    """The engine's queues: what a transaction hands over, and what became of it. Starts nothing."""

    def __init__(self, database: Engine) -> None:
        self._pool = second_pool(database)
        self._client: DBOSClient | None = None
        self._opening = threading.Lock()

    def make_tables(self) -> None:
        """Make or upgrade the engine's own tables."""
        DBOS.migrate(self._pool.url.render_as_string(hide_password=False))

    def set_limits(
        self, *, runs_at_once: int, deliveries_at_once: int, poll_s: float, limited_lanes: Iterable[str]
    ) -> None:
        """Set the queues, for all processes that share the database.

        Tenants take turns: of one tenant's files, and of one of its channels, one run at a time goes on. A limited lane
        has a queue to itself, of which one run at a time goes on, of all tenants and on all nodes; whichever tenant's
        is drawn by lot among those that wait, so none waits for all that another has queued.
        """
        queues = ((FILES, runs_at_once, poll_s), (DELIVERIES, deliveries_at_once, DELIVERY_LOOKS_RARER * poll_s))
        with self._asked() as client:
            for name, at_once, interval_s in queues:
                client.register_queue(
                    name, partition_concurrency=1, worker_concurrency=at_once, polling_interval_sec=interval_s
                )
            for lane in sorted(limited_lanes):
                client.register_queue(
                    _queue_of(lane), partition_concurrency=1, global_concurrency=1, polling_interval_sec=poll_s
                )

    def hand_over(self, connection: Connection, turn: QueuedTurn, *, is_limited: bool) -> None:
        """Enqueue a turn in the transaction that wrote it: both are there after the commit, or neither.

        `is_limited` says that its lane has a queue to itself.
        """
        unlimited = DELIVERIES if turn.lane else FILES
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "workflow_id": workflow_id(turn.tenant, turn.run_no, turn.turn),
            "queue_name": _queue_of(turn.lane) if is_limited else unlimited,
            "queue_partition_key": f"{turn.tenant}:{turn.lane}" if turn.lane else turn.tenant,
            "app_version": STEP_ORDER_VERSION,
            "priority": turn.run_no,  # a tenant's runs keep their order, whenever their transactions began
        }
        if turn.delay_s:
            options["delay_seconds"] = turn.delay_s
        self._opened().enqueue_in_transaction(connection, options, turn.tenant, turn.run_id)

    def unfinished(self) -> QueuedTurns:
        """Return the turns that are queued, delayed or being carried out.

        One that is further away than any wait we ask for is not among them: a clock that was ahead wrote its time.
        """
        furthest_ms = (time.time() + LONGEST_ASKED_WAIT_S + SKEW_S) * 1000
        with self._asked() as client:
            found = client.list_workflows(status=UNFINISHED, load_input=False, load_output=False)
        turns: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for status in found:
            if status.status != "DELAYED" or (status.delay_until_epoch_ms or 0) <= furthest_ms:
                tenant, run_no, turn = status.workflow_id.rsplit(":", 2)
                turns[tenant].add((int(run_no), int(turn)))
        return QueuedTurns(turns, sum(status.app_version != STEP_ORDER_VERSION for status in found))

    def taken(self) -> list[TakenTurn]:
        """Return the turns that nodes have taken from the queues and not ended."""
        with self._asked() as client:
            found = client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return [TakenTurn(one.workflow_id, str(one.queue_name), str(one.executor_id)) for one in found]

    def hand_back(self, turns: Iterable[TakenTurn]) -> None:
        """Queue turns again that no node is at, each where it was: its lane may be limited no longer.

        One that another node has taken meanwhile is left to it.
        """
        for turn in turns:
            with self._asked() as client:
                client._sys_db.reenqueue_for_recovery(turn.id, [turn.taken_by], turn.queue)

    def forget_finished(self, before: str) -> int:
        """Delete finished turns that ended before an ISO time, a batch at most; return how many."""
        with self._asked() as client:
            found = client.list_workflows(
                status=FINISHED, completed_before=before, limit=FORGET_BATCH, load_input=False, load_output=False
            )
            if found:
                client.delete_workflows([status.workflow_id for status in found])
        return len(found)

    def waits(self, turn: QueuedTurn) -> bool:
        """Say whether a turn is to be taken from the queue of all lanes that are not limited."""
        with self._asked() as client:
            found = client.list_workflows(
                workflow_ids=[workflow_id(turn.tenant, turn.run_no, turn.turn)], load_input=False, load_output=False
            )
        return any((one.status, one.queue_name) == ("ENQUEUED", DELIVERIES) for one in found)

    def forget(self, turns: Iterable[QueuedTurn]) -> None:
        """Delete turns that are carried out, and that nobody can have taken from their queues."""
        ids = [workflow_id(turn.tenant, turn.run_no, turn.turn) for turn in turns]
        if ids:
            with self._asked() as client:
                client.delete_workflows(ids)

    @property
    def pool(self) -> Engine:
        """The engine's own connections to the database."""
        return self._pool

    def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            self._client.destroy()
        self._pool.dispose()

    @contextmanager
    def _asked(self) -> Iterator[DBOSClient]:
        with errors_named("answer"):
            yield self._opened()

    def _opened(self) -> DBOSClient:
        with self._opening:
            if self._client is None:
                self._client = DBOSClient(
                    system_database_engine=self._pool,
                    application_name=APPLICATION,
                    lazy=True,
                    retry_connection_errors=False,  # whoever asks is told that the database is away
                )
            return self._client


def _queue_of(limited_lane: str) -> str:
    return f"{DELIVERIES}:{limited_lane}"


def workflow_id(tenant: str, run_no: int, turn: int) -> str:
    """Return the engine's id of a turn; ids sort as a tenant's turns were queued."""
    return f"{tenant}:{run_no:010d}:{turn}"


def turn_of(workflow_id: str) -> int:
    """Return which turn of its run an engine's id means."""
    return int(workflow_id.rsplit(":", 1)[1])


class RunEngine:
    """Carries out what is queued, in threads of this process, until it is stopped. One at a time in a process."""

    def __init__(self, queue: RunQueue, carry_out: CarryOut, *, node: str, stopping: threading.Event) -> None:
        """`node` is the token of the node: what it takes is known by it."""
        self._queue = queue
        self._carry_out = carry_out
        self._node = node
        self._stopping = stopping
        self._turns_at_work: list[str] = []
        self._strays: set[TakenTurn] = set()
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begin to take turns from the queues.

        Raises:
            TransientError: another engine works in this process.
        """
        if not _in_this_process.acquire(timeout=PROCESS_WAIT_S):
            raise TransientError("another home is being worked on in this process; try again")
        _working[0] = self
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._queue.pool.url.render_as_string(hide_password=False),
            "system_database_engine": self._queue.pool,
            "application_version": STEP_ORDER_VERSION,
            "executor_id": self._node,
            "run_migrations": False,
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": STOP_LOOK_S,
            "enable_otlp": False,
            "log_level": "ERROR",
        }
        try:
            with errors_named("answer"):
                engine = DBOS(config=config)
                DBOS.launch()
                _look_first(engine, QueueLook(self._queue.pool))
        except BaseException:
            self._forget_engine()
            raise

    def stop(self) -> int:
        """Take no more turns, let each run stop after the step it is in, and hand back what is left.

        While the database is away nothing is handed back; the others do it, or the next one that starts.
        Returns how many runs have not stopped in time, as each is in a call that gets no answer; one can write of its
        run no more once another begins it.
        """
        self._stopping.set()
        with self._changed:
            self._changed.wait_for(lambda: not self._turns_at_work, timeout=STOP_WAIT_S)
            not_stopped = len(self._turns_at_work)
        self._forget_engine()
        with suppress(TransientError):
            self._queue.hand_back([turn for turn in self._queue.taken() if turn.taken_by == self._node])
        return not_stopped

    def hand_back_strays(self, taken: Iterable[TakenTurn]) -> None:
        """Queue again what this node took from a queue and never began, as when the database went away in between.

        To be called now and then: only what was seen the last time too is a stray.
        """
        seen = {turn for turn in taken if turn.taken_by == self._node and turn.id not in self._turns_at_work}
        self._queue.hand_back(seen & self._strays)
        self._strays = seen - self._strays

    def _forget_engine(self) -> None:
        _working[0] = None
        DBOS.destroy()
        _in_this_process.release()

    def carry_out(self, turn: str, tenant: str, run_id: str) -> None:
        """Carry out one turn; while the database is away, wait for it."""
        with self._changed:
            self._turns_at_work.append(turn)
        try:
            while not self._stopping.is_set():
                try:
                    self._queue.forget(self._carry_out(tenant, run_id, turn_of(turn)))
                except TransientError:
                    self._stopping.wait(DATABASE_RETRY_S)
                else:
                    break
        finally:
            with self._changed:
                self._turns_at_work.remove(turn)
                self._changed.notify_all()
        if self._stopping.is_set():
            raise _ShuttingDown


def _look_first(engine: DBOS, look: QueueLook) -> None:
    """Let the engine ask at length only for what can be taken, and once in a while how many turns a queue may have."""
    database = engine._sys_db
    scopes_of, queue_named = database.dequeue_scopes, database.get_queue
    read: dict[str, tuple[int, Queue | None]] = {}

    def scopes(queue: str) -> list[str | None]:
        is_ours = queue == FILES or queue.startswith(DELIVERIES)
        return scopes_of(queue) if not is_ours or look.has_free_turn(queue) else []

    def known(name: str, *, client_system_database: SystemDatabase | None = None) -> Queue | None:
        now_ms = time.monotonic_ns() // 1_000_000
        if name not in read or now_ms - read[name][0] >= LIMITS_KNOWN_FOR_MS:
            read[name] = now_ms, queue_named(name, client_system_database=client_system_database)
        return read[name][1]

    database.dequeue_scopes = scopes  # type: ignore[method-assign, assignment]
    database.get_queue = known  # type: ignore[method-assign]


class _ShuttingDown(BaseException):
    """Leaves a turn as it is, for whoever goes on with it; the engine would keep any other error as its outcome."""


_in_this_process = threading.Lock()  # the engine allows one of itself in a process
_working: list[RunEngine | None] = [None]


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
def _carry_out_run(tenant: str, run_id: str) -> None:
    working = _working[0]
    if working is None:
        raise _ShuttingDown
    working.carry_out(str(DBOS.workflow_id), tenant, run_id)
