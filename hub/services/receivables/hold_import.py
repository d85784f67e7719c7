"""Holds (*kravkoder*) taken in from a file: codes 1 to 9 and named ones, with their last day and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import DataError, FormatError
from hub.formats.given_file import open_given
from hub.formats.rows.raw_rows import RawRow
from hub.formats.rows.reading import read_rows
from hub.model.dunning_settings import HoldCodeName
from hub.model.import_rows import LongText, Number, RowProblem, ShortText
from hub.model.receivables import NewHold, Receivable
from hub.model.refusals import causes, in_words
from hub.model.source_system import SourceSystem
from hub.model.tenant import Tenant
from hub.rules.dunning.holds import is_in_the_way, why_ended
from hub.services.attempts import CLAIM
from hub.services.ports import Store, UnitOfWork
from hub.services.receivables.cells import Cells

ROWS_AT_ONCE = 1_000
MOST_PROBLEMS_KEPT = 1_000
SOURCE = "import"
Then = Callable[[UnitOfWork, Tenant, Sequence[tuple[Receivable, str]]], None]
"""What is done with receivables that a hold was set on, each with its code."""

_FILE = SourceSystem(name="holds")


class HoldRow(BaseModel):
    """One row: the receivable by company and number, the code, its last day and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    company: ShortText = Field(default="", description="Left out: the tenant's only one.")
    number: Number
    source_system: ShortText = Field(default="", description="Needed when several systems use the same number.")
    code: HoldCodeName
    until: str = Field(default="", description="Last day of the hold, ISO; left out: until it is ended.")
    text: LongText = ""
    source: ShortText = Field(default=SOURCE, description="What set it.")


class HoldProblem(NamedTuple):
    """A row that was not taken."""

    line: int
    field: str
    message: str


class HoldReport(NamedTuple):
    """What became of a file: holds that were set, those that stood already, and the rows that were not taken."""

    kept: int
    known: int
    rejected: int
    problems: tuple[HoldProblem, ...]
    warnings: tuple[str, ...]


class _Placed(NamedTuple):
    line: int
    row: HoldRow
    receivable: Receivable


def import_holds(store: Store, tenant: Tenant, file: Path, then: Then = lambda *_: None) -> HoldReport:
    """Take a CSV, JSON or Excel file of holds in, whose headings are our names; a bad row holds no other.

    `then` is carried out in the transaction that sets holds, with them.

    The same file again changes nothing: a hold that the same source has set, and that is active, is known; so is a
    deferral that ended on the same day.

    Raises:
        DataError: the file cannot be opened, or cannot be read as a whole; rows before that are kept.
    """
    importing = _Importing(store, tenant, then)
    with open_given(file) as stream:
        rows = _rows(stream)
        while some := list(islice(rows, ROWS_AT_ONCE)):
            importing.take(some)
    return importing.report()


def _rows(stream: BinaryIO) -> Iterator[RawRow]:
    try:
        found = read_rows(stream, _FILE)
        unknown = [name for name in found.columns or () if name not in HoldRow.model_fields]
        if unknown:
            raise DataError(
                f"the heading has {unknown[0][:40]!r}, which is no field of a hold; CSV is parted by ; and takes: "
                f"{', '.join(HoldRow.model_fields)}"
            )
        yield from found.rows
    except FormatError as error:
        if error.code == "WRONG_ENCODING":
            raise DataError("the file is not UTF-8: save it as CSV UTF-8, or as .xlsx") from None
        raise


class _Importing:
    """One file on its way in."""

    def __init__(self, store: Store, tenant: Tenant, then: Then) -> None:
        self._store = store
        self._tenant = tenant
        self._then = then
        self._kept = self._known = self._rejected = 0
        self._problems: list[HoldProblem] = []
        self._unknown_codes: dict[tuple[str, str], int] = {}

    def report(self) -> HoldReport:
        warnings = tuple(
            f"line {line}: code {code} is not among the hold codes of company {company}: it stops every step and "
            "interest; add it to [companies.dunning.hold_codes]"
            for (company, code), line in self._unknown_codes.items()
        )
        return HoldReport(self._kept, self._known, self._rejected, tuple(self._problems), warnings)

    def take(self, raws: Sequence[RawRow]) -> None:
        """Keep the holds of some rows in one transaction."""
        read = [one for raw in raws if (one := self._read(raw)) is not None]
        with self._store.write() as work:
            self._keep(work, self._placed(work, read))

    def _reject(self, line: int, problem: RowProblem) -> None:
        self._rejected += 1
        if len(self._problems) < MOST_PROBLEMS_KEPT:
            self._problems.append(HoldProblem(line, problem.field, problem.message))

    def _read(self, raw: RawRow) -> tuple[int, HoldRow] | None:
        if raw.problem is not None:
            self._reject(raw.line, raw.problem)
            return None
        try:
            row = HoldRow.model_validate(_values(raw.cells))
        except FormatError as error:
            self._reject(raw.line, RowProblem(error.place.field, error.code, error.message))
        except ValidationError as error:
            one = next(iter(causes(error)))
            field = str(one["loc"][0]) if one["loc"] else ""
            self._reject(raw.line, RowProblem(field, "", in_words(one, "field")))
        else:
            return raw.line, row
        return None

    def _placed(self, work: UnitOfWork, rows: Sequence[tuple[int, HoldRow]]) -> list[_Placed]:
        """Find the receivables of rows, company by company, the newest version of each."""
        by_company: dict[str, list[tuple[int, HoldRow]]] = defaultdict(list)
        for line, row in rows:
            company = self._company(row.company)
            if company is None:
                self._reject(line, RowProblem("company", "", "there is no such company: give one of the settings"))
            else:
                by_company[company].append((line, row))
        placed: list[_Placed] = []
        for company, own in by_company.items():
            found = _newest(work.receivables.known_versions(company, sorted({row.number for _, row in own})))
            for line, row in own:
                one = self._place(line, row, found[row.number])
                if one is not None and self._may_be_set(one, work.today):
                    placed.append(one)
        return placed

    def _company(self, number: str) -> str | None:
        if not number and len(self._tenant.companies) == 1:
            return self._tenant.companies[0].number
        found = self._tenant.company(number) if number else None
        return None if found is None else found.number

    def _place(self, line: int, row: HoldRow, found: dict[str, Receivable]) -> _Placed | None:
        meant = [one for system, one in found.items() if row.source_system in ("", system)]
        if len(meant) == 1:
            return _Placed(line, row, meant[0])
        why = "several source systems use it: give source_system" if meant else "there is no such receivable"
        self._reject(line, RowProblem("number", "", why))
        return None

    def _may_be_set(self, one: _Placed, today: str) -> bool:
        if not one.row.until or one.row.until >= today:
            return True
        company = self._tenant.company(one.receivable.company)
        codes = {} if company is None else company.dunning.hold_codes
        why = why_ended(codes, one.row.code, one.row.until, one.receivable.original_due_date)
        if why:
            self._reject(one.line, RowProblem("until", "", why))
        return not why

    def _keep(self, work: UnitOfWork, placed: Sequence[_Placed]) -> None:
        codes = {one.row.code for one in placed}
        if any(codes & company.claims.protecting_codes for company in self._tenant.companies):
            work.commands.claim(CLAIM)  # before anything is held, as by all who change documents with their messages
        numbers = sorted({one.receivable.receivable_id for one in placed})
        work.receivables.lock(numbers)
        standing: dict[tuple[int, str, str], list[str | None]] = defaultdict(list)
        for held in work.receivables.standing_holds(numbers):
            standing[held.receivable_id, held.code, held.source].append(held.until_date)
        new: list[tuple[_Placed, NewHold]] = []
        for one in placed:
            hold = _hold(one)
            known = standing[hold.receivable_id, hold.code, hold.source]
            if any(is_in_the_way(last_day, hold.until_date, work.today) for last_day in known):
                self._known += 1
                continue
            known.append(hold.until_date)
            new.append((one, hold))
            self._look_at_code(one)
        for (one, _), hold_no in zip(new, work.receivables.set_holds([hold for _, hold in new]), strict=True):
            _record(work, one, hold_no)
        self._then(work, self._tenant, [(one.receivable, one.row.code) for one, _ in new])
        self._kept += len(new)

    def _look_at_code(self, one: _Placed) -> None:
        company = self._tenant.company(one.receivable.company)
        if company is not None and one.row.code not in company.dunning.hold_codes:
            self._unknown_codes.setdefault((company.number, one.row.code), one.line)


def _newest(versions: Sequence[Receivable]) -> dict[str, dict[str, Receivable]]:
    """Return the newest version of each receivable by number and source system."""
    found: dict[str, dict[str, Receivable]] = defaultdict(dict)
    for one in sorted(versions, key=lambda one: one.version):
        found[one.number][one.source_system] = one
    return found


def _hold(one: _Placed) -> NewHold:
    row = one.row
    return NewHold(one.receivable.receivable_id, row.code, row.text, row.source, row.until or None)


def _record(work: UnitOfWork, one: _Placed, hold_no: int) -> None:
    receivable = one.receivable
    work.events.record(
        "hold_set",
        receivable_id=receivable.receivable_id,
        company=receivable.company,
        source_system=receivable.source_system,
        number=receivable.number,
        user=one.row.source,
        hold_no=hold_no,
        code=one.row.code,
        source=one.row.source,
        until_date=one.row.until or None,
        reason=one.row.text,
    )


def _values(cells: dict[str, Any]) -> dict[str, Any]:
    """Return what a row gives. Raises FormatError with the field."""
    read = Cells(_FILE)
    given: dict[str, Any] = {}
    for name, cell in cells.items():
        try:
            value = "" if cell is None else (read.date(cell) if name == "until" else read.text(cell))
        except FormatError as error:
            raise FormatError(error.message, field=name, code=error.code) from None
        if value != "":
            given[name] = value
    return given
