"""Whatever payments, credits, holds, plans, runs, letters and undos happen in whatever order, the books hold.

A receivable's balance is the sum of its entries, no fee is borne twice, and no step is taken under a hold.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from dunning_world import POLICY, DunningWorld, dunning_tenant
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from hub.errors import HubError
from hub.model.books import Bucket, Posting
from hub.model.commands import CreditReceivable, EndHold, SetHold, Target
from hub.rules.interest.reference_rates import ReferenceRate
from hub.services.chart import chart_of
from hub.services.dunning.undoing import undo_chunk
from hub.store.database import writing
from hub.store.tables import metadata

NUMBERS = ("1001", "1002", "1003")
number = st.sampled_from(NUMBERS)
amount_ore = st.sampled_from((30_00, 60_00, 1000_00))
TOLD = ("document_sent", "document_sent", "document_withdrawn", "document_undeliverable")
BY_DEBTOR = {**POLICY, "method": "by_debtor", "demand": {**POLICY["demand"], "after_days": 5}}


class Dunned(RuleBasedStateMachine):
    """Three receivables, two of one debtor, and everything that happens to them."""

    engine: Engine
    plans = Bundle("plans")

    def __init__(self) -> None:
        super().__init__()
        with writing(self.engine) as connection:
            for name in metadata.tables.keys() - {"installation"}:
                connection.execute(text(f"DELETE FROM {name}"))
        self.world = DunningWorld(self.engine, dunning_tenant(BY_DEBTOR))
        coming = [ReferenceRate(date(2027 + n // 2, 1 + 6 * (n % 2), 1), Decimal(2), "made up") for n in range(8)]
        self.world.rates = self.world.rates.extended(coming)
        self.world.invoices("1001", "1002", debtor_number="7")
        self.world.invoices("1003", debtor_number="8")
        self.said = 0

    def key(self) -> str:
        self.said += 1
        return f"key-{self.said}"

    def tell(self, command: Any, number: str, **values: Any) -> None:
        target = Target(company="1", number=number)
        with suppress(HubError):  # it may not be done now, and nothing was changed
            self.world.tell(command(key=self.key(), user="anna", receivable=target, **values))

    @rule(days=st.sampled_from((1, 5, 15)))
    def time_passes(self, days: int) -> None:
        self.world.pass_days(days)

    @rule(
        number=number,
        bucket=st.sampled_from((Bucket.PRINCIPAL, Bucket.FEE)),
        amount_ore=st.sampled_from((30_00, 60_00, 1000_00)),
    )
    def a_payment_comes(self, number: str, bucket: Bucket, amount_ore: int) -> None:
        row, today = self.world.one(number), self.world.clock.today().isoformat()
        paid = Posting(
            row.receivable_id,
            bucket,
            -amount_ore,
            row.group_no,
            "1",
            self.said,
            1,
            0,
            1,
            "SEK",
            today,
            today,
            "payment",
        )
        with self.world.store.write() as work:
            work.books.add([paid])
            work.books.apply(chart_of(work, self.world.tenant), voucher_type="payments")

    @rule(number=number, amount_ore=st.sampled_from((None, 10_00)))
    def it_is_credited(self, number: str, amount_ore: int | None) -> None:
        self.tell(CreditReceivable, number, amount_ore=amount_ore)

    @rule(number=number)
    def a_hold_is_set(self, number: str) -> None:
        self.tell(SetHold, number, code="9", source="anna")

    @rule(number=number)
    def a_hold_ends(self, number: str) -> None:
        self.tell(EndHold, number, code="9")

    @rule(target=plans)
    def somebody_plans(self) -> int:
        return self.a_plan_is_made()

    def a_plan_is_made(self) -> int:
        return self.world.plan(page=2)

    @rule(plan=plans)
    def somebody_carries_it_out(self, plan: int) -> None:
        self.a_plan_is_carried_out(plan)

    def a_plan_is_carried_out(self, plan: int) -> None:
        held = [one for one in NUMBERS if self.holds(one)]
        before = [len(self.world.steps(one)) for one in held]
        with suppress(HubError):
            self.world.run(plan)
        assert [len(self.world.steps(one)) for one in held] == before

    @rule(target=plans, days=st.sampled_from((5, 15)))
    def what_is_due_is_done(self, days: int) -> int:
        self.world.pass_days(days)
        plan = self.a_plan_is_made()
        self.a_plan_is_carried_out(plan)
        return plan

    @rule(kind=st.sampled_from(TOLD))
    def delivery_tells(self, kind: str) -> None:
        self.world.delivery_tells(kind)

    @rule(plan=plans, numbers=st.lists(number, max_size=2))
    def a_plan_is_undone(self, plan: int, numbers: list[str]) -> None:
        chosen = [self.world.one(one).receivable_id for one in numbers]
        try:
            with self.world.store.write() as work:
                undo_chunk(work, self.world.tenant, plan, user="anna", letters=self.world.letters, receivables=chosen)
        except HubError:
            return

    def holds(self, number: str) -> bool:
        with self.world.store.read() as work:
            return bool(work.receivables.active_holds([self.world.one(number).receivable_id], work.today))

    @invariant()
    def a_balance_is_the_sum_of_its_entries(self) -> None:
        assert self.world.sql(_DIFFERENCES) == []

    @invariant()
    def no_fee_is_borne_twice(self) -> None:
        for one in NUMBERS:
            standing = [step for step in self.world.steps(one) if step.undone_at is None and step.fee_ore]
            assert len({step.step for step in standing}) == len(standing)
            debited = self.world.sql(_STANDING_FEES.format(id=self.world.one(one).receivable_id))[0][0]
            assert 0 <= debited <= sum(step.fee_ore for step in standing)

    @invariant()
    def what_was_taken_back_is_told_and_stands_no_more(self) -> None:
        undone = [step for one in NUMBERS for step in self.world.steps(one) if step.undone_at is not None]
        told = self.world.sql("SELECT count(*) FROM event WHERE kind = 'dunning_step_undone'")
        assert told == [(len(undone),)]


_DIFFERENCES = """
    SELECT receivable_id FROM (
        SELECT receivable_id, bucket, amount_ore FROM entry
        UNION ALL SELECT receivable_id, 'principal', -principal_ore FROM open_item
        UNION ALL SELECT receivable_id, 'fee', -fee_ore FROM open_item
        UNION ALL SELECT receivable_id, 'interest', -interest_ore FROM open_item) AS both_sides
    GROUP BY receivable_id, bucket HAVING sum(amount_ore) <> 0
"""
_STANDING_FEES = """
    SELECT coalesce(sum(amount_ore), 0) FROM entry
    WHERE receivable_id = {id} AND cause IN
        ('reminder_fee_debited', 'demand_fee_debited', 'reminder_fee_lowered', 'demand_fee_lowered')
"""


def test_the_books_hold_whatever_happens_in_whatever_order(sqlite_engine: Engine) -> None:
    Dunned.engine = sqlite_engine
    cheap = settings(
        max_examples=25, stateful_step_count=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Dunned, settings=cheap)  # type: ignore[no-untyped-call]
