"""Reading a payment file into staging rows, in chunks; nothing is posted before the last record has agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from hub.contracts import PaymentFileReader
from hub.errors import FormatError
from hub.model.payment_file import (
    Balance,
    Deduction,
    FileClosed,
    FileEvent,
    FileOpened,
    OtherEntry,
    PayeeAccount,
    Payment,
    Reversal,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub.model.payments import LoadedSection, Placed
from hub.rules.payments.matching import TEXT_QUALITY
from hub.rules.references import normal_form
from hub.services.payees import Payee, Payees
from hub.services.ports import Work
from hub.texts import storable_within

CHUNK_PAYMENTS = 20_000  # about half a second of one write transaction
LISTED = "+"  # in no normal form: a list is never taken for one reference
MOST_WARNINGS_KEPT = 50
LARGEST_TOTAL_ORE = 2**62  # of a file; what the databases add up stays below 2^63


class FileLoader:
    """Takes the events of one file and loads them; remembers the summary."""

    def __init__(self, run: Work, payees: Payees, exchange_no: int) -> None:
        self._run = run
        self._payees = payees
        self._exchange_no = exchange_no
        self._section: _OpenSection | None = None
        self._opened: FileOpened | None = None
        self._chunk_no = 0
        self._placed: list[Placed] = []
        self._reversals: list[tuple[int, int, str, Reversal]] = []
        self._others: list[tuple[int, int, OtherEntry]] = []
        self._balances: list[tuple[int, Balance]] = []
        self._loaded_beside = [0, 0, 0]
        self._sections: list[LoadedSection] = []
        self._summary = _Summary()
        self._is_complete = False

    def load(self, events: Iterator[FileEvent]) -> dict[str, Any]:
        """Load all events and return the file's summary.

        Raises:
            FormatError: the file contradicts itself or ends too early; the caller takes away what was loaded.
        """
        loaded = 0
        for event in events:
            self._take(event)
            if len(self._placed) >= CHUNK_PAYMENTS:
                loaded += len(self._placed)
                self._flush()
                self._run.progress(loaded, 0)  # how many there are is known at the end
        if not self._is_complete or self._opened is None:
            raise FormatError("the file ends before its last record; fetch it again", code="TRUNCATED")
        self._flush()
        with self._run.write() as work:
            work.loading.sections(self._exchange_no, self._sections)
        return self._summary.as_dict(self._opened)

    def _take(self, event: FileEvent) -> None:
        kind = type(event)
        if kind is Payment or kind is Deduction:
            self._place(event)  # type: ignore[arg-type]
        else:
            getattr(self, _HANDLERS[kind])(event)

    def _place(self, event: Payment | Deduction) -> None:
        section = self._open_section()
        payee = self._payees.find(event.account) if event.account is not None else section.payee
        reference, quality = _reference_of(event, payee)
        if quality != event.quality:
            event = event._replace(quality=quality)
        self._placed.append(Placed(section.number, payee.account_no if payee else 0, reference, event))
        section.saw(event.booked_date)
        section.payments += 1
        self._summary.count(event)

    def _open_section(self) -> _OpenSection:
        if self._section is None:
            raise FormatError("an entry stands outside every section", code="NO_SECTION")
        return self._section

    def _file_opened(self, event: FileOpened) -> None:
        self._opened = event

    def _section_opened(self, event: SectionOpened) -> None:
        payee = self._payees.find(event.account) or self._payees.find(event.alternative_account)
        self._section = _OpenSection(len(self._sections) + 1, event, payee)

    def _section_closed(self, event: SectionClosed) -> None:
        _refuse_too_large(event.line, event.net_ore or 0)
        section = self._open_section()
        assert self._opened is not None
        self._sections.append(section.loaded(event, self._opened))
        self._section = None

    def _reversal(self, event: Reversal) -> None:
        section = self._open_section()
        payee = self._payees.find(event.account) if event.account is not None else section.payee
        number = payee.account_no if payee else 0
        self._reversals.append((section.number, number, normal_form(event.reference), event))
        section.saw(event.booked_date)
        self._summary.count(event)

    def _other_entry(self, event: OtherEntry) -> None:
        section = self._open_section()
        self._others.append((section.number, section.payee.account_no if section.payee else 0, event))
        section.saw(event.booked_date)
        self._summary.count(event)
        if len(self._others) >= CHUNK_PAYMENTS:
            self._flush()

    def _balance(self, event: Balance) -> None:
        _refuse_too_large(event.line, event.amount_ore)
        self._balances.append((self._open_section().number, event))

    def _warned(self, event: Warned) -> None:
        self._summary.warn(event)

    def _file_closed(self, _event: FileClosed) -> None:
        self._is_complete = True

    def _flush(self) -> None:
        with self._run.write() as work:
            work.loading.chunk(self._exchange_no, self._chunk_no + 1, self._placed)
            work.loading.reversals(self._exchange_no, self._loaded_beside[0] + 1, self._reversals)
            work.loading.other_entries(self._exchange_no, self._loaded_beside[1] + 1, self._others)
            work.loading.balances(self._exchange_no, self._loaded_beside[2] + 1, self._balances)
        self._chunk_no += 1 if self._placed else 0
        for index, count in enumerate((len(self._reversals), len(self._others), len(self._balances))):
            self._loaded_beside[index] += count
        self._placed, self._reversals, self._others, self._balances = [], [], [], []


_HANDLERS: dict[type, str] = {
    FileOpened: "_file_opened",
    SectionOpened: "_section_opened",
    SectionClosed: "_section_closed",
    Reversal: "_reversal",
    OtherEntry: "_other_entry",
    Balance: "_balance",
    Warned: "_warned",
    FileClosed: "_file_closed",
}


def _refuse_too_large(line: int, *amounts_ore: int) -> None:
    if any(abs(amount_ore) > LARGEST_TOTAL_ORE for amount_ore in amounts_ore):
        raise FormatError(
            "an amount, or a sum of amounts, is larger than the hub can book; ask the sender for a corrected file",
            code="AMOUNT_TOO_LARGE",
            line=line,
        )


def _reference_of(event: Payment | Deduction, payee: Payee | None) -> tuple[str, str]:
    """Return the reference a payment is matched by, and how good it is.

    A payment that left the reference field blank is told by the references it lists, else by the one OCR number in its
    text, else by the text itself.
    """
    if event.reference:
        return normal_form(event.reference), event.quality
    if event.parts:
        return LISTED.join(sorted(normal_form(part.reference) for part in event.parts)), event.quality
    if not event.texts or payee is None:
        return "", event.quality
    reference = payee.reference_in(event.texts)
    return reference, TEXT_QUALITY if reference else event.quality


class _OpenSection:
    """A section while it is being read."""

    def __init__(self, number: int, opened: SectionOpened, payee: Payee | None) -> None:
        self.number = number
        self.payee = payee
        self.payments = 0
        self._opened = opened
        self._first: date | None = None
        self._last: date | None = None

    def saw(self, day: date | None) -> None:
        """Remember the first and last day of the section's entries."""
        if day is not None and day is not self._last:
            self._first = day if self._first is None or day < self._first else self._first
            self._last = day if self._last is None or day > self._last else self._last

    def loaded(self, closed: SectionClosed, file: FileOpened) -> LoadedSection:
        """Return the row of the section."""
        day = closed.booked_date
        first, last = self._first or day, self._last or day
        return LoadedSection(
            section_no=self.number,
            account_no=self.payee.account_no if self.payee else 0,
            company=self.payee.company.number if self.payee else "",
            account=_as_written(self._opened.account),
            alternative_account=_as_written(self._opened.alternative_account),
            level=self._opened.level,
            family=file.family,
            currency=self._opened.currency,
            identity=self._opened.identity,
            serial=closed.serial.lstrip("0"),
            booked_date=day.isoformat() if day else None,
            first_date=first.isoformat() if first else None,
            last_date=last.isoformat() if last else None,
            net_ore=closed.net_ore,
            payments=self.payments,
            bank_account=closed.bank_account,
            created_on=file.created_at[:10],
        )


def _as_written(account: PayeeAccount | None) -> str:
    return "" if account is None else f"{account.scheme}:{account.number}"


class _Summary:
    """Counts and sums of a file, for people and for `exchanges show`."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._sums: dict[str, dict[str, int]] = {}
        self._warnings: list[dict[str, Any]] = []

    def count(self, event: Payment | Deduction | Reversal | OtherEntry) -> None:
        kind = _KINDS[type(event)]
        self._counts[kind] = self._counts.get(kind, 0) + 1
        by_currency = self._sums.setdefault(kind, {})
        by_currency[event.currency] = by_currency.get(event.currency, 0) + event.amount_ore
        _refuse_too_large(event.line, event.amount_ore, by_currency[event.currency])

    def warn(self, event: Warned) -> None:
        if len(self._warnings) < MOST_WARNINGS_KEPT:
            self._warnings.append(event._asdict())

    def as_dict(self, opened: FileOpened) -> dict[str, Any]:
        return {
            "format": opened.format,
            "family": opened.family,
            "identity": opened.identity,
            "is_test": opened.is_test,
            "counts": self._counts,
            "sums_ore": self._sums,
            "warnings": self._warnings,
        }


_KINDS: dict[type, str] = {
    Payment: "payments",
    Deduction: "deductions",
    Reversal: "reversals",
    OtherEntry: "other_entries",
}


def events_of(reader: PaymentFileReader, stream: Any) -> Iterator[FileEvent]:
    """Read a stream with a reader, from its beginning; no text holds what a database refuses."""
    stream.seek(0)
    return map(storable_within, reader.read(stream))
