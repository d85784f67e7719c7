"""Many rows are changed by one call, on both databases alike."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, Text

from hub.store.bulk import insert_rows, update_rows
from hub.store.database import writing
from hub.store.statements import text

COUNTED = Table(
    "counted", MetaData(), Column("tenant", Integer), Column("no", Integer), Column("state", Text), Column("said", Text)
)
COLUMNS = ("tenant", "no", "state", "said")


def made(connection: Connection) -> None:
    connection.execute(text("CREATE TEMP TABLE counted (tenant INTEGER, no INTEGER, state TEXT, said TEXT)"))
    insert_rows(connection, COUNTED, COLUMNS, [(t, no, "open", "") for t in (1, 2) for no in range(3)])


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(text("SELECT * FROM counted ORDER BY tenant, no"))]


def test_the_rows_that_the_keys_name_are_changed_and_no_others(engine: Engine) -> None:
    with writing(engine) as connection:
        made(connection)
        new = [(1, 0, "shut", "it's 100 %: {a,b}"), (1, 2, "shut", None), (9, 9, "shut", "nobody")]
        update_rows(connection, COUNTED, ("tenant", "no"), ("state", "said"), new)

        assert rows(connection) == [
            (1, 0, "shut", "it's 100 %: {a,b}"), (1, 1, "open", ""), (1, 2, "shut", None),
            (2, 0, "open", ""), (2, 1, "open", ""), (2, 2, "open", ""),
        ]  # fmt: skip
        connection.rollback()


@pytest.mark.parametrize("new", [[], [(1, 0, "open", "later"), (1, 1, "shut", "later")]])
def test_a_row_that_has_the_value_already_is_left_as_it_is(
    engine: Engine, new: list[tuple[int, int, str, str]]
) -> None:
    with writing(engine) as connection:
        made(connection)
        update_rows(connection, COUNTED, ("tenant", "no"), ("state", "said"), new, unless_same="state")

        changed = [row for row in rows(connection) if row[3]]
        assert changed == [row for row in new if row[2] == "shut"]
        connection.rollback()
