"""Opening the database, and what keeps writers apart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from hub.errors import ConfigurationError, LedgerError, TransientError
from hub.store.counters import take_numbers
from hub.store.database import open_database, reading, writing


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_a_url_we_cannot_use_says_what_to_write(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"database\.url"):
        open_database(url)


def test_a_database_that_does_not_answer_is_transient() -> None:
    with pytest.raises(TransientError, match="cannot be opened"):
        open_database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")


def test_two_writers_that_read_and_then_write_never_take_the_same_number(engine: Engine) -> None:
    taken: list[int] = []

    def take() -> None:
        for _ in range(50):
            with writing(engine) as connection:
                taken.append(take_numbers(connection, 1, "test"))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, 201))


def test_numbers_of_a_transaction_that_is_rolled_back_come_again(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            take_numbers(connection, 1, "test", 10)
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    with writing(engine) as connection:
        assert take_numbers(connection, 1, "test") == 1


def test_a_refused_row_is_a_defect_whose_message_quotes_nothing(engine: Engine) -> None:
    row = {"name": "twice", "value": "191212121212"}
    with pytest.raises(LedgerError, match="take the change") as caught, writing(engine) as connection:
        connection.execute(text("INSERT INTO installation (name, value) VALUES (:name, :value)"), [row, row])

    assert "191212121212" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_no_error_shows_the_parameters_of_a_statement(engine: Engine) -> None:
    assert engine.hide_parameters


def test_a_question_the_database_refuses_is_named_too(engine: Engine) -> None:
    with pytest.raises(LedgerError, match="answer"), reading(engine) as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))


def test_sqlite_chooses_the_index_that_names_one_row(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    statement = (
        "EXPLAIN QUERY PLAN SELECT 1 FROM unallocated_payment WHERE tenant = 1 AND account_no = 1 AND reference = 'x'"
    )
    with reading(engine) as connection:
        plan = " ".join(row[3] for row in connection.execute(text(statement)))

    assert "unallocated_by_reference" in plan
