"""Opening the database, and what keeps writers apart."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError as SaOperationalError

from hub.errors import ConfigurationError, DataError, LedgerError, TransientError
from hub.runtime.lock import work_lock
from hub.store.counters import take_numbers
from hub.store.database import open_database, reading, writing
from hub.store.refusals import server_refusal


@pytest.mark.parametrize("url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "sqlite:///x?mode=ro"])
def test_a_url_we_cannot_use_says_what_to_write(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"database\.url"):
        open_database(url)


def test_a_server_that_does_not_answer_is_transient_and_named_with_its_port_and_why() -> None:
    with pytest.raises(TransientError, match=r"127\.0\.0\.1:1 cannot be opened: the connection was refused \(look"):
        open_database("postgresql://nobody:secret@127.0.0.1:1/none?connect_timeout=1")


def test_a_database_that_the_server_does_not_have_is_a_setting_to_mend(postgresql_server: str) -> None:
    with pytest.raises(ConfigurationError, match="there is no such database"):
        open_database(make_url(postgresql_server).set(database="none").render_as_string(hide_password=False))


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ('FATAL: password authentication failed for user "hub"', "the user or the password is not accepted"),
        ("[Errno -2] Name or service not known", "no host of that name is known"),
        ("connection timeout expired", "it did not answer in time"),
        ("something else about hub:secret", "OperationalError"),
    ],
)
def test_why_a_server_lets_nobody_in_is_told_in_words(said: str, cause: str) -> None:
    error = SaOperationalError("SELECT 1", None, psycopg.OperationalError(said))

    assert server_refusal(error).cause == cause


def test_a_full_disk_is_named_and_may_pass(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}")

    def write_more() -> None:
        with writing(engine) as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1")  # as many pages as there are
            connection.exec_driver_sql("CREATE TABLE more AS SELECT zeroblob(100000) AS a")

    with pytest.raises(TransientError, match="the disk is full: make room"):
        write_more()
    engine.dispose()


def test_a_database_that_we_make_and_what_lies_beside_it_are_for_their_owner_alone(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with reading(engine) as connection, work_lock(engine.url.database, timeout_s=0):
        connection.execute(text("SELECT count(*) FROM entry"))
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    engine.dispose()

    assert modes == dict.fromkeys([f"hub.sqlite{end}" for end in ("", "-wal", "-shm", "-turn", "-work")], "0o600")


def test_a_number_that_no_database_holds_is_the_askers_mistake(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    with pytest.raises(DataError, match="a number is too large"), reading(engine) as connection:
        connection.execute(text("SELECT 1 WHERE 1 = :n"), {"n": 2**63})
    engine.dispose()


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
