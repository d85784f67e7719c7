"""Answers whose columns are known from an earlier one say the same as those of which nothing is known."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.store import rows
from hub.store.database import writing
from hub.store.statements import text


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_known", {})


def test_columns_are_worked_out_once_and_each_answer_has_its_own_rows(engine: Engine) -> None:
    known: list[int] = []
    with writing(engine) as connection:
        for number in range(3):
            (row,) = connection.execute(text("SELECT :no + 0 AS no, 'a' AS name"), {"no": number})
            assert (row.no, row.name, row._fields) == (number, "a", ("no", "name"))
            assert connection.execute(text(f"SELECT {number} AS no, 'b' AS name")).mappings().one()["name"] == "b"
            assert connection.execute(text("SELECT 'c' AS name, 7 AS no")).one()._asdict() == {"name": "c", "no": 7}
            known.append(len(rows._known))
    assert known[0] == known[1] == known[2] > 0


def test_a_statement_whose_columns_become_others_is_answered_in_those(engine: Engine) -> None:
    everything = text("SELECT * FROM widened")
    with writing(engine) as connection:
        connection.execute(text("CREATE TEMP TABLE widened (no BIGINT)"))
        connection.execute(text("INSERT INTO widened (no) VALUES (1)"))
        assert connection.execute(everything).one()._asdict() == {"no": 1}
        connection.execute(text("ALTER TABLE widened ADD COLUMN name TEXT"))
        connection.execute(text("UPDATE widened SET name = 'a'"))
        answer = connection.execute(text("SELECT * FROM widened WHERE no = 1"))
        assert answer.one()._asdict() == {"no": 1, "name": "a"}
        connection.rollback()


def test_no_more_is_kept_than_there_is_room_for(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST_KEPT", 3)
    with writing(engine) as connection:
        for number in range(10):
            assert connection.execute(text(f"SELECT {number} AS no_{number}")).scalar_one() == number
    assert len(rows._known) <= 3
