"""Files to and from the authority, in the hub's own words: what goes in one, and what one tells."""

from __future__ import annotations

from typing import NamedTuple

from hub.model.order_to_pay_application import OrderMessage
from hub.model.orders_to_pay import Happening, MessageKind
from hub.texts import said_by_others


class Filing(NamedTuple):
    """Messages of one kind and one applicant that go in one file: the same filing gives the same bytes."""

    key: str  # ours, never used again; the message's name
    file_no: int  # of the filer's files for this applicant, without gaps
    kind: MessageKind
    made_on: str
    organisation_number: str
    agent_code: str
    messages: tuple[OrderMessage, ...]


@said_by_others
class CaseTold(NamedTuple):
    """What the authority tells of one case; it is known by our number, else by its own."""

    happening: Happening  # one of `TOLD`
    on_day: str
    order_no: int = 0  # ours; 0: the file does not say
    case_no: str = ""
    text: str = ""
    code: str = ""  # the authority's own, where it has codes
    costs_ore: int | None = None  # of a decision: costs of the case that it awards
    interest_ore: int | None = None  # of an enforcement report: interest that the authority has collected


@said_by_others
class FileReceipt(NamedTuple):
    """What the authority says of a whole file of ours."""

    file_no: int
    is_accepted: bool
    on_day: str
    code: str = ""
    text: str = ""


@said_by_others
class UnknownTold(NamedTuple):
    """A word of the authority that nobody has seen: a person looks at it."""

    order_no: int
    case_no: str
    on_day: str
    word: str


@said_by_others
class FilingOpened(NamedTuple):
    """The first thing that a file of the authority says."""

    file_no: int  # its own running number; 0: it has none
    made_on: str
    organisation_number: str = ""


@said_by_others
class FilingClosed(NamedTuple):
    """The file has been read whole."""

    told: int


FilingEvent = FilingOpened | FileReceipt | CaseTold | UnknownTold | FilingClosed


@said_by_others
class Fetched(NamedTuple):
    """Files that an authority had for us; asked again with the cursor, they may be deleted there."""

    files: tuple[tuple[str, bytes], ...]  # name and content
    cursor: str
