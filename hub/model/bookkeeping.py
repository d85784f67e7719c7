"""What goes to the general ledger (*huvudbok*) and what it says in return: vouchers, its numbers, its balances.

Amounts are whole öre, above zero is debit. Accounts are those of the ledger: the first part of an account string
(*kontosträng*); the parts behind it are objects of dimensions, such as a cost centre (*kostnadsställe*).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.texts import said_by_others

VOUCHER_TEXTS = {
    "receivables": "Fakturering",
    "giro_payments": "Giroinbetalningar",
    "bank_statement": "Kontoutdrag",
    "bank_rules": "Bankregler",
    "suspense_moves": "Flyttat från observationskonto",
    "reversal_coded": "Återtagen betalning",
    "file_undone": "Ångrad fil",
    "manual_payments": "Manuella inbetalningar",
    "collection_transfers": "Överlämnat till inkasso",
    "agency_settlements": "Redovisning från inkasso",
    "agency_payouts": "Utbetalning från inkasso",
    "credits": "Krediteringar",
    "write_offs": "Bortskrivningar",
    "dunning": "Krav: avgifter och ränta",
    "interest_invoices": "Räntefakturor",
    "court_costs": "Rättegångskostnader: betalningsföreläggande",
    "refunds": "Återbetalningar",
    "refunds_booked": "Utbetalda återbetalningar",
}
"""What the ledger calls a voucher of a type, where the voucher has no text of its own."""


@said_by_others
class ObjectOfLedger(NamedTuple):
    """An object of a dimension: part of an account's coding."""

    dimension: int  # the number of the dimension; 1 is the cost centre and 6 the project by custom
    code: str


@said_by_others
class LedgerLine(NamedTuple):
    """One line of a voucher as the ledger books it."""

    account: str
    amount_ore: int
    objects: tuple[ObjectOfLedger, ...] = ()
    text: str = ""


class LedgerVoucher(NamedTuple):
    """One voucher (*verifikation*) for the ledger, which gives it a number of its own."""

    voucher_no: int  # ours: it goes with the voucher and finds it again
    series: str
    date: str  # ISO: of the period that it is booked in
    text: str
    lines: tuple[LedgerLine, ...]


@said_by_others
class LedgerAccount(NamedTuple):
    """An account of the chart of accounts (*kontoplan*)."""

    number: str
    name: str = ""


class LedgerDimension(NamedTuple):
    """A dimension of account coding, such as 1, Kostnadsställe."""

    number: int
    name: str


@said_by_others
class FiscalYear(NamedTuple):
    """A fiscal year (*räkenskapsår*), first and last day."""

    begins: str
    ends: str


class LedgerFile(NamedTuple):
    """What a file for the ledger says before its vouchers."""

    number: int  # of the company's files, without gaps
    company: str
    name: str
    organisation_number: str
    currency: str
    made_on: str
    years: tuple[FiscalYear, ...] = ()  # those its vouchers are of, the latest first
    dimensions: tuple[LedgerDimension, ...] = ()
    accounts: tuple[LedgerAccount, ...] = ()  # of the vouchers, those whose names are known


@said_by_others
class LedgerOpened(NamedTuple):
    """The first thing that the ledger's file says: of whom and when it is."""

    organisation_number: str  # digits and hyphen as written; blank when the file does not say
    name: str
    program: str
    made_on: str
    years: tuple[FiscalYear, ...]  # the current one first
    until: str = ""  # how far balances go, where the file says so


class BalanceKind(StrEnum):
    """Which balance of an account the ledger states."""

    OPENING = "opening"  # at the beginning of a year
    CHANGE = "change"  # within a month
    CLOSING = "closing"  # at the end of a year, or as far as it has come
    RESULT = "result"  # of a year, on an account of the income statement


@said_by_others
class LedgerBalance(NamedTuple):
    """One balance of one account, all its objects together."""

    account: str
    kind: str
    year_begins: str
    month: str  # such as 2026-11, of a change; else blank
    amount_ore: int


@said_by_others
class BookedVoucher(NamedTuple):
    """A voucher as it stands in the ledger."""

    voucher_no: int  # ours, 0 when it is none of ours
    series: str
    number: str  # the ledger's own
    date: str
    lines: tuple[LedgerLine, ...]


@said_by_others
class LedgerClosed(NamedTuple):
    """The file has been read whole."""

    accounts: int
    balances: int
    vouchers: int


LedgerEvent = LedgerOpened | LedgerAccount | LedgerBalance | BookedVoucher | LedgerClosed


class VoucherState(StrEnum):
    """Where a voucher of the books stands with the ledger."""

    WAITING = "waiting"  # it has not gone
    EXPORTED = "exported"  # it went in a file
    BOOKED = "booked"  # the ledger has given it a number


class ExportedVoucher(NamedTuple):
    """A voucher of the books and where it stands with the ledger."""

    voucher_no: int
    company: str
    voucher_type: str
    booked_date: str
    exchange_no: int  # 0: it has not gone
    series: str
    ledger_date: str
    state: str  # a VoucherState
    ledger_series: str
    ledger_number: str
    is_changed: int  # 1: the ledger has it on another day or with other amounts
    replaced: int  # how many of its lines went to the error account


class VoucherAsExported(NamedTuple):
    """What of a voucher went to the ledger: the day, and pairs of account string and öre."""

    voucher_no: int
    date: str
    lines: tuple[tuple[str, int], ...]


class Month(NamedTuple):
    """A month of a company."""

    company: str
    month: str

    @property
    def first(self) -> str:
        return f"{self.month}-01"

    @property
    def last(self) -> str:
        return f"{self.month}-31"  # behind every day of it, as texts compare


class FileInForce(NamedTuple):
    """The ledger's latest file of a year."""

    exchange_no: int
    year_begins: str
    until: str
