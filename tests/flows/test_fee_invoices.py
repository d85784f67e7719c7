"""Fees as invoices of their own (*avgiftsfaktura*): of their own series, asked for by the letter, undone with it."""

from __future__ import annotations

from typing import Any

import pytest
from dunning_world import POLICY, REVENUES, START, DunningWorld, dunning_tenant
from sqlalchemy import Engine
from test_dunning_delivered import Together
from test_instalments_and_dunning import make_plan

from hub.cli.dunning_showing import show_policy
from hub.errors import RuleViolation
from hub.model.commands import CancelReceivable, CreditReceivable, Target, WriteOffReceivable
from hub.model.dunning_settings import DunningSettings
from hub.model.tenant import Tenant
from hub.rules.dunning.policies import policy_for, refuse_unlawful
from hub.services.dunning.undoing import Undone, undo_chunk
from hub.services.verifying import verify
from hub.store.verifying import SqlVerifying

ROUTINES = [{"number": "01", "name": "Sundry"}, {"number": "04", "name": "Water"}, {"number": "90", "name": "Fees"}]
GIRO = {"giro": {"control": {"level": "length_digit"}, "elements": [{"kind": "invoice_number", "width": 9}]}}
INVOICED: dict[str, Any] = {
    **POLICY,
    "fees_are_invoiced": True,
    "charges_compensation": True,
    "reminder_1": {"after_days": 5, "fee": "60,00"},
}
ACCOUNTS = {**REVENUES, "compensation": "3593"}
BUSINESS = {"debtor_identity": "5560360793"}
TERMS = {"routine": "90"}
FEE = "900000001"


def fee_tenant(*, policy: dict[str, Any] | None = None, terms: dict[str, Any] | None = None, **company: Any) -> Tenant:
    return dunning_tenant(
        {**INVOICED, **(policy or {})},
        accounts=ACCOUNTS,
        company={"routines": ROUTINES, "references": GIRO, **company},
        fee_invoices=terms or TERMS,
    )


@pytest.fixture
def world(engine: Engine) -> DunningWorld:
    made = DunningWorld(engine, fee_tenant())
    made.invoices("1001", "1002", debtor_number="7", debtor_name="Anna Ek")
    return made


def undo(world: DunningWorld, plan_no: int) -> Undone:
    with world.store.write() as work:
        return undo_chunk(work, world.tenant, plan_no, user="anna", letters=world.letters)


def wrong(world: DunningWorld) -> list[str]:
    found = verify(SqlVerifying(world.engine, world.store.tenant), None, world.tenant)
    return [result.code for result in found.results if result.found]


def test_a_fee_is_a_receivable_of_its_own_and_the_one_it_is_of_stays_as_it_was(world: DunningWorld) -> None:
    plan_no = world.run(number="1001")

    assert (world.open("1001"), world.open(FEE)) == ((1000_00, 0, 0), (60_00, 0, 0))
    fee = world.one(FEE)
    assert (fee.kind, fee.routine, fee.debtor_name, fee.due_date) == ("fee_invoice", "90", "Anna Ek", "2026-11-12")
    assert world.accounts()["3591"] == -60_00
    assert [(item.outcome, item.outcome_reason, item.fee_ore) for item in world.items(plan_no)] == [("done", "", 60_00)]
    assert wrong(world) == []


def test_the_letter_asks_for_both(world: DunningWorld) -> None:
    world.run(number="1001")

    (letter,) = world.letters.sent
    assert [(item.open_ore, item.step, item.is_fee) for item in letter.items] == [
        (1000_00, "reminder_1", False),
        (60_00, "", True),
    ]


def test_numbers_follow_each_other_and_pass_over_what_is_taken(world: DunningWorld) -> None:
    with world.store.write() as work:
        assert work.fee_invoices.take_numbers("1", 1) == 1  # 900000001
    world.rows(
        {"number": "900000002", "invoice_date": "2026-09-28", "due_date": "2026-12-28", "routine": "01"},
        tenant=world.tenant,
    )

    world.run()

    fees = world.sql("SELECT number FROM receivable WHERE kind = 'fee_invoice' ORDER BY number")
    assert fees == [("900000003",), ("900000004",)]


def test_by_debtor_one_letter_bears_one_fee_invoice(engine: Engine) -> None:
    world = DunningWorld(engine, fee_tenant(policy={"method": "by_debtor"}))
    world.invoices("1001", "1002", debtor_number="7")

    world.run()

    assert world.sql("SELECT number, original_ore FROM receivable WHERE kind = 'fee_invoice'") == [(FEE, 60_00)]
    (letter,) = world.letters.sent
    assert [item.is_fee for item in letter.items] == [False, False, True]


def test_the_demand_asks_for_the_reminders_fee_too_and_bears_its_own(world: DunningWorld) -> None:
    world.run(number="1001")
    world.delivery_tells("document_sent")
    world.pass_days(10)

    world.run(number="1001")

    (letter,) = world.letters.sent
    assert [(item.open_ore, item.is_fee) for item in letter.items] == [(1000_00, False), (60_00, True), (180_00, True)]
    assert (world.accounts()["3591"], world.accounts()["3592"]) == (-60_00, -180_00)


def test_a_fee_invoice_bears_no_fee_no_interest_and_no_letter_while_its_receivable_is_open(world: DunningWorld) -> None:
    world.run(number="1001")
    world.delivery_tells("document_sent")
    world.pass_days(45)

    assert world.the_plan(world.plan(routines=["90"])).counted == {"with_its_original": 1}
    world.pay(world.one("1001"), 1000_00, "2026-12-16")
    world.run(routines=["90"])
    (step,) = world.steps(FEE)
    assert (step.step, step.fee_ore, step.compensation_ore, step.interest_ore) == ("reminder_1", 0, 0, 0)
    assert world.open(FEE) == (60_00, 0, 0)


def test_undoing_a_run_cancels_its_fee_invoices_by_new_entries(world: DunningWorld) -> None:
    plan_no = world.run()

    undone = undo(world, plan_no)

    assert (undone.steps, undone.left_out) == (2, [])
    assert world.accounts()["3591"] == 0
    assert {tuple(row) for row in world.sql("SELECT cause, amount_ore FROM entry WHERE receivable_id > 2")} == {
        ("invoiced", 60_00),
        ("cancelled", -60_00),
    }
    assert wrong(world) == []
    world.run()
    assert world.open("900000003") == (60_00, 0, 0)


def test_a_step_whose_fee_invoice_was_paid_is_not_undone(world: DunningWorld) -> None:
    plan_no = world.run(number="1001")
    world.pay(world.one(FEE), 60_00, "2026-11-03")

    undone = undo(world, plan_no)

    assert [one.why for one in undone.left_out] == [f"paid: {FEE}"]
    assert world.steps()[0].undone_at is None


def test_a_letter_that_never_arrived_has_no_fee_invoice_and_a_person_hears_of_one_that_was_paid(
    world: DunningWorld,
) -> None:
    world.run()
    world.pay(world.one(FEE), 60_00, "2026-11-03")

    world.delivery_tells("document_undeliverable")

    assert (world.open(FEE), world.open("900000002")) == ((-60_00, 0, 0), (0, 0, 0))
    assert world.sql("SELECT subject FROM task WHERE kind = 'paid_fee_taken_back'") == [(FEE,)]


def test_what_a_person_has_cancelled_is_not_cancelled_twice(world: DunningWorld) -> None:
    world.run(number="1001")
    target = Target(company="1", number=FEE)
    world.tell(CancelReceivable(key="c", user="anna", receivable=target))

    world.delivery_tells("document_undeliverable")

    assert world.open(FEE) == (0, 0, 0)
    assert wrong(world) == []


def test_compensation_in_trade_is_an_invoice_of_its_own_too(engine: Engine) -> None:
    world = DunningWorld(engine, fee_tenant())
    world.invoices("1001", **BUSINESS)

    world.run()

    assert (world.open("1001"), world.open(FEE)) == ((1000_00, 0, 0), (450_00, 0, 0))
    assert world.accounts()["3593"] == -450_00
    assert wrong(world) == []


def test_tax_in_a_fee_is_booked_on_its_own_account(engine: Engine) -> None:
    terms = {**TERMS, "vat_category": "S", "vat_rate_percent": 25, "vat_account": "2611"}
    world = DunningWorld(engine, fee_tenant(terms=terms))
    world.invoices("1001")

    undo_me = world.run()

    assert (world.accounts()["3591"], world.accounts()["2611"]) == (-48_00, -12_00)
    assert world.sql("SELECT refers_to FROM receivable WHERE kind = 'fee_invoice'") == [
        ("Påminnelseavgift, faktura 1001, varav moms 12,00 kr",)
    ]
    undo(world, undo_me)
    assert (world.accounts()["3591"], world.accounts()["2611"]) == (0, 0)


def test_a_fee_that_cannot_be_invoiced_is_not_charged_and_says_why(engine: Engine) -> None:
    short = {"giro": {"control": {"level": "check_digit"}, "elements": [{"kind": "invoice_number", "width": 4}]}}
    world = DunningWorld(engine, fee_tenant(references=short))
    world.invoices("1001")

    plan_no = world.run()

    (item,) = world.items(plan_no)
    assert (item.outcome, item.fee_ore) == ("done", 0)
    assert item.outcome_reason.startswith("no fee: no_invoice: ")
    assert world.sql("SELECT count(*) FROM receivable WHERE kind = 'fee_invoice'") == [(0,)]
    assert wrong(world) == []


def test_each_fee_invoice_is_told_in_the_feed(world: DunningWorld) -> None:
    world.run(number="1001")

    with world.store.read() as work:
        (told,) = [event.data for event in work.events.after(0) if event.kind == "fee_invoiced"]
    assert (told["number"], told["of_number"], told["fee"], told["amount_ore"]) == (FEE, "1001", "reminder", 60_00)


def test_the_letter_is_paid_by_one_reference_of_its_own_for_the_sum(engine: Engine) -> None:
    together = Together(engine, tenant=fee_tenant())

    together.books.run(number="1001")
    together.north.work()
    together.follow()

    (letter,) = together.sent()
    assert [(claim.number, claim.open_ore, claim.fee_ore, claim.text) for claim in letter.claims] == [
        ("1001", 1000_00, 0, "Vatten"),
        (FEE, 0, 60_00, "Påminnelseavgift, faktura 1001"),
    ]
    assert letter.to_pay_ore == 1060_00
    assert letter.reference
    assert letter.reference not in {claim.reference for claim in letter.claims}


def test_a_policy_is_shown_with_fees_that_are_invoiced(capsys: pytest.CaptureFixture[str]) -> None:
    policy = policy_for(fee_tenant().companies[0].dunning, "01", START.date())
    assert policy is not None

    show_policy(policy)

    shown = capsys.readouterr().out
    assert "invoiced" in shown
    assert "charged in trade" in shown


def test_settings_that_contradict_themselves_are_refused() -> None:
    printed = {**INVOICED, "reminder_1": {"after_days": 5, "fee": "60,00", "debits_fee": False}}
    settings = DunningSettings.model_validate({"policies": [printed], "fee_invoices": TERMS})
    with pytest.raises(RuleViolation, match="debits_fee = false only prints it"):
        refuse_unlawful(settings, START.date())
    with pytest.raises(ValueError, match="needs fee_invoices"):
        DunningSettings.model_validate({"policies": [INVOICED]})
    with pytest.raises(ValueError, match="belong to vat_category S"):
        DunningSettings.model_validate({"fee_invoices": {**TERMS, "vat_rate_percent": 25}})
    with pytest.raises(ValueError, match="routine 91, which the company has not"):
        fee_tenant(terms={"routine": "91"})


def test_the_fee_invoice_of_a_receivable_that_was_never_owed_goes_with_it(world: DunningWorld) -> None:
    world.run(number="1001")
    world.delivery_tells("document_sent")

    world.tell(CancelReceivable(key="c", user="anna", receivable=Target(company="1", number="1001"), remark="wrong"))
    world.delivery_tells("document_sent")  # dunning hears of both

    assert (world.open("1001"), world.open(FEE)) == ((0, 0, 0), (0, 0, 0))
    assert wrong(world) == []


@pytest.mark.parametrize(("amount_ore", "fee_left_ore"), [(None, 0), (1000_00, 0), (400_00, 60_00)])
def test_the_fee_invoice_of_a_receivable_that_is_credited_in_whole_goes_with_it_and_a_part_credit_leaves_it(
    world: DunningWorld, amount_ore: int | None, fee_left_ore: int
) -> None:
    world.run(number="1001")
    world.delivery_tells("document_sent")

    target = Target(company="1", number="1001")
    world.tell(CreditReceivable(key="c", user="anna", receivable=target, amount_ore=amount_ore, remark="wrong"))
    world.delivery_tells("document_sent")  # dunning hears of both

    assert world.open(FEE) == (fee_left_ore, 0, 0)
    assert wrong(world) == []


def test_the_fee_invoice_of_what_is_written_off_and_credited_for_the_rest_stays(world: DunningWorld) -> None:
    world.run(number="1001")
    world.delivery_tells("document_sent")

    target = Target(company="1", number="1001")
    world.tell(WriteOffReceivable(key="w", user="anna", receivable=target, amount_ore=600_00, reason_code="1"))
    world.tell(CreditReceivable(key="c", user="anna", receivable=target))
    world.delivery_tells("document_sent")

    assert (world.open("1001"), world.open(FEE)) == ((0, 0, 0), (60_00, 0, 0))


def imported(world: DunningWorld, number: str = "1001", **changes: Any) -> None:
    """Let the source system send something more about what has been dunned; dunning hears of it."""
    dates = {"invoice_date": "2026-09-28", "due_date": "2026-10-26", "routine": "01"}
    report = world.rows(
        {"number": number, **dates, "debtor_number": "7", "debtor_name": "Anna Ek", **changes}, tenant=world.tenant
    )
    assert not report.rejected, report.rejected_rows
    world.delivery_tells("document_sent")


def test_the_fee_invoice_of_what_imported_credit_notes_credit_in_whole_goes_with_it(world: DunningWorld) -> None:
    world.run(number="1001")

    imported(world, "2001", amount="-400,00", credits_number="1001")
    imported(world, "2009", amount="-1000,00", credits_number="1002")
    assert world.open(FEE) == (60_00, 0, 0)
    imported(world, "2002", amount="-600,00", credits_number="1001")

    assert (world.open("1001"), world.open(FEE)) == ((1000_00, 0, 0), (0, 0, 0))  # the import sets nothing off
    assert wrong(world) == []


@pytest.mark.parametrize(
    ("changes", "fee_left_ore"),
    [
        ({"amount": "900,00"}, 60_00),
        ({"debtor_name": "Anna Maria Ek"}, 60_00),
        ({"kind": "credit_note", "amount": "-1000,00"}, 0),
        ({"debtor_number": "8", "debtor_name": "Bo Ek"}, 0),
    ],
)
def test_a_new_version_takes_the_fee_invoice_along_where_the_debtor_owes_nothing_of_it(
    world: DunningWorld, changes: dict[str, str], fee_left_ore: int
) -> None:
    world.run(number="1001")

    imported(world, version=2, **{"amount": "1000,00", **changes})

    assert world.open(FEE) == (fee_left_ore, 0, 0)
    assert wrong(world) == []


def test_an_instalment_plan_names_the_open_fee_invoices_of_its_receivables(engine: Engine) -> None:
    world = DunningWorld(engine, fee_tenant())
    world.invoices("1001", debtor_identity="191212121212")
    world.run(number="1001")

    with pytest.raises(RuleViolation, match=rf"open fee invoices \({FEE}\): name them in the plan too"):
        make_plan(world, "2026-11-30")
    make_plan(world, "2026-11-30", "1001", FEE)


def test_a_plan_takes_the_fee_invoices_of_a_debtor_without_an_identity_with_their_receivable(
    world: DunningWorld,
) -> None:
    world.run(number="1001")

    make_plan(world, "2026-11-30", "1001", FEE)

    assert {world.one(number).receivable_id for number in ("1001", FEE)} == {
        row[0] for row in world.sql("SELECT receivable_id FROM instalment_claim")
    }


def test_a_fee_invoice_that_is_cancelled_keeps_nobody_from_a_plan(engine: Engine) -> None:
    world = DunningWorld(engine, fee_tenant())
    world.invoices("1001", debtor_identity="191212121212")
    world.run(number="1001")
    world.tell(CancelReceivable(key="c", user="anna", receivable=Target(company="1", number=FEE), remark="agreed"))

    make_plan(world, "2026-11-30")
