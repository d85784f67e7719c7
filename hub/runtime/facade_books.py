"""`hub.books`: proving what stands in the books, making open items anew, and taking a copy of everything."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from hub.errors import ConfigurationError
from hub.model.tenant import Tenant
from hub.model.verification import CheckResult, Verification
from hub.runtime.bootstrap import Installation
from hub.runtime.standstill import sole_worker
from hub.runtime.tenant_work import TenantWork
from hub.services.verifying import (
    Progress,
    accounts_by,
    nothing_to_prove,
    verify,
    verify_left_behind,
    verify_without_settings,
)
from hub.store.backup import copy_database
from hub.store.contents import SqlContents
from hub.store.database import open_database
from hub.store.elsewhere import tenant_places
from hub.store.installation import tenant_number
from hub.store.verifying import SqlVerifying

LOCK_TIMEOUT_S = 10.0


class Backup(NamedTuple):
    """A copy that was made, and the proof of the books in it, tenant by tenant."""

    file: Path
    size: int
    proofs: tuple[Verification, ...]


class _NoSettings(NamedTuple):
    """Why a tenant's settings are not there, and the database it works in when that is another one."""

    problem: str
    elsewhere: str


class BooksDesk:
    """Proves the books of one tenant."""

    def __init__(self, installation: Installation, work: TenantWork) -> None:
        self._installation = installation
        self._work = work

    def verify(self, *, with_bytes: bool = True, progress: Progress | None = None) -> Verification:
        """Prove the books from one state of the database, while others work; then look at every kept byte.

        Settings that do not name an account of the books are a finding.
        """
        return _prove(self._installation, self._work.tenant.id, self._work.tenant, with_bytes, progress)

    def rebuild_open_items(self, *, timeout_s: float = LOCK_TIMEOUT_S) -> CheckResult:
        """Make the open items anew from the entries, in one transaction; return what differed.

        On SQLite under the database's lock; on PostgreSQL what posts meanwhile waits for it.

        Raises:
            RuleViolation: something else is wrong too; nothing was changed.
            TransientError: another process works on this database; nothing was changed.
        """
        engine = self._installation.engine
        with ExitStack() as stack:
            if engine.dialect.name == "sqlite":
                stack.enter_context(sole_worker(engine.url.database, timeout_s))
            return SqlVerifying(engine, self._work.store.tenant).rebuild_open_items(accounts_by(self._work.tenant))


def verify_all(home: Path | None, *, with_bytes: bool = True, progress: Progress | None = None) -> list[Verification]:
    """Prove the books of every tenant of a home, and of every other that its database knows, one after the other.

    A tenant without settings that can be read is a finding, unless there is nothing of it, and keeps no other from
    being proved.

    Raises:
        ConfigurationError: there is no home, or its own settings are wrong.
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
    elsewhere = {place.name: place.elsewhere for place in tenant_places(installation.engine)}
    proofs = []
    for name in sorted({*elsewhere, *installation.home.tenants}):
        settings = _settings(installation, name, elsewhere.get(name, ""))
        proofs.append(_prove(installation, name, settings, with_bytes, progress))
    return proofs


def _settings(installation: Installation, name: str, elsewhere: str) -> Tenant | _NoSettings:
    try:
        return installation.home.tenant(name)
    except ConfigurationError as error:
        return _NoSettings(str(error), elsewhere if name not in installation.home.tenants else "")


def _prove(
    installation: Installation, name: str, settings: Tenant | _NoSettings, with_bytes: bool, progress: Progress | None
) -> Verification:
    number = tenant_number(installation.engine, name)  # looked up, never given: a name may be mistyped
    problem = settings.problem if isinstance(settings, _NoSettings) else ""
    if number is None:
        return nothing_to_prove(name, "the database does not know it", problem)
    database = SqlVerifying(installation.engine, number)
    contents = SqlContents(installation.engine, number) if with_bytes else None
    if isinstance(settings, Tenant):
        return verify(database, contents, settings, progress)
    if settings.elsewhere:
        return verify_left_behind(database, contents, name, settings.elsewhere, progress)
    if not database.has_rows():
        return nothing_to_prove(name, "the database has its name and nothing else of it", problem)
    return verify_without_settings(database, contents, name, problem, progress)
