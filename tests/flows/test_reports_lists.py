"""Payment list, forecast, ageing and statements of account, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from report_world import TODAY, ReportLedger, rows_of, totals_of
from sqlalchemy import Engine

from hub.model.books import Bucket, Contra
from hub.model.reports import (
    AgeingSelection,
    BalanceSelection,
    CreditAgeing,
    Dunned,
    DunningSelection,
    ForecastSelection,
    PaymentSelection,
    PaymentSource,
)
from hub.rules.reports.ageing import aged as by_rule
from hub.services.reports.sheets import (
    ageing,
    dunning_statistics,
    payment_forecast,
    payment_list,
    statements_of_account,
)
from hub.store.reports.reading import SqlReports
from hub.store.reports.streaming import streaming

YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}


@pytest.fixture
def ledger(engine: Engine) -> ReportLedger:
    made = ReportLedger(engine)
    made.on(date(2026, 10, 1))
    made.rows({}, {"number": "1002", "due_date": "2026-11-30"}, {"number": "1003", "debtor_name": "Elvan Ek"})
    return made


def payments(ledger: ReportLedger, **chosen: object) -> list[tuple[object, ...]]:
    with ledger.reports() as reports:
        rows = rows_of(payment_list(reports, PaymentSelection(**{**YEAR, **chosen})))
    return [(row["transaction_date"], row["method"], row["number"], row["amount_ore"]) for row in rows]


def pay_in_several_ways(ledger: ReportLedger) -> None:
    ledger.post("1001", -10_000, "payment", on=date(2026, 10, 20), payment_id=7, and_fee_ore=-6_000)
    ledger.post("1001", 500, "difference_written_off", contra=Contra.WRITE_OFF, on=date(2026, 10, 20), payment_id=7)
    ledger.post("1002", -2_000, "manual_payment", rule="method:1", on=date(2026, 10, 19))
    ledger.post("1003", -3_000, "own_payment", on=date(2026, 10, 21))
    ledger.post("1003", -9_000, "credited", contra=Contra.REVENUE, on=date(2026, 10, 21))


def test_payments_are_listed_by_day_and_method_without_what_is_no_money(ledger: ReportLedger) -> None:
    pay_in_several_ways(ledger)

    assert payments(ledger) == [
        ("2026-10-19", "1", "1002", 2_000),
        ("2026-10-20", "json", "1001", 16_000),
        ("2026-10-21", "own_payment", "1003", 3_000),
    ]


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        ({"source": PaymentSource.AUTOMATIC}, ["1001"]),
        ({"source": PaymentSource.MANUAL}, ["1002", "1003"]),
        ({"method": "1"}, ["1002"]),
        ({"first": date(2026, 10, 20), "last": date(2026, 10, 20)}, ["1001"]),
        ({"companies": ("2",)}, []),
    ],
)
def test_payments_are_narrowed(ledger: ReportLedger, chosen: dict[str, object], numbers: list[str]) -> None:
    pay_in_several_ways(ledger)

    assert [number for _, _, number, _ in payments(ledger, **chosen)] == numbers


def test_payment_moved_to_a_new_version_is_listed_once(ledger: ReportLedger) -> None:
    ledger.post("1001", -10_000, "payment", on=date(2026, 10, 20), payment_id=7)
    ledger.rows({"version": 2, "amount": "1200,00"})

    assert [amount for _, _, _, amount in payments(ledger)] == [10_000]


def test_payment_taken_back_is_listed_with_its_opposite(ledger: ReportLedger) -> None:
    ledger.post("1001", -10_000, "payment", on=date(2026, 10, 20), payment_id=7)
    (no,) = (no for (no,) in ledger.sql("SELECT max(entry_no) FROM entry"))
    ledger.post("1001", 10_000, "payment_reversed", rule="payment", on=date(2026, 10, 22), payment_id=7, reverses_no=no)

    assert [amount for _, _, _, amount in payments(ledger)] == [10_000, -10_000]


def test_forecast_tells_what_is_open_by_due_date(ledger: ReportLedger) -> None:
    ledger.post("1001", -40_000, "payment")

    with ledger.reports() as reports:
        sheet = payment_forecast(reports, ForecastSelection(), TODAY)
        lines = [line.cells for line in sheet.lines]

    assert [(cells[0], *cells[3:5]) for cells in lines] == [
        ("2026-10-31", 2, 160_000),
        ("2026-11-30", 1, 100_000),
        (None, 2, 160_000),  # overdue
        (None, 1, 100_000),  # to come
        (None, 3, 260_000),
    ]


def aged(ledger: ReportLedger, **chosen: object) -> list[tuple[object, ...]]:
    with ledger.reports() as reports:
        rows = rows_of(ageing(reports, AgeingSelection(**{"as_of": TODAY, **chosen})))
    return [tuple(row.values()) for row in rows]


def test_debtors_are_aged_by_due_date_as_of_a_day(ledger: ReportLedger) -> None:
    ledger.rows({"number": "1004", "invoice_date": "2026-06-01", "due_date": "2026-07-01"})

    rows = aged(ledger, periods=(0, 30))

    assert [(row[0], *row[4:]) for row in rows] == [
        ("Elvan Ek", 1, 0, 100_000, 0, 100_000, "SEK"),
        ("Tolvan Tolvansson", 3, 100_000, 100_000, 100_000, 300_000, "SEK"),
    ]
    assert aged(ledger, as_of=date(2026, 9, 30)) == []


@pytest.mark.parametrize(("credits", "not_due"), [(CreditAgeing.AGED, 100_000), (CreditAgeing.CURRENT, 70_000)])
def test_credits_are_aged_or_shown_as_current(ledger: ReportLedger, credits: CreditAgeing, not_due: int) -> None:
    ledger.rows({"number": "1005", "amount": "-300", "due_date": "2026-10-15"})

    (row,) = (row for row in aged(ledger, credits=credits) if row[0] == "Tolvan Tolvansson")

    assert (row[5], row[-2]) == (not_due, 170_000)


def test_periods_of_the_database_are_those_of_the_rule(ledger: ReportLedger) -> None:
    """A due date on each side of every bound, aged by SQL and by the rule."""
    days = ["2026-11-23", "2026-11-22", "2026-11-21", "2026-10-23", "2026-10-22", "2026-08-24", "2026-08-23"]
    row = {"debtor_name": "Z", "invoice_date": "2026-06-01"}
    ledger.rows(*({**row, "number": f"2{at}", "due_date": day} for at, day in enumerate(days)))
    (row,) = (row for row in aged(ledger) if row[0] == "Z")

    assert row[5:-2] == by_rule([(day, 100_000) for day in days], TODAY, (0, 30, 60, 90), CreditAgeing.AGED)


def test_one_debtor_across_companies_is_one_only_by_a_checked_number(ledger: ReportLedger) -> None:
    ledger.rows(
        {"number": "3001", "debtor_name": "A", "debtor_identity": "19121212-1212"},
        {"number": "3002", "debtor_name": "A", "debtor_identity": "121212-1212"},
        {"number": "3003", "debtor_name": "B", "debtor_number": "K1"},
    )
    ledger.rows(
        {"number": "3004", "company": "2", "debtor_name": "A", "debtor_identity": "191212121212"},
        {"number": "3005", "company": "2", "debtor_name": "B", "debtor_number": "K1"},
        source_system="elsewhere",
    )

    rows = [(row[0], row[3], row[4]) for row in aged(ledger) if row[0] in ("A", "B")]

    assert sorted(rows) == [("A", "", 3), ("B", "1", 1), ("B", "2", 1)]


def test_statement_opens_with_what_was_owed_and_ends_with_what_is(ledger: ReportLedger) -> None:
    ledger.post("1001", -40_000, "payment", on=date(2026, 10, 20), payment_id=7)
    ledger.post("1001", 6_000, "reminder_fee_debited", bucket=Bucket.FEE, contra=Contra.REVENUE, on=date(2026, 11, 10))

    with ledger.reports() as reports:
        found = {one.debtor_name: one for one in statements_of_account(reports, date(2026, 10, 15), TODAY)}

    mine = found["Tolvan Tolvansson"]
    assert (mine.opening_ore, mine.closing_ore, mine.periods_ore) == (200_000, 166_000, (100_000, 66_000, 0, 0, 0))
    assert [(line.movement.date, line.movement.amount_ore, line.balance_ore) for line in mine.lines] == [
        ("2026-10-20", -40_000, 160_000),
        ("2026-11-10", 6_000, 166_000),
    ]


def test_statement_tells_versions_of_an_invoice_as_one(ledger: ReportLedger) -> None:
    ledger.post("1003", -10_000, "payment", on=date(2026, 10, 20), payment_id=7)
    ledger.rows({"number": "1003", "debtor_name": "Elvan Ek", "version": 2, "amount": "1200"})

    with ledger.reports() as reports:
        found = statements_of_account(reports, date(2026, 9, 1), TODAY)
        mine = next(one for one in found if one.debtor_name == "Elvan Ek")

    told = [(line.movement.cause, line.movement.amount_ore) for line in mine.lines]
    assert told == [("invoiced", 120_000), ("payment", -10_000)]


def test_debtor_without_balance_and_movement_gets_no_statement(ledger: ReportLedger) -> None:
    ledger.post("1003", -100_000, "payment", on=date(2026, 10, 2))

    with ledger.reports() as reports:
        found = list(statements_of_account(reports, date(2026, 11, 1), TODAY))

    assert [one.debtor_name for one in found] == ["Tolvan Tolvansson"]


def test_totals_of_a_payment_list_are_by_method_day_and_whole(ledger: ReportLedger) -> None:
    pay_in_several_ways(ledger)

    with ledger.reports() as reports:
        totals = totals_of(payment_list(reports, PaymentSelection(**YEAR)))

    assert [(total["of"], total["amount_ore"]) for total in totals] == [
        ("total_of_method", 2_000),
        ("total_of_day", 2_000),
        ("total_of_method", 16_000),
        ("total_of_day", 16_000),
        ("total_of_method", 3_000),
        ("total_of_day", 3_000),
        ("total", 21_000),
    ]


def test_dunning_statistics_tell_what_share_of_what_was_invoiced_came_to_each_step(ledger: ReportLedger) -> None:
    ledger.rows({"number": "1004", "invoice_date": "2026-09-01"})
    tenant = ledger.store.tenant
    ids = {number: ledger.one(number).receivable_id for number in ("1001", "1002", "1003")}
    taken = [("1001", "reminder_1", "NULL"), ("1002", "reminder_1", "NULL"), ("1001", "demand", "NULL")]
    taken += [("1003", "demand", "'2026-11-20'"), ("1001", "warning", "NULL")]

    with streaming(ledger.engine) as connection:
        driver = connection.connection.driver_connection  # not read as a stream
        assert driver is not None
        columns = "tenant INTEGER, receivable_id BIGINT, step TEXT, dated_on TEXT, undone_at TEXT"
        driver.execute(f"CREATE TEMP TABLE dunning_step ({columns})")
        for number, step, undone in taken:
            values = f"{tenant}, {ids[number]}, '{step}', '2026-11-10', {undone}"
            driver.execute(f"INSERT INTO dunning_step VALUES ({values})")
        driver.execute("CREATE TEMP TABLE instalment_claim (tenant INTEGER, receivable_id BIGINT)")
        for claimed in (ids["1001"], ids["1001"], "NULL"):  # of two plans, and another claim
            driver.execute(f"INSERT INTO instalment_claim VALUES ({tenant}, {claimed})")
        driver.execute("CREATE TEMP TABLE order_to_pay (tenant INTEGER, order_no BIGINT, filed_on TEXT)")
        driver.execute("CREATE TEMP TABLE order_to_pay_claim (tenant INTEGER, order_no BIGINT, receivable_id BIGINT)")
        for order, filed_on, number in ((1, "2026-11-20", "1001"), (2, "", "1002")):  # the second was never filed
            driver.execute(f"INSERT INTO order_to_pay VALUES ({tenant}, {order}, '{filed_on}')")
            driver.execute(f"INSERT INTO order_to_pay_claim VALUES ({tenant}, {order}, {ids[number]})")
        reports = SqlReports(connection, tenant)
        rows = [tuple(row.values()) for row in rows_of(dunning_statistics(reports, DunningSelection()))]
        reminded = reports.balances(BalanceSelection(as_of=TODAY, dunned=Dunned.REMINDED), "")
        demanded = reports.balances(BalanceSelection(as_of=TODAY, dunned=Dunned.DEMANDED), "")
        assert [row.number for row in reminded] == ["1001", "1002"]
        assert [row.number for row in demanded] == ["1001"]
        driver.execute("DROP TABLE dunning_step")
        for table in ("instalment_claim", "order_to_pay", "order_to_pay_claim"):
            driver.execute(f"DROP TABLE {table}")

    assert [row[:1] + row[3:8] for row in rows] == [
        ("2026-09", "invoiced", 1, 100_000, 10_000, 10_000),
        ("2026-10", "invoiced", 3, 300_000, 10_000, 10_000),
        ("2026-10", "reminder_1", 2, 200_000, 6_667, 6_667),
        ("2026-10", "demand", 1, 100_000, 3_333, 3_333),
        ("2026-10", "warning", 1, 100_000, 3_333, 3_333),
        ("2026-10", "order_to_pay", 1, 100_000, 3_333, 3_333),
        ("2026-10", "instalment_plan", 1, 100_000, 3_333, 3_333),
    ]
