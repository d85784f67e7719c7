"""Whatever payments, credits, holds, plans, runs, letters, undos and charges happen in whatever order, the books hold.

A receivable's balance is the sum of its entries, no fee is borne twice, no step is taken under a hold, and no day bears
interest twice: what is debited, invoiced and carried is never more than was earned when it was charged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from decimal import Decimal
from typing import Any

from dunning_world import POLICY, REVENUES, DunningWorld, dunning_tenant
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text

from hub.errors import HubError
from hub.model.books import Bucket, Posting
from hub.model.commands import CreditReceivable, EndHold, SetHold, Target
from hub.model.interest_charges import KIND, PaidSelection
from hub.model.tenant import Tenant
from hub.rules.interest.reference_rates import ReferenceRate
from hub.runtime.carrying import Carrier
from hub.services.books.interest import accrued
from hub.services.chart import chart_of
from hub.services.dunning.carrying import offer_charges
from hub.services.dunning.interest_invoices import InterestInvoiceRun, begin
from hub.services.dunning.interest_undoing import undo
from hub.services.dunning.letter_interest import LetterInterest
from hub.services.dunning.letters import EarnedInterest
from hub.services.dunning.undoing import undo_chunk
from hub.services.ports import UnitOfWork
from hub.services.verifying import verify
from hub.store.database import writing
from hub.store.tables import metadata
from hub.store.verifying import SqlVerifying

NUMBERS = ("010001", "010002", "040003")
number = st.sampled_from(NUMBERS)
amount_ore = st.sampled_from((30_00, 60_00, 1000_00))
TOLD = ("document_sent", "document_sent", "document_withdrawn", "document_undeliverable")
OF_BARE_PAYMENTS = {"CLEARING_ACCOUNT_DIFFERS", "PAYMENT_OVERALLOCATED", "PAYMENT_NOT_SETTLED"}
BY_DEBTOR = {
    **POLICY,
    "method": "by_debtor",
    "charges_compensation": True,
    "demand": {**POLICY["demand"], "after_days": 5},
}

INVOICED = {**BY_DEBTOR, "name": "water", "routines": ["04"], "fees_are_invoiced": True}


COMPANY = {
    "routines": [
        {"number": "01", "name": "Sundry", "interest_is_invoiced": True},
        {"number": "04", "name": "Water"},
        {"number": "90", "name": "Fees"},
    ],
    "references": {"giro": {"control": {"level": "check_digit"}, "elements": [{"kind": "invoice_number", "width": 6}]}},
}
POLICIES = (BY_DEBTOR, INVOICED)
DUNNING: dict[str, Any] = {"interest": {"minimum": "0"}, "fee_invoices": {"routine": "90", "digits": 6}}
ACCOUNTS = {**REVENUES, "carried": "2890", "compensation": "3593"}


class InterestWorld(DunningWorld):
    """A world where interest is counted from the books, and invoiced."""

    def _earned(
        self, work: UnitOfWork, tenant: Tenant, receivables: Sequence[int], until: date
    ) -> Mapping[int, EarnedInterest]:
        return LetterInterest(lambda: self.rates).earned(work, tenant, receivables, until)

    def interest_run(self) -> InterestInvoiceRun:
        return InterestInvoiceRun(self.store, self.tenant, lambda: self.rates, "settings", lambda _work, _commands: [])

    def interest_of(self, numbers: Sequence[str]) -> dict[str, int]:
        """What receivables have earned by today, whether it is charged or not."""
        ids = {self.one(number).receivable_id: number for number in numbers}
        with self.store.read() as work:
            found = accrued(work, self.tenant, list(ids), self.clock.today(), self.rates)
        return {ids[number]: one.interest.interest_ore for number, one in found.items()}


class Dunned(RuleBasedStateMachine):
    """Three receivables, two of one debtor, and everything that happens to them."""

    engine: Engine
    plans = Bundle("plans")
    interest_plans = Bundle("interest_plans")

    def __init__(self) -> None:
        super().__init__()
        with writing(self.engine) as connection:
            for name in metadata.tables.keys() - {"installation"}:
                connection.execute(text(f"DELETE FROM {name}"))
        self.world = self.made_world()
        coming = [ReferenceRate(date(2027 + n // 2, 1 + 6 * (n % 2), 1), Decimal(2), "made up") for n in range(8)]
        self.world.rates = self.world.rates.extended(coming)
        self.world.invoices("010001", "010002", debtor_number="7")
        self.world.invoices("040003", debtor_number="8", routine="04", debtor_identity="5560360793")
        self.said = 0

    def made_world(self) -> InterestWorld:
        return InterestWorld(self.engine, dunning_tenant(*POLICIES, accounts=ACCOUNTS, company=COMPANY, **DUNNING))

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
        open_ore = amount_ore if bucket is Bucket.PRINCIPAL else self.world.one(number).fee_ore
        if open_ore > 0:  # no fee is paid that was never debited
            self.pay(number, bucket, min(amount_ore, open_ore))

    @rule(number=number)
    def all_of_it_is_paid(self, number: str) -> None:
        row = self.world.one(number)
        for bucket in (Bucket.FEE, Bucket.INTEREST, Bucket.PRINCIPAL):
            if (open_ore := getattr(row, f"{bucket}_ore")) > 0:
                self.pay(number, bucket, open_ore)

    def pay(self, number: str, bucket: Bucket, amount_ore: int) -> None:
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
        with suppress(HubError), self.charging():
            self.world.run(plan)
        assert [len(self.world.steps(one)) for one in held] == before

    @rule(target=plans, days=st.sampled_from((5, 15)))
    def what_is_due_is_done(self, days: int) -> int:
        self.world.pass_days(days)
        plan = self.a_plan_is_made()
        self.a_plan_is_carried_out(plan)
        return plan

    @rule(target=plans)
    def it_comes_to_a_demand(self) -> int:
        for days in (5, 15):
            plan = self.what_is_due_is_done(days)
            self.world.delivery_tells("document_sent")
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

    @rule(target=interest_plans)
    def interest_is_planned(self) -> int:
        run = self.world.interest_run()
        with self.world.store.write() as work:
            plan = run.make(work, PaidSelection(), user="anna")
        run.fill(plan)
        return plan

    @rule(plan=interest_plans)
    def interest_is_invoiced(self, plan: int) -> None:
        with suppress(HubError), self.charging():
            with self.world.store.write() as work:
                run_id = begin(work, self.world.tenant.id, plan, "settings")
            carried = Carrier(self.world.store, {KIND: self.world.interest_run()}).carry_out(run_id)
            assert not carried.why, carried.why

    @rule(number=number)
    def it_is_paid_late_and_two_invoice_its_interest(self, number: str) -> None:
        self.all_of_it_is_paid(number)
        for plan in [self.interest_is_planned(), self.interest_is_planned()]:  # two have planned the same
            self.interest_is_invoiced(plan)

    @rule(number=number)
    def it_is_demanded_and_paid_after_that(self, number: str) -> None:
        self.it_comes_to_a_demand()
        self.world.pass_days(15)
        self.it_is_paid_late_and_two_invoice_its_interest(number)
        self.charges_are_offered()

    @rule(plan=interest_plans)
    def interest_invoices_are_undone(self, plan: int) -> None:
        with suppress(HubError), self.world.store.write() as work:
            undo(work, self.world.tenant, plan, lambda _work, _keys: None, user="anna")

    @rule()
    def charges_are_offered(self) -> None:
        with self.charging():
            offer_charges(self.world.store, self.world.tenant, lambda: self.world.rates, PaidSelection())

    @contextmanager
    def charging(self) -> Iterator[None]:
        """Hold what is charged meanwhile to what has been earned by then."""
        before = self.charged()
        yield
        earned = self.world.interest_of(NUMBERS)
        for number, charged_ore in self.charged().items():
            assert charged_ore <= max(before[number], earned[number])

    def charged(self) -> dict[str, int]:
        """The interest that stands debited, invoiced and offered, by receivable."""
        found = dict.fromkeys(NUMBERS, 0) | dict(self.world.sql(_CHARGED_INTEREST))
        return {number: found[number] for number in NUMBERS}

    def teardown(self) -> None:
        """Hold all of it, in the end, to what `hub verify` proves; payments have no file, and so no deposit."""
        found = verify(SqlVerifying(self.engine, self.world.store.tenant), None, self.world.tenant)
        findings = [one for one in found.findings if one.code not in OF_BARE_PAYMENTS]
        assert not findings, findings

    def holds(self, number: str) -> bool:
        with self.world.store.read() as work:
            return bool(work.receivables.active_holds([self.world.one(number).receivable_id], work.today))

    @invariant()
    def a_balance_is_the_sum_of_its_entries(self) -> None:
        assert self.world.sql(_DIFFERENCES) == []

    @invariant()
    def no_fee_is_borne_twice(self) -> None:
        for (one,) in self.world.sql("SELECT number FROM receivable"):  # interest invoices are dunned too
            standing = [step for step in self.world.steps(one) if step.undone_at is None and step.fee_ore]
            assert len({step.step for step in standing}) == len(standing)
            debited = self.world.sql(_STANDING_FEES.format(id=self.world.one(one).receivable_id))[0][0]
            assert 0 <= debited <= sum(step.fee_ore for step in standing)
            steps = [step.compensation_ore for step in self.world.steps(one) if step.undone_at is None]
            assert sum(map(bool, steps)) <= 1
            compensated = self.world.sql(_STANDING_COMPENSATION.format(id=self.world.one(one).receivable_id))[0][0]
            assert 0 <= compensated <= sum(steps) <= 450_00

    @invariant()
    def fee_invoices_are_what_their_steps_charge(self) -> None:
        assert self.world.sql(_FEES_ASTRAY) == []

    @invariant()
    def what_was_taken_back_is_told_and_stands_no_more(self) -> None:
        undone = self.world.sql("SELECT count(*) FROM dunning_step WHERE undone_at IS NOT NULL")
        told = self.world.sql("SELECT count(*) FROM event WHERE kind = 'dunning_step_undone'")
        assert told == undone


_DIFFERENCES = """
    SELECT receivable_id FROM (
        SELECT receivable_id, bucket, amount_ore FROM entry
        UNION ALL SELECT receivable_id, 'principal', -principal_ore FROM open_item
        UNION ALL SELECT receivable_id, 'fee', -fee_ore FROM open_item
        UNION ALL SELECT receivable_id, 'interest', -interest_ore FROM open_item) AS both_sides
    GROUP BY receivable_id, bucket HAVING sum(amount_ore) <> 0
"""
_CHARGED_INTEREST = """
    SELECT r.number, CAST(sum(c.amount_ore) AS BIGINT) FROM (
        SELECT receivable_id, amount_ore FROM entry
        WHERE cause IN ('interest_debited', 'collected_interest_debited', 'interest_lowered')
        UNION ALL SELECT receivable_id, amount_ore FROM interest_charge WHERE undone_at IS NULL
        UNION ALL SELECT receivable_id, amount_ore FROM carried_charge
        WHERE kind = 'interest' AND state <> 'withdrawn') AS c
    JOIN receivable r ON r.receivable_id = c.receivable_id GROUP BY r.number
"""
_STANDING_FEES = """
    SELECT coalesce(sum(amount_ore), 0) FROM entry
    WHERE receivable_id = {id} AND cause IN
        ('reminder_fee_debited', 'demand_fee_debited', 'reminder_fee_lowered', 'demand_fee_lowered')
"""

_FEES_ASTRAY = """
    SELECT receivable_id FROM (
        SELECT receivable_id, plan_no, fee_ore + compensation_ore AS ore FROM dunning_step
        WHERE are_fees_invoiced = 1 AND undone_at IS NULL
        UNION ALL SELECT receivable_id, plan_no, -amount_ore FROM fee_invoice WHERE undone_at IS NULL) AS both_sides
    GROUP BY receivable_id, plan_no HAVING sum(ore) <> 0
    UNION ALL
    SELECT e.receivable_id FROM fee_invoice f
    JOIN entry e ON e.receivable_id = f.invoice_id AND e.cause IN ('invoiced', 'credited', 'cancelled')
    WHERE f.undone_at IS NOT NULL GROUP BY e.receivable_id HAVING sum(e.amount_ore) <> 0
"""
_STANDING_COMPENSATION = """
    SELECT coalesce(sum(amount_ore), 0) FROM entry
    WHERE receivable_id = {id} AND cause IN ('compensation_debited', 'compensation_lowered')
"""


def test_the_books_hold_whatever_happens_in_whatever_order(sqlite_engine: Engine, in_full: bool) -> None:
    Dunned.engine = sqlite_engine
    cheap = settings(
        max_examples=100 if in_full else 8,
        stateful_step_count=15,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Dunned, settings=cheap)  # type: ignore[no-untyped-call]
