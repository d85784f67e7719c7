"""Moving a tenant from one database to another, so that at any moment it can work in one of them at most.

The source stands still while its rows are copied. The copy is closed (`arriving_from`) until the source is marked as
moved (`moved_to`), and that is done only when both are equal; so a move that is interrupted anywhere is run again.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from hub.errors import ConfigurationError, LedgerError, RuleViolation
from hub.store.contents import PART_SIZE, SqlContents
from hub.store.counters import take_numbers
from hub.store.database import reading, writing
from hub.store.moving_rows import Progress, TableContent, Tally, clear_rows, contents_of, copy_rows, count_rows
from hub.store.statements import text

_FIND = text("SELECT tenant, moved_to, arriving_from FROM tenant WHERE name = :name")
_MARK = text("UPDATE tenant SET moved_to = :moved_to, arriving_from = :arriving_from WHERE tenant = :t")


class Moved(NamedTuple):
    """A tenant that works in another database now. Without tables it had been copied, and proved equal, before."""

    tenant: str
    origin: str
    destination: str
    tables: tuple[TableContent, ...] = ()
    files: int = 0  # whose kept bytes were hashed anew
    damaged: int = 0  # of them, that were not as they came before the move either

    @property
    def rows(self) -> int:
        """How many rows were compared."""
        return sum(content.rows for content in self.tables)


class _Row(NamedTuple):
    number: int
    moved_to: str
    arriving_from: str


def tenant_names(engine: Engine) -> list[str]:
    """Return the tenants that a database knows."""
    with reading(engine) as connection:
        return list(connection.execute(text("SELECT name FROM tenant ORDER BY name")).scalars())


def place_of(engine: Engine) -> str:
    """Return where a database is, for people and for marks: without user and password."""
    if engine.dialect.name == "sqlite":
        return f"sqlite:///{Path(str(engine.url.database)).absolute()}"
    at = {name: value for name, value in engine.url.query.items() if name in ("host", "port")}
    return engine.url.set(drivername="postgresql", username=None, password=None, query=at).render_as_string()


class SqlMove:
    """One tenant on its way from one database to another."""

    def __init__(self, source: Engine, target: Engine, tenant: str) -> None:
        self._source = source
        self._target = target
        self._tenant = tenant
        self.origin = place_of(source)
        self.destination = place_of(target)

    def carry_out(self, progress: Progress | None = None) -> Moved:
        """Copy every row, prove the copy equal, close the source and open the copy.

        A move that was interrupted begins anew, or ends where only the opening was left. `progress` is told (rows
        copied and compared, of how many).

        Raises:
            ConfigurationError: there is no such tenant, or the target has one of that name with a content of its own.
            LedgerError: the copy differs; the source works on as before.
            TransientError: a database did not answer; the source works on as before.
        """
        here = self._here()
        if here.moved_to:
            return self._moved_before(here)
        there = self._expect()
        with _standing_still(self._source) as connection:
            tally = Tally(2 * count_rows(connection, here.number), progress)
            with writing(self._target) as target:
                clear_rows(target, there)
                sent = copy_rows(connection, here.number, target, there, tally)
                if target.dialect.name == "postgresql":
                    target.execute(text("ANALYZE"))  # it would plan the first day as if the tables were empty
            with reading(self._target) as target:
                arrived = contents_of(target, there, tally)
            self._refuse_difference(sent, arrived)
            files, damaged = self._hash_anew(here.number, there)
            _mark(connection, here.number, moved_to=self.destination)
        self._open_copy(there)
        return Moved(self._tenant, self.origin, self.destination, tuple(sent), files, damaged)

    def take_back(self, progress: Progress | None = None) -> Moved:
        """Let the tenant work at the source again, and close the copy, which must be as it was when it was made.

        Raises:
            ConfigurationError: the tenant has not moved there.
            RuleViolation: work has gone on in the copy.
        """
        here = self._here()
        if here.moved_to != self.destination:
            raise ConfigurationError(
                f"tenant {self._tenant} has not moved to {self.destination}", hint="name where it is by --to"
            )
        same: list[TableContent] = []
        with _standing_still(self._target) as target:
            there = self._find(target)
            if there is not None and not there.arriving_from:
                same = self._unchanged(here, target, there, progress)
                _mark(target, there.number, arriving_from=self.origin)
        with writing(self._source) as connection:
            _mark(connection, here.number)
        return Moved(self._tenant, self.destination, self.origin, tuple(same))

    def _here(self) -> _Row:
        with reading(self._source) as connection:
            here = self._find(connection)
        if here is None:
            raise ConfigurationError(f"the database has no tenant {self._tenant!r}", hint="see tenants/ of the home")
        if here.arriving_from:
            raise ConfigurationError(
                f"tenant {self._tenant} is being moved here from {here.arriving_from}", hint="let that move end first"
            )
        return here

    def _find(self, connection: Connection) -> _Row | None:
        found = connection.execute(_FIND, {"name": self._tenant}).one_or_none()
        return None if found is None else _Row._make(found)

    def _moved_before(self, here: _Row) -> Moved:
        """End a move that was interrupted when all was copied, equal and marked; one that had ended stays as it is."""
        with reading(self._target) as target:
            there = self._find(target)
        if here.moved_to != self.destination or there is None:
            raise ConfigurationError(f"tenant {self._tenant} has moved to {here.moved_to}", hint="move it from there")
        if there.arriving_from == self.origin:
            self._open_copy(there.number)
        return Moved(self._tenant, self.origin, self.destination)

    def _expect(self) -> int:
        """Make place at the target and close it to others; return the tenant's number there."""
        with writing(self._target) as target:
            there = self._find(target)
            if there is None:
                number = take_numbers(target, 0, "tenant")
                target.execute(
                    text("INSERT INTO tenant (tenant, name) VALUES (:t, :name)"), {"t": number, "name": self._tenant}
                )
                there = _Row(number, "", "")
            self._refuse_other_content(target, there)
            _mark(target, there.number, arriving_from=self.origin)
            return there.number

    def _refuse_other_content(self, target: Connection, there: _Row) -> None:
        """What an interrupted move left, or the tenant left when it moved to us, is written over; nothing else is."""
        if self.origin in (there.arriving_from, there.moved_to):
            return
        elsewhere = there.arriving_from or there.moved_to
        if elsewhere or count_rows(target, there.number):
            from_where = f", from or in {elsewhere}" if elsewhere else ""
            raise ConfigurationError(
                f"the target has a tenant {self._tenant} with content of its own{from_where}",
                where="--to",
                hint="use an empty database; nothing was changed",
            )

    def _refuse_difference(self, sent: Sequence[TableContent], arrived: Sequence[TableContent]) -> None:
        different = [one.table for one, other in zip(sent, arrived, strict=True) if one != other]
        if different:
            raise LedgerError(
                f"the copy of tenant {self._tenant} differs in {', '.join(different)}; it works on where it was: "
                "run hub move again, and report it if it differs again"
            )

    def _hash_anew(self, here: int, there: int) -> tuple[int, int]:
        """Hash all kept bytes of the copy; return how many files, and how many were damaged before the move already."""
        with reading(self._target) as target:
            kept = target.execute(text("SELECT sha256, size FROM content WHERE tenant = :t"), {"t": there}).all()
        copied = SqlContents(self._target, there)
        origin = SqlContents(self._source, here)
        wrong = [one for one in kept if not _is_whole(copied, one.sha256, one.size)]
        if any(_is_whole(origin, one.sha256, one.size) for one in wrong):
            raise LedgerError(f"kept bytes of tenant {self._tenant} have changed on the way; run hub move again")
        return len(kept), len(wrong)

    def _unchanged(self, here: _Row, target: Connection, there: _Row, progress: Progress | None) -> list[TableContent]:
        with reading(self._source) as connection:
            tally = Tally(2 * count_rows(connection, here.number), progress)
            left = contents_of(connection, here.number, tally)
        if left != contents_of(target, there.number, tally):
            raise RuleViolation(
                f"work of tenant {self._tenant} has gone on in {self.destination}: move it back from there, "
                f"by hub move --to {self.origin}"
            )
        return left

    def _open_copy(self, there: int) -> None:
        with writing(self._target) as target:
            _mark(target, there)


@contextmanager
def _standing_still(engine: Engine) -> Iterator[Connection]:
    """A transaction during which nobody writes for a tenant: each such transaction begins by a look at `tenant`."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            connection.execute(text("LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE"))
        yield connection


def _mark(connection: Connection, tenant: int, *, moved_to: str = "", arriving_from: str = "") -> None:
    connection.execute(_MARK, {"t": tenant, "moved_to": moved_to, "arriving_from": arriving_from})


def _is_whole(contents: SqlContents, sha256: str, size: int) -> bool:
    digest, read = hashlib.sha256(), 0
    try:
        with contents.open(sha256) as stream:
            while block := stream.read(PART_SIZE):
                digest.update(block)
                read += len(block)
    except (LedgerError, zlib.error):
        return False
    return (digest.hexdigest(), read) == (sha256, size)
