"""Cases are followed by chunks: as many statements for many of them as for few, whatever is done about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from collection_world import CollectionWorld, collection_tenant
from one_database import on_sqlite
from sqlalchemy import Engine, event

from hub.model.commands import CancelReceivable, SetHold, Target
from hub.services.books import carry_out
from hub.services.payments.commands import HANDLERS

FEW, MANY = 3, 40
_VALUE = r"(?:\?|%\(\w+\)s)"
_GIVEN = re.compile(f"{_VALUE}(?:, {_VALUE})*")
RULES = (
    {"routines": ["01"], "step": "remind", "marks_step": "reminder_1"},
    {"routines": ["01"], "counted_from": "reminder_1", "after_days": 10},
    {"routines": ["04"], "settles": True},
)


@contextmanager
def counted(engine: Engine) -> Iterator[Counter[str]]:
    """Count statements; one that is carried out for many rows in one call counts once."""
    said: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said[_GIVEN.sub("?", " ".join(statement.split()))[:150]] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)


def about(number: str) -> Target:
    return Target(company="1", number=number)


def told(world: CollectionWorld, commands: Sequence[Any]) -> None:
    """Carry commands out, and make no round."""
    with world.store.write() as work:
        for one in commands:
            carry_out(work, world.tenant, one, HANDLERS)


def story(world: CollectionWorld, first: int, count: int) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what is done about so many cases, one after the other."""
    numbers = [str(number) for number in range(first, first + 2 * count)]
    world.person(*numbers[:count])
    world.person(*numbers[count:], routine="04")
    plan_no = world.transfer_plan()
    yield "reminded", lambda: world.transfer(plan_no)
    world.books.tell()
    yield "accepted", world.follow
    world.next_day(11)
    plan_no = world.transfer_plan(number=numbers[0], number_to=numbers[-1])
    assert len(world.transfer_items(plan_no)) == count
    yield "collected", lambda: world.transfer(plan_no)
    claims = [world.case(number).claim_id for number in numbers]
    world.books.tell(*({"told": "status", "claim": one, "stage": "krav_sent"} for one in claims))
    yield "status", world.follow
    hold = {"user": "anna", "code": "tvist", "source": "anna"}
    told(world, [SetHold(key=f"h{number}", receivable=about(number), **hold) for number in numbers])
    yield "held", world.work
    for claim in claims[::2]:
        world.books.debtor_pays(claim, 100_000)
    lines, _ = world.books.settlement()
    world.books.tell(*lines)
    yield "settled and closed", world.follow
    world.books.tell(*({"told": "closed", "claim": one, "code": "RECALLED"} for one in claims[1::2]))
    yield "closed", world.follow
    world.person(*(f"9{number}" for number in numbers))
    world.transfer(number=f"9{numbers[0]}", number_to=f"9{numbers[-1]}")
    world.books.tell()
    world.follow()
    told(world, [CancelReceivable(key=f"c{n}", user="anna", receivable=about(f"9{n}")) for n in numbers])
    yield "annulled", world.follow
    world.books.tell()
    yield "taken back", world.follow


def test_many_cases_take_as_many_statements_as_few(engine: Engine) -> None:
    world = CollectionWorld(
        engine, collection_tenant(*RULES, agreement={"watch_text": "at agency", "payout_banking_days": 99})
    )
    counts: dict[int, dict[str, Counter[str]]] = {FEW: {}, MANY: {}}
    for first, count in ((1001, FEW), (2001, FEW), (3001, MANY)):  # the first fills what is asked once
        for name, act in story(world, first, count):
            with counted(engine) as said:
                act()
            counts[count][name] = said

    assert {case.state for case in world.cases()} == {"closed"}
    assert len(world.cases()) == 4 * (2 * FEW + MANY)
    assert world.verify() == []
    for name, few in counts[FEW].items():
        more = {said: n - few[said] for said, n in counts[MANY][name].items() if n > few[said]}
        assert more == {}, name


@on_sqlite
def test_a_case_is_found_by_its_invoice_number_without_a_look_at_every_receivable(engine: Engine) -> None:
    world = CollectionWorld(engine)
    world.person("1001", "1002")
    world.transfer()
    said: list[tuple[str, Any]] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _cursor, statement, given, *_: said.append((statement, given))
    )
    with world.store.read() as work:
        (found,) = work.collection_cases.latest(number="1002", companies=["1"])
    assert found[1] == "1002"

    ((statement, given),) = [one for one in said if "receivable r CROSS JOIN" in one[0]]
    with engine.begin() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    assert plan[0].startswith("SEARCH r USING INDEX")
    assert "company=? AND number=?" in plan[0]
    assert plan[1].startswith("SEARCH c USING")
    assert "receivable_id=?" in plan[1]
