"""Our judge and the official rules on a few hundred damaged documents: the same rules found, each as often."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub_peppol.judging.engine import validate
from hub_peppol.judging.referee import Referee

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from peppol_differential import Outcome, documents_of, outcomes
from peppol_mutations import mutants
from peppol_validation import long_invoice

SHARED = Path(__file__).parents[4] / "shared"
OFFICIAL, SAMPLES = SHARED / "artefacts" / "peppol", SHARED / "samples" / "peppol"
SEED = 20261122
MUTATIONS, A_SHARE = 300, 80

needs_official_rules = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the official rules are not beside the checkout"
)


@pytest.fixture(scope="module")
def found(in_full: bool) -> list[Outcome]:
    pytest.importorskip("saxonche", reason="the extra validate is not installed")
    return list(outcomes(documents_of(SAMPLES), Referee(OFFICIAL), MUTATIONS if in_full else A_SHARE, SEED))


@needs_official_rules
def test_both_judges_find_the_same_rules_broken_each_as_often(found: list[Outcome]) -> None:
    assert [one for one in found if one.differences] == []


@needs_official_rules
def test_the_damage_breaks_many_rules(found: list[Outcome]) -> None:
    assert len(frozenset[str]().union(*(one.rules for one in found))) > 100


@needs_official_rules
def test_what_the_official_rules_stop_at_is_never_fit(found: list[Outcome]) -> None:
    stopped = [one for one in found if one.did_stop]
    assert stopped
    assert [one for one in stopped if one.is_fit] == []


def test_the_same_seed_damages_alike() -> None:
    documents = documents_of(None)
    first, second = ([change for change, _ in mutants(documents, 20, SEED)] for _ in range(2))
    assert first == second
    assert len(set(first)) == 20


def test_an_invoice_of_a_thousand_lines_adds_up() -> None:
    assert validate(long_invoice(1000)).findings == []
