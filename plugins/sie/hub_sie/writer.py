"""Writes SIE 4I: a file with vouchers that the ledger reads in and numbers itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.errors import DataError
from hub.model.bookkeeping import LedgerFile, LedgerLine, LedgerVoucher
from hub.money import plain_kronor
from hub_sie.fields import quoted
from hub_sie.pc8 import PC8, has_pc8, in_pc8
from hub_sie.translate import marked

PROGRAM = ("Reskontra Hub", "1")
PURPOSE = "RH-fil"
LINES_AT_ONCE = 500


def why_not(voucher: LedgerVoucher) -> str:
    """Say why SIE cannot hold a voucher; '' when it can."""
    if not voucher.lines:
        return "it has no lines"
    wrong = sorted({line.account for line in voucher.lines if not (line.account.isascii() and line.account.isdigit())})
    if wrong:
        return f"SIE has accounts of digits only, and it has {', '.join(wrong)}: change the account in the settings"
    codes = {one.code for line in voucher.lines for one in line.objects} | {voucher.series}
    if not all(has_pc8(code) for code in codes):
        return "a series or an object has a sign that SIE (PC8) does not: change it in the settings"
    return ""


def write(file: LedgerFile, vouchers: Iterable[LedgerVoucher]) -> Iterator[bytes]:
    """Yield the file's bytes; see `BookkeepingExporter.write`."""
    block = list(_head(file))
    for voucher in vouchers:
        _refuse_wrong(voucher)
        block += _voucher(voucher)
        if len(block) > LINES_AT_ONCE:
            yield _encoded(block)
            block = []
    yield _encoded(block)


def _encoded(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode(PC8)


def _head(file: LedgerFile) -> Iterator[str]:
    yield "#FLAGGA 0"
    yield _record("#PROGRAM", *PROGRAM)
    yield "#FORMAT PC8"
    yield _record("#GEN", _day(file.made_on), "RH")
    yield "#SIETYP 4"
    yield _record("#PROSA", f"{PURPOSE} {file.company}-{file.number}")
    yield _record("#ORGNR", _with_hyphen(file.organisation_number))
    yield _record("#FNAMN", file.name)
    for ago, year in enumerate(file.years):
        yield f"#RAR {-ago} {_day(year.begins)} {_day(year.ends)}"
    yield _record("#VALUTA", file.currency)
    for account in file.accounts:
        yield _record("#KONTO", account.number, account.name)
    for dimension in file.dimensions:
        yield _record("#DIM", str(dimension.number), dimension.name)


def _voucher(voucher: LedgerVoucher) -> Iterator[str]:
    text = marked(voucher.voucher_no, in_pc8(voucher.text))
    yield f'#VER {quoted(voucher.series)} "" {_day(voucher.date)} {quoted(text)}'
    yield "{"
    yield from (f"   {_line(line)}" for line in voucher.lines)
    yield "}"


def _line(line: LedgerLine) -> str:
    objects = " ".join(f"{one.dimension} {quoted(one.code)}" for one in line.objects)
    written = f"#TRANS {line.account} {{{objects}}} {plain_kronor(line.amount_ore)}"
    return f'{written} "" {quoted(in_pc8(line.text))}' if line.text else written


def _record(label: str, *fields: str) -> str:
    return " ".join((label, *(quoted(in_pc8(field)) for field in fields)))


def _with_hyphen(number: str) -> str:
    return f"{number[:6]}-{number[6:]}" if len(number) == len("5566778899") else number


def _day(iso: str) -> str:
    return iso.replace("-", "")


def _refuse_wrong(voucher: LedgerVoucher) -> None:
    rest_ore = sum(line.amount_ore for line in voucher.lines)
    if rest_ore:
        raise DataError(f"voucher {voucher.voucher_no} is out of balance by {rest_ore} öre: nothing is written")
    if problem := why_not(voucher):
        raise DataError(f"voucher {voucher.voucher_no} cannot be written: {problem}")
