"""Opening the database: SQLite or PostgreSQL, each with what makes it safe.

SQLite: WAL, others wait up to 30 s for the write lock, and every write transaction begins IMMEDIATE, so that what
it read cannot have changed before it writes. PostgreSQL: sessions that hang in a transaction are ended by the server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from hub.errors import ConfigurationError, HubError, LedgerError, TransientError
from hub.store.planner import write_statistics
from hub.store.tables import SCHEMA_VERSION, metadata

BUSY_TIMEOUT_S = 30
PAGE_CACHE_KIB = 131_072  # 128 MiB: mass joins probe clustered keys in no order
IDLE_IN_TRANSACTION_LIMIT = "5min"
WRITES = "hub_writes"


def open_database(url: str) -> Engine:
    """Open the database at `url` and make sure that its schema is ours.

    Raises:
        ConfigurationError: the URL names no database we know, or a schema of another version.
        TransientError: the database does not answer now.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "the database URL cannot be read", where="database.url", hint="write sqlite:///hub.sqlite or postgresql://…"
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        engine = _open_sqlite(parsed.database)
    elif backend == "postgresql":
        engine = _open_postgresql(parsed)
    else:
        raise ConfigurationError(f"{backend} is not supported", where="database.url", hint="use sqlite or postgresql")
    _make_schema(engine)
    return engine


def _open_sqlite(database: str | None) -> Engine:
    if not database or database == ":memory:":
        raise ConfigurationError("an SQLite database needs a file", where="database.url")
    folder = Path(database).absolute().parent
    if not folder.is_dir():  # a mistyped path must not become a new, empty ledger somewhere else
        raise ConfigurationError(
            f"there is no folder {folder}", where="database.url", hint="make it, or mend the path; from the home folder"
        )
    engine = create_engine(
        f"sqlite:///{database}",
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "cached_statements": 512},
        hide_parameters=True,  # they hold names and identities, and errors reach logs
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
            f"cache_size=-{PAGE_CACHE_KIB}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgresql(url: Any) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,  # as above
        connect_args={"options": f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_LIMIT}"},
    )


def _make_schema(engine: Engine) -> None:
    try:
        with engine.execution_options(**{WRITES: True}).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(7021990)"))  # two processes starting at once
            metadata.create_all(connection)
            _check_version(connection)
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
    cause = str(error.orig).splitlines()[0] if error.orig is not None else ""
    if engine.dialect.name == "sqlite" and "locked" not in cause:
        return ConfigurationError(
            f"{engine.url.database} cannot be opened for writing: {cause}",
            where="database.url",
            hint="mend the path, or let the hub's user write the file and its folder",
        )
    place = engine.url.database if engine.dialect.name == "sqlite" else engine.url.host or "the server"
    return TransientError(f"the database at {place} cannot be opened: {type(error.orig).__name__}")


def _check_version(connection: Connection) -> None:
    found = connection.execute(text("SELECT value FROM installation WHERE name = 'schema_version'")).scalar()
    if found is None:
        connection.execute(
            text("INSERT INTO installation (name, value) VALUES ('schema_version', :version)"),
            {"version": str(SCHEMA_VERSION)},
        )
        if connection.dialect.name == "sqlite":
            write_statistics(connection)
    elif found != str(SCHEMA_VERSION):
        raise ConfigurationError(
            f"the database has schema version {found}, this hub needs {SCHEMA_VERSION}", where="database.url"
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction sees one state of the database and writes nothing.

    Raises:
        TransientError: the database was locked or went away.
        LedgerError: it refused a question, which is a defect.
    """
    with _errors_named("answer"), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is committed at the end, or rolled back by any error.

    Raises:
        TransientError: the database was locked or went away; nothing was written.
        LedgerError: it refused what was written, which is a defect; nothing was written.
    """
    with (
        _errors_named("take the change"),
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def _errors_named(what: str) -> Iterator[None]:
    """Name the driver's errors by what to do next; of a refusal only the type, since its text may quote a row."""
    try:
        yield
    except DBAPIError as error:
        if _may_pass(error):
            raise TransientError(f"the database did not {what}: {_cause(error)}") from error
        cause = type(error.orig).__name__
        raise LedgerError(f"the database did not {what}: {cause}; report it with what you did") from None


def _may_pass(error: DBAPIError) -> bool:
    """Locked, full or gone may be otherwise later; SQLite's general code means a statement that never will work."""
    is_statements_fault = getattr(error.orig, "sqlite_errorname", "") == "SQLITE_ERROR"
    return error.connection_invalidated or (isinstance(error, OperationalError) and not is_statements_fault)


def _cause(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0] if error.orig is not None else "unknown cause"
