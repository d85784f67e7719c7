"""Whatever agencies, the authority, instalment plans, debtors, we and our runs do in whatever order, the books hold.

The world of `test_dunning_in_any_order`, with an agency that collects, settles and gives back, with orders to pay, and
with instalment plans. Beside what holds there: nothing is in two of their hands at once, nothing of it is dunned, and
what they collect in interest is never charged again.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from collection_world import ACCOUNTS as OF_AGENCIES
from collection_world import AGREEMENT, PERSON, RULE, CollectionWorld
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine
from test_dunning_in_any_order import ACCOUNTS, COMPANY, DUNNING, POLICIES, Dunned, InterestWorld, number

from hub.errors import HubError
from hub.model.collection_commands import RecallCase
from hub.model.commands import parse_command
from hub.model.tenant import Tenant
from hub.services.books import carry_out
from hub.services.collection.commands import COLLECTION_HANDLERS
from hub.services.dunning.interrupting import LIMITATION_HANDLERS, interrupting
from hub.services.instalment_plans import plan_handlers
from hub.services.instalment_plans.following import follow_plans
from hub.services.orders_to_pay import Filers, Means, order_handlers
from hub.services.orders_to_pay.following import follow_orders
from hub.services.payments.commands import HANDLERS
from hub.testing.example_tenant import company_settings, tenant_settings

HOLDS = ["reminder_1", "reminder_2", "demand", "residual_demand", "warning", "transfer", "order_to_pay"]
CODES = {
    "inkasso": {"text": "At agency", "stops": HOLDS[:5]},
    "plan": {"text": "In a plan or at the authority", "stops": [*HOLDS, "interest_if_deferral_kept"]},
}
TOLD = ("ordered", "contested", "decided", "enforcement", "enforcement_report", "withdrawn", "dismissed", "closed")
BEGINNINGS = ("at the agency", "back from the agency", "at the authority", "back from the authority", "in a plan")
OWN_INTEREST = st.sampled_from((0, 1_00, 25_00))  # nothing, less and more than was earned


def seam_tenant(*, settles: bool) -> Tenant:
    made = company_settings(
        accounts=ACCOUNTS,
        dunning={"policies": list(POLICIES), "hold_codes": CODES, "plan_hold": "plan", **DUNNING},
        collection={"transfers": [{**RULE, "settles": settles}], "accounts": OF_AGENCIES},
        orders_to_pay={"fee_giro": "410000-4"},
        letterhead={"street": "Storgatan 1", "postal_code": "123 45", "city": "Staden"},
        **COMPANY,
    )
    systems = [{"name": "sundry", "company": "1", "routines": ["01", "04"]}]
    return Tenant.model_validate(tenant_settings(made, source_systems=systems, collection_agencies=[AGREEMENT]))


class SeamWorld(InterestWorld, CollectionWorld):
    """A world where what dunning did not solve goes on to others."""

    def __init__(self, engine: Engine, *, settles: bool) -> None:
        super().__init__(engine, seam_tenant(settles=settles))
        means = Means(lambda: self.rates, interrupting(self.tenant), lambda _: b"form", lambda: Filers({}, {}))
        plans = plan_handlers(lambda: self.rates, lambda _work, _commands: [])
        orders = order_handlers(means)
        self.handlers = {**HANDLERS, **COLLECTION_HANDLERS, **LIMITATION_HANDLERS, **orders, **plans}

    def invoices(self, *numbers: str, due_date: str = "2026-10-26", **fields: Any) -> None:
        whose = {"debtor_identity": PERSON, "address_line_1": "Storgatan 1", "address_line_2": "123 45 Staden"}
        super().invoices(*numbers, due_date=due_date, **{**whose, "refers_to": "Care", **fields})

    def tell(self, command: Any) -> Any:
        with self.store.write() as work:
            answer = carry_out(work, self.tenant, command, self.handlers)
        self.rounds()
        return answer

    def rounds(self) -> None:
        """What the hub does by itself as time goes."""
        self.work()
        has_more = True
        while has_more:
            with self.store.write() as work:
                has_more = follow_plans(work, self.tenant) or follow_orders(
                    work, self.tenant, interrupting(self.tenant)
                )

    def elsewhere(self) -> list[tuple[int, str]]:
        """Receivables that are at an agency, at the authority, or in an instalment plan."""
        return [(int(one), str(where)) for one, where in self.sql(_ELSEWHERE)]


class HandedOver(Dunned):
    """The receivables of `Dunned`, and everything that happens to them elsewhere."""

    settles = False
    world: SeamWorld

    def made_world(self) -> SeamWorld:
        return SeamWorld(self.engine, settles=self.settles)

    def say(self, kind: str, **values: Any) -> None:
        with suppress(HubError):  # it may not be done now, and nothing was changed
            self.world.tell(parse_command({"kind": kind, "key": self.key(), "user": "anna", **values}))

    def holds(self, number: str) -> bool:
        ids = {one for one, _ in self.world.elsewhere()}
        return super().holds(number) or self.world.one(number).receivable_id in ids

    @initialize(how=st.sampled_from(BEGINNINGS), number=number, own_ore=OWN_INTEREST)
    def it_begins_at_a_seam(self, how: str, number: str, own_ore: int) -> None:
        if how in ("at the agency", "back from the agency"):
            self.what_is_left_is_handed_over()
            self.the_agency_tells()
        if how == "back from the agency":
            self.it_goes_to_the_agency_is_paid_in_part_and_comes_back(number, own_ore)
        if how in ("at the authority", "back from the authority"):
            self.it_is_demanded_and_applied_for([number])
        if how == "back from the authority":
            self.it_is_decided_enforced_and_closed(own_ore)
        if how == "in a plan":
            self.a_plan_is_agreed([number], 100_00)

    @rule(days=st.sampled_from((1, 15, 30)))
    def time_passes_and_rounds_are_made(self, days: int) -> None:
        self.world.pass_days(days)
        self.world.rounds()

    # --- an agency

    @rule()
    def what_is_left_is_handed_over(self) -> None:
        self.world.transfer()

    @rule()
    def the_agency_tells(self) -> None:
        self.world.books.tell()
        self.world.follow()

    @rule(number=number, amount_ore=st.sampled_from((40_00, 1000_00, 5000_00)), own_ore=OWN_INTEREST)
    def it_is_paid_at_the_agency_and_settled(self, number: str, amount_ore: int, own_ore: int) -> None:
        books, today = self.world.books, self.world.clock.today().isoformat()
        open_claims = [claim for claim, own in books.invoice.items() if own == number and claim not in books.closed]
        if open_claims:
            books.paid_on = books.settles_on = today
            amount_ore = min(amount_ore, max(0, sum(books.left[open_claims[0]])))
            books.debtor_pays(open_claims[0], amount_ore, own_interest_ore=own_ore)
            books.tell(*books.settlement()[0])
            self.world.follow()

    @rule(number=number)
    def a_case_is_taken_back(self, number: str) -> None:
        with self.world.store.read() as work:
            found = work.collection_cases.latest(number=number, state="open", limit=1)
        if found:
            with suppress(HubError):
                self.world.tell(RecallCase(key=self.key(), user="anna", case_no=found[0][0].case_no, reason="error"))

    @rule(number=number, own_ore=OWN_INTEREST)
    def it_goes_to_the_agency_is_paid_in_part_and_comes_back(self, number: str, own_ore: int) -> None:
        self.what_is_left_is_handed_over()
        self.the_agency_tells()
        self.it_is_paid_at_the_agency_and_settled(number, 40_00, own_ore)
        self.a_case_is_taken_back(number)
        self.the_agency_tells()

    # --- the authority

    @rule(numbers=st.lists(number, min_size=1, max_size=2, unique=True))
    def somebody_applies(self, numbers: list[str]) -> None:
        self.say("make_order_to_pay", receivables=[{"company": "1", "number": one} for one in numbers])

    @rule()
    def applications_are_filed(self) -> None:
        for order_no in self.orders("ready"):
            self.say("file_orders_to_pay", orders=[order_no])
        for order_no in self.orders("leaving"):
            self.say("confirm_order_filed", order_no=order_no, on=self.world.clock.today().isoformat())

    @rule(numbers=st.lists(number, min_size=1, max_size=2, unique=True))
    def it_is_demanded_and_applied_for(self, numbers: list[str]) -> None:
        self.it_comes_to_a_demand()
        self.world.pass_days(15)
        self.somebody_applies(numbers)
        self.applications_are_filed()

    @rule(happening=st.sampled_from(TOLD), interest_ore=OWN_INTEREST)
    def the_authority_tells(self, happening: str, interest_ore: int) -> None:
        more = {"interest_ore": interest_ore} if happening == "enforcement_report" else {}
        for order_no in self.orders():
            today = self.world.clock.today().isoformat()
            self.say("tell_order_to_pay", order_no=order_no, happening=happening, on=today, **more)

    @rule(interest_ore=OWN_INTEREST)
    def it_is_decided_enforced_and_closed(self, interest_ore: int) -> None:
        for order_no in self.orders("filed"):
            today = self.world.clock.today().isoformat()
            self.say("tell_order_to_pay", order_no=order_no, happening="confirmed", on=today, case_no=f"01-{order_no}")
        for happening in ("decided", "enforcement", "enforcement_report", "closed"):
            self.the_authority_tells(happening, interest_ore)

    @rule(kind=st.sampled_from(("withdraw_order_to_pay", "drop_order_to_pay", "reduce_order_to_pay")))
    def it_is_lowered_or_taken_back(self, kind: str) -> None:
        for order_no in self.orders():
            self.say(kind, order_no=order_no, reason="a reason")

    def orders(self, state: str = "") -> list[int]:
        with self.world.store.read() as work:
            return [one.order_no for one in work.orders_to_pay.latest(state=state)]

    # --- instalment plans

    @rule(numbers=st.lists(number, min_size=1, max_size=2, unique=True), amount_ore=st.sampled_from((100_00, 400_00)))
    def a_plan_is_agreed(self, numbers: list[str], amount_ore: int) -> None:
        fees = [row[0] for one in numbers for row in self.world.sql(_FEE_INVOICES.format(number=one))]
        named = [{"company": "1", "number": one} for one in (*numbers, *fees)]
        first = self.world.clock.today() + timedelta(days=20)
        terms = {"first_payment": first.isoformat(), "amount_ore": amount_ore, "notice_fee_ore": 15_00}
        self.say("make_instalment_plan", receivables=named, is_sent=False, **terms)

    @rule()
    def plans_are_ended(self) -> None:
        for (plan_no,) in self.world.sql("SELECT plan_no FROM instalment_plan WHERE state = 'active'"):
            self.say("end_instalment_plan", plan_no=plan_no, reason="a reason")

    # --- what holds

    @invariant()
    def nothing_is_in_two_hands(self) -> None:
        elsewhere = [one for one, _ in self.world.elsewhere()]
        assert len(elsewhere) == len(set(elsewhere)), self.world.elsewhere()


_FEE_INVOICES = """
    SELECT i.number FROM fee_invoice f
    JOIN receivable r ON r.receivable_id = f.receivable_id AND r.number = '{number}'
    JOIN receivable i ON i.receivable_id = f.invoice_id
    JOIN open_item o ON o.receivable_id = f.invoice_id AND o.principal_ore > 0
    WHERE f.undone_at IS NULL
"""
_ELSEWHERE = """
    SELECT receivable_id, 'agency' FROM collection_case WHERE state IN ('transferred', 'accepted', 'recalling')
    UNION ALL
    SELECT c.receivable_id, 'authority' FROM order_to_pay_claim c JOIN order_to_pay o ON o.order_no = c.order_no
    WHERE o.state NOT IN ('draft', 'blocked', 'ready', 'receipt_rejected',
                          'withdrawn', 'dismissed', 'closed', 'dropped')
    UNION ALL
    SELECT c.receivable_id, 'plan' FROM instalment_claim c JOIN instalment_plan p ON p.plan_no = c.plan_no
    WHERE p.state = 'active' AND c.receivable_id IS NOT NULL
"""


class Settled(HandedOver):
    """The same, where receivables are settled as they go to the agency."""

    settles = True


def test_the_books_hold_whatever_others_do_in_whatever_order(sqlite_engine: Engine, in_full: bool) -> None:
    for machine in (HandedOver, Settled):
        machine.engine = sqlite_engine
        cheap = settings(
            max_examples=50 if in_full else 3,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=cheap)  # type: ignore[no-untyped-call]
