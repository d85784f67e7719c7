"""Statements reach the driver as they are written, and mean the same on both databases as by SQLAlchemy's own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Engine, bindparam, event
from sqlalchemy.exc import DBAPIError

from hub.store.database import writing
from hub.store.statements import text

IN_QUOTES = "SELECT '100 %', 'a b: c', '12:30', :a || '%', :a FROM (SELECT 1) AS one WHERE 'xay' LIKE '%' || :a || '%'"


@pytest.mark.parametrize(
    ("statement", "given"),
    [
        ("SELECT 1 + 1", {}),
        ("SELECT '5 %'", {}),
        (IN_QUOTES, {"a": "a"}),
        (r"SELECT 'a\:b', :a || ''", {"a": "a"}),
        ("SELECT CAST(:day AS TEXT), :long || :longer", {"day": "2026-11-23", "long": "a", "longer": "b", "spare": 1}),
        ("SELECT CAST(:amount AS BIGINT) % 7", {"amount": 30}),
    ],
)
def test_an_answer_is_the_one_that_sqlalchemy_gets(engine: Engine, statement: str, given: dict[str, Any]) -> None:
    with engine.connect() as connection:
        expected = connection.execute(sqlalchemy.text(statement), given).all()

        assert connection.execute(text(statement), given).all() == expected


def test_lists_options_and_many_rows_are_taken(engine: Engine) -> None:
    keep = text("INSERT INTO tried (no, name) VALUES (:no, :name)")
    some = text("SELECT name FROM tried WHERE no IN :some ORDER BY no").bindparams(bindparam("some", expanding=True))
    read = text("SELECT no FROM tried ORDER BY no")
    with writing(engine) as connection:
        connection.execute(text("CREATE TEMP TABLE tried (no BIGINT, name TEXT)"))

        connection.execute(keep, [{"no": number, "name": f"n{number}"} for number in range(5)])
        assert connection.execute(keep, [{"no": 5, "name": None}]).rowcount == 1

        assert connection.execute(some, {"some": [1, 3]}).scalars().all() == ["n1", "n3"]
        with connection.execute(read.execution_options(yield_per=2)) as answer:
            assert answer.scalars().all() == list(range(6))
        assert [row.no for row in connection.execute(read)] == list(range(6))
        connection.rollback()


@pytest.mark.parametrize("some", [[], [3], [1, 3, 2**40], (1, 3), ["1", "3"]])
def test_a_list_may_have_any_length_and_what_is_not_in_it_is_told_too(engine: Engine, some: Sequence[Any]) -> None:
    column = "name" if isinstance(next(iter(some), 0), str) else "no"
    lists = bindparam("some", expanding=True)
    statements = [
        f"SELECT no FROM tried WHERE {column} IN :some AND no < :below ORDER BY no",
        f"SELECT no FROM tried WHERE {column} NOT IN :some AND no < :below ORDER BY no",
        f"SELECT no FROM tried WHERE :below > 0 AND ({column}\nIN\t:some OR {column} NOT  IN :some) ORDER BY no",
    ]
    with writing(engine) as connection:
        connection.execute(text("CREATE TEMP TABLE tried (no BIGINT, name TEXT)"))
        rows = [{"no": number, "name": str(number)} for number in range(5)]
        connection.execute(text("INSERT INTO tried VALUES (:no, :name)"), rows)
        for statement in statements:
            given = {"some": some, "below": 4}
            expected = connection.execute(sqlalchemy.text(statement).bindparams(lists), given).all()

            assert connection.execute(text(statement).bindparams(lists), given).all() == expected
        connection.rollback()


def test_one_text_reaches_postgresql_however_long_a_list_is(engine: Engine) -> None:
    """A text for each length would be another statement to its driver and to its server each time."""
    statement = text("SELECT 1 WHERE 1 IN :some").bindparams(bindparam("some", expanding=True))
    said = set()
    with engine.connect() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: said.add(told[2]))
        for length in (2, 3, 50):
            assert connection.execute(statement, {"some": list(range(length))}).all() == [(1,)]

    assert len(said - {"BEGIN"}) == (1 if engine.dialect.name == "postgresql" else 3)


def test_a_value_that_is_missing_is_told_and_no_value_stands_in_the_error(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("SELECT :given, :missing"), {"given": "198205029883"})

    assert "198205029883" not in str(error.value)
