"""What is done about one receivable, the day before and the day after each limit."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from hub.banking_calendar import add_banking_days, is_banking_day
from hub.model.direct_debit_settings import DirectDebitSettings
from hub.model.dunning_plans import Verdict
from hub.model.mandates import Drawable, DrawnRequest, RequestState
from hub.rules.mandates.days import day_of_payment
from hub.rules.mandates.drawing import Act, Decision, DrawTerms, decide

DUE = date(2026, 11, 30)
SETTINGS = DirectDebitSettings(scheme="autogiro")
ONE = Drawable(1, 1, "1008", "s", "invoice", "04", "SEK", DUE.isoformat(), 100_000, 7, "47118", 1, 0, 0, 0, 0)
REQUEST = DrawnRequest(1, 7, "1", 1, 1, "47118", 100_000, "SEK", DUE.isoformat(), "1008")


def decided(one: Drawable, today: date, hold: str = "", *, is_unsent: bool = False, **settings: object) -> Decision:
    given = SETTINGS.model_copy(update=settings)
    terms = DrawTerms(given, "SEK", today, add_banking_days(today, -given.unanswered_after_days))
    return decide(one, hold, terms, is_unsent=is_unsent)


def asked(**changes: object) -> Drawable:
    return ONE._replace(request=REQUEST._replace(**changes))


@pytest.mark.parametrize(
    ("today", "verdict", "reason", "on"),
    [
        (date(2026, 11, 20), Verdict.LATER, "too_early", None),
        (date(2026, 11, 23), Verdict.TAKE, "in_time", DUE),
        (date(2026, 11, 26), Verdict.TAKE, "in_time", DUE),
        (date(2026, 11, 27), Verdict.TAKE, "late", date(2026, 12, 1)),
        (date(2026, 12, 8), Verdict.TAKE, "late", date(2026, 12, 10)),
        (date(2026, 12, 9), Verdict.LEAVE, "too_late", None),
    ],
)
def test_a_request_is_made_from_the_first_day_in_time_to_the_last_that_may_be_late(today, verdict, reason, on):
    found = decided(ONE, today)
    assert (found.verdict, found.reason, found.on) == (verdict, reason, on)


def test_a_due_date_before_days_off_is_drawn_behind_them_even_when_nothing_may_be_late():
    christmas = ONE._replace(due_date="2026-12-24")
    found = decided(christmas, date(2026, 12, 21), latest_after_days=0)
    assert (found.verdict, found.on) == (Verdict.TAKE, date(2026, 12, 28))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "credit_note"}, "not_collected"),
        ({"kind": "interest_invoice"}, "not_collected"),
        ({"currency": "EUR"}, "not_collected"),
        ({"open_ore": 0}, "nothing_owed"),
        ({"open_ore": -5}, "nothing_owed"),
        ({"mandate_no": 0}, "no_mandate"),
        ({"due_date": ""}, "no_due_date"),
        ({"is_drawn_elsewhere": 1}, "under_way"),
    ],
)
def test_what_is_never_collected_is_counted(change, reason):
    found = decided(ONE._replace(**change), DUE - timedelta(days=5))
    assert (found.verdict, found.reason) == (Verdict.LATER, reason)


@pytest.mark.parametrize(
    ("change", "hold", "reason"),
    [
        ({"mandate_no": 0, "mandate_stands": "asked"}, "dispute", "no_mandate: asked"),
        ({"is_sent_as_payable": 1}, "", "sent_as_payable"),
        ({"is_dunned": 1}, "", "dunned"),
        ({}, "dispute", "held: dispute"),
        ({"request": REQUEST._replace(state=RequestState.FAILED)}, "", "collected_before"),
        ({"request": REQUEST._replace(state=RequestState.PAID)}, "", "collected_before"),
        ({"request": REQUEST._replace(state=RequestState.CANCELLED)}, "", "collected_before"),
    ],
)
def test_what_something_keeps_from_being_collected_is_listed(change, hold, reason):
    found = decided(ONE._replace(**change), DUE - timedelta(days=5), hold)
    assert (found.verdict, found.act, found.reason) == (Verdict.LEAVE, Act.REQUEST, reason)


def test_what_ended_by_our_own_order_is_asked_for_again():
    found = decided(asked(state=RequestState.CANCELLED, is_repeatable=1), DUE - timedelta(days=5))
    assert (found.verdict, found.act) == (Verdict.TAKE, Act.REQUEST)


@pytest.mark.parametrize(("today", "act"), [(date(2026, 11, 26), Act.CANCEL), (date(2026, 11, 27), Act.WARN)])
@pytest.mark.parametrize(
    ("change", "hold", "reason"),
    [({"open_ore": 0}, "", "nothing_owed"), ({"open_ore": 5}, "", "amount_changed"), ({}, "x", "held: x")],
)
def test_a_request_is_taken_back_while_an_order_is_in_time(today, act, change, hold, reason):
    found = decided(asked()._replace(**change), today, hold)
    assert (found.verdict, found.act, found.reason) == (Verdict.TAKE, act, reason)


@pytest.mark.parametrize(
    ("due", "act", "on"),
    [
        ("2026-12-05", Act.MOVE, date(2026, 12, 7)),
        ("2026-11-27", Act.MOVE, date(2026, 11, 27)),
        ("2026-11-10", Act.MOVE, date(2026, 11, 27)),
    ],
)
def test_a_request_follows_its_due_date(due, act, on):
    found = decided(asked()._replace(due_date=due), date(2026, 11, 25))
    assert (found.act, found.reason, found.on) == (act, "due_date_moved", on)


@pytest.mark.parametrize(
    ("today", "change", "act", "reason", "on"),
    [
        (date(2026, 11, 26), {}, "", "under_way", None),
        (date(2026, 11, 27), {"open_ore": 0}, Act.CANCEL, "nothing_owed", DUE),
        (date(2026, 11, 27), {}, Act.MOVE, "late", date(2026, 12, 1)),
        (date(2026, 11, 27), {"due_date": "2026-12-12"}, Act.MOVE, "late", date(2026, 12, 14)),
        (date(2026, 12, 8), {}, Act.MOVE, "late", date(2026, 12, 10)),
        (date(2026, 12, 9), {}, Act.CANCEL, "too_late", DUE),
        (date(2026, 12, 9), {"open_ore": 0}, Act.CANCEL, "nothing_owed", DUE),
    ],
)
def test_a_request_that_the_bank_does_not_know_goes_as_a_new_one_would_or_not_at_all(today, change, act, reason, on):
    found = decided(asked()._replace(**change), today, is_unsent=True)
    assert (found.act, found.reason, found.on) == (act, reason, on)


def test_a_request_that_was_made_late_is_not_moved_every_day():
    late = asked(on_date="2026-12-04")
    for today in (date(2026, 12, 2), date(2026, 12, 3), date(2026, 12, 4)):
        assert decided(late, today).verdict is Verdict.LATER


@pytest.mark.parametrize(("state", "has_own_money"), [(RequestState.RETRIED, 1), (RequestState.CANCELLING, 0)])
def test_what_the_bank_has_in_hand_is_left_to_it(state, has_own_money):
    one = asked(state=state)._replace(open_ore=0, has_own_money=has_own_money)
    for today, act in ((DUE, ""), (DUE + timedelta(days=1), Act.SETTLE if has_own_money else "")):
        found = decided(one, today)
        assert (found.act, found.reason) == (act, "answered_by_books" if act else "under_way")


@pytest.mark.parametrize(
    ("change", "hold", "reason"),
    [({"open_ore": 0}, "", "nothing_owed"), ({"open_ore": 5}, "", "amount_changed"), ({}, "x", "held: x")],
)
def test_a_request_that_is_tried_again_and_should_not_be_is_taken_back_or_told_once(change, hold, reason):
    today = DUE + timedelta(days=1)
    one = asked(state=RequestState.RETRIED, reason="retried")._replace(**change)
    told = asked(state=RequestState.RETRIED, reason=reason)._replace(**change)

    assert decided(one, today, hold)[1:3] == (Act.STOP, reason)
    assert decided(one, today, hold, cancels_retried=True)[1:3] == (Act.CANCEL, reason)
    assert decided(told, today, hold).reason == "under_way"


@pytest.mark.parametrize(
    ("today", "open_ore", "act"),
    [
        (date(2026, 12, 9), 100_000, ""),
        (date(2026, 12, 10), 100_000, Act.MISS),
        (date(2026, 12, 10), 0, Act.SETTLE),
    ],
)
def test_an_answer_that_does_not_come_is_missed(today, open_ore, act):
    assert decided(asked()._replace(open_ore=open_ore), today).act == act


def test_the_day_of_payment_is_a_banking_day_and_never_before_the_due_date():
    for number in range(366):
        due = date(2026, 1, 1) + timedelta(days=number)
        day = day_of_payment(due)
        assert day >= due
        assert is_banking_day(day)
        assert not any(is_banking_day(due + timedelta(days=step)) for step in range((day - due).days))
