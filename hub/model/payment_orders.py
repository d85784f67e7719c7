"""What we ask our bank to pay (*utbetalning*), and what it answers, in the words of no bank.

Amounts are whole öre. Account numbers are compact; `scheme` is `bankgiro`, `plusgiro`, `bban` or `iban`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.texts import said_by_others

GIRO = frozenset({"bankgiro", "plusgiro"})


class OrderAccount(NamedTuple):
    """An account that money goes to or comes from."""

    scheme: str
    number: str


class PaymentOrder(NamedTuple):
    """One payment that the bank is asked to make."""

    end_to_end_id: str  # ours, of this payment alone and for ever; at most 35 characters
    amount_ore: int
    payee: OrderAccount
    payee_name: str
    payee_town: str = ""
    payee_country: str = "SE"
    reference: str = ""  # the payee's own reference (OCR) of the payment; blank when there is none
    text: str = ""  # what the payee reads where there is no reference


class OrderBatch(NamedTuple):
    """One file of payment orders, of one company and from one account. Equal batches are equal bytes."""

    message_id: str  # ours, the same however often the file is made; at most 35 characters
    company: str
    name: str
    organisation_number: str  # ten digits
    currency: str
    made_at: str  # ISO time in UTC, to the second
    pay_on: str  # ISO date: the day the bank is asked to pay
    debtor: OrderAccount  # the account that is charged
    debtor_giro: OrderAccount | None  # what payments to giro numbers are drawn on, where the company has such a number
    orders: tuple[PaymentOrder, ...]

    @property
    def total_ore(self) -> int:
        """What the bank is asked to pay in all."""
        return sum(order.amount_ore for order in self.orders)


class OrderStatus(StrEnum):
    """What a bank says of a file or of a payment in it."""

    RECEIVED = "received"  # it has come, and is not judged
    ACCEPTED = "accepted"  # it is to be paid
    PENDING = "pending"  # it waits: for funds, or for somebody to sign
    PAID = "paid"  # it has left the account
    PARTLY = "partly"  # of a file: some are accepted, some are not
    REJECTED = "rejected"  # it will not be paid


@said_by_others
class AnswerOpened(NamedTuple):
    """The first thing an answer says: its own id, and when it was made."""

    answer_id: str
    made_at: str


@said_by_others
class BatchStatus(NamedTuple):
    """What the bank says of a whole file, or of one part of it."""

    message_id: str  # ours
    part: str  # of the file, as `PaymentOrderWriter.part_of` names it; blank: the whole file
    status: OrderStatus | None  # None: it says nothing of the whole, only of payments
    code: str = ""  # its reason
    text: str = ""


@said_by_others
class PaymentStatus(NamedTuple):
    """What the bank says of one payment."""

    message_id: str
    end_to_end_id: str
    status: OrderStatus
    code: str = ""
    text: str = ""


@said_by_others
class AnswerClosed(NamedTuple):
    """The answer has been read whole."""

    payments: int


OrderEvent = AnswerOpened | BatchStatus | PaymentStatus | AnswerClosed
