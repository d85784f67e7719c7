"""An other side that is down is left in peace, and costs few of the messages that nobody can ask about."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from attempt_world import AttemptWorld, Died, ScriptedChannel, scripted
from one_database import on_postgresql

from hub.contracts import Promise
from hub.errors import ConfigurationError, OutcomeUnknownError, TransientError
from hub.model.attempts import ChannelRest, Delivered, Finding, Message, Probed
from hub.model.runs import Run
from hub.rules.attempts import MOST_FAILURES, Heard, Outcome
from hub.rules.channel_rest import said
from hub.runtime.carrying import Carrier
from hub.services.attempts.resting import Resting, let_be
from hub.services.runs import retry

IDEMPOTENT, _, NEITHER = Promise
MINUTE = timedelta(minutes=1)
FAILED = Heard(Outcome.NOT_NOW, problem="down")


@pytest.fixture
def world(attempt_world: AttemptWorld) -> AttemptWorld:
    return attempt_world


def first_run(world: AttemptWorld) -> Run:
    with world.store.read() as work:
        run = work.runs.get("send:north:1:1")
    assert run is not None
    return run


def test_an_outage_of_an_hour_costs_a_handful_of_unknown_messages(world):
    scripted(world, NEITHER, OutcomeUnknownError("500"))
    world.plan(NEITHER, 40)
    for _ in range(30):
        world.work()
        world.clock.advance(2 * MINUTE)

    assert world.states().count("unknown") == 7
    scripted(world, NEITHER, Delivered())
    world.work_to_the_end()
    assert world.states().count("delivered") == 33


def test_the_rest_holds_for_every_run_of_the_channel_and_for_no_other(world):
    """Batches of one message: no run of them sees two failures."""
    scripted(world, NEITHER, OutcomeUnknownError("500"))
    for batch in range(6):
        world.plan(NEITHER, batch=str(batch), prefix=f"letter {batch}")
    world.plan(IDEMPOTENT, batch="other", prefix="other")

    for _ in range(3):
        world.work()

    assert world.states() == ["unknown"] * 3 + ["planned"] * 3 + ["delivered"]


def test_who_looks_sees_until_when_and_why(world):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 10)
    world.work()

    assert first_run(world).problem == (
        "10 of 10 messages wait: the channel scripted is left in peace until 2026-11-22 09:00:30 UTC, "
        "after 3 failures in a row: down"
    )
    with world.store.read() as work:
        assert [rest.failures for rest in work.attempts.rests()] == [3]


def test_a_call_that_succeeds_ends_it(world):
    scripted(world, IDEMPOTENT, *[TransientError("down")] * 4, Delivered())
    world.plan(IDEMPOTENT, 10)
    world.work()
    world.clock.advance(MINUTE)
    world.work()
    assert "4 failures" in first_run(world).problem
    world.clock.advance(2 * MINUTE)
    world.work()

    assert "delivered" in world.states()
    with world.store.read() as work:
        assert work.attempts.rests() == []


def test_a_person_who_has_it_tried_again_does_not_wait_for_its_end(world):
    channel = scripted(world, IDEMPOTENT, *[TransientError("down")] * 3, Delivered())
    world.plan(IDEMPOTENT, 5)
    world.work()
    world.work()
    assert len(channel.sent) == 3

    with world.store.write() as work:
        retry(work, "send:north:1:1")
    world.work()

    assert world.states() == ["delivered"] * 5


@pytest.mark.parametrize("down", [[TransientError("503", retry_after_s=3600)], [TransientError("503")] * 2])
def test_runs_that_wait_for_the_rest_go_on_when_a_retry_of_one_shows_that_the_channel_works(world, monkeypatch, down):
    """What waits for a time of its own goes on waiting; it is the first of three failures in a row."""
    told: list[tuple[str, float]] = []
    monkeypatch.setattr(world.store, "_hand_over", lambda _, turn: told.append((turn.run_id, turn.delay_s)))
    own_wait = TransientError("too many to this debtor", retry_after_s=7200, waits_alone=True)
    scripted(world, IDEMPOTENT, own_wait, *down, Delivered())
    for batch, messages in (("alone", 1), ("tried", 3), ("second", 2), ("third", 1)):
        world.plan(IDEMPOTENT, messages, batch=batch, prefix=batch)
    world.work()
    with world.store.read() as work:
        alone, tried, *others = before = work.runs.unfinished()
    assert [run.put_off_for_s("2026-11-22T09:00:00+00:00") > 0 for run in before] == [True] * 4
    assert all("is left in peace until" in run.problem for run in (tried, *others))

    with world.store.write() as work:
        retry(work, tried.run_id)
    told.clear()
    Carrier(world.store, world.bodies).carry_out(tried.run_id)

    assert world.states() == ["planned", *["delivered"] * 3, *["planned"] * 3]
    assert told == [(run.run_id, 0) for run in others]
    with world.store.read() as work:
        assert work.runs.unfinished() == [alone, *(run._replace(problem="", waits_until="") for run in others)]


def test_a_channel_that_says_when_to_come_again_is_not_called_before_by_any_run(world):
    """One message more of the first run and both of the second wait; none of them has failed."""
    channel = scripted(world, IDEMPOTENT, TransientError("429", retry_after_s=1800), Delivered())
    world.plan(IDEMPOTENT, 2, batch="first", prefix="first")
    world.plan(IDEMPOTENT, 2, batch="second", prefix="second")
    for _ in range(6):
        world.work()
        world.clock.advance(5 * MINUTE - timedelta(seconds=1))
    assert (len(channel.sent), [attempt.failures for attempt in world.attempts()]) == (1, [1, 0, 0, 0])
    with world.store.read() as work:
        assert [said(rest) for rest in work.attempts.rests()] == [
            "the channel scripted is left in peace until 2026-11-22 09:30:00 UTC, as it has asked for: 429"
        ]
    world.clock.advance(MINUTE)
    world.work()

    assert world.states() == ["delivered"] * 4
    with world.store.read() as work:
        assert work.attempts.rests() == []


def test_a_rest_that_was_asked_for_goes_on_though_a_message_was_taken_meanwhile(world):
    """Its row has no failures by then; it is kept to the end of the rest."""
    at = "2026-11-22T09:00:00.000+00:00"
    for heard in (Heard(Outcome.NOT_NOW, retry_after_s=600), Heard(Outcome.DELIVERED)):
        resting = Resting(world.store, "post")
        resting.heard(heard, is_first_failure=True, now=at)
        with world.store.write() as work:
            resting.record(work)

    assert Resting(world.store, "post").left_s(at) == 600


def test_a_message_that_waits_alone_keeps_no_other_from_its_channel(world):
    """Five to a recipient who has got too many; by their own waits they would be tried after 30 seconds."""
    too_many = TransientError("42900", retry_after_s=600, waits_alone=True)
    channel = choosy(world, *[too_many] * 5, Delivered())
    world.plan(IDEMPOTENT, 5, batch="1", prefix="bad")
    world.plan(IDEMPOTENT, 9, batch="2", prefix="good")
    world.work()
    world.clock.advance(MINUTE)
    world.work()
    assert (good(world), len(channel.sent)) == (["delivered"] * 9, 5)
    world.clock.advance(8 * MINUTE)
    world.work()
    assert len(channel.sent) == 5
    world.clock.advance(2 * MINUTE)
    world.work()

    assert world.states() == ["delivered"] * 14


def test_a_channel_that_asks_each_message_to_wait_alone_is_left_in_peace(world):
    """It says so of sixty recipients: the limit is its own, and each would call it ten times."""
    channel = scripted(world, IDEMPOTENT, TransientError("42900", retry_after_s=3600, waits_alone=True))
    world.plan(IDEMPOTENT, 60)
    for _ in range(60):
        world.work()
        world.clock.advance(MINUTE)
    assert (len(channel.sent) <= 7, told_of(world)) == (True, ["scripted"])
    for _ in range(47):
        world.work()
        world.clock.advance(60 * MINUTE)

    assert len(channel.sent) < 60
    assert set(world.states()) == {"given_up"}


@pytest.mark.parametrize("promise", Promise)
def test_a_turn_sees_that_its_channel_asks_for_a_rest_meanwhile(world, promise):
    """Another process hears it; the second message, or the rows after the first, wait unsent."""

    class Busy(ScriptedChannel):
        settled_after_s = 0

        def send(self, message: Message) -> Delivered:
            if not self.sent:
                world.clock.advance(MINUTE)
                hear(world, "scripted", TransientError("429", retry_after_s=3600))
            return super().send(message)

    world.channels[promise] = channel = Busy(promise, Delivered())
    world.plan(promise, 100)
    world.work()
    sent = len(channel.sent)
    why = "the channel scripted is left in peace until 2026-11-22 10:01:00 UTC, as it has asked for: 429"

    assert (sent, first_run(world).problem) == (1, why)
    assert set(world.states()[1:]) == {"planned"}
    world.clock.advance(61 * MINUTE)
    world.work()
    assert (len(channel.sent), world.found()) == (100, [])


def test_no_question_is_asked_in_a_rest_that_began_meanwhile(world):
    class Asked(ScriptedChannel):
        settled_after_s = 0
        questions = 0

        def probe(self, key: str) -> Probed:
            self.questions += 1
            hear(world, "scripted", TransientError("429", retry_after_s=3600))
            return Probed(Finding.DELIVERED)

    lost = OutcomeUnknownError("the answer was lost")
    world.channels[Promise.QUERYABLE] = channel = Asked(Promise.QUERYABLE, lost)
    world.plan(Promise.QUERYABLE, 2)
    world.work()
    world.clock.advance(MINUTE)
    world.work()

    assert (channel.questions, sorted(world.states())) == (1, ["delivered", "in_doubt"])


def hear(world: AttemptWorld, channel: str, error: TransientError) -> None:
    """Let another process, that was taken for dead, hear this of a message."""
    resting = Resting(world.store, channel)
    later = Heard(Outcome.NOT_NOW, problem=str(error), retry_after_s=error.retry_after_s or 0)
    with world.store.write() as work:
        resting.heard(later, is_first_failure=False, now=work.now)
        resting.record(work)


def test_a_wrong_setting_is_no_failure_of_the_other_side(world):
    scripted(world, NEITHER, ConfigurationError("no secret"))
    world.plan(NEITHER, 5)
    for _ in range(4):
        world.work()
        with world.store.write() as work:
            retry(work, "send:north:1:1")

    with world.store.read() as work:
        assert work.attempts.rests() == []


# A message, or the channel?


class Choosy(ScriptedChannel):
    """Takes every message but those that begin with `bad`."""

    def send(self, message: Message) -> Delivered:
        if message.content.startswith(b"bad"):
            return super().send(message)
        return Delivered()


def good(world: AttemptWorld) -> list[str]:
    return [attempt.state for attempt in world.attempts() if attempt.message.startswith("good")]


def choosy(world: AttemptWorld, *answers: Any) -> Choosy:
    world.channels[IDEMPOTENT] = channel = Choosy(IDEMPOTENT, *answers or [OutcomeUnknownError("500")])
    return channel


def test_messages_that_are_never_taken_do_not_keep_later_ones_from_a_channel_that_works(world):
    choosy(world)
    world.plan(IDEMPOTENT, 30, batch="1", prefix="bad")
    world.plan(IDEMPOTENT, 10, batch="2", prefix="good")
    for _ in range(14):
        world.work()
        world.clock.advance(MINUTE)

    assert good(world) == ["delivered"] * 10
    with world.store.read() as work:
        assert work.commands.open_tasks() == []


def test_a_message_that_is_tried_first_after_a_rest_may_be_of_any_run(world, monkeypatch):
    """Batches of one message: the one with the lowest key is drawn."""
    keys = (uuid.UUID(int=number) for number in range(100, 0, -1))
    monkeypatch.setattr("hub.store.attempts.uuid4", lambda: next(keys))
    choosy(world)
    for number in range(6):
        world.plan(IDEMPOTENT, batch=f"bad {number}", prefix=f"bad {number}")
    world.plan(IDEMPOTENT, batch="good", prefix="good")
    world.work()
    world.clock.advance(MINUTE)
    first = first_unfinished(world)
    Carrier(world.store, world.bodies).carry_out(first.run_id)

    (letter,) = [attempt for attempt in world.attempts() if attempt.message.startswith("good")]
    assert (letter.state, letter.called_by, letter.run_no) == ("delivered", first.run_no, 7)
    world.work_to_the_end()
    assert "planned" not in world.states()


@pytest.fixture
def tried_by_another(world: AttemptWorld) -> AttemptWorld:
    """Two batches on a channel that is down; after the rest the run of the first has tried a message of the second."""
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 3, batch="first", prefix="first")
    world.plan(IDEMPOTENT, 1, batch="second", prefix="second")
    world.work()
    world.clock.advance(MINUTE)
    Carrier(world.store, world.bodies).carry_out("send:north:first:1")
    assert world.attempts()[-1].called_by == 1
    return world


def test_a_batch_that_is_cancelled_is_not_sent_though_another_run_tried_a_message_of_it(tried_by_another):
    tried_by_another.cancel("send:north:second:1")
    scripted(tried_by_another, IDEMPOTENT, Delivered())
    tried_by_another.work_to_the_end()

    assert tried_by_another.states() == ["delivered"] * 3 + ["cancelled"]


def test_a_batch_that_nobody_cancels_is_sent_though_the_run_that_tried_a_message_of_it_is(tried_by_another):
    tried_by_another.cancel("send:north:first:1")
    scripted(tried_by_another, IDEMPOTENT, Delivered())
    tried_by_another.work_to_the_end()

    assert tried_by_another.states() == ["cancelled"] * 3 + ["delivered"]


def test_the_own_run_of_a_message_clears_up_what_another_run_left_when_it_died(world):
    """Both are carried out for the second time: only the run's number tells which of them called."""
    channel = scripted(world, IDEMPOTENT, *[TransientError("down")] * 3, Died("in the call"), Delivered())
    world.plan(IDEMPOTENT, 3, batch="first", prefix="first")
    world.plan(IDEMPOTENT, 1, batch="second", prefix="second")
    world.work()
    world.clock.advance(MINUTE)
    with pytest.raises(Died):
        Carrier(world.store, world.bodies).carry_out("send:north:first:1")
    assert [(a.state, a.called_by, a.run_no) for a in world.attempts()[-1:]] == [("started", 1, 2)]
    with world.store.write() as work:
        work.attempts.end_rest("scripted")
    Carrier(world.store, world.bodies).carry_out("send:north:second:1")

    assert world.states()[-1] == "delivered"
    assert {message.content for message in channel.sent[3:]} == {b"second 0"}


def first_unfinished(world: AttemptWorld) -> Run:
    with world.store.read() as work:
        return work.runs.unfinished()[0]


# A channel that stays dead


def test_a_dead_channel_keeps_no_message_for_longer_than_two_days(world):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 45)
    for _ in range(41):
        world.work()
        world.clock.advance(61 * MINUTE)

    assert world.states() == ["given_up"] * 45
    assert list(world.tasks().values()).count("given_up_attempt") == 45


@pytest.mark.parametrize("messages", [1, 9, 12])
@pytest.mark.parametrize("retry_after_s", [3600, 21600])
def test_a_dead_channel_that_says_when_to_come_again_is_waited_for_no_longer(world, messages, retry_after_s):
    """A message that has just been called waits for its own time, six hours at most."""
    scripted(world, IDEMPOTENT, TransientError("503", retry_after_s=retry_after_s))
    world.plan(IDEMPOTENT, messages)
    for _ in range(25):
        world.work()
        world.clock.advance(60 * MINUTE)
    assert set(world.states()) == {"planned"}
    for _ in range(18):
        world.work()
        world.clock.advance(60 * MINUTE)

    assert set(world.states()) == {"given_up"}


def test_what_came_later_is_waited_for_as_long(world):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 45)
    for hour in range(41):
        if hour == 20:
            world.plan(IDEMPOTENT, batch="later", prefix="later")
        world.work()
        world.clock.advance(61 * MINUTE)

    assert world.states() == ["given_up"] * 45 + ["planned"]


@pytest.mark.parametrize("pause", ["advance", "jump"])
def test_a_hub_that_stood_still_or_a_clock_that_jumps_ends_no_message(world, pause):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 45)
    for _ in range(7):
        world.work()
        world.clock.advance(61 * MINUTE)
    getattr(world.clock, pause)(timedelta(days=2))
    for _ in range(2):
        world.work()
        world.clock.advance(61 * MINUTE)

    assert rest_of(world).failures >= MOST_FAILURES
    assert "given_up" not in world.states()


def rest_of(world: AttemptWorld) -> ChannelRest:
    with world.store.read() as work:
        return work.attempts.rest_of("scripted")


@pytest.mark.parametrize("tried", ["sent again", "retried"])
def test_what_a_person_has_tried_again_has_its_channel_for_as_long_as_a_new_message(world, tried):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 45)
    for hour in range(41):
        if tried == "retried" and hour == 20:
            with world.store.write() as work:
                retry(work, "send:north:1:1")
        world.work()
        world.clock.advance(61 * MINUTE)
    untried = [attempt.attempt_no for attempt in world.attempts() if attempt.sends == 0]
    if tried == "sent again":
        world.decide(untried[0], "send_again")
        world.work()

    assert world.attempts()[untried[0] - 1].state == "planned"


def test_a_person_is_told_of_a_channel_that_takes_nothing_for_an_hour_until_it_does(world):
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 20)
    for _ in range(40):
        world.work()
        world.clock.advance(2 * MINUTE)
    with world.store.read() as work:
        (task,) = work.commands.open_tasks()
        (told,) = [event.data for event in work.events.after(0) if event.kind == "channel_rests"]

    assert (task["kind"], task["subject"]) == ("channel_rests", "scripted")
    assert "has taken nothing since 2026-11-22 09:00:00 UTC: down" in task["text"]
    assert (told["channel"], told["problem"]) == ("scripted", "down")

    scripted(world, IDEMPOTENT, Delivered())
    world.work_to_the_end()
    assert world.tasks() == {}


def told_of(world: AttemptWorld) -> list[str]:
    with world.store.read() as work:
        return [task["subject"] for task in work.commands.open_tasks() if task["kind"] == "channel_rests"]


@pytest.mark.parametrize("messages", [1, 2])
def test_a_person_is_told_of_a_channel_with_few_messages_though_none_is_tried_at_that_time(world, messages):
    channel = scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, messages)
    for _ in range(6):
        world.work()
        world.clock.advance(10 * MINUTE)
    assert told_of(world) == []
    calls = len(channel.sent)
    world.clock.advance(MINUTE)
    world.work()

    assert (told_of(world), len(channel.sent)) == (["scripted"], calls)


@pytest.fixture
def told_world(world: AttemptWorld) -> AttemptWorld:
    """A channel that has failed two messages for long enough to be told."""
    scripted(world, IDEMPOTENT, TransientError("down"))
    world.plan(IDEMPOTENT, 2)
    for _ in range(8):
        world.work()
        world.clock.advance(10 * MINUTE)
    assert told_of(world) == ["scripted"]
    return world


def let_go(world: AttemptWorld) -> None:
    world.decide(1, "not_delivered", key="first")
    assert told_of(world) == ["scripted"]
    world.decide(2, "not_delivered", key="second")


@pytest.mark.parametrize(
    "end",
    [AttemptWorld.work_to_the_end, lambda world: world.cancel("send:north:1:1"), let_go],
    ids=["given up", "cancelled", "let go of"],
)
def test_nobody_is_asked_about_a_channel_that_no_message_waits_for(told_world, end):
    end(told_world)

    assert told_of(told_world) == []
    assert rest_of(told_world).failures == 2


def test_messages_that_come_alone_let_a_channel_rest_too(world):
    """Each ends with its first failure, so nothing waits for the channel when the next one comes."""
    scripted(world, NEITHER, OutcomeUnknownError("500"))
    for number in range(6):
        world.plan(NEITHER, batch=str(number), prefix=f"letter {number}")
        world.work()

    assert world.states() == ["unknown"] * 3 + ["planned"] * 3


# Two who write


def test_what_was_heard_is_counted_though_its_transaction_is_undone(world):
    resting = Resting(world.store, "post")
    resting.heard(FAILED, is_first_failure=True, now="2026-11-22T09:00:00.000+00:00")
    with suppress(RuntimeError), world.store.write() as work:
        resting.record(work)
        raise RuntimeError("undone")
    with world.store.write() as work:
        resting.record(work)
    resting.committed()
    with world.store.write() as work:
        resting.record(work)
        assert work.attempts.rest_of("post").failures == 1


def test_a_rest_that_a_person_has_ended_is_not_written_back(world):
    with world.store.write() as work:
        work.attempts.keep_rest(ChannelRest("post", 3, work.now, rests_until=work.now, problem="down"))
    resting = Resting(world.store, "post")
    resting.heard(FAILED, is_first_failure=False, now="2026-11-22T09:00:00.000+00:00")
    with world.store.write() as work:
        work.attempts.end_rest("post")
    with world.store.write() as work:
        resting.record(work)
    resting.committed()

    assert resting.rest.rests_until == ""


@on_postgresql
def test_who_has_all_channels_asked_again_and_who_changes_some_wait_for_each_other_in_one_order(world):
    """The rows were written in the other order; the first has one of them and wants the next."""
    for channel in ("b_post", "a_post"):
        hear(world, channel, TransientError("429", retry_after_s=3600))
    holds, ended, problems = Event(), Event(), []

    def end_all() -> None:
        try:
            with world.store.write() as work:
                holds.set()
                work.attempts.end_asked_rests()
        except TransientError as error:
            problems.append(error)
        ended.set()

    second = Thread(target=end_all)
    with world.store.write() as work:
        let_be(work, "a_post")
        second.start()
        assert holds.wait(30)
        assert not ended.wait(0.3)
        let_be(work, "b_post")
    second.join(timeout=30)

    with world.store.read() as work:
        assert (problems, [rest.not_before for rest in work.attempts.rests()]) == ([], ["", ""])


@on_postgresql
def test_neither_of_two_who_first_hear_something_of_a_channel_is_lost(world):
    """There is no row yet that the second could wait for."""
    at = "2026-11-22T09:00:00.000+00:00"
    asked, failed = Resting(world.store, "post"), Resting(world.store, "post")
    asked.heard(Heard(Outcome.NOT_NOW, retry_after_s=3600), is_first_failure=False, now=at)
    failed.heard(FAILED, is_first_failure=True, now=at)
    written = Event()

    def write_second() -> None:
        with world.store.write() as work:
            failed.record(work)
        written.set()

    second = Thread(target=write_second)
    with world.store.write() as work:
        asked.record(work)
        second.start()
        assert not written.wait(0.2)
    second.join(timeout=30)
    rest = Resting(world.store, "post").rest

    assert (rest.failures, rest.not_before) == (1, "2026-11-22T10:00:00.000+00:00")
