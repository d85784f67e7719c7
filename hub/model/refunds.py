"""Refunds (*återbetalningar*): money that is paid back, from being asked for until a statement says that it has left.

Amounts are whole öre and above zero. Times are ISO text in UTC, days ISO dates.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class RefundState(StrEnum):
    """Where a refund stands. The last three are ends; `booked` may still come back."""

    ASKED = "asked"  # it waits for approval
    APPROVED = "approved"  # it goes with the next file
    ORDERED = "ordered"  # it stands in a file, and in the books
    ACCEPTED = "accepted"  # the bank says that it will pay
    BOOKED = "booked"  # a statement says that the money has left
    REJECTED = "rejected"  # the bank, or a person, says that it was not paid: the money is back where it was
    RETURNED = "returned"  # it left, and came back
    WITHDRAWN = "withdrawn"  # by a person, before it was ordered


LIVE = (RefundState.ASKED, RefundState.APPROVED)
"""Nothing is booked: the amount is only set aside."""
UNDER_WAY = (RefundState.ORDERED, RefundState.ACCEPTED)
"""The refund clearing account holds the amount."""
CAME_BACK = (RefundState.REJECTED, RefundState.RETURNED)


class RefundSource(StrEnum):
    """What is paid back."""

    PAYMENT = "payment"  # money in the suspense account: an overpayment, or a payment that was never placed
    RECEIVABLE = "receivable"  # a credit balance (*tillgodohavande*)


class Refund(NamedTuple):
    """One refund, as the books keep it."""

    refund_no: int
    company: str
    source: str
    payment_id: int  # 0 where it is a credit balance
    receivable_id: int  # 0 where it is a payment
    group_no: int  # of the receivable
    account_no: int  # payee account that the money came to, 0 when none is known
    amount_ore: int
    currency: str
    payee_account: str  # such as bankgiro:9912346
    payee_name: str
    payee_town: str
    reference: str  # the payee's own, blank when there is none
    text: str  # to the payee
    state: str
    reason: str  # why it waits, was rejected or came back
    asked_by: str
    asked_at: str
    run_no: int  # of the run that planned it, 0 when somebody asked
    approvals_needed: int
    end_to_end_id: str
    order_no: int  # the file, 0 before it is in one
    part: str  # of the file
    booked_on: str  # blank: no statement has told that it left
    booked_exchange: int
    booked_voucher: int
    is_given_back: int  # 1: the money is back where it was, by entries
    returned_payment: int  # the payment that it came back as
    changed_at: str


class RefundReturn(NamedTuple):
    """A payment that says it is a refund of ours coming back, whole."""

    refund_no: int
    payment_id: int
    is_waiting: bool  # all of it waits in the suspense account, at the refund's company: nothing else is made of it


class NewRefund(NamedTuple):
    """What is written of a refund when it is asked for or planned."""

    company: str
    source: str
    payment_id: int
    receivable_id: int
    group_no: int
    account_no: int
    amount_ore: int
    currency: str
    payee_account: str
    payee_name: str
    payee_town: str
    reference: str
    text: str
    state: str
    asked_by: str
    run_no: int
    approvals_needed: int


class Approval(NamedTuple):
    """Who has approved a refund (*attest*), and when."""

    refund_no: int
    approved_by: str
    approved_at: str


class RefundOrder(NamedTuple):
    """One file of refunds, and where it stands."""

    order_no: int  # within the tenant
    company: str
    writer: str
    message_id: str
    exchange_no: int
    name: str
    organisation_number: str
    currency: str
    made_at: str
    pay_on: str
    charged: str  # such as iban:SE…
    drawn_on: str  # a bankgiro number, blank when the company has none
    refunds: int
    amount_ore: int
    answer: str  # the latest status of the whole, blank before the bank has said anything
    exchange_state: str = ""


class Refundable(NamedTuple):
    """Money that could be paid back, with what decides about it."""

    source: str
    source_no: int  # payment id or receivable id
    company: str
    group_no: int
    account_no: int
    amount_ore: int  # what is left when live refunds are set aside
    currency: str
    since: str  # the day it has been there from
    payer_name: str
    payer_account: str  # as the file wrote it
    payer_family: str  # the format that wrote it
    payer_address: str  # lines divided by line feeds
    debtor_key: str
    other_debts_ore: int  # of the debtor, with the company, due
    has_hold: int  # 1: a hold stands on what it belongs to, or on a debt of the debtor
    is_protected: int  # 1: the debtor's identity is protected
    live: int  # refunds of it that are asked for, approved or under way
    came_back: int  # refunds of it that were rejected or returned


class Debt(NamedTuple):
    """A receivable that somebody who is to be paid back owes the company on."""

    company: str
    number: str
    source_system: str
    open_ore: int


class Withheld(StrEnum):
    """Why a run refunds something not."""

    ASKED_ALREADY = "asked_already"
    CAME_BACK = "came_back"  # an earlier refund of it: a person looks at the account first
    HOLD = "hold"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    OTHER_DEBTS = "other_debts"
    PROTECTED_IDENTITY = "protected_identity"  # and no account is known: nobody is looked up
    NO_ACCOUNT = "no_account"


class StatementDebit(NamedTuple):
    """An entry of a statement by which money left, and what it names."""

    exchange_no: int
    statement_entry_no: int
    section_no: int
    account_no: int  # 0: the settings have no such account
    amount_ore: int  # above zero
    currency: str
    booked_date: str
    family: str  # the format that tells it
    references: tuple[str, ...]


class Telling(NamedTuple):
    """An entry of a statement that is said to have taken a refund's money."""

    exchange_no: int
    statement_entry_no: int
    account_no: int  # 0: the settings had no such account
    family: str
    booked_date: str
    is_posted: bool  # its file stands

    @property
    def entry(self) -> tuple[int, int]:
        """The file and the number of the entry in it."""
        return self.exchange_no, self.statement_entry_no
