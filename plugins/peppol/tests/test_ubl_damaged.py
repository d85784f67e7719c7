"""Whatever comes for an e-invoice, reading ends: with a document, or with a FormatError that repeats no value."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.errors import FormatError
from hub.testing.damage import other_encodings, spots, truncations
from hub.testing.sample_documents import COMPANY, sample_pdf
from hub_peppol.ubl import read_e_invoice

_RICH: dict[str, Any] = {
    "debtor": COMPANY.model_dump(),
    "lines": [
        {"text": "El", "amount": "90", "allowances": [{"amount": 10}], "note": "Mätare 1"},
        {"text": "Bok", "amount": "20.05", "vat_rate_percent": 6, "quantity": "2.5", "unit": "KWH"},
    ],
    "allowances": [{"amount": "5", "text": "Kampanj"}],
    "deductions": [{"amount": "10"}],
    "period": {"first_day": "2026-10-01", "last_day": "2026-10-31"},
    "attachments": [{"name": "a.pdf", "content": sample_pdf("a")}],
    "invoiced_object": "7",
}
_TEXTS = (
    "",
    " ",
    "-1",
    "1e999999",
    "9" * 1000,
    "NaN",
    "٣",
    "true",
    "2026-02-30",
    "\n",
    "a" * 5000,
    "0.0000000000000001",
)


def told(content: bytes) -> str:
    """Return what reading says when it refuses, blank when it does not."""
    try:
        read_e_invoice(content)
    except FormatError as error:
        return str(error)
    return ""


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_invoice_with_elements_dropped_doubled_moved_or_changed(data, written):
    root = etree.fromstring(written(**_RICH))
    for _ in range(data.draw(st.integers(1, 4))):
        _change(root, data)

    assert "5566778899" not in told(etree.tostring(root))


def _change(root: Any, data: Any) -> None:
    elements = list(root.iter())[1:]
    if not elements:
        return
    element, other = data.draw(st.sampled_from(elements)), data.draw(st.sampled_from(elements))
    match data.draw(st.sampled_from(("drop", "double", "text", "move", "attribute"))):
        case "drop":
            element.getparent().remove(element)
        case "double":
            element.addnext(copy.deepcopy(element))
        case "text":
            element.text = data.draw(st.sampled_from(_TEXTS))
        case "move":
            other.append(copy.deepcopy(element))
        case "attribute":
            for name in element.attrib:
                element.set(name, data.draw(st.sampled_from(_TEXTS)))


def test_a_file_damaged_on_its_way(written):
    content = written(**_RICH)

    for damaged in (truncations, spots, other_encodings):
        for name, changed in damaged(content):
            assert isinstance(told(changed), str), name


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"<",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 100_000,
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>',
        b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">' + b"<b/>" * 600_000 + b"</Invoice>",
    ],
    ids=["blank", "begun", "entity", "deep", "bare", "wide"],
)
def test_what_is_hostile_is_refused_soon(hostile):
    began = time.process_time()

    assert told(hostile)
    assert time.process_time() - began < 5


def test_more_lines_than_a_document_holds_are_refused(written):
    content = written()
    start, end = content.index(b"<cac:InvoiceLine>"), content.index(b"</Invoice>")

    assert "lines" in told(content[:start] + content[start:end] * 5_001 + content[end:])
