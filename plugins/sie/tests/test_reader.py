"""What a ledger's file says, and that nothing of it is guessed."""

from __future__ import annotations

import io

import pytest

from hub.errors import FormatError
from hub.model.bookkeeping import (
    BookedVoucher,
    FiscalYear,
    LedgerAccount,
    LedgerBalance,
    LedgerClosed,
    LedgerEvent,
    LedgerLine,
    LedgerOpened,
    ObjectOfLedger,
)
from hub_sie.reader import read
from plugins.sie.tests.ledger_files import FULL_YEAR


def events(data: bytes = FULL_YEAR, encoding: str = "pc8") -> list[LedgerEvent]:
    return list(read(io.BytesIO(data), encoding))


def of(kind: type) -> list[LedgerEvent]:
    return [event for event in events() if isinstance(event, kind)]


def changed(old: str, new: str) -> bytes:
    data = FULL_YEAR.replace(old.encode("cp437"), new.encode("cp437"))
    assert data != FULL_YEAR
    return data


def test_the_first_event_says_whose_and_of_when_it_is():
    years = (FiscalYear("2026-01-01", "2026-12-31"), FiscalYear("2025-01-01", "2025-12-31"))

    assert events()[0] == LedgerOpened(
        "556677-8899", "North Energy AB", "Övningsbok", "2026-11-30", years, "2026-11-30"
    )
    assert events()[-1] == LedgerClosed(accounts=3, balances=6, vouchers=3)


def test_a_quotation_mark_within_a_text_is_read():
    assert of(LedgerAccount)[0] == LedgerAccount("1510", 'Kundfordringar "alla"')


def test_balances_of_accounts_are_read_and_those_of_objects_are_parts_of_them():
    assert of(LedgerBalance) == [
        LedgerBalance("1510", "opening", "2026-01-01", "", 100_000),
        LedgerBalance("1510", "opening", "2025-01-01", "", 0),
        LedgerBalance("1510", "closing", "2026-01-01", "", 110_050),
        LedgerBalance("3010", "result", "2026-01-01", "", -35_050),
        LedgerBalance("1510", "change", "2026-01-01", "2026-11", 10_050),
        LedgerBalance("3010", "change", "2026-01-01", "2026-11", -35_050),
    ]


def test_a_line_that_was_removed_or_added_later_counts_once():
    assert of(BookedVoucher)[1] == BookedVoucher(
        4712,
        "F",
        "3",
        "2026-11-22",
        (LedgerLine("1510", 35_050), LedgerLine("3010", -35_050, (ObjectOfLedger(1, "410"),))),
    )


def test_a_voucher_is_ours_only_by_the_beginning_of_its_text():
    assert [(event.voucher_no, event.series, event.number) for event in of(BookedVoucher)] == [
        (4711, "K", "17"),
        (4712, "F", "3"),
        (0, "A", "1"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "record"),
    [
        ("#FLAGGA 0", "#FLAGG 0", "NOT_SIE", 1, ""),
        ("#FLAGGA 0", "#FLAGGA 2", "FLAG_UNREADABLE", 1, "#FLAGGA"),
        ("#FORMAT PC8\r\n", "", "RECORD_MISSING", 12, ""),
        ("#FORMAT PC8", "#FORMAT ANSI", "ENCODING", 3, "#FORMAT"),
        ("#SIETYP 4", "#SIETYP 5", "TYPE_UNKNOWN", 5, "#SIETYP"),
        ("#GEN 20261130", "#GEN 20261131", "DATE_UNREADABLE", 4, "#GEN"),
        ("#RAR -1", "#RAR 0", "YEAR_WRONG", 10, "#RAR"),
        ("#IB -1 1510 0", "#IB -2 1510 0", "YEAR_UNKNOWN", 20, "#IB"),
        ("#IB -1 1510 0", "#IB 0 1510 0", "REPEATED", 20, "#IB"),
        ("#IB -1 1510 0", "#IB -1 1510 1,00", "AMOUNT_UNREADABLE", 20, "#IB"),
        ("#IB -1 1510 0", "#IB -1 1510 99999999999999999", "AMOUNT_UNREADABLE", 20, "#IB"),
        ("#IB -1 1510 0", "#IB -1 1510 999999999999999", "AMOUNT_TOO_LARGE", 20, "#IB"),
        ("#IB -1 1510 0", "#IB -1 1510 1.005", "AMOUNT_UNREADABLE", 20, "#IB"),
        ("#IB -1 1510 0", "#ORGNR 1", "OUT_OF_ORDER", 20, "#ORGNR"),
        ("202611 1510", "202613 1510", "PERIOD_UNREADABLE", 23, "#PSALDO"),
        ("202611 1510", "202701 1510", "PERIOD_OUTSIDE_YEAR", 23, "#PSALDO"),
        ("#TRANS 1510 {} -250.00", "#TRANS 1510 -250.00", "OBJECTS_MISSING", 29, "#TRANS"),
        ("#TRANS 1510 {} -250.00", "#TRANS 1510 {1} -250.00", "OBJECTS_UNREADABLE", 29, "#TRANS"),
        ("#TRANS 1510 {} -250.00", "#TRANS 1510 {} -250.01", "UNBALANCED", 26, "#VER"),
        ('"RH4712"\r\n{', '"RH4712"', "LINES_MISSING", 31, "#VER"),
        ("\r\n}\r\n#VER A 1", "\r\n#VER A 1", "WITHIN_VOUCHER", 37, "#VER"),
        ('"RH4712"', '"RH4712', "FIELDS_UNREADABLE", 31, ""),
        ('"RH4712"', '"RH4712"x', "FIELDS_UNREADABLE", 31, ""),
        ('"RH4712"', '"RH4712\x01"', "CONTROL_CHARACTER", 31, ""),
        ("#VER A 1", "VER A 1", "LABEL_MISSING", 38, ""),
        ("{\r\n}\r\n", "{\r\n", "CUT", 38, "#VER"),
        ("#SIETYP 4", "#KSUMMA\r\n#SIETYP 4", "CUT", None, ""),
        ('"Övningsbok"', '"' + "x" * 70_000 + '"', "LINE_TOO_LONG", 2, ""),
    ],
)
def test_a_contradiction_is_told_with_its_line_and_record(old, new, code, line, record):
    with pytest.raises(FormatError) as caught:
        events(changed(old, new))

    assert (caught.value.code, caught.value.line, caught.value.record) == (code, line, record)


def test_a_record_that_is_not_known_is_passed_over():
    assert events(changed("#KPTYP BAS2014", '#FUTURE {1 "x"} "y" z')) == events()


def test_a_file_in_utf_8_is_refused_until_the_settings_say_so():
    data = FULL_YEAR.decode("cp437").encode()

    with pytest.raises(FormatError, match="setting encoding"):
        events(data)
    assert events(data, "utf-8") == events()


def test_a_file_in_latin_1_is_read_when_the_settings_say_so():
    assert events(FULL_YEAR.decode("cp437").encode("latin-1"), "latin-1") == events()


def test_a_sign_that_dos_put_behind_the_file_is_no_line():
    assert events(FULL_YEAR + b"\x1a") == events()


def test_no_message_holds_a_text_of_the_file():
    with pytest.raises(FormatError) as caught:
        events(changed("#TRANS 1510 {} -250.00", "#TRANS 1510 {} 19121212-1212"))

    assert "1212" not in str(caught.value)
