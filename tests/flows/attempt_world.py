"""A small world for messages to the outside: a tenant, a counterparty on a real socket, and deaths on demand."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, event, text

from hub.banking_calendar import FixedClock
from hub.contracts import DeliveryChannel, Promise, QueryableChannel
from hub.errors import HubError, OutcomeUnknownError
from hub.loopback.acceptance_log import Accepted, read_log
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.model.attempts import Attempt, AttemptState, Delivered, Message, PlannedMessage, Probed
from hub.model.commands import parse_command
from hub.model.tenant import Tenant
from hub.runtime.carrying import Carrier
from hub.services.attempts import ATTEMPT_HANDLERS, RUN_KIND, SendingRun, plan_batch
from hub.services.books import carry_out
from hub.services.ports import JsonObject
from hub.store.unit_of_work import SqlStore, SqlUnitOfWork
from hub.testing.example_tenant import tenant_settings
from hub_demonstration_channels.channels import channels
from hub_demonstration_channels.settings import DemonstrationSettings

TIMEOUT_S = 0.2
LOST_ANSWERS = (Fault.RESET_BEFORE_READING, Fault.RESET_AFTER_ACCEPT)


def in_haste(engine: Engine) -> Engine:
    """Let SQLite not wait for the disk: these deaths are of processes, not of machines."""
    if engine.dialect.name == "sqlite":
        engine.dispose()

        @event.listens_for(engine, "connect")
        def _no_waiting(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=OFF")

    return engine


class Died(BaseException):
    """Stands for a killed process: nothing catches it."""


class Killer:
    """Counts the moments a process passes, and kills it at one of them; at 0 at none."""

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self.passed: list[str] = []
        self.has_struck = False

    def strikes(self, moment: str) -> bool:
        """Pass a moment, and say whether it is the last one."""
        self.passed.append(moment)
        self.has_struck |= len(self.passed) == self._at
        return len(self.passed) == self._at

    def pass_by(self, moment: str) -> None:
        if self.strikes(moment):
            raise Died(moment)


class MortalStore(SqlStore):
    """Dies around its commits."""

    killer: Killer | None = None

    @contextmanager
    def write(self) -> Iterator[SqlUnitOfWork]:
        with super().write() as unit:
            yield unit
            if self.killer is not None:
                self.killer.pass_by("before a commit")
        if self.killer is not None:
            self.killer.pass_by("after a commit")


class MortalChannel:
    """Dies before, during and after each call of the channel within."""

    def __init__(self, channel: DeliveryChannel, counterparty: Counterparty) -> None:
        self.channel = channel
        self.counterparty = counterparty
        self.killer = Killer()
        self.loses_answer_of = ""  # content of the message whose first answer is lost

    @property
    def name(self) -> str:
        return self.channel.name

    @property
    def promise(self) -> Promise:
        return self.channel.promise

    def send(self, message: Message) -> Delivered:
        self.killer.pass_by("before a call")
        for fault in LOST_ANSWERS:
            if self.killer.strikes(f"during a call: {fault}"):
                self.counterparty.faults.order(self.promise, fault)
                with suppress(OutcomeUnknownError):
                    self.channel.send(message)
                raise Died(fault)
        if message.content.decode() == self.loses_answer_of:
            self.loses_answer_of = ""
            self.counterparty.faults.order(self.promise, Fault.RESET_AFTER_ACCEPT)
        delivered = self.channel.send(message)
        self.killer.pass_by("after a call")
        return delivered


class MortalAskableChannel(MortalChannel):
    """Dies before and after it asks, too."""

    channel: QueryableChannel

    @property
    def settled_after_s(self) -> int:
        return self.channel.settled_after_s

    def probe(self, key: str) -> Probed:
        self.killer.pass_by("before a question")
        probed = self.channel.probe(key)
        self.killer.pass_by("after a question")
        return probed


class AttemptWorld:
    """A tenant that sends by the three demonstration channels."""

    def __init__(self, engine: Engine, counterparty: Counterparty, *, name: str = "north") -> None:
        self.engine = engine
        self.tenant = Tenant.model_validate(tenant_settings(id=name))
        self.clock = FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
        self.store = MortalStore(engine, name, self.clock)
        self.counterparty = counterparty
        offered = channels(DemonstrationSettings(address=counterparty.address, timeout_s=TIMEOUT_S))
        self.channels: dict[str, Any] = {
            channel.promise: (MortalAskableChannel if channel.promise is Promise.QUERYABLE else MortalChannel)(
                channel, counterparty
            )
            for channel in offered
        }

    def arm(self, killer: Killer) -> None:
        """Let one process die."""
        self.store.killer = killer
        for channel in self.channels.values():
            channel.killer = killer

    def plan(self, promise: Promise, count: int = 1, *, batch: str = "1", prefix: str = "letter") -> int:
        """Plan messages of different bytes; return how many are new."""
        planned = []
        for number in range(count):
            kept = self.store.contents.keep(io.BytesIO(f"{prefix} {number}".encode()))
            planned.append(PlannedMessage(f"{prefix}:{number}", kept.sha256))
        return self.plan_messages(promise, planned, batch=batch)

    def plan_messages(self, promise: Promise, planned: Sequence[PlannedMessage], *, batch: str = "1") -> int:
        with self.store.write() as work:
            return plan_batch(work, self.tenant.id, self.channels[promise].name, batch, planned, "")

    @property
    def bodies(self) -> dict[str, SendingRun]:
        named = {channel.name: channel for channel in self.channels.values()}
        return {RUN_KIND: SendingRun(self.store, named, self.clock)}

    def work(self) -> dict[str, JsonObject]:
        """Let every unfinished run have one turn; return what each answered."""
        carrier = Carrier(self.store, self.bodies)
        with self.store.read() as work:
            unfinished = work.runs.unfinished()
        return {run.run_id: carrier.carry_out(run.run_id).answer for run in unfinished}

    def work_to_the_end(self) -> None:
        """Carry everything out, hour after hour; whoever dies is followed by another process."""
        for _ in range(200):
            try:
                self.work()
            except Died:
                self.arm(Killer())
            with self.store.read() as work:
                if not work.runs.unfinished():
                    return
            self.clock.advance(timedelta(hours=1))
        raise AssertionError("the runs do not end")

    def attempts(self) -> list[Attempt]:
        """All attempts, oldest first."""
        with self.store.read() as work:
            return work.attempts.latest(limit=10_000)[::-1]

    def attempt(self) -> Attempt:
        """The only attempt there is."""
        (attempt,) = self.attempts()
        return attempt

    def number(self, statement: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text(statement), {"t": self.store.tenant}).scalar_one())

    def states(self) -> list[str]:
        return [attempt.state for attempt in self.attempts()]

    def tasks(self) -> dict[str, str]:
        """The open tasks: kind by attempt number."""
        with self.store.read() as work:
            return {task["subject"].partition(":")[0]: task["kind"] for task in work.commands.open_tasks()}

    def decide(self, attempt_no: int, verdict: str, *, key: str = "k1", **more: Any) -> dict[str, Any]:
        body = {"kind": "decide_attempt", "key": key, "user": "anna", "attempt_no": attempt_no, "verdict": verdict}
        with self.store.write() as work:
            return carry_out(work, self.tenant, parse_command({**body, **more}), ATTEMPT_HANDLERS)

    def accepted(self, attempt: Attempt) -> list[Accepted]:
        """What the counterparty's own log says of an attempt, repeats included."""
        return [line for line in read_log(self.counterparty.log.path) if line.key == attempt.key]


def check(world: AttemptWorld) -> None:
    """Compare our rows with the counterparty's own log.

    Every message is there at most once, is there when we say so, and each unknown one waits for a person.
    """
    tasks = world.tasks()
    for attempt in world.attempts():
        taken = [line for line in world.accepted(attempt) if not line.is_repeat]
        assert len(taken) <= 1, "sent twice"
        assert [line.sha256 for line in taken] in ([], [attempt.sha256])
        if attempt.state == AttemptState.UNKNOWN:
            assert attempt.promise == Promise.NEITHER
            assert tasks[str(attempt.attempt_no)] == "unknown_attempt"
        else:
            assert attempt.state == AttemptState.DELIVERED, attempt
            assert [line.external_id for line in taken] == [attempt.external_id]


class ScriptedChannel:
    """A channel that does what a test says, one answer after the other; the last one goes on."""

    def __init__(self, promise: Promise, *answers: Delivered | HubError | Exception | Any) -> None:
        self.name = "scripted"
        self.promise = promise
        self.sent: list[Message] = []
        self._answers = list(answers)

    def send(self, message: Message) -> Delivered:
        self.sent.append(message)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]
