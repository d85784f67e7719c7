"""Looking into a payment file without a tenant: what it says, whether its controls agree, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from hub.contracts import FileDescriber, FileDescription, PaymentFileReader
from hub.errors import ConfigurationError, DataError, UnrecognisedFile
from hub.identifiers import organisation_number
from hub.model.payment_file import (
    Balance,
    Deduction,
    FileEvent,
    FileOpened,
    OtherEntry,
    Part,
    Payer,
    Payment,
    Reversal,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub.services.payments.receiving import HEAD_SIZE, NamedReader, as_reader_defect, choose_reader, describe
from hub.services.ports import JsonObject

OpenFile = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens the file from its beginning, once for each time it is read."""

Entry = Payment | Deduction | Reversal | OtherEntry
MOST_WARNINGS = 1_000
MASKED_DIGITS = 4  # of a personal identity number: what tells people born on the same day apart


class Looking(NamedTuple):
    """What looks at a file's records, beside what reads its payments."""

    describers: Sequence[FileDescriber] = ()
    seal_key: str = ""
    strict: bool = False


NOBODY = Looking()


@dataclass
class Inspection:
    """What a file says. Amounts are whole öre by currency; after an error: what was read before it."""

    format: str = ""
    family: str = ""
    identity: str = ""
    created_at: str = ""
    is_test: bool = False
    plugin: str = ""
    is_complete: bool = False
    errors: list[JsonObject] = field(default_factory=list)
    warnings: list[JsonObject] = field(default_factory=list)
    sections: list[JsonObject] = field(default_factory=list)
    balances: list[JsonObject] = field(default_factory=list)
    payments: int = 0
    deductions: int = 0
    reversals: int = 0
    other_entries: int = 0
    description: FileDescription | None = None  # what stands in it record by record, where a plugin tells
    net_ore: dict[str, int] = field(default_factory=dict)
    credit_ore: dict[str, int] = field(default_factory=dict)
    debit_ore: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """The file is whole, and all its controls agree."""
        return self.is_complete and not self.errors

    @property
    def entries(self) -> int:
        """All entries, of every kind."""
        return self.payments + self.deductions + self.reversals + self.other_entries

    def as_json(self) -> JsonObject:
        """Return everything but the entries themselves."""
        return {
            "format": self.format,
            **self._described(),
            "ok": self.ok,
            "errors": self.errors,
            "warnings": self.warnings,
            "plugin": self.plugin,
            "family": self.family,
            "identity": self.identity,
            "created_at": self.created_at,
            "is_test": self.is_test,
            "payments": self.payments,
            "deductions": self.deductions,
            "net_ore": self.net_ore,
            "credit_ore": self.credit_ore,
            "debit_ore": self.debit_ore,
            "reversals": self.reversals,
            "other_entries": self.other_entries,
            "sections": self.sections,
            "balances": self.balances,
        }

    def _described(self) -> JsonObject:
        """Return what stands in it record by record; of payments that nobody describes only that a bank sent them."""
        found = self.description or FileDescription("", "from_bank" if self.plugin else "", {}, {})
        return {
            "layout": found.layout,
            "direction": found.direction,
            "records": dict(found.records),
            "sum_ore": dict(found.sum_ore),
            "seal": str(found.seal),
        }


class FileInspector:
    """One file under inspection: it is read whole at once, and again entry by entry when its `items` are asked for."""

    def __init__(
        self,
        readers: Sequence[NamedReader],
        open_file: OpenFile,
        *,
        show_personal: bool = False,
        looking: Looking = NOBODY,
    ) -> None:
        """Raises ConfigurationError when the seal's key is none."""
        self._open = open_file
        self._show_personal = show_personal
        self._reader: PaymentFileReader | None = None
        self.inspection = Inspection()
        try:
            with open_file() as stream:
                head = stream.read(HEAD_SIZE)
                self._look(looking, head, stream)
                self._read(readers, head, stream)
        except ConfigurationError:
            raise
        except DataError as error:
            self.inspection.errors.append(describe(error))
        except Exception as error:  # noqa: BLE001 - a reader's defect is a finding like any other
            self.inspection.errors.append(describe(as_reader_defect(error)))
        self.inspection.errors = _told_once(self.inspection.errors)
        self.inspection.warnings = _told_once(self.inspection.warnings)

    def _look(self, looking: Looking, head: bytes, stream: BinaryIO) -> None:
        """Have the file described by the one that knows it."""
        describer = next((one for one in looking.describers if one.recognises(head)), None)
        if describer is None:
            return
        stream.seek(0)
        found = describer.describe(stream, seal_key=looking.seal_key, strict=looking.strict)
        self.inspection.description = found
        self.inspection.format = found.format
        self.inspection.errors += [describe(error) for error in found.errors]
        self.inspection.warnings += [warning._asdict() for warning in found.warnings[:MOST_WARNINGS]]

    def _read(self, readers: Sequence[NamedReader], head: bytes, stream: BinaryIO) -> None:
        """Have the payments read; a file that is described need not hold any."""
        try:
            self.inspection.plugin, reader = choose_reader(readers, head)
        except UnrecognisedFile:
            if self.inspection.description is None:
                raise
            self.inspection.is_complete = not self.inspection.errors
            return
        self._reader = reader
        stream.seek(0)
        _Tally(self.inspection).read(reader.read(stream))

    def items(self) -> Iterator[JsonObject]:
        """Yield every entry in file order, in constant memory; nothing of a file that is not whole.

        Raises:
            DataError: the file has changed since it was read first.
        """
        if not self.inspection.ok or self._reader is None:
            return
        section_no = 0
        with self._open() as stream:
            for event in self._reader.read(stream):
                if isinstance(event, SectionOpened):
                    section_no += 1
                elif isinstance(event, Payment | Deduction | Reversal | OtherEntry):
                    booked_date = self.inspection.sections[section_no - 1]["booked_date"]
                    yield item_of(event, section_no, booked_date, show_personal=self._show_personal)


class _Tally:
    """Counts and sums the events of a file into its inspection."""

    def __init__(self, inspection: Inspection) -> None:
        self._into = inspection
        self._warnings = 0

    def read(self, events: Iterator[FileEvent]) -> None:
        for event in events:
            kind = type(event)
            if kind is Payment or kind is Deduction:
                self._payment(event)  # type: ignore[arg-type]
            elif kind in _TALLIES:
                getattr(self, _TALLIES[kind])(event)
            else:
                self._into.is_complete = True

    def _payment(self, event: Payment | Deduction) -> None:
        into = self._into
        if type(event) is Payment:
            into.payments += 1
            signed = event.amount_ore
        else:
            into.deductions += 1
            signed = -event.amount_ore
        _add(into.net_ore, event.currency, signed)
        self._sum(event.currency, signed)
        into.sections[-1]["payments" if signed > 0 else "deductions"] += 1

    def _sum(self, currency: str, signed_ore: int) -> None:
        _add(self._into.credit_ore if signed_ore > 0 else self._into.debit_ore, currency, abs(signed_ore))

    def _opened(self, event: FileOpened) -> None:
        into = self._into
        into.format, into.family, into.identity, into.created_at, into.is_test = event

    def _section_opened(self, event: SectionOpened) -> None:
        other = event.alternative_account
        self._into.sections.append(
            {
                "account": f"{event.account.scheme}:{event.account.number}",
                "alternative_account": f"{other.scheme}:{other.number}" if other else "",
                "level": str(event.level),
                "currency": event.currency,
                "identity": event.identity,
                "serial": "",
                "booked_date": None,
                "net_ore": None,
                "payments": 0,
                "deductions": 0,
                "reversals": 0,
                "other_entries": 0,
                "bank_account": "",
            }
        )

    def _section_closed(self, event: SectionClosed) -> None:
        self._into.sections[-1] |= {
            "serial": event.serial,
            "booked_date": _iso(event.booked_date),
            "net_ore": event.net_ore,
            "bank_account": event.bank_account,
        }

    def _reversal(self, event: Reversal) -> None:
        self._into.reversals += 1
        self._into.sections[-1]["reversals"] += 1
        self._sum(event.currency, event.amount_ore if event.is_credit else -event.amount_ore)

    def _other(self, event: OtherEntry) -> None:
        self._into.other_entries += 1
        self._into.sections[-1]["other_entries"] += 1
        if event.amount_ore:
            self._sum(event.currency, event.amount_ore)

    def _balance(self, event: Balance) -> None:
        values = {**event._asdict(), "on_date": _iso(event.on_date)}
        self._into.balances.append({"section": len(self._into.sections), **values})

    def _warned(self, event: Warned) -> None:
        self._warnings += 1
        if self._warnings <= MOST_WARNINGS:
            self._into.warnings.append(event._asdict())


_TALLIES: dict[type, str] = {
    FileOpened: "_opened",
    SectionOpened: "_section_opened",
    SectionClosed: "_section_closed",
    Reversal: "_reversal",
    OtherEntry: "_other",
    Balance: "_balance",
    Warned: "_warned",
}

_KINDS: dict[type, str] = {
    Payment: "payment",
    Deduction: "deduction",
    Reversal: "reversal",
    OtherEntry: "other_entry",
}


def item_of(event: Entry, section_no: int, section_date: str | None, *, show_personal: bool) -> JsonObject:
    """Return one entry as JSON; an entry without a date of its own has its section's."""
    values: JsonObject = {"kind": _KINDS[type(event)], "section": section_no, **event._asdict()}
    if isinstance(event, OtherEntry):
        values |= {"kind": "other_entry", "why": str(event.kind)}
    values["booked_date"] = _iso(event.booked_date) or section_date
    values["keys"] = [key._asdict() for key in event.keys]
    if isinstance(event, Payment | Deduction):
        values["parts"] = [part_of(part) for part in event.parts]
        values["payer"] = payer_of(event.payer, show_personal=show_personal) if event.payer else None
    if not isinstance(event, OtherEntry):
        values["account"] = f"{event.account.scheme}:{event.account.number}" if event.account else None
    return values


def part_of(part: Part) -> JsonObject:
    """Return a part of a payment as JSON."""
    return part._asdict()


def payer_of(payer: Payer, *, show_personal: bool) -> JsonObject:
    """Return a payer as JSON; a personal identity number without its last digits, unless it is asked for."""
    identity = payer.identity if show_personal else masked_identity(payer.identity)
    return {**payer._asdict(), "identity": identity}


def masked_identity(identity: str) -> str:
    """Cover the last four digits of an identity, unless it is an organisation number of a legal person.

    >>> masked_identity("191212121212")
    '19121212****'
    """
    if organisation_number.is_valid(identity) or len(identity) <= MASKED_DIGITS:
        return identity
    return identity[:-MASKED_DIGITS] + "*" * MASKED_DIGITS


def _told_once(problems: Sequence[JsonObject]) -> list[JsonObject]:
    """Return problems in their order, each place once: describer and reader meet the same ones."""
    first: dict[tuple[Any, ...], JsonObject] = {}
    for problem in problems:
        first.setdefault(tuple(problem[name] for name in ("code", "line", "record", "field")), problem)
    return list(first.values())


def _add(sums: dict[str, int], currency: str, amount_ore: int) -> None:
    sums[currency] = sums.get(currency, 0) + amount_ore


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
