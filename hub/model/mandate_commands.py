"""What people and the core ledger tell the hub about mandates (*medgivanden*) and payment requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from hub.model.command import Command, RowNumber
from hub.model.direct_debit_settings import LONGEST_PAYER_NUMBER
from hub.model.import_rows import LongText, Name, ShortText
from hub.model.setting_values import Switch

PayerNumber = Annotated[str, StringConstraints(pattern=rf"^[1-9][0-9]{{0,{LONGEST_PAYER_NUMBER - 1}}}$")]
_PayerNumberOrNone = Annotated[str, StringConstraints(pattern=rf"^$|^[1-9][0-9]{{0,{LONGEST_PAYER_NUMBER - 1}}}$")]


class RegisterMandate(Command):
    """Registers a mandate that a payer has signed, and asks the clearing house for it."""

    kind: Literal["register_mandate"] = "register_mandate"
    company: ShortText
    debtor_number: ShortText = Field(default="", description="The debtor's number in the core ledger.")
    source_system: ShortText = Field(default="", description="Whose number it is; left out: any system's.")
    payer_number: _PayerNumberOrNone = Field(default="", description="Left out: made by the company's settings.")
    payer_account: ShortText = Field(default="", description="Clearing number and account number of the payer.")
    payer_identity: ShortText = Field(default="", description="Personal or organisation number of who has the account.")
    payer_name: Name = ""
    is_registered: Switch = Field(
        default=False, description="The clearing house has it already: nothing is asked, and it is active."
    )


class CancelMandate(Command):
    """Ends a mandate; requests by it that are still in time are taken back."""

    kind: Literal["cancel_mandate"] = "cancel_mandate"
    mandate_no: RowNumber
    remark: LongText = ""


class ChangePayerNumber(Command):
    """Gives a mandate another payer number."""

    kind: Literal["change_payer_number"] = "change_payer_number"
    mandate_no: RowNumber
    payer_number: PayerNumber


class AnswerMandate(Command):
    """Answers a mandate that a payer asked for in the internet bank, and that the rules left to a person."""

    kind: Literal["answer_mandate"] = "answer_mandate"
    mandate_no: RowNumber
    approve: Switch
    debtor_number: ShortText = Field(default="", description="Whose it is, where that is not known.")
    source_system: ShortText = ""
    remark: LongText = ""


class CancelPaymentRequest(Command):
    """Takes a payment request back, if that is still in time; its receivable is dunned as others are."""

    kind: Literal["cancel_payment_request"] = "cancel_payment_request"
    request_no: RowNumber
    remark: LongText = ""


class SeeDirectDebit(Command):
    """Says that a person has seen to what a task about a mandate, a payment request or a file of theirs asks."""

    kind: Literal["see_direct_debit"] = "see_direct_debit"
    task_no: RowNumber
    remark: LongText = ""


MandateCommand = (
    RegisterMandate | CancelMandate | ChangePayerNumber | AnswerMandate | CancelPaymentRequest | SeeDirectDebit
)
