"""What becomes of debtors whose debts are at an agency: it is told, or a person is, whoever has said it."""

from __future__ import annotations

from typing import Any

from collection_world import PERSON, CollectionWorld, collection_tenant
from sqlalchemy import Engine

from hub.model.collection_commands import RecallCase
from hub.model.commands import SetHold, Target
from hub.services.delivery.register import keep_recipients

KEY = "1212121212"
OTHER = "198112289874"


def registered(world: CollectionWorld, key: str = KEY, **said: Any) -> None:
    """Let the register of recipients say something of a debtor, and make rounds."""
    with world.store.write() as work:
        keep_recipients(work, "north", {key: said})
    world.follow()


def handed_over(engine: Engine, **fields: Any) -> CollectionWorld:
    world = CollectionWorld(engine)
    world.person("1001", **fields)
    world.person("2001", debtor_identity="5560360793")
    world.transfer()
    world.books.tell()
    world.follow()
    return world


def test_what_the_register_says_of_a_debtor_is_told_to_the_agency_once(engine: Engine) -> None:
    world = handed_over(engine)
    registered(world, identity=PERSON, email="tolvan@example.se")
    registered(world, identity=PERSON, email="tolvan@example.se", wish="letter")  # nothing that a claim says
    registered(world, identity=PERSON, email="tolvan@example.se")

    assert world.told() == ["claim", "claim", "debtor_update"]
    assert world.books.lines[-1]["claim"] == world.case("1001").claim_id
    (told,) = [event for event in world.events("case_told") if event["order"] == "debtor_update"]
    assert told["part"] == {"changed_fields": ["email"]}
    (receivable_id,) = {event["receivable_id"] for event in world.events("debtor_changed")}
    assert receivable_id == world.one("1001").receivable_id
    assert world.orders("2001")[1:] == []
    assert not any(PERSON in str(event) or KEY in str(event) for event in world.events("debtor_changed"))


def test_of_a_protected_debtor_a_person_is_asked_and_the_agency_told_nothing_by_itself(engine: Engine) -> None:
    world = handed_over(engine)
    registered(world, identity=PERSON, is_protected=1, email="tolvan@example.se")

    assert world.told() == ["claim", "claim"]
    assert "is protected_identity: tell the agency by hand" in world.tasks()["flagged_at_agency"]


def test_debtors_without_identity_and_second_debtors_are_known_too(engine: Engine) -> None:
    world = CollectionWorld(engine, collection_tenant({"needs_identity": False}))
    world.person("1001", debtor_number="4711", second_debtor_name="Elvan", second_debtor_identity=OTHER)
    world.person("1002", debtor_number="4711", debtor_identity=None)
    world.transfer()

    registered(world, "1/4711", email="b@example.se")
    registered(world, "8112289874", is_protected=1)

    first, second = (world.one(number).receivable_id for number in ("1001", "1002"))
    assert [event["receivable_id"] for event in world.events("debtor_changed")] == [first, second, first]
    assert world.told() == ["claim", "claim", "debtor_update"]
    assert world.case("1001").claim_id in world.tasks()["flagged_at_agency"]


def test_a_debtor_with_identity_who_is_protected_by_its_number_is_known_too(engine: Engine) -> None:
    world = handed_over(engine, debtor_number="4711")
    registered(world, "1/4711", is_protected=1)
    registered(world, "2/4711", is_protected=1)  # another company's

    assert [event["receivable_id"] for event in world.events("debtor_changed")] == [world.one("1001").receivable_id]
    assert world.told() == ["claim", "claim"]
    assert world.case("1001").claim_id in world.tasks()["flagged_at_agency"]


def test_a_hold_that_says_something_of_the_debtor_asks_a_person(engine: Engine) -> None:
    world = CollectionWorld(engine, collection_tenant(company={"claims": {"hold_flags": {"estate": "deceased"}}}))
    world.person("1001", "1002")
    world.transfer()
    for number, code in (("1001", "estate"), ("1002", "dispute")):
        about = Target(company="1", number=number)
        world.tell_hub(SetHold(key=number, user="anna", receivable=about, code=code, source="anna"))
    world.follow()

    asked = world.sql("SELECT subject, text FROM task WHERE kind = 'flagged_at_agency'")
    case = world.case("1001")
    assert asked == [
        (
            str(case.case_no),
            f"the debtor of case {case.claim_id} at small is deceased: tell the agency by hand, or take the case back "
            f"by hub collection recall {case.case_no}",
        )
    ]


def test_nothing_is_told_of_a_case_that_is_being_taken_back(engine: Engine) -> None:
    world = handed_over(engine)
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case("1001").case_no, reason="error"))
    registered(world, identity=PERSON, email="tolvan@example.se")

    assert world.told() == ["claim", "claim", "recall"]
