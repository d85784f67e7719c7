"""What a line says: columns of a balance list, ages, totals, statements, shares."""

from __future__ import annotations

from datetime import date

import pytest

from hub.model.reports import (
    BalanceRow,
    BalanceSelection,
    CreditAgeing,
    DunnedCount,
    ForecastRow,
    StatementMovement,
)
from hub.model.sheets import LineKind
from hub.rules.reports.ageing import aged, first_due_dates, period_of
from hub.rules.reports.balance_columns import BalanceColumn, column_of
from hub.rules.reports.balance_lines import balance_lines, days_late
from hub.rules.reports.dunning_lines import dunning_lines
from hub.rules.reports.forecast_lines import forecast_lines
from hub.rules.reports.statement import statements

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cause", "bucket", "payment_id", "takes_back", "column"),
    [
        ("invoiced", "principal", None, "", BalanceColumn.INVOICED),
        ("credited_by_new_version", "principal", None, "", BalanceColumn.INVOICED),
        ("reminder_fee_debited", "fee", None, "", BalanceColumn.ADDED),
        ("interest_lowered", "interest", None, "", BalanceColumn.ADDED),
        ("run_undone", "fee", None, "demand_fee_debited", BalanceColumn.ADDED),
        ("payment", "fee", 7, "", BalanceColumn.PAID),
        ("payment_reversed", "principal", 7, "payment", BalanceColumn.PAID),
        ("credited", "fee", None, "", BalanceColumn.PAID),
        ("written_off", "principal", None, "", BalanceColumn.PAID),
        ("moved_to_new_version", "fee", None, "", BalanceColumn.ADDED),
        ("moved_to_new_version", "fee", 7, "", BalanceColumn.PAID),
        ("moved_to_new_version", "principal", None, "", BalanceColumn.PAID),
    ],
)
def test_an_entry_stands_in_the_column_that_its_cause_means(
    cause: str, bucket: str, payment_id: int | None, takes_back: str, column: BalanceColumn
) -> None:
    assert column_of(cause, bucket, payment_id=payment_id, takes_back=takes_back) == column


@pytest.mark.parametrize(("late", "period"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (90, 3), (91, 4)])
def test_what_falls_due_today_is_not_due_and_a_period_holds_its_last_day(late: int, period: int) -> None:
    due = date.fromordinal(DAY.toordinal() - late)

    assert period_of(due, DAY, (0, 30, 60, 90)) == period
    assert sum(due.isoformat() < first for first in first_due_dates(DAY, (0, 30, 60, 90))) == period
    assert days_late(due.isoformat(), DAY) == max(0, late)


def test_credits_and_what_has_no_due_date_may_stand_as_not_due() -> None:
    amounts = [("2026-01-01", -500), ("2026-01-01", 900), ("", -100)]

    assert aged(amounts, DAY, (0, 30), CreditAgeing.AGED) == (-100, 0, 400)
    assert aged(amounts, DAY, (0, 30), CreditAgeing.CURRENT) == (-600, 0, 900)


def test_totals_are_by_routine_company_and_whole_each_currency_by_itself() -> None:
    rows = [balance("1", "01", "SEK", 100), balance("1", "04", "SEK", 50), balance("2", "01", "EUR", 7)]

    totals = [line for line in balance_lines(rows) if line.kind is not LineKind.ROW]

    assert [(line.label, *line.cells[:2], *line.cells[-2:]) for line in totals] == [
        ("total_of_routine", "1", "01", 100, "SEK"),
        ("total_of_routine", "1", "04", 50, "SEK"),
        ("total_of_routine", "2", "01", 7, "EUR"),
        ("total_of_company", "1", None, 150, "SEK"),
        ("total_of_company", "2", None, 7, "EUR"),
        ("total", None, None, 7, "EUR"),
        ("total", None, None, 150, "SEK"),
    ]


def balance(company: str, routine: str, currency: str, ore: int) -> BalanceRow:
    texts = dict.fromkeys(("number", "kind", "debtor_name", "debtor_identity", "debtor_number"), "")
    more = dict.fromkeys(("register_identity", "department", "invoice_date", "due_date"), "")
    amounts = {"invoiced_ore": ore, "added_ore": 0, "paid_ore": 0, "balance_ore": ore}
    return BalanceRow(company=company, routine=routine, currency=currency, version=1, **texts, **more, **amounts)


def test_forecast_totals_part_what_is_overdue_from_what_is_to_come() -> None:
    rows = [ForecastRow("2026-11-21", "1", "01", "SEK", 2, 300), ForecastRow("2026-11-22", "1", "01", "SEK", 1, -50)]

    totals = {line.label: line.cells[3:5] for line in forecast_lines(rows, DAY.isoformat()) if line.label}

    assert totals == {"overdue": (2, 300), "to_come": (1, -50), "total": (3, 250)}


def movement(day: str, ore: int, number: str = "1001", due: str = "2026-10-31") -> StatementMovement:
    return StatementMovement("i1", "1", number, "invoice", "SEK", due, day, "x" if day else "", ore, "Åsa")


def test_statement_runs_from_opening_to_closing_balance_and_ages_what_is_left() -> None:
    happened = [movement("", 500), movement("2026-11-01", -200), movement("2026-11-02", 900, "1002", "2026-12-01")]

    (made,) = statements(happened, date(2026, 11, 1), DAY)

    assert (made.opening_ore, made.closing_ore) == (500, 1_200)
    assert [line.balance_ore for line in made.lines] == [300, 1_200]
    assert made.periods_ore == (900, 300, 0, 0, 0)
    assert sum(made.periods_ore) == made.closing_ore


def test_a_debtor_whose_credit_covers_a_debt_gets_a_statement_of_both() -> None:
    (made,) = statements([movement("", 500), movement("", -500, "1002", "2026-01-01")], DAY, DAY)

    assert (made.opening_ore, made.lines, made.periods_ore) == (0, (), (0, 500, 0, 0, -500))


def test_shares_are_of_what_was_invoiced_in_the_same_period_and_routine() -> None:
    of = ("2026-10", "1", "01", "SEK")
    counts = [DunnedCount(*of, "demand", 1, 100), DunnedCount(*of, "invoiced", 3, 400)]
    counts += [DunnedCount("2026-11", "1", "01", "SEK", "demand", 1, 100)]

    rows = [line.cells[3:8] for line in dunning_lines(counts)]

    assert rows == [
        ("invoiced", 3, 400, 10_000, 10_000),
        ("demand", 1, 100, 3_333, 2_500),
        ("demand", 1, 100, None, None),
    ]


@pytest.mark.parametrize(
    "wrong", [{"number_from": "10", "number_to": "9"}, {"due_from": DAY, "due_to": date(2026, 1, 1)}]
)
def test_an_interval_that_ends_before_it_begins_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="is beyond"):
        BalanceSelection(as_of=DAY, **wrong)


def test_a_wrong_selection_never_repeats_the_person_it_names() -> None:
    with pytest.raises(ValueError, match="as_of") as told:
        BalanceSelection(as_of="never", person="19121212-1212")

    assert "1212" not in str(told.value)
