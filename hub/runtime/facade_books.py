"""`hub.books`: proving what stands in the books, making open items anew, and taking a copy of everything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from hub.model.verification import CheckResult, Verification
from hub.runtime.bootstrap import Installation, TenantWork
from hub.runtime.standstill import sole_worker
from hub.services.verifying import Progress, verify
from hub.store.backup import copy_database
from hub.store.database import open_database
from hub.store.verifying import SqlVerifying

LOCK_TIMEOUT_S = 10.0


class Backup(NamedTuple):
    """A copy that was made, and the proof of the books in it, tenant by tenant."""

    file: Path
    size: int
    proofs: tuple[Verification, ...]


class BooksDesk:
    """Proves the books of one tenant."""

    def __init__(self, installation: Installation, work: TenantWork) -> None:
        self._installation = installation
        self._work = work

    def verify(self, *, with_bytes: bool = True, progress: Progress | None = None) -> Verification:
        """Prove the books from one state of the database, while others work; then look at every kept byte.

        Raises:
            ConfigurationError: a company has receivables and no settings.
        """
        return _verify(self._installation, self._work, with_bytes, progress)

    def rebuild_open_items(self, *, timeout_s: float = LOCK_TIMEOUT_S) -> CheckResult:
        """Make the open items anew from the entries, in one transaction; return what differed.

        On SQLite under the home's lock; on PostgreSQL what posts meanwhile waits for it.

        Raises:
            TransientError: another process works in this home; nothing was changed.
        """
        engine = self._installation.engine
        with ExitStack() as stack:
            if engine.dialect.name == "sqlite":
                stack.enter_context(sole_worker(self._installation.home.path, timeout_s))
            return SqlVerifying(engine, self._work.store.tenant).rebuild_open_items()


def _verify(installation: Installation, work: TenantWork, with_bytes: bool, progress: Progress | None) -> Verification:
    contents = work.store.contents if with_bytes else None
    return verify(SqlVerifying(installation.engine, work.store.tenant), contents, work.tenant, progress)


def verify_all(home: Path | None, *, with_bytes: bool = True, progress: Progress | None = None) -> list[Verification]:
    """Prove the books of every tenant of a home, one after the other.

    Raises:
        ConfigurationError: there is no home, or the settings of a tenant are wrong.
    """
    installation = Installation.open(home)
    try:
        return _each(installation, with_bytes, progress)
    finally:
        installation.close()


def back_up(home: Path | None, file: Path, *, with_bytes: bool = True, progress: Progress | None = None) -> Backup:
    """Copy a home's SQLite database to a new file while others work, and prove the books in the copy.

    Raises:
        ConfigurationError: the database is PostgreSQL, or the settings are wrong.
        DataError: the file is there already, or cannot be written.
    """
    installation = Installation.open(home)
    try:
        copy_database(installation.engine, file, progress)
    finally:
        installation.close()
    copied = Installation(installation.home)
    copied.engine = open_database(f"sqlite:///{file.absolute()}")
    try:
        return Backup(file, file.stat().st_size, tuple(_each(copied, with_bytes, progress)))
    finally:
        copied.close()


def _each(installation: Installation, with_bytes: bool, progress: Progress | None) -> list[Verification]:
    return [
        _verify(installation, installation.tenant(name), with_bytes, progress) for name in installation.home.tenants
    ]
