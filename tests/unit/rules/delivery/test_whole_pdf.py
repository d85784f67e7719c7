"""A PDF is whole where a reader finds its objects: what is cut, emptied or only looks like one is none."""

from __future__ import annotations

from io import BytesIO

import pytest
import typst
from pypdf import PdfReader, PdfWriter

from hub.rules.delivery.whole_pdf import is_whole_pdf
from hub.testing.sample_documents import sample_pdf

PLAIN = sample_pdf("a page")
AT = PLAIN.rindex(b"xref\n0")


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


WHOLE = {
    "the kit's": PLAIN,
    "of another writer": written_anew(PLAIN),
    "updated": updated(PLAIN),
    "updated twice": updated(updated(PLAIN)),
    "ours": typst.compile(b"= Faktura"),
    "ours, updated": updated(typst.compile(b"= Faktura")),
    "behind something": b"\xef\xbb\xbf\r\n" + PLAIN,
    "before something": PLAIN + bytes(500),
    "line ends of a Mac": PLAIN.replace(b"startxref\n%d\n" % AT, b"startxref\r%d\r" % AT),
    "a pointer to the blank before it": PLAIN.replace(b"startxref\n%d\n" % AT, b"startxref \r\n%d \r\n" % (AT - 1)),
}


@pytest.mark.parametrize("content", WHOLE.values(), ids=WHOLE)
def test_what_a_reader_opens_is_whole(content: bytes) -> None:
    assert len(PdfReader(BytesIO(content), strict=False).pages) == 1
    assert is_whole_pdf(content)


DAMAGED = {
    "nothing": b"",
    "no PDF": b"<html></html>",
    "a begin and an end": b"%PDF-1.7\n%%EOF\n",
    "words between them": b"%PDF-1.4 rubbish %%EOF",
    "emptied between them": b"%PDF-1.7\n" + bytes(500) + b"startxref\n0\n%%EOF",
    "the middle emptied": PLAIN[:9] + bytes(len(PLAIN) - 49) + PLAIN[-40:],
    "cut": PLAIN[:-8],
    "the middle gone": PLAIN[:100] + PLAIN[-60:],
    "a pointer behind its end": PLAIN.replace(b"startxref\n%d" % AT, b"startxref\n9%09d" % AT),
    "a pointer into the page": PLAIN.replace(b"startxref\n%d" % AT, b"startxref\n%d" % (AT - 40)),
    "no pointer": PLAIN.replace(b"startxref", b"startxxxx"),
    "no root": PLAIN.replace(b"/Root 1 0 R", b"/Info 1 0 R"),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_at_its_ends_is_not_whole(content: bytes) -> None:
    assert not is_whole_pdf(content)
