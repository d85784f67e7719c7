"""What an agency is told again, or is not, when something has gone wrong between it and us."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from collection_world import AGREEMENT, PERSON, CollectionWorld, collection_tenant
from small_agency import Plugin, refusal
from sqlalchemy import Engine

from hub.errors import DataError, RuleViolation, TransientError
from hub.model.collection import CaseRef, Closed, Manner, Opened, Receipt
from hub.model.collection_cases import CaseState
from hub.model.collection_commands import CloseCase, DecideAgencyFile, RecallCase, SeeCollection, SendFileAgain
from hub.model.exchanges import Exchange
from hub.runtime.plugins import TenantPlugins
from hub.services.collection import receiving, transferring
from hub.services.collection.reading import Keeper
from hub.testing.contexts import ContextInMemory


@pytest.fixture
def world(engine: Engine) -> CollectionWorld:
    return CollectionWorld(engine)


def recall(world: CollectionWorld, key: str = "r") -> object:
    return world.tell_hub(RecallCase(key=key, user="anna", case_no=world.case().case_no, reason="error"))


def again(world: CollectionWorld, exchange_no: int) -> object:
    return world.tell_hub(SendFileAgain(key=f"again {exchange_no}", user="anna", exchange_no=exchange_no))


def test_an_agency_that_keeps_a_case_is_told_what_it_was_spared(world):
    world.person("1001")
    world.transfer()
    world.books.tell()
    world.follow()
    recall(world)
    world.follow()
    world.paid("1001", 40_000)
    assert world.told() == ["claim", "recall"]

    world.books._unsaid.clear()  # what it would confirm
    asked = {"claim": world.case().claim_id, "order_key": world.orders()[1].order_key}
    world.books.tell({"told": "receipt", **asked, "is_accepted": False, "code": "9", "text": "it is at court"})
    world.follow()
    world.follow()

    assert world.case().state == CaseState.ACCEPTED
    assert world.told() == ["claim", "recall", "direct_payment"]
    assert world.books.left[world.case().claim_id] == [60_000, 0, 0]
    assert "agency_order_refused" in world.tasks()
    world.paid("1001", 10_000)
    recall(world, "r2")
    world.follow()
    assert world.told()[-2:] == ["direct_payment", "recall"]
    assert world.verify() == []


def test_a_refused_recall_does_not_answer_a_claim_that_was_never_answered(world):
    world.person("1001")
    world.transfer()
    world.books._unsaid.clear()  # the receipt of the claim is lost
    world.follow()
    recall(world)
    world.follow()
    world.books._unsaid.clear()
    asked = {"claim": world.case().claim_id, "order_key": world.orders()[1].order_key}
    world.books.tell({"told": "receipt", **asked, "is_accepted": False, "code": "E1", "text": "no such case"})
    world.follow()

    assert (world.case().state, world.told()) == (CaseState.TRANSFERRED, ["claim", "recall"])
    assert "agency_order_refused" in world.tasks()
    assert world.verify() == []


def test_the_claim_of_a_case_that_has_ended_never_goes_again(world):
    world.person("1001", "1002")
    world.books.faults.append(refusal("no such folder"))
    world.transfer()
    exchange_no = world.orders("1001")[0].exchange_no
    world.tell_hub(CloseCase(key="c", user="anna", case_no=world.case("1001").case_no, code="RECALLED"))
    again(world, exchange_no)
    world.follow()

    assert list(world.books.left) == [world.case("1002").claim_id]
    assert "agency_message_not_taken" not in world.tasks()

    world.paid("1001", 100_000)
    world.books.faults.append(refusal("no such folder"))
    world.person("1003")
    world.transfer()
    world.tell_hub(CloseCase(key="d", user="anna", case_no=world.case("1003").case_no, code="RECALLED"))
    with pytest.raises(RuleViolation, match="has ended"):
        again(world, world.orders("1003")[0].exchange_no)


def test_what_an_agency_that_is_told_at_once_did_not_take_goes_again_in_another_message(engine):
    world = CollectionWorld(engine, manner=Manner.AT_ONCE)
    world.person("1001")
    world.transfer()
    world.books.faults.append(refusal("422 the date"))
    world.paid("1001", 40_000)
    refused = world.orders()[-1]
    assert (refused.kind, refused.state) == ("direct_payment", "refused")

    again(world, refused.exchange_no)
    world.follow()
    assert [(order.kind, order.state) for order in world.orders()[1:]] == [
        ("direct_payment", "dropped"),
        ("direct_payment", "accepted"),
    ]
    assert world.books.left[world.case().claim_id] == [60_000, 0, 0]


def test_a_case_is_known_by_the_number_that_an_earlier_line_of_the_file_gives_it(world):
    world.person("1001")
    world.transfer()
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 100_000)
    lines, _ = world.books.settlement()
    by_number = [{**line, "claim": "", "number": f"A-{claim}"} if line.get("claim") else line for line in lines]
    world.books.tell(*by_number)
    world.follow()

    assert world.open() == (0, 0, 0)
    assert world.case().state == CaseState.CLOSED
    assert world.verify() == []


def test_a_file_that_waited_for_another_is_read_again_with_what_that_one_has_told(world):
    world.person("1000")
    world.transfer()
    world.receive(world.books.tell())  # the first that is ever seen begins the series
    world.person("1001")
    world.transfer()
    receipts = world.books.tell()
    row = {"told": "row", "number": f"A-{world.case().claim_id}", "capital_ore": 100_000, "net_ore": 100_000}
    head = {"told": "settlement", "payout_reference": "P1", "date": "2026-11-10"}
    settled = world.books.tell(head, {**row, "date": "2026-11-05"}, {"told": "end", "rows": 1, "net_ore": 100_000})

    waits = world.receive(settled)
    assert (waits.state, "is not known" in waits.reason) == ("held", True)
    again = world.tell_hub(DecideAgencyFile(key="d", user="anna", exchange_no=waits.number, verdict="take"))
    assert again["run_id"]
    assert world.open() == (100_000, 0, 0)
    world.receive(receipts)

    assert world.open() == (0, 0, 0)
    assert "agency_file_held" not in world.tasks()
    assert world.verify() == []


def state_of(world: CollectionWorld, exchange_no: int) -> str:
    with world.store.read() as work:
        return str(work.exchanges.get(exchange_no).state)


def read_again(world: CollectionWorld, exchange_no: int) -> None:
    with world.store.write() as work:
        receiving.read_again(work, world.tenant, world.agencies, work.exchanges.get(exchange_no))
    world.work()


def test_a_file_that_could_not_be_read_is_read_again_when_what_was_wrong_is_mended(world, monkeypatch):
    world.person("1001")
    world.transfer()
    with monkeypatch.context() as patched:
        patched.setattr("small_agency._event", lambda line: line["nothing of the kind"])
        unread = world.receive(world.books.tell()).number
    assert "hub exchanges retry" in world.tasks()["agency_file_unread"]
    with world.store.write() as work:  # a run that died when it had put the file aside goes on
        receiving.queue_file(work, "north", unread, is_again=True)
    world.work()
    assert (state_of(world, unread), world.case().state) == ("quarantined", CaseState.TRANSFERRED)

    read_again(world, unread)
    assert (state_of(world, unread), world.case().state) == ("posted", CaseState.ACCEPTED)
    assert world.tasks() == {}
    with pytest.raises(DataError, match="nothing to read again"):
        read_again(world, unread)


class Resumed:
    """The work of a run that died when these steps had been carried out."""

    run_no = 1

    def __init__(self, world: CollectionWorld, **done: str) -> None:
        self.write = world.store.write
        self._done = done

    def step(self, name: str, _body: Any, _given: Any) -> dict[str, str]:
        return {"state": self._done[name]}


def test_a_run_that_died_when_its_file_was_held_leaves_it_to_a_person(world):
    world.receive(world.books.tell(file_no=1))
    held = world.receive(world.books.tell(file_no=3)).number
    run = receiving.AgencyFileRun(world.store, world.tenant, world.agencies)
    assert run(Resumed(world, begin="received", judge="held"), {"exchange_no": held}) == {"state": "held"}

    assert state_of(world, held) == "held"
    world.tell_hub(DecideAgencyFile(key="d", user="anna", exchange_no=held, verdict="take"))
    assert state_of(world, held) == "posted"


def test_an_answer_that_could_not_be_read_is_read_again(engine, monkeypatch):
    world = CollectionWorld(engine, manner=Manner.AT_ONCE)
    world.person("1001")
    with monkeypatch.context() as patched:
        patched.setattr("small_agency._event", lambda line: line["nothing of the kind"])
        world.transfer()
    task = world.tasks()["agency_answer_unread"]
    number = int(re.search(r"retry (\d+)", task)[1])
    assert (state_of(world, number), world.case().state) == ("quarantined", CaseState.TRANSFERRED)

    read_again(world, number)
    assert (world.case().state, world.tasks()) == (CaseState.ACCEPTED, {})


def test_of_two_files_with_one_number_that_waited_a_person_takes_the_second(world):
    first = world.receive(world.books.tell(file_no=1)).number
    waiting = [
        world.receive(world.books.tell({"told": "status", "claim": f"K{no}", "stage": "krav_sent"}, file_no=3))
        for no in (8, 9)
    ]
    assert [one.state for one in waiting] == ["held", "held"]
    world.receive(world.books.tell(file_no=2))
    assert [state_of(world, no) for no in (first, *(one.number for one in waiting))] == ["posted", "posted", "held"]
    assert "comes again with other content" in world.tasks()["agency_file_held"]

    late = world.receive(world.books.tell({"told": "status", "claim": "K7", "stage": "krav_sent"}, file_no=2)).number
    world.tell_hub(DecideAgencyFile(key="d", user="anna", exchange_no=late, verdict="take"))
    assert state_of(world, late) == "posted"
    assert world.receive(world.books.tell(file_no=4)).state == "posted"  # the late one took no place
    begun = world.receive(world.books.tell({"told": "status", "claim": "K6", "stage": "krav_sent"}, file_no=1))
    world.tell_hub(DecideAgencyFile(key="e", user="anna", exchange_no=begun.number, verdict="take"))
    anew = world.receive(world.books.tell({"told": "status", "claim": "K5", "stage": "krav_sent"}, file_no=2))
    assert anew.state == "posted"  # the agency has begun to count anew


def test_a_receipt_for_an_order_that_another_agency_had_is_of_no_case(world):
    world.person("1001")
    world.transfer()
    receipt = Receipt(CaseRef("", "", ""), True, order_key=world.orders()[0].order_key, agency_case_no="X-1")
    with world.store.write() as work:
        for exchange_no, agency in ((901, "small"), (902, "someone_else")):
            Keeper(world.tenant, agency, exchange_no).keep(work, [Opened(), receipt, Closed(1)])
        found = {number: work.agency_told.next(number, 10)[0].case_no for number in (901, 902)}

    assert found == {901: world.case().case_no, 902: None}


def test_what_an_agency_writes_shows_no_personal_number_and_its_task_closes_when_it_is_seen(world):
    world.person("1001")
    world.transfer()
    world.books._unsaid.clear()
    asked = {"claim": world.case().claim_id, "order_key": world.orders()[0].order_key}
    refused = {"is_accepted": False, "code": "9", "text": f"wrong address {PERSON}"}
    world.books.tell({"told": "receipt", **asked, **refused})
    world.follow()

    with world.store.read() as work:
        (task,) = work.commands.open_tasks()
        told = work.agency_told.of_case(world.case().case_no)
    seen = [task["text"], *(one.body for one in told), *(json.dumps(one) for one in world.events("case_refused"))]
    assert not [text for text in seen if PERSON in text]
    assert "19121212****" in task["text"]
    world.tell_hub(SeeCollection(key="s", user="anna", task_no=task["task_no"]))
    assert world.tasks() == {}
    with pytest.raises(DataError, match="no open task"):
        world.tell_hub(SeeCollection(key="t", user="anna", task_no=task["task_no"]))


def test_what_an_agency_is_told_waits_while_the_register_has_no_agreement_of_it(engine):
    world = CollectionWorld(engine, manner=Manner.AT_ONCE)
    world.person("1001")
    world.transfer()
    agreed = world.tenant
    other = agreed.collection_agencies[0].model_copy(update={"agency": "another"})
    world.tenant = agreed.model_copy(update={"collection_agencies": (other,)})
    world.paid("1001", 40_000)  # and every round goes on
    assert "no agreement of it" in world.tasks()["agency_missing"]
    assert world.told() == ["claim"]

    world.tenant = agreed
    world.follow()
    assert (world.told(), world.tasks()) == (["claim", "direct_payment"], {})


def test_a_claim_that_was_taken_back_and_never_came_to_the_agency_ends_its_case(world):
    world.person("1001", "1002")
    world.books.faults += [TransientError("not now"), refusal("no such folder")]
    world.transfer()
    recall(world)  # while the channel tries again
    assert world.case("1001").state == CaseState.RECALLING
    world.next_day()
    world.follow()

    assert [world.case(number).state for number in ("1001", "1002")] == ["closed", "transferred"]
    assert [order.state for order in world.orders("1001")] == ["sent", "dropped"]
    assert "hub collection again" in world.tasks()["agency_message_not_taken"]
    again(world, world.orders("1002")[0].exchange_no)
    world.follow()
    assert list(world.books.left) == [world.case("1002").claim_id]
    assert world.verify() == []


def test_an_agency_that_is_missing_keeps_no_other_from_its_schedule(engine):
    both = [AGREEMENT, {**AGREEMENT, "agency": "large"}]
    world = CollectionWorld(engine, collection_tenant({"agency": "large"}, {}, agreements=both))
    world.person("1001")
    with world.store.write() as work:
        work.runs.enqueue_another("transfer:north", transferring.RUN_KIND, {})
    world.work()

    assert world.told() == ["claim"]
    assert "nothing is handed over to large by its schedule: no plugin" in world.tasks()["agency_missing"]


def test_what_a_person_carries_to_the_agency_needs_no_attempt(world):
    world.plugins = TenantPlugins.from_objects(Plugin(world.books, by_hand=True), contexts=lambda _: ContextInMemory())
    world.person("1001")
    world.transfer()

    assert "--to FILE" in world.tasks()["agency_message_to_fetch"]
    assert world.verify() == []


def test_money_that_is_settled_after_a_case_was_taken_back_is_asked_about(world):
    world.person("1001")
    world.transfer()
    claim = world.case().claim_id
    world.books.debtor_pays(claim, 30_000)
    recall(world)
    world.follow()
    world.books.tell()
    world.follow()
    assert world.case().state == CaseState.CLOSED
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()

    assert world.open() == (70_000, 0, 0)
    assert "recall_crossed_payment" in world.tasks()
    assert world.verify() == []


@pytest.mark.parametrize("settles", [False, True])
def test_what_a_former_case_settles_late_is_told_of_the_case_that_followed_it(engine, settles):
    world = CollectionWorld(engine, collection_tenant({"settles": settles}))
    world.person("1001")
    world.transfer()
    former = world.case()
    world.books.debtor_pays(former.claim_id, 30_000, own_interest_ore=700)
    recall(world)
    world.follow()
    world.books.tell()
    world.follow()
    world.transfer()
    present = world.case()
    assert (world.case().case_no > former.case_no, present.left_there_ore) == (True, 100_000)
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()
    world.follow()  # what the first has told is sent

    (order,) = [one for one in world.orders() if one.kind == "direct_payment"]
    told = json.loads(order.body)["payment"]
    assert (told["amount_ore"], told["principal_ore"], told["interest_ore"]) == (30_000, 30_000, 0)
    assert (told["principal_left_ore"], told["source"]) == (70_000, "agency")
    assert (world.case().left_there_ore, world.books.left[present.claim_id][0]) == (70_000, 70_000)
    world.books.debtor_pays(present.claim_id, 20_000)
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    world.follow()
    assert world.told().count("direct_payment") == 1  # its own is never told back
    assert (world.case().left_there_ore, sum(world.open())) == (50_000, 0 if settles else 50_000)
    assert world.verify() == []


def test_a_file_that_is_for_another_customer_does_not_count(world):
    world.person("1001")
    world.transfer()
    claim, order = world.case().claim_id, world.orders()[0].order_key
    world.books.tell()
    world.follow()

    def told(file_no: int, customer: str, *lines: dict[str, Any]) -> Exchange:
        head = {"file": file_no, "customer": customer}
        return world.receive("\n".join(map(json.dumps, (head, *lines))).encode())

    theirs = told(2, "888", {"told": "status", "claim": claim, "stage": "krav_sent"})
    assert (theirs.state, world.case().stage) == ("held", "transferred")
    assert "another customer number at small than 4711" in world.tasks()["agency_file_held"]
    assert told(2, "4711", {"told": "status", "claim": claim, "stage": "reminder_sent"}).state == "posted"
    row = {"told": "row", "capital_ore": 10_000, "net_ore": 10_000, "claim": "K99", "invoice": "1001"}
    settlement = [{"told": "settlement", "payout_reference": "P9", "date": "2026-11-10"}, row]
    assert "a case that is not known" in told(0, "", *settlement, {"told": "end", "rows": 1, "net_ore": 10_000}).reason
    status = {"told": "status", "stage": "disputed", "invoice": "1001", "claim": "K99"}
    receipt = {"told": "receipt", "invoice": "1001", "order_key": f"{order}9", "is_accepted": False}
    assert told(3, "4711", status, receipt).summary["stray"] == 2
    assert (world.case().stage, world.case().state, world.open()) == ("reminder_sent", "accepted", (100_000, 0, 0))
    world.tell_hub(DecideAgencyFile(key="t", user="anna", exchange_no=theirs.number, verdict="take"))
    assert world.case().stage == "krav_sent"  # its number was ours, by a person's word
