"""A PDF is whole where a reader finds its objects: what is cut, emptied or only looks like one is none."""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.errors import PyPdfError

from hub.rules.delivery.whole_pdf import SLIP, is_whole_pdf
from hub.testing.sample_documents import sample_pdf

PLAIN = sample_pdf("a page")
AT = PLAIN.rindex(b"xref\n0")
OURS = typst.compile(b"= Faktura")


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


PACKED = packed()
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
    "behind something": b"\xef\xbb\xbf\r\n" + PLAIN,
    "before something": PLAIN + bytes(500),
    "line ends of a Mac": PLAIN.replace(b"startxref\n%d\n" % AT, b"startxref\r%d\r" % AT),
    "followed by a page of a web server": PLAIN + b"<html>" + b" " * 3000,
    "a pointer glued to its end": PLAIN.replace(b"%d\n%%%%EOF" % AT, b"%d%%%%EOF" % AT),
    "a head that counts one too many": PLAIN.replace(b"xref\n0 6", b"xref\n0 7"),
    "line ends of another system": PLAIN.replace(b"\n", b"\r\n"),
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
    before=st.binary(max_size=900),
    behind=st.sampled_from([b"", b"\r\n", b"\x1a", bytes(3000), b"--part--" * 300]),
    line_ends=st.sampled_from([b"\n", b"\r\n"]),
)
def test_what_a_reader_opens_after_small_slips_is_whole(content, off, before, behind, line_ends) -> None:
    pointed = POINTER.sub(lambda was: b"startxref\n%d\n%%%%EOF" % max(int(was[1]) + off, 0), content)
    slipped = before + pointed.replace(b"\n", line_ends) + behind

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
