"""A file of receivables taken in: kept, read whole, then posted chunk by chunk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import BinaryIO

from hub.errors import FormatError, TransientError
from hub.formats.rows.raw_rows import RowStream
from hub.formats.rows.reading import read_rows
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.import_rows import ImportReport, RejectedRow, RowProblem, problem_of
from hub.model.source_system import SourceSystem
from hub.model.tenant import Tenant
from hub.rules.receivables import Step
from hub.services.chart import canonical_key
from hub.services.companies import refuse_companies_without_settings
from hub.services.ports import Store, UnitOfWork
from hub.services.receivables.mapping import RowMapping
from hub.services.receivables.posting import ChartMaker, ChunkOutcome, ChunkPosting, ImportTask
from hub.services.receivables.resolving import Incoming, Resolver, RowRefused
from hub.services.receivables.source_systems import source_system_of

KIND = "receivable_file"
CHUNK_ROWS = 10_000
MOST_UNUSED_COLUMNS = 50
LONGEST_NAME = 200
LONGEST_FILE_NAME = 255  # what file systems allow: a name keeps its ending
MOST_CHUNKS = 1_000_000  # of one attempt: those of the next have numbers of their own
LONGEST_KEPT_CELL = 1_000  # of a rejected row: the longest field is 200, and lists of wrong files stay small

UNFINISHED = (ExchangeState.RECEIVED, ExchangeState.POSTING)
MOST_TURNS = 3  # of a transaction that the database gave up for another's
Progress = Callable[[int, int], None]
"""Told how many rows are done, and how many there are."""


def import_receivables(
    store: Store,
    tenant_settings: Tenant,
    chart_maker: ChartMaker,
    stream: BinaryIO,
    *,
    file_name: str,
    source_system: str,
    all_or_nothing: bool = False,
    opening: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import a file of receivables and say what became of every row.

    The bytes are kept first. Rows that are known already are left as they are, so the same file again is harmless; it
    also finishes the exchange of an import that was interrupted. With `all_or_nothing` one rejected row keeps the whole
    file out, and all is posted in one transaction; `opening` takes balances in without vouchers. A file that cannot be
    read as a whole is quarantined: the report's `refused` says why, and nothing is posted.

    Raises:
        ConfigurationError: the source system is not known, its declared mapping cannot be right, or the books hold a
            company that the settings do not have.
        TransientError: the database did not answer, several times; import the file again.
    """
    with store.read() as work:
        refuse_companies_without_settings(work, tenant_settings)
        system = source_system_of(work, tenant_settings, source_system)
    mapping = RowMapping(system)
    kept = store.contents.keep(stream)
    name = _without_folders(file_name)
    with store.write() as work:
        exchange = _interrupted(work, kept.sha256) or work.exchanges.open(
            kind=KIND, name=name, sha256=kept.sha256, size=kept.size
        )
        accounts = work.accounts.register(_payee_accounts(tenant_settings))
        today = work.today
    resolver = Resolver(tenant_settings, system, accounts, is_opening=opening, today=today)
    file = _File(store, exchange, system, mapping, resolver, ImportReport(exchange.number, name, source_system))
    task = ImportTask(tenant_settings.id, exchange.number, chart_maker)
    return _Import(store, file, task, progress).run(all_or_nothing=all_or_nothing)


class _File:
    """The kept file as rows; what cannot be kept of it goes to the report."""

    def __init__(
        self,
        store: Store,
        exchange: Exchange,
        system: SourceSystem,
        mapping: RowMapping,
        resolver: Resolver,
        report: ImportReport,
    ) -> None:
        self.exchange = exchange
        self.report = report
        self.rows_read = 0
        self._store = store
        self._system = system
        self._mapping = mapping
        self._resolver = resolver

    def read_whole(self) -> None:
        """Read every row once before anything is posted, and count them; also look at the columns.

        Raises:
            FormatError: the file as a whole cannot be read.
        """
        stream = self._open()
        self.report.format = str(stream.format)
        names: dict[str, None] = {}
        if stream.columns is not None:
            self.report.unused_columns = self._mapping.check_columns(stream.columns)
        for row in stream.rows:
            self.report.rows += 1
            if stream.columns is None and len(names) < MOST_UNUSED_COLUMNS:
                names.update(dict.fromkeys(row.cells))
        if not self.report.rows:
            raise FormatError("the file has no receivables", code="NO_ROWS")
        if stream.columns is None:
            self.report.unused_columns = self._mapping.unused(list(names)[:MOST_UNUSED_COLUMNS])

    def chunks(self) -> Iterator[list[Incoming]]:
        """Yield the rows that can be kept, so many at a time; report the others."""
        rows = self._incoming()
        while chunk := list(islice(rows, CHUNK_ROWS)):
            yield chunk

    def reject(self, line: int, problems: tuple[RowProblem, ...], cells: Mapping[str, object]) -> None:
        """Report a row that is not kept."""
        self.report.reject(RejectedRow(line, problems, {name[:LONGEST_NAME]: _text(cells[name]) for name in cells}))

    def _incoming(self) -> Iterator[Incoming]:
        self.rows_read = 0
        for raw in self._open().rows:
            self.rows_read += 1
            row, problems = self._mapping.read(raw)
            if row is None:
                self.reject(raw.line, problems, raw.cells)
                continue
            try:
                incoming = self._resolver.resolve(raw.line, row, raw.cells)
            except RowRefused as refused:
                self.reject(raw.line, (refused.problem,), raw.cells)
            else:
                yield incoming

    def _open(self) -> RowStream:
        return read_rows(self._store.contents.open(self.exchange.sha256), self._system)


class _RowsRejectedError(Exception):
    """Rolls an import back that keeps all rows or none."""

    def __init__(self, outcomes: Sequence[ChunkOutcome]) -> None:
        super().__init__()
        self.outcomes = outcomes


class _Import:
    """One import on its way."""

    def __init__(self, store: Store, file: _File, task: ImportTask, progress: Progress | None) -> None:
        self._store = store
        self._file = file
        self._report = file.report
        self._task = task
        self._progress = progress
        self._chunk_no = (file.exchange.attempt - 1) * MOST_CHUNKS

    def run(self, *, all_or_nothing: bool) -> ImportReport:
        try:
            self._file.read_whole()
        except FormatError as error:
            self._report.refused = error
            self._change(ExchangeState.QUARANTINED, str(error))
            return self._report
        self._change(ExchangeState.POSTING, "")
        if not all_or_nothing:
            self._post()
        elif not self._post_whole():
            kept = "nothing more than was known already" if self._report.unchanged else "none"
            self._change(ExchangeState.QUARANTINED, f"all or nothing: some rows are rejected, so {kept} is kept")
            return self._report
        self._close()
        return self._report

    def _post(self) -> None:
        for chunk in self._file.chunks():
            rest = chunk
            while rest:
                (outcome,) = self._in_one_transaction(partial(self._post_rows, rest))
                self._count(outcome)
                rest = rest[outcome.handled :]
            self._tell_progress()

    def _post_rows(self, rows: Sequence[Incoming], work: UnitOfWork) -> list[ChunkOutcome]:
        return [self._write(work, rows)]

    def _post_whole(self) -> bool:
        """Post every row in one transaction, so that no other import comes in between; False when one is rejected.

        Others who write wait meanwhile.
        """
        try:
            outcomes = self._in_one_transaction(self._write_whole)
        except _RowsRejectedError as rejected:
            for outcome in rejected.outcomes:
                self._report.unchanged += outcome.steps[Step.UNCHANGED]
                self._reject(outcome)
            return False
        for outcome in outcomes:
            self._count(outcome)
        return True

    def _write_whole(self, work: UnitOfWork) -> list[ChunkOutcome]:
        self._report.forget_rejected()
        outcomes: list[ChunkOutcome] = []
        for chunk in self._file.chunks():
            rest = chunk
            while rest:
                outcomes.append(self._write(work, rest))
                rest = rest[outcomes[-1].handled :]
            self._tell_progress()
        if self._report.rejected or any(outcome.rejected for outcome in outcomes):
            raise _RowsRejectedError(outcomes)
        return outcomes

    def _in_one_transaction(
        self, write: Callable[[UnitOfWork], list[ChunkOutcome]], turns: int = MOST_TURNS
    ) -> list[ChunkOutcome]:
        """Write again when the database gave the turn to another, unless all was kept and only the answer was lost."""
        outcomes: list[ChunkOutcome] = []
        try:
            with self._store.write() as work:
                outcomes = write(work)
        except TransientError:
            if not self._is_kept(outcomes):
                if turns == 1:
                    raise
                return self._in_one_transaction(write, turns - 1)
        return outcomes

    def _is_kept(self, outcomes: Sequence[ChunkOutcome]) -> bool:
        first = next((outcome.first for outcome in outcomes if outcome.first is not None), None)
        if first is None:
            return False
        with self._store.read() as work:
            kept = work.receivables.find(receivable_id=first.receivable_id)
        return [(row.company, row.number) for row in kept] == [(first.company, first.number)]

    def _write(self, work: UnitOfWork, rows: Sequence[Incoming]) -> ChunkOutcome:
        self._chunk_no += 1
        return ChunkPosting(work, self._task, rows).run(self._chunk_no)

    def _tell_progress(self) -> None:
        if self._progress is not None:
            self._progress(self._file.rows_read, self._report.rows)

    def _count(self, outcome: ChunkOutcome) -> None:
        report = self._report
        report.new += outcome.steps[Step.NEW]
        report.unchanged += outcome.steps[Step.UNCHANGED]
        report.new_versions += outcome.steps[Step.NEW_VERSION]
        report.suspended_payments += outcome.suspended_payments
        for currency, amount_ore in outcome.amounts_ore.items():
            report.amounts_ore[currency] = report.amounts_ore.get(currency, 0) + amount_ore
        self._reject(outcome)
        for line, warning in outcome.warnings:
            report.warn(line, warning)

    def _reject(self, outcome: ChunkOutcome) -> None:
        for row, problem in outcome.rejected:
            self._file.reject(row.line, (problem,), row.cells)

    def _close(self) -> None:
        report = self._report
        report.rejected_rows.sort(key=lambda row: row.line)
        if report.new or report.new_versions:
            self._change(ExchangeState.POSTED, "")
        elif not report.unchanged:
            self._change(ExchangeState.QUARANTINED, "every row is rejected")
        elif self._file.exchange.attempt > 1:
            self._change(ExchangeState.POSTED, "an interrupted import had posted its rows")
        elif not report.rejected:
            self._change(ExchangeState.DUPLICATE, "every receivable was known already")
        else:
            self._change(ExchangeState.POSTED, "nothing was new")

    def _change(self, state: ExchangeState, reason: str) -> None:
        report = self._report
        report.state = str(state)
        problem = None if report.refused is None else problem_of(report.refused)
        with self._store.write() as work:
            work.exchanges.change(
                report.exchange_no,
                state=report.state,
                format=report.format,
                reason=reason,
                problem=problem,
                summary=report.kept(),
            )


def _interrupted(work: UnitOfWork, sha256: str) -> Exchange | None:
    """Take up the exchange of an import of the same bytes that never ended; its rows are known when it goes on."""
    unfinished = work.exchanges.with_content(sha256=sha256, states=UNFINISHED)
    exchange = next((found for found in unfinished if found.kind == KIND), None)
    if exchange is None:
        return None
    work.exchanges.change(exchange.number, state=ExchangeState.RECEIVED, attempt=exchange.attempt + 1)
    return work.exchanges.get(exchange.number)


def _payee_accounts(tenant: Tenant) -> list[tuple[str, str]]:
    return [
        (canonical_key(account), company.number) for company in tenant.companies for account in company.payee_accounts
    ]


def _without_folders(file_name: str) -> str:
    return file_name.replace("\\", "/").rstrip("/").rpartition("/")[2][:LONGEST_FILE_NAME]


def _text(cell: object) -> str:
    if cell is None or isinstance(cell, str):
        return (cell or "")[:LONGEST_KEPT_CELL]
    is_nested = isinstance(cell, (list, dict))
    try:
        return (json.dumps(cell, ensure_ascii=False, default=str) if is_nested else str(cell))[:LONGEST_KEPT_CELL]
    except RecursionError:
        return "(nested too deep)"
