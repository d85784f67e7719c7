"""The unit suites that the owners of the rules publish: every expectation is met by the native rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from hub_peppol.judging.engine import validate
from hub_peppol.judging.unit_suites import Expectation, UnitTest, read_suite, read_suites, unmet

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "peppol"
COUNTRIES = ("PEPPOL", "SE", "DE", "DK", "GR", "IT", "NL", "NO")

A_SUITE = """<testSet xmlns="http://difi.no/xsd/vefa/validator/1.0" configuration="some-rules">
  <assert><scope>R-1</scope></assert>
  <test><assert><error number="2"> R-1 </error><warning>R-2</warning><success>R-3</success></assert>
    <a xmlns=""><b/></a></test>
  <test><assert><success number="3">R-1</success></assert><!-- empty --><c xmlns=""/></test>
</testSet>"""


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published suites are not beside the checkout")
@pytest.mark.parametrize("release", ["3.0.20", "3.0.21"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_expectation_of_peppols_suites_is_met(country: str, release: str) -> None:
    tests = list(read_suites(SAMPLES / f"bis3-unit-UBL-{country}"))
    assert tests
    assert [line for test in tests for line in _unmet(test, release)] == []


def _unmet(test: UnitTest, release: str) -> list[str]:
    report = validate(test.document, layers=("peppol",), releases=(release,))
    return unmet(test, ((one.rule, one.severity) for one in report.findings))


def test_a_suite_gives_each_document_with_what_is_expected_of_it(tmp_path: Path) -> None:
    file = tmp_path / "suite.xml"
    file.write_text(A_SUITE)
    first, second = read_suite(file)
    assert etree.tostring(first.document, method="c14n") == b"<a><b></b></a>"
    assert first.configuration == "some-rules"
    assert first.expectations == (
        Expectation("R-1", "fatal", 2),
        Expectation("R-2", "warning"),
        Expectation("R-3", "success"),
    )
    assert second.expectations == (Expectation("R-1", "success"),)


def test_a_file_that_is_no_suite_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "invoice.xml").write_text("<Invoice/>")
    assert list(read_suites(tmp_path)) == []


@pytest.mark.parametrize(
    "found",
    [
        [("R-1", "fatal"), ("R-2", "warning")],
        [("R-1", "fatal")] * 2 + [("R-2", "fatal")],
        [("R-1", "fatal")] * 2,
        [("R-1", "fatal")] * 2 + [("R-2", "warning"), ("R-3", "fatal")],
    ],
    ids=["too few", "other severity", "missing", "too much"],
)
def test_a_judge_who_finds_otherwise_is_told_the_rule(tmp_path: Path, found: list[tuple[str, str]]) -> None:
    file = tmp_path / "suite.xml"
    file.write_text(A_SUITE)
    first, _ = read_suite(file)
    assert len(unmet(first, found)) == 1
