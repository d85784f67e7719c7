"""Statements of bank accounts, one after the other, and what is missing between them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Statement(NamedTuple):
    """One statement (*kontoutdrag*) of one account and currency, its pages together. Amounts are signed öre."""

    account_no: int
    currency: str
    exchange_no: int  # of its first page
    section_no: int
    identity: str  # as the bank calls it; may be empty
    serial: str  # unique for account and year; may be empty
    opening_on: str | None
    opening_ore: int | None
    closing_on: str | None
    closing_ore: int | None
    first_date: str | None  # of its entries
    last_date: str | None
    net_ore: int | None  # of its booked entries; None: they are in several currencies
    not_booked_ore: int | None = 0  # of these, what no movement of ours is of

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands: exchange and section."""
        return self.exchange_no, self.section_no

    @property
    def adds_up(self) -> bool | None:
        """Whether opening balance and entries make the closing balance; None where something of it is not told."""
        if self.opening_ore is None or self.closing_ore is None or self.net_ore is None:
            return None
        return self.opening_ore + self.net_ore == self.closing_ore


class GapKind(StrEnum):
    """What does not go on from one statement to the next."""

    BALANCE = "balance"  # it does not open with what the one before closed with
    SERIAL = "serial"  # balances go on, numbers do not


class Gap(NamedTuple):
    """Two statements that do not follow each other."""

    kind: str
    after: Statement
    before: Statement
    difference_ore: int  # that moved in between
    first_day: str  # banking days of which nothing is told; both blank when there is none
    last_day: str
    missing_numbers: str  # such as `17` or `17 to 19`, blank when numbers do not say


class GapState(StrEnum):
    """What has become of a gap."""

    OPEN = "open"
    HEALED = "healed"  # what was missing came, or one of its statements was taken back
    ACCEPTED = "accepted"  # a person says that nothing is missing


class GapRow(NamedTuple):
    """A gap as it is kept. Times are ISO text in UTC."""

    gap_no: int
    account_no: int
    currency: str
    kind: str
    after_exchange: int
    after_section: int
    before_exchange: int
    before_section: int
    difference_ore: int
    first_day: str
    last_day: str
    missing_numbers: str
    state: str
    reason: str = ""
    changed_by: str = ""

    @property
    def between(self) -> tuple[int, int, int, int]:
        """The places of its two statements."""
        return self.after_exchange, self.after_section, self.before_exchange, self.before_section
