"""The order of records and the totals of section and file; both roads through the reader agree."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from hub.errors import ControlTotalMismatch, FormatError
from hub.formats.record_stream import record_grids
from hub.model.payment_file import (
    Deduction,
    FileClosed,
    FileOpened,
    Key,
    OtherEntry,
    PayeeAccount,
    Payer,
    Payment,
    ReferenceQuality,
    SectionClosed,
    SectionOpened,
    Warned,
)
from hub_bankgiro import records
from hub_bankgiro.layouts.bgmax import ANY_RECORD, PLAIN_PAYMENT
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.records import TILES, RecordSequence
from hub_bankgiro.writer import WrittenEntry, WrittenReference

SAMPLES = Path(__file__).parent / "samples"
EVERY_RECORD_BY_ITSELF = re.compile(f"(?!){PLAIN_PAYMENT}|{ANY_RECORD}", re.DOTALL)  # with as many groups
PAYMENT = WrittenEntry(12500, "657866", serial="000000000001", sender="5050105", name="Åsa Ek", street="Ängen 1")


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def refused(read, records, **options) -> FormatError:
    with pytest.raises(FormatError) as caught:
        read(records, **options)
    return caught.value


def changed(record: str, first: int, text: str) -> str:
    return record[: first - 1] + text + record[first - 1 + len(text) :]


def test_a_payment_says_everything_its_records_say(read, make_records):
    entry = WrittenEntry(
        12500, "657866", serial="000000000001", sender="5050105", texts=("Hej",), name="Åsa Ek", extra_name="c/o Bo",
        street="Ängen 1", postcode="12345", town="Älvby", country="Norge", country_code="NO", identity="5560000001",
    )  # fmt: skip

    opened, section, payment, closed, end = read(make_records(entry))

    assert opened == FileOpened("BgMax", "bgmax", "20261120183000000001", "2026-11-20T18:30:00.000001", False)
    assert section == SectionOpened(PayeeAccount("bankgiro", "9912346"), "specification", "SEK")
    assert payment == Payment(
        3, 1, 12500, "SEK", None, "657866", ReferenceQuality.CHECKED, texts=("Hej",),
        payer=Payer("Åsa Ek c/o Bo", "5050105", "5560000001", ("Ängen 1", "12345 Älvby", "Norge")),
        keys=(Key("bgc_serial", "000000000001"),), channel="electronic",
    )  # fmt: skip
    assert closed == SectionClosed(9, 12500, 1, date(2026, 11, 20), "00007", "58410000010")
    assert end == FileClosed(10, 1, 0)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("block_bytes", [100, 1 << 17])
def test_both_roads_give_the_same_events(path, block_bytes, monkeypatch):
    outcomes = []
    for tiles in (TILES, EVERY_RECORD_BY_ITSELF):
        monkeypatch.setattr(records, "TILES", tiles)
        sequence = RecordSequence(Oddities(strict=False, per_code=20))
        events = []
        try:
            for grid in record_grids(io.BytesIO(path.read_bytes()), block_bytes=block_bytes):
                events += sequence.events(grid)
            events += sequence.finish()
        except FormatError as error:
            events.append((type(error), error.code, error.place))
        outcomes.append(Counter(map(repr, events)))

    assert outcomes[0] == outcomes[1]
    assert outcomes[0]


def test_a_deduction_lowers_the_deposit_and_says_what_is_left(read, make_records):
    deduction = WrittenEntry(2500, "89853", "3", serial="000000000002", remainder="1")

    events = read(make_records(PAYMENT, deduction))

    assert [(d.amount_ore, d.remainder, d.entry) for d in of(Deduction, events)] == [(2500, "part", 1)]
    assert of(SectionClosed, events)[0].net_ore == 10000
    assert events[-1] == FileClosed(8, 1, 1)


def test_references_without_a_share_are_copies_for_information(read, make_records):
    entry = WrittenEntry(12500, "657866", extra_references=(WrittenReference("657866"), WrittenReference("658765")))

    payment = of(Payment, read(make_records(entry)))[0]

    assert [(part.reference, part.amount_ore) for part in payment.parts] == [("657866", None), ("658765", None)]


def test_shares_are_signed_and_add_up_to_the_payment(read, make_records):
    shares = (WrittenReference("657866", 15000), WrittenReference("74450", 2500, is_negative=True))

    payment = of(Payment, read(make_records(WrittenEntry(12500, "", "0", extra_references=shares))))[0]

    assert [(part.amount_ore, part.kind) for part in payment.parts] == [(15000, "invoice"), (-2500, "credit_note")]
    assert payment.quality == ReferenceQuality.NONE


def test_shares_that_do_not_add_up_are_refused(read, make_records):
    shares = (WrittenReference("657866", 12499),)

    error = refused(read, make_records(WrittenEntry(12500, "", "0", extra_references=shares)))

    assert isinstance(error, ControlTotalMismatch)
    assert (error.stated, error.computed, error.line) == (12500, 12499, 3)


@pytest.mark.parametrize(
    ("record", "first", "text", "place", "stated", "computed"),
    [
        (-2, 51, f"{12501:018}", ("15", "amount"), 12501, 12500),
        (-2, 72, f"{2:08}", ("15", "count"), 2, 1),
        (-1, 3, f"{2:08}", ("70", "payments"), 2, 1),
        (-1, 11, f"{1:08}", ("70", "deductions"), 1, 0),
        (-1, 19, f"{1:08}", ("70", "extra_references"), 1, 0),
        (-1, 27, f"{0:08}", ("70", "deposits"), 0, 1),
    ],
)
def test_every_total_that_differs_is_refused(read, make_records, record, first, text, place, stated, computed):
    records = make_records()
    records[record] = changed(records[record], first, text)

    error = refused(read, records)

    assert isinstance(error, ControlTotalMismatch)
    assert ((error.record, error.field), error.stated, error.computed) == (place, stated, computed)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ([1, 2, 3, 4], "START_MISSING"),
        ([0, 0, 1, 2, 3, 4], "START_REPEATED"),
        ([0, 2, 3, 4], "OUTSIDE_SECTION"),
        ([0, 3, 4], "OUTSIDE_SECTION"),
        ([0, 1, 2, 1, 2, 3, 4], "SECTION_NOT_CLOSED"),
        ([0, 1, 2, 4], "SECTION_NOT_CLOSED"),
        ([0, 1, 3, 4], "SECTION_EMPTY"),
        ([0, 1, 2, 3], "TRUNCATED"),
        ([0, 1, 2], "TRUNCATED"),
        ([0], "TRUNCATED"),
        ([0, 1, 2, 3, 4, 4], "AFTER_END"),
        ([0, 1, 2, 3, 4, 0], "AFTER_END"),
        ([0, 1, 2, 3, 2, 3, 4], "OUTSIDE_SECTION"),
        ([], "EMPTY"),
    ],
)
def test_a_record_out_of_place_is_refused(read, make_records, order, code):
    records = make_records()

    assert refused(read, [records[index] for index in order]).code == code


def test_a_payment_after_the_end_is_refused(read, make_records):
    records = make_records()

    assert refused(read, [*records, records[2], records[2]]).line == 6


def test_a_file_without_sections_is_refused(read, make_records):
    records = make_records()

    assert refused(read, [records[0], "70" + "0" * 32 + " " * 46]).code == "NO_SECTION"


@pytest.mark.parametrize(
    ("record", "first", "text", "code"),
    [
        (0, 3, "BGMIN", "CONSTANT_DIFFERS"),
        (0, 23, "02", "CONSTANT_DIFFERS"),
        (0, 45, "X", "CODE_UNKNOWN"),
        (0, 25, "2026-1", "NUMBER_UNREADABLE"),
        (1, 3, "000991234X", "NUMBER_UNREADABLE"),
        (1, 3, "0000000000", "PAYEE_MISSING"),
        (1, 23, "sek", "CODE_UNKNOWN"),
        (1, 23, "JPY", "CODE_UNKNOWN"),
        (1, 23, "EUR", "CURRENCY_DIFFERS"),
        (2, 3, "5O50105", "NUMBER_UNREADABLE"),
        (2, 54, "+1", "AMOUNT_UNREADABLE"),
        (2, 38, " ", "AMOUNT_UNREADABLE"),
        (2, 50, "_", "AMOUNT_UNREADABLE"),
        (2, 50, "²", "AMOUNT_UNREADABLE"),
        (2, 56, " ", "CODE_UNKNOWN"),
        (2, 57, "A", "CODE_UNKNOWN"),
        (2, 58, "A", "NUMBER_UNREADABLE"),
        (2, 70, "A", "CODE_UNKNOWN"),
        (2, 1, "2 ", "RECORD_CODE_UNREADABLE"),
        (3, 38, "20261301", "DATE_UNREADABLE"),
        (3, 51, " ", "AMOUNT_UNREADABLE"),
        (3, 72, " ", "COUNT_UNREADABLE"),
        (4, 3, " ", "COUNT_UNREADABLE"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(read, make_records, record, first, text, code):
    records = make_records()
    records[record] = changed(records[record], first, text)

    error = refused(read, records)

    assert error.code == code
    assert error.line is not None
    assert records[record] not in str(error)


@pytest.mark.parametrize(
    ("record", "first", "text", "code"),
    [
        (0, 25, "20261340", "TIMESTAMP_IMPOSSIBLE"),
        (1, 12, "7", "PAYEE_CHECK_DIGIT"),
        (1, 60, "x", "SPARE_NOT_BLANK"),
        (2, 36, "7", "CHECK_DIGIT"),
        (2, 56, "7", "RESERVED_CODE"),
        (2, 57, "9", "RESERVED_CODE"),
        (2, 70, "5", "RESERVED_CODE"),
        (2, 75, "x", "SPARE_NOT_BLANK"),
        (3, 3, "SE", "BANK_ACCOUNT_UNUSUAL"),
        (3, 80, "Q", "RESERVED_CODE"),
        (4, 80, "x", "SPARE_NOT_BLANK"),
    ],
)
def test_what_is_odd_about_no_money_is_a_warning(read, make_records, record, first, text, code):
    records = make_records()
    records[record] = changed(records[record], first, text)

    events = read(records)

    assert [warning.code for warning in of(Warned, events)] == [code]
    assert of(Payment, events)[0].amount_ore == 12500
    assert isinstance(events[0], FileOpened)
    assert isinstance(events[-1], FileClosed)


def test_an_unknown_record_type_is_passed_over_with_a_warning(read, make_records):
    records = make_records(PAYMENT)

    events = read([*records[:3], "30" + "SECRET" * 13, *records[3:]])

    warning = of(Warned, events)[0]
    assert (warning.code, warning.line, warning.record) == ("UNKNOWN_RECORD", 4, "30")
    assert "SECRET" not in repr(events)
    assert of(Payment, events)[0].payer.name == "Åsa Ek"


@pytest.mark.parametrize("code", ["22", "23"])
def test_an_extra_reference_that_follows_nothing_is_counted_and_warned_of(read, make_records, code):
    records = make_records()
    orphan = code + records[2][2:37] + "0" * 18 + records[2][55:]
    records[-1] = changed(records[-1], 19, f"{1:08}")

    events = read([*records[:2], orphan, *records[2:]])

    assert [warning.code for warning in of(Warned, events)] == ["ORPHAN"]


@pytest.mark.parametrize("orphan", ["25Hej", "26Bo Ek", "27Gatan", "28Byn", "29005560000001"])
def test_payer_records_that_follow_nothing_are_warned_of(read, make_records, orphan):
    records = make_records()

    events = read([*records[:2], orphan, *records[2:]])

    assert [warning.code for warning in of(Warned, events)] == ["ORPHAN"]
    assert of(Payment, events)[0].payer is None


def test_parts_with_another_serial_or_sender_are_warned_of(read, make_records):
    records = make_records(WrittenEntry(100, "657866", serial="1", extra_references=(WrittenReference("657866"),)))
    records[3] = changed(changed(records[3], 3, "0005050105"), 58, "000000000009")

    warnings = of(Warned, read(records))

    assert {(w.code, w.field) for w in warnings} == {("PARENT_DIFFERS", "sender"), ("PARENT_DIFFERS", "serial")}


def test_records_out_of_order_or_repeated_are_warned_of_and_the_first_is_kept(read, make_records):
    records = make_records()

    events = read([*records[:3], "27Gatan", "26Bo Ek", "26Siv Ek", *records[3:]])

    assert [warning.code for warning in of(Warned, events)] == ["RECORD_ORDER", "RECORD_ORDER", "RECORD_REPEATED"]
    assert of(Payment, events)[0].payer == Payer("Bo Ek", address=("Gatan",))


def test_more_information_records_than_the_manual_allows_are_kept_and_warned_of_once(read, make_records):
    events = read(make_records(WrittenEntry(100, "657866", texts=("rad",) * 95)))

    assert len(of(Payment, events)[0].texts) == 95
    assert [warning.code for warning in of(Warned, events)] == ["INFORMATION_RECORDS"]


def test_records_without_end_after_one_payment_are_refused(read, make_records):
    assert refused(read, make_records(WrittenEntry(1, "657866", texts=("x",) * 10_001))).code == "TOO_MANY_RECORDS"


def test_a_record_about_no_money_is_passed_on_without_becoming_a_payment(read, make_records):
    events = read(make_records(PAYMENT, WrittenEntry(0, "658765", serial="000000000002")))

    other = of(OtherEntry, events)[0]
    assert (other.amount_ore, other.references, other.code) == (0, ("658765",), "20")
    assert [warning.code for warning in of(Warned, events)] == ["ZERO_AMOUNT"]
    assert events[-1].payments == 1


def test_a_number_shifted_left_is_read_all_the_same(read, make_records):
    records = make_records(WrittenEntry(100, "657866", sender="5050105", identity="5560000001"))
    records[2] = changed(records[2], 3, "005050105 ")
    records[3] = changed(records[3], 3, "00550000432 ")

    payer = of(Payment, read(records))[0].payer

    assert (payer.account, payer.identity) == ("5050105", "00550000432")


def test_a_blank_line_between_records_is_warned_of(read, make_records):
    records = make_records()

    assert [w.code for w in of(Warned, read([*records[:2], "", *records[2:]]))] == ["BLANK_LINE"]
    assert of(Warned, read([*records, "", "", "\x1a"])) == []
