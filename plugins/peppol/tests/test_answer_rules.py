"""The rules of answers: each can be broken, and the official ones say the same of every neighbour of our samples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub_peppol.judging.engine import validate
from hub_peppol.judging.post_award import invoice_response, mlr, mls
from hub_peppol.judging.rule import Pack
from hub_peppol.judging.specification import (
    INVOICE_RESPONSE,
    MESSAGE_LEVEL_RESPONSE,
    MESSAGE_LEVEL_STATUS,
    specification_of,
)
from hub_peppol.sandbox_answers import Issue, message_level_status

SAMPLES = Path(__file__).parent / "samples" / "answers"
SHARED = Path(__file__).parents[4] / "shared"
OFFICIAL = SHARED / "artefacts" / "peppol"
PUBLISHED = SHARED / "samples" / "peppol"
FOLDERS = {
    INVOICE_RESPONSE: ("invoice_response", "post-award-2026.5"),
    MESSAGE_LEVEL_RESPONSE: ("mlr", "post-award-2026.5"),
    MESSAGE_LEVEL_STATUS: ("mls", "mls-1.0.1"),
}
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
ISSUES = (Issue("BV", "[BR-01] x", "/Invoice"), Issue("BW", "x"), Issue("FD", "x"))
STATUS = message_level_status("env-1", "RE", at=datetime(2026, 11, 3, tzinfo=UTC), words="Refused", issues=ISSUES)
FULL = (
    etree.fromstring((SAMPLES / "invoice-response-full.xml").read_bytes()),
    etree.fromstring((SAMPLES / "message-level-response-full.xml").read_bytes()),
    etree.fromstring(STATUS),
)
PACKS = (invoice_response.PACK, mlr.PACK, mls.PACK)
A_FEW = {"structure": 11, "text": 17, "attribute": 5, "number": 5}
"""Of each change one in so many; each number stands in one place of the Invoice Response at least."""
NEVER_BROKEN = {"PEPPOL-T111-R005"}  # its official test holds whatever a document says

PARTY_NUMBERS = (
    *(("0088", "7300010000001"), ("0088", "7300010000002"), ("0088", "73x"), ("0088", "")),
    *(("0192", "987654325"), ("0192", "987654326"), ("0192", "000000000"), ("0192", "9876543")),
    *(("0184", "DK12345674"), ("0184", "12345674"), ("0184", " 12345674"), ("0184", "SE12345674")),
    *(("0096", "1234567890"), ("0096", "123456789x"), ("0198", "DK12345674"), ("0198", "12345674")),
    *(("0208", "0202239951"), ("0208", "0202239952"), ("0208", "020223995")),
    *(("0201", "ABC12z"), ("0201", "ABC12"), ("0201", "ABC1-2")),
    *(("0210", "RSSMRA85T10A562S"), ("0210", "RSSMRA85T1-A562S"), ("0210", "12345678901"), ("0210", "1234567890x")),
    *(("0210", "RSSMRA+5T10A562S"), ("0210", "RSSMRA85T10A56xS"), ("9907", "RSS1RA85T10A562S"), ("9907", "1")),
    *(
        ("0211", "IT12345678903"),
        ("0211", "it12345678903"),
        ("0211", "IT12345678901"),
        ("0211", "FR1"),
        ("0211", "IT1"),
    ),
    *(("0007", "5560000001"), ("0007", " 5560000001\n"), ("0007", "5560000002"), ("0007", "556000-0001")),
    *(("0151", "53004085616"), ("0151", "53004085617"), ("0151", "5300408561")),
    *(("0106", "12345678"), ("0106", "1234567"), ("0190", "12345678901234567890"), ("0190", "1")),
    *(("9944", "NL123456789B01"), ("9944", "NL123456789C01"), ("0217", "123456789012"), ("0217", "12345678901")),
    *(("9955", "SE556000000101"), ("0092", "1"), (" 0007", "5560000001"), ("ZZZ", "1")),
)
TEXTS = (
    *("", " ", "X", "2026-02-30", "2026-11-03Z", "2026-13-01", " 2026-11-03", "12:00:00", "12:00:00+01:00"),
    *("AB", "AP", "RE", "IP", "UQ", "CA", "PD", " RE ", "CA UQ", "BV", "BW", "SV", "FD", "re", "REF", "PPD", "OTH"),
    *(
        "NOA",
        "380",
        "381",
        "9999",
        "123456",
        "123456-abc",
        "123456-ABC.def-~",
        "123456-A",
        "12345",
        "urn:peppol:edec:mls",
    ),
    *(INVOICE_RESPONSE, MESSAGE_LEVEL_RESPONSE, MESSAGE_LEVEL_STATUS + ".0", "urn:peppol:bis:billing_with_response"),
)
ATTRIBUTES = ("OPStatusAction", "OPStatusReason", "X", "", "0242", " 0242", "0007", "0092")
TAX_SCHEME = (
    '<cac:PartyTaxScheme xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
    "<cbc:CompanyID>{number}</cbc:CompanyID><cac:TaxScheme><cbc:ID>{scheme}</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
)


def found(document: bytes | etree._Element) -> list[str]:
    return sorted(one.rule for one in validate(document, ("peppol",)).findings)


def neighbours(full: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Yield each document that differs in one place from a full one, and what was done to it."""
    for place in range(len(list(full.iter()))):
        for name, change in CHANGES:
            for variant in change(list(full.iter())[place]):
                root = deepcopy(full)
                element = list(root.iter())[place]
                if variant(element) is not False:
                    yield f"{name} {etree.QName(element).localname} ({place})", root


def some_neighbours(full: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    seen: Counter[str] = Counter()
    for name, document in neighbours(full):
        change = name.partition(" ")[0]
        if seen[change] % A_FEW[change] == 0:
            yield name, document
        seen[change] += 1


def _structure(_element: etree._Element) -> Iterator[Any]:
    yield lambda one: one.getparent().remove(one) if one.getparent() is not None else False
    yield lambda one: one.addnext(deepcopy(one)) if one.getparent() is not None else False
    yield lambda one: [one.remove(child) for child in one]
    yield lambda one: [one.remove(child) for child in one.findall("{*}Status")]
    yield lambda one: one.insert(0, etree.Element(f"{CBC}UUID")) if len(one) else False
    yield lambda one: one.set(SCHEMA_LOCATION, "x")
    for number, scheme in (("NL1", "VAT"), ("NL123456789B01", "VAT"), ("SE1", "VAT"), ("NL1", "GST")):
        tax = etree.fromstring(TAX_SCHEME.format(number=number, scheme=scheme))
        yield lambda one, tax=tax: one.append(deepcopy(tax)) if one.tag.endswith("Party") else False


def _texts(element: etree._Element) -> Iterator[Any]:
    for text in () if len(element) else TEXTS:
        yield lambda one, text=text: setattr(one, "text", text)


def _attributes(element: etree._Element) -> Iterator[Any]:
    for name in element.attrib:
        yield lambda one, name=name: one.attrib.pop(name)
        for value in ATTRIBUTES:
            yield lambda one, name=name, value=value: one.set(name, value)


def _numbers(element: etree._Element) -> Iterator[Any]:
    for scheme, number in PARTY_NUMBERS if "schemeID" in element.attrib else ():
        yield lambda one, scheme=scheme, number=number: _renumber(one, scheme, number)


def _renumber(element: etree._Element, scheme: str, number: str) -> None:
    element.set("schemeID", scheme)
    element.text = number


CHANGES = (("structure of", _structure), ("text of", _texts), ("attribute of", _attributes), ("number in", _numbers))


@pytest.mark.parametrize("full", FULL)
def test_a_full_answer_breaks_no_rule(full: etree._Element) -> None:
    assert validate(full).findings == []


@cache
def telling(full: etree._Element) -> dict[str, tuple[str, etree._Element]]:
    """Return the first neighbour that breaks each rule."""
    first: dict[str, tuple[str, etree._Element]] = {}
    for name, document in neighbours(full):
        for rule in found(document):
            first.setdefault(rule, (name, document))
    return first


@pytest.mark.parametrize(("pack", "full"), list(zip(PACKS, FULL, strict=True)))
def test_every_rule_is_broken_by_some_neighbour_of_a_full_answer(pack: Pack, full: etree._Element) -> None:
    assert set(pack.ids()) - telling(full).keys() - NEVER_BROKEN == set()


@pytest.mark.parametrize("full", FULL)
def test_the_official_rules_say_the_same_of_neighbours(full: etree._Element, in_full: bool) -> None:
    kind, folder = FOLDERS[specification_of(full)]
    judge = _referee(OFFICIAL / folder)
    different, compared = {}, 0
    for name, document in chain(telling(full).values(), neighbours(full) if in_full else some_neighbours(full)):
        if FOLDERS[specification_of(document)][0] != kind:
            continue
        verdict = judge(kind, document)
        if verdict.gave_up:
            continue
        compared += 1
        theirs = sorted(one.rule for one in verdict.firings)
        if found(document) != theirs:
            different[name] = (found(document), theirs)
    assert different == {}
    assert compared > 50


def _referee(folder: Path) -> Any:
    pytest.importorskip("saxonche", reason="the official rules are run by saxonche")
    if not folder.is_dir():
        pytest.skip("the official rules are not beside the checkout")
    from hub_peppol.judging.referee import Referee

    return Referee(folder).judge


@pytest.mark.parametrize(
    "file",
    [
        file
        for folder in ("invoice-response-examples", "phive-invoice-response-2026.5", "mls-1.0.1", "mlr-commons")
        for file in sorted((PUBLISHED / folder).glob("*.xml"))
    ]
    or [None],
    ids=lambda file: f"{file.parent.name}/{file.name}" if file else "absent",
)
def test_published_examples_break_no_fatal_rule(file: Path | None) -> None:
    if file is None:
        pytest.skip("the published samples are not beside the checkout")
    assert validate(file.read_bytes()).is_fit


@pytest.mark.parametrize("file", sorted((PUBLISHED / "mls-commons").glob("mls-[0-9]*.xml")) or [None], ids=str)
def test_a_published_bad_status_breaks_the_rule_in_its_name(file: Path | None) -> None:
    if file is None:
        pytest.skip("the published samples are not beside the checkout")
    assert f"SCH-MLS-{file.stem[4:6]}" in found(file.read_bytes())


def test_the_published_unit_suite_is_met() -> None:
    if not (PUBLISHED / "invoice-response-unit").is_dir():
        pytest.skip("the published samples are not beside the checkout")
    from hub_peppol.judging.unit_suites import read_suites, unmet

    tests = list(read_suites(PUBLISHED / "invoice-response-unit"))
    judged = [(test, validate(test.document, ("peppol",)).findings) for test in tests]
    assert [line for test, some in judged for line in unmet(test, [(one.rule, one.severity) for one in some])] == []
    assert tests


def test_an_answer_with_a_broken_specification_is_known_by_its_process() -> None:
    broken = STATUS.replace(b">urn:peppol:edec:mls:1.0<", b">urn:peppol:edec:status<")
    assert found(broken) == ["SCH-MLS-01"]


def test_an_answer_that_says_nothing_of_its_kind_is_judged_as_an_invoice_response() -> None:
    content = b'<ApplicationResponse xmlns="urn:oasis:names:specification:ubl:schema:xsd:ApplicationResponse-2"/>'
    assert "PEPPOL-T111-B00101" in found(content)
