"""`hub migrate`: bringing the tables of a home's database, ours and the engine's, to what this hub needs."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from hub.runtime.bootstrap import ENGINE_TABLES, Installation, engine_version, prepare_engine
from hub.runtime.standstill import refuse_living, sole_worker
from hub.store import migrations
from hub.store.database import connect, migrate, revision
from hub.store.installation import kept_value
from hub.store.nodes import SqlNodes

NONE = "none"


class Migration(NamedTuple):
    """What a database was made for, and what this hub needs."""

    schema_from: str
    schema_to: str
    engine_from: str
    engine_to: str

    @property
    def is_needed(self) -> bool:
        """The database is not what this hub needs."""
        return (self.schema_from, self.engine_from) != (self.schema_to, self.engine_to)


def migration_needed(home: Path | None) -> Migration:
    """Say what a migration would do, and change nothing.

    Raises:
        ConfigurationError: there is no home, or no database of ours at its URL.
        TransientError: the database does not answer.
    """
    database = connect(Installation.open(home).home.database_url())
    try:
        found = revision(database)
        kept = kept_value(database, ENGINE_TABLES) if found else None
        return Migration(found or NONE, migrations.HEAD, kept or NONE, engine_version())
    finally:
        database.dispose()


def migrate_home(home: Path | None, *, even_if_at_work: bool = False, wait_s: float = 0) -> Migration:
    """Migrate a home's database, while nobody works in it; return what was done.

    On PostgreSQL `even_if_at_work` does not look whether nodes are alive.

    Raises:
        ConfigurationError: a newer hub made the schema, or the settings are wrong.
        TransientError: a node works, or the database does not answer; nothing was changed.
    """
    needed = migration_needed(home)
    installation = Installation.open(home)
    database = connect(installation.home.database_url())
    with ExitStack() as stack:
        stack.callback(database.dispose)
        if database.dialect.name == "sqlite":
            stack.enter_context(sole_worker(database.url.database, wait_s))
        elif needed.schema_from != NONE and not even_if_at_work:
            refuse_living(SqlNodes(database).all(), installation.home.config.engine.silent_after_s)
        migrate(database)
        if needed.engine_from != needed.engine_to:
            prepare_engine(database, installation.home.config.engine)
    return needed
