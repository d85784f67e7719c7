"""Reads SIE 1 to 4: what the ledger says of its accounts, balances and vouchers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from hub.errors import FormatError
from hub.model.bookkeeping import (
    BalanceKind,
    BookedVoucher,
    FiscalYear,
    LedgerAccount,
    LedgerBalance,
    LedgerClosed,
    LedgerEvent,
    LedgerOpened,
)
from hub_sie.records import CLOSE, OPEN, Record, records
from hub_sie.translate import amount, day, line, month, objects, our_number, whole_number

KINDS = ("1", "2", "3", "4")
NEEDED = ("FORMAT", "GEN", "SIETYP")
_HEAD_RECORDS = frozenset({"FLAGGA", "FORMAT", "GEN", "SIETYP", "PROGRAM", "ORGNR", "FNAMN", "RAR", "OMFATTN"})
_YEARLY = {"IB": BalanceKind.OPENING, "UB": BalanceKind.CLOSING, "RES": BalanceKind.RESULT}
_REMOVED = ("BTRANS", "RTRANS")  # a line taken away, and one added later, which stands behind it as #TRANS again


def read(stream: BinaryIO, encoding: str = "pc8") -> Iterator[LedgerEvent]:
    """Yield what a file says; see `BookkeepingExporter.read`. Records that are not known are passed over."""
    reading = _Reading(records(stream, encoding))
    yield from reading.events()


class _Reading:
    """One going-through of a file."""

    def __init__(self, found: Iterator[Record]) -> None:
        self._records = found
        self._head: dict[str, Record] = {}
        self._years: dict[int, FiscalYear] = {}
        self._is_opened = False
        self._has_sum = False
        self._stated: set[tuple[str, ...]] = set()
        self._counted = [0, 0, 0]  # accounts, balances, vouchers
        self._handlers: dict[str, Callable[[Record], LedgerEvent | None]] = {
            "KONTO": self._account,
            "PSALDO": self._change,
            "VER": self._voucher,
            **dict.fromkeys(_YEARLY, self._yearly),
        }

    def events(self) -> Iterator[LedgerEvent]:
        self._begin()
        for record in self._records:
            if record.label in _HEAD_RECORDS:
                self._note(record)
            elif record.label == "KSUMMA":
                self._has_sum = not self._has_sum
            elif record.label in self._handlers:
                yield from self._opened(record.line)
                event = self._handlers[record.label](record)
                if event is not None:
                    yield event
            elif record.label in (OPEN, CLOSE, "TRANS", *_REMOVED):
                raise record.error("it stands outside a voucher", "OUTSIDE_VOUCHER")
        yield from self._opened(None)
        if self._has_sum:
            raise FormatError("the file says that a check sum ends it, and none does: it was cut", code="CUT")
        yield LedgerClosed(*self._counted)

    def _begin(self) -> None:
        first = next(self._records, None)
        if first is None or first.label != "FLAGGA":
            raise FormatError("the file does not begin with #FLAGGA, so it is no SIE file", code="NOT_SIE", line=1)
        if first.text(0, "flag") not in ("0", "1"):
            raise first.error("the flag is neither 0 nor 1", "FLAG_UNREADABLE", "flag")

    def _note(self, record: Record) -> None:
        if self._is_opened:
            raise record.error("it stands behind accounts, balances or vouchers", "OUT_OF_ORDER")
        if record.label == "RAR":
            self._note_year(record)
        elif record.label in self._head or record.label == "FLAGGA":
            raise record.error("it stands there twice", "REPEATED")
        self._head[record.label] = record

    def _note_year(self, record: Record) -> None:
        ago = whole_number(record, 0, "year")
        year = FiscalYear(day(record, 1, "begins"), day(record, 2, "ends"))
        if ago > 0 or ago in self._years or year.ends < year.begins:
            raise record.error(
                "the year is numbered wrongly, stands there twice, or ends before it begins", "YEAR_WRONG"
            )
        self._years[ago] = year

    def _opened(self, at: int | None) -> Iterator[LedgerOpened]:
        if self._is_opened:
            return
        self._is_opened = True
        missing = [f"#{label}" for label in NEEDED if label not in self._head]
        if missing:
            raise FormatError(f"the file does not have {', '.join(missing)}", code="RECORD_MISSING", line=at)
        head = self._head
        if head["FORMAT"].text(0, "format").upper() != "PC8":
            raise head["FORMAT"].error("SIE is written in PC8 and nothing else", "ENCODING", "format")
        if head["SIETYP"].text(0, "type") not in KINDS:
            raise head["SIETYP"].error("the type is none of 1 to 4", "TYPE_UNKNOWN", "type")
        yield LedgerOpened(
            organisation_number=self._said("ORGNR"),
            name=self._said("FNAMN"),
            program=self._said("PROGRAM"),
            made_on=day(head["GEN"], 0, "date"),
            years=tuple(self._years[ago] for ago in sorted(self._years, reverse=True)),
            until=day(head["OMFATTN"], 0, "date") if "OMFATTN" in head else "",
        )

    def _said(self, label: str) -> str:
        record = self._head.get(label)
        return record.text_if_given(0) if record is not None else ""

    def _account(self, record: Record) -> LedgerAccount:
        self._counted[0] += 1
        return LedgerAccount(record.text(0, "account"), record.text_if_given(1))

    def _yearly(self, record: Record) -> LedgerBalance | None:
        year = self._year_of(record)
        account = record.text(1, "account")
        return self._balance(record, LedgerBalance(account, _YEARLY[record.label], year.begins, "", amount(record, 2)))

    def _change(self, record: Record) -> LedgerBalance | None:
        year, period = self._year_of(record), month(record, 1)
        if not year.begins[:7] <= period <= year.ends[:7]:
            raise record.error("the period is outside its year", "PERIOD_OUTSIDE_YEAR", "period")
        told = LedgerBalance(record.text(2, "account"), BalanceKind.CHANGE, year.begins, period, amount(record, 4))
        return None if objects(record, 3) else self._balance(record, told)  # of an object: a part of the account's

    def _balance(self, record: Record, told: LedgerBalance) -> LedgerBalance:
        stated = (told.account, told.kind, told.year_begins, told.month)
        if stated in self._stated:
            raise record.error("the balance is stated twice", "REPEATED")
        self._stated.add(stated)
        self._counted[1] += 1
        return told

    def _year_of(self, record: Record) -> FiscalYear:
        ago = whole_number(record, 0, "year")
        if ago not in self._years:
            raise record.error("the year is none that #RAR states", "YEAR_UNKNOWN", "year")
        return self._years[ago]

    def _voucher(self, record: Record) -> BookedVoucher:
        text = record.text_if_given(3)
        told = BookedVoucher(
            our_number(text), record.text(0, "series"), record.text(1, "number"), day(record, 2, "date"), ()
        )
        opening = next(self._records, None)
        if opening is None or opening.label != OPEN:
            raise record.error("no lines follow: { must stand on the next line", "LINES_MISSING")
        lines = []
        for inner in self._records:
            if inner.label == CLOSE:
                break
            if inner.label == "TRANS":
                lines.append(line(inner))
            elif inner.label not in _REMOVED:
                raise inner.error("it stands within a voucher", "WITHIN_VOUCHER")
        else:
            raise record.error("the file ends within the voucher: it was cut", "CUT")
        rest_ore = sum(one.amount_ore for one in lines)
        if rest_ore:
            raise record.error(f"the voucher is out of balance by {rest_ore} öre", "UNBALANCED")
        self._counted[2] += 1
        return told._replace(lines=tuple(lines))
