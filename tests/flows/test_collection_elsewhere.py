"""What is paid or claimed in another way is not handed over to an agency, whatever its hold codes say."""

from __future__ import annotations

from typing import Any

from collection_world import CollectionWorld, collection_tenant
from sqlalchemy import Engine
from test_instalments_and_dunning import make_plan

from hub.model.collection_commands import RecallCase
from hub.rules.orders_to_pay.guards import hindrances
from hub.services.orders_to_pay.looking import gather
from hub.store import tables
from hub.store.database import writing

TAKEN = "usual: 5 days after due_date"
PLAN, ORDER, DRAWN = "handed_over:instalment plan 1", "handed_over:order to pay 7", "direct_debit:2026-12-01"


def lies_in(world: CollectionWorld, number: str, *tables_and_values: tuple[str, dict[str, Any]]) -> None:
    """Write rows about a receivable; what is not said of them is blank."""
    about = {"tenant": world.store.tenant, "receivable_id": world.one(number).receivable_id, "order_no": 7}
    with writing(world.engine) as connection:
        for name, values in tables_and_values:
            table = tables.metadata.tables[name]
            given = {**about, **values}
            blank = {column.name: column.type.python_type() for column in table.c if not column.nullable}
            connection.execute(table.insert().values({one: given.get(one, blank[one]) for one in blank}))


def at_the_authority(world: CollectionWorld, number: str, state: str = "filed") -> None:
    lies_in(world, number, ("order_to_pay", {"state": state}), ("order_to_pay_claim", {"claim_no": 1}))


def about_to_be_drawn(world: CollectionWorld, number: str, state: str = "ordered") -> None:
    lies_in(world, number, ("payment_request", {"request_no": 1, "state": state, "on_date": "2026-12-01"}))


def test_what_is_paid_or_claimed_in_another_way_stays_by_the_fact_itself(engine: Engine) -> None:
    world = CollectionWorld(engine)
    world.person("1001", "1002", "1003", "1004")
    before = world.transfer_plan()
    make_plan(world, "2026-11-30", "1001")
    at_the_authority(world, "1002")
    about_to_be_drawn(world, "1003")
    assert (world.holds("1001"), world.holds("1002"), world.holds("1003")) == (["plan"], [], [])

    assert world.why(world.transfer_plan()) == [("leave", PLAN), ("leave", ORDER), ("leave", DRAWN), ("take", TAKEN)]
    world.transfer(before)
    left_out = [("left_out", why) for why in ("balance_changed", ORDER, DRAWN)]  # a plan debits what has accrued
    assert world.why(before) == [*left_out, ("done", TAKEN)]
    assert world.told() == ["claim"]


def test_what_has_ended_elsewhere_is_handed_over(engine: Engine) -> None:
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    at_the_authority(world, "1001", "closed")
    about_to_be_drawn(world, "1002", "failed")

    assert world.why(world.transfer_plan()) == [("take", TAKEN), ("take", TAKEN)]


def test_what_an_agency_reminds_of_goes_no_further_while_it_is_claimed_elsewhere(engine: Engine) -> None:
    rules = ({"step": "remind", "marks_step": "reminder_1"}, {"counted_from": "reminder_1", "after_days": 10})
    world = CollectionWorld(engine, collection_tenant(*rules))
    world.person("1001", "1002")
    world.transfer()
    at_the_authority(world, "1001")
    world.next_day(11)

    assert world.why(world.transfer_plan()) == [("leave", ORDER), ("take", "rule-2: 10 days after reminder_1")]


def test_a_demand_that_a_transfer_stood_for_is_none_that_was_sent(engine: Engine) -> None:
    """Inkassolagen (1974:182) 5, 6 §§: neither the authority nor another agency hears of it, and dunning goes on."""
    world = CollectionWorld(engine, collection_tenant({"marks_step": "demand"}))
    world.person("1001")
    world.transfer()
    world.books.tell()
    world.follow()
    assert [step.step for step in world.steps()] == ["demand"]
    world.tell_hub(RecallCase(key="r", user="anna", case_no=world.case().case_no, reason="agreement"))
    world.follow()
    world.books.tell()
    world.follow()
    world.next_day()

    number = world.one("1001").receivable_id
    with world.store.read() as work:
        known = gather(work, world.tenant, [number], world.rates)
        assert work.orders_to_pay.to_be_filed("1") == []
    claim, standing = known.claims[number], known.standing[number]
    assert [one.code for one in hindrances(claim, standing, known.on, refers_to="x", allows_protected=False)] == [
        "no_demand"
    ]
    assert "demand" not in [step.event for step in claim.history]
    assert [(item.step, item.verdict) for item in world.items(world.plan())] == [("reminder_1", "take")]

    world.tenant = collection_tenant({"needs_demand": True})
    assert world.why(world.transfer_plan()) == [("leave", "no_demand")]
