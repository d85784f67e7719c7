"""Items read by learnt shapes give what the plain way gives."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.errors import FormatError
from hub.formats import xml_reading
from hub.formats.xml_layout import (
    LONGEST_TEXT,
    Amount,
    Container,
    Item,
    Values,
    amount,
    block,
    collect,
    compile_fields,
    many,
    once,
    text,
)
from hub.formats.xml_reading import ItemReader, Step, bind, read_records
from hub.formats.xml_stream import probe, walk

FIELDS = (
    text("ref", "Refs/Ref"),
    once("status", "Sts", "Sts/Cd"),
    amount("amount", "Amt"),
    many("lines", "Rmt/Line"),
    block("blocks", "Rmt/Strd", text("nr", "Nr"), amount("share", "Share")),
)
TABLE = compile_fields(FIELDS, "")


def item(ref: str = "1", status: str = "BOOK", lines: tuple[str, ...] = ("a",), nr: str = "7") -> str:
    body = "".join(f"<Line>{escape(line)}</Line>" for line in lines)
    return (
        f"<Tx><Refs><Ref>{escape(ref)}</Ref></Refs><Sts>{status}</Sts><Amt Ccy='SEK'>10.00</Amt>"
        f"<Rmt>{body}<Strd><Nr>{escape(nr)}</Nr><Share Ccy='EUR'/></Strd></Rmt><Other>skipped</Other></Tx>"
    )


def plainly(xml: str) -> Values:
    values: Values = {}
    collect(etree.fromstring(xml), TABLE, values)
    return values


def test_known_shape_gives_the_texts_of_the_second_item() -> None:
    reader = ItemReader("tx", TABLE)
    reader.read(etree.fromstring(item("1")))

    values = reader.read(etree.fromstring(item("2", lines=("b",), nr="8")))

    assert values == {
        "ref": "2",
        "status": "BOOK",
        "amount": Amount("10.00", "SEK"),
        "lines": ["b"],
        "blocks": [{"nr": "8", "share": Amount("", "EUR")}],
    }


def test_currency_is_part_of_the_shape() -> None:
    reader = ItemReader("tx", TABLE)
    reader.read(etree.fromstring("<Tx><Amt Ccy='SEK'>1</Amt></Tx>"))

    assert reader.read(etree.fromstring("<Tx><Amt Ccy='EUR'>1</Amt></Tx>"))["amount"] == Amount("1", "EUR")


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=12
)


@given(refs=st.lists(texts, min_size=2, max_size=4), lines=st.lists(texts, max_size=3), nr=texts)
def test_both_ways_read_the_same(refs: list[str], lines: list[str], nr: str) -> None:
    reader = ItemReader("tx", TABLE)

    for ref in refs:
        xml = item(ref, lines=tuple(lines), nr=nr)
        assert reader.read(etree.fromstring(xml)) == plainly(xml)


@pytest.mark.parametrize(
    "written", ["a &amp; b &lt;c&gt; &quot;d&quot;", "<![CDATA[a <b> & c]]>", "x&#13;y", "&#38;lt;"]
)
def test_escaped_text_is_read_as_text(written: str) -> None:
    reader = ItemReader("tx", TABLE)
    xml = f"<Tx><Refs><Ref>{written}</Ref></Refs></Tx>"
    reader.read(etree.fromstring(xml))

    assert reader.read(etree.fromstring(xml)) == plainly(xml)


def test_indented_and_compact_items_give_the_same() -> None:
    reader = ItemReader("tx", TABLE)
    indented = item("1").replace("><", ">\n  <")

    for _ in range(2):
        assert reader.read(etree.fromstring(indented)) == plainly(item("1"))


def test_repeated_element_is_refused_each_time() -> None:
    reader = ItemReader("tx", TABLE)

    for _ in range(2):
        with pytest.raises(FormatError) as caught:
            reader.read(etree.fromstring("<Tx><Amt Ccy='SEK'>1</Amt><Amt Ccy='SEK'>2</Amt></Tx>"))
        assert caught.value.code == "REPEATED_ELEMENT"


def test_text_beyond_the_limit_is_refused_in_a_known_shape() -> None:
    reader = ItemReader("tx", TABLE)
    reader.read(etree.fromstring(item("1")))

    with pytest.raises(FormatError) as caught:
        reader.read(etree.fromstring(item("x" * (LONGEST_TEXT + 1))))

    assert caught.value.code == "TEXT_TOO_LONG"


@pytest.mark.parametrize("written", [" padded", "padded\n", "a &amp; b", "a &gt; b", "x&#160;", "<![CDATA[ ]]>", ""])
def test_text_unlike_the_one_before_is_read_by_the_same_shape_or_the_plain_way(written: str) -> None:
    reader = ItemReader("tx", TABLE)
    for number in range(3):
        reader.read(etree.fromstring(item(str(number))))
    xml = item("1").replace("<Line>a<", f"<Line>{written}<")

    assert reader.read(etree.fromstring(xml)) == plainly(xml)


def test_shapes_that_take_turns_are_read_right() -> None:
    reader = ItemReader("tx", TABLE)

    for number in range(9):
        xml = item(str(number), lines=("x",) * (number % 2))
        assert reader.read(etree.fromstring(xml)) == plainly(xml)


def test_item_too_long_for_a_shape_is_read_all_the_same() -> None:
    reader = ItemReader("tx", TABLE)
    xml = item("1", lines=("x" * 100,) * 200)

    for _ in range(2):
        assert reader.read(etree.fromstring(xml)) == plainly(xml)


def test_more_shapes_than_are_kept_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_reading, "MOST_SHAPES", 1)
    reader = ItemReader("tx", TABLE)

    for number in range(1, 4):
        xml = item("1", lines=("x",) * number)
        assert reader.read(etree.fromstring(xml)) == plainly(xml)


def test_records_give_items_and_a_container_that_fills_up() -> None:
    layout = Container(
        "file",
        containers={
            "Ntry": Container(
                "entry", fields=(text("ref", "Ref"), text("text", "Texts/T")), items={"Tx": Item("tx", FIELDS)}
            )
        },
    )
    data = b"<D>\n<Own/><Ntry><Ref>E1</Ref>\n<Tx><Sts>BOOK</Sts></Tx><Odd/><Texts><T>own</T></Texts></Ntry></D>"
    root = probe(data)

    records = list(read_records(walk(io.BytesIO(), data, bind(layout, root.namespace))))

    assert [(record.step, record.kind, record.line) for record in records] == [
        (Step.OPENED, "file", 1),
        (Step.OPENED, "entry", 2),
        (Step.ITEM, "tx", 3),
        (Step.CLOSED, "entry", 2),
        (Step.CLOSED, "file", 1),
    ]
    opened, item_read, closed = records[1:4]
    assert item_read.values == {"status": "BOOK"}
    assert closed.values == {"ref": "E1", "text": "own"}
    assert opened.values is closed.values
