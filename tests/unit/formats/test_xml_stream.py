"""Streams of XML: steps in order, flat memory, hostile and damaged documents refused."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import pytest

from hub.errors import FormatError
from hub.formats import xml_stream
from hub.formats.xml_layout import Container, Item, text
from hub.formats.xml_reading import Step, bind
from hub.formats.xml_stream import LARGEST_ITEM_BYTES, LONGEST_PROLOG_BYTES, Root, content_digest, probe, walk

LAYOUT = Container("file", containers={"Sec": Container("section", items={"Tx": Item("tx", (text("id", "Id"),))})})
SMALL = b"<Doc xmlns='urn:x'><Head/><Sec><Tx><Id>1</Id></Tx><Tx><Id>2</Id></Tx></Sec><Sec/></Doc>"


def steps(data: bytes, piece: int = 0) -> Iterator[tuple[Step, Any, Any]]:
    root = probe(data)
    cut = piece or len(data)
    return walk(io.BytesIO(data[cut:]), data[:cut], bind(LAYOUT, root.namespace))


def names(data: bytes, piece: int = 0) -> list[tuple[str, str]]:
    return [(step.name, element.tag.rpartition("}")[2]) for step, element, _ in steps(data, piece)]


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        list(steps(data))
    return caught.value


def test_steps_come_in_document_order() -> None:
    assert names(SMALL) == [
        ("OPENED", "Doc"),
        ("ITEM", "Head"),
        ("OPENED", "Sec"),
        ("ITEM", "Tx"),
        ("ITEM", "Tx"),
        ("CLOSED", "Sec"),
        ("OPENED", "Sec"),
        ("CLOSED", "Sec"),
        ("CLOSED", "Doc"),
    ]


@pytest.mark.parametrize("size", [1, 3, 17])
def test_steps_do_not_depend_on_how_the_bytes_are_cut(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "PIECE_BYTES", size)

    assert names(SMALL, piece=5) == names(SMALL)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_processing_instructions_and_comments_change_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "PIECE_BYTES", size)
    odd = SMALL.replace(b"><", b"><?a b?><!-- c --><?d?><").replace(b">1<", b"><?a?>1<?b?>0<!-- -->0<?c?><")

    texts = [element.findtext("{*}Id") for step, element, _ in steps(b"<?p?>" + odd + b"<?q?>") if step is Step.ITEM]

    assert names(odd) == names(SMALL)
    assert texts == [None, "100", "2"]


@pytest.mark.parametrize("start", ["", "\n ", "<!-- <a> --><?p?>", "<?xml version='1.0'?>", "<?xml version='1.0' ?>\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_document_may_begin_in_any_way(start: str, encoding: str) -> None:
    assert names((start + SMALL.decode()).encode(encoding)) == names(SMALL)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be", "iso-8859-1", "windows-1252"]
)
def test_declared_encodings_are_read(encoding: str) -> None:
    declared = "utf-8" if encoding == "utf-8-sig" else encoding.removesuffix("-le")
    document = f"<?xml version='1.0' encoding='{declared}'?><Doc><Sec><Tx><Id>Åke</Id></Tx></Sec></Doc>"

    ids = [element[0].text for step, element, _ in steps(document.encode(encoding)) if step is Step.ITEM]

    assert ids == ["Åke"]


def test_probe_tells_root_and_first_child() -> None:
    assert probe(SMALL) == Root("{urn:x}Doc", "{urn:x}Head")
    assert probe(SMALL).namespace == "urn:x"
    assert probe(b"<Doc>") == Root("Doc", "")


@pytest.mark.parametrize("data", [b"", b"   ", b"plain text", b"%PDF-1.7", b"\x00\x01\x02", b"<", b"<!-- only -->"])
def test_probe_refuses_what_is_not_xml(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        probe(data)

    assert caught.value.code == "NOT_XML"


def test_root_after_an_endless_prolog_is_refused() -> None:
    with pytest.raises(FormatError):
        probe(b"<!--" + b"x" * LONGEST_PROLOG_BYTES + b"--><Doc/>")


DOCUMENT_TYPES = {
    "bomb": "<!DOCTYPE Doc [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><Doc><Sec>&b;</Sec></Doc>",
    "external entity": "<!DOCTYPE Doc [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><Doc><Sec>&x;</Sec></Doc>",
    "external subset": "<!DOCTYPE Doc SYSTEM 'http://127.0.0.1/none.dtd'><Doc/>",
    "parameter entity": "<!DOCTYPE Doc [<!ENTITY % p SYSTEM 'file:///none'>%p;]><Doc/>",
    "after a comment": "<!-- a -->\n<?pi b?>\n<!DOCTYPE Doc><Doc/>",
}


@pytest.mark.parametrize("name", DOCUMENT_TYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_document_types_are_refused_outright(name: str, encoding: str) -> None:
    document = f"<?xml version='1.0' encoding='{encoding[:6].rstrip('-')}'?>\n{DOCUMENT_TYPES[name]}"

    assert refusal(document.encode(encoding)).code == "DTD_REFUSED"


def test_document_type_behind_the_first_look_is_refused_by_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "refuse_document_type", lambda head: None)

    assert refusal(b"<!DOCTYPE Doc><Doc><Sec/></Doc>").code == "DTD_REFUSED"


def test_words_of_a_document_type_in_the_content_are_content() -> None:
    assert names(b"<Doc><Sec><Tx>&lt;!DOCTYPE x&gt;</Tx></Sec></Doc>")[2] == ("ITEM", "Tx")


@pytest.mark.parametrize("end", [1, 30, len(SMALL) - 6, len(SMALL) - 1])
def test_truncated_document_is_refused(end: int) -> None:
    assert refusal(SMALL[:end]).code == "NOT_XML"


def test_error_names_its_line_and_keeps_content_out_of_its_text() -> None:
    error = refusal(b"<Doc>\n<Sec>\n<Tx>19121212-1212</TX></Sec></Doc>")

    assert error.line == 3
    assert "1212" not in str(error)


@pytest.mark.parametrize(
    "data",
    [
        b"<Doc>" + b"<a>" * 100_000,
        b"<Doc><Sec><Tx>" + b"<a>" * 5_000 + b"</a>" * 5_000 + b"</Tx></Sec></Doc>",
        b"<Doc><Sec><Tx>" + b"x" * 10_000_000 + b"</Tx></Sec></Doc>",
        b"<Doc><Sec><Tx " + b"".join(b"a%d='1' " % n for n in range(500_000)) + b"/></Sec></Doc>",
        b"<Doc a='" + b"x" * 10_000_000 + b"'><Sec/></Doc>",
        b"<Doc><Sec>" + b"y" * 6_000_000 + b"<Tx/></Sec></Doc>",
    ],
    ids=["deep", "deep and closed", "10 MB text", "attributes", "10 MB attribute", "text between items"],
)
def test_documents_made_to_exhaust_are_refused(data: bytes) -> None:
    assert refusal(data).code in {"NOT_XML", "ITEM_TOO_LARGE"}


def test_item_below_the_limit_is_read() -> None:
    data = b"<Doc><Sec><Tx>" + b"x" * (LARGEST_ITEM_BYTES - 1000) + b"</Tx></Sec></Doc>"

    assert names(data)[2] == ("ITEM", "Tx")


def test_memory_stays_flat_in_one_section_of_many_items() -> None:
    def peak(count: int) -> int:
        tracemalloc.start()
        seen = sum(1 for step, _, _ in _long(count) if step is Step.ITEM)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert seen == count
        return most

    assert peak(40_000) < peak(4_000) + 300_000


def _long(count: int) -> Iterator[tuple[Step, Any, Any]]:
    data = _Repeating(b"<Doc><Sec>", b"<Tx><Id>1</Id></Tx>\n", count, b"</Sec></Doc>")
    head = data.read(100)
    root = probe(head)
    return walk(cast(BinaryIO, data), head, bind(LAYOUT, root.namespace))


class _Repeating:
    """A long document that is never held whole."""

    def __init__(self, start: bytes, item: bytes, count: int, end: bytes) -> None:
        self._rest = start
        self._item, self._left, self._end = item, count, end

    def read(self, size: int) -> bytes:
        while len(self._rest) < size and self._left:
            take = min(self._left, 100)
            self._rest += self._item * take
            self._left -= take
            self._rest += b"" if self._left else self._end
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def digest(document: str | bytes) -> str:
    data = document.encode() if isinstance(document, str) else document
    return content_digest(steps(data))


def test_digest_is_the_same_for_the_same_content() -> None:
    compact = (
        "<?xml version='1.0' encoding='utf-16'?>"
        "<Doc xmlns='urn:x'><Sec><Tx a='1'><Id>Å &amp; b</Id><E/></Tx></Sec></Doc>"
    )
    indented = (
        "<Doc xmlns='urn:x' xmlns:i='urn:i'>\r\n <!-- c --> <Sec>\n  <Tx  a=\"1\" >\n<Id> &#197; &amp; b\n</Id>"
        "<E></E> </Tx>\n </Sec>\n</Doc>\n"
    )

    assert digest(compact.encode("utf-16")) == digest(indented)


@pytest.mark.parametrize(
    "other",
    [
        "<Doc><Sec><Tx a='1'><Id>2</Id></Tx></Sec></Doc>",
        "<Doc><Sec><Tx a='2'><Id>1</Id></Tx></Sec></Doc>",
        "<Doc><Sec><Tx a='1'><Nr>1</Nr></Tx></Sec></Doc>",
        "<Doc><Sec><Tx a='1'><Id>1</Id></Tx><Tx a='1'><Id>1</Id></Tx></Sec></Doc>",
        "<Doc><Sec/><Sec><Tx a='1'><Id>1</Id></Tx></Sec></Doc>",
        "<Doc xmlns='urn:y'><Sec><Tx a='1'><Id>1</Id></Tx></Sec></Doc>",
    ],
)
def test_digest_differs_for_other_content(other: str) -> None:
    assert digest(other) != digest("<Doc><Sec><Tx a='1'><Id>1</Id></Tx></Sec></Doc>")
