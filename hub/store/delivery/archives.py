"""Files of archives of printed documents: which of them are documents, and what is passed on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam

from hub.model.deliveries import ArchivedFileRow
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.statements import text

_COLUMNS = ", ".join(ArchivedFileRow._fields)
_AT_ONCE = 500
_FORMATS = text(
    "SELECT f.document_no, x.format FROM archived_file f "
    "JOIN exchange x ON x.tenant = f.tenant AND x.exchange_no = f.archive_no "
    "WHERE f.tenant = :t AND f.fate = 'document' AND f.document_no IN :some"
).bindparams(bindparam("some", expanding=True))
_WAITS = (
    # Its documents are all taken in, and none of them is on its way, or that has taken too long.
    "x.state = 'posted' AND x.format IN :formats AND (x.created_at < :taken_before OR NOT EXISTS ("
    "SELECT 1 FROM archived_file g JOIN document o ON o.tenant = g.tenant AND o.document_no = g.document_no "
    "WHERE g.tenant = x.tenant AND g.archive_no = x.exchange_no AND g.fate = 'document' "
    "AND o.state IN ('accepted', 'sending')))"
)
_RIPE = text(
    f"""
    SELECT x.exchange_no FROM document d
    JOIN archived_file f ON f.tenant = d.tenant AND f.document_no = d.document_no AND f.fate = 'document'
    JOIN exchange x ON x.tenant = f.tenant AND x.exchange_no = f.archive_no
    WHERE d.tenant = :t AND d.state = 'left_over' AND {_WAITS}
    UNION
    SELECT x.exchange_no FROM archived_file f
    JOIN exchange x ON x.tenant = f.tenant AND x.exchange_no = f.archive_no
    WHERE f.tenant = :t AND f.passed_on_no IS NULL AND f.fate = 'rest' AND {_WAITS}
    ORDER BY 1
    """
).bindparams(bindparam("formats", expanding=True))
_TO_PASS_ON = text(
    # What is no document goes again when what it went in was never sent, since a document in it was turned back.
    f"""
    SELECT {", ".join(f"f.{name}" for name in ArchivedFileRow._fields)} FROM archived_file f
    LEFT JOIN document d ON d.tenant = f.tenant AND d.document_no = f.document_no
    LEFT JOIN exchange x ON x.tenant = f.tenant AND x.exchange_no = f.passed_on_no
    WHERE f.tenant = :t AND f.archive_no = :archive_no AND (
        (f.fate = 'document' AND d.state = 'left_over')
        OR (f.fate = 'rest' AND (f.passed_on_no IS NULL OR (x.state = 'undelivered' AND x.let_go = 1))))
    ORDER BY f.file_no
    """
)


class SqlArchives:
    """Archived files of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def keep(self, files: Sequence[ArchivedFileRow]) -> None:
        """Write what files of archives are."""
        rows = [(self._tenant, *file) for file in files]
        insert_rows(self._connection, tables.archived_file, ("tenant", *ArchivedFileRow._fields), rows)

    def files_of(self, archive_no: int) -> list[ArchivedFileRow]:
        """Return the files of an archive that are known by now, in its order."""
        rows = self._connection.execute(
            text(
                f"SELECT {_COLUMNS} FROM archived_file WHERE tenant = :t AND archive_no = :archive_no ORDER BY file_no"
            ),
            {"t": self._tenant, "archive_no": archive_no},
        )
        return [ArchivedFileRow._make(row) for row in rows]

    def formats_of(self, documents: Collection[int]) -> dict[int, str]:
        """Return the formats of the archives that documents came in; those that came otherwise are left out."""
        found: dict[int, str] = {}
        numbers = sorted(documents)
        for start in range(0, len(numbers), _AT_ONCE):
            given = {"t": self._tenant, "some": numbers[start : start + _AT_ONCE]}
            found.update((row.document_no, row.format) for row in self._connection.execute(_FORMATS, given))
        return found

    def ripe(self, formats: Collection[str], taken_before: str) -> list[int]:
        """Return the archives of which something is to be passed on now: no document is on its way, or for too long."""
        given = {"t": self._tenant, "formats": list(formats), "taken_before": taken_before}
        return list(self._connection.execute(_RIPE, given).scalars()) if formats else []

    def to_pass_on(self, archive_no: int) -> list[ArchivedFileRow]:
        """Return the files of an archive that are to be passed on, in its order."""
        rows = self._connection.execute(_TO_PASS_ON, {"t": self._tenant, "archive_no": archive_no})
        return [ArchivedFileRow._make(row) for row in rows]

    def note_passed_on(self, files: Sequence[ArchivedFileRow], exchange_no: int) -> None:
        """Write what files are passed on in."""
        if files:
            self._connection.execute(
                text(
                    "UPDATE archived_file SET passed_on_no = :exchange_no "
                    "WHERE tenant = :t AND archive_no = :archive_no AND file_no = :file_no"
                ),
                [{"t": self._tenant, "exchange_no": exchange_no, "archive_no": f.archive_no, "file_no": f.file_no}
                 for f in files],
            )  # fmt: skip
