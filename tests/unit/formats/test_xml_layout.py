"""Declared XML fields: paths, repeats, amounts and blocks."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from hub.errors import FormatError
from hub.formats.xml_layout import (
    LONGEST_TEXT,
    Amount,
    Container,
    Field,
    Item,
    Values,
    amount,
    block,
    collect,
    compile_fields,
    declared_paths,
    local_name,
    many,
    namespace_of,
    once,
    text,
)


def read(xml: str, *fields: Field, namespace: str = "") -> Values:
    values: Values = {}
    qualify = f"{{{namespace}}}" if namespace else ""
    collect(etree.fromstring(xml), compile_fields(fields, qualify), values)
    return values


def test_text_is_read_by_its_path_and_trimmed() -> None:
    assert read("<a><b><c> x </c></b></a>", text("it", "b/c")) == {"it": "x"}


def test_empty_text_is_left_out() -> None:
    assert read("<a><b>  </b><c/></a>", text("b", "b"), text("c", "c")) == {}


def test_first_of_alternative_paths_counts() -> None:
    name = text("name", "Dbtr/Nm", "Dbtr/Pty/Nm")

    assert read("<a><Dbtr><Pty><Nm>new</Nm></Pty></Dbtr></a>", name) == {"name": "new"}
    assert read("<a><Dbtr><Nm>old</Nm><Pty><Nm>new</Nm></Pty></Dbtr></a>", name) == {"name": "old"}


def test_once_reads_an_element_that_became_a_choice() -> None:
    status = once("status", "Sts", "Sts/Cd", "Sts/Prtry")

    assert read("<a><Sts>BOOK</Sts></a>", status) == {"status": "BOOK"}
    assert read("<a><Sts>\n <Cd>BOOK</Cd>\n</Sts></a>", status) == {"status": "BOOK"}
    assert read("<a><Sts><Prtry>PAID</Prtry></Sts></a>", status) == {"status": "PAID"}


@pytest.mark.parametrize(
    ("xml", "field"),
    [("<a><s>1</s><s>1</s></a>", once("s", "s")), ("<a><m Ccy='SEK'>1</m><m Ccy='SEK'>1</m></a>", amount("m", "m"))],
)
def test_repeated_single_element_is_refused(xml: str, field: Field) -> None:
    with pytest.raises(FormatError) as caught:
        read(xml, field)

    assert caught.value.code == "REPEATED_ELEMENT"
    assert caught.value.line == 1


def test_many_keeps_order_and_drops_blanks() -> None:
    assert read("<a><u>1</u><u> </u><u>2</u></a>", many("u", "u")) == {"u": ["1", "2"]}


def test_amount_keeps_text_and_currency() -> None:
    assert read("<a><m Ccy='SEK'> 1.5 </m></a>", amount("m", "m")) == {"m": Amount("1.5", "SEK")}
    assert read("<a><m/></a>", amount("m", "m")) == {"m": Amount("", "")}


def test_block_repeats_with_its_own_fields() -> None:
    strd = block("strd", "r/s", text("ref", "x/ref"), many("t", "t"))

    values = read("<a><r><s><x><ref>1</ref></x></s><s><t>a</t><t>b</t></s></r></a>", strd)

    assert values == {"strd": [{"ref": "1"}, {"t": ["a", "b"]}]}


def test_elements_of_another_namespace_are_not_read() -> None:
    xml = "<a xmlns='urn:one' xmlns:o='urn:two'><o:b>other</o:b><b>own</b></a>"

    assert read(xml, text("b", "b"), namespace="urn:one") == {"b": "own"}


@pytest.mark.parametrize("field", [text("b", "b"), once("b", "b"), many("b", "b"), amount("b", "b")])
def test_text_beyond_the_limit_is_refused(field: Field) -> None:
    with pytest.raises(FormatError) as caught:
        read(f"<a><b>{'x' * (LONGEST_TEXT + 1)}</b></a>", field)

    assert caught.value.code == "TEXT_TOO_LONG"
    assert caught.value.field == "b"


def test_text_at_the_limit_is_read() -> None:
    assert len(read(f"<a><b>{'x' * LONGEST_TEXT}</b></a>", text("b", "b"))["b"]) == LONGEST_TEXT


@pytest.mark.parametrize(
    ("tag", "local", "namespace"), [("{urn:x}Amt", "Amt", "urn:x"), ("Amt", "Amt", ""), ("", "", "")]
)
def test_qualified_names_are_taken_apart(tag: str, local: str, namespace: str) -> None:
    assert (local_name(tag), namespace_of(tag)) == (local, namespace)


def test_declared_paths_lists_all_containers() -> None:
    inner = Container("entry", fields=(text("ref", "Ref"),), items={"Tx": Item("tx", (text("id", "Id", "Nr"),))})
    outer = Container("file", containers={"Ntry": inner})

    listed: list[Any] = list(declared_paths(outer))

    assert listed == [("entry", "ref", "Ref"), ("tx", "id", "Id"), ("tx", "id", "Nr")]
