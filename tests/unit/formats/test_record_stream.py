"""Whatever the line ends, padding and encoding, the same records come out at the same line numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.formats.record_stream import BYTE_ORDER_MARK, LONGEST_LINE_BYTES, record_grids

RECORDS = [f"{number:03}".ljust(40, ".") + "Åsa Öberg".ljust(40, " ") for number in range(30)]
BLOCKS = [7, 80, 81, 82, 1000, 1 << 17]


class Drip(io.BytesIO):
    """A stream that hands over a few bytes at a time, as a pipe may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 13, 13))


def records_of(data: bytes, block_bytes: int = 1 << 17) -> list[str]:
    records: list[str] = []
    for grid in record_grids(io.BytesIO(data), block_bytes=block_bytes):
        assert grid.first_line == len(records) + 1
        assert len(grid.text) % 81 == 0
        records += grid.text.removesuffix("\n").split("\n")
    return records


@pytest.mark.parametrize("block_bytes", BLOCKS)
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
def test_every_line_end_gives_the_same_records(end: str, encoding: str, block_bytes: int) -> None:
    data = "".join(record + end for record in RECORDS).encode(encoding)

    assert records_of(data, block_bytes) == RECORDS


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("padding", ["", " " * 50, "  \t "])
def test_trimmed_and_padded_lines_are_made_full_width(padding: str, end: str) -> None:
    data = "".join((r.rstrip() if not padding else r + padding) + end for r in RECORDS).encode("latin-1")

    assert records_of(data) == RECORDS


@given(ends=st.lists(st.sampled_from(["\r\n", "\n", "\r"]), min_size=30, max_size=30), block=st.sampled_from(BLOCKS))
def test_mixed_line_ends_give_the_same_records(ends: Sequence[str], block: int) -> None:
    # A CR followed by a bare LF of the next blank line would be one CRLF; these records are never blank.
    data = "".join(record + end for record, end in zip(RECORDS, ends, strict=True)).encode("latin-1")

    assert records_of(data, block) == RECORDS


def test_a_stream_that_drips_gives_the_same_records() -> None:
    data = "".join(RECORDS).encode("latin-1")

    assert "".join(grid.text for grid in record_grids(Drip(data))).split("\n")[:-1] == RECORDS


@pytest.mark.parametrize("tail", [b"", b"\r\n\r\n", b"\x1a", b"\r\n\x1a", b"   ", b"\n\n\x1a\n"])
@pytest.mark.parametrize("end", ["\r\n", ""])
def test_what_old_transfers_leave_at_the_end_is_no_record(end: str, tail: bytes) -> None:
    data = "".join(record + end for record in RECORDS).encode("latin-1") + tail

    records = records_of(data)

    assert records[:30] == RECORDS
    assert not any(record.strip() for record in records[30:])


def test_blank_lines_keep_their_line_numbers() -> None:
    assert records_of(b"a" * 80 + b"\n\n" + b"b" * 80 + b"\n") == ["a" * 80, " " * 80, "b" * 80]


def test_a_byte_order_mark_is_no_part_of_the_first_record() -> None:
    data = BYTE_ORDER_MARK + "\n".join(RECORDS).encode("utf-8")

    assert records_of(data) == RECORDS


def test_a_trimmed_last_record_of_an_unbroken_file_is_filled_up() -> None:
    assert records_of(("".join(RECORDS) + "70").encode("latin-1"))[-1] == "70".ljust(80)


def test_a_byte_that_is_no_utf8_in_a_utf8_file_does_not_move_the_columns() -> None:
    good = "Åsa".ljust(80)
    data = (good + "\n").encode("utf-8") * 200 + ("Å" + "b" * 79 + "\n").encode("latin-1") * 200

    records = records_of(data, 82 * 10)

    assert records[0] == good
    assert records[-1] == "\ufffd" + "b" * 79


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"a" * 80 + b"\n" + b"b" * 81 + b"\n", "LINE_TOO_LONG", 2),
        (b"a" * 80 + b"\n" + b"b" * 10 + b"\x00\n", "NUL", None),
        (b"a" * 320 + b"b" * 40 + b"\n" + b"c" * 40, "LINE_END_INSIDE_RECORD", 5),
        (b"a" * 80 + b"\n" + b"b" * (1 << 19), "LINE_TOO_LONG", None),
    ],
)
def test_what_is_no_file_of_records_is_refused(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(FormatError) as caught:
        records_of(data)

    assert (caught.value.code, caught.value.line) == (code, line)


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    class Endless(io.RawIOBase):
        handed_over = 0

        def read(self, size: int | None = -1, /) -> bytes:
            self.handed_over += size or 0
            return b"\n" + b"x" * ((size or 1) - 1) if self.handed_over == size else b"x" * (size or 1)

    stream = Endless()

    with pytest.raises(FormatError):
        list(record_grids(stream, block_bytes=4096))  # type: ignore[arg-type]  # only `read` is used

    assert stream.handed_over < LONGEST_LINE_BYTES + 5 * 4096


def test_an_empty_file_has_no_records() -> None:
    assert records_of(b"") == []
    assert records_of(b"\r\n\r\n") == [] or not any(r.strip() for r in records_of(b"\r\n\r\n"))
