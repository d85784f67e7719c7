"""What people and the core ledger tell the hub: one model for each command, wire form and Python form alike.

Every command has a key of its own: the same command sent twice is carried out once, and answers the same twice.
Amounts are whole öre, dates ISO. `user` is the person or system that says it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails

from hub.errors import DataError
from hub.model.about_receivable import AboutReceivable
from hub.model.attempts import AttemptVerdict
from hub.model.bank_connection_commands import TellBankFile
from hub.model.bank_statement_commands import AcceptStatementGap
from hub.model.collection_commands import CollectionCommand
from hub.model.command import Command, RowNumber, Target, said
from hub.model.command_dates import IsoDate
from hub.model.delivery_commands import DeliveryCommand
from hub.model.dunning_commands import NoteStepTaken
from hub.model.import_rows import NO_CONTROL_CHARACTERS, CodingLine, LongText, Number, ShortText
from hub.model.instalment_plan_commands import EndInstalmentPlan, MakeInstalmentPlan
from hub.model.limitation import InterruptLimitation
from hub.model.mandate_commands import MandateCommand
from hub.model.order_to_pay_commands import OrderToPayCommand
from hub.model.payee_account import read_account
from hub.model.refund_commands import RefundCommand
from hub.model.refusals import causes, dotted_path, in_words
from hub.model.setting_values import Switch
from hub.money import LARGEST_ORE

MOST_SHARES = 200
MOST_HELD = 20_000  # one transaction of about half a second

_CODE_FORM = "must be 1 to 20 letters, digits, hyphens or underscores"
_FORMS = {
    "code": _CODE_FORM,
    "reason_code": _CODE_FORM,
    "account": "must be a ledger account: letters and digits, its parts set off by blanks or signs",
}


Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-zÅÄÖåäö_-]{1,20}$")]
Reason = Annotated[str, said(200)]
AmountOre = Annotated[StrictInt, Field(gt=0, le=LARGEST_ORE)]
PaidTo = Annotated[str, StringConstraints(max_length=60), AfterValidator(lambda text: text and read_account(text))]


# --- the core ledger -----------------------------------------------------------------------------------------------


class CreditReceivable(AboutReceivable):
    """A whole or part credit (*kreditering*). Without an amount: everything that is open."""

    kind: Literal["credit_receivable"] = "credit_receivable"
    amount_ore: AmountOre | None = None
    coding: tuple[CodingLine, ...] = Field(default=(), description="Adds up to the amount; else the receivable's own.")
    transaction_date: IsoDate | None = Field(default=None, description="Left out: today.")
    allow_credit_balance: Switch = Field(default=False, description="Lets the balance go below zero.")
    remark: LongText = ""

    @model_validator(mode="after")
    def _coding_needs_an_amount(self) -> Self:
        if self.coding and self.amount_ore is None:
            raise ValueError("coding lines need an amount to add up to")
        return self


class CancelReceivable(AboutReceivable):
    """Annulled (*annullering*) as if it had never been issued: all that was debited is taken back."""

    kind: Literal["cancel_receivable"] = "cancel_receivable"
    allow_credit_balance: Switch = Field(default=False, description="Also when money has been paid on it.")
    remark: LongText = ""


class WriteOffReceivable(AboutReceivable):
    """Written off with a reason (*avskrivning*). Without an amount: everything that is open, on either side of zero."""

    kind: Literal["write_off_receivable"] = "write_off_receivable"
    amount_ore: AmountOre | None = None
    reason_code: Code
    remark: LongText = ""


class SetHold(AboutReceivable):
    """Stops dunning by a hold code (*kravkod*) until a date, or until it is ended; several may be active."""

    kind: Literal["set_hold"] = "set_hold"
    code: Code
    source: ShortText = Field(description="What set it: a person, a plan, an agency.")
    until_date: IsoDate | None = Field(default=None, description="Last day of the stop.")
    reason: LongText = ""


class EndHold(AboutReceivable):
    """Ends one hold by its number, or every active hold with a code."""

    kind: Literal["end_hold"] = "end_hold"
    hold_no: RowNumber | None = None
    code: Code | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.hold_no is None) == (self.code is None):
            raise ValueError("give hold_no or code, one of them")
        return self


class WatchReceivable(AboutReceivable):
    """Puts the receivable under watch (*betalningsbevakning*): payments on it come on the signal list."""

    kind: Literal["watch_receivable"] = "watch_receivable"
    text: Reason


class UnwatchReceivable(AboutReceivable):
    """Ends the watch."""

    kind: Literal["unwatch_receivable"] = "unwatch_receivable"


class NotePrintedCharge(AboutReceivable):
    """Fee and interest that the latest letter printed without debiting them; zero both: nothing is printed any more."""

    kind: Literal["note_printed_charge"] = "note_printed_charge"
    printed_on: IsoDate
    fee_ore: Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)] = 0
    interest_ore: Annotated[StrictInt, Field(ge=0, le=LARGEST_ORE)] = 0


class ChangeDueDate(AboutReceivable):
    """Moves the due date; the original one is kept beside it."""

    kind: Literal["change_due_date"] = "change_due_date"
    due_date: IsoDate
    reason: LongText = ""


class AnswerCarried(Command):
    """A source system says on which of its invoices a carried charge stands."""

    kind: Literal["answer_carried"] = "answer_carried"
    carry_no: RowNumber
    invoice_number: Number


# --- manual payments -----------------------------------------------------------------------------------------------


class _ByMethod(AboutReceivable):
    method: Annotated[str, StringConstraints(min_length=1, max_length=1)] = Field(description="Payment-method code.")
    transaction_date: IsoDate = Field(description="The day it really happened: interest is counted to it.")
    coding: tuple[CodingLine, ...] = Field(default=(), description="As the code says: may, must or must not be given.")
    allow_credit_balance: Switch = Field(default=False, description="Lets the balance go below zero.")
    remark: Annotated[str, StringConstraints(max_length=40, pattern=NO_CONTROL_CHARACTERS)] = ""


class ReportOwnPayment(_ByMethod):
    """The core ledger got money itself; the code must lower the balance."""

    kind: Literal["report_own_payment"] = "report_own_payment"
    amount_ore: AmountOre


class RegisterPayment(_ByMethod):
    """A row registered by hand with a payment-method code (*inbetalningssätt*); a text-only code has no amount."""

    kind: Literal["register_payment"] = "register_payment"
    amount_ore: AmountOre | None = None


# --- the queue -----------------------------------------------------------------------------------------------------


class Share(Target):
    """A receivable and its share of the money; above zero, also of a deduction. None: all that remains."""

    amount_ore: AmountOre | None = None


class AboutPayment(Command):
    """A command about one suspended payment."""

    payment_id: RowNumber


class MovePayment(AboutPayment):
    """Moves suspended money, whole or in part, to one receivable or several."""

    kind: Literal["move_payment"] = "move_payment"
    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=MOST_SHARES)]
    allow_credit_balance: Switch = Field(default=False, description="Lets a balance go below zero.")

    @model_validator(mode="after")
    def _only_the_last_takes_the_rest(self) -> Self:
        if any(share.amount_ore is None for share in self.shares[:-1]):
            raise ValueError("only the last share may leave out its amount: it takes what remains")
        return self


class RefundPayment(AboutPayment):
    """Suspended money is paid back to the payer. Without an amount: all that remains."""

    kind: Literal["refund_payment"] = "refund_payment"
    amount_ore: AmountOre | None = None
    payee_account: PaidTo = Field(default="", description="Where to; left out: the account the money came from.")
    remark: LongText = ""


class WriteOffSuspended(AboutPayment):
    """A small suspended amount is written off, within the company's limit for overpayments."""

    kind: Literal["write_off_suspended"] = "write_off_suspended"
    above_limit: Switch = Field(default=False, description="The person answers for an amount above the limit.")
    remark: LongText = ""


class Verdict(StrEnum):
    """What a person says of held payments."""

    SAME_MONEY = "same_money"  # as their twins: closed
    NEW_MONEY = "new_money"  # posted now, by the ordinary rules


class DecideHeld(Command):
    """Decides held payments: a whole group, or payments by id."""

    kind: Literal["decide_held"] = "decide_held"
    verdict: Verdict
    group: ShortText = ""
    payment_ids: Annotated[tuple[RowNumber, ...], Field(max_length=MOST_HELD)] = ()
    payee_account: ShortText = Field(
        default="", description="Such as bankgiro:9912346, when the file's own account is not known."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.group) == bool(self.payment_ids):
            raise ValueError("give group or payment_ids, one of them")
        return self


class ReversalNumber(BaseModel):
    """A reversal by the file that tells it and its number in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange_no: RowNumber
    reversal_no: RowNumber


class DecideReversal(Command):
    """Says which payment a reversal means that was not found by its keys, who bears it, or which other is the same."""

    kind: Literal["decide_reversal"] = "decide_reversal"
    exchange_no: RowNumber
    reversal_no: RowNumber
    payment_id: RowNumber | None = Field(default=None, description="Needed without coding; with it: one refunded.")
    coding: tuple[CodingLine, ...] = Field(default=(), description="Adds up to the amount; no payment is taken back.")
    same_as: ReversalNumber | None = Field(default=None, description="Alone: another format's reversal, decided.")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.payment_id is not None or bool(self.coding)) == (self.same_as is not None):
            raise ValueError(
                "give payment_id, or coding where no payment of yours can be taken back, or alone same_as, another "
                "format's reversal that is the same"
            )
        return self


class MakeLumpPayment(Command):
    """A lump that stays alone is a payment of its own."""

    kind: Literal["make_lump_payment"] = "make_lump_payment"
    lump_no: RowNumber
    reference: ShortText = Field(default="", description="What the money is for, where a person knows it.")


# --- files ---------------------------------------------------------------------------------------------------------


class UndoFile(Command):
    """Takes a posted payment file back by new entries."""

    kind: Literal["undo_file"] = "undo_file"
    exchange_no: RowNumber
    reason: Reason


class AcceptCorrection(Command):
    """Takes the newer file: the one it corrects is undone, and this one is posted."""

    kind: Literal["accept_correction"] = "accept_correction"
    exchange_no: RowNumber


class RejectCorrection(Command):
    """Keeps the earlier file; the newer one is closed."""

    kind: Literal["reject_correction"] = "reject_correction"
    exchange_no: RowNumber
    reason: Reason


# --- messages to the outside -----------------------------------------------------------------------------------------


class DecideAttempt(Command):
    """Says what became of a message that is unknown or given up, or lets go of one that is planned."""

    kind: Literal["decide_attempt"] = "decide_attempt"
    attempt_no: RowNumber
    verdict: AttemptVerdict
    external_id: ShortText = Field(default="", description="With delivered: what the other side calls it.")
    remark: LongText = ""


AnyCommand = Annotated[
    CreditReceivable
    | CancelReceivable
    | WriteOffReceivable
    | SetHold
    | EndHold
    | WatchReceivable
    | UnwatchReceivable
    | NotePrintedCharge
    | NoteStepTaken
    | ChangeDueDate
    | InterruptLimitation
    | AnswerCarried
    | ReportOwnPayment
    | RegisterPayment
    | MovePayment
    | RefundPayment
    | WriteOffSuspended
    | RefundCommand
    | DecideHeld
    | DecideReversal
    | MakeLumpPayment
    | UndoFile
    | AcceptCorrection
    | RejectCorrection
    | DecideAttempt
    | TellBankFile
    | AcceptStatementGap
    | DeliveryCommand
    | CollectionCommand
    | MakeInstalmentPlan
    | EndInstalmentPlan
    | MandateCommand
    | OrderToPayCommand,
    Field(discriminator="kind"),
]
_COMMANDS: TypeAdapter[Any] = TypeAdapter(AnyCommand)


def parse_command(body: Any) -> Command:
    """Read a command from its wire form, a JSON object with `kind`.

    Raises:
        DataError: what is wrong, field by field; never with the values themselves.
    """
    try:
        command: Command = _COMMANDS.validate_python(body)
    except ValidationError as error:
        raise DataError(f"the command cannot be carried out: {_problems(error)}") from None
    return command


def _problems(error: ValidationError) -> str:
    return "; ".join(_problem(problem) for problem in causes(error))


def _problem(problem: ErrorDetails) -> str:
    where, words = dotted_path(problem["loc"][1:]), in_words(problem, "field")
    if problem["type"].startswith("union_tag"):
        where = "kind"
    if problem["type"] in ("missing", "union_tag_not_found"):
        words = "must be given"
    if problem["type"] == "string_pattern_mismatch":
        words = _FORMS.get(str(problem["loc"][-1]), words)
    return f"{where}: {words}" if where else words
