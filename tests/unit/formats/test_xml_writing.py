"""Documents are written from the fields that they are read by."""

from __future__ import annotations

from lxml import etree

from hub.formats.xml_layout import Amount, amount, block, collect, compile_fields, many, text
from hub.formats.xml_writing import write_document

FIELDS = (
    text("name", "Head/Nm"),
    text("town", "Head/Adr/Twn"),
    text("day", "Day", "Day/Dt"),
    many("lines", "Lines/Line"),
    block("parts", "Part", text("id", "Id"), amount("sum", "Sum/Amt")),
)
VALUES = {
    "name": "Å & <b>",
    "town": "Umeå",
    "day": "2026-11-23",
    "lines": ["1", "2"],
    "parts": [{"id": "a", "sum": Amount("1.00", "SEK")}, {"id": "b"}],
}


def read(data, namespace="urn:x"):
    values = {}
    collect(etree.fromstring(data), compile_fields(FIELDS, f"{{{namespace}}}"), values)
    return values


def test_what_is_written_is_read_back():
    assert read(write_document("Doc", "urn:x", FIELDS, VALUES)) == VALUES


def test_neighbours_share_what_their_paths_begin_with():
    root = etree.fromstring(write_document("Doc", "urn:x", FIELDS, VALUES))

    assert [etree.QName(one).localname for one in root] == ["Head", "Day", "Lines", "Part", "Part"]
    assert len(root.findall("{urn:x}Head/{urn:x}Adr")) == 1


def test_of_several_paths_that_of_the_variant_is_written():
    first, second = (write_document("Doc", "urn:x", FIELDS, {"day": "D"}, variant=place) for place in (0, 1))

    assert (b"<Day>D</Day>" in first, b"<Dt>D</Dt>" in second) == (True, True)


def test_what_is_blank_is_left_out_and_characters_that_xml_cannot_hold_too():
    data = write_document("Doc", "urn:x", FIELDS, {"name": "a\x00\x1bb", "town": "", "lines": []})

    assert read(data) == {"name": "ab"}
    assert b"Adr" not in data
