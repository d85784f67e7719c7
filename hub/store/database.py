"""Opening the database: SQLite or PostgreSQL, each with what makes it safe.

SQLite: WAL, others wait up to 30 s for the write lock, in turn, and every write transaction begins IMMEDIATE, so that
what it read cannot have changed before it writes. PostgreSQL: a session that hangs in a transaction, as that of a
frozen process, is ended by the server, so that others can go on.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from hub.errors import ConfigurationError, DataError, HubError, LedgerError, TransientError
from hub.model.command import LARGEST_NUMBER
from hub.store import migrations, refusals
from hub.store.rows import know_rows
from hub.store.statements import text
from hub.store.tables import metadata
from hub.store.turnstile import Turnstile

BUSY_TIMEOUT_S = 30
PAGE_CACHE_KIB = 131_072  # 128 MiB: mass joins probe clustered keys in no order
IDLE_LIMIT_S = 60
CONNECT_TIMEOUT_S = 10
IMPATIENT_CONNECT_S = 2  # libpq waits no shorter
LOOK_FOR_CLIENT_S = 2  # how soon the server ends what it does for a process that is gone; its locks would stay so long
WRITES = "hub_writes"
READ_ONLY_STATE = "25006"
_TURNSTILE = "hub_turnstile"
_IDLE_LIMIT = "hub_idle_limit_s"
_BEGINS_TO_WRITE = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def open_database(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, idle_limit_s: float = IDLE_LIMIT_S) -> Engine:
    """Open the database at `url`; an empty one gets our tables.

    `busy_timeout_s` is how long SQLite's write lock is waited for, `idle_limit_s` after how long PostgreSQL ends a
    session that does nothing in an open transaction.

    Raises:
        ConfigurationError: the URL names no database we know, or one whose schema is another hub's.
        TransientError: the database does not answer now.
    """
    engine = connect(url, busy_timeout_s=busy_timeout_s, idle_limit_s=idle_limit_s)
    try:
        found = revision(engine)
        if not found:
            migrate(engine)
        elif found != migrations.HEAD:
            _refuse_newer(found)
            raise ConfigurationError(
                f"the database is at revision {found}, this hub needs {migrations.HEAD}",
                where="database.url",
                hint="make a backup, stop all nodes, then run: hub migrate",
            )
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, idle_limit_s: float = IDLE_LIMIT_S) -> Engine:
    """Return connections to the database at `url`, whatever is in it.

    Raises:
        ConfigurationError: the URL names no database we know, or one that cannot be written.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "the database URL cannot be read", where="database.url", hint="write sqlite:///hub.sqlite or postgresql://…"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.query:
        raise ConfigurationError("SQLite takes no options", where="database.url", hint="leave out the ? and the rest")
    if backend == "sqlite":
        return _open_sqlite(parsed.database, busy_timeout_s)
    if backend == "postgresql":
        return _open_postgresql(parsed, idle_limit_s)
    raise ConfigurationError(f"{backend} is not supported", where="database.url", hint="use sqlite or postgresql")


def revision(engine: Engine) -> str:
    """Return the revision that the database's schema is at; empty when it has none of ours.

    Raises:
        ConfigurationError: it is no database.
        TransientError: it does not answer now.
    """
    with _errors_at_opening(engine), engine.connect() as connection, connection.begin():
        return migrations.revision_of(connection)


def migrate(engine: Engine) -> str:
    """Bring the schema to the revision this hub needs, in one transaction; return which it was at, empty for none.

    Processes that do this at once do it one after the other.

    Raises:
        ConfigurationError: a newer hub made the schema, or other tables stand in the way.
        TransientError: the database does not answer now.
    """
    with _errors_at_opening(engine), engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(7021990)"))
        found = migrations.revision_of(connection)
        if found:
            _refuse_newer(found)
        else:
            _refuse_others_tables(connection)
        if found != migrations.HEAD:
            migrations.upgrade(connection)
        return found


def _refuse_newer(found: str) -> None:
    if found != migrations.HEAD and not migrations.is_known(found):
        raise ConfigurationError(
            f"the database is at revision {found}, which this hub does not know",
            where="database.url",
            hint="install a newer hub",
        )


def _refuse_others_tables(connection: Connection) -> None:
    taken = sorted(metadata.tables.keys() & set(inspect(connection).get_table_names()))
    if taken:
        raise ConfigurationError(
            f"the database has a table {taken[0]} and no revision: it is not one of a released hub",
            where="database.url",
            hint="use an empty database",
        )


def _open_sqlite(database: str | None, busy_timeout_s: float) -> Engine:
    if not database or database == ":memory:":
        raise ConfigurationError("an SQLite database needs a file", where="database.url")
    database = str(Path(database).resolve())  # the locks lie beside the file itself, whatever name leads to it
    folder = Path(database).parent
    if not folder.is_dir():  # a mistyped path must not become a new, empty ledger somewhere else
        raise ConfigurationError(
            f"there is no folder {folder}", where="database.url", hint="make it, or mend the path; from the home folder"
        )
    if not all(os.access(path, os.W_OK) for path in (folder, Path(database)) if path.exists()):
        raise _not_writable(database, "no right to write the file and its folder")
    _make_privately(database)
    turnstile = Turnstile(database, busy_timeout_s)
    engine = know_rows(
        create_engine(
            f"sqlite:///{database}",
            max_overflow=-1,  # each thread may ask for one; how many there are, the settings say
            connect_args={"timeout": busy_timeout_s, "check_same_thread": False, "cached_statements": 512},
            execution_options={_TURNSTILE: turnstile},
            hide_parameters=True,  # they hold names and identities, and errors reach logs
        )
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        turnstile.keep_journal(connection)
        for pragma in (
            "synchronous=FULL",
            f"cache_size=-{PAGE_CACHE_KIB}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES, False):
            turnstile.begin(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _make_privately(file: str) -> None:
    """Make a file that is not there yet for its owner alone: it will name persons. What SQLite lays beside it follows.

    Raises:
        ConfigurationError: the folder does not take it.
    """
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise _not_writable(file, str(error.strerror)) from None


def _open_postgresql(url: Any, idle_limit_s: float) -> Engine:
    return know_rows(
        create_engine(
            url.set(drivername="postgresql+psycopg"),
            max_overflow=-1,  # as above
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",  # whatever the server's own is
            connect_args=_session(idle_limit_s),
            execution_options={_IDLE_LIMIT: idle_limit_s},
            hide_parameters=True,  # as above
        )
    )


def _session(idle_limit_s: float, more: str = "", connect_timeout_s: int = CONNECT_TIMEOUT_S) -> dict[str, Any]:
    limits = (
        f"-c idle_in_transaction_session_timeout={int(idle_limit_s * 1000)} "
        f"-c client_connection_check_interval={LOOK_FOR_CLIENT_S * 1000}{more}"
    )
    return {"options": limits, "connect_timeout": connect_timeout_s}


def impatient_pool(engine: Engine, within_s: float) -> Engine:
    """Return other connections to the same database, for who has to answer: no statement waits longer for a lock.

    What is not done by then is a TransientError, and nothing was written.
    """
    if engine.dialect.name == "sqlite":
        return _open_sqlite(engine.url.database, within_s)
    limit_ms = int(within_s * 1000)
    more = f" -c lock_timeout={limit_ms} -c statement_timeout={limit_ms}"
    idle_limit_s = engine.get_execution_options()[_IDLE_LIMIT]
    return create_engine(
        engine.url,
        max_overflow=-1,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args=_session(idle_limit_s, more, IMPATIENT_CONNECT_S),
        hide_parameters=True,
    )


def second_pool(engine: Engine) -> Engine:
    """Return other connections to the same database, for a library that begins its transactions by itself."""
    options = engine.get_execution_options()
    if engine.dialect.name == "postgresql":
        return create_engine(
            engine.url,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",  # at a stricter one its workers would disturb each other
            connect_args=_session(options[_IDLE_LIMIT]),
            hide_parameters=True,
        )
    turnstile: Turnstile = options[_TURNSTILE]
    pool = create_engine(
        engine.url,
        connect_args={"timeout": turnstile.timeout_s, "check_same_thread": False},
        hide_parameters=True,
    )

    @event.listens_for(pool, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in (
            "synchronous=NORMAL",  # what it loses with the power is only where a run's turn stood
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(pool, "before_cursor_execute")
    def _take_turn(connection: Connection, cursor: sqlite3.Cursor, statement: str, *_: Any) -> None:
        if not cursor.connection.in_transaction and statement.lstrip().upper().startswith(_BEGINS_TO_WRITE):
            turnstile.begin(connection)

    return pool


@contextmanager
def _errors_at_opening(engine: Engine) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise _cannot_open(engine, error) from error
    except DatabaseError as error:
        raise ConfigurationError(
            f"{engine.url.database} is no database of ours ({type(error.orig).__name__})",
            where="database.url",
            hint="mend the path, or restore the file from a backup",
        ) from error


def _cannot_open(engine: Engine, error: OperationalError) -> HubError:
    """A file that cannot be opened or written is a setting to mend; a server may answer later."""
    if engine.dialect.name == "postgresql":
        return _cannot_reach(engine.url, refusals.server_refusal(error))
    file, cause = str(engine.url.database), refusals.cause(error)
    if refusals.is_full(file):
        return TransientError(f"{file} cannot be opened: the disk is full; make room, then again")
    if "locked" not in cause:
        return _not_writable(file, cause)
    return TransientError(f"the database at {file} cannot be opened: {cause}")


def _cannot_reach(url: URL, refusal: refusals.Refusal) -> HubError:
    problem = f"the database at {refusals.server_place(url)} cannot be opened: {refusal.cause}"
    if refusal.is_setting:
        return ConfigurationError(problem, where="database.url", hint=refusal.hint)
    return TransientError(f"{problem} ({refusal.hint})")


def _not_writable(file: str, cause: str) -> ConfigurationError:
    return ConfigurationError(
        f"{file} cannot be opened for writing: {cause}",
        where="database.url",
        hint="mend the path, or let the hub's user write the file and its folder",
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction sees one state of the database and writes nothing.

    Raises:
        TransientError: the database was locked or went away.
        LedgerError: it refused a question, which is a defect.
    """
    with errors_named("answer"), _one_state(engine).connect() as connection, connection.begin():
        yield connection


def _one_state(engine: Engine) -> Engine:
    """SQLite's transactions see one state by themselves; PostgreSQL's do when they are told to."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is committed at the end, or rolled back by any error.

    Raises:
        TransientError: the database was locked or went away; nothing was written.
        LedgerError: it refused what was written, which is a defect; nothing was written.
    """
    with (
        errors_named("take the change"),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def errors_named(what: str) -> Iterator[None]:
    """Name the driver's errors by what to do next; of a refusal only the type, since its text may quote a row."""
    try:
        yield
    except NoConnectionLeft:
        raise TransientError(f"the database did not {what}: all connections are in use") from None
    except OverflowError as error:
        if refusals.is_number_too_large(error):
            raise DataError(f"a number is too large: the largest is {LARGEST_NUMBER}") from None
        raise
    except DBAPIError as error:
        if may_pass(error):
            raise TransientError(f"the database did not {what}: {refusals.cause(error)}") from error
        cause = type(error.orig).__name__
        raise LedgerError(f"the database did not {what}: {cause}; report it with what you did") from None


def may_pass(error: DBAPIError) -> bool:
    """Say whether what an error is about may go another time.

    Locked, full or gone may be otherwise later; SQLite's general code means a statement that never will work.
    """
    is_statements_fault = getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"
    is_read_only = getattr(error.orig, "sqlstate", "") == READ_ONLY_STATE  # a standby, until it is promoted
    return (
        error.connection_invalidated
        or is_read_only
        or (isinstance(error, OperationalError) and not is_statements_fault)
    )
