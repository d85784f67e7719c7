"""Lines are read whatever their form, and come back byte for byte."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.formats.record_lines import RecordLine, record_lines
from hub.testing.streams import Trickle

RECORD = "A" * 78 + "ÅÄ"


def lines_of(data: bytes) -> list[RecordLine]:
    return list(record_lines(io.BytesIO(data)))


@given(st.lists(st.tuples(st.binary(max_size=90), st.sampled_from([b"\n", b"\r\n", b"\r"])), min_size=1), st.booleans())
def test_every_line_comes_back_byte_for_byte(pieces, has_mark):
    data = (b"\xef\xbb\xbf" if has_mark else b"") + b"".join(line + end for line, end in pieces)
    try:
        lines = lines_of(data)
    except FormatError:
        return

    assert b"".join(line.encoded(line.verbatim) for line in lines) == data


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_lines_are_the_same_whatever_ends_and_encodes_them(end, encoding):
    lines = lines_of((RECORD + end + "B" + end).encode(encoding))

    assert [(line.text, line.end) for line in lines] == [(RECORD, end), ("B", end)]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_an_unbroken_run_is_cut_into_records_by_letters(encoding):
    lines = lines_of((RECORD * 5 + "09").encode(encoding))

    assert [line.text for line in lines] == [RECORD] * 5 + ["09"]


def test_a_line_that_was_encoded_twice_is_read_as_it_was_before():
    data = "ÅTER".encode().decode("latin-1").encode() + b"\n"
    (line,) = lines_of(data)

    assert (line.text, line.is_damaged, line.encoded(line.verbatim)) == ("ÅTER", True, data)


def test_a_byte_that_is_no_letter_is_marked_and_comes_back():
    first, second = lines_of(b"\xc3\x85\n\x96\n")

    assert (first.is_damaged, second.text, second.is_damaged) == (False, "\ufffd", True)
    assert second.encoded(second.verbatim) == b"\x96\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"a\0b\n", "NUL"), (b"\n" + b"a" * 600_000, "LINE_TOO_LONG"), (b"a" * 240 + b"\nb", "LINE_END_INSIDE_RECORD")],
)
def test_what_is_no_file_of_records_is_refused(data, code):
    with pytest.raises(FormatError) as refused:
        lines_of(data)
    assert refused.value.code == code


def test_a_stream_may_hand_over_a_few_bytes_at_a_time():
    data = b"".join(b"%d\r\n" % number for number in range(2_000))

    assert list(record_lines(Trickle(data))) == lines_of(data)
