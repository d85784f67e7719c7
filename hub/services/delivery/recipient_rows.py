"""Rows of a file of recipients (*e-mottagare*): what each says of a debtor, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any, BinaryIO, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hub.errors import DataError, FormatError, IdentifierError
from hub.formats.rows.raw_rows import RawRow
from hub.formats.rows.reading import read_rows
from hub.identifiers import electronic_address
from hub.identifiers.identity_key import identity_key
from hub.model.delivery import RouteStep
from hub.model.document_part import Day
from hub.model.import_rows import Identity, Name, ShortText
from hub.model.parties import DebtorClass, EmailAddress
from hub.model.refusals import causes, in_words
from hub.model.source_system import SourceSystem
from hub.rules.delivery.recipients import number_key
from hub.rules.delivery.stated_protection import is_hinted, is_plain, protects
from hub.rules.delivery.stated_recipients import Stated

_FILE = SourceSystem(name="recipients")
_NOT_AGREED_YET = (
    "the day has not come yet: the rest of the row is kept, without this consent; give the day on which the debtor "
    "agreed, or leave it blank"
)
_UNDERSTOOD = "understood as yes, as it is no plain no: the debtor is protected; write yes or no"
_STILL_PROTECTED = "of the refused row this alone is kept: the debtor is protected, as known by {key}"
_PROTECTS_NOBODY = "the refused row says that somebody is protected, not who: nobody is, until it is mended"
_PROTECTED = {"is_protected": True}
_NUMBER = ("company", "debtor_number")
_KEYS = {
    "identity, and by company and debtor_number": ("identity", *_NUMBER),
    "identity": ("identity",),
    "company and debtor_number": _NUMBER,
}


def _electronic_address(text: str) -> str:
    try:
        return text.strip() and electronic_address.validate(text)
    except IdentifierError as error:
        raise PydanticCustomError("E_INVOICE_ADDRESS_WRONG", "{why}", {"why": str(error)}) from None


class RecipientRow(BaseModel):
    """One row; a blank cell says nothing is known, and what was known is forgotten."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    identity: Identity | None = Field(default=None, description="Personal identity, coordination or organisation no.")
    company: ShortText = Field(default="", description="With debtor_number, of a debtor without identity.")
    debtor_number: ShortText = ""
    name: Name = ""
    debtor_class: DebtorClass | None = None
    wish: RouteStep | None = Field(default=None, description="The step that the debtor wants: kivra, email, letter, …")
    email: EmailAddress = ""
    email_consent_on: Day | None = Field(default=None, description="When the debtor agreed to email.")
    e_invoice_address: Annotated[ShortText, AfterValidator(_electronic_address)] = ""
    e_bank_address: ShortText = ""
    is_protected: bool = False

    @property
    def key(self) -> str:
        """What the debtor is known by."""
        return identity_key(self.identity) if self.identity else number_key(self.company, self.debtor_number)

    @property
    def number_key(self) -> str:
        """What the debtor is known by beside its identity; blank where there are not both."""
        has_both = self.identity and self.company and self.debtor_number
        return number_key(self.company, self.debtor_number) if has_both else ""

    @model_validator(mode="after")
    def _names_a_debtor(self) -> Self:
        if self.identity is None and not (self.company and self.debtor_number):
            raise ValueError("give the identity, or company and debtor_number")
        return self


class RecipientProblem(NamedTuple):
    """Something that was not taken: a row, or a part of one."""

    line: int
    field: str
    message: str


class ReadRow(NamedTuple):
    """What a row says; its key is blank where nothing of it is kept."""

    key: str  # what the debtor is known by
    stated: Stated
    problems: Sequence[RecipientProblem] = ()  # why it is refused
    warnings: Sequence[RecipientProblem] = ()  # what of it is not kept, or kept although it is refused
    number_key: str = ""  # of a debtor with an identity: a protection is kept by it, too


def raw_rows(stream: BinaryIO) -> Iterator[RawRow]:
    """Yield the rows of a file. Raises DataError when it cannot be a register."""
    try:
        found = read_rows(stream, _FILE)
        _refuse_other_columns(found.columns)
        yield from found.rows
    except FormatError as error:
        if error.code == "WRONG_ENCODING":
            raise DataError("the file is not UTF-8: save it as CSV UTF-8, or as .xlsx") from None
        raise


def _refuse_other_columns(columns: Sequence[str] | None) -> None:
    """Refuse a heading that has names which are none of ours, or that names no debtor."""
    if columns is None:
        return
    unknown = [name for name in columns if name not in RecipientRow.model_fields]
    if unknown:
        raise DataError(
            f"the heading has {unknown[0][:40]!r}, which is no field of a recipient; CSV is parted by ; and takes: "
            f"{', '.join(RecipientRow.model_fields)}"
        )
    if "identity" not in columns and not {"company", "debtor_number"} <= set(columns):
        raise DataError("the heading needs identity, or company and debtor_number: who the recipient is")


def read_row(raw: RawRow, today: str) -> ReadRow:
    """Read a row. One that is wrong is refused whole, but for the protection that it states: that is never lost.

    A consent of a day that has not come by `today` (ISO) is no consent: what was known stays, as if the cell were not
    there.
    """
    if raw.problem is not None:
        return _refused(raw, [RecipientProblem(raw.line, raw.problem.field, raw.problem.message)])
    try:
        row = RecipientRow.model_validate(_values(raw.cells))
    except ValidationError as error:
        return _refused(
            raw,
            [
                RecipientProblem(raw.line, str(one["loc"][0]) if one["loc"] else "", in_words(one, "field"))
                for one in causes(error)
            ],
        )
    columns, warnings = set(raw.cells), []
    if not is_plain(_text(raw.cells.get("is_protected"))):
        warnings.append(RecipientProblem(raw.line, "is_protected", _UNDERSTOOD))
    if row.email_consent_on and row.email_consent_on > today:
        warnings.append(RecipientProblem(raw.line, "email_consent_on", _NOT_AGREED_YET))
        columns.remove("email_consent_on")
    return ReadRow(row.key, _stated(row, columns), warnings=warnings, number_key=row.number_key)


def _refused(raw: RawRow, problems: Sequence[RecipientProblem]) -> ReadRow:
    """Return a row of which nothing is kept, but for the protection that it states or may state."""
    texts = {name: _text(value) for name, value in raw.cells.items()}
    beyond, own = [_text(value) for value in raw.beyond], RecipientRow.model_fields
    if not is_hinted(texts, beyond, is_displaced=raw.problem is not None, own=own):
        return ReadRow("", {}, problems)
    for key, names in _KEYS.items():
        if not all(texts.get(name) for name in names):
            continue
        try:
            row = RecipientRow.model_validate({**_values({name: raw.cells.get(name) for name in names}), **_PROTECTED})
        except ValidationError:
            continue
        warning = RecipientProblem(raw.line, "is_protected", _STILL_PROTECTED.format(key=key))
        return ReadRow(row.key, _stated(row, _PROTECTED), problems, [warning], row.number_key)
    return ReadRow("", {}, problems, [RecipientProblem(raw.line, "is_protected", _PROTECTS_NOBODY)])


def _values(cells: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {name: text for name, value in cells.items() if name and (text := _text(value))}
    given |= {name: value for name, value in cells.items() if isinstance(value, bool)}  # no text is made of these
    if "is_protected" in given:
        given["is_protected"] = protects(_text(given["is_protected"]))
    return given


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _stated(row: RecipientRow, columns: Collection[str]) -> Stated:
    """Return what a row says: its columns, blank ones too, and who it is about."""
    values: dict[str, str | int] = {
        "name": row.name,
        "debtor_class": row.debtor_class or "",
        "wish": row.wish or "",
        "email": row.email,
        "email_consent_on": row.email_consent_on or "",
        "e_invoice_address": row.e_invoice_address,
        "e_bank_address": row.e_bank_address,
        "is_protected": int(row.is_protected),
    }
    return {"identity": row.identity or "", **{name: value for name, value in values.items() if name in columns}}
