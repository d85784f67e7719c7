"""Whatever is done with refunds, and in whichever order, the books prove it, and nobody is paid twice."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from refund_world import RefundWorld
from sqlalchemy import Engine

from hub.errors import ConfigurationError, DataError, RuleViolation
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.runtime.carrying import Carrier
from hub.services.refunds import ORDERING
from hub.testing.carrying import drain
from plugins.autopay.tests.order_files import answer, ordered, part, payment

STEPS = 40


class Chance:
    """Does something with a world, by chance."""

    def __init__(self, world: RefundWorld, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.exchanges: list[int] = []
        self.actions: list[Callable[[], object]] = [
            self.come, self.come, self.ask, self.ask, self.ask, self.approve, self.approve, self.approve, self.withdraw,
            self.order, self.order, self.order, self.answer_file, self.answer_payment, self.debit, self.debit,
            self.one_sum, self.come_back, self.decide, self.decide, self.refuse, self.undo, self.plan,
            self.lose_an_answer, self.move,
        ]  # fmt: skip

    def act(self) -> None:
        """Do one thing; what may not be done is refused, and nothing else is an error."""
        with suppress(RuleViolation, DataError, IndexError):
            self.random.choice(self.actions)()

    def number(self, *states: str) -> int:
        """Return one of the refunds in some states, mostly; now and then any."""
        found = [one.refund_no for one in self.refunds() if one.state in states or self.random.random() < 0.1]
        return self.random.choice(found)

    def come(self) -> None:
        self.world.suspended(self.random.randint(1, 500_00), self.random.randint(1, 500_00))
        self.exchanges.append(self.world.number("SELECT max(exchange_no) FROM exchange WHERE tenant = :t"))

    def ask(self) -> None:
        amount = self.random.choice([{}, {}, {"amount_ore": self.random.randint(1, 100_00)}])
        self.world.ask(self.random.choice(self.waiting()), **amount)

    def waiting(self) -> list[int]:
        with self.world.store.read() as work:
            return [one.payment_id for one in work.queue.waiting(state="suspended")]

    def approve(self) -> None:
        self.world.approve(self.number("asked"), user=self.random.choice(["anna", "bertil", "bertil"]))

    def withdraw(self) -> None:
        self.world.tell("withdraw_refund", refund_no=self.number("asked", "approved"), reason="ångrat")

    def order(self) -> None:
        self.world.order()
        self.world.later(minutes=10)
        self.world.drain()

    def file(self) -> tuple[str, int]:
        with self.world.store.read() as work:
            found = self.random.choice(work.refunds.orders())
        return found.message_id, found.order_no

    def answer_file(self) -> None:
        status = self.random.choice(["RCVD", "ACCP", "PART", "RJCT"])
        self.world.answer(answer(f"<GrpSts>{status}</GrpSts>", message=self.file()[0]))

    def answer_payment(self) -> None:
        message_id, order_no = self.file()
        one = self.random.choice([each for each in self.refunds() if each.order_no == order_no])
        said = payment(one.end_to_end_id, self.random.choice(["ACSP", "RJCT"]))
        self.world.answer(answer("", parts=part(one.part, said, message=message_id), message=message_id))

    def refunds(self):
        with self.world.store.read() as work:
            return work.refunds.latest(limit=1_000)

    def debit(self) -> None:
        one = self.random.choice([each for each in self.refunds() if each.order_no])
        amount = one.amount_ore + self.random.choice([0, 0, 0, 100])
        family = self.random.choice(["camt.053", "camt.054"])
        self.exchanges.append(self.world.booked(self.world.debit(amount, one.end_to_end_id), family=family))

    def one_sum(self) -> None:
        message_id, order_no = self.file()
        whole = [each for each in self.refunds() if each.order_no == order_no and not each.is_given_back]
        self.exchanges.append(self.world.booked(self.world.debit(sum(e.amount_ore for e in whole), message_id)))

    def come_back(self) -> None:
        self.world.came_back(self.random.choice([each for each in self.refunds() if each.order_no]))
        self.exchanges.append(self.world.number("SELECT max(exchange_no) FROM exchange WHERE tenant = :t"))

    def decide(self) -> None:
        verdict = self.random.choice(["paid", "not_paid"])
        self.world.tell("decide_refund", refund_no=self.number("ordered", "accepted"), verdict=verdict, reason="vet")

    def refuse(self) -> None:
        self.world.tell("refuse_refund_order", order_no=self.file()[1], reason="kom inte fram")

    def undo(self) -> None:
        self.world.tell("undo_file", exchange_no=self.random.choice(self.exchanges), reason="fel fil")
        self.world.follow()

    def plan(self) -> None:
        self.world.plan()

    def lose_an_answer(self) -> None:
        self.world.fail(self.random.choice([Fault.RESET_BEFORE_READING, Fault.RESET_AFTER_ACCEPT]))

    def move(self) -> None:
        self.world.tell("write_off_suspended", payment_id=self.random.choice(self.waiting()), above_limit=True)


@pytest.mark.parametrize("seed", range(3))
def test_the_books_prove_it_and_no_file_pays_twice(engine: Engine, tmp_path: Path, seed: int) -> None:
    log = tmp_path / "accepted.jsonl"
    with Counterparty(log) as counterparty:
        world = RefundWorld(engine, counterparty, log)
        chance = Chance(world, seed)
        chance.come()
        for step in range(STEPS):
            chance.act()
            if step % 10 == 9:
                assert world.found() == []
        taken = world.taken()
        files = [ordered(file) for file in world.files()]
        ids = [name for file in files for name in file]

        assert world.found() == []
        assert len(ids) == len(set(ids)), "a payment stands in two files"
        assert len(taken) == len(set(taken)), "the bank was given a file twice"
        assert all(world.made_again(number) == file for number, file in enumerate(world.files(), 1))


def test_a_run_that_is_interrupted_behind_a_file_orders_nothing_twice(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "accepted.jsonl"
    with Counterparty(log) as counterparty:
        world = RefundWorld(engine, counterparty, log, most_payments=2)
        numbers = [world.ask(payment_id) for payment_id in world.suspended(1_00, 2_00, 3_00, 4_00, 5_00)]
        world.approve(*numbers)
        body = world.bodies[ORDERING]
        whole = body._file
        calls = []

        def dies_at_second(work, input):
            calls.append(input["after"])
            if len(calls) == 2:
                raise ConfigurationError("the machine goes down", where="power")
            return whole(work, input)

        body._file = dies_at_second
        with world.store.write() as work:
            work.runs.enqueue_once(f"{ORDERING}:north:night", ORDERING, {})
        drain(world.store, world.bodies)
        body._file = whole
        with world.store.write() as work:
            run = work.runs.get(f"{ORDERING}:north:night")
            assert run is not None
            work.runs.try_again(run.run_no)
        drain(world.store, world.bodies)

        assert [len(ordered(file)) for file in world.files()] == [2, 2, 1]
        assert len(world.taken()) == len(set(world.taken())) == 3
        assert world.found() == []


def test_two_who_order_at_once_order_each_refund_once(engine: Engine, tmp_path: Path) -> None:
    log = tmp_path / "accepted.jsonl"
    with Counterparty(log) as counterparty:
        world = RefundWorld(engine, counterparty, log)
        numbers = [world.ask(payment_id) for payment_id in world.suspended(1_00, 2_00)]
        world.approve(*numbers)
        with world.store.write() as work:
            for name in ("one", "two"):
                work.runs.enqueue_once(f"{ORDERING}:north:{name}", ORDERING, {})
        carrier = Carrier(world.store, world.bodies)
        for name in ("two", "one"):
            carrier.carry_out(f"{ORDERING}:north:{name}")
        world.drain()

        assert [len(ordered(file)) for file in world.files()] == [2]
        assert world.found() == []
