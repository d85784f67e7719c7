"""What people tell the hub of documents that go out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub.model.command import Command, RowNumber
from hub.model.import_rows import LongText
from hub.model.setting_values import OptionalChannelName


class SendDocument(Command):
    """Lets a document that waits for a person find its way anew, or go by one channel whatever the route says."""

    kind: Literal["send_document"] = "send_document"
    document_no: RowNumber
    channel: OptionalChannelName = Field(default="", description="By this one; left out: by the route.")
    remark: LongText = ""


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
