"""A PDF is taken where everybody opens it: what is cut, emptied, mangled, locked or only looks like one is not."""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from time import process_time

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from hub.rules.delivery.whole_pdf import BEHIND, LOCKED, MANGLED, NO_WHOLE, SLIP, fault_of_pdf
from hub.testing.sample_documents import sample_pdf

PLAIN = sample_pdf("a page")
AT = PLAIN.rindex(b"xref\n0")
OURS = typst.compile(b"= Faktura")


def is_whole_pdf(content: bytes) -> bool:
    return not fault_of_pdf(content)


def updated(content: bytes) -> bytes:
    """Return a PDF with another title written behind it, and a second pointer."""
    writer, made = PdfWriter(BytesIO(content), incremental=True), BytesIO()
    writer.add_metadata({"/Title": "another"})
    writer.write(made)
    return made.getvalue()


def written_anew(content: bytes) -> bytes:
    writer, made = PdfWriter(clone_from=BytesIO(content)), BytesIO()
    writer.write(made)
    return made.getvalue()


def packed() -> bytes:
    """Return a PDF whose root and page are packed in an object stream, and whose cross-references are a stream."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    places = b" ".join(b"%d %d" % (number, sum(map(len, objects[: number - 1]))) for number in (1, 2, 3))
    inside = zlib.compress(places + b"".join(objects))
    form = b"%%PDF-1.7\n4 0 obj<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj\n"
    content = form % (len(places), len(inside), inside)
    entries = [(0, 0, 255), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, 9, 0), (1, len(content), 0)]
    table = b"".join(struct.pack(">BHB", *entry) for entry in entries)
    form = b"5 0 obj<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream endobj\n"
    return content + form % (len(table), table) + b"startxref\n%d\n%%%%EOF" % len(content)


def of_pages(pages: int) -> bytes:
    writer, made = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    writer.write(made)
    return made.getvalue()


def with_lengths_elsewhere() -> bytes:
    """Return a PDF whose drawing has its length in an object behind it, as of writers that write in one go."""
    drawn = zlib.compress(b"0 0 9 9 re f\n" * 99, 0)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length 5 0 R/Filter/FlateDecode>>stream\n%s\nendstream" % drawn,
        b"%d" % len(drawn),
    ]
    content = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % one for one in enumerate(objects, 1))
    places = [content.index(b"\n%d 0 obj" % number) + 1 for number in range(1, 6)]
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + table + b"trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(content)


def locked(content: bytes, password: str, algorithm: str) -> bytes:
    writer, made = PdfWriter(clone_from=BytesIO(content)), BytesIO()
    writer.encrypt(password, "of the owner", algorithm=algorithm)
    writer.write(made)
    return made.getvalue()


PACKED = packed()
ELSEWHERE = with_lengths_elsewhere()
LONG = of_pages(80)
POINTER = re.compile(rb"startxref\s+([0-9]+)\s+%%EOF")
WHOLE = {
    "the kit's": PLAIN,
    "of another writer": written_anew(PLAIN),
    "updated": updated(PLAIN),
    "updated twice": updated(updated(PLAIN)),
    "ours": OURS,
    "ours, updated": updated(OURS),
    "packed": PACKED,
    "packed, updated": updated(PACKED),
    "before something": PLAIN + bytes(500),
    "line ends of a Mac": PLAIN.replace(b"startxref\n%d\n" % AT, b"startxref\r%d\r" % AT),
    "followed by a page of a web server": PLAIN + b"<html>" + b" " * 3000,
    "a pointer glued to its end": PLAIN.replace(b"%d\n%%%%EOF" % AT, b"%d%%%%EOF" % AT),
    "a head that counts one too many": PLAIN.replace(b"xref\n0 6", b"xref\n0 7"),
    "with lengths elsewhere": ELSEWHERE,
    "with lengths elsewhere, updated": updated(ELSEWHERE),
    "with a stream inside of a stream": sample_pdf("/Length 9 >>stream"),
    "with a lock drawn on its page": sample_pdf("/Encrypt 9 0 R"),
    "a length that counts the line end": PLAIN.replace(b"/Length 0", b"/Length 1"),
    "a pointer into the page": PLAIN.replace(b"startxref\n%d" % AT, b"startxref\n%d" % (AT - 40)),
    "a pointer to the blank before it": PLAIN.replace(b"startxref\n%d\n" % AT, b"startxref \r\n%d \r\n" % (AT - 1)),
}


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
def test_what_a_reader_opens_is_whole(content: bytes) -> None:
    assert is_opened(content)
    assert is_whole_pdf(content)


@settings(deadline=None, max_examples=60)
@given(
    content=st.sampled_from([PLAIN, updated(PLAIN), PACKED, OURS]),
    off=st.integers(-1000, SLIP),
    behind=st.sampled_from([b"", b"\r\n", b"\x1a", bytes(3000), b"--part--" * 300]),
)
def test_what_a_reader_opens_after_small_slips_is_whole(content, off, behind) -> None:
    pointed = POINTER.sub(lambda was: b"startxref\n%d\n%%%%EOF" % max(int(was[1]) + off, 0), content)
    slipped = pointed + behind

    assert is_whole_pdf(slipped) >= is_opened(slipped)


@pytest.mark.parametrize("content", [PLAIN, PACKED, OURS], ids=["plain", "packed", "ours"])
def test_what_is_cut_anywhere_is_not_whole(content: bytes) -> None:
    assert [at for at in range(content.rindex(b"%%EOF") + 4) if is_whole_pdf(content[:at])] == []


def test_what_lost_a_block_in_its_table_is_not_whole() -> None:
    begin, end = LONG.rindex(b"\nxref\n0 "), LONG.rindex(b"startxref")
    later = updated(LONG)

    assert [at for at in range(begin - 512, end, 3) if is_whole_pdf(LONG[:at] + LONG[at + 512 :])] == []
    assert [at for at in range(begin - 512, end, 3) if is_whole_pdf(later[:at] + later[at + 512 :])] == []
    assert [at for at in range(begin, end - 512, 3) if is_whole_pdf(LONG[:at] + bytes(512) + LONG[at + 512 :])] == []


MANGLING = {
    "longer line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "longer line ends, where they were long": lambda content: re.sub(rb"\r?\n", b"\r\n", content),
    "shorter line ends": lambda content: content.replace(b"\r\n", b"\n"),
    "line ends of a Mac": lambda content: content.replace(b"\n", b"\r\r\n"),
    "read as Latin-1, written as UTF-8": lambda content: content.decode("latin-1").encode(),
    "read as UTF-8": lambda content: content.decode(errors="replace").encode(),
    "read as UTF-8, what is none left out": lambda content: content.decode(errors="ignore").encode(),
    "read as ASCII, what is none left out": lambda content: content.decode("ascii", "ignore").encode(),
}  # fmt: skip


def drawn_on(content: bytes) -> bytes:
    """Return what another's reader draws on the pages, nothing where it cannot."""
    try:
        pages = PdfReader(BytesIO(content)).pages
        return b"".join(found.get_data() for page in pages if (found := page.get_contents()) is not None)
    except (PyPdfError, TypeError, ValueError, LookupError, zlib.error, RecursionError, AttributeError, OSError):
        return b""  # some damage ends in a defect of the reader


@pytest.mark.parametrize("mangle", MANGLING.values(), ids=MANGLING)
def test_what_a_transfer_as_text_did_is_seen(mangle) -> None:
    lines = typst.compile(b"#lorem(900)")
    for whole in (OURS, lines, updated(OURS), written_anew(lines), ELSEWHERE):
        mangled = mangle(whole)
        assert mangled == whole or drawn_on(mangled) == drawn_on(whole) or fault_of_pdf(mangled)


@settings(deadline=None, max_examples=100)
@given(
    content=st.sampled_from([OURS, updated(OURS), written_anew(OURS), ELSEWHERE]),
    stream=st.integers(0, 99),
    at=st.integers(0, 9999),
    length=st.integers(2, 2000),  # of one byte less the line end before `endstream` may be counted, as some writers do
    damage=st.sampled_from(["gone", "twice", "put in"]),
)
def test_a_block_of_a_stream_that_is_gone_or_too_many_is_seen(content, stream, at, length, damage) -> None:
    streams = list(re.finditer(rb">>\s*stream\n(.*?)\nendstream", content, re.DOTALL))
    first, last = streams[stream % len(streams)].span(1)
    begin = first + at % (last - first)
    if damage == "gone":
        damaged = content[:begin] + content[begin + length :]
    else:
        block = content[begin : min(begin + length, last)] if damage == "twice" else bytes(length)
        damaged = content[:begin] + block + content[begin:]

    assert fault_of_pdf(damaged)


@pytest.mark.parametrize("password", ["secret", ""])
@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-256"])
def test_what_is_locked_is_not_taken_whatever_opens_it(password: str, algorithm: str) -> None:
    assert fault_of_pdf(locked(PLAIN, password, algorithm)) == LOCKED
    assert fault_of_pdf(locked(updated(OURS), password, algorithm)) == LOCKED


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"Content-Type: application/pdf\r\n\r\n", bytes(900)])
def test_what_stands_before_the_begin_is_said(before: bytes) -> None:
    assert (fault_of_pdf(before + PLAIN), fault_of_pdf(bytes(1100) + PLAIN)) == (BEHIND, NO_WHOLE)


def test_twenty_megabytes_are_looked_through_at_once() -> None:
    many = b"".join(
        b"%d 0 obj<</Length 9000>>stream\n%s\nendstream endobj\n" % (no, bytes(9000)) for no in range(9, 2200)
    )
    began = process_time()

    assert fault_of_pdf(PLAIN[:9] + many + PLAIN[9:]) == ""
    assert fault_of_pdf(PLAIN[:9] + many + PLAIN[9:].replace(b"/Length 0", b"/Length 9")) == MANGLED
    assert process_time() - began < 0.8


def is_opened(content: bytes) -> bool:
    """Say whether another's reader finds the page, in the way that forgives most."""
    try:
        return len(PdfReader(BytesIO(content), strict=False).pages) == 1
    except (PyPdfError, TypeError, ValueError):  # some damage ends in a defect of the reader
        return False


DAMAGED = {
    "nothing": b"",
    "no PDF": b"<html></html>",
    "a begin and an end": b"%PDF-1.7\n%%EOF\n",
    "words between them": b"%PDF-1.4 rubbish %%EOF",
    "emptied between them": b"%PDF-1.7\n" + bytes(500) + b"startxref\n0\n%%EOF",
    "the middle emptied": PLAIN[:9] + bytes(len(PLAIN) - 49) + PLAIN[-40:],
    "cut": PLAIN[:-8],
    "the middle gone": PLAIN[:100] + PLAIN[-60:],
    "a block gone": sample_pdf("a page", size=2000).replace(bytes(512), b"", 1),
    "a pointer behind its end": PLAIN.replace(b"startxref\n%d" % AT, b"startxref\n9%09d" % AT),
    "an update that was cut": updated(PLAIN)[:-8],
    "a root that is not there": PLAIN.replace(b"1 0 obj", b"7 0 obj"),
    "no page": PLAIN.replace(b"/Type /Page /", b"/Type /Font /"),
    "emptied but for its list": PLAIN[:9] + bytes(AT - 9) + PLAIN[AT:],
    "hidden by another": PLAIN + sample_pdf("the next page"),
    "no pointer": PLAIN.replace(b"startxref", b"startxxxx"),
    "no root": PLAIN.replace(b"/Root 1 0 R", b"/Info 1 0 R"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_at_its_ends_is_not_whole(content: bytes) -> None:
    assert not is_whole_pdf(content)
