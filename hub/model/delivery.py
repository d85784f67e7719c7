"""How a document finds its debtor: recipients, reach, the route, what channels are given and what they report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.model.documents import Document
from hub.model.parties import DebtorClass
from hub.texts import said_by_others


class RouteStep(StrEnum):
    """What a channel leads to; in this order they are tried unless a tenant's settings say otherwise."""

    INTERNAL = "internal"  # the debtor is a tenant of this installation
    PEPPOL = "peppol"
    OPERATOR = "operator"  # the network of an operator
    INTERNET_BANK = "internet_bank"
    KIVRA = "kivra"
    EMAIL = "email"
    LETTER = "letter"


E_INVOICE_STEPS = frozenset({RouteStep.INTERNAL, RouteStep.PEPPOL, RouteStep.OPERATOR})
"""What counts as an e-invoice where the law asks for one."""


class Recipient(NamedTuple):
    """Who is to be reached, with all that is known of where; anything but the key may be blank."""

    key: str  # ours, of these facts: two of one debtor that differ in any of them have two
    name: str = ""
    identity: str = ""  # personal identity or coordination number with twelve digits, organisation number with ten
    debtor_class: DebtorClass = DebtorClass.PERSON
    vat_number: str = ""
    email: str = ""
    e_invoice_address: str = ""  # such as 0007:5567321707
    e_bank_address: str = ""  # what the debtor is called in its internet bank (FMI)
    country: str = "SE"


class Reachable(StrEnum):
    """What a channel says of a recipient."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # it could not be found out now


@said_by_others
class Reach(NamedTuple):
    """Whether a channel reaches a recipient; only `yes` and `no` are kept, for at most a day."""

    answer: Reachable
    reason: str = ""  # why not, in a few words for people; no name and no number of the recipient
    address: str = ""  # where it is reached, when the other side said so; given back in `Outgoing.address`
    holds_for_s: int = 24 * 3600


class Outgoing(NamedTuple):
    """One document for one recipient, all that a channel needs to make its message."""

    delivery_id: str  # ours, to be quoted to the other side; letters, digits and hyphens, at most 40
    document: Document
    recipient: Recipient
    address: str  # of the reach that was kept, blank when there was none
    pdf: bytes  # the one rendering of this document, the same for every channel
    e_invoice: bytes = b""  # the same for machines (EN 16931, UBL 2.1), blank where there is none
    no_e_invoice: str = ""  # why there is none, for people; blank too where nothing that is turned on writes any


@said_by_others
class Prepared(NamedTuple):
    """A message, and the documents that it carries: one, or many where the other side takes them together."""

    delivery_ids: tuple[str, ...]
    content: bytes


@said_by_others
class Unfit(NamedTuple):
    """A document that the channel cannot carry; the others of the batch are not held up by it."""

    delivery_id: str
    reason: str  # for people: what is wrong and what to do; no name and no number of the recipient
    is_for_a_person: bool = False  # the document itself is wrong: no other channel is to have it either


@said_by_others
class Preparation(NamedTuple):
    """What came of a batch: every document is in exactly one of them."""

    prepared: Sequence[Prepared]
    unfit: Sequence[Unfit] = ()


class ReceiptKind(StrEnum):
    """What the other side reports of a document that it had taken."""

    UNDER_WAY = "under_way"  # accepted, printed: nothing is decided by it
    DELIVERED = "delivered"  # for good
    RETURNED = "returned"  # certainly not delivered: the next channel may take it
    STOPPED = "stopped"  # certainly not delivered, by a fault of ours or of the document: a person looks


@said_by_others
class Receipt(NamedTuple):
    """One report. It is found by our id, or by what the other side called the message."""

    kind: ReceiptKind
    delivery_id: str = ""
    external_id: str = ""
    reason: str = ""  # for people, without names and numbers
    at: str = ""  # when it happened, ISO, as the other side says
    is_bad_address: bool = False  # nothing more is to be sent there before the address is mended


class AnswerKind(StrEnum):
    """What a buyer says of an invoice that it has (Invoice Response, UNCL 4343 as Peppol uses it)."""

    RECEIVED = "received"  # AB
    IN_PROCESS = "in_process"  # IP
    UNDER_QUERY = "under_query"  # UQ: disputed until the seller has answered
    CONDITIONALLY_ACCEPTED = "conditionally_accepted"  # CA
    REJECTED = "rejected"  # RE: disputed
    ACCEPTED = "accepted"  # AP
    PAID = "paid"  # PD: money to be expected, never bookkeeping


@said_by_others
class BuyerAnswer(NamedTuple):
    """What a buyer answers to an invoice. It may stop dunning; it never books anything.

    The document is found by our id, by what the other side called the message, or by its number and buyer; its date
    and its seller tell apart several that have one number.
    """

    kind: AnswerKind
    delivery_id: str = ""
    external_id: str = ""
    document_number: str = ""
    buyer: str = ""  # electronic address such as 0007:5567321707, as it was in the invoice
    reason: str = ""  # why and what is to be done, for people, without names and numbers of persons
    at: str = ""  # when it took effect, ISO
    answer_id: str = ""  # what the buyer calls this answer: with kind and time, the same one again is known by it
    document_date: str = ""  # of the document, ISO
    seller: str = ""  # electronic address of who is answered


@said_by_others
class Followed(NamedTuple):
    """What a question for reports came to; the cursor is given back in the next one, when these are kept."""

    receipts: Sequence[Receipt]
    cursor: str
    has_more: bool = False
    answers: Sequence[BuyerAnswer] = ()
    problems: Sequence[str] = ()  # what of the reports could not be read, for people, without names and numbers


class Silence(StrEnum):
    """What it means when no report comes in time."""

    DELIVERED = "delivered"  # as with email: only what comes back is reported
    ASK_A_PERSON = "ask_a_person"


ReachByKey = Mapping[str, Reach]
