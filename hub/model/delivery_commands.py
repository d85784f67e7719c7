"""What people tell the hub of documents that go out."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.model.command import Command, RowNumber
from hub.model.command_dates import IsoDate
from hub.model.documents import MOST_LINES, Document
from hub.model.import_rows import LongText, ShortText
from hub.model.setting_values import OptionalChannelName, Switch
from hub.money import LARGEST_ORE

MOST_SEEN = 10_000  # tasks in one command
UNDELIVERABLE_LETTER = "undeliverable_letter"
"""The kind of the task about a letter that never will arrive; its subject is the key of the letter's command."""


class Balance(BaseModel):
    """What is open on a receivable that a letter is about: principal, fee and interest together."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    receivable_id: RowNumber
    open_ore: Annotated[StrictInt, Field(ge=-LARGEST_ORE, le=LARGEST_ORE)]


class DeliverDocument(Command):
    """Hands a letter over, with the balances that it was made for.

    Just before it is sent they are compared with what is open, its last day with the day, and the codes with the holds
    that are active: a letter that holds no more is withdrawn. What becomes of it is told by this command's key:
    `document_sent`, `document_withdrawn` or `document_undeliverable`.
    """

    kind: Literal["deliver_document"] = "deliver_document"
    document: Document
    balances: Annotated[tuple[Balance, ...], Field(max_length=MOST_LINES)] = Field(
        default=(), description="Of each receivable that it is about; none: it is sent whatever is owed."
    )
    mentions: Annotated[tuple[RowNumber, ...], Field(max_length=MOST_LINES)] = Field(
        default=(), description="Receivables that it names without their balances; it is erased when they are purged."
    )
    leaves_by: IsoDate | None = Field(
        default=None, description="The last day on which it may be sent, of one with balances; left out: any day."
    )
    despite_holds: tuple[ShortText, ...] | None = Field(
        default=None,
        description="The hold codes on those receivables that do not stop it, any other does; left out: none does.",
    )


class SendDocument(Command):
    """Lets a document that waits for a person find its way anew, or go by one channel whatever the route says."""

    kind: Literal["send_document"] = "send_document"
    document_no: RowNumber
    channel: OptionalChannelName = Field(default="", description="By this one; left out: by the route.")
    remark: LongText = ""


class CopyDocument(Command):
    """Sends a copy of a document by the route; a copy of a letter starts no dunning and bears no fee."""

    kind: Literal["copy_document"] = "copy_document"
    document_no: RowNumber
    issue_date: IsoDate | None = Field(default=None, description="Its date; left out: the original's.")
    officer: ShortText = Field(default="", description="Whom it says to ask; left out: as the original.")
    says_copy: Switch = Field(default=True, description="The word copy is printed on it.")


class CloseDocument(Command):
    """Says that a person has seen to a document: nothing more is sent of it."""

    kind: Literal["close_document"] = "close_document"
    document_no: RowNumber
    remark: LongText = ""


class SeeReport(Command):
    """Says that a person has looked at a report of a channel that could not be read."""

    kind: Literal["see_report"] = "see_report"
    task_no: RowNumber
    remark: LongText = ""


class SeeReports(Command):
    """Says the same of many tasks at once: by their numbers, or of all letters whose keys begin alike."""

    kind: Literal["see_reports"] = "see_reports"
    task_nos: Annotated[tuple[RowNumber, ...], Field(max_length=MOST_SEEN)] = ()
    letters: ShortText = Field(default="", description="Such as `dun:7:`, the letters of dunning plan 7.")
    remark: LongText = ""

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not self.task_nos and not self.letters:
            raise ValueError("say which: task_nos, or what the keys of letters begin with")
        return self


DeliveryCommand = DeliverDocument | CopyDocument | SendDocument | CloseDocument | SeeReport | SeeReports
