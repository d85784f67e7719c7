"""docs/declared-layouts.md: its layouts load and work, and its tables name every key and every field."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from hub.formats.declared import Group, Layout, load_layout
from hub.formats.declared.document import FieldForm, FileForm, RecordForm
from hub_collection_agencies.speech import ORDERS, TOLD, VOCABULARIES
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "declared-layouts.md"
LAYOUTS = [block.text for block in blocks(PAGE) if block.language == "toml"]
ORDER = {
    "kind": "claim",
    "claim_id": "C-1",
    "debtor_identity": "191212121212",
    "debtor_name": "Tolvan",
    "legal_class": "public_law",
    "currency": "SEK",
    "open": 100_050,
    "lines": [{"invoice_no": "1001", "due_date": date(2026, 9, 30), "open": 100_050}],
}
MESSAGE = {"file_no": 7, "customer_no": "4711", "made_on": date(2026, 11, 23), "orders": [ORDER]}


def layout(number: int) -> Layout:
    return load_layout(LAYOUTS[number], VOCABULARIES, "the page")


def lines_of(group: Group, path: str = "") -> Iterator[str]:
    yield f"| `{path}` | | |" if path else "| *the file* | | |"
    for name, word in group.fields.items():
        yield f"| `{name}` | {word.kind} | {word.meaning} |"
    for name, inner in group.groups.items():
        yield from lines_of(inner, f"{path}.{name}" if path else name)


def test_the_page_has_three_layouts():
    assert [layout(number).name for number in range(3)] == [
        "Example agency", "Example in XML", "Example, receipts in CSV",
    ]  # fmt: skip


def test_fixed_width_is_as_the_page_says():
    file = layout(0).outgoing("orders")

    assert file.file_name(MESSAGE) == "IN47110007_20261123.txt"
    assert file.write(MESSAGE).content.decode("latin-1").split("\r\n") == [
        "000000004711261123000007                ",
        "10C-1                 191212121212Tolvan                        O",
        "20C-1                 1001                260930000000100050",
        "99000001000000000100050000004",
        "",
    ]


def test_xml_is_as_the_page_says():
    file = layout(1).outgoing("orders")
    written = file.write(MESSAGE).content

    assert b'<Header client="4711">' in written
    assert b'<Open currency="SEK">1000.50</Open>' in written
    assert [item.group for item in file.read(io.BytesIO(written))] == ["", "orders"]


@pytest.mark.parametrize(("content", "group", "values"), [
    (
        "Er referens;Ärendenr;Status;Orsak\nC-1;A1;MOTTAGEN;\n",
        "receipts",
        {"claim_id": "C-1", "agency_case_no": "A1", "accepted": True},
    ),
    (
        "Ärendenr;Läge;Datum\nA1;BF;2026-11-23\n",
        "statuses",
        {"agency_case_no": "A1", "stage": "court_applied", "stage_said": "BF", "date": date(2026, 11, 23)},
    ),
    ("Ärendenr;Läge;Datum\nA1;X;\n", "statuses", {"agency_case_no": "A1", "stage": "unknown", "stage_said": "X"}),
])  # fmt: skip
def test_files_that_come_in_are_told_apart(content: str, group: str, values: dict[str, Any]):
    raw = content.encode("cp1252")
    file = layout(2).incoming(raw)

    assert [(item.group, item.values) for item in file.read(io.BytesIO(raw))] == [(group, values)]


@pytest.mark.parametrize("form", [FileForm, RecordForm, FieldForm])
def test_every_key_is_named(form: Any):
    text = read(PAGE)

    assert [name for name in form.model_fields if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("vocabulary", [ORDERS, TOLD], ids=lambda one: one.name)
def test_every_field_stands_in_the_tables(vocabulary: Any):
    lines = read(PAGE).splitlines()

    assert [line for line in lines_of(vocabulary.root) if line not in lines] == []
