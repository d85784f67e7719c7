"""Interest invoices: planned over what was paid late, with what gets none and why; invoiced once, and taken back."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from payment_world import World, pay, payment_file
from sqlalchemy import Engine
from telling import assert_books_agree, tell
from test_commands import debit
from test_interest_on_receivables import RATES
from test_manual_payments import METHODS

from hub.errors import DataError, RuleViolation
from hub.model.delivery_commands import DeliverDocument
from hub.model.dunning_plans import PlanItem, Verdict
from hub.model.interest_charges import KIND, PaidSelection
from hub.services.dunning import interest_invoices
from hub.services.dunning.interest_invoices import InterestInvoiceRun, begin
from hub.services.dunning.interest_undoing import undo
from hub.services.ports import Deliver, Handed, JsonObject, UnitOfWork, Work

SETTINGS = "settings"
ROUTINES = [{"number": "01", "name": "Diverse", "interest_is_invoiced": True}, {"number": "04", "name": "Vatten"}]


def nothing_sent(_work: UnitOfWork, _commands: Sequence[DeliverDocument]) -> list[Handed]:
    return []


@pytest.fixture
def world(engine: Engine) -> World:
    world = World(
        engine,
        payment_methods=METHODS,
        routines=ROUTINES,
        references={
            "giro": {"control": {"level": "check_digit"}, "elements": [{"kind": "invoice_number", "width": 6}]}
        },
        accounts={"demand_fee": "3591", "interest_revenue": "8313"},
        dunning={"interest": {"minimum": "5,00"}},
    )
    world.bodies[KIND] = run_of(world)
    return world


def run_of(world: World, deliver: Deliver = nothing_sent) -> InterestInvoiceRun:
    return InterestInvoiceRun(world.store, world.tenant, lambda: RATES, SETTINGS, deliver)


def plan(world: World, **selection: object) -> int:
    with world.store.write() as work:
        plan_no = run_of(world).make(work, PaidSelection.model_validate(selection), user="clerk")
    run_of(world).fill(plan_no)
    return plan_no


def items(world: World, plan_no: int) -> list[PlanItem]:
    with world.store.read() as work:
        return work.plans.items(plan_no)


def carry_out(world: World, plan_no: int) -> None:
    with world.store.write() as work:
        begin(work, world.tenant.id, plan_no, SETTINGS)
    world.drain()


def paid_late(world: World, number: str, amount_ore: int = 1_000_000, **more: object) -> int:
    receivable = world.owe(number, amount_ore, **more)
    world.receive(payment_file("bgmax", [pay(amount_ore, number)]))
    return receivable


def test_the_interest_of_what_was_paid_late_becomes_a_receivable_of_its_own(world: World) -> None:
    original = paid_late(world, "010001")
    plan_no = plan(world)
    assert [(one.verdict, one.interest_ore, one.reason) for one in items(world, plan_no)] == [
        (Verdict.TAKE, 3836, "14 days to 2026-11-16")
    ]

    carry_out(world, plan_no)

    with world.store.read() as work:
        (invoice,) = work.receivables.find(number="510001")
        (row,) = work.receivables.by_ids([invoice.receivable_id])
        (reference,) = work.receivables.references_of([invoice.receivable_id])
        (charge,) = work.interest_charges.of_plan(plan_no)
    assert (invoice.kind, invoice.routine, invoice.principal_ore) == ("interest_invoice", "51", 3836)
    assert (row.invoice_date, row.due_date, row.debtor_name) == ("2026-11-22", "2026-12-02", "Test Testsson")
    assert reference.reference == "5100011"  # the original's would be 0100016
    assert (charge.receivable_id, charge.invoice_id, charge.days) == (original, invoice.receivable_id, 14)
    assert world.account_balance("8313") == -3836
    assert_books_agree(world)


def test_a_plan_says_what_gets_no_invoice_and_why(world: World) -> None:
    paid_late(world, "010002", 100_000)  # 3,84 is less than the least
    paid_late(world, "040003", routine="04")
    paid_late(world, "990004")
    world.owe("010005", 1_000_000)
    tell(world, "register_payment", "010005", method="3", amount_ore=1_000_000, transaction_date="2026-11-18")
    assert [(one.verdict, one.reason) for one in items(world, plan(world))] == [
        (Verdict.LEAVE, "below_limits"),
        (Verdict.LEAVE, "routine_invoices_no_interest"),
        (Verdict.LEAVE, "number_without_routine"),
        (Verdict.LEAVE, "settled_without_interest"),
    ]


def test_interest_that_was_debited_with_the_demand_is_not_invoiced_again(world: World) -> None:
    receivable = world.owe("010001", 1_000_000)
    debit(world, receivable, "interest", 1_000, "interest_debited")
    world.receive(payment_file("bgmax", [pay(1_001_000, "010001")]))
    assert [one.interest_ore for one in items(world, plan(world))] == [2_836]


def test_nothing_is_invoiced_twice_whoever_planned_it(world: World) -> None:
    paid_late(world, "010001")
    first, second = plan(world), plan(world)
    carry_out(world, first)
    carry_out(world, second)
    with pytest.raises(RuleViolation, match="executed"):
        carry_out(world, first)

    assert [(one.outcome, one.outcome_reason) for one in items(world, second)] == [("left_out", "changed_since")]
    assert items(world, plan(world)) == []
    assert world.account_balance("8313") == -3836


def test_a_payment_that_bounces_between_plan_and_run_leaves_it_out(world: World) -> None:
    paid_late(world, "010001")
    plan_no = plan(world)
    tell(world, "register_payment", "010001", method="2", amount_ore=1_000_000, transaction_date="2026-11-20")
    carry_out(world, plan_no)
    assert items(world, plan_no)[0].outcome_reason == "changed_since"


def test_a_number_that_is_taken_is_said_by_the_plan_and_holds_no_other(world: World) -> None:
    paid_late(world, "010001")
    paid_late(world, "010002")
    world.owe("510001", 100)
    plan_no = plan(world)
    assert [(one.verdict, one.reason) for one in items(world, plan_no)] == [
        (Verdict.LEAVE, "its number is taken"),
        (Verdict.TAKE, "14 days to 2026-11-16"),
    ]
    world.owe("510002", 100)
    carry_out(world, plan_no)
    assert items(world, plan_no)[1].outcome_reason == "its number is taken"


def undone(world: World, plan_no: int) -> list[str]:
    with world.store.write() as work:
        return undo(work, world.tenant, plan_no, lambda _work, _keys: None, user="clerk").taken_back


def test_an_undone_interest_invoice_is_made_anew_under_its_number_and_paid_by_its_reference(world: World) -> None:
    paid_late(world, "010001")
    for _ in range(2):
        plan_no = plan(world)
        carry_out(world, plan_no)
        assert undone(world, plan_no) == ["510001"]
        assert world.account_balance("8313") == 0

    carry_out(world, plan(world))

    assert world.account_balance("8313") == -3836
    with world.store.read() as work:
        versions = work.receivables.known_versions("1", ["510001"])
    assert sorted((one.version, one.kind, one.original_ore) for one in versions) == [
        (version, "interest_invoice", 3836) for version in (1, 2, 3)
    ]
    with world.store.read() as work:
        assert work.receivables.find(number="510001")[0].open_ore == 3836
    assert items(world, plan(world)) == []
    world.receive(payment_file("bgmax", [pay(3836, "5100011")]))
    with world.store.read() as work:
        assert work.receivables.find(number="510001")[0].open_ore == 0
    assert_books_agree(world)


def test_an_interest_invoice_is_in_the_language_of_its_original(world: World) -> None:
    paid_late(world, "010001", language="en")

    carry_out(world, plan(world))

    with world.store.read() as work:
        (invoice,) = work.receivables.known_versions("1", ["510001"])
    assert (invoice.language, invoice.refers_to) == ("en", "Interest for 14 days of late payment, invoice 010001")


def test_money_on_an_undone_interest_invoice_keeps_it_from_being_made_anew(world: World) -> None:
    paid_late(world, "010001")
    plan_no = plan(world)
    carry_out(world, plan_no)
    undone(world, plan_no)
    tell(world, "register_payment", "510001", method="1", amount_ore=100_00, transaction_date="2026-11-20",
         allow_credit_balance=True)  # fmt: skip

    assert [(one.verdict, one.reason) for one in items(world, plan(world))] == [(Verdict.LEAVE, "its number is taken")]


def test_what_a_person_credited_is_not_made_anew(world: World) -> None:
    paid_late(world, "010001")
    carry_out(world, plan(world))
    tell(world, "cancel_receivable", "510001")

    assert items(world, plan(world)) == []


def test_an_undone_plan_cancels_what_is_unpaid_and_lists_what_was_paid(world: World) -> None:
    paid_late(world, "010001")
    paid_late(world, "010002")
    plan_no = plan(world)
    carry_out(world, plan_no)
    world.receive(payment_file("bgmax", [pay(3836, "5100011")]))

    with world.store.write() as work:
        found = undo(work, world.tenant, plan_no, lambda _work, _keys: None, user="clerk")

    assert found.taken_back == ["510002"]
    assert [*found.standing] == ["510001"]
    assert world.account_balance("8313") == -3836
    assert_books_agree(world)


def test_a_plan_by_other_settings_is_not_begun_and_one_that_was_begun_goes_no_further(world: World) -> None:
    paid_late(world, "010001")
    plan_no = plan(world)
    with pytest.raises(RuleViolation, match="settings have changed"), world.store.write() as work:
        begin(work, world.tenant.id, plan_no, "others")

    world.bodies[KIND] = InterestInvoiceRun(world.store, world.tenant, lambda: RATES, "others", nothing_sent)
    carry_out(world, plan_no)

    assert [(one.outcome, one.outcome_reason) for one in items(world, plan_no)] == [("left_out", "settings_changed")]
    assert world.account_balance("8313") == 0


class StopsHalfWay(InterestInvoiceRun):
    """Invoices one, and fails."""

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        work.step("invoice", self._chunk, {**input, "after": 0, "run_no": work.run_no})
        raise DataError("it cannot go on")


def test_a_run_that_failed_half_way_is_undone_as_far_as_it_came(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interest_invoices, "INVOICED_AT_ONCE", 1)
    paid_late(world, "010001")
    paid_late(world, "010002")
    plan_no = plan(world)
    with world.store.write() as work:
        begin(work, world.tenant.id, plan_no, SETTINGS)
    with pytest.raises(RuleViolation, match="executing"), world.store.write() as work:
        undo(work, world.tenant, plan_no, lambda _work, _keys: None, user="clerk")
    world.bodies[KIND] = StopsHalfWay(world.store, world.tenant, lambda: RATES, SETTINGS, nothing_sent)
    world.drain()

    with world.store.write() as work:
        assert undo(work, world.tenant, plan_no, lambda _work, _keys: None, user="clerk").taken_back == ["510001"]
    world.bodies[KIND] = run_of(world)
    with world.store.write() as work:
        work.runs.enqueue("again", KIND, {"plan_no": plan_no})
    world.drain()

    assert [one.outcome for one in items(world, plan_no)] == ["done", ""]
    assert world.account_balance("8313") == 0
    assert_books_agree(world)
