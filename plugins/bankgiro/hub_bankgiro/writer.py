"""Write BgMax files by the declared layouts: for samples, tests and benchmarks, and to show what the reader expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from hub_bankgiro.layouts.bgmax import (
    DEPOSIT,
    END,
    INFORMATION,
    LAYOUTS,
    OPENING,
    PAYER_IDENTITY,
    PAYER_NAME,
    PAYER_STREET,
    PAYER_TOWN,
    START,
)


@dataclass(frozen=True, slots=True)
class WrittenReference:
    """A record 22, or 23 when negative; amount 0 repeats a reference for information."""

    reference: str
    amount_ore: int = 0
    reference_code: str = "2"
    is_negative: bool = False


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """A payment, or a deduction when `remainder` is 0, 1 or 2, with the records that follow it."""

    amount_ore: int
    reference: str = ""
    reference_code: str = "2"
    channel: str = "1"
    serial: str = ""
    image: str = "0"
    sender: str = ""
    remainder: str = ""
    extra_references: tuple[WrittenReference, ...] = ()
    texts: tuple[str, ...] = ()
    name: str = ""
    extra_name: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    country_code: str = ""
    identity: str = ""

    def records(self) -> Iterator[str]:
        """Yield the records of this entry in the manual's order."""
        code = "21" if self.remainder else "20"
        last = {"remainder": self.remainder} if self.remainder else {}
        yield self._reference_record(code, self.reference, self.amount_ore, self.reference_code, last)
        for extra in self.extra_references:
            yield self._reference_record(
                "23" if extra.is_negative else "22", extra.reference, extra.amount_ore, extra.reference_code, {}
            )
        yield from (INFORMATION.write(text=text) for text in self.texts)
        yield from self._payer_records()

    def _reference_record(
        self, code: str, reference: str, amount_ore: int, reference_code: str, last: dict[str, str]
    ) -> str:
        return LAYOUTS[code].write(
            sender=self.sender,
            reference=reference,
            amount=amount_ore,
            reference_code=reference_code,
            channel=self.channel,
            serial=self.serial,
            image=self.image,
            **last,
        )

    def _payer_records(self) -> Iterator[str]:
        if self.name:
            yield PAYER_NAME.write(name=self.name, extra_name=self.extra_name)
        if self.street or self.postcode:
            yield PAYER_STREET.write(street=self.street, postcode=self.postcode)
        if self.town:
            yield PAYER_TOWN.write(town=self.town, country=self.country, country_code=self.country_code)
        if self.identity:
            yield PAYER_IDENTITY.write(identity=self.identity)


COUNTED = ("payments", "deductions", "extra_references", "deposits")


@dataclass(slots=True)
class BgMaxWriter:
    """Yields the records of one file and keeps its totals; call in file order and join with any line end."""

    timestamp: str
    test_mark: str = "P"
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    _currency: str = ""
    _entries: int = 0
    _net_ore: int = 0

    def start(self) -> str:
        """Return record 01."""
        return START.write(timestamp=self.timestamp, test_mark=self.test_mark)

    def open_section(self, bankgiro: str, *, currency: str = "SEK", plusgiro: str = "") -> str:
        """Return record 05."""
        self._currency, self._entries, self._net_ore = currency, 0, 0
        return OPENING.write(bankgiro=bankgiro, plusgiro=plusgiro, currency=currency)

    def entry(self, entry: WrittenEntry) -> Iterator[str]:
        """Yield the records of one payment or deduction."""
        self._entries += 1
        self._net_ore += -entry.amount_ore if entry.remainder else entry.amount_ore
        self._counts["deductions" if entry.remainder else "payments"] += 1
        self._counts["extra_references"] += len(entry.extra_references)
        yield from entry.records()

    def close_section(self, on_date: date, *, serial: str, bank_account: str = "", deposit_type: str = "") -> str:
        """Return record 15 with the section's totals."""
        self._counts["deposits"] += 1
        return DEPOSIT.write(
            bank_account=bank_account.zfill(35),
            date=on_date,
            serial=serial,
            amount=self._net_ore,
            currency=self._currency,
            count=self._entries,
            deposit_type=deposit_type,
        )

    def end(self) -> str:
        """Return record 70 with the file's counters."""
        return END.write(**self._counts)
