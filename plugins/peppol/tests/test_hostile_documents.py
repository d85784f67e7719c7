"""Documents made to harm: refused or judged, in bounded time and memory, with nothing fetched and nothing read."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest

from hub.errors import FormatError
from hub_peppol import validate
from hub_peppol.judging import reading
from hub_peppol.judging.rule import MOST_FINDINGS

SPACES = (
    'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" '
    'xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" '
    'xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'
)
LAYERS = ("xsd", "en16931", "peppol")
ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMB = f'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'
SECONDS = 20
"""Far above what a quiet machine needs, far below what a document without bounds takes."""


def invoice(content: str) -> bytes:
    return f"<Invoice {SPACES}>{content}</Invoice>".encode()


def refusal(document: bytes) -> FormatError:
    with pytest.raises(FormatError) as caught:
        validate(document, LAYERS)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "utf-16-be"])
@pytest.mark.parametrize(
    "declared",
    [
        BOMB,
        "<!DOCTYPE a>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE a PUBLIC 'b' 'http://127.0.0.1:9/a.dtd'>",
        "<!DOCTYPE a [<!ENTITY i SYSTEM 'file:///etc/passwd'>]>",
        "<!-- -->\n<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:9/'> %b;]>",
    ],
)
def test_a_document_type_is_refused_in_every_encoding(declared: str, encoding: str) -> None:
    document = (declared + invoice("<cbc:ID>&i;</cbc:ID>").decode()).encode(encoding)

    assert refusal(document).code in ("DTD_REFUSED", "NOT_XML")


def declared(name: str, encoding: str, blanks: int = 1) -> bytes:
    declaration = f'<?xml version="1.0"{" " * blanks}encoding="{name}"?>'
    return (declaration + invoice("<cbc:ID>Å</cbc:ID>").decode()).encode(encoding)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(declared("UTF-7", "utf-7"), id="UTF-7"),
        pytest.param(declared("UTF-7", "latin-1", blanks=reading.LONGEST_PROLOG), id="UTF-7, said late"),
        pytest.param(declared("IBM037", "cp037"), id="EBCDIC"),
        pytest.param(declared("ISO-2022-JP", "latin-1"), id="with shifts"),
        pytest.param(declared("Shift_JIS", "latin-1"), id="of two bytes"),
        pytest.param(declared("UTF-8", "utf-16"), id="UTF-16 that says UTF-8"),
        pytest.param(declared("UTF-16", "utf-32"), id="UTF-32 that says UTF-16"),
        pytest.param(declared("UTF-16", "utf-8"), id="UTF-8 that says UTF-16"),
        pytest.param(declared("ISO-8859-1", "utf-8-sig"), id="UTF-8 with its mark that says another"),
    ],
)
def test_an_encoding_in_which_bytes_cannot_be_counted_is_refused(document: bytes) -> None:
    assert refusal(document).code == "WRONG_ENCODING"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_an_element_counts_the_same_whether_its_end_is_written_or_not(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is one of memory, and an empty element takes as much of it: 900,000 with texts between took 500 MiB."""
    monkeypatch.setattr(reading, "MOST_TAGS", 1_000)
    few, many = (invoice("x<cbc:ID/>" * count).decode().encode(encoding) for count in (490, 510))

    reading.root_of(few)
    assert refusal(many).code == "TOO_LARGE"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("UTF-16LE", "utf-16-le"),
        ("UTF-32", "utf-32"),
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-15", "iso-8859-15"),
        ("Windows-1252", "cp1252"),
    ],
)
def test_the_usual_encodings_are_judged_alike(name: str, encoding: str) -> None:
    assert validate(declared(name, encoding), LAYERS) == validate(invoice("<cbc:ID>Å</cbc:ID>"), LAYERS)


def test_entities_behind_a_long_prolog_are_not_resolved() -> None:
    prolog = f"<!--{'x' * reading.LONGEST_PROLOG}-->"

    refusal((prolog + BOMB + invoice("<cbc:ID schemeID='&i;'>&i;</cbc:ID>").decode()).encode())
    refusal((prolog + "<!DOCTYPE a>" + invoice("").decode()).encode())


def test_a_secret_file_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("top secret")
    include = f'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'

    assert "top secret" not in repr(validate(invoice(include), LAYERS))


@pytest.mark.parametrize(
    "document",
    [b"", b"\0" * 100, b"hello", b"%PDF-1.7", b"{}", invoice("<cbc:ID>")[:-12], invoice("") + b"\xff", b"<a/><b/>"],
)
def test_what_is_no_xml_is_refused_without_its_content(document: bytes) -> None:
    error = refusal(document)

    assert error.code == "NOT_XML"
    assert "send" in str(error)


@pytest.mark.parametrize("depth", [150, 1_000, 100_000])
def test_elements_without_end_in_each_other_are_refused(depth: int) -> None:
    assert refusal(invoice("<cac:Party>" * depth + "</cac:Party>" * depth)).code in ("TOO_DEEP", "TOO_LARGE")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<cbc:Note>" + "x" * 12_000_000 + "</cbc:Note>", id="a text of 12 MB"),
        pytest.param("<cbc:ID " + " ".join(f"a{n}='1'" for n in range(50_000)) + "/>", id="attributes"),
        pytest.param("".join(f"<cac:P{n}/>" for n in range(50_000)), id="kinds of elements"),
        pytest.param("<cbc:ID/>" * 1_000_001, id="elements"),
    ],
)
def test_more_than_any_invoice_has_is_refused_in_time(content: str) -> None:
    document = invoice(content)
    start = time.perf_counter()

    assert refusal(document).code == "TOO_LARGE"
    assert time.perf_counter() - start < SECONDS


def test_a_hundred_megabytes_are_refused_before_anything_is_made_of_them() -> None:
    document = b"<a>" + b" " * 100_000_000
    tracemalloc.start()
    try:
        assert refusal(document).code == "TOO_LARGE"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 1_000_000


def test_texts_within_texts_are_not_kept_over_and_over() -> None:
    text = "x" * 500_000
    document = invoice("<cbc:Note>" * 90 + text + "</cbc:Note>" * 90)
    tracemalloc.start()
    try:
        assert refusal(document).code == "TOO_LARGE"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 10 * len(text)


def test_elements_within_texts_are_not_counted_over_and_over() -> None:
    assert refusal(invoice("<cbc:Note>" * 90 + "<cbc:ID/>" * 12_000 + "</cbc:Note>" * 90)).code == "TOO_LARGE"


def test_an_element_within_a_text_is_still_judged_by_the_whole_text() -> None:
    findings = validate(invoice("<cbc:IssueDate>2026-<cbc:Note>01-02</cbc:Note></cbc:IssueDate>"), LAYERS).findings

    assert "PEPPOL-EN16931-F001" not in [finding.rule for finding in findings]


def test_signs_in_a_text_are_no_attributes() -> None:
    assert validate(invoice("<cbc:ID>1</cbc:ID><cbc:Note>" + "=" * 1_000 + "</cbc:Note>"), LAYERS).findings


def test_signs_in_many_texts_cost_no_more_than_their_number() -> None:
    text = "<cbc:Note>" + "=" * reading.MOST_ATTRIBUTES_OF_ONE + "x" * 9_000 + "</cbc:Note>"
    document = invoice(text * 4_900)
    start = time.process_time()

    validate(document, LAYERS)

    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_attributes_in_hundreds_are_refused_whatever_they_hold(encoding: str) -> None:
    attributes = " ".join(f"a{n}='\u3c3c\u3c00'" for n in range(reading.MOST_ATTRIBUTES_OF_ONE + 1))

    assert refusal(invoice(f"<cbc:ID {attributes}/>").decode().encode(encoding)).code == "TOO_LARGE"


SELLER = "cac:AccountingSupplierParty"
NAMES = "<cac:PartyLegalEntity><cbc:RegistrationName>a</cbc:RegistrationName></cac:PartyLegalEntity>" * 20_000
PAYEES = "<cac:PayeeParty><cac:PartyName><cbc:Name>a</cbc:Name></cac:PartyName></cac:PayeeParty>" * 20_000
LONG = [f"cac:{'abcdefghij'[n % 10] * 40_000}" for n in range(80)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<cac:Party/>" * 100_000, id="empty elements"),
        pytest.param(
            "<cac:TaxTotal>" + "<cbc:TaxAmount>1.001</cbc:TaxAmount>" * 50_000 + "</cac:TaxTotal>", id="amounts"
        ),
        pytest.param(f"<{SELLER}><cac:Party>{NAMES}</cac:Party></{SELLER}>{PAYEES}", id="payees by sellers"),
        pytest.param(
            "".join(f"<{name}>" for name in LONG)
            + "<cbc:TaxAmount>1.001</cbc:TaxAmount>" * 5_000
            + "".join(f"</{name}>" for name in reversed(LONG)),
            id="names of 40,000 letters",
        ),
    ],
)
def test_much_of_the_same_is_judged_in_time_and_told_in_bounds(content: str) -> None:
    document = invoice(content)
    start = time.perf_counter()

    findings = validate(document, LAYERS).findings

    assert time.perf_counter() - start < SECONDS
    assert 0 < len(findings) <= MOST_FINDINGS
    assert max(len(finding.location) + len(finding.message) for finding in findings) < 2_000
