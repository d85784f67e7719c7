"""What people and other parts of the hub tell collection of a case."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, StrictInt, model_validator

from hub.model.collection import ClosingCode, RecallReason
from hub.model.command import Command, RowNumber
from hub.model.command_dates import IsoDate
from hub.model.import_rows import CodingLine, LongText, ShortText
from hub.money import LARGEST_ORE


class AboutCase(Command):
    """A command about one case at an agency."""

    case_no: RowNumber


class RecallCase(AboutCase):
    """Takes a case back from its agency (*återkallelse*); one that has not been sent never is."""

    kind: Literal["recall_case"] = "recall_case"
    reason: RecallReason
    remark: LongText = ""


class HoldCase(AboutCase):
    """Asks the agency to wait (*anstånd*) until a day, or until it is told to go on."""

    kind: Literal["hold_case"] = "hold_case"
    until_date: IsoDate | None = None
    remark: LongText = ""


class ReleaseCase(AboutCase):
    """Tells the agency to go on."""

    kind: Literal["release_case"] = "release_case"
    remark: LongText = ""


class CloseCase(AboutCase):
    """A person says that a case has ended, where the agency does not say it itself."""

    kind: Literal["close_case"] = "close_case"
    code: ClosingCode
    remark: LongText = ""


class ReportDirectPayment(AboutCase):
    """Suspended money is the debtor's for a case whose receivable was settled at the transfer; the agency is told."""

    kind: Literal["report_direct_payment"] = "report_direct_payment"
    payment_id: RowNumber
    amount_ore: StrictInt | None = Field(default=None, gt=0, le=LARGEST_ORE, description="Left out: all that remains.")


class TellAgency(AboutCase):
    """A person has told the agency what its format cannot hold: the order is done."""

    kind: Literal["tell_agency"] = "tell_agency"
    order_no: RowNumber
    remark: LongText = ""


class DecideAgencyFile(Command):
    """A person decides about an agency's file that is held: it is taken in as it is, or closed.

    With a company, rows of settlements whose invoice's number several companies have are that company's.
    """

    kind: Literal["decide_agency_file"] = "decide_agency_file"
    exchange_no: RowNumber
    verdict: Literal["take", "close"]
    company: ShortText = ""
    remark: LongText = ""


class PlacePayout(Command):
    """Suspended money is what an agency pays out for a settlement; without it, what it is owed makes it even.

    With coding it is paid in a way that the hub never sees: what is left of one company's part goes to these accounts.
    """

    kind: Literal["place_payout"] = "place_payout"
    settlement_no: RowNumber
    payment_id: RowNumber | None = None
    coding: tuple[CodingLine, ...] = Field(default=(), description="Adds up to what is left, with its sign.")
    company: ShortText = Field(default="", description="With coding: whose part, of a settlement for several.")

    @model_validator(mode="after")
    def _money_or_coding(self) -> Self:
        if self.payment_id is not None and self.coding:
            raise ValueError("give payment_id, or coding where no payment of yours is the money")
        return self


class TakeOffPayout(Command):
    """Money that was placed on settlements is none of theirs: it waits in the suspense account, and they are unpaid."""

    kind: Literal["take_off_payout"] = "take_off_payout"
    payment_id: RowNumber
    remark: LongText = ""


class SendFileAgain(Command):
    """A file that certainly did not arrive: what it tells goes in another one."""

    kind: Literal["send_file_again"] = "send_file_again"
    exchange_no: RowNumber
    remark: LongText = ""


class SeeCollection(Command):
    """Says that a person has seen to what a task about an agency asks."""

    kind: Literal["see_collection"] = "see_collection"
    task_no: RowNumber
    remark: LongText = ""


CollectionCommand = (
    RecallCase
    | HoldCase
    | ReleaseCase
    | CloseCase
    | TellAgency
    | ReportDirectPayment
    | DecideAgencyFile
    | PlacePayout
    | TakeOffPayout
    | SendFileAgain
    | SeeCollection
)
