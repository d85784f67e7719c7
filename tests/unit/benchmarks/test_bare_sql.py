"""What the posting benchmark compares the hub with writes whole rows of our tables: it follows when they change."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from hub.store import tables

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from bare_sql import PAYMENT_COLUMNS, BareSql, connect
from make_files import write_bgmax
from posting_world import make_world

PAYMENTS = 50


def test_bare_sql_writes_every_column_of_a_payment() -> None:
    assert len(tables.payment.columns) == PAYMENT_COLUMNS


@pytest.mark.parametrize(("matching", "entries", "suspended"), [(True, PAYMENTS, 0), (False, 0, PAYMENTS)])
def test_bare_sql_posts_a_file_into_our_tables(
    sqlite_database: Path, tmp_path: Path, matching: bool, entries: int, suspended: int
) -> None:
    url = f"sqlite:///{shutil.copy(sqlite_database, tmp_path / 'hub.sqlite')}"
    make_world(url, PAYMENTS)
    write_bgmax(tmp_path / "payments.bgmax", PAYMENTS, matching=matching)
    connection = connect(url)
    bare = BareSql(connection, tmp_path / "payments.bgmax")

    for stage in (bare.keep, bare.load, bare.post):
        stage()

    count = "SELECT (SELECT count(*) FROM entry WHERE cause = 'payment'), (SELECT count(*) FROM suspense_movement)"
    assert connection.execute(count).fetchone() == (entries, suspended)
    assert connection.execute("SELECT sum(amount_ore) FROM voucher_line").fetchone() == (0,)
    connection.close()
