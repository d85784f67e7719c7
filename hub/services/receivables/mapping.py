"""From the columns of a file to the fields of an `ImportRow`, as its source system declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.errors import ConfigurationError, FormatError
from hub.formats.rows.raw_rows import RawRow
from hub.model.import_rows import ImportRow, RowProblem
from hub.model.refusals import in_words
from hub.model.source_system import SourceSystem
from hub.services.receivables.cells import CellReader, Cells

MOST_ADDRESS_LINES = 5
MOST_CODING_COLUMNS = 9
TEXT_FIELDS = (
    "number",
    "company",
    "routine",
    "currency",
    "reference",
    "payee_account",
    "debtor_number",
    "debtor_name",
    "debtor_identity",
    "second_debtor_name",
    "second_debtor_identity",
    "register_identity",
    "department",
    "refers_to",
    "credits_number",
)
ADDRESS_FIELDS = tuple(f"address_line_{number}" for number in range(1, MOST_ADDRESS_LINES + 1))
CODING_FIELDS = tuple(
    (f"coding_account_{number}", f"coding_amount_{number}", f"coding_text_{number}")
    for number in range(1, MOST_CODING_COLUMNS + 1)
)
_CODING_NAMES = frozenset(name for names in CODING_FIELDS for name in names)
_NEEDED_ALWAYS = ("number", "invoice_date", "amount")
_NEEDED = (*_NEEDED_ALWAYS, "due_date")
_MESSAGES = {
    "missing": ("MISSING", "the value is missing"),
    "string_too_long": ("TOO_LONG", "the text is longer than the hub keeps; nothing is ever cut"),
    "enum": ("KIND_UNKNOWN", "the kind is none of invoice, credit_note, interest_invoice, fee_invoice and internal"),
}
_CODES = {
    "string_pattern_mismatch": "NOT_ALLOWED",
    "string_unicode": "NOT_ALLOWED",
    "greater_than_equal": "OUT_OF_RANGE",
    "less_than_equal": "OUT_OF_RANGE",
}
_CODES_OF_FIELDS = {"currency": "CURRENCY_UNKNOWN", "language": "LANGUAGE_UNKNOWN", "account": "ACCOUNT_WRONG"}
"""What no pattern or table knows is always wrong in the same way; the words say how."""

Problems = tuple[RowProblem, ...]


class _Column(NamedTuple):
    field: str
    key: str
    read: CellReader


def target_fields() -> frozenset[str]:
    """Return the fields that `columns` and `fixed_values` of a source system may name."""
    single = ("version", "kind", "language", "invoice_date", "due_date", "amount", "paid_amount", "coding")
    return frozenset((*TEXT_FIELDS, *ADDRESS_FIELDS, *single, *(name for names in CODING_FIELDS for name in names)))


def refuse_wrong_mappings(systems: Iterable[SourceSystem]) -> None:
    """Raise ConfigurationError when the columns or fixed values of a source system cannot be right."""
    for system in systems:
        RowMapping(system)


class RowMapping:
    """Makes import rows of a source system's rows."""

    def __init__(self, system: SourceSystem) -> None:
        """Check what is declared.

        Raises:
            ConfigurationError: there is no such field, a needed one is not declared, or a fixed value cannot be read.
        """
        self._system = system
        self._place = f"source_systems.{system.name}"
        self._readers = _readers(Cells(system))
        for setting in ("columns", "fixed_values"):
            self._refuse_unknown(setting, getattr(system, setting))
        self._refuse_lacking()
        self._fixed = self._fixed_values()
        keys = system.columns or {name: name for name in self._readers if name not in self._fixed}
        self._columns = [_Column(field, key, self._readers[field]) for field, key in keys.items()]

    def check_columns(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Compare the heading of a file with what is declared, and return the columns that are not used.

        Fields that the heading has no column for are not looked for in its rows.

        Raises:
            FormatError: HEADING_LACKS, naming the columns that are declared or needed and are not there.
        """
        wanted = {column.field: column.key for column in self._columns}
        needed = set(wanted.values()) if self._system.columns else {wanted[name] for name in _NEEDED if name in wanted}
        missing = sorted(needed - set(columns))
        if missing:
            raise FormatError(
                f"the heading lacks {', '.join(missing)}; see columns, delimiter and header_row of the source system",
                code="HEADING_LACKS",
                line=self._system.header_row,
            )
        unused = self.unused(columns)
        self._columns = [column for column in self._columns if column.key in columns]
        return unused

    def unused(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return those of a file's columns that lead nowhere."""
        used = {column.key for column in self._columns}
        return tuple(name for name in columns if name and name not in used)

    def read(self, raw: RawRow) -> tuple[ImportRow | None, Problems]:
        """Make an import row, or say all that is wrong with its fields."""
        if raw.problem is not None:
            return None, (raw.problem,)
        values: dict[str, Any] = dict(self._fixed)
        problems = []
        cells = raw.cells
        for field, key, read in self._columns:
            cell = cells.get(key)
            if cell is None or cell == "":
                continue
            try:
                value = read(cell)
            except FormatError as error:
                problems.append(RowProblem(field, error.code, error.message))
            else:
                if value != "":
                    values[field] = value
        return _validated(values, problems)

    def _refuse_unknown(self, setting: str, fields: Mapping[str, str]) -> None:
        for name in fields:
            if name not in self._readers:
                known = ", ".join(sorted(self._readers))
                raise ConfigurationError(
                    f"there is no field {name}", where=f"{self._place}.{setting}", hint=f"fields are: {known}"
                )

    def _refuse_lacking(self) -> None:
        declared = self._system.columns.keys() | self._system.fixed_values.keys()
        lacking = [name for name in _NEEDED_ALWAYS if name not in declared]
        if self._system.columns and lacking:
            raise ConfigurationError(f"no column is declared for {', '.join(lacking)}", where=f"{self._place}.columns")

    def _fixed_values(self) -> dict[str, Any]:
        values = {}
        for name, text in self._system.fixed_values.items():
            try:
                values[name] = self._readers[name](text)
            except FormatError as error:
                raise ConfigurationError(error.message, where=f"{self._place}.fixed_values.{name}") from None
        return values


def _readers(cells: Cells) -> dict[str, CellReader]:
    readers: dict[str, CellReader] = dict.fromkeys((*TEXT_FIELDS, *ADDRESS_FIELDS), cells.text)
    readers |= {"version": cells.whole, "kind": cells.kind, "language": cells.language, "coding": cells.coding}
    readers |= dict.fromkeys(("invoice_date", "due_date"), cells.date)
    readers |= dict.fromkeys(("amount", "paid_amount"), cells.amount)
    for account, amount, text in CODING_FIELDS:
        readers |= {account: cells.text, amount: cells.amount, text: cells.text}
    return readers


def _validated(values: dict[str, Any], problems: list[RowProblem]) -> tuple[ImportRow | None, Problems]:
    _gather_address(values)
    if not _CODING_NAMES.isdisjoint(values):
        _gather_coding(values, problems)
    try:
        row = ImportRow.model_validate(values)
    except ValidationError as error:
        unread = {problem.field for problem in problems}
        found = [_problem(detail) for detail in error.errors(include_url=False, include_input=False)]
        problems += [problem for problem in found if problem.field not in unread]
    else:
        if not problems:
            return row, ()
    return None, tuple(problems)


def _gather_address(values: dict[str, Any]) -> None:
    lines = [values.pop(name) for name in ADDRESS_FIELDS if name in values]
    if lines:
        values["address_lines"] = tuple(lines)


def _gather_coding(values: dict[str, Any], problems: list[RowProblem]) -> None:
    lines = []
    for names in CODING_FIELDS:
        if any(name in values for name in names):
            account, amount, text = (values.pop(name, None) for name in names)
            lines.append({"account": account or "", "amount_ore": amount or 0, "text": text or ""})
    if lines and "coding" in values:
        problems.append(RowProblem("coding", "CODING_TWICE", "account coding stands both in columns and in a list"))
    elif lines:
        values["coding"] = lines


def _problem(detail: ErrorDetails) -> RowProblem:
    field = str(detail["loc"][0]) if detail["loc"] else ""
    kind = detail["type"]
    if kind in _MESSAGES:
        return RowProblem(field, *_MESSAGES[kind])
    if kind.isupper():  # one of our own
        return RowProblem(field, kind, detail["msg"])
    code = _CODES_OF_FIELDS.get(str(detail["loc"][-1]), _CODES.get(kind, "NOT_ALLOWED"))
    return RowProblem(field, code, in_words(detail, "field"))
