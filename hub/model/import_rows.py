"""One row of a file of receivables, and what an import answers about its rows.

The fields of `ImportRow` are the names that a mapping of a source system (*försystem*) leads to. Texts have been
stripped and amounts and dates read before a row is made; what is left to check here is each field by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints
from pydantic_core import PydanticCustomError

from hub.errors import FormatError
from hub.identifiers import coordination_number, organisation_number, personal_identity_number
from hub.model.receivables import ReceivableKind
from hub.model.setting_values import AccountCode, CurrencyCode

MOST_REJECTED_ROWS_KEPT = 100_000  # beyond them rows are only counted: by then the mapping is wrong, not the rows
MOST_REASONS_KEPT = 100  # with the exchange: the list beside the file has all of them
MOST_WARNINGS_KEPT = 10_000
LARGEST_VERSION = 1_000_000
NO_CONTROL_CHARACTERS = r"^[^\x00-\x1f\x7f-\x9f]*$"  # they break lists and letters; PostgreSQL keeps no NUL either


def _identity(text: str) -> str:
    for module in (personal_identity_number, organisation_number, coordination_number):
        if module.is_valid(text):
            return str(module.compact(text))
    raise PydanticCustomError(
        "IDENTITY_WRONG", "neither a personal identity, coordination nor organisation number: its form or check digit"
    )


Identity = Annotated[str, AfterValidator(_identity)]
Name = Annotated[str, StringConstraints(max_length=140, pattern=NO_CONTROL_CHARACTERS)]
AddressLine = Annotated[str, StringConstraints(max_length=100, pattern=NO_CONTROL_CHARACTERS)]
ShortText = Annotated[str, StringConstraints(max_length=35, pattern=NO_CONTROL_CHARACTERS)]
LongText = Annotated[str, StringConstraints(max_length=200, pattern=NO_CONTROL_CHARACTERS)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=30, pattern=NO_CONTROL_CHARACTERS)]


class CodingLine(BaseModel):
    """One line of account coding (*konteringsrad*): its share of the amount, with the sign of the amount."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: AccountCode
    amount_ore: StrictInt
    text: LongText = ""


class ImportRow(BaseModel):
    """One receivable as its source system states it. What is left out is None or blank and is filled in by settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: Number
    invoice_date: str  # ISO
    amount_ore: StrictInt = Field(alias="amount")
    due_date: str = ""  # ISO; a credit note may have none
    company: ShortText = ""
    routine: ShortText = ""
    version: Annotated[StrictInt, Field(ge=1, le=LARGEST_VERSION)] = 1
    kind: ReceivableKind | None = None  # None: an invoice, or a credit note when the amount is below zero
    currency: CurrencyCode | None = None
    reference: ShortText = ""
    payee_account: ShortText = ""
    debtor_number: ShortText = ""
    debtor_name: Name = ""
    debtor_identity: Identity | None = None
    address_lines: tuple[AddressLine, ...] = ()
    second_debtor_name: Name = ""
    second_debtor_identity: Identity | None = None
    register_identity: ShortText = ""
    department: ShortText = ""
    refers_to: LongText = ""
    language: Annotated[str, StringConstraints(pattern=r"^(sv|en)?$")] = ""  # what the debtor reads
    credits_number: ShortText = ""
    paid_ore: StrictInt = Field(default=0, alias="paid_amount")
    coding: tuple[CodingLine, ...] = ()

    @property
    def credits(self) -> bool:
        """Whether it is a credit note, by its kind or by an amount below zero."""
        return self.kind is ReceivableKind.CREDIT_NOTE or (self.kind is None and self.amount_ore < 0)


class RowProblem(NamedTuple):
    """What is wrong with one field of a row; `code` is stable, the message never repeats the value."""

    field: str
    code: str
    message: str


class RejectedRow(NamedTuple):
    """A row that is not kept, with its columns as they stood in the file."""

    line: int
    problems: tuple[RowProblem, ...]
    cells: dict[str, str]


class RowWarning(NamedTuple):
    """A row that is kept although a person should look at it."""

    line: int
    problem: RowProblem


@dataclass
class ImportReport:
    """What became of a file of receivables. Amounts are whole öre by currency."""

    exchange_no: int
    file_name: str
    source_system: str
    state: str = ""  # of the exchange
    format: str = ""
    rows: int = 0
    new: int = 0
    unchanged: int = 0
    new_versions: int = 0
    rejected: int = 0
    suspended_payments: int = 0  # payments in the queue that name what was imported; a rematch is queued for them
    amounts_ore: dict[str, int] = field(default_factory=dict)  # posted: new receivables, and changes by new versions
    rejected_rows: list[RejectedRow] = field(default_factory=list)
    warnings: list[RowWarning] = field(default_factory=list)
    unused_columns: tuple[str, ...] = ()
    refused: FormatError | None = None  # the whole file: nothing was read from it

    def reject(self, row: RejectedRow) -> None:
        """Count a rejected row, and keep it while there is room."""
        self.rejected += 1
        if len(self.rejected_rows) < MOST_REJECTED_ROWS_KEPT:
            self.rejected_rows.append(row)

    def forget_rejected(self) -> None:
        """Begin anew: the rows are judged once more."""
        self.rejected = 0
        self.rejected_rows.clear()

    def warn(self, line: int, problem: RowProblem) -> None:
        """Keep a warning while there is room."""
        if len(self.warnings) < MOST_WARNINGS_KEPT:
            self.warnings.append(RowWarning(line, problem))

    def counts(self) -> dict[str, Any]:
        """Return the figures alone: no row, no name, no number."""
        names = ("rows", "new", "unchanged", "new_versions", "rejected", "suspended_payments", "amounts_ore")
        return {"source_system": self.source_system, **{name: getattr(self, name) for name in names}}

    def kept(self) -> dict[str, Any]:
        """Return what the exchange keeps: the figures, and why the first rejected rows are so, by their lines alone."""
        return (
            {**self.counts(), "rejected_rows": self._reasons()[:MOST_REASONS_KEPT]} if self.rejected else self.counts()
        )

    def _reasons(self) -> list[dict[str, Any]]:
        in_order = sorted(self.rejected_rows, key=lambda row: row.line)
        return [{"line": row.line, **problem._asdict()} for row in in_order for problem in row.problems]

    def as_json(self) -> dict[str, Any]:
        """Return everything but the rejected rows' own columns, for scripts."""
        return {
            "exchange_no": self.exchange_no,
            "file_name": self.file_name,
            "state": self.state,
            "format": self.format,
            **self.counts(),
            "rejected_rows": self._reasons(),
            "warnings": [{"line": warning.line, **warning.problem._asdict()} for warning in self.warnings],
            "unused_columns": list(self.unused_columns),
            "refused": None if self.refused is None else problem_of(self.refused),
        }


def problem_of(error: FormatError) -> dict[str, Any]:
    """Return an error as an exchange keeps it: code, line, record, field and message, never the value."""
    return {
        "code": error.code,
        "line": error.line,
        "record": error.record,
        "field": error.field,
        "message": error.message,
    }
