"""What people are told of documents: no channel that was not asked, no task that later work has made idle."""

from __future__ import annotations

from sqlalchemy import Engine

from hub.errors import ConfigurationError
from hub.model.delivery import Followed, Reach, Reachable, RouteStep
from tests.flows.delivery_world import DeliveryWorld, ReportingChannel, StubChannel, document


def test_of_a_protected_debtor_nothing_is_said_of_channels_that_were_not_asked(engine: Engine) -> None:
    world = DeliveryWorld(engine, kivra := StubChannel(RouteStep.KIVRA), StubChannel(RouteStep.EMAIL))

    world.deliver(document(debtor={**document()["debtor"], "is_protected": True}))

    assert (world.one().state, kivra.asked) == ("held", [])
    assert {channel: outcome for channel, (outcome, _) in world.steps().items()} == {"email": "skipped"}


class _Locked(ReportingChannel):
    """One that lets nobody in until it is told to."""

    is_open = False

    def follow(self, cursor: str) -> Followed:
        if not self.is_open:
            raise ConfigurationError("it does not let us in", where="plugins.post.api_key")
        return super().follow(cursor)


def test_a_failed_look_is_no_task_any_more_when_a_later_one_ended_well(engine: Engine) -> None:
    world = DeliveryWorld(engine, post := _Locked(RouteStep.LETTER, name="post"))
    world.follow()
    world.follow()
    assert len([task for task in world.tasks() if "failed" in task]) == 2

    post.is_open = True
    world.follow()

    assert world.tasks() == []


def test_the_run_that_a_document_waits_for_is_found_with_its_problem(engine: Engine) -> None:
    world = DeliveryWorld(engine, kivra := StubChannel(RouteStep.KIVRA), StubChannel(RouteStep.LETTER))

    kivra.reaches = ConfigurationError("it does not let us in", where="plugins.kivra.client_secret")
    world.deliver(document("1"))
    assert (world.one("1").state, _behind(world, "1")) == ("accepted", [("deliver", "queued")])

    kivra.reaches = Reach(Reachable.YES)
    kivra.goes_wrong.append(ConfigurationError("it does not let us in", where="plugins.kivra.client_secret"))
    world.deliver(document("2"))
    assert (world.one("2").state, _behind(world, "2")) == ("sending", [("send", "failed")])

    world.deliver(document("3"))
    assert (world.one("3").state, _behind(world, "3")) == ("delivered", [])


def _behind(world: DeliveryWorld, number: str) -> list[tuple[str, str]]:
    with world.store.read() as work:
        return [(run.kind, run.state) for run in work.documents.runs_behind([world.one(number).document_no])]
