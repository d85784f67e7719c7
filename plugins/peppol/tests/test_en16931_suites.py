"""The published suites of EN 16931: every expectation is met; whole documents are judged as officially."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from hub_peppol import validate
from hub_peppol.judging.referee import Referee, differences
from hub_peppol.judging.unit_suites import read_suites, unmet

SHARED = Path(__file__).parents[4] / "shared"
SAMPLES, ARTEFACTS = SHARED / "samples" / "peppol", SHARED / "artefacts" / "peppol" / "en16931-1.3.16"
FOLDERS = ("en16931-examples", "en16931-testfiles", "bis3-examples", "phive-billing-2026.5")

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the published samples are not beside the checkout")


@needs_samples
@pytest.mark.parametrize("suite", ["en16931-invoice-unit", "en16931-creditnote-unit"])
def test_every_expectation_is_met(suite: str) -> None:
    tests = list(read_suites(SAMPLES / suite))
    assert len(tests) > 10
    missed = []
    for test in tests:
        findings = validate(test.document, layers=("en16931",)).findings
        missed += unmet(test, ((one.rule, one.severity) for one in findings))
    assert missed == []


@needs_samples
@pytest.mark.parametrize("folder", FOLDERS)
def test_whole_documents_are_judged_as_the_official_rules_judge_them(folder: str) -> None:
    pytest.importorskip("saxonche", reason="the official rules are run by saxonche")
    if not ARTEFACTS.is_dir():
        pytest.skip("the official rules are not beside the checkout")
    referee, differing = Referee(ARTEFACTS), {}
    for name, document in _documents(SAMPLES / folder):
        ours = [one.rule for one in validate(document, layers=("en16931",)).findings]
        theirs = [one.rule for one in referee.judge("en16931", document).firings]
        if found := differences(ours, theirs):
            differing[name] = found
    assert differing == {}


def _documents(folder: Path) -> Iterator[tuple[str, etree._Element]]:
    for file in sorted(folder.rglob("*.xml")):
        root = etree.parse(str(file)).getroot()
        if etree.QName(root).localname in ("Invoice", "CreditNote"):
            yield file.name, root
