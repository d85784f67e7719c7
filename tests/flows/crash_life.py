"""The life of a process that dies at one named point: just before or after a commit, or around a call to the outside.

Points are told apart by what a transaction writes, and counted: threads may take turns, and the name still fits. The
engine's own commits are points as ours are. The process dies of a real SIGKILL, and the next one goes on.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import requests
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

from hub.contracts import Promise
from hub.demo.folder import BGMAX, RECEIVABLES, SOURCE_SYSTEM
from hub.errors import OutcomeUnknownError
from hub.loopback.faults import Fault
from hub.model.attempts import PlannedMessage
from hub.model.runs import QueuedTurn
from hub.rules.settling import Instant
from hub.runtime.bootstrap import Installation
from hub.runtime.engine import RunQueue
from hub.runtime.facade_books import BooksDesk
from hub.runtime.node import WorkingNode
from hub.runtime.tenant_work import TenantWork
from hub.services.attempts import plan_batch, sending
from hub.services.chart import TenantChart
from hub.services.payments import reading, rematching
from hub.services.payments.receiving import receive
from hub.services.receivables import import_receivables, importing
from hub_demonstration_channels.channels import AskableChannel, DemonstrationChannel

LONGEST_LIFE_S = 60.0
LOOK_S = 0.02
DIED_IN_CALL = (Fault.RESET_BEFORE_READING, Fault.RESET_AFTER_ACCEPT)
LOSES_ITS_ANSWER = b"a letter whose first answer is lost"
LETTERS = (b"a letter", LOSES_ITS_ANSWER)
_WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM)\s+(?:\"?\w+\"?\.)?\"?(\w+)\"?")
_NO_TABLES = {"SET", "SKIP", "NOWAIT", "OF"}


class Life(NamedTuple):
    """What a process does: it ends what another has left for `resume`, then works for `tenant`, and dies there."""

    home: str
    flow: str
    answers: str  # the folder for what came of it, a file for each tenant
    resume: str = ""
    tenant: str = ""
    point: str = ""


class Failpoints:
    """Passes points by name, and dies at one of them."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self._at = ""
        self._is_armed = False
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._own = threading.local()

    def arm(self, at: str) -> None:
        """Count from here, and die at the point of this name."""
        self._at, self._is_armed = at, True

    def disarm(self) -> None:
        """Count no more."""
        self._is_armed = False

    def install(self) -> None:
        """Watch every commit of every connection in this process, and every call of the demonstration channels."""
        event.listen(Engine, "begin", self._begin)
        event.listen(Engine, "before_cursor_execute", self._before_statement)
        event.listen(Engine, "after_cursor_execute", self._after_statement)
        event.listen(Engine, "commit", self._before_commit)
        original = DefaultDialect.do_commit

        def do_commit(dialect: Any, connection: Any) -> None:
            original(dialect, connection)  # type: ignore[no-untyped-call]
            self._after_commit()

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
        self._watch_calls()

    def _begin(self, connection: Connection) -> None:
        connection.info["written"] = set()
        connection.info["changes"] = _changes(connection)

    def _before_statement(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        """A statement outside a transaction is a commit by itself."""
        if _is_by_itself(connection) and (written := _written_by(statement)):
            self._enter_commit(written)

    def _after_statement(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if _is_by_itself(connection):
            self._after_commit()
        else:
            connection.info.setdefault("written", set()).update(_written_by(statement))

    def _before_commit(self, connection: Connection) -> None:
        written = connection.info.pop("written", set())
        if self._is_armed and connection.info.pop("changes", 0) != _changes(connection):
            self._enter_commit(written or {"rows"})

    def _enter_commit(self, written: set[str]) -> None:
        if self._is_armed:
            self._own.committing = what = self._pass(f"commit of {', '.join(sorted(written))}")
            self._die_at(f"before {what}")

    def _after_commit(self) -> None:
        what, self._own.committing = getattr(self._own, "committing", ""), ""
        if what:
            self._die_at(f"after {what}")

    def _pass(self, what: str) -> str:
        if not self._is_armed:
            return ""
        with self._lock:
            self._counts[what] += 1
            name = f"{what} #{self._counts[what]}"
            self.passed.append(name)
        return name

    def _die_at(self, point: str) -> None:
        if point and point == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(1)  # until it arrives

    def _point(self, what: str) -> str:
        name = self._pass(what)
        self._die_at(name)
        return name

    def _watch_calls(self) -> None:
        send, probe = DemonstrationChannel.send, AskableChannel.probe

        def watched_send(channel: Any, message: Any) -> Any:
            self._point("before a call")
            for fault in DIED_IN_CALL:
                name = self._pass(f"in a call, {fault}")
                if name and name == self._at:
                    order_fault(channel, fault)
                    with suppress(OutcomeUnknownError):
                        send(channel, message)
                    self._die_at(name)
            if message.content == LOSES_ITS_ANSWER and message.key not in self._counts:
                self._counts[message.key] += 1
                order_fault(channel, Fault.RESET_AFTER_ACCEPT)
            delivered = send(channel, message)
            self._point("after a call")
            return delivered

        def watched_probe(channel: Any, key: str) -> Any:
            self._point("before a question")
            probed = probe(channel, key)
            self._point("after a question")
            return probed

        setattr(DemonstrationChannel, "send", watched_send)  # noqa: B010 - typed otherwise
        setattr(AskableChannel, "probe", watched_probe)  # noqa: B010


def _written_by(statement: str) -> set[str]:
    return {name for _, name in _WRITES.findall(statement)} - _NO_TABLES


def _is_by_itself(connection: Connection) -> bool:
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def _changes(connection: Connection) -> int:
    """Return a number that is another one when the transaction has changed something."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return int(driver.total_changes)
    return int(driver.execute("SELECT pg_current_xact_id_if_assigned()::text").fetchone()[0] or 0)


def order_fault(channel: Any, fault: Fault) -> None:
    """Let the counterparty do something wrong with the next call of a channel."""
    order = {"target": str(channel.promise), "fault": str(fault)}
    requests.post(f"{channel._party._address}/faults", json=order, timeout=5).raise_for_status()


class MovedClock:
    """The system's clocks, moved on by whoever does not want to wait, by no more than it should have waited.

    What the process before had moved is lost, as when somebody sets the clock back; no steady clock is shared either.
    """

    def __init__(self) -> None:
        self._moved = timedelta()
        self._machine = uuid.uuid4().hex

    def now(self) -> datetime:
        return datetime.now(UTC) + self._moved

    def today(self) -> Any:
        return self.now().date()

    def steady(self) -> Instant:
        return Instant(self._machine, time.monotonic_ns() // 1_000_000 + self._moved // timedelta(milliseconds=1))

    def hand_over_at_once(self, hand_over: Any) -> Any:
        """Return what hands a turn over that waits as one that goes on now, after its wait."""

        def hand_over_now(queue: Any, connection: Any, turn: QueuedTurn, **more: Any) -> None:
            self._moved += timedelta(seconds=turn.delay_s)
            hand_over(queue, connection, turn._replace(delay_s=0), **more)

        return hand_over_now


class Flow:
    """What a tenant is given before, and what is then done under failpoints; done again, it is harmless."""

    def __init__(self, installation: Installation, name: str, kind: str) -> None:
        self.work = installation.tenant(name)
        self._files = installation.home.path / "files"
        self._kind = kind

    def prepare(self) -> None:
        """Give the tenant what must be there."""
        if self._kind == "payments":
            self._import_receivables()
        elif self._kind == "receivables":
            self._receive_payments()

    def feed(self) -> None:
        """Hand over what the flow is about."""
        if self._kind == "payments":
            self._receive_payments()
        elif self._kind == "receivables":
            self._import_receivables()
        else:
            self._plan_messages(Promise(self._kind))

    def _import_receivables(self) -> None:
        tenant = self.work.tenant
        with (self._files / RECEIVABLES).open("rb") as stream:
            import_receivables(
                self.work.store,
                tenant,
                lambda groups, numbers: TenantChart(tenant, groups, numbers),
                stream,
                file_name=RECEIVABLES,
                source_system=SOURCE_SYSTEM,
            )

    def _receive_payments(self) -> None:
        with (self._files / BGMAX).open("rb") as stream:
            receive(self.work.store, stream, name=BGMAX)

    def _plan_messages(self, promise: Promise) -> None:
        kept = [self.work.store.contents.keep(io.BytesIO(letter)) for letter in LETTERS]
        planned = [PlannedMessage(f"letter {number}", letter.sha256, letter.size) for number, letter in enumerate(kept)]
        with self.work.store.write() as unit:
            plan_batch(
                unit, self.work.tenant.id, f"demonstration_{promise}", "1", planned, plugin="demonstration_channels"
            )


def live(argument: Mapping[str, Any]) -> None:
    """Live one life; what came of it is in files, but for what it died in."""
    life = Life(**argument)
    clock = MovedClock()
    _make_small_steps(clock)
    points = Failpoints()
    points.install()
    installation = Installation.open(Path(life.home), clock)
    with WorkingNode(installation).at_work(lock_timeout_s=5):
        if life.resume:
            flow = Flow(installation, life.resume, life.flow)
            flow.feed()
            _finish(installation, flow.work)
            _answer(life, life.resume, {"outcome": outcome(installation, flow.work)})
        if life.tenant:
            flow = Flow(installation, life.tenant, life.flow)
            flow.prepare()
            _finish(installation, flow.work)
            points.arm(life.point)
            flow.feed()
            _finish(installation, flow.work)
            points.disarm()
            _answer(life, life.tenant, {"outcome": outcome(installation, flow.work), "points": points.passed})
        os._exit(0)  # in haste: stopping in order is not what is tried here


def _answer(life: Life, tenant: str, answer: dict[str, Any]) -> None:
    (Path(life.answers) / f"{tenant}.json").write_text(json.dumps(answer), encoding="utf-8")


def _make_small_steps(clock: MovedClock) -> None:
    """Let a small file have several chunks, and let nothing wait."""
    RunQueue.hand_over = clock.hand_over_at_once(RunQueue.hand_over)  # type: ignore[method-assign]
    setattr(sending, "steady_clock", lambda: clock.steady)  # noqa: B010 - typed otherwise
    reading.CHUNK_PAYMENTS = 10
    rematching.BATCH = 10
    importing.CHUNK_ROWS = 15


def _finish(installation: Installation, work: TenantWork) -> None:
    """Wait until the tenant's runs have ended and the engine knows it."""
    ends_at_s = time.monotonic() + LONGEST_LIFE_S
    while time.monotonic() < ends_at_s:
        with work.store.read() as unit:
            runs = unit.runs.unfinished()
        if not runs and not installation.queue.unfinished().by_tenant.get(work.tenant.id):
            return
        time.sleep(LOOK_S)
    raise TimeoutError(f"the runs do not end: {runs}")


_COUNTED = {
    "entries": "SELECT cause, bucket, rule, count(*), sum(amount_ore) FROM entry WHERE tenant = {t} GROUP BY 1, 2, 3",
    "open": "SELECT count(*), sum(principal_ore + fee_ore + interest_ore) FROM open_item WHERE tenant = {t}",
    "accounts": "SELECT account, sum(amount_ore) FROM voucher_line WHERE tenant = {t} GROUP BY 1",
    "payments": "SELECT kind, count(*), sum(amount_ore) FROM payment WHERE tenant = {t} GROUP BY 1",
    "exchanges": "SELECT kind, state, count(*) FROM exchange WHERE tenant = {t} AND direction = 'in' "
    "AND state <> 'duplicate' GROUP BY 1, 2",
    "events": "SELECT kind, count(*) FROM event WHERE tenant = {t} AND kind <> 'file_closed_as_duplicate' "
    "AND substr(kind, 1, 8) <> 'attempt_' GROUP BY 1",
    "event numbers missing": "SELECT max(event_no) - min(event_no) + 1 - count(*) FROM event WHERE tenant = {t}",
    "runs not done": "SELECT run_id, state, problem FROM run WHERE tenant = {t} AND state <> 'done'",
    "tasks": "SELECT kind, count(*) FROM task WHERE tenant = {t} AND state = 'open' AND kind <> 'unknown_attempt' "
    "GROUP BY 1",
}


def outcome(installation: Installation, work: TenantWork) -> dict[str, Any]:
    """Return what the books, the queue and the messages of a tenant have come to."""
    found: dict[str, Any] = {}
    with installation.engine.connect() as connection:
        for name, statement in _COUNTED.items():
            rows = connection.exec_driver_sql(statement.format(t=work.store.tenant))
            found[name] = sorted([str(value) for value in row] for row in rows)
    with work.store.read() as unit:
        found["waiting"] = sorted([q.state, q.reason, q.remaining_ore] for q in unit.queue.waiting(limit=1000))
        found["attempts"] = [attempt._asdict() for attempt in unit.attempts.latest()]
        found["asked"] = sorted(t["subject"] for t in unit.commands.open_tasks() if t["kind"] == "unknown_attempt")
    proof = BooksDesk(installation, work).verify()
    found["verify"] = [finding._asdict() for finding in proof.findings]
    return found
