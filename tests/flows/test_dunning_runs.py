"""A plan is carried out once, each item looked at again; what it did is told, and undone by new entries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import date
from threading import Barrier, BrokenBarrierError

import pytest
from dunning_world import POLICY, DunningWorld, dunning_tenant
from sqlalchemy import Engine

from hub.errors import RuleViolation
from hub.model.books import Bucket, Posting
from hub.model.commands import CreditReceivable, SetHold, Target
from hub.model.dunning_plans import PlanState
from hub.services.chart import chart_of
from hub.services.dunning.executing import drop_plan
from hub.services.dunning.following import follow_letters
from hub.services.dunning.taking import take_chunk
from hub.services.dunning.taking_back import take_back
from hub.services.dunning.undoing import Undone, undo_chunk
from hub.services.verifying import verify
from hub.store.events import SqlEvents
from hub.store.receivables import SqlReceivables
from hub.store.verifying import SqlVerifying

DAY = "2026-11-03"
TARGET = Target(company="1", number="1001")
PRINTED = {
    **POLICY,
    "reminder_1": {"after_days": 5, "fee": "60,00"},
    "demand": {"after_days": 10, "counted_from": "reminder_1", "fee": "180,00", "prints_interest": True},
}


@pytest.fixture
def world(engine: Engine) -> DunningWorld:
    made = DunningWorld(engine)
    made.invoices("1001")
    return made


def demanded(world: DunningWorld) -> int:
    """Remind, let the letter be sent, and demand with 12 kronor of interest; return the plan of the demand."""
    world.run()
    world.delivery_tells("document_sent")
    world.pass_days(10)
    world.interest_ore[world.one().receivable_id] = 12_00
    return world.run()


def test_a_step_debits_its_fee_and_says_when_the_debtor_is_to_answer(world):
    plan_no = world.run()

    assert world.open() == (1000_00, 60_00, 0)
    (step,) = world.steps()
    assert (step.step, step.dated_on, step.answer_by) == ("reminder_1", "2026-11-02", "2026-11-12")
    assert (step.fee_ore, step.is_fee_debited, step.sent_at) == (60_00, 1, None)
    assert world.items(plan_no)[0].outcome == "done"
    assert world.the_plan(plan_no).state is PlanState.EXECUTED


def test_a_demand_debits_its_fee_and_the_interest_on_accounts_of_their_own(world):
    demanded(world)

    assert world.open() == (1000_00, 240_00, 12_00)
    revenues = world.accounts()
    assert {account: revenues[account] for account in ("3591", "3592", "8313")} == {
        "3591": -60_00,
        "3592": -180_00,
        "8313": -12_00,
    }


def test_a_letter_says_what_is_open_with_what_was_debited_and_until_when(world):
    demanded(world)

    (letter,) = world.letters.sent
    assert (letter.key, letter.step, letter.answer_by) == ("dun:2:1", "demand", "2026-11-22")
    assert letter.items[0][1:] == ("demand", 1252_00, 180_00, True, 12_00, True, "2026-11-12", False)


def test_each_step_is_told_in_the_feed_with_its_amounts(world):
    demanded(world)

    with world.store.read() as work:
        events = {event.kind: event.data for event in work.events.after(0)}
    step = events["dunning_step_taken"]
    assert (step["number"], step["step"], step["fee_ore"], step["interest_ore"]) == ("1001", "demand", 180_00, 12_00)
    assert (step["open_ore"], step["letter"], step["dated_on"]) == (1252_00, "dun:2:1", "2026-11-12")
    assert events["demand_fee_debited"]["amount_ore"] == 180_00


def test_what_is_printed_only_leaves_the_balance_and_is_kept_for_its_payment(engine):
    world = DunningWorld(engine, dunning_tenant(PRINTED))
    world.invoices("1001")

    demanded(world)

    assert world.open() == (1000_00, 0, 0)
    assert (world.one().printed_fee_ore, world.one().printed_interest_ore) == (240_00, 12_00)


def test_a_run_takes_one_step_of_each_receivable(world):
    world.run()

    world.run()

    assert len(world.steps()) == 1


def test_after_the_demand_comes_the_residual_demand_with_what_is_left(world):
    demanded(world)
    world.delivery_tells("document_sent")
    world.pay(world.one(), 500_00, "2026-11-13")
    world.pass_days(15)

    world.run()

    (letter,) = world.letters.sent
    assert (letter.step, letter.items[0].open_ore, letter.items[0].fee_ore) == ("residual_demand", 752_00, 0)


def test_a_letter_of_a_debtor_holds_all_its_receivables(engine):
    world = DunningWorld(engine, dunning_tenant({**POLICY, "method": "by_debtor", "includes_not_due": True}))
    world.invoices("1001", "1002", debtor_number="7")
    world.invoices("1003", due_date="2026-11-30", debtor_number="7")

    world.run()

    (letter,) = world.letters.sent
    assert [(item.step, item.open_ore) for item in letter.items] == [
        ("reminder_1", 1060_00),
        ("reminder_1", 1000_00),
        ("", 1000_00),
    ]


CODES = {"3": {"text": "No demand", "stops": ["demand"]}, "9": {"text": "Dispute", "stops": ["reminder_1", "demand"]}}


@pytest.mark.parametrize(("code", "listed"), [("3", 3), ("9", 1), ("unknown", 1)])
@pytest.mark.parametrize("is_set", ["before the plan", "after it"])
def test_what_a_hold_keeps_from_a_step_is_not_listed_in_its_letter(engine, code, listed, is_set):
    everything = {**POLICY, "method": "by_debtor", "includes_not_due": True, "includes_credit_notes": True}
    world = DunningWorld(engine, dunning_tenant(everything, hold_codes=CODES))
    world.invoices("1001", debtor_number="7")
    world.invoices("1002", debtor_number="7", due_date="2026-12-26")
    world.invoices("1003", debtor_number="7", amount="-100,00")
    plan_no = world.plan() if is_set == "after it" else None
    for number in ("1002", "1003"):
        target = Target(company="1", number=number)
        world.tell(SetHold(key=number, user="a", receivable=target, code=code, source="dispute"))
    world.run(plan_no)

    assert len(world.letters.sent[0].items) == listed


def test_whose_credit_notes_come_to_as_much_gets_no_letter_and_bears_no_fee(engine):
    netted = {**POLICY, "method": "by_debtor", "includes_credit_notes": True}
    world = DunningWorld(engine, dunning_tenant(netted))
    world.invoices("1001", debtor_number="7")
    world.invoices("1002", "1003", debtor_number="7", kind="credit_note", amount="-600,00")

    assert world.said(world.plan()) == [("reminder_1", "leave", "credit_covers_it")]

    plan_no = world.plan(number="1001")  # it does not see the credit notes
    world.run(plan_no)
    assert world.open("1001") == (1000_00, 60_00, 0)


def test_a_credit_note_that_comes_between_plan_and_run_covers_it_too(engine):
    netted = {**POLICY, "method": "by_debtor", "includes_credit_notes": True}
    world = DunningWorld(engine, dunning_tenant(netted))
    world.invoices("1001", debtor_number="7")
    world.invoices("1002", debtor_number="7", kind="credit_note", amount="-600,00")
    plan_no = world.plan()
    world.pay(world.one("1002"), 400_00, "2026-11-02", payment_id=8)

    world.run(plan_no)

    assert world.said(plan_no)[0] == ("reminder_1", "left_out", "credit_covers_it")
    assert (world.letters.sent, world.open("1001")) == ([], (1000_00, 0, 0))


def test_more_letters_than_go_in_a_chunk_are_all_sent(world, monkeypatch):
    monkeypatch.setattr("hub.services.dunning.taking.LETTERS_AT_ONCE", 2)
    world.invoices(*map(str, range(1002, 1006)))

    world.run()

    assert len(world.letters.sent) == 5
    assert world.open("1005") == (1000_00, 60_00, 0)


# Looked at again


def paid(world: DunningWorld) -> None:
    world.pay(world.one(), 1000_00, "2026-11-02")


def paid_in_part(world: DunningWorld) -> None:
    world.pay(world.one(), 1_00, "2026-11-02")


def held(world: DunningWorld) -> None:
    world.tell(SetHold(key="h", user="anna", receivable=TARGET, code="9", source="anna"))


def taken_by_another(world: DunningWorld) -> None:
    world.run(number="1001")


@pytest.mark.parametrize(
    ("change", "why"),
    [(paid, "paid"), (paid_in_part, "balance_changed"), (held, "hold: 9"), (taken_by_another, "step_taken")],
)
def test_what_no_longer_holds_is_left_out_with_the_reason(world, change, why):
    world.invoices("1002")
    plan_no = world.plan()
    change(world)

    world.run(plan_no)

    assert [item.outcome_reason for item in world.items(plan_no)] == [why, ""]
    assert world.open("1002") == (1000_00, 60_00, 0)


def test_a_plan_of_other_settings_is_not_begun(world):
    plan_no = world.plan()
    world.tenant = dunning_tenant({**POLICY, "reminder_1": {"after_days": 5}})

    with pytest.raises(RuleViolation, match="the settings have changed"):
        world.start(plan_no)


def test_settings_that_change_while_a_plan_is_carried_out_leave_the_rest_out(world):
    plan_no = world.plan()
    run_id = world.start(plan_no)
    world.tenant = dunning_tenant({**POLICY, "reminder_1": {"after_days": 5}})

    world.carry_out(run_id)

    assert [item.outcome_reason for item in world.items(plan_no)] == ["settings_changed"]
    assert world.steps() == []


def test_a_plan_is_begun_once_and_who_comes_second_is_told(world):
    plan_no = world.plan()
    world.start(plan_no)

    with pytest.raises(RuleViolation, match=f"plan {plan_no} is executing"):
        world.start(plan_no)


def test_a_plan_for_a_day_to_come_waits_for_it(world):
    with pytest.raises(RuleViolation, match="is for 2026-11-03"):
        world.start(world.plan(date(2026, 11, 3)))


def test_of_two_that_begin_a_plan_at_the_same_moment_one_wins_and_the_other_is_told(world):
    plan_no = world.plan()
    together = Barrier(2)

    def begin(_who: int) -> str:
        together.wait()
        try:
            return world.start(plan_no)
        except RuleViolation as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as people:
        said = sorted(people.map(begin, range(2)))

    assert said[0] == f"dun:north:{plan_no}"
    assert f"plan {plan_no} is executing: it is carried out once" in said[1]


def test_two_plans_carried_out_at_the_same_moment_take_each_step_once(world):
    world.invoices(*map(str, range(1002, 1020)))
    run_ids = [world.start(world.plan()) for _ in range(2)]
    together = Barrier(2)

    def carry_out(run_id: str) -> str:
        together.wait()
        return world.carry_out(run_id).why

    with ThreadPoolExecutor(2) as nodes:
        assert list(nodes.map(carry_out, run_ids)) == ["", ""]

    assert world.sql("SELECT count(*), max(step_no) FROM dunning_step") == [(19, 1)]
    assert proved(world) == {}


def proved(world: DunningWorld) -> dict[str, int]:
    """What `hub verify` finds, by code."""
    found = verify(SqlVerifying(world.engine, world.store.tenant), None, world.tenant)
    return {result.code: result.found for result in found.results if result.found}


def test_the_books_of_a_dunned_tenant_are_proved(world):
    demanded(world)
    assert proved(world) == {}
    world.delivery_tells("document_withdrawn")
    undo(world, 1)
    assert proved(world) == {}


def test_a_dropped_plan_is_never_begun(world):
    plan_no = world.plan()
    with world.store.write() as work:
        drop_plan(work, plan_no)

    with pytest.raises(RuleViolation, match="is dropped"):
        world.start(plan_no)


def test_the_clocks_run_plans_and_carries_out(world):
    with world.store.write() as work:
        work.runs.enqueue("dun:north:nightly:1", "dun", {"schedule": "nightly"})

    world.carry_out("dun:north:nightly:1")

    assert world.open() == (1000_00, 60_00, 0)
    assert world.the_plan(1).made_by == "clock"


# Delivery


def test_legal_days_count_from_the_day_a_letter_was_sent(world):
    demanded(world)
    before = world.steps()[-1].answer_by
    world.pass_days(3)

    world.delivery_tells("document_sent")

    step = world.steps()[-1]
    assert (before, step.answer_by, step.sent_at and step.sent_at[:10]) == ("2026-11-22", "2026-11-25", "2026-11-15")


@pytest.mark.parametrize("kind", ["document_withdrawn", "document_undeliverable"])
def test_a_letter_that_never_arrives_gives_back_its_fee_and_interest_and_the_step_is_open_again(world, kind):
    demanded(world)

    world.delivery_tells(kind, reason="no channel left")

    assert world.open() == (1000_00, 60_00, 0)
    assert world.steps()[-1].undone_because == f"{kind}: no channel left"
    assert world.accounts()["3592"] == 0
    assert world.said(world.plan()) == [("demand", "take", "due: 10 days after reminder_1")]


def test_a_letter_that_somebody_closed_unsent_gives_back_its_fee_and_no_other_goes_before_a_word(world):
    world.invoices("1001")
    world.run()
    world.delivery_tells("document_closed")
    again = world.run()

    assert world.open() == (1000_00, 0, 0)
    assert world.said(again) == [("reminder_1", "leave", "undeliverable")]
    with world.store.write() as work:
        (task,) = work.commands.open_tasks()
        work.commands.close_task(task["kind"], task["subject"])
    world.run()
    assert len(world.letters.sent) == 1


def test_a_letter_that_was_sent_and_closed_later_stands(world):
    world.invoices("1001")
    world.run()
    (letter,) = world.letters.sent
    world.delivery_tells("document_sent")
    world.delivery_tells("document_closed", letter.key)

    assert world.open() == (1000_00, 60_00, 0)
    assert world.steps()[0].undone_at is None


def test_what_was_paid_of_a_fee_that_is_given_back_pays_principal(world):
    world.run()
    world.pay(world.one(), 940_00, "2026-11-03")
    pay_fee(world)

    world.delivery_tells("document_withdrawn")

    assert world.open() == (0, 0, 0)


def pay_fee(world: DunningWorld) -> None:
    """Pay 60 kronor of the fee."""
    row = world.one()
    fee = Posting(row.receivable_id, Bucket.FEE, -60_00, row.group_no, "1", 8, 1, 0, 1, "SEK", DAY, DAY, "payment")
    with world.store.write() as work:
        work.books.add([fee])
        work.books.apply(chart_of(work, world.tenant), voucher_type="payments")


def test_what_another_capability_sends_is_not_listened_to(world):
    world.run()

    world.delivery_tells("document_withdrawn", "interest:1:1")

    assert world.open() == (1000_00, 60_00, 0)


def test_each_event_is_heard_once(world):
    world.run()
    key = world.letters.sent[0].key
    world.delivery_tells("document_withdrawn")
    world.run()
    world.delivery_tells("document_sent")

    assert [step.undone_at is None for step in world.steps()] == [False, True]
    assert key == "dun:1:1"


def test_what_is_told_while_dunning_listens_is_heard_the_next_time(engine, world, monkeypatch):
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    world.invoices("1001")
    world.run()
    tells_late = _tells_late(world, monkeypatch)
    with world.store.write() as work:
        follow_letters(work, world.tenant)
    assert tells_late == ["told"]
    with world.store.write() as work:
        follow_letters(work, world.tenant)

    assert world.steps()[0].undone_at is not None


def _tells_late(world, monkeypatch):
    """Let a letter be told of as undeliverable between two questions of who listens."""
    told = []
    questions = {name: getattr(SqlEvents, name) for name in ("of_kinds", "latest")}

    def then_tell(name):
        def ask(events, *asked, **named):
            answer = questions[name](events, *asked, **named)
            if not told:
                told.append("told")
                with world.store.write() as other:
                    other.events.record("document_undeliverable", command_key=world.letters.sent[0].key, reason="x")
            return answer

        return ask

    for name in questions:
        monkeypatch.setattr(SqlEvents, name, then_tell(name))
    return told


def test_of_two_who_listen_at_once_one_hears_of_a_letter(world, monkeypatch):
    world.invoices("1001")
    world.run()
    with world.store.write() as work:
        work.events.record("document_undeliverable", command_key=world.letters.sent[0].key, reason="x")
    both = Barrier(2, timeout=0.3)
    heard_by = SqlEvents.heard_by

    def meet(events, name):
        heard = heard_by(events, name)
        with suppress(BrokenBarrierError):
            both.wait()
        return heard

    monkeypatch.setattr(SqlEvents, "heard_by", meet)
    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda _: _listen(world), range(2)))

    assert len(world.sql("SELECT 1 FROM event WHERE kind = 'dunning_step_undone'")) == 1


def _listen(world):
    with world.store.write() as work:
        follow_letters(work, world.tenant)


# Undo


def undo(world: DunningWorld, plan_no: int, *numbers: str) -> Undone:
    ids = [world.one(number).receivable_id for number in numbers]
    with world.store.write() as work:
        return undo_chunk(work, world.tenant, plan_no, user="anna", letters=world.letters, receivables=ids)


def test_an_undone_plan_gives_back_fees_and_interest_and_its_steps_are_open_again(world):
    plan_no = demanded(world)

    undone = undo(world, plan_no)

    assert (undone.steps, undone.left_out) == (1, [])
    assert world.open() == (1000_00, 60_00, 0)
    assert {world.accounts()[account] for account in ("3592", "8313")} == {0}
    assert world.the_plan(plan_no).state is PlanState.UNDONE
    assert world.said(world.plan())[0][:2] == ("demand", "take")


def test_letters_that_were_not_sent_are_stopped_and_those_that_were_are_not(world):
    world.invoices("1002")
    plan_no = world.run()
    world.delivery_tells("document_sent", world.letters.sent[0].key)

    undo(world, plan_no)

    assert world.letters.withdrawn == ["dun:1:2"]


def test_one_receivable_of_a_plan_is_undone_alone(world):
    world.invoices("1002")
    plan_no = world.run()

    undo(world, plan_no, "1002")

    assert (world.open("1001")[1], world.open("1002")[1]) == (60_00, 0)
    assert world.the_plan(plan_no).state is PlanState.EXECUTED


def test_what_has_been_paid_since_is_left_out_and_listed(world):
    plan_no = world.run()
    pay_fee(world)

    undone = undo(world, plan_no)

    assert [(left.step.step, left.why) for left in undone.left_out] == [("reminder_1", "paid: reminder_fee")]
    assert world.open() == (1000_00, 0, 0)
    assert world.items(plan_no)[0].outcome_reason == "not undone: paid: reminder_fee"
    assert world.letters.withdrawn == []


def test_a_step_that_another_has_followed_is_left_out(world):
    demanded(world)

    assert [left.why for left in undo(world, 1).left_out] == ["followed_by: demand"]


def test_a_fee_that_somebody_took_back_is_not_taken_back_again(world):
    plan_no = world.run()
    lower = {"key": "l", "user": "anna", "receivable": TARGET}
    world.tell(CreditReceivable(**lower))

    undone = undo(world, plan_no)

    assert (undone.steps, world.open()) == (1, (0, 0, 0))


def test_undoing_again_changes_nothing(world):
    plan_no = world.run()
    undo(world, plan_no)

    assert undo(world, plan_no).steps == 0
    assert world.open() == (1000_00, 0, 0)


def test_of_two_that_undo_a_plan_at_the_same_moment_one_takes_its_steps_back(world, monkeypatch):
    world.invoices("1001")
    plan_no = world.run()
    both = Barrier(2, timeout=0.3)
    lock = SqlReceivables.lock

    def meet(receivables, ids):
        with suppress(BrokenBarrierError):
            both.wait()
        lock(receivables, ids)

    monkeypatch.setattr(SqlReceivables, "lock", meet)
    with ThreadPoolExecutor(2) as two:
        undone = list(two.map(lambda _: undo(world, plan_no), range(2)))

    assert sorted(one.steps for one in undone) == [0, 1]
    assert len(world.sql("SELECT 1 FROM event WHERE kind = 'dunning_step_undone'")) == 1
    assert world.open() == (1000_00, 0, 0)


def test_a_printed_fee_that_is_taken_back_twice_is_taken_back_once(engine):
    printed = {"reminder_1": {"after_days": 5, "fee": "60,00"}, "demand": {**POLICY["demand"], "debits_fee": False}}
    world = DunningWorld(engine, dunning_tenant({**POLICY, **printed}))
    world.invoices("1001")
    world.run()
    world.delivery_tells("document_sent")
    world.pass_days(20)
    world.run()
    steps = world.steps()[1:]
    for _ in range(2):
        with world.store.write() as work:
            take_back(work, world.tenant, steps, "twice")

    assert world.sql("SELECT fee_ore FROM printed_charge") == [(60_00,)]


def test_a_run_that_is_tried_again_while_its_plan_is_undone_leaves_no_step_in_an_undone_plan(world):
    world.invoices("1001")
    plan_no = world.plan()
    world.start(plan_no)
    run_no = world.the_plan(plan_no).run_no
    with world.store.write() as work:
        work.runs.cancel(run_no, "stopped by a person")
    given = {"plan_no": plan_no, "run_no": run_no, "after": 0}
    with ThreadPoolExecutor(1) as other:
        with world.store.write() as work:
            take_chunk(work, given, tenant=world.tenant, letters=world.letters, earned=world._earned)
            undone = other.submit(undo, world, plan_no)
            wait([undone], timeout=0.3)
        assert undone.result().steps == 1

    assert world.the_plan(plan_no).state == PlanState.UNDONE
    assert [step.undone_at is None for step in world.steps()] == [False]


def test_a_plan_that_was_not_carried_out_cannot_be_undone(world):
    with pytest.raises(RuleViolation, match="is planned"):
        undo(world, world.plan())


def test_a_charge_that_was_printed_only_is_asked_for_no_more(engine):
    world = DunningWorld(engine, dunning_tenant(PRINTED))
    world.invoices("1001")

    undo(world, demanded(world))

    assert (world.one().printed_fee_ore, world.one().printed_interest_ore) == (60_00, 0)


def test_steps_follow_a_receivable_to_its_new_version(world):
    plan_no = world.run()
    world.invoices("1001", version=2, amount="900,00")
    assert [step.step for step in world.steps()] == ["reminder_1"]

    undo(world, plan_no)

    assert world.open() == (900_00, 0, 0)
