"""Read the unit suites that the owners of the rules publish (VEFA `testSet` files), and hold a judge to them.

A suite is many small documents, mostly fragments, each with the outcome of a few rules; rules that a test does not name
are not looked at, and a schema is never asked. Who brings a new release of rules runs its suites here first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import etree

_VEFA = "{http://difi.no/xsd/vefa/validator/1.0}"
_OUTCOMES = {f"{_VEFA}success": "success", f"{_VEFA}error": "fatal", f"{_VEFA}warning": "warning"}


class Expectation(NamedTuple):
    """What a test says of one rule: `success` (must not be found), or the severity with which it must be found."""

    rule: str
    outcome: str  # `success`, `fatal` or `warning`
    number: int | None = None  # exactly so many times, where the test says


class UnitTest(NamedTuple):
    """One document of a suite and what it must come to."""

    name: str  # file and position
    configuration: str  # which rules it is for, such as `peppolbis-en16931-base-3.0-ubl`
    document: etree._Element
    expectations: tuple[Expectation, ...]


def read_suites(folder: Path) -> Iterator[UnitTest]:
    """Yield the tests of every suite in a folder, by file name; files that are no suites are left out."""
    for file in sorted(folder.iterdir()):
        if file.is_file():
            yield from read_suite(file)


def read_suite(file: Path) -> Iterator[UnitTest]:
    """Yield the tests of one file, nothing when its root is no `testSet`."""
    root = etree.parse(str(file), _parser()).getroot()
    if root.tag == f"{_VEFA}testSet":
        for position, test in enumerate(root.iter(f"{_VEFA}test"), 1):
            yield UnitTest(
                f"{file.parent.name}/{file.name}#{position}",
                root.get("configuration", ""),
                _document(test),
                tuple(_expectations(test)),
            )


def unmet(test: UnitTest, found: Iterable[tuple[str, str]]) -> list[str]:
    """Return what a judge missed, for people; `found` are the rule and severity of each finding of the document."""
    severities: dict[str, list[str]] = {}
    for rule, severity in found:
        severities.setdefault(rule, []).append(severity)
    return [
        f"{test.name}: {one.rule} must be {one.outcome}, was found {severities.get(one.rule, [])}"
        for one in test.expectations
        if not _is_met(one, severities.get(one.rule, []))
    ]


def _is_met(expected: Expectation, severities: list[str]) -> bool:
    if expected.outcome == "success":
        return not severities
    if expected.number is not None and len(severities) != expected.number:
        return False
    return bool(severities) and set(severities) == {expected.outcome}


def _document(test: etree._Element) -> etree._Element:
    """Return the one document of a test as the root of a tree of its own."""
    inside = next(child for child in test if isinstance(child.tag, str) and not child.tag.startswith(_VEFA))
    return etree.fromstring(etree.tostring(inside, with_tail=False), _parser())


def _expectations(test: etree._Element) -> Iterator[Expectation]:
    for one in test.iterchildren(f"{_VEFA}assert"):
        for line in one.iterchildren(*_OUTCOMES):
            number = line.get("number") if line.tag != f"{_VEFA}success" else None
            yield Expectation((line.text or "").strip(), _OUTCOMES[str(line.tag)], int(number) if number else None)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
