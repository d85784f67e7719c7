"""Our table of Svefaktura 1.0 against its official schema: a document is fit for both or for neither."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hub_peppol import validate

sys.path.append(str(Path(__file__).parents[3] / "benchmarks"))

from structure_mutations import Stock, grown, with_each_value
from svefaktura_differential import GOOD_TEXTS, SCHEMA, Element, Outcome, mutants, official, outcomes, own, stock

SHARED = Path(__file__).parents[4] / "shared"
OFFICIAL = SHARED / "artefacts" / "peppol" / "svefaktura-1.0"
SEED, MUTANTS, A_SHARE = 20261122, 400, 120
A_FEW, FEWER = 397, 1_193  # one in so many of the thousands of texts and attributes

needs_official_schema = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official schema is not here")


@pytest.fixture(scope="module")
def whole() -> Element:
    return grown(own(), Stock(SCHEMA, GOOD_TEXTS, (), ()))


@pytest.fixture(scope="module")
def found(in_full: bool) -> list[Outcome]:
    return list(outcomes(mutants(OFFICIAL, MUTANTS if in_full else A_SHARE, SEED), OFFICIAL))


def test_a_document_with_all_there_is_room_for_is_fit(whole: Element) -> None:
    assert validate(whole, ("xsd",)).findings == []


@needs_official_schema
def test_what_our_table_has_room_for_the_schema_has_room_for(whole: Element) -> None:
    assert official(OFFICIAL).validate(whole)


@needs_official_schema
def test_damaged_documents_are_judged_as_the_schema_does(found: list[Outcome]) -> None:
    assert [one for one in found if one.ours != one.theirs] == []
    assert 0.25 < sum(one.theirs for one in found) / len(found) < 0.75


@needs_official_schema
def test_what_is_refused_is_told_where_the_schema_tells_it(found: list[Outcome]) -> None:
    assert [one for one in found if not one.is_told_there] == []


@needs_official_schema
def test_texts_and_attributes_are_judged_as_the_schema_does(whole: Element, in_full: bool) -> None:
    some = with_each_value(whole, stock(OFFICIAL), every=A_FEW if in_full else FEWER)
    assert [one for one in outcomes(some, OFFICIAL) if one.ours != one.theirs] == []
