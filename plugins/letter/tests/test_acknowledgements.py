"""A report line says what became of a letter; one that cannot be read is told by its number and loses no other."""

from __future__ import annotations

import pytest

from hub.model.delivery import Receipt, ReceiptKind
from hub_letter.acknowledgements import Acknowledged, read_acknowledgements, told

AT = "2026-11-23T10:00:00+01:00"
HEADING = b"attempt_id;status;code;at\r\n"


def read(*lines: str | bytes, heading: bytes = HEADING) -> Acknowledged:
    encoded = [line if isinstance(line, bytes) else line.encode() for line in lines]
    return read_acknowledgements(heading + b"\r\n".join(encoded), "batch-1", ("address", "moved"))


@pytest.mark.parametrize(
    ("said", "kind", "is_bad_address"),
    [
        ("received;", ReceiptKind.UNDER_WAY, False),
        ("printed;", ReceiptKind.UNDER_WAY, False),
        ("posted;", ReceiptKind.DELIVERED, False),
        ("rejected;layout", ReceiptKind.STOPPED, False),
        ("rejected;", ReceiptKind.STOPPED, False),
        ("rejected;address", ReceiptKind.RETURNED, True),
        ("rejected;moved", ReceiptKind.RETURNED, True),
        ("returned;", ReceiptKind.RETURNED, True),
        ("returned;refused", ReceiptKind.RETURNED, True),
    ],
)
def test_each_step_of_the_printer_is_one_of_ours(said, kind, is_bad_address):
    (receipt,) = read(f"d-1;{said};{AT}").receipts

    assert receipt == Receipt(kind, "d-1", "batch-1", receipt.reason, AT, is_bad_address)
    assert receipt.reason.startswith(f"the printer says: {said.partition(';')[0]}")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("d-1;vanished;;" + AT, "the status is unknown"),
        ("d-1;Posted;;" + AT, "the status is unknown"),
        ("d-1;posted", "it has 2 columns instead of 4"),
        ("d-1;posted;;;;", "it has 6 columns"),
        ("19121212-1212 Nisse;posted;;" + AT, "attempt_id is none of ours"),
        (";posted;;" + AT, "attempt_id is none"),
        ("d-1;posted;;yesterday", "the time is none"),
        ("d-1;posted;" + "x" * 41 + ";", "the code is none"),
        ('d-1;"posted;;', "it is no line"),
        (b"d-1;posted;\xff;", "it is no line"),
        ("\x00\x01", "it"),
        ("x" * 1_001, "it is too long"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_and_loses_no_other(line, why):
    found = read(f"d-0;posted;;{AT}", line, f"d-2;posted;;{AT}")

    assert [receipt.delivery_id for receipt in found.receipts] == ["d-0", "d-2"]
    ((number, said),) = found.unread
    assert (number, said[: len(why)]) == (3, why)
    assert "Nisse" not in told(found.unread)


@pytest.mark.parametrize("heading", [HEADING, b"\xef\xbb\xbf" + HEADING, b'"attempt_id";"status";"code";"at"\n'])
def test_the_heading_may_be_written_in_other_ways(heading):
    assert len(read(f"d-1;posted;;{AT}", heading=heading).receipts) == 1


@pytest.mark.parametrize(
    "heading", [b"", b"status;attempt_id;code;at\n", b"\x1f\x8b\x08", b"attempt_id,status,code,at\n"]
)
def test_a_file_that_is_no_report_says_nothing(heading):
    found = read(f"d-1;posted;;{AT}", heading=heading)

    assert (found.receipts, [number for number, _ in found.unread]) == ([], [1])


def test_a_time_may_be_left_out_and_lines_may_be_blank():
    found = read("", "d-1;posted;;", "", "")

    assert ([receipt.at for receipt in found.receipts], found.unread) == ([""], [])


def test_a_thousand_garbled_lines_are_told_in_a_few_words():
    assert told(read(*["x"] * 1_000).unread).endswith("; and 990 more")
