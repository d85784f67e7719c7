"""The money of a payment specification (*betalningsspecifikation*), as a reader of incoming-payments files.

What a payer's bank has paid is a payment; what failed or waits is told and moves nothing; what was paid back to the
payer reverses the payment that it names. What became of requests is told by the scheme, which reads the same file.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from hub.contracts import Recognition
from hub.errors import FormatError
from hub.model.direct_debits import (
    Direction,
    PaymentRequest,
    Refund,
    RequestOutcome,
    RequestStatus,
    SchemeFileClosed,
    SchemeFileOpened,
    SchemeWarned,
)
from hub.model.payment_file import (
    DIRECT_DEBIT_KEY,
    FileClosed,
    FileEvent,
    FileOpened,
    Key,
    Level,
    OtherEntry,
    OtherKind,
    PayeeAccount,
    Payment,
    ReferenceQuality,
    Reversal,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub_bankgiro.autogiro.answers import AnswerEvent, answer_events
from hub_bankgiro.autogiro.specification import SectionBegun, SectionEnded
from hub_bankgiro.autogiro.wording import DIRECTION_CODES
from hub_bankgiro.content_keys import content_key_of
from hub_bankgiro.forms import SPECIFICATIONS
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import RecordFile, form_of_head

CURRENCY = "SEK"
FAMILY = "autogiro"
REFERENCE_WIDTH = 16
STATUS_CODES = {RequestStatus.NO_COVER: "1", RequestStatus.NO_ACCOUNT: "2", RequestStatus.RETRIED: "9"}


class SpecificationReader:
    """Reads payments by Autogiro, in the old and the new layout. The BgMax form is read by `bgmax`."""

    name = "autogiro"

    def __init__(self, *, strict: bool = False, warnings_per_code: int = 20) -> None:
        self._strict = strict
        self._warnings_per_code = warnings_per_code

    def recognises(self, head: bytes) -> Recognition:
        """Say whether the file begins with the opening record of a payment specification; never raises."""
        return Recognition.YES if form_of_head(head) in SPECIFICATIONS else Recognition.NO

    def content_key(self, stream: BinaryIO) -> str:
        """Return a digest of the records, without titles and line ends. Raises FormatError."""
        return content_key_of(stream)

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        """Yield what moved money, section by section; each row of the file is one event.

        Payments of the new layout have the date of their section, those of the old one their own.

        Raises:
            FormatError: at the first contradiction; nothing else ever comes out.
        """
        file = RecordFile(stream, Oddities(strict=self._strict, per_code=self._warnings_per_code))
        if file.form not in SPECIFICATIONS:
            raise FormatError(f"{file.form.format}: no payment specification", code="OTHER_FORMAT")
        money = _Money(file.form.format)
        for event in answer_events(file):
            yield from money.events(event)


class _Money:
    """Turns what became of requests into what moved."""

    def __init__(self, format_name: str) -> None:
        self._format = format_name
        self._payee = PayeeAccount("bankgiro", "")
        self._section: SectionBegun | None = None
        self._identities: Counter[str] = Counter()
        self._net_ore = self._count = self._payments = 0

    def events(self, event: AnswerEvent) -> Iterator[FileEvent]:
        if isinstance(event, RequestOutcome):
            yield self._outcome(event)
        elif isinstance(event, Refund):
            yield self._refund(event)
        elif isinstance(event, SectionBegun):
            yield self._began(event)
        elif isinstance(event, SectionEnded):
            yield self._ended(event)
        elif isinstance(event, SchemeFileOpened):
            yield self._opened(event)
        elif isinstance(event, SchemeWarned):
            yield Warned(*event)
        elif isinstance(event, SchemeFileClosed):
            yield FileClosed(event.line, self._payments, 0)

    def _opened(self, event: SchemeFileOpened) -> FileOpened:
        assert event.payee is not None  # the opening records of payment specifications state it
        self._payee = event.payee
        return FileOpened(self._format, FAMILY, event.identity, event.made_on)

    def _began(self, event: SectionBegun) -> SectionOpened:
        self._section, self._net_ore, self._count = event, 0, 0
        return SectionOpened(self._payee, Level.SPECIFICATION, CURRENCY, self._identity(event))

    def _identity(self, event: SectionBegun) -> str:
        """Return what names a section: day, kind and serial number, and which it is where those are repeated."""
        if event.date is None:
            return ""
        named = f"{event.date:%Y%m%d}-{event.code}-{event.serial}"
        self._identities[named] += 1
        return named if self._identities[named] == 1 else f"{named}-{self._identities[named]}"

    def _ended(self, event: SectionEnded) -> SectionClosed:
        assert self._section is not None  # it has begun
        day, account = self._section.date, self._section.account.lstrip("0")
        return SectionClosed(event.line, self._net_ore, self._count, day, bank_account=account)

    @property
    def _section_date(self) -> date | None:
        return self._section.date if self._section else None

    def _outcome(self, event: RequestOutcome) -> FileEvent:
        request = event.request
        booked = self._section_date or date.fromisoformat(request.on_date)
        if request.direction == Direction.PAY or event.status != RequestStatus.PAID:
            return _moved_out_or_nothing(event, booked)
        self._net_ore += request.amount_ore
        self._count += 1
        self._payments += 1
        return Payment(
            event.line,
            1,
            request.amount_ore,
            CURRENCY,
            None if self._section_date else booked,
            request.reference,
            ReferenceQuality.GIVEN if request.reference else ReferenceQuality.NONE,
            texts=_without_filling(request.reference),
            keys=(_key(event.payee, request),),
            channel="autogiro",
            account=self._other(event.payee),
        )

    def _refund(self, event: Refund) -> Reversal:
        request = event.request
        return Reversal(
            event.line,
            1,
            request.amount_ore,
            CURRENCY,
            self._section_date,
            request.reference,
            (_key(event.payee, request),),
            event.reason.code,
            account=self._other(event.payee),
        )

    def _other(self, payee: PayeeAccount) -> PayeeAccount | None:
        """Return a row's payee where it is not the file's: what the settings do not know is held, not refused."""
        return None if payee == self._payee else payee


def _moved_out_or_nothing(event: RequestOutcome, booked: date) -> OtherEntry:
    """Return a payment to a payer as a debit; what failed or is tried again moves nothing."""
    request = event.request
    references = (request.reference,) if request.reference else ()
    if event.status == RequestStatus.PAID:
        code, amount_ore, kind = DIRECTION_CODES[Direction.PAY], -request.amount_ore, OtherKind.DEBIT
    else:
        code, amount_ore = STATUS_CODES[RequestStatus(event.status)], 0
        kind = OtherKind.PENDING if event.status == RequestStatus.RETRIED else OtherKind.UNKNOWN
    return OtherEntry(event.line, 1, amount_ore, CURRENCY, booked, kind, code, references)


def _without_filling(reference: str) -> tuple[str, ...]:
    """Return as a text what zeros fill up to the field's width, as in Bankgirot's example: it may be what was sent."""
    is_filled = len(reference) == REFERENCE_WIDTH and reference.startswith("00")
    return (reference.lstrip("0"),) if is_filled and reference.strip("0") else ()


def _key(payee: PayeeAccount, request: PaymentRequest) -> Key:
    """Return what a refund finds its payment by: all that both tell, hashed, since payer numbers may name persons."""
    told = (payee.number, request.payer_number, request.on_date, str(request.amount_ore), request.reference)
    return Key(DIRECT_DEBIT_KEY, hashlib.sha256("\n".join(told).encode()).hexdigest()[:32])
