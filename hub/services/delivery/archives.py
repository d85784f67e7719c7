"""Archives of printed documents: kept as an exchange, read whole before anything is taken in, then taken in once.

What of an archive is no document, and what no channel but paper takes, is passed on: `passing_on.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import PurePath
from typing import BinaryIO, NamedTuple

from hub.contracts import ArchivedFile, DocumentArchive
from hub.errors import ConfigurationError, DataError, FormatError, UnrecognisedFile
from hub.model.deliveries import ArchivedFileRow, Fate
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.tenant import Tenant
from hub.services.delivery.accepting import Acceptance, Offered, accept_chunk
from hub.services.delivery.pieces import pieces
from hub.services.delivery.reading import offered
from hub.services.delivery.routing import enqueue_delivery
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

KIND = "document_archive"
RUN_KIND = "archive"
TASK = "archived_file"
FILES_AT_ONCE = 100
HEAD_SIZE = 64 * 1024
LARGEST_ARCHIVE = 200_000_000  # bytes; its rest is one message, which is held in memory
MOST_FILES = 5_000
_RECEIVING = "take in an archive"  # claimed: two who hand over the same bytes see each other
_OPEN = (ExchangeState.RECEIVED, ExchangeState.POSTING)
_HANDED_OVER_BEFORE = "document {} is the same, and was handed over before: it is not sent again"


class _Numbered(NamedTuple):
    file_no: int
    file: ArchivedFile


def receive_archive(
    store: Store, archive: DocumentArchive, plugin: str, stream: BinaryIO, *, name: str, company: str = ""
) -> Exchange:
    """Keep an archive's bytes as an exchange and queue its run; the same bytes again are the same exchange.

    One that is in quarantine is read anew.

    Raises:
        FormatError: it is larger than is taken; nothing is kept.
    """
    if stream.seek(0, 2) > LARGEST_ARCHIVE:
        message = f"the archive has more than {LARGEST_ARCHIVE // 1_000_000} MB: have it parted into several"
        raise FormatError(message, code="ARCHIVE_TOO_LARGE")
    stream.seek(0)
    kept = store.contents.keep(stream)
    with store.write() as work:
        work.commands.claim(_RECEIVING)
        same = [one for one in work.exchanges.with_content(sha256=kept.sha256) if one.kind == KIND]
        if same and same[-1].state != ExchangeState.QUARANTINED:
            return same[-1]
        if same:
            return read_again(work, same[-1], company=company)
        opened = work.exchanges.open(kind=KIND, name=_plain(name), sha256=kept.sha256, size=kept.size)
        work.exchanges.change(opened.number, format=archive.name, plugin=plugin)
        return _queue(work, opened.number, company)


def read_again(work: UnitOfWork, exchange: Exchange, *, company: str = "") -> Exchange:
    """Queue the run of an archive that was refused once more. Raises DataError for one that was not."""
    if exchange.state != ExchangeState.QUARANTINED:
        raise DataError(f"archive {exchange.number} is {exchange.state}: there is nothing to read again")
    begun = {"state": ExchangeState.RECEIVED, "reason": "", "problem": None}
    work.exchanges.change(exchange.number, attempt=exchange.attempt + 1, **begun)
    return _queue(work, exchange.number, company)


def _queue(work: UnitOfWork, number: int, company: str) -> Exchange:
    exchange = work.exchanges.get(number)
    work.runs.enqueue(run_of(work.tenant_name, exchange), RUN_KIND, {"exchange_no": number, "company": company})
    return exchange


def run_of(tenant_name: str, exchange: Exchange) -> str:
    """Return the id of the run that takes an archive in."""
    return f"{RUN_KIND}:{tenant_name}:{exchange.number}:{exchange.attempt}"


class ArchiveRun:
    """Takes one archive in: all of it, or nothing when it is damaged."""

    def __init__(self, store: Store, tenant: Tenant, archives: Mapping[str, DocumentArchive]) -> None:
        self._store = store
        self._tenant = tenant
        self._archives = archives

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Read the archive whole, then accept its documents chunk by chunk; a run that died goes on where it stood.

        Raises:
            ConfigurationError: what reads its format is turned off.
        """
        with self._store.read() as unit:
            exchange = unit.exchanges.get(input["exchange_no"])
        if exchange.format not in self._archives:
            message = f"nothing that is turned on reads archives of the kind {exchange.format}"
            raise ConfigurationError(message, where=f"plugins.{exchange.plugin}", hint="turn it on, then retry the run")
        archive = self._archives[exchange.format]
        if exchange.state == ExchangeState.RECEIVED and not self._is_whole(work, archive, exchange):
            return {"state": str(ExchangeState.QUARANTINED)}
        if exchange.state in _OPEN:
            self._take_in(work, archive, exchange, input["company"])
        return {"state": str(ExchangeState.POSTED)}

    def _is_whole(self, work: Work, archive: DocumentArchive, exchange: Exchange) -> bool:
        """Read an archive to its end; put it in quarantine where that cannot be done."""
        try:
            with self._store.contents.open(exchange.sha256) as stream:
                count = sum(1 for _ in archive.read(stream))
            if count > MOST_FILES:
                raise FormatError(
                    f"the archive has {count} files, {MOST_FILES} are taken: have it parted", code="ARCHIVE_TOO_LARGE"
                )
        except FormatError as error:
            with work.write() as unit:
                _quarantine(unit, exchange, error)
            return False
        with work.write() as unit:
            unit.exchanges.change(exchange.number, state=ExchangeState.POSTING)
        return True

    def _take_in(self, work: Work, archive: DocumentArchive, exchange: Exchange, company: str) -> None:
        with self._store.read() as unit:
            known = {row.file_no for row in unit.archives.files_of(exchange.number)}
        with self._store.contents.open(exchange.sha256) as stream:
            numbered = (_Numbered(*one) for one in enumerate(archive.read(stream), 1) if one[0] not in known)
            for chunk in pieces(numbered, _size, most=FILES_AT_ONCE):
                self._take_chunk(work, exchange, chunk, company)
                work.progress(chunk[-1].file_no, 0)
        with work.write() as unit:
            _finish(unit, exchange)

    def _take_chunk(self, work: Work, exchange: Exchange, chunk: Sequence[_Numbered], company: str) -> None:
        def note(unit: UnitOfWork, accepted: Sequence[Acceptance]) -> None:
            rows = [_row(exchange.number, *one) for one in zip(chunk, accepted, strict=True)]
            unit.archives.keep(rows)
            for row in rows:
                if row.fate == Fate.LEFT_OUT:
                    _ask_about(unit, row)

        def writing() -> AbstractContextManager[UnitOfWork]:
            return work.write()

        accept_chunk(self._store, self._tenant, [_offered(one.file, company) for one in chunk], writing, note)


def _offered(file: ArchivedFile, company: str) -> Offered:
    if file.document is None:
        return Offered(file.place, None, file.problem)
    return offered(file.place, {**({"company": company} if company else {}), **file.document})


def _row(archive_no: int, numbered: _Numbered, accepted: Acceptance) -> ArchivedFileRow:
    """Say what a file is: a document that is new here, one that goes as it is, or one that must not go again."""
    number, place = accepted.document_no, numbered.file.place
    if number is None:
        return ArchivedFileRow(archive_no, numbered.file_no, Fate.REST, None, place, accepted.problem)
    if accepted.is_new:
        return ArchivedFileRow(archive_no, numbered.file_no, Fate.DOCUMENT, number, place)
    why = accepted.problem or _HANDED_OVER_BEFORE.format(number)
    return ArchivedFileRow(archive_no, numbered.file_no, Fate.LEFT_OUT, number, place, why)


def _ask_about(work: UnitOfWork, row: ArchivedFileRow) -> None:
    work.commands.open_task(
        TASK,
        f"{row.archive_no}:{row.file_no}",
        f"{row.place} of archive {row.archive_no} was left out, on paper too: {row.reason}; "
        "when you have seen to it: hub documents seen with the number of this task",
    )


def _quarantine(work: UnitOfWork, exchange: Exchange, error: FormatError) -> None:
    problem = {"code": error.code, "message": error.message, "line": error.line, "record": error.record}
    work.exchanges.change(
        exchange.number, state=ExchangeState.QUARANTINED, reason=str(error), problem={**problem, "field": error.field}
    )
    work.events.record("archive_refused", exchange_no=exchange.number, problem=str(error))


def _finish(work: UnitOfWork, exchange: Exchange) -> None:
    files = work.archives.files_of(exchange.number)
    counts = {str(fate): sum(file.fate == fate for file in files) for fate in Fate}
    work.exchanges.change(exchange.number, state=ExchangeState.POSTED, summary=counts)
    work.events.record("archive_taken_in", exchange_no=exchange.number, **counts)
    enqueue_delivery(work, work.tenant_name)  # its documents may all have found their ways before


def _size(numbered: _Numbered) -> int:
    values = numbered.file.document or {}
    return sum(len(value) for value in values.values() if isinstance(value, bytes))


def _plain(name: str) -> str:
    own = PurePath(name.replace("\\", "/")).name
    return "".join(letter for letter in own if letter.isprintable() and not "\ud800" <= letter <= "\udfff") or "unnamed"


def choose_archive(archives: Mapping[str, DocumentArchive], head: bytes) -> DocumentArchive | None:
    """Return the one format that a file may be of, by its beginning; None when it is of none.

    Raises:
        UnrecognisedFile: it may be of several.
    """
    found = [archive for archive in archives.values() if archive.recognises(head)]
    if len(found) > 1:
        names = tuple(archive.name for archive in found)
        raise UnrecognisedFile(f"several formats take it for theirs ({', '.join(names)})", candidates=names)
    return found[0] if found else None
