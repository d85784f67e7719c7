"""Pages are counted where they can be."""

from __future__ import annotations

import zlib

import pytest

from hub_letter import pdf_pages
from hub_letter.pdf_pages import page_count
from plugins.letter.tests.documents import pdf


@pytest.mark.parametrize("pages", [1, 2, 17])
def test_pages_in_the_open_are_counted(pages):
    assert page_count(pdf(pages=pages)) == pages


def test_pages_in_object_streams_are_counted_and_texts_that_look_like_some_are_not():
    packed = zlib.compress(b"3 0 4 20 <</Type /Page>> <</Type/Page/A 1>> <</Type /Pages>>")
    drawn = b"BT (/Type /Page) Tj ET"
    content = (
        b"%PDF-1.7\n1 0 obj<</Length " + str(len(drawn)).encode() + b">>stream\n" + drawn + b"\nendstream endobj\n"
        b"2 0 obj<</Type /ObjStm/Filter/FlateDecode>>stream\r\n" + packed + b"\nendstream endobj\n"
    )

    assert page_count(content) == 2


def test_a_page_of_typst_is_counted():
    typst = pytest.importorskip("typst")

    assert page_count(typst.compile(b"one #pagebreak() two #pagebreak() three")) == 3


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"%PDF-1.7\nstream\n", pdf()[:40]])
def test_what_cannot_be_counted_is_not_guessed(content):
    assert page_count(content) is None


def test_an_object_stream_that_unpacks_without_end_is_cut(monkeypatch):
    monkeypatch.setattr(pdf_pages, "MOST_UNPACKED", 1_000)
    bomb = zlib.compress(b"<</Type /Page>>" + b" " * 10_000_000 + b"<</Type /Page>>")
    content = b"%PDF-1.7\n2 0 obj<</Type /ObjStm/Filter/FlateDecode>>stream\n" + bomb + b"\nendstream endobj\n"

    assert page_count(content) == 1
