"""What the hub keeps of a document's way: where it stands, each channel that was looked at, and who is known."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.model.delivery import Receipt


class DocumentState(StrEnum):
    """Where a document stands. `delivered`, `closed`, `withdrawn` and `undeliverable` are ends."""

    ACCEPTED = "accepted"  # kept; its way is to be found, the first time or after a channel did not take it
    SENDING = "sending"  # planned or under way on a channel
    SENT = "sent"  # the other side took it, and will report what becomes of it
    DELIVERED = "delivered"
    UNKNOWN = "unknown"  # it may have arrived: a person finds out, by its attempt
    LEFT_OVER = "left_over"  # no channel but paper takes it: it goes on with the rest of the archive it came in
    HELD = "held"  # no channel may or can take it: a person sees to it
    CLOSED = "closed"  # a person has seen to it, or a newer version goes instead
    WITHDRAWN = "withdrawn"  # a letter whose receivables are settled or owe something else by now: it is not sent
    UNDELIVERABLE = "undeliverable"  # a letter that no channel delivered, or that a person closed before one had


IN_HAND = (DocumentState.SENDING, DocumentState.SENT, DocumentState.UNKNOWN)
"""States in which what becomes of the document is told by its message."""


class StepOutcome(StrEnum):
    """What came of a channel for a document."""

    SKIPPED = "skipped"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"  # certainly not delivered
    RETURNED = "returned"  # taken, and certainly not delivered after all
    UNKNOWN = "unknown"


TRIED = frozenset({StepOutcome.REFUSED, StepOutcome.RETURNED})
"""Outcomes after which the channel is not taken again for the same document."""

NOT_ARRIVED = TRIED | {StepOutcome.SKIPPED}
"""Outcomes of a channel by which the document certainly has not arrived."""


class DocumentRow(NamedTuple):
    """One row of `document`. Times are ISO text in UTC, amounts whole öre."""

    document_no: int
    document_key: str  # company, source system, kind, number, version and copy
    company: str
    kind: str
    number: str
    version: int
    recipient_key: str
    debtor_class: str
    state: str
    reason: str  # why it stands there, for people; no name and no number of the debtor
    handed_sha256: str  # of the document as it was handed over: the same key with other content is refused
    sha256: str  # of the document as it is sent: with what the settings and the books filled in
    size: int
    pdf_sha256: str  # of its one rendering; blank until there is one
    e_invoice_sha256: str  # of the same for machines; blank where there is none
    channel: str  # that has it, or had it last
    exchange_no: int | None  # of the message that it went out in
    price_ore: int
    due_at: str  # looked at again by then: blank is at once
    accepted_at: str
    changed_at: str
    search_began_at: str  # since when its next channel is looked for: accepted, come back, or sent anew
    command_key: str = ""  # of the command that asked for it: a letter, of which the sender is told by that key
    debtor_number_key: str = ""  # of the debtor beside its identity: a protection known by it holds, too

    @property
    def copy_no(self) -> int:
        """Which copy it is; 0 is the original."""
        return int(self.document_key.rpartition(":")[2])


class Rendering(NamedTuple):
    """What a document was made to look like; blank is not made."""

    document_no: int
    pdf_sha256: str
    e_invoice_sha256: str = ""


class DocumentStep(NamedTuple):
    """A channel that was looked at for a document; one row for each time it may be tried: reports of all count."""

    document_no: int
    channel: str
    turn: int  # raised when the channel may be tried again
    step_no: int  # which channel it was in the order they were taken, 0 while it was only skipped
    delivery_id: str
    outcome: str
    reason: str
    price_ore: int
    exchange_no: int | None
    changed_at: str
    address_sha256: str = ""  # of the address that it was sent to, so that no other is blamed when it comes back


class NewDocument(NamedTuple):
    """A document to be accepted, whose bytes are kept already."""

    document_key: str
    company: str
    kind: str
    number: str
    version: int
    recipient_key: str
    debtor_class: str
    handed_sha256: str
    sha256: str
    size: int
    command_key: str = ""
    debtor_number_key: str = ""


class LetterBalance(NamedTuple):
    """What was open on a receivable when a letter about it was made."""

    document_no: int
    receivable_id: int
    open_ore: int  # principal, fee and interest together
    leaves_by: str | None = None  # the last day on which the letter may be sent, None: any day
    despite_holds: str | None = None  # the hold codes that do not stop it, `|3|5|`; None: none does


class Outdated(NamedTuple):
    """A letter that does not hold any more, and the message that is to carry it."""

    document_no: int
    exchange_no: int | None
    is_settled: int  # 1: nothing is open on any of its receivables
    is_void: int  # 1: whoever asked for it has taken it back
    is_late: int  # 1: its last day to leave has passed
    is_held: int  # 1: a hold on one of its receivables stops it


class Fate(StrEnum):
    """What a file of an archive is to the hub."""

    DOCUMENT = "document"  # one of ours: its own state says where it stands
    REST = "rest"  # no document: it is passed on with what is left over
    LEFT_OUT = "left_out"  # it is not passed on: its document was handed over before, or with other content


class ArchivedFileRow(NamedTuple):
    """One row of `archived_file`."""

    archive_no: int
    file_no: int
    fate: str
    document_no: int | None
    place: str
    reason: str = ""  # why it is no document, or is left out, for people
    passed_on_no: int | None = None


class KeptAnswer(NamedTuple):
    """One row of `document_answer`: what a buyer answered, in the order it came."""

    document_no: int
    answer_no: int
    answer_key: str
    channel: str
    kind: str
    reason: str
    answered_at: str  # as the buyer says; blank when it does not
    came_at: str


DEBTOR_CHANGED = "debtor_changed"
"""Event: the register says something else of the debtor of a receivable that is at a collection agency."""


class KnownRecipient(NamedTuple):
    """One row of the register of recipients (*e-mottagare*): what the debtor wants, and where it is reached."""

    recipient_key: str
    name: str = ""
    identity: str = ""
    debtor_class: str = ""
    wish: str = ""  # a step of the route, blank when none was said
    email: str = ""
    email_consent_on: str = ""  # ISO date; blank: no consent
    e_invoice_address: str = ""
    e_bank_address: str = ""
    is_protected: int = 0  # 1: nothing goes out by itself
    source: str = ""
    changed_at: str = ""


class KeptReach(NamedTuple):
    """A channel's kept answer about a recipient."""

    channel: str
    asked_sha256: str  # of all that the channel was shown of the recipient
    recipient_key: str
    answer: str
    reason: str
    address: str
    valid_until: str


class EarlyReport(NamedTuple):
    """A report of a message that we do not know yet: what the other side calls it may still be found out."""

    report_no: int
    came_at: str
    receipt: Receipt
