"""Whatever happens in whatever order: nobody is drawn twice, and books, register and clearing house agree."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from clearing_house import ClearingHouse
from mandate_world import MandateWorld
from sqlalchemy import Engine
from telling import findings

from hub.banking_calendar import is_banking_day
from hub.model.direct_debits import Content, InternetBankMandate
from hub.model.mandates import LIVE, MandateState
from hub.rules.mandates.payer_numbers import compose
from tests.unit.testing.sound_scheme import PAYEE, answer_file

DEBTORS = tuple(str(4000 + number) for number in range(12))
DAYS = 40
WHO = {"payer_account": "91501234567", "payer_identity": "191212121212"}


class Life:
    """Some weeks of a company that collects, and of its clearing house."""

    def __init__(self, engine: Engine, seed: int) -> None:
        self.rng = random.Random(seed)
        self.world = MandateWorld(engine, with_money=True)
        self.house = ClearingHouse(self.rng)
        self.taken = 0
        self.number = 1000
        for debtor in DEBTORS[:8]:
            self.world.mandate(debtor, is_registered=False)

    @property
    def today(self) -> date:
        return self.world.clock.today()

    def payer(self, debtor: str) -> str:
        return compose(self.world.tenant.companies[0].direct_debit.payer_number, debtor)

    # --- what happens -----------------------------------------------------------------------------------------------

    def invoice(self) -> None:
        self.number += 1
        due = self.today + timedelta(days=self.rng.randint(-3, 25))
        amount = f"{self.rng.randint(1, 99)},{self.rng.randint(0, 99):02}"
        number = f"01{self.number:07}"
        self.world.invoices(
            number, due_date=due.isoformat(), debtor_number=self.rng.choice(DEBTORS), amount=amount,
            invoice_date="2026-10-01",
        )  # fmt: skip

    def mandate(self) -> None:
        debtor = self.rng.choice(DEBTORS)
        with self.world.store.read() as work:
            known = work.mandates.of_payers(1, [self.payer(debtor)])
        if not known or next(iter(known.values())).state in ("cancelled", "refused"):
            self.world.mandate(debtor, is_registered=False)

    def wish(self) -> None:
        payer = self.payer(self.rng.choice(DEBTORS))
        if self.house.wish(payer):
            asked = InternetBankMandate(0, PAYEE, payer, *WHO.values(), 0)
            self.tell(Content.INTERNET_BANK_MANDATES, [asked])

    def change(self) -> None:
        free = [one for one in DEBTORS if self.payer(f"9{one}") not in self.house.mandates]
        live = {one.mandate_no for one in self.world.requests() if one.state in LIVE}
        for one in self.world.mandates():
            if one.state == MandateState.ACTIVE and one.mandate_no not in live and free:
                number = self.payer(f"9{self.rng.choice(free)}")
                if number not in {other.payer_number for other in self.world.mandates()}:
                    self.world.tell("change_payer_number", mandate_no=one.mandate_no, payer_number=number)
                return

    def end_here(self) -> None:
        for one in self.world.mandates():
            if one.state == MandateState.ACTIVE:
                self.world.tell("cancel_mandate", mandate_no=one.mandate_no)
                return

    def end_there(self) -> None:
        if self.house.mandates:
            self.house.end_mandate(self.rng.choice(sorted(self.house.mandates)), self.today)

    def hold(self) -> None:
        if (number := self.open_number()) is not None:
            until = self.today + timedelta(days=self.rng.randint(0, 9))
            held = {"code": "dispute", "source": f"anna {self.world.told}", "until_date": until.isoformat()}
            self.world.tell("set_hold", receivable=self.target(number), **held)

    def credit(self) -> None:
        if (number := self.open_number()) is not None:
            open_ore = self.world.one(number).open_ore
            amount_ore = self.rng.choice([open_ore, max(1, open_ore // 3)])
            self.world.tell("credit_receivable", receivable=self.target(number), amount_ore=amount_ore)

    def move(self) -> None:
        if (number := self.open_number()) is not None:
            due = self.today + timedelta(days=self.rng.randint(1, 20))
            self.world.tell(
                "change_due_date", receivable=self.target(number), due_date=due.isoformat(), reason="agreed"
            )

    def refund(self) -> None:
        if refunds := self.house.refund(self.today):
            self.tell(Content.PAYMENT_SPECIFICATION, refunds)

    def open_number(self) -> str | None:
        with self.world.store.read() as work:
            rows = [row for row in work.receivables.search() if row.open_ore > 0]
        return self.rng.choice(rows).number if rows else None

    @staticmethod
    def target(number: str) -> dict[str, str]:
        return {"company": "1", "number": number, "source_system": "sundry"}

    # --- the days ---------------------------------------------------------------------------------------------------

    def tell(self, content: Content, answers: list[Any]) -> None:
        """Let a file of answers come."""
        if answers:
            self.world.receive(answer_file(content, *answers, made_on=self.today.isoformat(), payee=PAYEE))

    def exchange(self) -> None:
        """Let the clearing house take what has been sent, and tell what it has to say."""
        for content in self.world.channel.files[self.taken :]:
            orders = [json.loads(line) for line in content.splitlines()[1:]]
            self.house.take([(kind, fields) for kind, _, fields in orders], self.today)
        self.taken = len(self.world.channel.files)
        advices, changes, rejections = self.house.fetched()
        self.tell(Content.MANDATE_ADVICE, advices)
        self.tell(Content.CHANGED_REQUESTS, changes)
        self.tell(Content.REJECTED_REQUESTS, rejections)

    def pass_day(self, actions: int) -> None:
        doings: list[tuple[Callable[[], None], int]] = [
            (self.invoice, 8), (self.mandate, 4), (self.wish, 2), (self.end_here, 1), (self.end_there, 1),
            (self.change, 1), (self.hold, 2), (self.credit, 2), (self.move, 2), (self.refund, 1),
        ]  # fmt: skip
        for _ in range(self.rng.randint(0, actions)):
            self.rng.choices([one for one, _ in doings], [weight for _, weight in doings])[0]()
        if is_banking_day(self.today):
            self.tell(Content.PAYMENT_SPECIFICATION, self.house.day(self.today))
            if self.rng.random() < 0.9:
                self.world.run()
            self.exchange()
        self.look()
        self.world.pass_days(1)

    def look(self) -> None:
        """Nobody is drawn twice at the same time, and nothing that is waited for there is unknown here."""
        live = [one for one in self.world.requests() if one.state in LIVE]
        assert len({one.receivable_id for one in live}) == len(live)
        asked = [one.request for one in self.house.waiting]
        assert len({one.reference for one in asked}) == len(asked)
        assert {one.reference for one in asked} <= {one.reference for one in live}

    def end(self) -> None:
        """Let everything come to its end."""
        for _ in range(60):
            self.pass_day(0)
            if not self.house.waiting and not [one for one in self.world.requests() if one.state in LIVE]:
                break
        self.tell(Content.MANDATE_REGISTER, self.house.register())


@pytest.mark.parametrize("seed", range(3))
def test_books_register_and_clearing_house_agree_to_the_ore(engine: Engine, seed: int) -> None:
    life = Life(engine, seed)
    for _ in range(DAYS):
        life.pass_day(5)
    life.end()
    world, house = life.world, life.house

    paid_ore = sum(one.amount_ore for one in world.requests() if one.state == "paid")
    assert paid_ore == house.balance_ore
    assert [one.state for one in world.requests() if one.state in LIVE] == []
    ((came_ore,),) = world.sql(
        "SELECT CAST(coalesce(sum(amount_ore), 0) AS BIGINT) FROM voucher_line WHERE account = '1940'"
    )
    assert came_ore == house.balance_ore
    active = {one.payer_number for one in world.mandates() if one.state == MandateState.ACTIVE}
    assert active == house.mandates.keys()
    with world.store.read() as work:
        assert work.mandate_registers.differences() == []
    assert findings(world) == {}  # type: ignore[arg-type]
    assert len(world.requests()) > 10
