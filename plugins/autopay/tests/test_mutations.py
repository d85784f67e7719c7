"""Damaged and hostile files end in FormatError or in a file that is true in itself; nothing else ever comes out."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.model.payment_file import FileClosed, OtherEntry, Payment, Reversal
from hub_autopay.reader import CamtReader

SAMPLES = [path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.xml"))]
PIECES = [
    b"<", b">", b"</Ntry>", b"<Ntry>", b"<TxDtls>", b"</TxDtls>", b"<Amt Ccy='SEK'>1.00</Amt>", b"&x;", b"&#0;",
    b"<!DOCTYPE a>", b"<![CDATA[", b"]]>", b"<!--", b"\x00", b"\xff\xfe", b"\xc3", b"CRDT", b"DBIT", b"-", b"1e9", b" ",
    b"<Sts>PDNG</Sts>", b"<RvslInd>true</RvslInd>", b"xmlns=''", b"<NtryDtls/>", b"<Btch><NbOfTxs>9</NbOfTxs></Btch>",
]  # fmt: skip


def outcome(data: bytes) -> str:
    """Read, and say how it ended; any exception but FormatError gets out."""
    reader = CamtReader()
    reader.recognises(data[:65536])
    try:
        last = None
        for last in reader.read(io.BytesIO(data)):
            if isinstance(last, Payment | Reversal):
                assert last.amount_ore > 0
        assert isinstance(last, FileClosed)
        assert reader.content_key(io.BytesIO(data))
    except FormatError as error:
        return error.code
    return ""


def test_mutated_sample_never_ends_in_another_exception(of_many) -> None:
    @settings(max_examples=of_many(400), deadline=None)
    @given(
        data=st.sampled_from(SAMPLES),
        changes=st.lists(
            st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES) | st.binary(max_size=4)),
            min_size=1,
            max_size=4,
        ),
    )
    def holds(data, changes) -> None:
        for at, length, piece in changes:
            start = int(at * len(data))
            data = data[:start] + piece + data[start + length :]

        code = outcome(data)

        assert code == code.upper()

    holds()


@pytest.mark.parametrize("sample", SAMPLES, ids=["batch", "giro", "details", "lumps"])
def test_truncated_sample_is_refused_wherever_it_ends(sample: bytes) -> None:
    body = sample.rstrip()

    assert all(outcome(body[:end]) for end in range(0, len(body), 97))
    assert outcome(body[:-1]) == "NOT_XML"
    assert outcome(body) == ""


@pytest.mark.parametrize("sample", SAMPLES[:3], ids=["batch", "giro", "details"])
def test_sample_without_one_of_its_details_is_refused(sample: bytes) -> None:
    start = sample.find(b"<TxDtls>")
    end = sample.find(b"</TxDtls>") + len(b"</TxDtls>")

    assert outcome(sample[:start] + sample[end:]) == "CONTROL_TOTAL"


BOMB = (
    "<!DOCTYPE Document [<!ENTITY a '" + "ha" * 50 + "'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(8))
    + "]>"
)  # fmt: skip


@pytest.mark.parametrize(
    "prolog",
    [
        BOMB,
        "<!DOCTYPE Document [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE Document SYSTEM 'http://127.0.0.1:9/x.dtd'>",
    ],
    ids=["bomb", "external entity", "external subset"],
)
def test_document_types_are_refused(camt, prolog: str) -> None:
    use = "&i;" if prolog is BOMB else "&x;"
    document = camt.file(camt.entry(camt.detail("100.00", f"<RmtInf><Ustrd>{use}</Ustrd></RmtInf>")))

    assert outcome(prolog.encode() + document) == "DTD_REFUSED"


def test_undeclared_entity_is_refused(camt) -> None:
    assert outcome(camt.file(camt.entry(camt.detail("100.00", "<AddtlTxInf>&x;</AddtlTxInf>")))) == "NOT_XML"


@pytest.mark.parametrize(
    "inner",
    [
        "<RmtInf><Ustrd>" + "x" * 10_000_000 + "</Ustrd></RmtInf>",
        "<RmtInf><Ustrd>" + "x" * 200_000 + "</Ustrd></RmtInf>",
        "<a>" * 3000 + "</a>" * 3000,
        "<SplmtryData>" + "<b/>" * 2_000_000 + "</SplmtryData>",
    ],
    ids=["10 MB text", "long text", "deep", "wide"],
)
def test_exhausting_details_are_refused(camt, inner: str) -> None:
    assert outcome(camt.file(camt.entry(camt.detail("100.00", inner)))) in {
        "ITEM_TOO_LARGE",
        "TEXT_TOO_LONG",
        "NOT_XML",
    }


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\x00" * 100, b"PK\x03\x04" + b"\x00" * 50, b"<Document/>", b"\xef\xbb\xbf"]
)
def test_empty_and_foreign_files_are_refused(data: bytes) -> None:
    assert outcome(data)


class _Endless:
    """One entry of many details, never held whole."""

    def __init__(self, document: bytes, detail: bytes, count: int) -> None:
        self._start, _, self._end = document.partition(detail)
        self._detail, self._left, self._rest = detail, count, self._start

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and self._left:
            take = min(200, self._left)
            self._left -= take
            self._rest += self._detail * take + (b"" if self._left else self._end)
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def test_memory_stays_flat_in_one_entry_of_many_details(camt) -> None:
    detail = camt.detail("1.00", "<RmtInf><Ustrd>Faktura 1</Ustrd></RmtInf>")

    def peak(count: int) -> int:
        document = camt.file(camt.entry(detail, amount=f'<Amt Ccy="SEK">{count}.00</Amt>'))
        stream = cast(BinaryIO, _Endless(document, detail.encode(), count))
        tracemalloc.start()
        paid = sum(1 for event in CamtReader().read(stream) if isinstance(event, Payment))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert paid == count
        return most

    assert peak(8_000) < peak(2_000) + 150_000


def test_signed_entries_are_conserved_in_every_sample() -> None:
    def signed(event) -> int:
        return -event.amount_ore if isinstance(event, Reversal) and not event.is_credit else event.amount_ore

    sums = []
    for sample in SAMPLES:
        events = CamtReader().read(io.BytesIO(sample))
        sums.append(sum(signed(e) for e in events if isinstance(e, Payment | Reversal | OtherEntry)))

    assert sums == [340000, 77400, 45137, 334000]
