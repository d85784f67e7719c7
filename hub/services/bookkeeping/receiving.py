"""Taking in the general ledger's own file: read whole first, then written down chunk by chunk, in force at the end.

The numbers it gives our vouchers stay; its accounts, balances and lines take the place of those of the file before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO, NamedTuple

from hub.contracts import BookkeepingExporter
from hub.errors import DataError, FormatError
from hub.model.bookkeeping import (
    BookedVoucher,
    LedgerAccount,
    LedgerBalance,
    LedgerEvent,
    LedgerOpened,
    VoucherAsExported,
)
from hub.model.company import Company
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.tenant import Tenant
from hub.rules.bookkeeping.comparing import compared_accounts
from hub.rules.bookkeeping.deciding import by_account, parts_of
from hub.services.ports import Store, UnitOfWork

KIND = "ledger_file"
EVENTS_AT_ONCE = 2_000
CHANGED_IN_LEDGER = "changed_in_ledger"  # task
MOST_NAMED = 20
_NO_DIGIT = re.compile(r"[^0-9]")


class LedgerReport(NamedTuple):
    """What a file of the ledger came to."""

    exchange_no: int
    state: str  # posted, duplicate, quarantined
    company: str = ""
    numbers: int = 0  # vouchers of ours that it gave its numbers of
    changed: tuple[int, ...] = ()  # those that it has otherwise than they were exported
    unknown: tuple[int, ...] = ()  # with a number of ours that this company never exported
    others: int = 0  # vouchers of others
    accounts: int = 0
    balances: int = 0
    problem: str = ""


class _Whole(NamedTuple):
    """A file that has been read whole."""

    opened: LedgerOpened
    company: Company
    has_chart: bool


def receive_ledger_file(
    store: Store,
    tenant: Tenant,
    exporters: Mapping[str, BookkeepingExporter],
    stream: BinaryIO,
    *,
    name: str,
    company: str = "",
) -> LedgerReport:
    """Take in a file of a company's ledger; one that cannot be read goes to quarantine, and nothing of it counts.

    `company` may be blank where the file names its organisation number.
    """
    kept = store.contents.keep(stream)
    with store.write() as work:
        same = work.exchanges.with_content(sha256=kept.sha256, states=[ExchangeState.POSTED])
        shown = PurePath(name).name[-255:]
        exchange = work.exchanges.open(kind=KIND, name=shown, sha256=kept.sha256, size=kept.size)
        if any(earlier.kind == KIND for earlier in same):
            work.exchanges.change(exchange.number, state=ExchangeState.DUPLICATE, reason="it has been taken in before")
            return LedgerReport(exchange.number, ExchangeState.DUPLICATE)
    for_companies = [one for one in tenant.companies if one.bookkeeping.exporter in exporters]
    try:
        with store.contents.open(kept.sha256) as content:
            whole = _read_whole(for_companies, exporters, content, company)
    except DataError as error:
        return _quarantined(store, exchange, error)
    with store.contents.open(kept.sha256) as content:
        exporter = exporters[whole.company.bookkeeping.exporter]
        return _Writing(store, exchange, whole).write(exporter.read(content))


def _read_whole(
    companies: list[Company], exporters: Mapping[str, BookkeepingExporter], content: BinaryIO, wanted: str
) -> _Whole:
    """Read a file to its end without keeping anything. Raises DataError."""
    chosen = [one for one in companies if not wanted or one.number.lstrip("0") == wanted.lstrip("0")]
    names = {one.bookkeeping.exporter for one in chosen}
    if len(names) != 1:
        raise DataError("no company's settings have an exporter that reads it, or several have: give --company")
    opened, has_chart = None, False
    for event in exporters[names.pop()].read(content):
        opened = event if isinstance(event, LedgerOpened) else opened
        has_chart = has_chart or isinstance(event, LedgerAccount)
    if opened is None:
        raise FormatError("the file does not say whose it is", code="EMPTY")
    return _Whole(opened, _company(chosen, opened), has_chart)


def _company(chosen: list[Company], opened: LedgerOpened) -> Company:
    number = _NO_DIGIT.sub("", opened.organisation_number)[-10:]
    matching = [one for one in chosen if not number or _NO_DIGIT.sub("", one.organisation_number)[-10:] == number]
    if len(matching) != 1:
        raise DataError(
            "the file is of no company that exports by its format, or of several: give --company, and see that the "
            "organisation number in the file is the company's"
        )
    return matching[0]


def _quarantined(store: Store, exchange: Exchange, error: DataError) -> LedgerReport:
    problem: dict[str, Any] = {"code": error.code, "message": str(error)}
    if isinstance(error, FormatError):
        problem |= {"line": error.line, "record": error.record, "field": error.field}
    with store.write() as work:
        state = ExchangeState.QUARANTINED
        work.exchanges.change(exchange.number, state=state, reason=str(error), problem=problem)
        work.events.record("file_quarantined", exchange_no=exchange.number, name=exchange.name, problem=problem)
    return LedgerReport(exchange.number, state, problem=str(error))


class _Writing:
    """Writes one file down."""

    def __init__(self, store: Store, exchange: Exchange, whole: _Whole) -> None:
        self._store = store
        self._exchange_no = exchange.number
        self._company = whole.company
        self._opened = whole.opened
        self._has_chart = whole.has_chart
        self._year = next(iter(whole.opened.years), None)
        self._compared = set(compared_accounts(whole.company))
        self._next_line = 1
        self._seen: set[int] = set()
        self._changed: list[int] = []
        self._unknown: list[int] = []
        self._counted: Counter[str] = Counter()

    def write(self, events: Iterator[LedgerEvent]) -> LedgerReport:
        while chunk := list(islice(events, EVENTS_AT_ONCE)):
            with self._store.write() as work:
                self._write_chunk(work, chunk)
        with self._store.write() as work:
            return self._put_in_force(work)

    def _write_chunk(self, work: UnitOfWork, chunk: list[LedgerEvent]) -> None:
        number, exchange_no = self._company.number, self._exchange_no
        accounts = [one for one in chunk if isinstance(one, LedgerAccount)]
        balances = [one for one in chunk if isinstance(one, LedgerBalance)]
        vouchers = [one for one in chunk if isinstance(one, BookedVoucher)]
        if accounts:
            work.ledger_files.keep_accounts(number, exchange_no, accounts)
        work.ledger_files.keep_balances(number, exchange_no, balances if self._year else [])
        ours = self._take_numbers(work, [one for one in vouchers if one.voucher_no])
        compared = [self._on_compared(one, ours) for one in vouchers] if self._year else []
        self._next_line = work.ledger_files.keep_lines(number, exchange_no, self._next_line, compared)
        self._counted.update(accounts=len(accounts), balances=len(balances), others=len(vouchers) - len(ours))

    def _take_numbers(self, work: UnitOfWork, vouchers: list[BookedVoucher]) -> set[int]:
        """Take the ledger's numbers of our vouchers; return which of them are ours indeed."""
        known = work.ledger_files.as_exported(self._company.number, [one.voucher_no for one in vouchers])
        taken: dict[int, tuple[int, str, str, int]] = {}
        for one in vouchers:
            exported = known.get(one.voucher_no)
            if exported is None:
                self._unknown.append(one.voucher_no)
                continue
            is_changed = one.voucher_no in self._seen or self._differs(exported, one)
            self._seen.add(one.voucher_no)
            self._changed += [one.voucher_no] if is_changed else []
            if one.number:
                taken[one.voucher_no] = (one.voucher_no, one.series, one.number, int(is_changed))
        self._counted.update(numbers=work.ledger_files.take_numbers(self._company.number, list(taken.values())))
        return set(known)

    def _differs(self, exported: VoucherAsExported, booked: BookedVoucher) -> bool:
        """Say whether the ledger has a voucher on another day or with other sums."""
        sums: Counter[str] = Counter()
        for account, amount_ore in exported.lines:
            sums[parts_of(account, self._company.bookkeeping)[0]] += amount_ore
        ours = {account: amount_ore for account, amount_ore in sums.items() if amount_ore}
        return exported.date != booked.date or ours != by_account(booked.lines)

    def _on_compared(self, voucher: BookedVoucher, ours: set[int]) -> BookedVoucher:
        """Return a voucher with its lines on accounts that are compared; one that is not ours has no number of ours."""
        lines = tuple(line for line in voucher.lines if line.account in self._compared)
        return voucher._replace(voucher_no=voucher.voucher_no if voucher.voucher_no in ours else 0, lines=lines)

    def _put_in_force(self, work: UnitOfWork) -> LedgerReport:
        number, counted = self._company.number, self._counted
        until = self._opened.until or self._opened.made_on
        work.ledger_files.put_in_force(number, self._exchange_no, self._year, until, has_chart=self._has_chart)
        report = LedgerReport(
            self._exchange_no,
            ExchangeState.POSTED,
            number,
            numbers=counted["numbers"],
            changed=tuple(self._changed),
            unknown=tuple(self._unknown),
            others=counted["others"],
            accounts=counted["accounts"],
            balances=counted["balances"],
        )
        summary = {"company": number, "changed": len(self._changed), "unknown": len(self._unknown), **counted}
        values = {"summary": summary, "format": self._opened.program}
        work.exchanges.change(self._exchange_no, state=ExchangeState.POSTED, **values)
        work.events.record("ledger_file_taken_in", exchange_no=self._exchange_no, **summary)
        self._tell_changed(work)
        return report

    def _tell_changed(self, work: UnitOfWork) -> None:
        if not self._changed:
            return
        named = ", ".join(map(str, self._changed[:MOST_NAMED]))
        message = (
            f"company {self._company.number}: the ledger has {len(self._changed)} of our vouchers on another day, with "
            f"other amounts, or twice: {named}; see: hub bookkeeping reconcile"
        )
        work.commands.open_task(CHANGED_IN_LEDGER, f"{self._company.number}:{self._exchange_no}", message)
