"""The schema's history: what the revisions make, how an older database is refused, and `hub migrate`."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from engine_home import make_home
from payment_world import World, pay, payment_file
from sqlalchemy import Connection, Engine, create_engine, text
from test_cli_demo import answer, run

from hub.errors import ConfigurationError
from hub.model.nodes import Node
from hub.store import migrations
from hub.store.database import migrate, open_database, reading, writing
from hub.store.nodes import SqlNodes
from hub.store.tables import metadata

SECOND_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("payment", sa.Column("colour", sa.Text(), nullable=False, server_default="red"))
    op.create_index("payment_by_colour", "payment", ["tenant", "colour"])
    {and_then}
"""


@pytest.fixture
def new_url(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> str:
    """A database with nothing in it."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path / 'new.sqlite'}"
    return str(request.getfixturevalue("new_database"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def second_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Installs a hub that knows one revision more, for the rest of the test."""

    def install(and_then: str = "") -> None:
        folder = tmp_path / "versions"
        folder.mkdir(exist_ok=True)
        (folder / "r0002.py").write_text(SECOND_REVISION.format(and_then=and_then))
        monkeypatch.setattr(migrations, "VERSIONS", (*migrations.VERSIONS, folder))
        monkeypatch.setattr(migrations, "HEAD", "0002")

    return install


# --- what the revisions make -------------------------------------------------------------------------------------


def test_the_revisions_make_the_tables_that_are_declared(new_url: str) -> None:
    engine = open_database(new_url)
    with engine.connect() as connection:
        sees_defaults = connection.dialect.name == "postgresql"  # Alembic takes SQLite's own writing of them for others
        options = {"compare_type": True, "compare_server_default": sees_defaults}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, metadata)
        migrated = described(connection)
    engine.dispose()

    assert differences == [], "tables have changed: see tests/make_first_schema.py"
    assert migrated == declared(new_url)


def test_the_comparison_sees_a_rowid_a_default_and_an_index(new_url: str) -> None:
    engine = open_database(new_url)
    before = "DROP TABLE watch", "ALTER TABLE task ALTER COLUMN kind SET DEFAULT 'x'", "DROP INDEX run_by_state"
    is_sqlite = engine.dialect.name == "sqlite"
    with writing(engine) as connection:
        for statement in before[0:1] + before[2:3] if is_sqlite else before[1:]:
            connection.execute(text(statement))
        if is_sqlite:
            columns = "tenant INTEGER NOT NULL, receivable_id BIGINT NOT NULL, text TEXT NOT NULL, set_by TEXT NOT NULL"
            key = "PRIMARY KEY (tenant, receivable_id)"
            connection.execute(text(f"CREATE TABLE watch ({columns}, set_at TEXT NOT NULL, {key})"))
        broken = described(connection)
    engine.dispose()

    assert broken ^ declared(new_url)
    changed = {line[1] for line in broken ^ declared(new_url)}
    assert changed == ({"watch", "run"} if is_sqlite else {"task", "run"})


def test_head_is_the_last_revision_and_there_is_one_line_of_them() -> None:
    assert ScriptDirectory.from_config(migrations._settings()).get_heads() == [migrations.HEAD]


def test_a_start_without_anything_to_do_loads_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    open_database(url).dispose()
    program = f"""
import sys
from hub.store.unit_of_work import SqlStore
from hub.store.database import open_database
open_database({url!r}).dispose()
print([name for name in sys.modules if name.startswith("alembic")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def described(connection: Connection) -> set[tuple[Any, ...]]:
    """Return every column, key, index and kind of table, each as (what, table, …)."""
    return _described_sqlite(connection) if connection.dialect.name == "sqlite" else _described_postgresql(connection)


def _described_sqlite(connection: Connection) -> set[tuple[Any, ...]]:
    found: set[tuple[Any, ...]] = set()
    for table, without_rowid in connection.execute(
        text("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    ).all():
        if table == "alembic_version" or table.startswith("sqlite_"):
            continue
        found.add(("table", table, without_rowid))
        found |= {("column", table, *row) for row in connection.execute(text(f'PRAGMA table_info("{table}")'))}
        for _, index, *rest in connection.execute(text(f'PRAGMA index_list("{table}")')).all():
            columns = [row[2] for row in connection.execute(text(f'PRAGMA index_info("{index}")'))]
            found.add(("index", table, index, *rest, *columns))
    return found


def _described_postgresql(connection: Connection) -> set[tuple[Any, ...]]:
    statements = {
        "column": "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = 'public'",
        "key": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace",
        "index": "SELECT tablename, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'",
    }
    return {
        (what, *row)
        for what, statement in statements.items()
        for row in connection.execute(text(statement))
        if row[0] != "alembic_version"
    }


def declared(url: str) -> set[tuple[Any, ...]]:
    """Describe what the declared tables make in an empty database of the same kind."""
    engine = create_engine(url if url.startswith("postgresql") else "sqlite://")
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        metadata.create_all(connection)
        found = described(connection)
        connection.rollback()
    engine.dispose()
    return found


# --- opening, and the next revision ------------------------------------------------------------------------------


def test_processes_that_start_at_once_make_the_tables_once(new_url: str) -> None:
    engines: list[Engine] = []
    threads = [threading.Thread(target=lambda: engines.append(open_database(new_url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(engines) == 4
    for engine in engines:
        with reading(engine) as connection:
            assert migrations.revision_of(connection) == migrations.HEAD
        engine.dispose()


def test_an_older_database_is_refused_and_migrated_with_what_it_holds(
    new_url: str, second_revision: Callable[..., None]
) -> None:
    world = World(open_database(new_url))
    world.owe("100", 50_000)
    world.receive(payment_file("bgmax", [pay(50_000, "100"), pay(700, "")], serial="1"))
    second_revision()
    with pytest.raises(ConfigurationError, match=r"at revision 0001, this hub needs 0002.*run: hub migrate"):
        open_database(new_url)

    assert migrate(world.engine) == "0001"

    open_database(new_url).dispose()
    assert world.number("SELECT count(*) FROM payment WHERE colour = 'red'") == 2
    assert [ore for _, _, ore in world.waiting()] == [700]
    world.engine.dispose()


def test_a_migration_that_fails_changes_nothing(new_url: str, second_revision: Callable[..., None]) -> None:
    engine = open_database(new_url)
    second_revision("raise KeyError")
    with pytest.raises(KeyError):
        migrate(engine)

    with reading(engine) as connection:
        assert migrations.revision_of(connection) == "0001"
        assert not [line for line in described(connection) if "colour" in line or "payment_by_colour" in line]
    engine.dispose()


def test_a_database_of_a_newer_hub_is_refused(new_url: str) -> None:
    engine = open_database(new_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for opens in (lambda: open_database(new_url), lambda: migrate(engine)):
        with pytest.raises(ConfigurationError, match=r"revision 9999.*install a newer hub"):
            opens()
    engine.dispose()


def test_tables_of_somebody_else_are_left_alone(new_url: str) -> None:
    engine = create_engine(new_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE payment (mine INTEGER)"))
    with pytest.raises(ConfigurationError, match="use an empty database"):
        open_database(new_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM payment")).scalar_one() == 0
    engine.dispose()


def test_a_file_that_may_not_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(ConfigurationError, match="no right to write"):
        open_database(f"sqlite:///{tmp_path / 'hub.sqlite'}")


# --- hub migrate -------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, new_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    return make_home(tmp_path / "home", new_url, monkeypatch).home


def test_migrate_says_from_where_to_where_and_check_changes_nothing(
    home: Path, second_revision: Callable[..., None]
) -> None:
    for _ in range(2):
        result = run("migrate", "--check", "--json", home=home)
        assert result.exit_code == 3
        assert '"schema_from": "none"' in result.stdout
    first = answer("migrate", home=home)
    assert (first["schema_from"], first["schema_to"], first["is_done"]) == ("none", "0001", True)
    assert (first["engine_from"], first["engine_to"][:4]) == ("none", "dbos")
    assert answer("migrate", "--check", home=home)["is_needed"] is False

    second_revision()
    assert run("feed", home=home).exit_code == 3
    assert run("migrate", "--check", home=home).exit_code == 3
    second = answer("migrate", home=home)
    assert (second["schema_from"], second["schema_to"], second["is_done"]) == ("0001", "0002", True)
    assert run("feed", home=home).exit_code == 0
    assert "nothing to do" in run("migrate", home=home).stderr


def test_migrate_refuses_while_a_node_works(
    home: Path, new_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.runtime.lock import work_lock

    assert run("migrate", home=home).exit_code == 0
    if database == "sqlite":
        with work_lock(new_url.removeprefix("sqlite:///"), timeout_s=0):
            assert run("migrate", "--even-if-at-work", "--wait", "0", home=home).exit_code == 4
        return
    alive = Node("north", "north:1", "host", 1, "", "", "{}", "", 0, 0, None, 0)
    monkeypatch.setattr(SqlNodes, "all", lambda _: [alive])
    refused = run("migrate", home=home)
    assert (refused.exit_code, "a node works: north" in refused.stderr) == (4, True)
    assert run("migrate", "--even-if-at-work", home=home).exit_code == 0
