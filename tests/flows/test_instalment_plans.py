"""Instalment plans: made, paid by their own reference in the order agreed, broken, replaced and ended."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from payment_world import settings_of_company
from plan_world import RATES, PlanWorld
from sqlalchemy import Engine
from telling import assert_books_agree, entries

from hub.errors import DataError, RuleViolation
from hub.model.tenant import Tenant
from hub.rules.references import check_reference
from hub.services.books.interest import accrued
from hub.services.delivery.commands import DELIVERY_HANDLERS
from hub.testing.example_tenant import tenant_settings

NO_INTEREST = {"without_interest": True}


@pytest.fixture
def world(engine: Engine) -> PlanWorld:
    return PlanWorld(engine)


@pytest.fixture
def owed(world: PlanWorld) -> list[int]:
    """1000 kr due 31 October and 500 kr due a month before, with a reminder fee of 60 kr."""
    return [world.owe("1001", 100_000), world.owe("1002", 50_000, due_date="2026-09-30", fee_ore=6_000)]


class TestMaking:
    def test_what_has_accrued_and_the_fee_are_debited_and_the_receivables_held_and_watched(self, world, owed):
        world.make("1001", "1002", plan_fee_ore=17_000, is_full_plan=True)

        newer, older = owed
        # 20 days at 10 per cent from 3 November, on both: their original due date is the same
        assert entries(world, newer)[1:] == [("interest_debited", "interest", 548)]
        assert entries(world, older)[2:] == [
            ("interest_debited", "interest", 274),
            ("plan_fee_debited", "fee", 17_000),
        ]
        for one in owed:
            assert world.holds(one) == [("plan", "plan:1")]
            assert world.watched(one) == "instalment plan 1"
        assert world.plan().open_ore == sum(map(world.open_ore, owed))
        assert_books_agree(world)

    def test_its_letter_says_every_payment_and_what_of_which_claim(self, world, owed):
        named = [{"company": "1", "number": number} for number in ("1001", "1002")]
        told = {"first_payment": "2026-12-31", "amount_ore": 60_000, "last_of_month": True, "notice_fee_ore": 1_000}
        answer = world.tell("make_instalment_plan", receivables=named, **told, text="Ring om något ändras.")
        letter = world.letter(answer["document_no"])

        assert (letter.kind, letter.number, letter.reference) == ("instalment_plan", "AP-1", world.plan().reference)
        assert [one.due_date for one in letter.instalments] == ["2026-12-31", "2027-01-31", "2027-02-28"]
        assert sum(one.amount_ore for one in letter.instalments) == letter.to_pay_ore == answer["total_ore"]
        assert letter.instalments[0].details == (
            "1002: avgifter 60,00, ränta 2,74, kapital 500,00",
            "1001: ränta 5,48, kapital 31,78",
        )
        assert letter.notes[-1] == "Ring om något ändras."

    def test_the_same_receivable_in_a_second_plan_is_refused(self, world, owed):
        world.make("1001")
        with pytest.raises(RuleViolation, match="in instalment plan 1"):
            world.make("1001", "1002")
        assert world.told() == ["instalment_plan_made"]

    def test_other_claims_are_printed_and_a_second_debtor_named(self, world, owed):
        claims = [
            {"text": "Hyra 2019", "amount_ore": 20_000, "due_date": "2026-10-22"},
            {"text": "Kostnad", "amount_ore": 5_000, "is_fee": True},
            {"text": "Skadestånd", "amount_ore": 10_000, "interest_ore": 123},
        ]
        named = [{"company": "1", "number": "1001"}]
        second = {"second_debtor_name": "Elvan Elvansson", "second_debtor_identity": "198112289874"}
        answer = world.tell(
            "make_instalment_plan",
            receivables=named,
            claims=claims,
            first_payment="2026-12-31",
            amount_ore=60_000,
            **NO_INTEREST,
            **second,
        )
        letter = world.letter(answer["document_no"])

        assert letter.instalments[0].details[0] == "Kostnad: avgifter 50,00"
        # 31 days at 10 per cent
        assert {c.text: (c.open_ore, c.interest_ore, c.fee_ore) for c in letter.claims if c.number == "-"} == {
            "Hyra 2019": (20_000, 170, 0),
            "Kostnad": (0, 0, 5_000),
            "Skadestånd": (10_000, 123, 0),
        }
        assert any("Elvan Elvansson" in note for note in letter.notes)
        assert answer["total_ore"] == 100_548 + 20_170 + 5_000 + 10_123

    def test_a_letter_that_cannot_be_sent_refuses_the_plan_and_without_sending_it_is_made(self, engine):
        world = PlanWorld(engine, payee_accounts=[])
        with world.store.write() as work:
            work.accounts.register([("bankgiro:9912346", "1")])
        owed = world.owe("1001", 100_000)
        with pytest.raises(DataError, match="the plan cannot be sent"):
            world.make("1001")
        assert world.holds(owed) == []

        world.make("1001", is_sent=False)
        assert (world.plan().reference, world.holds(owed)) == ("", [("plan", "plan:1")])

    def test_a_copy_has_a_reference_that_the_bank_takes_by_now_and_both_pay_the_plan(self, world, owed):
        world.handlers = {**world.handlers, **DELIVERY_HANDLERS}
        world.make("1001", "1002", **NO_INTEREST)
        hard = settings_of_company(references={"giro": {"control": {"level": "length_digit"}}})
        world.tenant = Tenant.model_validate(tenant_settings(hard, id="north"))
        answer = world.tell("copy_document", document_no=1)

        original, copy = world.letter(1), world.letter(answer["document_no"])
        assert original.reference == world.plan().reference != copy.reference
        assert check_reference(copy.reference, world.tenant.companies[0].references["giro"].control) is None
        assert {one.reference for one in copy.instalments} == {copy.reference}
        assert [one.details for one in copy.instalments] == [one.details for one in original.instalments]
        _, older = owed
        for reference in (original.reference, copy.reference):
            world.pays(3_000, reference=reference)
        assert world.open(older).fee_ore == 0
        assert set(world.rules_of(older)) == {"plan"}


class TestPaying:
    def test_a_payment_pays_fees_and_interest_of_all_before_any_principal(self, world, owed):
        world.make("1001", "1002", **NO_INTEREST)
        world.pays(10_000)

        newer, older = owed
        assert world.open(newer) == (100_000, 0, 0)
        assert world.open(older) == (50_000 - (10_000 - 6_000 - 548 - 274), 0, 0)
        assert set(world.rules_of(older)) == {"plan"}

    def test_paid_to_the_end_it_ends_and_no_ore_is_left(self, world, owed):
        world.make("1001", "1002", notice_fee_ore=2_500, amount_ore=40_000)
        payments = world.payments()
        for one in payments:
            world.on(one.due_date)
            world.pays(one.amount_ore)
        world.follow()

        assert [world.open_ore(one) for one in owed] == [0, 0]
        assert (world.waiting(), world.tasks()) == ([], [])
        assert world.told() == ["instalment_plan_made", "instalment_plan_paid"]
        assert [world.watched(one) for one in owed] == ["", ""]
        assert world.plan().state == "paid"
        world.clock.advance(timedelta(days=1))
        assert [world.holds(one) for one in owed] == [[], []]
        assert_books_agree(world)

    def test_what_a_payment_costs_is_debited_once_when_its_notice_comes(self, world, owed):
        world.make("1001", notice_fee_ore=2_500)
        world.on("2026-12-20")
        assert world.open(owed[0]) == (100_000, 0, 548)
        world.on("2026-12-21")
        world.follow()

        # the first month pays what had accrued, and principal: its own interest and notice fee come with the second
        assert world.open(owed[0]) == (100_000, 0, 548)
        world.on("2026-12-31")
        world.pays(50_000)
        world.on("2027-01-21")
        world.follow()
        share = world.payments()[1]
        assert share.debited_ore == 2 * 2_500 + 1_068 + 429  # 39 days of 1000,00 and 31 of 505,48 at 10 per cent
        assert world.open(owed[0]).total_ore == 50_548 + share.debited_ore

    def test_who_pays_early_owes_less_interest_than_the_plan_says(self, world, owed):
        world.make("1001")
        world.pays(50_000)  # the first payment, on the day of the plan
        world.on("2027-01-21")

        assert world.payments()[1].debited_ore < 1_068 + 429
        with world.store.read() as work:
            interest = [e for e in work.receivables.entries(owed[0]) if e["cause"] == "interest_debited"]
        assert interest[-1]["amount_ore"] == 969  # 70 days of 505,48 at 10 per cent

    def test_no_day_bears_interest_twice(self, engine):
        codes = {"plan": {"text": "Amorteringsplan", "stops": ["reminder_1", "demand"]}}
        world = PlanWorld(engine, dunning={"hold_codes": codes})
        owed = [world.owe("1001", 100_000)]
        world.make("1001")
        world.on("2026-12-31")
        world.pays(50_000)
        world.on("2027-01-21")
        with world.store.read() as work:
            one = accrued(work, world.tenant, [owed[0]], date(2027, 1, 31), RATES)[owed[0]]

        # the reference rate rises at new year: only what the plan's fixed rate leaves is not debited
        assert one.interest.interest_ore - one.debited_ore == one.left_ore < 50

    @pytest.mark.parametrize("is_kept", [True, False])
    def test_after_a_plan_without_interest_none_is_charged_when_it_was_kept(self, engine, is_kept):
        codes = {"plan": {"text": "Amorteringsplan", "stops": ["demand", "interest_if_deferral_kept"]}}
        world = PlanWorld(engine, dunning={"hold_codes": codes})
        owed = world.owe("1001", 100_000)
        world.make("1001", **NO_INTEREST)
        world.on("2026-12-31")
        if is_kept:
            world.pays(100_548)
        world.on("2027-01-20")
        assert world.plan().state == ("paid" if is_kept else "broken")
        with world.store.read() as work:
            one = accrued(work, world.tenant, [owed], date(2027, 3, 1), RATES)[owed]

        # 59 days of 1000,00 at 10 per cent and 60 at 11, less what was debited when it was made
        assert (one.left_ore, one.stopped_by) == ((0, "plan") if is_kept else (1_616 + 1_808 + 1 - 548, ""))


class TestFollowing:
    def test_a_payment_within_the_days_of_grace_keeps_it_and_a_day_later_breaks_it(self, world, owed):
        world.make("1001", "1002")
        world.on("2027-01-05")  # due Thursday 31 December, which is a day off: Monday 4 January, and five days
        world.on("2027-01-09")
        assert world.told() == ["instalment_plan_made"]
        world.on("2027-01-10")

        assert world.told() == ["instalment_plan_made", "instalment_plan_broken"]
        assert [(world.holds(one), world.watched(one)) for one in owed] == [([], "")] * 2
        assert world.tasks() == [("instalment_plan_broken", "1")]
        assert "500,00 of the payments until 2026-12-31 has not come" in world.plan().ended_because

    def test_an_ore_too_little_breaks_it_and_exactly_enough_does_not(self, world, owed):
        world.make("1001")
        world.make("1002")
        world.pays(49_999, 1)
        world.pays(50_000, 2)
        world.on("2027-01-10")

        assert (world.plan(1).state, world.plan(2).state) == ("broken", "active")

    def test_a_payment_by_the_receivables_own_reference_counts_too(self, world, owed):
        world.make("1001")
        world.tell("credit_receivable", receivable={"company": "1", "number": "1001"}, amount_ore=50_000)
        world.on("2027-01-10")
        assert world.plan().state == "active"

    def test_after_it_broke_its_reference_means_nothing_and_a_person_sees_to_it(self, world, owed):
        plan_no = world.make("1001")
        world.on("2027-01-10")
        world.pays(50_000)

        assert world.waiting() == [("suspended", "unknown_reference", 50_000)]
        world.tell("end_instalment_plan", plan_no=plan_no, reason="seen")
        assert (world.tasks(), world.plan().state) == ([], "broken")

    def test_holds_of_others_stand_when_it_ends(self, world, owed):
        plan_no = world.make("1001")
        receivable = {"company": "1", "number": "1001"}
        world.tell("set_hold", receivable=receivable, code="4", source="person")
        world.tell("watch_receivable", receivable=receivable, text="ring först")
        world.tell("end_instalment_plan", plan_no=plan_no, reason="the debtor asked for it")

        assert (world.holds(owed[0]), world.watched(owed[0])) == ([("4", "person")], "ring först")
        assert world.told() == ["instalment_plan_made", "instalment_plan_ended"]
        with pytest.raises(RuleViolation, match="is ended already"):
            world.tell("end_instalment_plan", plan_no=plan_no, reason="again")

    def test_a_new_plan_replaces_one_and_nothing_is_debited_twice(self, world, owed):
        first = world.make("1001", plan_fee_ore=17_000, is_full_plan=True)
        second = world.make("1001", "1002", replaces=first, amount_ore=90_000)

        assert (world.plan(first).state, world.plan(second).state) == ("replaced", "active")
        assert world.holds(owed[0]) == [("plan", "plan:2")]
        assert world.open(owed[0]) == (100_000, 17_000, 548)
        assert world.told() == ["instalment_plan_made", "instalment_plan_replaced", "instalment_plan_made"]
        with pytest.raises(RuleViolation, match="instalment plan 1 is replaced"):
            world.make("1002", replaces=first)
        with pytest.raises(DataError, match="no instalment plan 9"):
            world.make("1002", replaces=9)


class TestWhatComesOfThem:
    def test_one_that_is_never_sent_costs_no_fee_and_a_person_is_told(self, world, owed):
        world.make("1001", plan_fee_ore=17_000, is_full_plan=True)
        world.make("1002")
        world.pays(17_000, 1)
        world.delivery_tells("document_undeliverable", command_key="plan:1", reason="no channel")
        world.delivery_tells("document_undeliverable", command_key="dun:1:1", reason="another's")

        # the money that had paid the fee pays principal
        assert world.open(owed[0]) == (100_000 - 17_000, 0, 548)
        assert world.tasks() == [("instalment_plan_not_sent", "1")]
        assert world.plan(1).state == "active"
        assert_books_agree(world)
        world.tell("end_instalment_plan", plan_no=1, reason="made anew")
        assert world.tasks() == []

    def test_a_new_version_of_a_receivable_stays_in_its_plan(self, world, owed):
        world.make("1001")
        newer = world.owe("1001b", 100_000)
        with world.store.write() as work:
            work.receivables.move_notes(owed[0], newer)
            assert work.instalment_plans.plans_of([owed[0], newer]) == {newer: 1}
