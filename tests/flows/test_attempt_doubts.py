"""What may have arrived stays so until somebody who knows says otherwise: no resend, clock or silence settles it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from attempt_world import AttemptWorld, Died, ScriptedChannel, scripted

from hub.contracts import Promise
from hub.errors import ConfigurationError, OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.loopback.faults import Fault
from hub.model.attempts import Delivered, Finding, Message, Probed
from hub.rules.attempts import MOST_FAILURES
from hub.services.runs import retry

IDEMPOTENT, QUERYABLE, NEITHER = Promise
LOST = OutcomeUnknownError("lost")


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


def asked_of(world: AttemptWorld) -> list[str]:
    """Return the list of questions to the queryable channel from here on."""
    asked: list[str] = []
    channel = world.channels[QUERYABLE]
    probe = channel.probe
    channel.probe = lambda key: asked.append(key) or probe(key)
    return asked


# What a resend is told


@pytest.mark.parametrize("told", [RejectedError("422"), TransientError("connection refused"), LOST])
def test_a_message_whose_first_call_may_have_arrived_goes_by_no_other_channel(world, told):
    scripted(world, IDEMPOTENT, LOST, told)
    world.plan(IDEMPOTENT)

    world.work_to_the_end()

    assert (world.states(), world.tasks()) == (["unknown"], {"1": "unknown_attempt"})
    with pytest.raises(RuleViolation, match="unknown on the channel"):
        world.plan(NEITHER, batch="2")


def test_a_process_that_died_in_its_call_counts_as_one_that_may_have_arrived(world):
    channel = scripted(world, IDEMPOTENT, RejectedError("401"))
    channel.send = dies_once(channel.send)
    world.plan(IDEMPOTENT)

    world.work_to_the_end()

    assert world.states() == ["unknown"]
    assert "an earlier call may have arrived" in world.attempt().problem


def dies_once(send: Any) -> Any:
    deaths = iter([Died("in the call")])

    def send_or_die(message: Message) -> Delivered:
        for death in deaths:
            raise death
        return send(message)  # type: ignore[no-any-return]

    return send_or_die


def test_a_wrong_setting_at_the_resend_stops_the_run_and_costs_nothing(world):
    channel = scripted(world, IDEMPOTENT, LOST, ConfigurationError("no secret"), Delivered("id"))
    world.plan(IDEMPOTENT)
    for _ in range(2):
        world.work()
        world.clock.advance(timedelta(hours=1))
    assert [(a.state, a.failures, a.may_have_arrived) for a in world.attempts()] == [("in_doubt", 1, 1)]

    go_on(world)

    assert (world.states(), len(channel.sent)) == (["delivered"], 3)


def go_on(world: AttemptWorld) -> None:
    with world.store.write() as work:
        retry(work, "send:north:1:1")
    world.work_to_the_end()


def test_a_promise_that_changes_after_a_lost_answer_and_a_refusal_sends_nothing_on_a_guess(world):
    scripted(world, IDEMPOTENT, LOST, TransientError("later"))
    world.plan(IDEMPOTENT)
    for _ in range(2):
        world.work()
        world.clock.advance(timedelta(minutes=5))
    changed = scripted(world, IDEMPOTENT, Delivered())
    changed.promise = NEITHER

    world.work_to_the_end()

    assert (world.states(), changed.sent) == (["unknown"], [])


@pytest.mark.parametrize("promise", [IDEMPOTENT, QUERYABLE])
def test_a_message_in_doubt_is_not_sent_to_another_account(world, promise):
    """There its key was never heard of: asked, it would be called not delivered, and sent once more."""
    first = scripted(world, promise, LOST)
    first.endpoint = "network account-1"
    world.plan(promise)
    world.work()
    other = scripted(world, promise, Delivered())
    other.endpoint = "network account-2"
    other.probe = lambda _: Probed(Finding.NOT_DELIVERED)
    world.clock.advance(timedelta(minutes=5))

    world.work_to_the_end()

    assert (world.states(), other.sent) == (["unknown"], [])
    assert world.tasks() == {"1": "unknown_attempt"}


@pytest.mark.parametrize("promise", [IDEMPOTENT, QUERYABLE])
def test_what_was_not_sent_yet_goes_to_the_new_account(world, promise):
    first = scripted(world, promise, TransientError("later"))
    first.endpoint = "network account-1"
    world.plan(promise)
    world.work()
    other = scripted(world, promise, Delivered())
    other.endpoint = "network account-2"

    world.work_to_the_end()

    assert world.states() == ["delivered"]


def test_what_a_question_has_cleared_can_be_given_up(world):
    world.channels[QUERYABLE] = Askable(LOST, TransientError("down"))
    world.plan(QUERYABLE)

    world.work_to_the_end()

    assert (world.states(), world.attempt().failures) == (["given_up"], MOST_FAILURES)


class Askable(ScriptedChannel):
    """A scripted channel that has never heard of any message."""

    settled_after_s = 10

    def __init__(self, *answers: Any) -> None:
        super().__init__(QUERYABLE, *answers)

    def probe(self, key: str) -> Probed:
        return Probed(Finding.NOT_DELIVERED)


def test_a_question_too_may_be_answered_with_when_to_come_again(world):
    channel = Askable(LOST, Delivered())
    probe, asked = channel.probe, []

    def busy_once(key: str) -> Probed:
        asked.append(key)
        if len(asked) == 1:
            raise TransientError("429", retry_after_s=1800)
        return probe(key)

    channel.probe = busy_once  # type: ignore[method-assign]
    world.channels[QUERYABLE] = channel
    world.plan(QUERYABLE, batch="in doubt", prefix="in doubt")
    world.work()
    world.plan(QUERYABLE, batch="new", prefix="new")
    for _ in range(4):
        world.clock.advance(timedelta(minutes=7))
        world.work()

    assert (len(asked), len(channel.sent), world.states()) == (1, 1, ["in_doubt", "planned"])
    world.work_to_the_end()
    assert world.states() == ["delivered"] * 2


# Clocks that jump


@pytest.fixture
def killed(world: AttemptWorld) -> AttemptWorld:
    """A message whose sender died in its call to a queryable channel, whose other side has not taken it yet."""
    channel = world.channels[QUERYABLE].channel
    channel_send = channel.send
    channel.send = dies_once(channel_send)
    world.plan(QUERYABLE)
    with pytest.raises(Died):
        world.work()
    return world


def settled_after_s(world: AttemptWorld) -> int:
    return int(world.channels[QUERYABLE].settled_after_s) + 5


@pytest.mark.parametrize("machine", ["a", "b"])
@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_jumps_lets_nobody_ask_before_the_call_has_settled(killed, machine, jump):
    asked = asked_of(killed)
    killed.clock.machine = machine
    killed.clock.jump(jump)

    killed.work()
    killed.clock.advance(timedelta(seconds=settled_after_s(killed) - 1))
    killed.work()
    killed.clock.jump(jump)
    killed.work()
    assert (asked, killed.states()) == ([], ["in_doubt"])
    killed.clock.advance(timedelta(seconds=1))
    killed.work()

    assert asked == [killed.attempt().key]
    assert (killed.states(), killed.attempt().sends) == (["delivered"], 2)


def test_an_answer_that_was_lost_is_not_asked_for_sooner_because_a_clock_jumps(world):
    asked = asked_of(world)
    world.counterparty.faults.order(QUERYABLE, Fault.RESET_AFTER_ACCEPT)
    world.plan(QUERYABLE)
    world.work()

    world.clock.jump(timedelta(days=1))
    world.work()

    assert asked == []
    world.clock.advance(timedelta(seconds=settled_after_s(world)))
    world.work()
    assert (asked, world.states()) == ([world.attempt().key], ["delivered"])


def test_machines_that_take_turns_ask_when_one_of_them_has_waited(killed):
    asked = asked_of(killed)
    for machine in ("b", "c"):
        killed.clock.machine = machine
        killed.work()
        killed.clock.advance(timedelta(seconds=settled_after_s(killed) / 2))
    killed.work()
    assert asked == []
    killed.clock.machine = "b"
    killed.work()

    assert asked == [killed.attempt().key]


def test_a_run_that_waits_for_a_call_to_settle_says_until_when(killed):
    killed.clock.machine = "b"
    killed.work()

    with killed.store.read() as work:
        run = work.runs.get("send:north:1:1")
    until = killed.clock.now() + timedelta(seconds=settled_after_s(killed))
    assert run.problem == f"1 of 1 messages wait, the first until {until.isoformat(timespec='milliseconds')}"


def test_a_clock_that_was_years_ahead_parks_no_message(world):
    world.clock.jump(timedelta(days=3650))
    world.counterparty.faults.order(NEITHER, Fault.BUSY)
    world.plan(NEITHER)
    world.work()
    assert world.attempt().next_at.startswith("2036")
    world.clock.jump(timedelta(days=-3650))

    world.work()

    assert world.states() == ["delivered"]


def test_a_person_who_tries_a_run_again_need_not_wait_for_its_messages(world):
    world.counterparty.faults.order(NEITHER, Fault.BUSY)
    world.plan(NEITHER)
    world.work()

    go_on(world)

    assert world.states() == ["delivered"]
    assert world.attempt().changed_at == "2026-11-22T09:00:00.000+00:00"


# Proof that comes late


class Frozen:
    """Freezes in its first call, while others do something; then it hears that the message was taken."""

    def __init__(self, channel: Any, *meanwhile: Any) -> None:
        self._channel = channel
        self._meanwhile = list(meanwhile)
        self.name, self.promise = channel.name, channel.promise

    def send(self, message: Message) -> Delivered:
        happens, self._meanwhile = self._meanwhile, []
        delivered: Delivered = self._channel.send(message)
        for what in happens:
            what()
        return delivered


def freeze(world: AttemptWorld, *meanwhile: Any) -> None:
    world.channels[NEITHER] = Frozen(world.channels[NEITHER], world.work, *meanwhile)
    world.plan(NEITHER)
    world.work()


def events(world: AttemptWorld) -> list[str]:
    with world.store.read() as work:
        return [event.kind for event in work.events.after(0)]


def test_an_unknown_message_whose_answer_comes_late_is_delivered_and_nobody_is_asked(world):
    freeze(world)

    assert (world.states(), world.tasks()) == (["delivered"], {})
    assert world.attempt().external_id == "neither-1"
    assert "attempt_arrived_late" not in events(world)


def test_what_a_person_let_go_elsewhere_and_did_arrive_is_told(world):
    freeze(
        world,
        lambda: world.decide(1, "not_delivered"),
        lambda: world.plan(IDEMPOTENT, batch="2"),
        world.work,
    )

    assert world.states() == ["delivered", "delivered"]
    assert world.tasks() == {"1": "late_attempt"}
    assert "attempt_arrived_late" in events(world)
    world.decide(1, "delivered", key="seen to")
    assert world.tasks() == {}
    with pytest.raises(RuleViolation, match="delivered"):
        world.decide(1, "delivered", key="once more")


def test_what_a_person_had_sent_again_and_did_arrive_is_told(world):
    freeze(world, lambda: world.decide(1, "send_again"), world.work)

    assert (world.states(), world.tasks()) == (["delivered"], {"1": "late_attempt"})
    assert world.attempt().external_id == "neither-2"


def test_what_is_to_be_sent_again_and_did_arrive_is_not_sent(world):
    freeze(world, lambda: world.decide(1, "send_again"))
    world.work_to_the_end()

    assert (world.states(), world.tasks(), world.attempt().sends) == (["delivered"], {}, 1)
    assert len(world.accepted(world.attempt())) == 1


# What a person says


def test_a_person_who_says_that_a_given_up_message_arrived_hears_of_the_other_channel(world):
    scripted(world, NEITHER, TransientError("down"))
    world.plan(NEITHER)
    world.work_to_the_end()
    world.plan(IDEMPOTENT, batch="2")

    answer = world.decide(1, "delivered")

    assert "demonstration_idempotent the message is planned" in answer["warning"]
    assert "hub attempts show 2" in answer["warning"]


def test_a_person_who_is_not_contradicted_is_not_warned(world):
    scripted(world, NEITHER, TransientError("down"))
    world.plan(NEITHER)
    world.work_to_the_end()

    assert "warning" not in world.decide(1, "delivered")
