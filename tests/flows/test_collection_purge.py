"""A purge leaves what is at an agency alone, and takes the names out of cases that have ended."""

from __future__ import annotations

import pytest
from collection_world import PERSON, CollectionWorld
from everything_kept import places_of

from hub.model.collection_cases import PLAN_COMMAND
from hub.model.collection_commands import HoldCase
from hub.model.purging import PurgeKept, PurgeTerms
from hub.services.reports import purging


@pytest.fixture
def world(engine):
    made = CollectionWorld(engine)
    made.person("1001", "1002", debtor_name="Örjan Ek")
    plan_no = made.transfer(debtor=PERSON)
    with made.store.write() as work:
        work.commands.record("asked by debtor", PLAN_COMMAND, "0" * 64, {"plan_no": plan_no})
    made.books.tell()
    made.follow()
    return made


def planned(world):
    terms = PurgeTerms(paid_before=world.clock.today())
    with world.store.write() as work:
        return purging.plan_purge(work, terms, "clerk").plan_no


def said(world):
    """All that is kept of cases, and of what was told of them."""
    tables = ("collection_claim", "collection_order", "agency_told", "collection_case", "settlement_row")
    return str([world.sql(f"SELECT * FROM {table}") for table in tables])


def erased(world):
    """The names of the files whose bytes are gone, in the order they went out and came in."""
    query = "SELECT x.name FROM exchange x JOIN erased_content e ON e.tenant = x.tenant AND e.sha256 = x.sha256"
    return [row[0] for row in world.sql(f"{query} ORDER BY x.exchange_no")]


def settle(world, number, *, closes):
    claim = world.case(number).claim_id
    world.books.debtor_pays(claim, 100_000)
    lines, _ = world.books.settlement(close=closes)
    world.books.tell(*lines)
    world.follow()


def test_what_is_at_an_agency_is_not_purged(world):
    settle(world, "1001", closes=False)
    world.next_day(40)

    plan_no = planned(world)
    done = purging.execute_purge(world.store, plan_no)
    with world.store.read() as work:
        reasons = [row.reason for row in work.purges.rows(plan_no, PurgeKept.INVOICE, ())]
    assert (done.purged, reasons) == (0, ["at_agency"])
    assert world.one("1001").debtor_name == "Örjan Ek"


def test_names_go_with_the_receivable_and_a_file_with_the_last_that_it_names(world, engine):
    settle(world, "1001", closes=True)
    world.next_day(40)
    assert PERSON in said(world)
    purging.execute_purge(world.store, planned(world))
    assert world.one("1001").debtor_name == ""
    assert erased(world) == ["2.json"]  # the other files name another, who is there
    assert PERSON in world.sql("SELECT selection FROM run_plan WHERE kind = 'collection'")[0][0]  # and so was the plan

    settle(world, "1002", closes=True)
    world.next_day(40)
    purging.execute_purge(world.store, planned(world))
    assert places_of(engine, PERSON, "Örjan") == {}
    assert world.sql("SELECT selection FROM run_plan WHERE kind = 'collection'") == [
        ('{"agency": "small", "companies": ["1"], "debtor": "purged"}',)
    ]
    assert world.sql("SELECT body_sha256 FROM command") == [("",)]
    assert erased(world) == ["collection:small:5566778899:1/1.json", "1.json", "2.json", "3.json"]
    assert world.verify() == []


def test_a_file_that_was_never_read_goes_with_a_purge_of_everything_that_it_is_older_than(world, engine):
    settle(world, "1001", closes=True)
    unread = world.receive(f"{PERSON} of old\n".encode(), name="old.txt")
    again = world.receive(world.books.out[0], name="again.json")  # the same bytes were read
    assert (unread.state, again.state) == ("quarantined", "duplicate")
    world.next_day(40)
    new = world.receive(b"nothing that is known\n", name="new.txt")
    with world.store.write() as work:
        some = purging.plan_purge(work, PurgeTerms(paid_before=world.clock.today(), companies=("1",)), "clerk").plan_no
    purging.execute_purge(world.store, some)
    assert "old.txt" not in erased(world)

    purging.execute_purge(world.store, planned(world))
    assert "old.txt" in erased(world)
    assert not {"again.json", "new.txt"} & set(erased(world))
    with world.store.read() as work:
        states = [work.exchanges.get(one.number).state for one in (unread, again, new)]
    assert states == ["duplicate", "duplicate", "quarantined"]
    assert world.verify() == []


def test_what_an_agency_wrote_of_a_debtor_goes_from_events_tasks_and_what_was_of_no_case(engine):
    world = CollectionWorld(engine)
    world.person("1001", debtor_name="Örjan Ek")
    world.transfer()
    world.books.tell()
    world.follow()
    claim = world.case().claim_id
    world.tell_hub(HoldCase(key="h", user="anna", case_no=world.case().case_no, remark="Örjan is ill"))
    world.paid("1001", 10_000)
    world.follow()
    world.books.forget_receipts()
    paid = world.orders()[-1].order_key
    refused = {"told": "receipt", "claim": claim, "order_key": paid, "is_accepted": False, "text": "Örjan is unknown"}
    status = {"told": "status", "claim": claim, "stage": "asks", "text": "Örjan called"}
    world.books.tell(refused, status, {"told": "status", "claim": "K99", "stage": "krav_sent", "text": "Örjan too"})
    world.follow()
    world.books.tell({"told": "closed", "claim": claim, "code": "PAID_DIRECT", "text": "by Örjan"})
    world.follow()
    world.paid("1001", 90_000)
    world.next_day(40)
    kept = ("event", "task", "collection_order", "agency_told")
    assert all("Örjan" in str(world.sql(f"SELECT * FROM {table}")) for table in kept)

    purging.execute_purge(world.store, planned(world))

    assert places_of(engine, "Örjan") == {}
    assert world.verify() == []
    assert "agency_order_refused" not in world.tasks()
