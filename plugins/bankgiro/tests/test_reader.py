"""The reader as the core sees it: recognising, the content key, encodings, strictness, memory."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contracts import PaymentFileReader, Recognition
from hub.errors import FormatError
from hub.model.payment_file import FileOpened, Payment, Warned
from hub_bankgiro.reader import BgMaxReader
from hub_bankgiro.writer import WrittenEntry

NAMED = WrittenEntry(12500, "657866", serial="000000000001", name="Åsa Öberg", extra_name="c/o Älg", street="Ängen")


def join(records, end="\r\n", encoding="latin-1"):
    return "".join(record + end for record in records).encode(encoding)


def test_the_reader_keeps_the_contract():
    assert isinstance(BgMaxReader(), PaymentFileReader)
    assert BgMaxReader().name == "bgmax"


@pytest.mark.parametrize(
    "head",
    [
        b"01BGMAX               0120261120",
        b"\xef\xbb\xbf01BGMAX   ",
        b"\r\n01BGMAX   ",
        b"01BGMAX\t01",
        b"01BGMAX " * 9,
    ],
)
def test_its_own_files_are_recognised(head):
    assert BgMaxReader().recognises(head) is Recognition.YES


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"01",
        b"01AUTOGIRO              20261120",
        b"0120261120AUTOGIRO",
        b"050009912346          SEK",
        b"00 TOTALIN",
        b"1100099123460411",
        b"<Document/>",
        b"01BGMAXI",
        b"x01BGMAX ",
        "01BGMAX ".encode("utf-16"),
    ],
)
def test_other_files_are_not_recognised(head):
    assert BgMaxReader().recognises(head) is Recognition.NO


@given(head=st.binary(max_size=200))
def test_recognising_never_raises(head):
    assert BgMaxReader().recognises(head) in (Recognition.NO, Recognition.YES)


def test_the_content_key_is_the_same_for_every_form_of_the_same_records(make_records):
    records = make_records(NAMED)
    forms = [
        join(records),
        join(records, "\n"),
        join(records, ""),
        join(records, "\r") + b"\r\r\x1a",
        join([record.rstrip() for record in records], "\n", "utf-8"),
        join([record + "   " for record in records]),
        b"\xef\xbb\xbf" + join(records, encoding="utf-8"),
    ]

    keys = {BgMaxReader().content_key(io.BytesIO(data)) for data in forms}

    assert len(keys) == 1


def test_the_content_key_differs_when_one_character_does(make_records):
    records = make_records(NAMED)
    other = [*records[:2], records[2].replace("657866", "657867"), *records[3:]]

    assert BgMaxReader().content_key(io.BytesIO(join(records))) != BgMaxReader().content_key(io.BytesIO(join(other)))


def test_the_content_key_of_what_is_no_file_of_records_is_refused():
    with pytest.raises(FormatError):
        BgMaxReader().content_key(io.BytesIO(b"a" * 100 + b"\n" + b"b" * 100))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_every_line_end_and_encoding_gives_the_same_events(read, make_records, end, encoding):
    records = make_records(NAMED, NAMED)

    assert read(join(records, end, encoding)) == read(records)
    assert read(records)[2].payer.name == "Åsa Öberg c/o Älg"


def test_the_test_mark_is_passed_on(read, make_records):
    assert [e.is_test for e in read(make_records(test_mark="T")) if isinstance(e, FileOpened)] == [True]


@pytest.mark.parametrize("damage", ["\ufffd", "Ã\x85", "ï¿½"])
def test_damaged_letters_are_warned_of_and_refused_when_strict(read, make_records, damage):
    text = "".join(record + "\n" for record in make_records(NAMED))
    data = text.replace("Åsa Öberg".ljust(12), f"{damage}sa Öberg".ljust(12)).encode("utf-8")

    events = read(data)

    assert [(w.code, w.record) for w in events if isinstance(w, Warned)] == [("DAMAGED_TEXT", "26")]
    with pytest.raises(FormatError) as caught:
        read(data, strict=True)
    assert caught.value.code == "DAMAGED_TEXT"


def test_a_flood_of_warnings_ends_in_a_count(read, make_records):
    wrong = [WrittenEntry(100, "657867", serial=f"{number:012}") for number in range(1, 51)]

    warnings = [event for event in read(make_records(*wrong), per_code=5) if isinstance(event, Warned)]

    assert [warning.code for warning in warnings] == ["CHECK_DIGIT"] * 6
    assert warnings[-1].message.startswith("45 more")


def test_nothing_is_read_before_the_first_event_is_asked_for():
    class Untouched(io.BytesIO):
        def read(self, size=-1, /):
            raise AssertionError("read too early")

    BgMaxReader().read(Untouched())


def test_memory_stays_flat_as_the_file_grows(make_records):
    def peak(payments: int) -> int:
        entries = [WrittenEntry(100, "657866", serial=f"{n:012}", name="Åsa", street="Ängen") for n in range(payments)]
        data = io.BytesIO(join(make_records(*entries)))
        tracemalloc.start()
        assert sum(isinstance(event, Payment) for event in BgMaxReader().read(data)) == payments
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    small, large = peak(2000), peak(8000)

    assert large < small * 1.5
