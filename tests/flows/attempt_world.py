"""A small world for messages to the outside: a tenant, a counterparty on a real socket, and deaths on demand."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.contracts import DeliveryChannel, Promise, QueryableChannel
from hub.errors import HubError, OutcomeUnknownError
from hub.loopback.acceptance_log import Accepted, read_log
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.model.attempts import Attempt, AttemptState, Delivered, Message, PlannedMessage, Probed
from hub.model.commands import parse_command
from hub.model.tenant import Tenant
from hub.rules.attempts import CERTAINLY_NOT_DELIVERED
from hub.rules.settling import Instant
from hub.runtime.carrying import Carrier
from hub.services.attempts import ATTEMPT_HANDLERS, RUN_KIND, SendingRun, plan_batch
from hub.services.books import carry_out
from hub.services.ports import JsonObject
from hub.services.runs import cancel
from hub.store.unit_of_work import SqlStore, SqlUnitOfWork
from hub.store.verifying_attempts import CHECKS
from hub.testing.example_tenant import tenant_settings
from hub_demonstration_channels.channels import channels
from hub_demonstration_channels.settings import DemonstrationSettings

PLUGIN = "demonstration_channels"
TIMEOUT_S = 0.9  # a busy machine takes a while for a call; whole seconds of it are part of when a call has settled
PATIENT_S = 30.0  # where no call is meant to be late
LATE_BY_S = 5
MOST_STEPS = 200
LOST_ANSWERS = (Fault.RESET_BEFORE_READING, Fault.RESET_AFTER_ACCEPT)


class PassingTime(FixedClock):
    """Time that passes for every clock, or jumps for the time of day alone."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self._passed_ms = 0
        self.machine = "a"

    def advance(self, step: timedelta) -> None:
        """Let time pass."""
        super().advance(step)
        self._passed_ms += round(step / timedelta(milliseconds=1))

    def jump(self, step: timedelta) -> None:
        """Let somebody set the clock; no time passes."""
        super().advance(step)

    def steady(self) -> Instant:
        """The steady clock of the machine that works now."""
        return Instant(self.machine, self._passed_ms)


class Died(BaseException):
    """Stands for a killed process: nothing catches it."""


class Killer:
    """Counts the moments that processes pass, and kills each of them at one, counted from the last death."""

    def __init__(self, *at: int) -> None:
        self._at = list(at)
        self._count = 0
        self.passed: list[str] = []
        self.died_at: list[str] = []

    @property
    def is_done(self) -> bool:
        """Whether all have died who were to."""
        return not self._at

    def strikes(self, moment: str) -> bool:
        """Pass a moment, and say whether it is the last one."""
        self.passed.append(moment)
        self._count += 1
        if self._at[:1] != [self._count]:
            return False
        self.died_at.append(moment)
        self._at.pop(0)
        self._count = 0
        return True

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

    def __init__(self, channel: DeliveryChannel, world: AttemptWorld) -> None:
        self.channel = channel
        self.killer = Killer()
        self.calls_come_to: list[Fault | HubError] = []  # of the troubled letter, one after the other
        self.troubled = 1
        self._world = world
        self._counterparty = world.counterparty

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
                self._counterparty.faults.order(self.promise, fault)
                with suppress(OutcomeUnknownError):
                    self.channel.send(message)
                raise Died(fault)
        if self.killer.strikes("during a call: on its way"):
            self._world.on_its_way(self.channel, message)
            raise Died("on its way")
        if message.content == f"letter {self.troubled}".encode() and self.calls_come_to:
            self._go_wrong(self.calls_come_to.pop(0))
        delivered = self.channel.send(message)
        self.killer.pass_by("after a call")
        return delivered

    def _go_wrong(self, what: Fault | HubError) -> None:
        if isinstance(what, HubError):
            raise what
        self._counterparty.faults.order(self.promise, what)


class MortalAskableChannel(MortalChannel):
    """Dies before and after it asks, too."""

    channel: QueryableChannel

    claimed_settled_after_s: int | None = None  # what it says instead of the truth

    @property
    def settled_after_s(self) -> int:
        if self.claimed_settled_after_s is not None:
            return self.claimed_settled_after_s
        return self.channel.settled_after_s

    def probe(self, key: str) -> Probed:
        self.killer.pass_by("before a question")
        probed = self.channel.probe(key)
        self.killer.pass_by("after a question")
        return probed


class AttemptWorld:
    """A tenant that sends by the three demonstration channels."""

    def __init__(
        self, engine: Engine, counterparty: Counterparty, *, name: str = "north", timeout_s: float = TIMEOUT_S
    ) -> None:
        self.engine = engine
        self.tenant = Tenant.model_validate(tenant_settings(id=name))
        self.clock = PassingTime(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
        self.store = MortalStore(engine, name, self.clock)
        self.counterparty = counterparty
        offered = channels(DemonstrationSettings(address=counterparty.address, timeout_s=timeout_s))
        self.channels: dict[str, Any] = {
            channel.promise: (MortalAskableChannel if channel.promise is Promise.QUERYABLE else MortalChannel)(
                channel, self
            )
            for channel in offered
        }
        self._on_its_way: list[tuple[int, DeliveryChannel, Message]] = []

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
            planned.append(PlannedMessage(f"{prefix}:{number}", kept.sha256, kept.size))
        return self.plan_messages(promise, planned, batch=batch)

    def plan_messages(self, promise: Promise, planned: Sequence[PlannedMessage], *, batch: str = "1") -> int:
        with self.store.write() as work:
            return plan_batch(work, self.tenant.id, self.channels[promise].name, batch, planned, plugin=PLUGIN)

    @property
    def bodies(self) -> dict[str, SendingRun]:
        named = {channel.name: channel for channel in self.channels.values()}
        return {RUN_KIND: SendingRun(self.store, named, self.clock, steady=self.clock.steady)}

    def work(self) -> dict[str, JsonObject]:
        """Let every unfinished run have one turn; return what each answered."""
        carrier = Carrier(self.store, self.bodies)
        with self.store.read() as work:
            unfinished = work.runs.unfinished()
        return {run.run_id: carrier.carry_out(run.run_id).answer for run in unfinished}

    def work_to_the_end(self, step: timedelta = timedelta(hours=1), *, jump: timedelta = timedelta(0)) -> None:
        """Carry everything out, step by step; whoever dies is followed by a process on another machine.

        With `jump`, somebody puts the clock forward as well, each time.
        """
        for number in range(MOST_STEPS):
            try:
                self.work()
            except Died:
                self.clock.machine = f"machine {number}"
            with self.store.read() as work:
                if not work.runs.unfinished():
                    break
            self.clock.jump(jump)
            self.pass_time(step)
        else:
            raise AssertionError("the runs do not end")
        self.pass_time(timedelta(hours=1))

    def on_its_way(self, channel: DeliveryChannel, message: Message) -> None:
        """Let a call of a dead process arrive as late as its channel says it can."""
        settled_after_s = getattr(channel, "settled_after_s", LATE_BY_S)
        self._on_its_way.append((self.clock.steady().at_ms + 1000 * settled_after_s, channel, message))

    def pass_time(self, step: timedelta) -> None:
        """Let time pass, and what is on its way arrive."""
        self.clock.advance(step)
        now_ms = self.clock.steady().at_ms
        for sent in [sent for sent in self._on_its_way if sent[0] <= now_ms]:
            self._on_its_way.remove(sent)
            _, channel, message = sent
            channel.send(message)

    def attempts(self) -> list[Attempt]:
        """All attempts, oldest first."""
        with self.store.read() as work:
            return work.attempts.latest(limit=10_000)[::-1]

    def attempt(self) -> Attempt:
        """The only attempt there is."""
        (attempt,) = self.attempts()
        return attempt

    def number(self, statement: str) -> int:
        with self.engine.begin() as connection:
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

    def cancel(self, run_id: str) -> None:
        with self.store.write() as work:
            cancel(work, run_id)

    def found(self, *codes: str) -> list[str]:
        """What checks of `hub verify` find wrong with messages; all of them when none is named."""
        with self.engine.begin() as connection:
            return [
                f"{check.code}: {row}"
                for check in CHECKS
                if not codes or check.code in codes
                for row in connection.execute(text(check.statement), {"t": self.store.tenant})
            ]

    def accepted(self, attempt: Attempt) -> list[Accepted]:
        """What the counterparty's own log says of an attempt, repeats included."""
        return [line for line in read_log(self.counterparty.log.path) if line.key == attempt.key]


def check(world: AttemptWorld, *, may_be_unknown: bool = False) -> None:
    """Compare our rows with the counterparty's own log.

    Every message is there at most once, is there when we say so and is not when we say that, and each unknown one waits
    for a person; on a channel that promises something there is none, unless it `may_be_unknown`. `hub verify` finds
    nothing either.
    """
    assert world.found() == []
    tasks = world.tasks()
    log = list(read_log(world.counterparty.log.path))  # once: it grows with every life
    for attempt in world.attempts():
        taken = [line for line in log if line.key == attempt.key and not line.is_repeat]
        assert len(taken) <= 1, "sent twice"
        assert [line.sha256 for line in taken] in ([], [attempt.sha256])
        if attempt.state == AttemptState.UNKNOWN:
            assert may_be_unknown or attempt.promise == Promise.NEITHER
            assert tasks[str(attempt.attempt_no)] == "unknown_attempt"
        elif attempt.state in CERTAINLY_NOT_DELIVERED:
            assert taken == []
        else:
            assert attempt.state == AttemptState.DELIVERED, attempt
            assert [line.external_id for line in taken] == [attempt.external_id]


def scripted(world: AttemptWorld, promise: Promise, *answers: Any) -> ScriptedChannel:
    """Put a channel that follows a script in the place of the one with this promise."""
    channel = ScriptedChannel(promise, *answers)
    world.channels[promise] = channel
    return channel


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
        if isinstance(answer, BaseException):
            raise answer
        return answer  # type: ignore[no-any-return]
