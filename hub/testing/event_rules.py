"""What must hold for the events of any payment file: functions from events to complaints, none when all is well.

They say nothing about whether a reader understood its file, only whether what it says can be true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, get_args

from hub.model.payment_file import (
    Balance,
    Deduction,
    FileClosed,
    FileEvent,
    FileOpened,
    Level,
    OtherEntry,
    OtherKind,
    Payment,
    ReferenceQuality,
    Reversal,
    SectionClosed,
    SectionOpened,
    Warned,
)

Entry = Payment | Deduction | Reversal | OtherEntry
ENTRIES = (Payment, Deduction, Reversal, OtherEntry)
ABOVE_ZERO = (Payment, Deduction, Reversal)
BALANCE_WARNING = "BALANCE_DIFFERS"  # a reader that does not refuse such a statement must say so
_CURRENCY = re.compile(r"[A-Z]{3}")


class Section(NamedTuple):
    """One section of a file, whole."""

    opened: SectionOpened
    events: list[FileEvent]
    closed: SectionClosed

    @property
    def entries(self) -> list[Entry]:
        return [event for event in self.events if isinstance(event, ENTRIES)]


def sections_of(events: Sequence[FileEvent]) -> Iterator[Section]:
    """Yield the sections of a file whose order is right."""
    opened: SectionOpened | None = None
    inside: list[FileEvent] = []
    for event in events:
        if isinstance(event, SectionOpened):
            opened, inside = event, []
        elif isinstance(event, SectionClosed) and opened is not None:
            yield Section(opened, inside, event)
            opened = None
        elif opened is not None:
            inside.append(event)


def entries_of(events: Sequence[FileEvent]) -> list[Entry]:
    """Return the payments, deductions, reversals and other entries."""
    return [event for event in events if isinstance(event, ENTRIES)]


def is_complete(events: Sequence[FileEvent]) -> bool:
    """Say whether a reader has vouched for the whole file."""
    return bool(events) and isinstance(events[-1], FileClosed)


def wrong_frame(events: Sequence[FileEvent]) -> list[str]:
    """The first event is FileOpened, the last FileClosed, and neither stands anywhere else."""
    kinds = [type(event) for event in events]
    complaints = []
    if not kinds or kinds[0] is not FileOpened:
        complaints.append("the first event is not FileOpened")
    if not kinds or kinds[-1] is not FileClosed:
        complaints.append("the last event is not FileClosed")
    if kinds.count(FileOpened) > 1 or kinds.count(FileClosed) > 1:
        complaints.append("FileOpened or FileClosed comes twice")
    return complaints


def wrong_sections(events: Sequence[FileEvent]) -> list[str]:
    """Every entry and balance stands between SectionOpened and SectionClosed, and sections do not overlap."""
    complaints = []
    is_open = False
    for event in events:
        name = type(event).__name__
        if isinstance(event, SectionOpened | SectionClosed):
            if is_open is isinstance(event, SectionOpened):
                complaints.append(f"{name} while {'a' if is_open else 'no'} section is open")
            is_open = isinstance(event, SectionOpened)
        elif isinstance(event, (*ENTRIES, Balance)) and not is_open:
            complaints.append(f"{name} of line {event.line} stands outside every section")
    return complaints + (["the last section is not closed"] if is_open else [])


def wrong_kinds(events: Sequence[FileEvent]) -> list[str]:
    """Only events of the model come out."""
    known = get_args(FileEvent)
    return [
        f"{type(event).__name__} is no event of hub.model.payment_file" for event in events if type(event) not in known
    ]


def wrong_amounts(events: Sequence[FileEvent]) -> list[str]:
    """Amounts are whole öre, above zero where the model says so."""
    complaints = []
    for event in events:
        if not isinstance(event, (*ENTRIES, Balance)):
            continue
        name = type(event).__name__
        if type(event.amount_ore) is not int:
            complaints.append(f"{name} of line {event.line}: the amount is {type(event.amount_ore).__name__}, not int")
        elif isinstance(event, ABOVE_ZERO) and event.amount_ore <= 0:
            complaints.append(f"{name} of line {event.line}: the amount is not above zero")
    return complaints


def wrong_currencies(events: Sequence[FileEvent]) -> list[str]:
    """Currencies are three capital letters, those of a section's entries are the section's."""
    complaints = []
    current = ""
    for event in events:
        if isinstance(event, SectionOpened):
            current = event.currency
        elif not isinstance(event, (*ENTRIES, Balance)):
            continue
        elif not isinstance(event.currency, str) or not _CURRENCY.fullmatch(event.currency):
            complaints.append(f"{type(event).__name__} of line {event.line}: the currency is not three capital letters")
        elif isinstance(event, Payment | Deduction) and current and event.currency != current:
            complaints.append(f"line {event.line}: the currency differs from the section's, which then must be empty")
    return complaints


def wrong_dates(events: Sequence[FileEvent]) -> list[str]:
    """Dates are dates without time; an entry without one has it from its section."""
    complaints = []
    for event in events:
        if isinstance(event, (*ENTRIES, SectionClosed)):
            given = event.booked_date
        elif isinstance(event, Balance):
            given = event.on_date
        else:
            continue
        if given is not None and type(given) is not date:
            complaints.append(f"{type(event).__name__} of line {event.line}: the date is {type(given).__name__}")
    for section in sections_of(events):
        undated = [e.line for e in section.entries if isinstance(e, Payment | Deduction) and e.booked_date is None]
        if undated and section.closed.booked_date is None:
            complaints.append(f"line {undated[0]}: neither the payment nor its section has a booked date")
    return complaints


def wrong_places(events: Sequence[FileEvent]) -> list[str]:
    """Lines and entry numbers are whole numbers from 1, and entry numbers never go back within a section."""
    complaints = []
    last_entry = 1
    for event in events:
        if isinstance(event, FileOpened | Warned):
            continue
        if isinstance(event, SectionOpened):
            last_entry = 1
            continue
        if type(event.line) is not int or event.line < 1:
            complaints.append(f"{type(event).__name__}: the line is not a whole number from 1")
        if isinstance(event, ENTRIES):
            if type(event.entry) is not int or event.entry < last_entry:
                complaints.append(f"line {event.line}: the entry number is not a whole number from 1, or goes back")
            else:
                last_entry = event.entry
    return complaints


def wrong_references(events: Sequence[FileEvent]) -> list[str]:
    """References are trimmed text, with a quality only when there is one; keys are not blank."""
    qualities = {str(quality) for quality in ReferenceQuality}
    complaints = []
    for event in events:
        if isinstance(event, Payment | Deduction):
            if event.reference != event.reference.strip():
                complaints.append(f"line {event.line}: the reference is not trimmed")
            if event.quality not in qualities or bool(event.quality) is not bool(event.reference):
                complaints.append(f"line {event.line}: the quality does not fit the reference")
        if isinstance(event, ENTRIES) and not all(key.kind.strip() and key.value.strip() for key in event.keys):
            complaints.append(f"line {event.line}: a key is blank")
    return complaints


def wrong_file_counts(events: Sequence[FileEvent]) -> list[str]:
    """FileClosed counts the payments and deductions that came out."""
    closed = events[-1] if events else None
    if not isinstance(closed, FileClosed):
        return []
    given = (closed.payments, closed.deductions)
    seen = tuple(sum(1 for event in events if isinstance(event, kind)) for kind in (Payment, Deduction))
    return [] if given == seen else [f"FileClosed states {given} payments and deductions, {seen} came out"]


def wrong_section_totals(events: Sequence[FileEvent]) -> list[str]:
    """SectionClosed states the sum and number of its payments less deductions; of a lump section, of booked entries."""
    complaints = []
    for number, section in enumerate(sections_of(events), start=1):
        counted = _counted(section)
        net_ore, count = sum(signed_ore(entry) for entry in counted), len(counted)
        if section.opened.level == Level.LUMP:
            count = len({entry.entry for entry in counted})
        stated, currencies = section.closed.net_ore, {entry.currency for entry in section.entries}
        if stated is None and len(currencies) < 2:
            complaints.append(f"section {number}: the net is left out, though there is one currency")
        if stated is not None and stated != net_ore:
            complaints.append(f"section {number}: SectionClosed states {stated} öre, its events make {net_ore}")
        if section.closed.entry_count != count:
            complaints.append(
                f"section {number}: SectionClosed counts {section.closed.entry_count}, its events {count}"
            )
    return complaints


def wrong_balances(events: Sequence[FileEvent]) -> list[str]:
    """Opening balance and all booked entries make the closing balance, or the reader warns that they do not."""
    complaints = []
    for number, section in enumerate(sections_of(events), start=1):
        opening, closing = (_balance(section, kind) for kind in ("opening", "closing"))
        if opening is None or closing is None or _warns_of_balances(section):
            continue
        booked = [entry for entry in section.entries if _is_booked(entry) and entry.currency == opening.currency]
        made = opening.amount_ore + sum(signed_ore(entry) for entry in booked)
        if made != closing.amount_ore:
            complaints.append(f"section {number}: the closing balance is {closing.amount_ore} öre, events make {made}")
    return complaints


RULES = (
    wrong_kinds,
    wrong_frame,
    wrong_sections,
    wrong_amounts,
    wrong_currencies,
    wrong_dates,
    wrong_places,
    wrong_references,
    wrong_file_counts,
    wrong_section_totals,
    wrong_balances,
)


def signed_ore(entry: Entry) -> int:
    """Return an entry's amount with its sign on the account, credit above zero."""
    if isinstance(entry, Deduction):
        return -entry.amount_ore
    if isinstance(entry, Reversal):
        return entry.amount_ore if entry.is_credit else -entry.amount_ore
    return entry.amount_ore


def _counted(section: Section) -> list[Entry]:
    if section.opened.level == Level.LUMP:
        return [entry for entry in section.entries if _is_booked(entry)]
    return [entry for entry in section.entries if isinstance(entry, Payment | Deduction)]


def _is_booked(entry: Entry) -> bool:
    return not (isinstance(entry, OtherEntry) and entry.kind == OtherKind.PENDING)


def _balance(section: Section, kind: str) -> Balance | None:
    return next((event for event in section.events if isinstance(event, Balance) and event.kind == kind), None)


def _warns_of_balances(section: Section) -> bool:
    return any(isinstance(event, Warned) and event.code == BALANCE_WARNING for event in section.events)
