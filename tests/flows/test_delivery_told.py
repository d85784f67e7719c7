"""What people are told of documents: no channel that was not asked, no task that later work has made idle."""

from __future__ import annotations

from sqlalchemy import Engine

from hub.errors import ConfigurationError
from hub.model.delivery import Followed, RouteStep
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
