"""The register of recipients (*e-mottagare*), taken in from a file: what debtors want, and where they are reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from hub.errors import DataError, FormatError, IdentifierError
from hub.formats.given_file import open_given
from hub.formats.rows.raw_rows import RawRow
from hub.formats.rows.reading import read_rows
from hub.identifiers import electronic_address
from hub.identifiers.identity_key import identity_key, may_be_same
from hub.model.deliveries import DEBTOR_CHANGED, KnownRecipient
from hub.model.delivery import RouteStep
from hub.model.document_part import Day
from hub.model.import_rows import Identity, Name, ShortText
from hub.model.parties import DebtorClass, EmailAddress
from hub.model.refusals import causes, in_words
from hub.model.source_system import SourceSystem
from hub.rules.delivery.recipients import has_century, says_otherwise
from hub.services.attempts.planning import CLAIM
from hub.services.delivery.turning_back import turn_back
from hub.services.ports import Store, UnitOfWork

ROWS_AT_ONCE = 1_000
MOST_PROBLEMS_KEPT = 1_000
_FILE = SourceSystem(name="recipients")
_NOT_AGREED_YET = "the day has not come yet: give the day on which the debtor agreed, or leave it blank"
Stated = Mapping[str, str | int]  # fields of a KnownRecipient: those that a row says something of
_YES = {"yes": True, "ja": True, "1": True, "true": True, "no": False, "nej": False, "0": False, "false": False}


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
        return identity_key(self.identity) if self.identity else f"{self.company.lstrip('0')}/{self.debtor_number}"

    @model_validator(mode="after")
    def _names_a_debtor(self) -> Self:
        if self.identity is None and not (self.company and self.debtor_number):
            raise ValueError("give the identity, or company and debtor_number")
        return self


class RecipientProblem(NamedTuple):
    """A row that was not taken."""

    line: int
    field: str
    message: str


class RecipientReport(NamedTuple):
    """What became of a file: how many were kept, whose protection it lifted, and the rows that were not."""

    kept: int
    protections_lifted: Annotated[int, "debtors who were protected, and are no more"]
    problems: tuple[RecipientProblem, ...]
    rejected: Annotated[int, "rows"]


def import_recipients(store: Store, tenant_name: str, file: Path) -> RecipientReport:
    """Take a CSV, JSON or Excel file in, whose headings are our names; the same file again changes nothing.

    A row replaces what its columns say. What the file has no column for stays as it stands: a list of wishes takes
    nobody's protection or consent away.

    Documents that have not gone yet find their way anew when it says something else of their debtors.

    Raises:
        DataError: the file cannot be opened, or cannot be read as a whole; rows before that are kept.
    """
    kept, lifted, rejected = 0, 0, 0
    problems: list[RecipientProblem] = []
    waiting: dict[str, Stated] = {}
    with store.read() as work:
        today = work.today
    with open_given(file) as stream:
        for raw in _rows(stream):
            row, wrong = _read(raw, today)
            if row is None:
                rejected += 1
                problems += wrong[: max(0, MOST_PROBLEMS_KEPT - len(problems))]
                continue
            stated = {**_stated(row, raw.cells), "source": file.name}
            if _is_another(waiting.get(row.key, {}), stated):
                lifted += _keep(store, tenant_name, waiting)  # as in two files: a protection that is lost is counted
            waiting[row.key] = _after(waiting.get(row.key, {}), stated)
            kept += 1
            if len(waiting) == ROWS_AT_ONCE:
                lifted += _keep(store, tenant_name, waiting)
    lifted += _keep(store, tenant_name, waiting)
    return RecipientReport(kept, lifted, tuple(problems), rejected)


def _rows(stream: BinaryIO) -> Iterator[RawRow]:
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


def _keep(store: Store, tenant_name: str, waiting: dict[str, Stated]) -> int:
    with store.write() as work:
        lifted = keep_recipients(work, tenant_name, {key: waiting[key] for key in sorted(waiting)})
    waiting.clear()
    return lifted


def keep_recipients(work: UnitOfWork, tenant_name: str, stated: Mapping[str, Stated]) -> int:
    """Write what is stated of recipients, by key, over what was known, and turn back what has not gone to the changed.

    Of those whose debts are at an agency an event says so, by the receivable. Returns how many were protected before
    and are no more.

    Whoever plans messages sees what is written here, or is seen by it: they claim the same.
    """
    work.commands.claim(CLAIM)
    before = work.recipients.known(list(stated))
    recipients = [_over(before.get(key), key, values) for key, values in stated.items()]
    work.recipients.keep(recipients)
    changed = [one.recipient_key for one in recipients if says_otherwise(one, before.get(one.recipient_key))]
    turn_back(work, tenant_name, changed)
    for receivable_id, company in work.collection_cases.of_debtors(changed):
        work.events.record(DEBTOR_CHANGED, receivable_id=receivable_id, company=company)
    protected = {key for key, known in before.items() if known.is_protected}
    return sum(one.recipient_key in protected and not one.is_protected for one in recipients)


def _over(known: KnownRecipient | None, key: str, stated: Stated) -> KnownRecipient:
    """Return a recipient as known but for what is stated; of another, a century apart, nothing is taken over."""
    earlier: Stated = {} if known is None else known._asdict()
    said = stated if _is_another(earlier, stated) else _after(earlier, stated)
    return KnownRecipient(**{**KnownRecipient(key)._asdict(), **said})


def _is_another(earlier: Stated, stated: Stated) -> bool:
    """Say whether two debtors share a key, a century apart."""
    identities = str(earlier.get("identity", "")), str(stated.get("identity", ""))
    return all(identities) and not may_be_same(*identities)


def _after(earlier: Stated, stated: Stated) -> Stated:
    """Return what was said earlier of a debtor but for what is stated now.

    A number without its century leaves the century that was said: else the next row could be taken for the same one's.
    """
    was, now = str(earlier.get("identity", "")), str(stated.get("identity", ""))
    return {**earlier, **stated, "identity": was if has_century(was) else now or was}


def _read(raw: RawRow, today: str) -> tuple[RecipientRow | None, list[RecipientProblem]]:
    if raw.problem is not None:
        return None, [RecipientProblem(raw.line, raw.problem.field, raw.problem.message)]
    try:
        row = RecipientRow.model_validate(_values(raw.cells))
    except ValidationError as error:
        return None, [
            RecipientProblem(raw.line, str(one["loc"][0]) if one["loc"] else "", in_words(one, "field"))
            for one in causes(error)
        ]
    if row.email_consent_on and row.email_consent_on > today:
        return None, [RecipientProblem(raw.line, "email_consent_on", _NOT_AGREED_YET)]
    return row, []


def _values(cells: dict[str, Any]) -> dict[str, Any]:
    given = {name: _text(value) for name, value in cells.items() if name and _text(value) != ""}
    if isinstance(given.get("is_protected"), str):
        given["is_protected"] = _YES.get(given["is_protected"].lower(), given["is_protected"])
    return given


def _text(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, bool) else str(value).strip()


def _stated(row: RecipientRow, cells: Mapping[str, Any]) -> Stated:
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
    return {"identity": row.identity or "", **{name: value for name, value in values.items() if name in cells}}
