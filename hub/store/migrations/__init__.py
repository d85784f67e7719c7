"""The schema's history: one revision after the other, made of explicit statements and carried out by Alembic.

A new revision is a module in `versions`, the tables of `hub/store/tables` as they are after it, and HEAD. What a
revision says is never changed once it is released: databases have been through it.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from hub.store.planner import write_statistics

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
VERSIONS = (Path(__file__).parent / "versions",)
_TABLE = "alembic_version"

_in_this_process = Lock()  # Alembic keeps what it works on in its module


def revision_of(connection: Connection) -> str:
    """Return the revision that a database is at; empty when it has none."""
    if not inspect(connection).has_table(_TABLE):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {_TABLE}")).scalar_one())


def is_known(revision: str) -> bool:
    """Say whether this hub knows a revision; one it does not know was made by a newer hub."""
    from alembic.script import ScriptDirectory  # here, as below: a start without anything to do loads no Alembic

    return any(script.revision == revision for script in ScriptDirectory.from_config(_settings()).walk_revisions())


def upgrade(connection: Connection) -> None:
    """Bring a database to HEAD in the transaction that is under way: wholly, or not at all."""
    from alembic import command

    settings = _settings()
    settings.attributes["connection"] = connection
    with _in_this_process:
        command.upgrade(settings, HEAD)
    if connection.dialect.name == "sqlite":
        write_statistics(connection)


def _settings() -> Config:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.set_main_option("path_separator", "newline")
    settings.set_main_option("version_locations", "\n".join(str(folder) for folder in VERSIONS))
    return settings
