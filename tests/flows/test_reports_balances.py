"""The open balance list as of a day, on both databases: columns, selections, order, and what it agrees with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from report_world import TODAY, ReportLedger, rows_of, totals_of
from sqlalchemy import Engine, inspect

from hub.errors import ConfigurationError
from hub.model.books import Bucket, Contra
from hub.model.reports import BalanceSelection, BalanceSort, Basis, Dunned, Standing
from hub.services.reports.sheets import later_entries, open_balances, open_receivables, registered_by


@pytest.fixture
def ledger(engine: Engine) -> ReportLedger:
    made = ReportLedger(engine)
    made.on(date(2026, 10, 1))
    return made


def test_balance_is_what_was_invoiced_added_and_paid(ledger: ReportLedger) -> None:
    ledger.rows({})
    ledger.post("1001", 6_000, "reminder_fee_debited", bucket=Bucket.FEE, contra=Contra.REVENUE)
    ledger.post("1001", -40_000, "payment", payment_id=7)

    (row,) = ledger.balances()

    assert (row.invoiced_ore, row.added_ore, row.paid_ore, row.balance_ore) == (100_000, 6_000, -40_000, 66_000)


def test_what_takes_back_stands_in_the_column_of_what_it_takes_back(ledger: ReportLedger) -> None:
    ledger.rows({})
    ledger.post("1001", 6_000, "reminder_fee_debited", bucket=Bucket.FEE, contra=Contra.REVENUE)
    ledger.post("1001", -40_000, "payment", payment_id=7)
    fee, payment = (no for (no,) in ledger.sql("SELECT entry_no FROM entry WHERE cause <> 'invoiced' ORDER BY 1"))
    ledger.post(
        "1001", -6_000, "run_undone", bucket=Bucket.FEE, contra=Contra.REVENUE, rule="reminder_fee_debited",
        reverses_no=fee,
    )  # fmt: skip
    ledger.post("1001", 40_000, "payment_reversed", rule="payment", payment_id=7, reverses_no=payment)

    (row,) = ledger.balances()

    assert (row.added_ore, row.paid_ore, row.balance_ore) == (0, 0, 100_000)


def test_new_version_takes_columns_over_and_the_totals_count_nothing_twice(ledger: ReportLedger) -> None:
    ledger.rows({})
    ledger.post("1001", 6_000, "reminder_fee_debited", bucket=Bucket.FEE, contra=Contra.REVENUE)
    ledger.post("1001", -40_000, "payment", payment_id=7)
    ledger.rows({"version": 2, "amount": "1200,00"})

    rows = {row.version: row[-4:] for row in ledger.balances(standing=Standing.ALL)}

    assert rows == {1: (0, 0, 0, 0), 2: (120_000, 6_000, -40_000, 86_000)}


def test_list_as_of_a_day_takes_later_entries_back_out(ledger: ReportLedger) -> None:
    ledger.rows({})
    ledger.post("1001", -40_000, "payment", on=date(2026, 10, 20))
    ledger.post("1001", -60_000, "payment", on=date(2026, 11, 5))

    assert [row.balance_ore for row in ledger.balances(date(2026, 10, 19))] == [100_000]
    assert [row.balance_ore for row in ledger.balances(date(2026, 10, 20))] == [60_000]
    assert ledger.balances(date(2026, 11, 5)) == []
    assert ledger.balances(date(2026, 9, 30)) == []


def test_either_date_may_decide_what_a_day_sees(ledger: ReportLedger) -> None:
    ledger.rows({})
    ledger.post("1001", -100_000, "payment", on=date(2026, 10, 30), booked=date(2026, 11, 2))

    month_end = date(2026, 10, 31)

    assert ledger.numbers(month_end, basis=Basis.BOOKED) == ["1001"]
    assert ledger.numbers(month_end, basis=Basis.TRANSACTION) == []


def test_list_of_a_past_state_stays_what_it_was_and_later_entries_explain_the_new_one(ledger: ReportLedger) -> None:
    ledger.rows({})
    known, month_end = ledger.latest_event(), date(2026, 10, 31)
    before = ledger.balances(month_end)
    ledger.on(date(2026, 11, 3))
    ledger.post("1001", -25_000, "payment", on=date(2026, 10, 28))
    ledger.post("1001", -5_000, "payment", on=date(2026, 11, 2))

    assert ledger.balances(month_end, through_event=known) == before
    assert [row.balance_ore for row in ledger.balances(month_end)] == [75_000]
    with ledger.reports() as reports:
        sheet = later_entries(reports, month_end, Basis.BOOKED, known)
        assert [(row["number"], row["amount_ore"]) for row in rows_of(sheet)] == [("1001", -25_000)]


def test_what_was_registered_by_a_day_ends_at_midnight_in_sweden(ledger: ReportLedger) -> None:
    ledger.rows({})
    first = ledger.latest_event()
    ledger.on(date(2026, 10, 2))
    ledger.rows({"number": "1002"})

    with ledger.reports() as reports:
        assert registered_by(reports, date(2026, 10, 1)) == first
        assert registered_by(reports, date(2026, 10, 2)) == ledger.latest_event()
        assert registered_by(reports, date(2026, 9, 30)) == 0


SOME = [
    {
        "number": "1001",
        "debtor_name": "Örjan Ek",
        "debtor_identity": "19121212-1212",
        "register_identity": "A7",
        "amount": "100",
    },
    {"number": "1002", "debtor_name": "Ärla Ask", "department": "VA", "amount": "200", "due_date": "2026-11-30"},
    {"number": "900", "debtor_name": "åsa Alm", "debtor_number": "K5", "amount": "300", "invoice_date": "2026-09-01"},
]


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({}, ["900", "1001", "1002"]),
        ({"companies": ("1",)}, ["900", "1001", "1002"]),
        ({"companies": ("2",)}, []),
        ({"routines": ("09",)}, []),
        ({"number_from": "901"}, ["1001", "1002"]),
        ({"number_from": "900", "number_to": "1001"}, ["900", "1001"]),
        ({"invoiced_to": date(2026, 9, 1)}, ["900"]),
        ({"invoiced_from": date(2026, 9, 2)}, ["1001", "1002"]),
        ({"due_from": date(2026, 11, 1)}, ["1002"]),
        ({"booked_from": date(2026, 10, 2)}, []),
        ({"booked_to": date(2026, 10, 1)}, ["900", "1001", "1002"]),
        ({"register_identity": "A7"}, ["1001"]),
        ({"debtor_number": "K5"}, ["900"]),
        ({"department": "VA"}, ["1002"]),
        ({"balance_from_ore": 20_000}, ["900", "1002"]),
        ({"balance_to_ore": 20_000}, ["1001", "1002"]),
        ({"sort": BalanceSort.NAME}, ["900", "1002", "1001"]),
        ({"sort": BalanceSort.DUE}, ["900", "1001", "1002"]),
        ({"sort": BalanceSort.DEPARTMENT}, ["900", "1001", "1002"]),
        ({"sort": BalanceSort.REGISTER}, ["900", "1002", "1001"]),
        ({"sort": BalanceSort.PERSON}, ["900", "1002", "1001"]),
    ],
)
def test_list_holds_what_is_asked_for_in_the_order_asked_for(
    ledger: ReportLedger, chosen: dict[str, object], numbers: list[str]
) -> None:
    ledger.rows(*SOME)

    assert ledger.numbers(**chosen) == numbers


def test_a_person_is_found_however_the_number_is_written_and_as_second_debtor_too(ledger: ReportLedger) -> None:
    second = {"second_debtor_name": "Örjan Ek", "second_debtor_identity": "191212121212"}
    ledger.rows(*SOME, {"number": "1003", **second})

    assert ledger.numbers(person_key="1212121212") == ["1001", "1003"]


def test_a_hold_counts_on_the_day_of_the_list(ledger: ReportLedger) -> None:
    ledger.rows(*SOME)
    with ledger.store.write() as work:
        held = work.receivables.find(number="1001")[0].receivable_id
        work.receivables.set_hold(held, code="7", reason="plan", source="clerk", until_date="2026-10-31")

    assert ledger.numbers(date(2026, 10, 31), hold_code="7") == ["1001"]
    assert ledger.numbers(date(2026, 11, 1), hold_code="7") == []
    assert ledger.numbers(date(2026, 10, 31), hold_code="8") == []


def test_a_hold_counts_from_the_swedish_day_on_which_it_was_set_to_the_one_on_which_it_was_ended(
    ledger: ReportLedger,
) -> None:
    ledger.rows(*SOME)
    held = ledger.one("1001").receivable_id
    ledger.clock._now = datetime(2026, 10, 27, 23, 30, tzinfo=UTC)  # half past midnight in Sweden
    with ledger.store.write() as work:
        hold_no = work.receivables.set_hold(held, code="7", reason="plan", source="clerk", until_date=None)
    ledger.clock._now = datetime(2026, 10, 29, 23, 30, tzinfo=UTC)
    with ledger.store.write() as work:
        work.receivables.end_hold(held, hold_no)

    days = [date(2026, 10, day) for day in (27, 28, 29, 30)]
    assert [ledger.numbers(day, hold_code="7") for day in days] == [[], ["1001"], ["1001"], []]


def test_list_of_a_payment_method_holds_what_was_paid_by_it(ledger: ReportLedger) -> None:
    ledger.rows(*SOME)
    ledger.post("1002", -5_000, "manual_payment", rule="method:1")

    assert ledger.numbers(method="1") == ["1002"]


def test_settled_ones_are_listed_when_asked_for(ledger: ReportLedger) -> None:
    ledger.rows({}, {"number": "1002"})
    ledger.post("1001", -100_000, "payment")

    assert ledger.numbers() == ["1002"]
    assert ledger.numbers(standing=Standing.ALL) == ["1001", "1002"]


def test_totals_only_are_the_totals_of_the_whole_list(ledger: ReportLedger) -> None:
    ledger.rows(*SOME)
    selection = BalanceSelection(as_of=TODAY)

    with ledger.reports() as reports:
        whole = totals_of(open_balances(reports, selection))
        alone = open_balances(reports, selection, totals_only=True)
        lines = list(alone.lines)

    assert [line.cells[-2] for line in lines] == [60_000, 60_000, 60_000]
    assert [(total["of"], total["balance_ore"]) for total in whole] == [
        ("total_of_routine", 60_000),
        ("total_of_company", 60_000),
        ("total", 60_000),
    ]


def test_receivables_list_says_how_late_what_was_invoiced_by_a_day_is(ledger: ReportLedger) -> None:
    ledger.rows(*SOME)
    selection = BalanceSelection(as_of=date.max, invoiced_to=date(2026, 10, 1))

    with ledger.reports() as reports:
        rows = rows_of(open_receivables(reports, selection, TODAY))

    assert [(row["number"], row["days_late"]) for row in rows] == [("900", 22), ("1001", 22), ("1002", 0)]


def test_list_of_what_was_reminded_of_is_refused_where_no_dunning_is_kept(ledger: ReportLedger) -> None:
    if inspect(ledger.engine).has_table("dunning_step"):
        pytest.skip("there is dunning")
    with pytest.raises(ConfigurationError):
        ledger.balances(dunned=Dunned.REMINDED)
