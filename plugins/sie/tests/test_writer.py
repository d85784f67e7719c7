"""What is written for a ledger, sign by sign."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import DataError
from hub.model.bookkeeping import (
    BookedVoucher,
    FiscalYear,
    LedgerAccount,
    LedgerDimension,
    LedgerFile,
    LedgerLine,
    LedgerVoucher,
    ObjectOfLedger,
)
from hub_sie.pc8 import has_pc8, in_pc8
from hub_sie.reader import read
from hub_sie.writer import why_not, write

FILE = LedgerFile(
    number=17,
    company="1",
    name="North Energy AB",
    organisation_number="556677-8899",
    currency="SEK",
    made_on="2026-11-23",
    years=(FiscalYear("2026-01-01", "2026-12-31"), FiscalYear("2025-01-01", "2025-12-31")),
    dimensions=(LedgerDimension(1, "Kostnadsställe"),),
    accounts=(LedgerAccount("1510", "Kundfordringar"),),
)
VOUCHER = LedgerVoucher(
    4711,
    "K",
    "2026-11-20",
    'Giro "K"',
    (LedgerLine("1940", 25_005), LedgerLine("1510", -25_005, (ObjectOfLedger(1, "4 10"),), "Räkning")),
)
WRITTEN = """\
#FLAGGA 0
#PROGRAM "Reskontra Hub" 1
#FORMAT PC8
#GEN 20261123 RH
#SIETYP 4
#PROSA "RH-fil 1-17"
#ORGNR 556677-8899
#FNAMN "North Energy AB"
#RAR 0 20260101 20261231
#RAR -1 20250101 20251231
#VALUTA SEK
#KONTO 1510 Kundfordringar
#DIM 1 Kostnadsställe
#VER K "" 20261120 "RH4711 Giro \\"K\\""
{
   #TRANS 1940 {} 250.05
   #TRANS 1510 {1 "4 10"} -250.05 "" Räkning
}
"""


def written(*vouchers: LedgerVoucher) -> bytes:
    return b"".join(write(FILE, vouchers))


def test_a_file_is_written_as_sie_4i():
    assert written(VOUCHER).decode("cp437") == WRITTEN.replace("\n", "\r\n")


@pytest.mark.parametrize("number", ["5566778899", "556677-8899"])
def test_an_organisation_number_is_written_with_its_hyphen(number):
    assert b"#ORGNR 556677-8899\r\n" in b"".join(write(FILE._replace(organisation_number=number), []))


def test_a_file_without_vouchers_is_its_head():
    assert written().decode("cp437").endswith("#DIM 1 Kostnadsställe\r\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Å ä Ö é", "Å ä Ö é"),
        ("10 – 12 €…", "10 - 12 EUR..."),
        ("Łódź", "Lódz"),
        ("Ørsted", "Örsted"),
        ("日", "?"),
        ("a\\b", "a/b"),
        ("a\tb\x00c", "a b c"),
        ("”citat”", "'citat'"),
    ],
)
def test_what_pc8_does_not_have_is_written_in_other_letters(text, said):
    assert in_pc8(text) == said
    assert has_pc8(said)


@pytest.mark.parametrize(
    ("voucher", "why"),
    [
        (VOUCHER, ""),
        (VOUCHER._replace(lines=()), "no lines"),
        (VOUCHER._replace(lines=(LedgerLine("15A", 0),)), "accounts of digits only"),
        (VOUCHER._replace(lines=(LedgerLine("", 0),)), "accounts of digits only"),
        (VOUCHER._replace(series="Ω–"), "series"),
        (VOUCHER._replace(lines=(LedgerLine("1510", 0, (ObjectOfLedger(1, "€"),)),)), "object"),
    ],
)
def test_what_sie_cannot_hold_is_said(voucher, why):
    assert why in why_not(voucher)
    assert bool(why) == bool(why_not(voucher))


def test_a_voucher_out_of_balance_stops_the_file():
    with pytest.raises(DataError, match="out of balance by 5 öre"):
        written(VOUCHER._replace(lines=(LedgerLine("1940", 5),)))


SIGNS = in_pc8(bytes(range(32, 256)).decode("cp437"))
CODES = st.text(SIGNS, max_size=12)
TEXTS = st.text(SIGNS, max_size=60)
AMOUNTS = st.integers(-(10**14), 10**14)
LINES = st.builds(
    LedgerLine,
    st.from_regex("[0-9]{1,10}", fullmatch=True),
    AMOUNTS,
    st.lists(st.builds(ObjectOfLedger, st.integers(1, 9999), CODES), max_size=3).map(tuple),
    TEXTS,
)


@st.composite
def balanced(draw: st.DrawFn) -> LedgerVoucher:
    lines = draw(st.lists(LINES, min_size=1, max_size=6))
    last = LedgerLine("2999", -sum(line.amount_ore for line in lines))
    day = draw(st.dates()).isoformat()
    return LedgerVoucher(draw(st.integers(1, 10**17)), draw(CODES), day, draw(TEXTS), (*lines, last))


@given(st.lists(balanced(), max_size=5))
def test_what_is_written_is_read_again_to_the_last_sign(vouchers):
    events = read(io.BytesIO(written(*vouchers)))
    booked = [event for event in events if isinstance(event, BookedVoucher)]

    assert booked == [BookedVoucher(one.voucher_no, one.series, "", one.date, one.lines) for one in vouchers]
