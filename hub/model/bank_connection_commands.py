"""What is told of a file that was handed over to a bank."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub.model.command import Command, RowNumber
from hub.model.import_rows import LongText


class TellBankFile(Command):
    """Says what the bank says of a file that we sent it; what is further on is never taken back by it."""

    kind: Literal["tell_bank_file"] = "tell_bank_file"
    exchange_no: RowNumber
    state: Literal["received", "accepted", "partly", "rejected", "booked"]
    reason: LongText = Field(default="", description="In the bank's words; without names and numbers of persons.")
