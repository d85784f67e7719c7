"""A newer version of a document goes out instead of those before it that have not gone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from hub.errors import OutcomeUnknownError, RejectedError, RuleViolation, TransientError
from hub.model.attempts import Finding, Probed
from hub.model.delivery import Reach, Reachable, RouteStep
from hub.rules.delivery.route import PROTECTED
from hub.services.attempts.turn import CALL_WITHIN_S
from hub.services.delivery import accept_documents
from hub.services.delivery.reading import read_documents
from tests.flows.delivery_world import AskableChannel, DeliveryWorld, ReportingChannel, StubChannel, document
from tests.flows.test_delivery_anew import cancelled, found, order, retried
from tests.flows.test_delivery_register import ANOTHER

REPLACED = "replaced by version 2"


@pytest.fixture
def kivra() -> StubChannel:
    return StubChannel(RouteStep.KIVRA, price_ore=300)


@pytest.fixture
def north(engine: Engine, kivra: StubChannel) -> DeliveryWorld:
    return DeliveryWorld(engine, kivra)


def second(number: str = "1001", **changes: Any) -> dict[str, Any]:
    return document(number, version=2, lines=[{"text": "Water", "amount": "50.00"}], **changes)


def versions(north: DeliveryWorld) -> list[tuple[Any, ...]]:
    return north.sql("SELECT version, state FROM document ORDER BY version")


def first_closed(north: DeliveryWorld) -> bool:
    return north.sql("SELECT state, reason FROM document WHERE version = 1") == [("closed", REPLACED)]


def test_one_that_waits_for_its_channel_is_not_sent_when_a_newer_one_comes(north, kivra):
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document())
    north.deliver(second())
    north.later(hours=1)

    assert (kivra.numbers, versions(north), first_closed(north)) == (
        ["1001"],
        [(1, "closed"), (2, "delivered")],
        True,
    )
    assert [event["version"] for event in north.events("document_closed")] == [1]
    assert (north.tasks(), found(north)) == ([], set())


def test_one_is_not_sent_either_when_the_newer_one_is_held(north, kivra):
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document())
    north.deliver(second(debtor={**document()["debtor"], "is_protected": True}))
    north.later(hours=1)

    assert (kivra.numbers, north.one().reason, first_closed(north)) == ([], PROTECTED, True)
    assert (len(north.tasks()), found(north)) == (1, set())


def test_one_that_waits_for_an_answer_is_closed(north, kivra):
    kivra.reaches = TransientError("503")
    north.deliver(document())
    kivra.reaches = Reach(Reachable.YES)
    north.deliver(second())
    north.later(hours=1)

    assert (kivra.numbers, first_closed(north), found(north)) == (["1001"], True, set())


def test_one_that_is_held_is_closed_and_asks_nobody_any_more(north, kivra):
    run_id = cancelled(north, kivra, document())
    accept_documents(north.store, north.tenant, read_documents([second()]))
    asked = north.tasks()
    retried(north, run_id)
    north.later(minutes=1)

    assert (asked, kivra.numbers, first_closed(north)) == ([], ["1001"], True)
    assert (north.tasks(), found(north)) == ([], set())


def test_versions_of_one_file_go_out_as_the_newest_in_whatever_order(north, kivra):
    north.deliver(second("1"), document("1"), document("2"), second("2"))
    closed = {(event["number"], event["version"]) for event in north.events("document_closed")}

    assert (sorted(kivra.numbers), closed, found(north)) == (["1", "2"], {("1", 1), ("2", 1)}, set())


def test_one_that_comes_after_a_newer_one_is_not_sent(north, kivra):
    north.deliver(second())
    north.deliver(document())

    assert (kivra.numbers, first_closed(north), found(north)) == (["1001"], True, set())


def test_one_that_has_gone_is_left_as_it_is(north, kivra):
    north.deliver(document())
    north.deliver(second())

    assert (kivra.numbers, versions(north)) == (["1001", "1001"], [(1, "delivered"), (2, "delivered")])


def test_one_that_may_have_arrived_is_for_a_person_who_cannot_have_it_sent_again(north, kivra):
    kivra.goes_wrong.append(OutcomeUnknownError("lost"))
    north.deliver(document())
    north.deliver(second())
    before = versions(north)
    with pytest.raises(RuleViolation, match="say not_delivered"):
        order(north, "decide_attempt", attempt_no=1, verdict="send_again")
    north.tell("decide_attempt", attempt_no=1, verdict="not_delivered")

    assert before == [(1, "unknown"), (2, "delivered")]
    assert (kivra.numbers, first_closed(north)) == (["1001"], True)
    assert (north.tasks(), found(north)) == ([], set())


def test_one_that_is_proved_not_delivered_is_not_sent_again(engine):
    network = AskableChannel(RouteStep.OPERATOR)
    network.settled_after_s = -CALL_WITHIN_S
    north = DeliveryWorld(engine, network)
    network.goes_wrong.append(OutcomeUnknownError("lost"))
    north.deliver(document())
    network.found.append(Probed(Finding.NOT_DELIVERED))
    north.deliver(second())
    north.later(hours=1)

    assert (network.numbers, first_closed(north), found(north)) == (["1001"], True, set())


def test_one_that_is_refused_goes_to_no_other_channel(engine, kivra):
    letter = StubChannel(RouteStep.LETTER)
    north = DeliveryWorld(engine, kivra, letter)
    accept_documents(north.store, north.tenant, read_documents([document()]))
    send = kivra.send

    def refuse(message):
        kivra.send = send
        accept_documents(north.store, north.tenant, read_documents([second()]))
        raise RejectedError("no mailbox")

    kivra.send = refuse
    north.work()

    assert (kivra.numbers, letter.numbers, first_closed(north), found(north)) == (["1001"], [], True, set())


def test_one_of_which_nothing_is_heard_is_left_to_a_person(engine):
    post = ReportingChannel(RouteStep.LETTER)
    north = DeliveryWorld(engine, post)
    north.deliver(document())
    north.later(hours=2)
    north.follow()
    north.later(minutes=1)
    north.deliver(second())

    assert (versions(north), len(north.tasks())) == ([(1, "held"), (2, "sent")], 1)


def test_others_of_a_message_go_without_what_is_replaced(north, kivra):
    kivra.at_once = 2
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document("1"), document("2", debtor=ANOTHER))
    north.deliver(second("1"))
    north.later(hours=1)

    assert (sorted(kivra.numbers), north.one("2").state) == (["1", "2"], "delivered")
    assert (north.sql("SELECT state FROM document WHERE version = 1 AND number = '1'"), found(north)) == (
        [("closed",)],
        set(),
    )


def test_another_copy_kind_or_source_is_no_version_of_it(north, kivra):
    kivra.goes_wrong.append(TransientError("503"))
    north.deliver(document())
    north.deliver(second(source_system="elsewhere"), second(kind="invoice_copy", copy_no=1), second("1002"))
    north.later(hours=1)

    assert (len(kivra.numbers), {state for _, state in versions(north)}) == (4, {"delivered"})


def test_one_that_comes_while_the_message_of_an_older_one_is_made_goes_alone(north, kivra, monkeypatch):
    accepted = []
    prepare = kivra.prepare

    def prepare_and_accept(batch):
        if not accepted:
            accepted.extend(accept_documents(north.store, north.tenant, read_documents([second()])))
        return prepare(batch)

    monkeypatch.setattr(kivra, "prepare", prepare_and_accept)
    north.deliver(document())
    north.later(minutes=1)

    assert (kivra.numbers, first_closed(north), found(north)) == (["1001"], True, set())
