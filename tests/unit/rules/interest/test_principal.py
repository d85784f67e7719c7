"""What bore interest on a receivable, from its entries: payments, credits, what was taken back and debited later."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.dunning import Stopped
from hub.model.dunning_settings import HoldCode
from hub.model.receivables import Hold
from hub.rules.charges import EntryFacts
from hub.rules.dunning.holds import stops_interest
from hub.rules.interest.calculation import Claim, Reduction, interest_on
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.principal import Terms, earned
from hub.rules.interest.rates import BY_LAW
from hub.rules.interest.reference_rates import shipped_rates

D = date.fromisoformat
DUE, UNTIL = D("2023-01-31"), D("2023-03-31")
TERMS = Terms(D("2023-02-01"), BY_LAW, DayCount.ACT_ACT, {"N"})
RATES = shipped_rates()


def entry(number: int, cause: str, amount_ore: int, day: str, **more: object) -> EntryFacts:
    return EntryFacts(number, cause, "principal", amount_ore, day, None, None)._replace(**more)  # type: ignore[arg-type]


INVOICED = entry(1, "invoiced", 10_000_00, "2023-01-01")


def interest(*entries: EntryFacts) -> int:
    return earned([INVOICED, *entries], TERMS, UNTIL, RATES).interest_ore


def by_hand(*reductions: Reduction, principal_ore: int = 10_000_00, first: str = "2023-02-01") -> int:
    claim = Claim(principal_ore, D(first), reductions)
    return interest_on(claim, UNTIL, RATES).interest_ore


def test_a_payment_lowers_the_principal_from_the_day_after_it() -> None:
    paid = entry(2, "exact_reference", -4_000_00, "2023-02-15", payment_id=7)
    assert interest(paid) == by_hand(Reduction(D("2023-02-15"), 4_000_00)) < by_hand()


def test_a_payment_that_bounced_never_came() -> None:
    paid = entry(2, "exact_reference", -4_000_00, "2023-02-15", payment_id=7)
    bounced = entry(3, "payment_reversed", 4_000_00, "2023-03-01", payment_id=7, reverses_no=2)
    assert interest(paid, bounced) == by_hand()


def test_what_was_credited_never_bore_interest() -> None:
    assert interest(entry(2, "credited", -4_000_00, "2023-03-01")) == by_hand(principal_ore=6_000_00)


def test_what_a_method_without_interest_removes_never_bore_any() -> None:
    removed = entry(2, "manual_payment", -4_000_00, "2023-03-01", rule="method:N")
    counted = entry(2, "manual_payment", -4_000_00, "2023-03-01", rule="method:K")
    assert interest(removed) == by_hand(principal_ore=6_000_00)
    assert interest(counted) == by_hand(Reduction(D("2023-03-01"), 4_000_00))


def test_a_debit_that_corrects_a_row_undoes_the_latest_payment_before_it() -> None:
    first = entry(2, "manual_payment", -1_000_00, "2023-02-05", rule="method:K")
    wrong = entry(3, "manual_payment", -4_000_00, "2023-02-15", rule="method:K")
    corrected = entry(4, "manual_payment", 4_000_00, "2023-03-10", rule="method:D")
    assert interest(first, wrong, corrected) == by_hand(Reduction(D("2023-02-05"), 1_000_00))


def test_what_is_debited_later_bears_interest_from_the_day_after() -> None:
    debited = entry(2, "manual_payment", 2_000_00, "2023-03-10", rule="method:D")
    assert interest(debited) == by_hand() + by_hand(principal_ore=2_000_00, first="2023-03-11")


def test_interest_and_fees_bear_no_interest() -> None:
    extra = entry(2, "interest_debited", 500_00, "2023-02-10")._replace(bucket="interest")
    fee = entry(3, "reminder_fee_debited", 60_00, "2023-02-10")._replace(bucket="fee")
    assert interest(extra, fee) == by_hand()


def test_who_paid_in_time_or_too_much_owes_no_interest() -> None:
    assert interest(entry(2, "exact_reference", -10_000_00, "2023-01-31", payment_id=7)) == 0
    assert interest(entry(2, "exact_reference", -12_000_00, "2023-01-31", payment_id=7)) == 0


def test_a_payment_too_much_revives_nothing_that_was_credited() -> None:
    paid = entry(2, "exact_reference", -4_992_64, "2023-01-10", payment_id=2)
    credited = entry(3, "credited", -5_000_00, "2023-02-25")
    too_much = entry(4, "exact_reference", -18_11, "2023-02-24", payment_id=4)
    assert interest(paid, credited, too_much) <= interest(paid, credited) == by_hand(principal_ore=7_36)


def test_days_after_full_payment_need_no_rate() -> None:
    paid = entry(2, "exact_reference", -10_000_00, "2023-02-10", payment_id=7)
    found = earned([INVOICED, paid], TERMS, D("2090-01-01"), RATES)
    assert found.segments[-1].last_day == D("2023-02-10")


@given(st.lists(st.tuples(st.integers(1, 5_000_00), st.integers(0, 80), st.booleans()), max_size=6))
def test_interest_never_grows_by_a_payment_and_never_falls_below_zero(rows: list[tuple[int, int, bool]]) -> None:
    entries = [INVOICED]
    before = earned(entries, TERMS, UNTIL, RATES).interest_ore
    for number, (amount_ore, days, is_credit) in enumerate(rows, 2):
        day = date.fromordinal(D("2023-01-10").toordinal() + days).isoformat()
        cause = "credited" if is_credit else "exact_reference"
        entries.append(entry(number, cause, -amount_ore, day, payment_id=None if is_credit else number))
        now = earned(entries, TERMS, UNTIL, RATES).interest_ore
        assert 0 <= now <= before
        before = now


@pytest.mark.parametrize(
    ("code", "on", "paid_on", "stopped"),
    [
        ("none", "2023-03-01", None, True),
        ("none", "2023-03-02", None, False),  # it ended by itself, and the interest is charged after all
        ("kept", "2023-03-01", None, True),
        ("kept", "2023-03-02", None, False),
        ("kept", "2023-06-01", "2023-03-01", True),
        ("kept", "2023-06-01", "2023-03-02", False),
        ("text", "2023-03-01", None, False),
        ("unknown", "2023-03-01", None, True),
    ],
)
def test_a_hold_stops_interest_while_it_holds_and_a_kept_deferral_for_good(
    code: str, on: str, paid_on: str | None, stopped: bool
) -> None:
    codes = {
        "none": HoldCode(text="a", stops=(Stopped.INTEREST,)),
        "kept": HoldCode(text="a", stops=(Stopped.INTEREST_IF_DEFERRAL_KEPT,)),
        "text": HoldCode(text="a"),
    }
    hold = Hold(1, 1, code, "anna", "2023-03-01", "", "2023-02-01")
    assert (stops_interest(codes, [hold], on, paid_on) == code) is stopped
