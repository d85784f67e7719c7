"""What every check of the books is made of: one statement, what it proves, and what to do about what it finds."""

from __future__ import annotations

from typing import NamedTuple


class Check(NamedTuple):
    """A statement that answers what is wrong as rows of (place, what, difference_ore, currency).

    It takes the tenant as `:t`, and may read the temporary table `account_end`. With `needs_accounts` it reads
    `book_account`, or `former_account`, which are there when the settings are; see `verifying.py`.
    """

    code: str
    proves: str
    statement: str
    what_to_do: str
    needs_accounts: bool = False


NO_AMOUNT = "CAST(NULL AS BIGINT), ''"
NOT_BY_US = "nothing in the hub writes this: restore a backup, or report it as a defect"


def gaps(table: str, column: str, series: str) -> str:
    """Return the statement that finds numbers of a series that no row has."""
    return f"""
    SELECT '{series} ' || n.missing, 'the number is missing', {NO_AMOUNT}
    FROM (
        SELECT {column} - 1 AS missing,
               {column} - coalesce(lag({column}) OVER (ORDER BY {column}), 0) AS step
        FROM {table} WHERE tenant = :t
        UNION ALL
        SELECT c.next_value - 1, c.next_value - 1 - coalesce((SELECT max({column}) FROM {table} WHERE tenant = :t), 0)
               + 1
        FROM counter c WHERE c.tenant = :t AND c.series = '{series}'
    ) AS n WHERE n.step <> 1
    """
