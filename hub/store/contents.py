"""Bytes by content hash, compressed, in parts of 1 MiB; parts are committed as they arrive and the content row last."""

from __future__ import annotations

import hashlib
import io
import time
import zlib
from collections.abc import Collection, Mapping, Sequence
from typing import BinaryIO, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, bindparam

from hub.errors import DataError, LedgerError, TransientError
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.database import reading, writing
from hub.store.statements import text

PART_SIZE = 1024 * 1024
LARGEST_CONTENT = 8 * 1024**3
LARGEST_AT_ONCE = 64 * 1024 * 1024
READ_AT_ONCE = 50
COMPRESSION_LEVEL = 1  # bank files shrink to a tenth already at the fastest level
LOOK_EVERY_S = 24 * 3600  # a look goes through the keys of all parts

_DAY = {  # by the database's clock: those of the machines may differ by days
    "sqlite": "strftime('%Y%m%d', 'now', '-{ago} days')",
    "postgresql": "to_char((clock_timestamp() AT TIME ZONE 'UTC') - interval '{ago} days', 'YYYYMMDD')",
}
_ORPHANS = """
    FROM content_part WHERE tenant = :t AND upload < {before}
      AND upload NOT IN (SELECT upload FROM content WHERE tenant = :t)
"""
_READ_ALL = text(
    "SELECT c.sha256, p.data FROM content c JOIN content_part p ON p.tenant = c.tenant AND p.upload = c.upload "
    "WHERE c.tenant = :t AND c.sha256 IN :some ORDER BY c.sha256, p.part_no"
).bindparams(bindparam("some", expanding=True))
_SIZES = text("SELECT sha256, size FROM content WHERE tenant = :t AND sha256 IN :some").bindparams(
    bindparam("some", expanding=True)
)
_WHOLE = text(
    "SELECT c.sha256 FROM content c WHERE c.tenant = :t AND c.sha256 IN :some AND c.parts = "
    "(SELECT count(*) FROM content_part p WHERE p.tenant = c.tenant AND p.upload = c.upload)"
).bindparams(bindparam("some", expanding=True))
_KEEP_OVER = text(
    "INSERT INTO content (tenant, sha256, size, parts, upload) VALUES (:t, :sha256, :size, :parts, :upload) "
    "ON CONFLICT (tenant, sha256) DO UPDATE SET upload = excluded.upload"
)
_COUNT = text("SELECT count(*) FROM content_part WHERE tenant = :t AND upload = :upload")


LOST_BYTES = "the bytes of a document are missing or damaged; restore them from a backup"


class KeptContent(NamedTuple):
    sha256: str
    size: int


class SqlContents:
    """The bytes of one tenant."""

    def __init__(self, engine: Engine, tenant: int) -> None:
        self._engine = engine
        self._tenant = tenant
        self._looked_at_s: float | None = None

    def keep(self, stream: BinaryIO) -> KeptContent:
        """Keep everything in `stream` and return its hash and size; the same bytes are kept once.

        Raises:
            DataError: more bytes than the limit.
            TransientError: it took so long that parts of it were taken for those of a broken upload: send it again.
        """
        upload, digest, size, parts = self._new_upload(), hashlib.sha256(), 0, 0
        while block := stream.read(PART_SIZE):
            digest.update(block)
            size += len(block)
            if size > LARGEST_CONTENT:
                raise DataError(f"the file is larger than {LARGEST_CONTENT} bytes; split it at the sender")
            self._write_part(upload, parts, block)
            parts += 1
        self._close(upload, digest.hexdigest(), size, parts)
        return KeptContent(digest.hexdigest(), size)

    def keep_all(self, contents: Sequence[bytes]) -> list[KeptContent]:
        """Keep many contents; return their hashes and sizes in the same order.

        Small ones are written in one transaction, one of more than 64 MiB by itself, part by part.

        Raises:
            DataError: one of them is larger than the limit.
            TransientError: as `keep`.
        """
        large = {place: self.keep(io.BytesIO(one)) for place, one in enumerate(contents) if _is_large(one)}
        kept = [
            large[place] if place in large else KeptContent(hashlib.sha256(one).hexdigest(), len(one))
            for place, one in enumerate(contents)
        ]
        small = {of.sha256: one for of, one in zip(kept, contents, strict=True) if not _is_large(one)}
        if small:
            with writing(self._engine) as connection:
                _hold_sweeping(connection, self._tenant, "_shared")
                _keep_new(connection, self._tenant, small)
        return kept

    def read_all(self, sha256s: Collection[str]) -> dict[str, bytes]:
        """Return many small contents, by hash. Raises LedgerError when one is not whole."""
        found = self.read_whole(sha256s)
        if found.keys() != set(sha256s):
            raise LedgerError(LOST_BYTES)
        return found

    def read_whole(self, sha256s: Collection[str]) -> dict[str, bytes]:
        """Return those of many small contents that are whole, by hash; what is missing or damaged is left out."""
        wanted = sorted(set(sha256s))
        found: dict[str, bytes] = {}
        with reading(self._engine) as connection:
            for start in range(0, len(wanted), READ_AT_ONCE):
                some = wanted[start : start + READ_AT_ONCE]
                parts: dict[str, list[bytes]] = {sha256: [] for sha256 in some}
                for sha256, data in connection.execute(_READ_ALL, {"t": self._tenant, "some": some}):
                    parts[sha256].append(data)
                found.update(_whole_of(parts))
        return found

    def read_ahead(self, sha256s: Sequence[str], most_bytes: int) -> dict[str, bytes]:
        """Return the first of many contents, as many as are not larger together, in one transaction.

        What is missing or cannot be unpacked is left out: whoever opens it by itself is told so.
        """
        if not sha256s:
            return {}
        with reading(self._engine) as connection:
            found = connection.execute(_SIZES, {"t": self._tenant, "some": list(sha256s)})
            sizes = {str(sha256): int(size) for sha256, size in found}
            some, left = [], most_bytes
            for sha256 in sha256s:
                left -= sizes.get(sha256, 0)
                if left < 0:
                    break
                some.append(sha256)
            parts: dict[str, list[bytes]] = {}
            for sha256, data in connection.execute(_READ_ALL, {"t": self._tenant, "some": some}) if some else ():
                parts.setdefault(sha256, []).append(data)
        return {sha256: unpacked for sha256, all_ in parts.items() if (unpacked := _unpacked(all_)) is not None}

    def _write_part(self, upload: str, part_no: int, block: bytes) -> None:
        data = zlib.compress(block, COMPRESSION_LEVEL)
        with writing(self._engine) as connection:
            connection.execute(
                text("INSERT INTO content_part (tenant, upload, part_no, data) VALUES (:t, :upload, :part_no, :data)"),
                {"t": self._tenant, "upload": upload, "part_no": part_no, "data": data},
            )

    def _close(self, upload: str, sha256: str, size: int, parts: int) -> None:
        """Write that the upload holds the content, unless an earlier one does; that one may have lost its parts."""
        values = {"t": self._tenant, "sha256": sha256, "size": size, "parts": parts, "upload": upload}
        with writing(self._engine) as connection:
            _hold_sweeping(connection, self._tenant, "_shared")
            if connection.execute(_COUNT, values).scalar_one() != parts:
                raise TransientError("parts of the file were swept before its last one came: send it again")
            if _is_new(connection, values):
                return
            earlier = _locked(connection, values)
            if connection.execute(_COUNT, {**values, "upload": earlier}).scalar_one() == parts:
                connection.execute(text("DELETE FROM content_part WHERE tenant = :t AND upload = :upload"), values)
            else:
                connection.execute(
                    text("UPDATE content SET upload = :upload WHERE tenant = :t AND sha256 = :sha256"), values
                )

    def open(self, sha256: str) -> BinaryIO:
        """Open kept bytes for reading, as a stream that can be rewound.

        Raises:
            LedgerError: the bytes are not there.
        """
        with reading(self._engine) as connection:
            row = connection.execute(
                text("SELECT upload, size, parts FROM content WHERE tenant = :t AND sha256 = :sha256"),
                {"t": self._tenant, "sha256": sha256},
            ).one_or_none()
        if row is None:
            raise LedgerError("the bytes of an exchange are missing; restore them from a backup")
        return io.BufferedReader(_PartStream(self._engine, self._tenant, *row), PART_SIZE)

    def sweep_orphans(self) -> int:
        """Delete parts of uploads that began the day before yesterday or earlier and never ended; return how many.

        Looks once a day. A younger upload may be on its way in another process.
        """
        now_s = time.monotonic()
        if self._looked_at_s is not None and now_s - self._looked_at_s < LOOK_EVERY_S:
            return 0
        with reading(self._engine) as connection:
            orphans, values = _ORPHANS.format(before=_day(connection, ago=1)), {"t": self._tenant}
            has_orphans = connection.execute(text(f"SELECT 1 {orphans} LIMIT 1"), values).scalar() is not None
        swept = 0
        if has_orphans:
            with writing(self._engine) as connection:
                _hold_sweeping(connection, self._tenant, "")
                swept = int(connection.execute(text(f"DELETE {orphans}"), values).rowcount)
        self._looked_at_s = now_s
        return swept

    def _new_upload(self) -> str:
        with reading(self._engine) as connection:
            return _new_upload(connection)


class SqlContentsInWork:
    """Small contents that are kept with what tells of them: both are there after the commit, or neither."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def keep(self, content: bytes) -> KeptContent:
        """Keep bytes in this transaction; the same bytes are kept once."""
        kept = KeptContent(hashlib.sha256(content).hexdigest(), len(content))
        _hold_sweeping(self._connection, self._tenant, "_shared")
        _keep_new(self._connection, self._tenant, {kept.sha256: content})
        return kept

    def read(self, sha256: str) -> bytes:
        """Return a small content whole. Raises LedgerError when it is not there, or damaged."""
        parts = self._connection.execute(_READ_ALL, {"t": self._tenant, "some": [sha256]})
        content = _unpacked([data for _, data in parts])
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            raise LedgerError(LOST_BYTES)
        return content

    def keep_all(self, contents: Sequence[bytes]) -> None:
        """Keep many in this transaction."""
        if contents:
            _hold_sweeping(self._connection, self._tenant, "_shared")
            _keep_new(self._connection, self._tenant, {hashlib.sha256(one).hexdigest(): one for one in contents})


def _is_large(content: bytes) -> bool:
    return len(content) > LARGEST_AT_ONCE


def _new_upload(connection: Connection) -> str:
    """Return a name that begins with the day."""
    return f"{connection.execute(text(f'SELECT {_day(connection)}')).scalar_one()}-{uuid4().hex}"


def _day(connection: Connection, *, ago: int = 0) -> str:
    return _DAY[connection.dialect.name].format(ago=ago)


def _hold_sweeping(connection: Connection, tenant: int, kind: str) -> None:
    """Let uploads end while nothing is swept, and sweep while none ends; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(f"SELECT pg_advisory_xact_lock{kind}(hashtextextended('sweep contents', :t))"), {"t": tenant}
        )


def _keep_new(connection: Connection, tenant: int, contents: Mapping[str, bytes]) -> None:
    """Write those whose bytes are not there, with all their parts."""
    there = _whole(connection, tenant, contents)
    new = {sha256: content for sha256, content in sorted(contents.items()) if sha256 not in there}
    if not new:
        return
    upload = _new_upload(connection)
    uploads = {sha256: f"{upload}-{number}" for number, sha256 in enumerate(new)}
    parts = {sha256: _parts(content) for sha256, content in new.items()}
    rows = [(tenant, uploads[s], no, zlib.compress(b, COMPRESSION_LEVEL)) for s in new for no, b in enumerate(parts[s])]
    insert_rows(connection, tables.content_part, ("tenant", "upload", "part_no", "data"), rows)
    values = [
        {"t": tenant, "sha256": s, "size": len(new[s]), "parts": len(parts[s]), "upload": uploads[s]} for s in new
    ]
    connection.execute(_KEEP_OVER, values)  # a row whose parts were lost gets these


def _parts(content: bytes) -> list[bytes]:
    return [content[start : start + PART_SIZE] for start in range(0, len(content), PART_SIZE)]


def _whole(connection: Connection, tenant: int, contents: Collection[str]) -> set[str]:
    """Return those that are there with all their parts."""
    there: set[str] = set()
    wanted = sorted(contents)
    for start in range(0, len(wanted), READ_AT_ONCE):
        values = {"t": tenant, "some": wanted[start : start + READ_AT_ONCE]}
        there.update(connection.execute(_WHOLE, values).scalars())
    return there


def _is_new(connection: Connection, values: dict[str, object]) -> bool:
    result = connection.execute(
        text(
            "INSERT INTO content (tenant, sha256, size, parts, upload) "
            "VALUES (:t, :sha256, :size, :parts, :upload) ON CONFLICT DO NOTHING"
        ),
        values,
    )
    return bool(result.rowcount)


def _locked(connection: Connection, values: dict[str, object]) -> str:
    """Return the upload that holds a content, and keep others from changing that."""
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
    statement = f"SELECT upload FROM content WHERE tenant = :t AND sha256 = :sha256{lock}"
    return str(connection.execute(text(statement), values).scalar_one())


class _PartStream(io.RawIOBase):
    """Reads the parts one at a time, so that memory stays flat however large the file is."""

    def __init__(self, engine: Engine, tenant: int, upload: str, size: int, parts: int) -> None:
        self._engine = engine
        self._key = {"t": tenant, "upload": upload}
        self._size = size
        self._parts = parts
        self._position = 0
        self._loaded: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part_no, offset = divmod(self._position, PART_SIZE)
        if part_no >= self._parts:
            return 0
        piece = self._part(part_no)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _part(self, part_no: int) -> bytes:
        if self._loaded[0] != part_no:
            with reading(self._engine) as connection:
                data = connection.execute(
                    text("SELECT data FROM content_part WHERE tenant = :t AND upload = :upload AND part_no = :part_no"),
                    {**self._key, "part_no": part_no},
                ).scalar_one_or_none()
            if data is None:
                raise LedgerError("a part of the bytes of an exchange is missing; restore them from a backup")
            self._loaded = (part_no, zlib.decompress(data))
        return self._loaded[1]


def _whole_of(parts: Mapping[str, Sequence[bytes]]) -> dict[str, bytes]:
    """Return those whose parts are what was kept."""
    unpacked = {sha256: _unpacked(all_) for sha256, all_ in parts.items()}
    return {s: whole for s, whole in unpacked.items() if whole is not None and hashlib.sha256(whole).hexdigest() == s}


def _unpacked(parts: Sequence[bytes]) -> bytes | None:
    try:
        return b"".join(zlib.decompress(part) for part in parts)
    except zlib.error:
        return None
