"""Orders to pay: made, refused, filed on paper and by a filer, followed to their end, lowered when money comes."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from order_world import RATES, TOLVAN, OrderWorld
from sqlalchemy import Engine
from telling import assert_books_agree, entries, waiting_ids

from hub.errors import (
    ConfigurationError,
    DataError,
    FormatError,
    LedgerError,
    RejectedError,
    RuleViolation,
    TransientError,
)
from hub.model.fee_invoices import FeeInvoice
from hub.model.limitation import InterruptedBy, Interruption
from hub.model.purging import PurgeTerms
from hub.services.books.interest import accrued
from hub.services.orders_to_pay.proposing import propose
from hub.services.reports.purging import execute_purge, plan_purge
from hub.services.verifying import verify
from hub.store.verifying import SqlVerifying


@pytest.fixture
def world(engine: Engine) -> OrderWorld:
    return OrderWorld(engine)


@pytest.fixture
def filing(engine: Engine) -> OrderWorld:
    return OrderWorld(engine, files=True)


class TestMaking:
    def test_an_application_asks_for_principal_fees_interest_to_its_day_and_costs(self, world):
        world.demanded("1001", 100_000, fee_ore=24_000)
        answer = world.make("1001")

        order = world.order()
        # ten per cent on 1000 kr from 3 November, the day after the due date that fell on a Saturday: 20 days
        assert (order.principal_ore, order.collection_ore, order.interest_ore) == (100_000, 24_000, 548)
        assert (order.fee_ore, order.terms.own_work_ore) == (30_000, 38_000)
        assert answer == {
            "order_no": 1, "state": "ready", "claimed_ore": 192_548, "receivables": 1, "why": "",
        }  # fmt: skip
        assert world.happened() == ["checked"]

    def test_a_fee_invoice_is_asked_for_as_costs_and_no_capital(self, world):
        world.demanded("1001")
        world.demanded("9001", 18_000, kind="fee_invoice")
        world.filed("1001", "9001")

        asked = [(one.principal_ore, one.collection_ore, one.interest_ore) for one in world.application().claims]
        assert asked == [(100_000, 0, 548), (0, 18_000, 0)]
        world.follow()
        assert ("order_to_pay_lowered", "1") not in world.tasks()

        world.pays(8_000, "9001")
        assert "80,00 less is owed on 9001" in world.tasks()["order_to_pay_lowered", "1"]
        assert world.tell("reduce_order_to_pay", order_no=1)["lowered_ore"] == 8_000
        assert [(one.told_principal_ore, one.told_collection_ore) for one in world.claims()] == [
            (100_000, 0),
            (0, 10_000),
        ]
        assert world.tasks() == {}
        assert_books_agree(world)

    def test_a_fee_invoice_was_demanded_by_the_letters_of_its_receivable_since_its_own(self, world):
        owed, fee = world.demanded("1001"), world.owe("9001", 18_000, kind="fee_invoice")
        later = world.owe("9002", 6_000, kind="fee_invoice")
        assert "no demand has been sent" in world.make("1001", "9001")["why"]

        with world.store.write() as work:
            of_plan = {fee: 0, later: 1}
            work.fee_invoices.record([FeeInvoice(one, owed, no, "demand", 18_000, "") for one, no in of_plan.items()])
        world.tell("drop_order_to_pay", order_no=1, reason="fees belong to it")
        proposed = propose(world.store, world.tenant, world.tenant.companies, world.means)
        assert ([one.receivables for one in proposed.applications], proposed.left_out) == ([("1001", "9001")], [])
        assert world.make("1001", "9001")["state"] == "ready"
        assert "no demand has been sent" in world.make("9002")["why"]

    def test_a_proposal_says_who_cannot_be_told_apart_and_who_owes_besides(self, world):
        for number in ("1001", "1002"):
            world.demanded(number, debtor_identity="")
        world.demanded("2001", second_debtor_name="Tolva Tolvansson")
        found = propose(world.store, world.tenant, world.tenant.companies, world.means)

        assert [(one.receivables, one.others_owe) for one in found.applications] == [(("2001",), ("2001",))]
        assert found.counted == {"no_identity": 2}
        assert [one.number for one in found.left_out] == ["1001", "1002"]

    @pytest.mark.parametrize(
        ("how", "why"),
        [
            ({"answer_by": "2026-11-22"}, "the demand gives time until 2026-11-22"),
            ({"debtor_identity": ""}, "no personal or organisation number"),
            ({"debtor_identity": "191212121213"}, "no personal or organisation number"),
        ],
    )
    def test_what_time_or_people_can_mend_blocks_it(self, world, how, why):
        world.demanded("1001", **how)
        assert world.make("1001")["state"] == "blocked"
        assert why in world.order().why

    def test_what_is_paid_too_much_in_part_is_blocked_and_the_authority_knows_nothing_of_it(self, world):
        world.demanded("1001", fee_ore=18_000)
        world.tell(
            "credit_receivable",
            receivable={"company": "1", "number": "1001"},
            amount_ore=105_000,
            allow_credit_balance=True,
        )

        assert "overpaid" in world.make("1001")["why"]
        assert world.claims()[0].principal_ore == -5_000
        assert verify(SqlVerifying(world.engine, world.store.tenant), None, world.tenant).is_clean

    def test_without_a_demand_it_is_blocked_and_ready_once_its_time_has_run_out(self, world):
        world.owe("1001", 100_000)
        world.make("1001")
        assert "no demand has been sent" in world.order().why
        about = {"company": "1", "number": "1001"}
        world.tell("note_step_taken", receivable=about, step="reminder_1", sent_on="2026-11-03")
        world.tell("note_step_taken", receivable=about, step="demand", sent_on="2026-11-12", answer_by="2026-11-23")
        assert world.file(1)[0]["state"] == "blocked"
        world.on("2026-11-24")
        assert world.file(1)[0]["state"] == "leaving"

    def test_a_hold_that_stops_it_and_an_instalment_plan_block_it(self, world):
        world.demanded("1001")
        world.tell(
            "set_hold", receivable={"company": "1", "number": "1001"}, code="TVIST", source="anna", reason="disputed"
        )
        assert "hold TVIST stops orders to pay" in world.make("1001")["why"]

    def test_receivables_of_two_debtors_or_named_twice_are_refused(self, world):
        world.demanded("1001")
        world.demanded("1002", debtor_identity="198112289874")
        with pytest.raises(DataError, match="not surely of one debtor"):
            world.make("1001", "1002")
        with pytest.raises(DataError, match="named twice"):
            world.make("1001", "1001")

    def test_a_receivable_is_in_one_application_at_a_time(self, world):
        world.demanded("1001")
        world.make("1001")
        with pytest.raises(RuleViolation, match="it is in application 1"):
            world.make("1001")
        world.tell("drop_order_to_pay", order_no=1, reason="a mistake")
        assert world.make("1001")["order_no"] == 2

    @pytest.mark.parametrize(
        ("terms", "error", "match"),
        [
            ({"own_work_ore": 38_100}, RuleViolation, "48 §"),
            ({"own_work_ore": 38_050}, DataError, "whole kronor"),
            ({"special_information": "x" * 61}, DataError, "61 characters"),
            ({"other_ore": 10_000}, DataError, "other_label"),
            ({"other_ore": 10_000, "other_label": "x" * 25}, DataError, "25 characters"),
            ({"interest": "other"}, DataError, "needs rate_percent"),
            ({"interest": "other", "rate_percent": "12"}, DataError, "say its ground"),
            ({"interest": "other", "rate_percent": "9,75"}, DataError, "has 3 digits"),
            ({"interest": "other", "rate_percent": "12", "interest_ground": "x" * 45}, DataError, "45 characters"),
            ({"rate_percent": "9"}, DataError, "belong to the interest"),
        ],
    )
    def test_what_the_form_or_the_law_does_not_take_is_refused_and_nothing_cut(self, world, terms, error, match):
        world.demanded("1001")
        with pytest.raises(error, match=match):
            world.make("1001", **terms)

    def test_costs_above_the_cap_need_a_recorded_reason_that_goes_along(self, world):
        world.demanded("1001")
        world.make("1001", own_work_ore=60_000, costs_reason="Utredning i utlandet")
        world.file(1)
        assert world.printed[0].application.costs.reason == "Utredning i utlandet"

    def test_another_rate_counts_another_interest_and_none_counts_none(self, world):
        world.demanded("1001", 365_000)
        world.make("1001", interest="other", rate_percent="5")
        assert world.order().interest_ore == 1_000  # 20 days at five per cent on 3650 kr
        world.tell("drop_order_to_pay", order_no=1, reason="other interest")
        world.make("1001", interest="none")
        assert world.order(2).interest_ore == 0


class TestOnPaper:
    def test_printing_sets_hold_and_watch_and_a_person_says_when_it_was_handed_in(self, world):
        owed = world.demanded("1001")
        world.make("1001")
        assert world.file(1)[0]["state"] == "leaving"
        assert world.holds(owed) == [("plan", "order:1")]
        assert world.watched(owed) == "order to pay 1"
        assert world.interruptions(owed) == []

        world.on("2026-11-24")
        with pytest.raises(DataError, match="lies before 2026-11-22, of which the application is dated"):
            world.tell("confirm_order_filed", order_no=1, on="2026-11-21")
        world.tell("confirm_order_filed", order_no=1, on="2026-11-23")
        assert (world.order().state, world.order().filed_on) == ("filed", "2026-11-23")
        assert world.interruptions(owed) == [Interruption(InterruptedBy.LEGAL_STEP, date(2026, 11, 23))]
        assert world.application().respondent.identity == TOLVAN
        with pytest.raises(RuleViolation, match="it is filed once"):
            world.file(1)

    def test_interest_is_counted_to_the_day_it_is_filed(self, world):
        world.demanded("1001", 365_000)
        world.make("1001")
        world.on("2026-12-02")
        world.file(1)
        assert world.order().interest_ore == 3_000  # thirty days at ten per cent
        assert world.printed[0].application.interest.counted_to == "2026-12-02"

    def test_a_dropped_form_frees_its_receivables(self, world):
        owed = world.demanded("1001")
        world.make("1001")
        world.file(1)
        world.tell("drop_order_to_pay", order_no=1, reason="the debtor has called")
        assert (world.holds(owed), world.watched(owed), world.order().state) == ([], "", "dropped")

    def test_an_authority_that_is_not_in_the_register_is_said(self, world):
        world.demanded("1001")
        world.make("1001", authority="Staden")
        with pytest.raises(DataError, match="no authority Staden"):
            world.file(1)


class TestCase:
    def test_the_whole_way_to_a_decision_and_enforcement(self, world):
        owed = world.demanded("1001")
        world.filed("1001")
        for happening in ("ordered", "served", "decided", "enforcement", "enforcement_report", "closed"):
            world.told(happening)
        assert world.happened() == [
            "checked", "executed", "filed", "confirmed", "ordered", "served", "decided", "enforcement",
            "enforcement_report", "closed",
        ]  # fmt: skip
        assert world.order().state == "closed"
        assert (world.holds(owed), world.watched(owed)) == ([], "")
        today = date(2026, 11, 22)
        assert world.interruptions(owed) == [Interruption(InterruptedBy.LEGAL_STEP, today, today)]
        assert_books_agree(world)

    def test_interest_that_the_authority_collected_is_debited_once_and_charged_by_nobody_again(self, world):
        """Twenty days on 10 000,00 and on 5 000,00 at ten per cent: 54,79 and 27,40; 85,00 was collected."""
        first, second = world.demanded("1001", 1_000_000), world.demanded("1002", 500_000)
        world.filed("1001", "1002")
        for happening in ("decided", "enforcement"):
            world.told(happening)
        with pytest.raises(DataError, match="belongs to an enforcement report"):
            world.told("closed", interest_ore=8500)
        world.pays(1_003_000, "1001")  # the authority pays out before it reports
        world.told("enforcement_report", interest_ore=8500)

        assert world.open(second) == (500_000, 0, 2740)
        assert (sum(world.open(first)), waiting_ids(world)) == (2760, [])
        world.pays(502_740, "1002")
        world.pays(2760, "1001")
        world.told("closed")
        assert (world.open(first), world.open(second)) == ((0, 0, 0), (0, 0, 0))
        with world.store.read() as work:
            found = accrued(work, world.tenant, [first, second], world.clock.today(), RATES)
        assert [(one.left_ore, one.elsewhere.handed_over) for one in found.values()] == [
            (0, "collected_by_authority"),
            (0, "collected_by_authority"),
        ]
        assert_books_agree(world)

    def test_a_report_in_a_file_debits_its_interest_and_the_same_file_again_nothing(self, engine):
        world = OrderWorld(engine, files=True)
        owed = world.demanded("1001")
        world.filed("1001")
        world.told("decided")
        world.told("enforcement")
        world.pays(100_548, "1001")
        report = {"event": "enforcement_report", "order_no": 1, "on_day": "2026-11-22", "interest_ore": 548}
        for _ in range(2):
            world.authority_tells(dict(report))
        world.drain()

        assert (world.open(owed), world.order().state) == ((0, 0, 0), "enforcement")
        assert_books_agree(world)

    def test_what_cannot_follow_is_refused_and_says_what_can(self, world):
        world.demanded("1001")
        world.filed("1001")
        with pytest.raises(RuleViolation, match="confirmed cannot be transferred_to_court: next may be"):
            world.told("transferred_to_court")
        with pytest.raises(RuleViolation, match="has a command of its own"):
            world.told("filed")
        with pytest.raises(DataError, match="is to come"):
            world.told("served", on="2026-11-25")
        with pytest.raises(DataError, match="since when application 1 is confirmed"):
            world.told("served", on="2026-11-21")
        world.demanded("1002")
        with pytest.raises(DataError, match="application 1 has the case number 01-1"):
            world.filed("1002")

    def test_a_contested_case_asks_a_person_until_when_it_may_go_to_court(self, world):
        world.demanded("1001")
        world.filed("1001")
        world.told("contested", text="varan var trasig")
        message = world.tasks()["order_to_pay_waits", "1"]
        assert "by 2026-12-20" in message
        assert "varan var trasig" in message
        world.told("transferred_to_court")
        assert world.tasks() == {}

    def test_a_dismissed_case_interrupted_nothing_but_gives_a_year(self, world):
        owed = world.demanded("1001")
        world.filed("1001")
        world.told("dismissed", text="kunde inte delges")
        (told,) = world.interruptions(owed)
        assert told.has_failed
        assert world.holds(owed) == []
        assert world.make("1001")["state"] == "ready"

    def test_costs_awarded_become_entries_by_setting_and_are_never_guessed(self, engine):
        world = OrderWorld(engine, orders={"books_costs": True})
        owed = world.demanded("1001")
        world.filed("1001")
        with pytest.raises(DataError, match="give costs_ore"):
            world.told("decided")
        world.told("decided", costs_ore=68_000)
        assert entries(world, owed)[-1] == ("court_costs_debited", "fee", 68_000)
        assert world.order().awarded_ore == 68_000
        assert_books_agree(world)

    def test_without_the_setting_the_costs_are_kept_beside(self, world):
        owed = world.demanded("1001")
        world.filed("1001")
        world.told("decided", costs_ore=68_000)
        assert (world.open(owed), world.order().awarded_ore) == ((100_000, 0, 0), 68_000)


class TestMoneyDuringTheCase:
    def test_a_payment_makes_a_task_that_blocks_what_we_ask_for_until_it_is_told(self, world):
        world.demanded("1001")
        world.filed("1001")
        world.told("to_complete", text="grunden är oklar")
        world.pays(40_000, "1001")

        message = world.tasks()["order_to_pay_lowered", "1"]
        assert "400,00 less is owed" in message
        assert "order_to_pay_to_be_lowered" in world.events()
        with pytest.raises(RuleViolation, match="reduce or withdraw application 1 first"):
            world.told("completed")

        assert world.tell("reduce_order_to_pay", order_no=1)["lowered_ore"] == 40_000
        assert ("order_to_pay_lowered", "1") not in world.tasks()
        world.told("completed")
        assert [claim.told_principal_ore for claim in world.claims()] == [60_000]

    def test_a_paid_principal_leaves_interest_and_costs_to_go_on_for(self, world):
        """Lagen (1990:746) 46 §: the costs of the case are asked for also where the rest has been paid."""
        owed = world.demanded("1001")
        world.filed("1001")
        world.pays(100_000, "1001")
        message = world.tasks()["order_to_pay_lowered", "1"]
        assert (
            "reduce 1 goes on for 5,48 and for costs of 680,00, hub orders-to-pay withdraw 1 gives them up" in message
        )

        assert world.tell("reduce_order_to_pay", order_no=1)["lowered_ore"] == 100_000
        assert [(claim.told_principal_ore, claim.told_interest_ore) for claim in world.claims()] == [(0, 548)]
        assert world.tasks() == {}
        world.tell("withdraw_order_to_pay", order_no=1, reason="the rest is let go")
        assert world.tasks() == {}
        world.told("withdrawn")
        assert (world.order().state, world.holds(owed)) == ("withdrawn", [])
        assert_books_agree(world)

    def test_a_credit_does_too_and_a_debit_that_takes_it_back_ends_the_task(self, world):
        world.demanded("1001")
        world.filed("1001")
        about = {"company": "1", "number": "1001"}
        world.tell("credit_receivable", receivable=about, amount_ore=10_000)
        assert ("order_to_pay_lowered", "1") in world.tasks()
        row = {"receivable": about, "amount_ore": 10_000, "transaction_date": "2026-11-22"}
        world.tell("register_payment", method="2", **row)
        assert ("order_to_pay_lowered", "1") not in world.tasks()
        with pytest.raises(RuleViolation, match="no less is owed"):
            world.tell("reduce_order_to_pay", order_no=1)

    def test_after_the_decision_nobody_asks_until_it_is_enforced(self, world):
        world.demanded("1001")
        world.filed("1001", enforcement="none")
        world.pays(10_000, "1001")
        world.told("decided")
        world.pays(30_000, "1001")
        assert ("order_to_pay_lowered", "1") not in world.tasks()
        world.told("enforcement")
        assert "400,00 less is owed on 1001" in world.tasks()["order_to_pay_lowered", "1"]

    def test_what_is_paid_before_or_during_enforcement_is_told_and_the_case_ends(self, world):
        owed = world.demanded("1001")
        world.filed("1001", enforcement="full")
        world.pays(40_000, "1001")
        world.told("decided", costs_ore=68_000)
        assert "reduce 1 goes on for 605,48 and for costs of 680,00" in world.tasks()["order_to_pay_lowered", "1"]
        assert world.tell("reduce_order_to_pay", order_no=1)["lowered_ore"] == 40_000
        world.told("reduced")
        assert (world.order().state, ("order_to_pay_lowered", "1") in world.tasks()) == ("decided", False)

        world.told("enforcement")
        world.pays(60_000, "1001")
        assert "600,00 less is owed on 1001" in world.tasks()["order_to_pay_lowered", "1"]
        world.tell("withdraw_order_to_pay", order_no=1, reason="paid")
        assert world.tasks() == {}
        world.told("closed")
        assert (world.order().state, world.holds(owed)) == ("closed", [])
        assert_books_agree(world)

    @pytest.mark.parametrize("end", ["transferred_to_court", "closed", "decided"])
    def test_a_contested_case_that_is_reduced_is_contested_yet(self, world, end):
        world.demanded("1001")
        world.filed("1001")
        world.told("contested")
        world.pays(30_000, "1001")
        world.tell("reduce_order_to_pay", order_no=1)
        world.told("reduced")
        assert world.order().state == "contested"
        assert "by 2026-12-20" in world.tasks()["order_to_pay_waits", "1"]
        world.told(end)
        assert world.order().state == end

    def test_a_withdrawal_that_the_authority_decided_despite_leaves_all_of_it_owed(self, world):
        world.demanded("1001")
        world.filed("1001", enforcement="full")
        world.pays(100_000, "1001")
        world.tell("withdraw_order_to_pay", order_no=1, reason="paid")
        world.told("decided", costs_ore=68_000)
        assert "1 000,00 less is owed on 1001" in world.tasks()["order_to_pay_lowered", "1"]


class TestByFiler:
    def test_applications_go_in_one_file_and_are_filed_when_it_is_delivered(self, filing):
        filing.demanded("1001")
        filing.demanded("1002", debtor_identity="198112289874")
        filing.make("1001")
        filing.make("1002")
        filing.file(1, 2)

        ((head, *messages),) = filing.sent()
        assert (head["file"], head["kind"]) == (1, "application")
        assert [one["application"]["order_no"] for one in messages] == [1, 2]
        assert [filing.order(no).state for no in (1, 2)] == ["filed", "filed"]
        assert filing.order().filed_on == "2026-11-22"

    def test_one_that_cannot_be_delivered_is_blocked_and_may_be_filed_again(self, filing):
        owed = filing.demanded("1001")
        filing.make("1001")
        filing.channel.fails.append(RejectedError("the folder refuses it"))
        filing.file(1)
        assert (filing.order().state, filing.holds(owed)) == ("blocked", [])
        assert "the folder refuses it" in filing.tasks()["order_to_pay_waits", "1"]
        filing.file(1)
        assert (filing.order().state, filing.order().file_no) == ("filed", 2)

    def test_what_the_format_cannot_hold_is_blocked_with_the_filers_words(self, filing):
        filing.demanded("1001")
        filing.make("1001")
        filing.filer.reason = "the name has a character that is not taken"
        assert filing.file(1)[0] == {
            "order_no": 1, "state": "blocked", "claimed_ore": 168_548, "receivables": 1,
            "why": "the name has a character that is not taken",
        }  # fmt: skip
        assert filing.sent() == []

    def test_a_filer_that_no_plugin_offers_is_said_and_nothing_is_filed(self, engine):
        world = OrderWorld(engine, orders={"filer": "nobody"})
        world.demanded("1001")
        world.make("1001")
        with pytest.raises(ConfigurationError, match="offers the filer nobody"):
            world.file(1)
        assert world.order().state == "ready"

    def test_reductions_and_withdrawals_on_paper_print_a_letter_that_is_kept(self, world):
        world.demanded("1001")
        world.filed("1001", case_no="01-77")
        world.pays(40_000, "1001")
        world.tell("reduce_order_to_pay", order_no=1, reason="delbetald")
        world.tell("withdraw_order_to_pay", order_no=1, reason="betald")
        reduction, withdrawal = (one.change for one in world.printed[1:])
        assert (reduction.kind, reduction.case_no, reduction.lowered_ore) == ("reduction", "01-77", 40_000)
        assert (reduction.claims[0].principal_ore, reduction.reason) == (60_000, "delbetald")
        assert (withdrawal.kind, withdrawal.claims, withdrawal.reason) == ("withdrawal", (), "betald")
        kept = [step.paper_sha256 for step in world.steps() if step.paper_sha256]
        with world.store.read() as work:
            papers = [work.contents.read(sha256) for sha256 in kept]
        assert papers == [b"reduction of 1, paper 2", b"withdrawal of 1, paper 3"]
        assert_books_agree(world)

    def test_reductions_and_withdrawals_go_in_files_of_their_own(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-77")
        filing.pays(40_000, "1001")
        filing.tell("reduce_order_to_pay", order_no=1, reason="delbetald")
        filing.tell("withdraw_order_to_pay", order_no=1, reason="betald")
        kinds = [(head["kind"], head["file"], one["change"]) for head, one in filing.sent()[1:]]
        assert [(kind, number) for kind, number, _ in kinds] == [("reduction", 2), ("withdrawal", 3)]
        reduction = kinds[0][2]
        assert (reduction["case_no"], reduction["lowered_ore"]) == ("01-77", 40_000)
        assert reduction["claims"][0]["principal_ore"] == 60_000
        assert kinds[1][2]["lowered_ore"] == 60_548

    @pytest.mark.parametrize("kind", ["reduce", "withdraw"])
    def test_a_change_that_does_not_arrive_is_asked_for_again_and_nothing_passes_meanwhile(self, filing, kind):
        filing.demanded("1001")
        filing.filed("1001", enforcement="full")
        filing.told("contested")
        filing.pays(40_000, "1001")
        reason = {"reason": "betald"} if kind == "withdraw" else {}
        filing.channel.fails.append(RejectedError("no space left"))
        filing.tell(f"{kind}_order_to_pay", order_no=1, **reason)

        assert filing.happened()[-1] == "change_not_delivered"
        assert [claim.told_ore for claim in filing.claims()] == [100_548]
        assert {subject for _, subject in filing.tasks()} == {"1"}
        tasks = {kind: text for (kind, _), text in filing.tasks().items()}
        assert set(tasks) == {"order_to_pay_waits", "order_to_pay_not_told", "order_to_pay_lowered"}
        assert f"hub orders-to-pay {kind} 1 (no space left)" in tasks["order_to_pay_not_told"]
        with pytest.raises(RuleViolation, match="reduce or withdraw application 1 first"):
            filing.told("transferred_to_court")
        filing.told("decided", costs_ore=68_000)
        filing.told("enforcement")
        assert "400,00 less is owed" in filing.tasks()["order_to_pay_lowered", "1"]

        filing.tell(f"{kind}_order_to_pay", order_no=1, **reason)
        ((head, message),) = filing.sent()[1:]
        assert head["kind"] == "enforcement_change"
        assert message["change"]["kind"] == {"reduce": "reduction"}.get(kind, "withdrawal")
        assert filing.tasks() == {}

    def test_no_change_follows_one_that_may_be_on_its_way_and_a_person_says_what_became_of_it(self, filing):
        filing.demanded("1001")
        filing.filed("1001")
        filing.pays(40_000, "1001")
        filing.channel.fails.append(TransientError("later"))
        filing.tell("reduce_order_to_pay", order_no=1)
        with pytest.raises(RuleViolation, match="what was told last of application 1 is sending"):
            filing.tell("withdraw_order_to_pay", order_no=1, reason="paid")
        filing.tell("decide_attempt", attempt_no=2, verdict="not_delivered")
        assert ("order_to_pay_not_told", "1") in filing.tasks()
        filing.tell("withdraw_order_to_pay", order_no=1, reason="paid")
        assert filing.tasks() == {}

    def test_a_refused_file_of_changes_did_not_reach_the_authority(self, filing):
        filing.demanded("1001")
        filing.filed("1001")
        filing.pays(40_000, "1001")
        filing.tell("reduce_order_to_pay", order_no=1)
        told = {"event": "receipt", "file_no": 2, "is_accepted": False, "on_day": "2026-11-22", "text": "fel form"}
        report = filing.authority_tells(told)
        assert (report.told, report.problems) == (1, ())
        filing.follow()
        assert [claim.told_principal_ore for claim in filing.claims()] == [100_000]
        assert "fel form" in filing.tasks()["order_to_pay_not_told", "1"]
        assert ("order_to_pay_lowered", "1") in filing.tasks()


class TestFilesOfTheAuthority:
    def test_receipt_confirmation_and_decision_come_in_files(self, filing):
        filing.demanded("1001")
        filing.make("1001")
        filing.file(1)
        day = "2026-11-22"
        filing.authority_tells({"event": "receipt", "file_no": 1, "is_accepted": True, "on_day": day}, number=1)
        assert filing.order().state == "receipt_ok"
        confirmed = {"event": "confirmed", "order_no": 1, "case_no": "01-5", "on_day": day}
        report = filing.authority_tells(confirmed, number=2)
        assert (report.state, report.told, report.problems) == ("posted", 1, ())
        filing.authority_tells({"event": "decided", "case_no": "01-5", "on_day": day, "costs_ore": 68_000}, number=3)
        assert (filing.order().state, filing.order().awarded_ore) == ("decided", 68_000)
        assert [step.told_by for step in filing.steps()[-3:]] == ["hub"] * 3

    def test_the_same_file_and_the_same_news_change_nothing(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        served = {"event": "served", "case_no": "01-5", "on_day": "2026-11-22"}
        assert filing.authority_tells(served).told == 1
        assert filing.authority_tells(served).state == "duplicate"
        again = filing.authority_tells(served, {"event": "ordered", "case_no": "9", "on_day": "2026-11-22"})
        assert (again.told, again.known) == (0, 1)

    def test_two_reports_of_a_day_are_two_and_each_is_told_once(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        filing.told("decided")
        filing.told("enforcement")
        report = {"event": "enforcement_report", "case_no": "01-5", "on_day": "2026-11-22"}
        assert filing.authority_tells({**report, "text": "200 kr"}, {**report, "text": "300 kr"}).told == 2
        assert filing.authority_tells({**report, "text": "300 kr"}, {**report, "text": "lön"}).told == 1
        assert [step.text for step in filing.steps()[-3:]] == ["200 kr", "300 kr", "lön"]

    def test_a_refused_file_lets_its_applications_be_mended_and_filed_again(self, filing):
        owed = filing.demanded("1001")
        filing.make("1001")
        filing.file(1)
        told = {"event": "receipt", "file_no": 1, "is_accepted": False, "on_day": "2026-11-22", "code": "17"}
        filing.authority_tells({**told, "text": "felaktigt ombud"})
        assert filing.order().state == "receipt_rejected"
        assert "17 felaktigt ombud" in filing.tasks()["order_to_pay_waits", "1"]
        assert filing.interruptions(owed) == []  # it never was a legal step
        filing.file(1)
        assert (filing.order().state, filing.order().file_no) == ("filed", 2)

    def test_what_does_not_fit_is_a_task_and_the_rest_is_applied(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        day = "2026-11-22"
        report = filing.authority_tells(
            {"event": "served", "case_no": "unknown", "on_day": day},
            {"event": "transferred_to_court", "case_no": "01-5", "on_day": day},
            {"event": "unknown", "order_no": 0, "case_no": "01-5", "on_day": day, "word": "VILANDE"},
            {"event": "served", "case_no": "01-5", "on_day": day},
        )
        assert (report.told, len(report.problems)) == (1, 3)
        assert filing.order().state == "served"
        said = [message for (kind, _), message in filing.tasks().items() if kind == "order_to_pay_unread"]
        assert any("no application has the case number unknown" in one for one in said)
        assert any("'VILANDE'" in one for one in said)

    def test_a_file_that_cannot_be_read_is_quarantined_whole(self, filing):
        report = filing.authority_files().receive(BytesIO(b'{"event": "opened"'), name="bad.txt")
        assert report.state == "quarantined"
        assert f"hub exchanges retry {report.exchange_no}" in filing.tasks()["order_to_pay_file_unread", "1"]

    def test_a_file_that_could_not_be_read_is_read_anew_and_wakes_the_one_behind_it(self, filing, monkeypatch):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        told = {"case_no": "01-5", "on_day": "2026-11-22"}
        filing.authority_tells({"event": "ordered", **told}, number=7)
        with monkeypatch.context() as wrong:
            wrong.setattr("order_world.event_of", lambda _: (_ for _ in ()).throw(FormatError("no", code="LAYOUT")))
            unread = filing.authority_tells({"event": "served", **told}, number=8)
            assert filing.authority_files().retry(unread.exchange_no).state == "quarantined"  # nothing was mended
        held = filing.authority_tells({"event": "decided", **told}, number=9)
        with pytest.raises(DataError, match="to read it as it is, hub orders-to-pay read"):
            filing.authority_files().retry(held.exchange_no)

        assert (unread.state, filing.authority_files().retry(unread.exchange_no).told) == ("quarantined", 1)
        assert (filing.order().state, [kind for kind, _ in filing.tasks()]) == ("decided", ["order_to_pay_waits"])
        with pytest.raises(DataError, match="is posted: there is nothing to retry"):
            filing.authority_files().retry(unread.exchange_no)

    def test_files_out_of_sequence_are_held_until_the_missing_one_has_come(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        day = "2026-11-22"
        filing.authority_tells({"event": "ordered", "case_no": "01-5", "on_day": day}, number=7)
        held = filing.authority_tells({"event": "decided", "case_no": "01-5", "on_day": day}, number=9)
        assert (held.state, filing.order().state) == ("held", "ordered")
        assert ("order_to_pay_out_of_order", str(held.exchange_no)) in filing.tasks()
        filing.authority_tells({"event": "served", "case_no": "01-5", "on_day": day}, number=8)
        assert filing.order().state == "decided"
        assert ("order_to_pay_out_of_order", str(held.exchange_no)) not in filing.tasks()

    def test_a_held_file_is_read_as_it_is_when_a_person_says_so(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        day = "2026-11-22"
        filing.authority_tells({"event": "ordered", "case_no": "01-5", "on_day": day}, number=7)
        held = filing.authority_tells({"event": "decided", "case_no": "01-5", "on_day": day}, number=9)
        assert filing.authority_files().read_again(held.exchange_no).told == 1
        assert filing.order().state == "decided"

    def test_fetching_says_what_is_kept_only_the_next_time(self, filing):
        filing.demanded("1001")
        filing.filed("1001", case_no="01-5")
        opened = b'{"event": "opened", "file_no": 0, "made_on": "2026-11-22"}\n'
        told = b'{"event": "served", "case_no": "01-5", "on_day": "2026-11-22"}'
        filing.filer.waiting.append(("a.txt", opened + told))
        filing.authority_files().fetch()
        filing.authority_files().fetch()
        assert filing.filer.asked == ["", "1", "1"]
        assert filing.order().state == "served"


def test_dunning_and_interest_invoices_leave_alone_what_has_been_filed(engine):
    world = OrderWorld(engine)
    owed = world.demanded("1001")
    world.make("1001")
    assert standing(world, owed) == ({}, "")
    world.file(1)
    assert standing(world, owed) == ({owed: "order to pay 1"}, "applied_for")
    world.told("confirmed", case_no="01-1")
    for happening in ("ordered", "served", "decided", "closed"):
        world.told(happening)
    assert standing(world, owed) == ({}, "")


def test_a_purge_erases_the_application_as_it_was_filed_once_it_has_ended(engine):
    world = OrderWorld(engine)
    owed = world.demanded("1001")
    world.filed("1001")
    world.tell("cancel_receivable", receivable={"company": "1", "number": "1001"}, remark="wrong")
    world.on("2026-11-24")
    assert purged_of(world) == [("leave", "in_order_to_pay")]
    assert TOLVAN in str(world.application())
    for happening in ("ordered", "served", "decided", "closed"):
        world.told(happening)

    assert purged_of(world) == [("take", "")]

    assert (world.order().debtor_identity, world.holds(owed)) == ("", [])
    with pytest.raises(LedgerError, match="missing"):
        world.application()
    assert_books_agree(world)


def purged_of(world):
    with world.store.write() as work:
        plan = plan_purge(work, PurgeTerms(paid_before=date(2026, 11, 23)), "anna")
    execute_purge(world.store, plan.plan_no)
    with world.store.read() as work:
        return [(item.verdict, item.reason) for item in work.plans.items(plan.plan_no)]


def standing(world, owed):
    with world.store.read() as work:
        elsewhere = work.interest_charges.standing([owed]).get(owed)
        return dict(work.dunning.of([owed], work.today).handed_over), "" if elsewhere is None else elsewhere.handed_over
