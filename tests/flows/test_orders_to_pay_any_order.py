"""Whatever is made, filed, told, paid and credited, in whatever order: cases and books agree."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

from order_world import OrderWorld
from sqlalchemy import Engine
from telling import assert_books_agree

from hub.errors import DataError, RejectedError, RuleViolation, TransientError
from hub.model.orders_to_pay import AT_AN_END, TAKEN_BACK, TOLD, Happening, OrderState
from hub.rules.orders_to_pay.states import is_pressed, may_happen, next_state
from hub.services.verifying import accounts_by
from hub.store.verifying import SqlVerifying

NUMBERS = ("1001", "1002", "1003")
SEEDS, STEPS = 4, 80
LOOKS_EVERY = 4  # steps; all with --in-full


class Chance:
    """Does something at random to a world, as people, the authority, debtors and the wire do."""

    def __init__(self, world: OrderWorld, seed: int) -> None:
        self.world = world
        self.rng = random.Random(seed)
        self.refused = Counter[str]()

    def act(self) -> None:
        often = [self.make, self.file, self.file, self.told, self.told, self.told, self.pays, self.day, self.reduce]
        seldom = [self.by_file, self.credit, self.withdraw, self.drop, self.hold, self.wire]
        action = self.rng.choice(often if self.rng.random() < 0.7 else seldom)
        try:
            action()
        except (DataError, RuleViolation) as error:
            self.refused[type(error).__name__] += 1

    def orders(self) -> list[int]:
        with self.world.store.read() as work:
            return [one.order_no for one in work.orders_to_pay.latest()]

    def order(self) -> int:
        orders = self.orders()
        if not orders:
            raise DataError("there is none yet")
        return self.rng.choice(orders[:3])

    def make(self) -> None:
        self.world.make(*self.rng.sample(NUMBERS, self.rng.randint(1, 3)))

    def file(self) -> None:
        self.world.file(self.order())

    def told(self) -> None:
        number = self.order()
        likely = [one for one in may_happen(OrderState(self.world.order(number).state)) if one in TOLD]
        happening = self.rng.choice(likely[:4] if likely and self.rng.random() < 0.85 else TOLD)
        costs: dict[str, Any] = {"costs_ore": 68_000} if happening == "decided" else {}
        self.world.told(happening, number, case_no=f"01-{number}" if happening == "confirmed" else "", **costs)

    def by_file(self) -> None:
        number = self.order()
        day = self.world.clock.today().isoformat()
        told = [
            {"event": self.rng.choice(["confirmed", "served", "decided", "reduced", "withdrawn"]), "order_no": number,
             "case_no": f"01-{number}", "on_day": day},
            {"event": "receipt", "file_no": self.rng.randint(1, 4), "is_accepted": self.rng.random() < 0.7,
             "on_day": day},
        ]  # fmt: skip
        if told[0]["event"] == "decided":
            told[0]["costs_ore"] = 68_000
        self.world.authority_tells(*told)
        self.world.follow()

    def pays(self) -> None:
        self.world.pays(self.rng.choice([5_000, 40_000, 100_000]), self.rng.choice(NUMBERS))

    def credit(self) -> None:
        about = {"company": "1", "number": self.rng.choice(NUMBERS)}
        self.world.tell("credit_receivable", receivable=about, amount_ore=self.rng.choice([1_000, 30_000]))

    def reduce(self) -> None:
        self.world.tell("reduce_order_to_pay", order_no=self.order())

    def withdraw(self) -> None:
        number = self.order()
        if self.world.order(number).state == "decided":
            self.world.tell("enforce_order_to_pay", order_no=number, enforcement="full")
        else:
            self.world.tell("withdraw_order_to_pay", order_no=number, reason="a reason")

    def drop(self) -> None:
        number = self.order()
        is_told = self.world.steps(number)[-1].happening in (*TOLD, Happening.FILED, TAKEN_BACK)
        kind = "take_back_order_step" if is_told else "drop_order_to_pay"
        self.world.tell(kind, order_no=number, reason="a reason")

    def hold(self) -> None:
        about = {"company": "1", "number": self.rng.choice(NUMBERS)}
        if self.rng.random() < 0.3:
            self.world.tell("set_hold", receivable=about, code="TVIST", source="anna")
        else:
            self.world.tell("end_hold", receivable=about, code="TVIST")

    def day(self) -> None:
        self.world.on((self.world.clock.today() + timedelta(days=1)).isoformat())

    def wire(self) -> None:
        self.world.channel.fails = [self.rng.choice([TransientError("later"), RejectedError("no")])]


def test_any_order_of_events_keeps_cases_and_books_together(engine: Engine, in_full: bool) -> None:
    """Over some seeds every action that matters is carried out, and not only refused."""
    kinds = Counter[str]()
    for seed in range(SEEDS):
        world = OrderWorld(engine, files=True, orders={"books_costs": True}, name=f"t{seed}")
        owed = {number: world.demanded(number, 900_000, fee_ore=18_000) for number in NUMBERS}
        chance = Chance(world, seed)
        for step in range(STEPS):
            chance.act()
            if in_full or step % LOOKS_EVERY == LOOKS_EVERY - 1:
                _look_at(world, chance.orders(), owed)

        assert chance.orders()
        verifying = SqlVerifying(world.engine, world.store.tenant)
        with engine.connect() as connection:
            found = [one.code for one in verifying.check(connection, accounts_by(world.tenant)) if one.found]
        assert found == []
        assert_books_agree(world)
        kinds.update(world.events())
    wanted = ("executed", "filed", "confirmed", "decided", "to_be_lowered", "dropped", "taken_back")
    assert [one for one in wanted if not kinds[f"order_to_pay_{one}"]] == [], kinds


def _look_at(world: OrderWorld, orders: list[int], owed: dict[str, int]) -> None:
    """Hold what must be true whatever has happened."""
    held = Counter[int]()
    tasks = {subject for kind, subject in world.tasks() if kind == "order_to_pay_lowered"}
    for number in orders:
        order = world.order(number)
        state = OrderState(order.state)
        _replay(world, number, state)
        claims = world.claims(number)
        if state not in AT_AN_END:
            held.update(claim.receivable_id for claim in claims)
        has_marks = any((hold[1] == f"order:{number}") for claim in claims for hold in world.holds(claim.receivable_id))
        assert has_marks is (state not in AT_AN_END and _has_left(world, number))
        assert bool(order.filed_on) is (Happening.FILED in _lasting(world, number) or _was_reached(world, number))
        lowered = is_pressed(state, order.terms.enforcement) and any(_is_less(world, claim) for claim in claims)
        assert (str(number) in tasks) is lowered
    assert max(held.values(), default=0) <= 1
    assert set(held) <= set(owed.values())


def _replay(world: OrderWorld, number: int, state: OrderState) -> None:
    """The history leads to the state, by the rule table alone."""
    reached = OrderState.DRAFT
    for happening in _standing(world, number):
        reached = next_state(reached, Happening(happening))
    assert reached is state


def _standing(world: OrderWorld, number: int) -> list[str]:
    """Return what happened and was not taken back, counted anew."""
    stood: list[str] = []
    for happening in world.happened(number):
        stood = stood[:-1] if happening == TAKEN_BACK else [*stood, happening]
    return stood


def _lasting(world: OrderWorld, number: int) -> list[str]:
    """Return what happened since the last filing that was refused."""
    happened = _standing(world, number)
    refused = [at for at, one in enumerate(happened) if one in ("receipt_rejected", "not_delivered")]
    return happened[refused[-1] + 1 :] if refused else happened


def _was_reached(world: OrderWorld, number: int) -> bool:
    return bool({"receipt_ok", "confirmed"} & set(_lasting(world, number)))


def _has_left(world: OrderWorld, number: int) -> bool:
    """Return whether its latest filing is printed or on its way, or beyond; a refused one keeps its marks."""
    happened = _standing(world, number)
    last = {one: max((at for at, said in enumerate(happened) if said == one), default=-1) for one in set(happened)}
    return last.get("executed", -1) > last.get("not_delivered", -1)


def _is_less(world: OrderWorld, claim: Any) -> bool:
    principal_ore, fee_ore, interest_ore = world.open(claim.receivable_id)
    return (
        principal_ore < claim.told_principal_ore
        or fee_ore < claim.told_collection_ore
        or interest_ore < claim.booked_interest_ore
    )
