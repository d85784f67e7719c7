"""The rules of Svefaktura 1.0: each can be broken, and the official ones say the same of neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from itertools import chain, islice, product, zip_longest
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub_peppol.judging.engine import validate
from hub_peppol.judging.inspector import PeppolInspector
from hub_peppol.judging.referee import Referee
from hub_peppol.judging.svefaktura.pack import PACK

SHARED = Path(__file__).parents[4] / "shared"
OFFICIAL = SHARED / "artefacts" / "peppol" / "svefaktura-1.0"
PUBLISHED = SHARED / "samples" / "peppol" / "svefaktura-1.0"
FULL = etree.fromstring((Path(__file__).parent / "samples" / "svefaktura" / "full.xml").read_bytes())
CBC, CAC, SFTI = (
    "{urn:oasis:names:tc:ubl:CommonBasicComponents:1:0}",
    "{urn:sfti:CommonAggregateComponents:1:0}",
    "{urn:sfti:documents:BasicInvoice:1:0}",
)
SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
TEXTS = ("", " ", "SEK", "1", "E", "S", "-1.00", "EUR", "111 22", "2020-01-01", "2030-01-01T00:00:00", "655.00")
NEW = {  # elements that may be put into others, by the name of these
    "Address": (f"{CAC}ID", f"{CAC}AddressLine"),
    "Party": (f"{CAC}PartyIdentification",),
    "Invoice": (f"{CAC}TaxTotal",),
}
ATTRIBUTES = ("", "SEK", "SFTI", "CT")
A_FEW = 97  # one in so many neighbours, beside those that are the first to break a rule


def found(document: etree._Element) -> list[str]:
    return sorted(one.rule for one in validate(document, ("peppol",)).findings)


def neighbours(every: int = 1) -> Iterator[tuple[str, etree._Element]]:
    """Yield each document that differs in one place from the full one, or one in so many, and what was done to it.

    First comes the first change of every place, then the second of every place, and so on.
    """
    elements = list(FULL.iter())
    rounds = zip_longest(*map(changes, elements))
    all_changes = ((place, *one) for changed in rounds for place, one in enumerate(changed) if one)
    for place, name, change in islice(all_changes, 0, None, every):
        root = deepcopy(FULL)
        change(list(root.iter())[place])
        yield f"{name} {etree.QName(elements[place]).localname} ({place})", root


@cache
def telling(in_full: bool) -> dict[str, tuple[str, etree._Element]]:
    """Return the first neighbour that breaks each rule, looked for until all are broken, or to the end."""
    first: dict[str, tuple[str, etree._Element]] = {}
    for name, document in neighbours():
        for rule in found(document):
            first.setdefault(rule, (name, document))
        if not in_full and len(first) == len(PACK.ids()) - len(BY_SEVERAL_CHANGES):
            break
    return first


def changes(element: etree._Element) -> Iterator[tuple[str, Any]]:
    if element.getparent() is not None:
        yield "without", lambda one: one.getparent().remove(one)
        yield "twice", lambda one: one.addnext(deepcopy(one))
    if len(element):
        yield "empty", lambda one: [one.remove(child) for child in one]
    for tag in NEW.get(etree.QName(element).localname, ()):
        yield f"with {tag}", lambda one, tag=tag: put_in(one, tag)
    for name in map(str, element.attrib):
        yield f"no {name} on", lambda one, name=name: one.attrib.pop(name)
    for value, name in product(ATTRIBUTES, map(str, element.attrib)):
        yield f"{name}={value!r} on", lambda one, name=name, value=value: one.set(name, value)
    for text in () if len(element) else TEXTS:
        yield f"{text!r} as", lambda one, text=text: setattr(one, "text", text)
    yield "with schema location", lambda one: one.set(SCHEMA_LOCATION, "x")


def put_in(element: etree._Element, tag: str) -> None:
    new = etree.SubElement(element, tag)
    etree.SubElement(new, f"{CBC}Line").text = "Box 1"


def drop(root: etree._Element, *names: str) -> None:
    for one in [child for child in root if etree.QName(child).localname in names]:
        root.remove(one)


def credits_nothing(root: etree._Element) -> None:
    drop(root, "InvoicingPeriod", "InitialInvoiceDocumentReference")


def is_taxed_wrongly_at_home(root: etree._Element) -> None:
    drop(root, "TaxCurrencyCode", "ExchangeRate")
    for one in root.iter(f"{CBC}TaxableAmount"):
        one.text = "100.00"


def refers_by(**attributes: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        number = root.find(f"{SFTI}AdditionalDocumentReference/{CAC}ID")
        assert number is not None
        number.attrib.clear()
        for name, value in attributes.items():
            number.set(name, value)

    return change


BY_SEVERAL_CHANGES: dict[str, Callable[[etree._Element], None]] = {
    "R-2": credits_nothing,
    "R-4": is_taxed_wrongly_at_home,
    "R-84": refers_by(identificationSchemeAgencyName="XX", identificationSchemeID="XX"),
    "R-85": refers_by(identificationSchemeAgencyName="XX"),
    "R-87": refers_by(identificationSchemeID="XX"),
}


def officially(document: etree._Element) -> list[str] | None:
    """Return what the official rules find, None when they stop half way at a value that they cannot read."""
    verdict = referee().judge("svefaktura", document)
    return None if verdict.gave_up else sorted(one.rule for one in verdict.firings)


def referee() -> Referee:
    pytest.importorskip("saxonche", reason="the official rules are run by saxonche")
    if not OFFICIAL.is_dir():
        pytest.skip("the official rules are not beside the checkout")
    return Referee(OFFICIAL)


def test_a_full_svefaktura_breaks_no_rule() -> None:
    assert validate(FULL).findings == []


def test_every_rule_only_warns() -> None:
    assert set(PACK.ids().values()) == {"warning"}


def test_every_rule_is_broken_by_some_neighbour_of_a_full_one(in_full: bool) -> None:
    assert set(PACK.ids()) - telling(in_full).keys() == set(BY_SEVERAL_CHANGES)


def test_the_official_rules_say_the_same_of_neighbours(in_full: bool) -> None:
    different, compared = {}, 0
    for name, document in chain(dict(telling(in_full).values()).items(), neighbours(every=1 if in_full else A_FEW)):
        theirs = officially(document)
        if theirs is None:
            continue
        compared += 1
        if found(document) != theirs:
            different[name] = (found(document), theirs)
    assert different == {}
    assert compared > 50


@pytest.mark.parametrize("rule", BY_SEVERAL_CHANGES)
def test_what_takes_several_changes_to_break_is_broken_as_officially(rule: str) -> None:
    root = deepcopy(FULL)
    BY_SEVERAL_CHANGES[rule](root)
    assert rule in found(root)
    if OFFICIAL.is_dir():
        assert found(root) == officially(root)


def test_the_pack_has_every_official_rule_but_one_on_what_is_no_element() -> None:
    if not OFFICIAL.is_dir():
        pytest.skip("the official rules are not beside the checkout")
    official = set(re.findall(r"\[(R-\d+)\]", (OFFICIAL / "svenfaktura-1.0-sch.xslt").read_text(encoding="utf-8")))
    assert official - set(PACK.ids()) == {"R-83"}


@pytest.mark.parametrize(
    ("file", "rules"),
    [("svefaktura_m_ext_ref.xml", ["R-47"]), ("svefaktura_moms.xml", ["R-33", "R-34", "R-99"])],
)
def test_published_samples_are_warned_of_as_officially(file: str, rules: list[str]) -> None:
    if not PUBLISHED.is_dir():
        pytest.skip("the published samples are not beside the checkout")
    assert found(etree.parse(str(PUBLISHED / file)).getroot()) == rules


def test_hub_validate_knows_a_svefaktura_and_finds_no_difference_from_the_official_rules() -> None:
    referee()
    judgement = PeppolInspector().judge(etree.tostring(FULL), official=OFFICIAL)
    assert judgement.format == "Svefaktura 1.0"
    assert judgement.differences == []


def test_hub_validate_recognises_a_svefaktura() -> None:
    assert PeppolInspector().recognises(etree.tostring(FULL)[:4096])
