"""docs/reports.md names every option of the balance list, every order, and the periods that ageing has by itself."""

from __future__ import annotations

from typing import Any

import typer

from hub.cli.report_commands import group
from hub.cli.report_output import MOST_SHOWN
from hub.cli.session import SHARED
from hub.model.purging import MOST_EXCLUDED_HOLDS
from hub.model.reports import PERIODS, BalanceSort
from tests.docs.pages import DOCS, read

PAGE = read(DOCS / "reports.md")
COMMANDS: Any = typer.main.get_command(group()).commands  # type: ignore[attr-defined]


def test_page_has_every_option_of_the_balance_list() -> None:
    options = [one.opts[0] for one in COMMANDS["balances"].params if one.name not in SHARED]

    assert [option for option in options if f"`{option}" not in PAGE] == []


def test_page_has_every_order_and_the_periods_and_limits() -> None:
    assert [sort for sort in BalanceSort if f"`{sort}`" not in PAGE] == []
    assert f"--periods {','.join(map(str, PERIODS))}" in PAGE
    assert f"the first {MOST_SHOWN} rows" in PAGE
    assert MOST_EXCLUDED_HOLDS == 4
    assert "up to four times" in read(DOCS / "cli.md")


def test_every_list_stands_on_the_page() -> None:
    lists = [name for name in COMMANDS if not name.startswith("purge")]

    assert [name for name in lists if f"hub reports {name}" not in PAGE] == []
