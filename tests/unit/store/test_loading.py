"""Loading what a file says: a large file tells PostgreSQL's planner that it is there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.model.payments import LoadedSection
from hub.store.payments.loading import MANY_PAYMENTS
from hub.store.unit_of_work import SqlStore

ROWS_ASSUMED = text("SELECT reltuples FROM pg_class WHERE relname = 'section'")


def section(number: int, payments: int) -> LoadedSection:
    return LoadedSection(
        section_no=number,
        account_no=1,
        company="1",
        account="bankgiro:9912346",
        alternative_account="",
        level="specification",
        family="bgmax",
        currency="SEK",
        identity="",
        serial="1",
        booked_date="2026-11-20",
        first_date="2026-11-20",
        last_date="2026-11-20",
        net_ore=0,
        payments=payments,
        bank_account="",
        created_on="2026-11-20",
    )


@pytest.mark.parametrize("payments", [1, MANY_PAYMENTS])
def test_sections_of_a_small_and_of_a_large_file_are_loaded(engine: Engine, payments: int) -> None:
    store = SqlStore(engine, "north", FixedClock(datetime(2026, 11, 22, tzinfo=UTC)))
    with store.write() as work:
        work.loading.sections(1, [section(1, payments), section(2, 0)])
        assert [row.section_no for row in work.loading.loaded_sections(1)] == [1, 2]


def test_the_planner_knows_a_large_file_before_its_payments_are_joined(engine: Engine) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite's planner is told when the database is made; see store/planner.py")
    store = SqlStore(engine, "north", FixedClock(datetime(2026, 11, 22, tzinfo=UTC)))
    with store.write() as work:
        work.loading.sections(1, [section(number, MANY_PAYMENTS) for number in range(1, 8)])

    with engine.connect() as connection:
        assert connection.execute(ROWS_ASSUMED).scalar_one() == 7
