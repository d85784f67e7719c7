"""The reader of camt.054 notifications and camt.053 statements, all versions, as a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from hub.contracts import Recognition
from hub.errors import FormatError
from hub.formats.warning_limit import WarningLimit
from hub.formats.xml_layout import local_name
from hub.formats.xml_reading import Record, Step, Walk, bind, read_records
from hub.formats.xml_stream import LONGEST_PROLOG_BYTES, Root, content_digest, probe, walk
from hub.model.payment_file import FileClosed, FileEvent, FileOpened, Warned
from hub_autopay.entry import StatementEntry
from hub_autopay.mapping import (
    ACCOUNT_REPORT,
    MESSAGES,
    NEWEST_VERSION,
    OLDEST_VERSION,
    Message,
    layout_of,
)
from hub_autopay.refusals import refused
from hub_autopay.section import Section
from hub_autopay.settings import AutopaySettings

_NAMESPACE = re.compile(r"(camt\.05[234])\.001\.(\d{2})$", re.ASCII)
_PAIN = re.compile(r"pain\.\d{3}\.\d{3}\.\d{2}$", re.ASCII)


class Kind(NamedTuple):
    """Which message a document is: its format name, and what was odd about telling."""

    message: Message
    format: str
    version: int | None  # None: no namespace says it
    warning: Warned | None = None


class CamtReader:
    """Reads camt.054 (who paid what) and camt.053 (the account's movements); refuses camt.052, which is not booked."""

    name = "camt"

    def __init__(self, settings: AutopaySettings | None = None) -> None:
        self._settings = settings or AutopaySettings()

    def recognises(self, head: bytes) -> Recognition:
        """Say whether a file begins as a camt.05x document. A camt.052 is ours too, so that `read` can say why not."""
        try:
            kind = kind_of(probe(head))
        except FormatError:
            return Recognition.NO
        return Recognition.YES if kind else Recognition.NO

    def unread_format(self, head: bytes) -> str:
        """Name an ISO 20022 message about payments to be made, such as pain.001, which is not read yet; else ''."""
        try:
            found = _PAIN.search(probe(head).namespace)
        except FormatError:
            return ""
        return f"ISO 20022 {found[0]}" if found else ""

    def content_key(self, stream: BinaryIO) -> str:
        """Return a digest that indentation, encoding and comments do not change. Raises FormatError."""
        _, steps = _open(stream)
        return content_digest(steps)

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        """Yield what the file says; see `PaymentFileReader.read`.

        A section is one notification or statement. A booked credit gives one payment for each transaction detail; see
        `entry` for what else may come out, `refusals` for what is refused.

        Raises:
            FormatError: at the first contradiction.
        """
        kind, steps = _open(stream)
        return _Reading(kind, self._settings).events(read_records(steps))


def kind_of(root: Root) -> Kind | None:
    """Tell the message by namespace, without one by the root's child; None when it is no camt.05x.

    A version newer than known is read as the newest known, and says so.
    """
    if local_name(root.tag) != "Document":
        return None
    found = _NAMESPACE.search(root.namespace)
    if found:
        message = next(m for m in MESSAGES if m.name == found[1])
        return Kind(message, found[0], int(found[2]), _version_warning(found[0], int(found[2])))
    child = local_name(root.child)
    by_child = next((m for m in MESSAGES if m.root_child == child), None)
    if by_child is None:
        return None
    text = f"no camt namespace; read as {by_child.name} because the document holds {child}"
    return Kind(by_child, by_child.name, None, Warned("NAMESPACE_MISSING", text, 1, "Document", "xmlns"))


def _version_warning(name: str, version: int) -> Warned | None:
    if version <= NEWEST_VERSION:
        return None
    text = f"{name} is newer than this reader knows; it is read as version {NEWEST_VERSION}"
    return Warned("VERSION_UNKNOWN", text, 1, "Document", "xmlns")


def _open(stream: BinaryIO) -> tuple[Kind, Walk]:
    """Look at the beginning, refuse what cannot be read, and return the kind with the steps of the document."""
    head = _head(stream)
    root = probe(head)
    kind = kind_of(root)
    if kind is None:
        raise refused("WRONG_ROOT", line=1, record="Document")
    if kind.message is ACCOUNT_REPORT:
        raise refused("UNSUPPORTED_MESSAGE", line=1, record=ACCOUNT_REPORT.root_child)
    if kind.version is not None and kind.version < OLDEST_VERSION:
        raise refused("UNSUPPORTED_VERSION", line=1, record="Document", field="xmlns")
    return kind, walk(stream, head, bind(layout_of(kind.message), root.namespace))


def _head(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < LONGEST_PROLOG_BYTES and (piece := stream.read(LONGEST_PROLOG_BYTES - len(head))):
        head += piece
    return head


class _Reading:
    """State of one file being read: which section and entry are open."""

    def __init__(self, kind: Kind, settings: AutopaySettings) -> None:
        self._kind = kind
        self._settings = settings
        self._is_opened = False
        self._created_at = ""
        self._section: Section | None = None
        self._entry: StatementEntry | None = None
        self._sections = 0
        self._payments = 0
        self._line = 1
        self._limit = WarningLimit(settings.warnings_per_code)

    def events(self, records: Iterator[Record]) -> Iterator[FileEvent]:
        for record in records:
            step, kind, line, values = record
            if line > self._line:
                self._line = line
            entry, section = self._entry, self._section
            if kind == "detail" and entry is not None and section is not None:
                yield from section.counted(entry.detail(values, line))
            elif step is Step.ITEM:
                yield from self._item(record)
            elif step is Step.OPENED:
                yield from self._opened(record)
            else:
                yield from self._closed(record)
        if not self._sections:
            raise refused("NO_SECTION", line=self._line, record=self._kind.message.root_child)
        yield from self._limit.summaries()
        yield FileClosed(self._line, self._payments, 0)

    def _item(self, record: Record) -> Iterator[FileEvent]:
        if record.kind == "group_header":
            yield from self._open_file(record)
        elif self._entry is not None:
            self._entry.batch(record.values, record.line)
        elif self._section is not None and record.kind == "account":
            yield from self._section.account(record.values, record.line)
        elif self._section is not None and record.kind == "balance":
            yield from self._section.balance(record.values, record.line)
        elif self._section is not None:
            self._section.summary(record.values, record.line)

    def _opened(self, record: Record) -> Iterator[FileEvent]:
        if record.kind == "section":
            if not self._is_opened:
                yield from self._open_file(record._replace(values={}))
            self._section = Section(
                self._kind.message,
                record.values,
                record.line,
                file_created_at=self._created_at,
                refuse_partial=self._settings.refuse_partial_statements,
                limit=self._limit,
            )
        elif record.kind == "entry":
            assert self._section is not None
            self._entry = self._section.open_entry(record.values, record.line)
        elif record.kind == "details":
            assert self._entry is not None
            self._entry.open_details()

    def _closed(self, record: Record) -> Iterator[FileEvent]:
        if record.kind == "details":
            assert self._entry is not None
            self._entry.close_details()
        elif record.kind == "entry":
            assert self._section is not None
            yield from self._section.close_entry()
            self._entry = None
        elif record.kind == "section":
            assert self._section is not None
            yield from self._section.close(self._line)
            self._payments += self._section.totals.payments
            self._sections += 1
            self._section = None

    def _open_file(self, record: Record) -> Iterator[FileEvent]:
        """The file opens with its header; without one, with its first section and a warning."""
        if self._is_opened:
            return
        self._is_opened = True
        values = record.values
        self._created_at = values.get("created_at", "")
        message = self._kind.message
        yield FileOpened(self._kind.format, message.name, values.get("message_id", ""), self._created_at)
        if self._kind.warning:
            yield self._kind.warning
        if not values.get("message_id"):
            text = "the message has no identity of its own"
            yield Warned("MESSAGE_ID_MISSING", text, record.line, "GrpHdr", "MsgId")
