"""Answers may come in any order and piecemeal; what is no SFTP ends in one error and never in a wrong answer."""

from __future__ import annotations

import struct

import pytest

from hub.transports.sftp_packets import Kind, Open, Status, WireError, string, text
from hub.transports.sftp_wire import BLOCK, RefusedError, Sftp

VERSION = struct.pack(">IBI", 5, Kind.VERSION, 3)


def packet(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">IB", len(body) + 1, kind) + body


def number(value: int) -> bytes:
    return struct.pack(">I", value)


class Scripted:
    """The other side: what it says is written in advance, and comes in pieces of so many bytes."""

    def __init__(self, said: bytes, piece: int = 7) -> None:
        self._said = said
        self._piece = piece
        self.heard = b""

    def recv(self, nbytes: int, /) -> bytes:
        taken = self._said[: min(nbytes, self._piece)]
        self._said = self._said[len(taken) :]
        return taken

    def sendall(self, s: bytes, /) -> None:
        self.heard += s


def speaking(*packets: bytes, piece: int = 7) -> Sftp:
    return Sftp(Scripted(VERSION + b"".join(packets), piece), lambda: None)


def data(request: int, content: bytes) -> bytes:
    return packet(Kind.DATA, number(request), string(content))


def status(request: int, code: int) -> bytes:
    return packet(Kind.STATUS, number(request), number(code), text("Nisse Hult, 191212121212"), text("sv"))


END = Status.END


def test_blocks_that_come_in_another_order_are_put_in_theirs():
    first, second = b"a" * BLOCK, b"b" * 10

    wire = speaking(data(2, second), data(1, first))

    assert b"".join(wire.read(b"h", BLOCK + 10)) == first + second


def test_an_answer_that_is_shorter_than_asked_for_is_asked_on():
    wire = speaking(data(1, b"abc"), data(2, b"de"), status(3, END))

    assert b"".join(wire.read(b"h", 9)) == b"abcde"


def test_what_is_still_on_its_way_is_taken_before_the_next_request():
    wire = speaking(data(1, b"a" * BLOCK), data(2, b"b" * BLOCK), status(3, Status.OK))
    blocks = wire.read(b"h", 2 * BLOCK)
    assert next(blocks)[:1] == b"a"
    blocks.close()

    assert (wire._came, wire._awaited) == ({}, set())  # else they would be kept for as long as the connection is
    wire.close(b"h")  # its answer is the third


@pytest.mark.parametrize("piece", [b"", b"abc"])
def test_more_than_was_asked_for_is_no_answer(piece):
    """Else the rest would be asked for with a length below zero."""
    answers = (data(1, piece), data(2, b"x" * 10)) if piece else (data(1, b"x" * 10),)
    wire = speaking(*answers)

    with pytest.raises(WireError, match="more than was asked for"):
        list(wire.read(b"h", 9))


def test_who_may_read_a_new_file_is_for_the_machine_that_gets_it():
    other_side = Scripted(VERSION + packet(Kind.HANDLE, number(1), string(b"h")))
    wire = Sftp(other_side, lambda: None)

    wire.open("a", Open.WRITE | Open.CREATE)

    assert other_side.heard.endswith(number(Open.WRITE | Open.CREATE) + number(0))  # no rights are asked for


def test_a_write_that_is_refused_behind_others_is_not_lost():
    told = packet(Kind.ATTRS, number(4), number(1), struct.pack(">Q", 3))
    wire = speaking(status(1, 0), status(2, Status.FAILURE), status(3, 0), told, status(5, 0))

    with pytest.raises(RefusedError) as refused:
        wire.write(b"h", [(0, b"a"), (1, b"b"), (2, b"c")], fsync=False)
    assert refused.value.status == Status.FAILURE


def test_what_the_other_side_says_in_words_is_in_no_message():
    with pytest.raises(RefusedError) as refused:
        speaking(status(1, Status.FAILURE)).remove("a")

    assert "Nisse" not in str(refused.value)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        packet(Kind.VERSION, number(2)),
        packet(Kind.VERSION, number(6)),
        packet(Kind.STATUS, number(3)),
        packet(Kind.VERSION, b"\0"),
        struct.pack(">I", 0),
        struct.pack(">I", 2**31),
    ],
)
def test_what_is_no_sftp_is_refused_at_once(said):
    with pytest.raises(WireError):
        Sftp(Scripted(said), lambda: None)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        status(9, 0),
        packet(Kind.HANDLE, number(1), string(b"h")),
        packet(Kind.ATTRS, number(1)),
        packet(Kind.ATTRS, number(1), number(1), b"\0\0"),
        packet(Kind.ATTRS, number(1), number(0x80000000), number(2**32 - 1)),
    ],
    ids=["end", "to nothing", "another kind", "no flags", "too short", "without end"],
)
def test_an_answer_that_is_none_is_an_error_and_no_guess(said):
    with pytest.raises(WireError):
        speaking(said).look("a")


def test_attributes_are_read_whatever_else_is_told():
    flags = 1 | 2 | 4 | 8 | 0x80000000
    told = (
        number(flags),
        struct.pack(">Q", 5_000_000_000),
        number(1),
        number(2),
        number(0o100644),
        number(7),
        number(9),
    )

    found = speaking(packet(Kind.ATTRS, number(1), *told, number(1), text("a@b"), text("c"))).look("a")

    assert found == (5_000_000_000, 0o100644, 9)
