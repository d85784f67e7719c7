"""Every code of Kivra's has a meaning, and the meanings are those of our table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub_kivra.codes import _BY_CODE, _BY_STATUS, Meaning, meaning_of

PUBLISHED = Path(__file__).parents[4] / "shared" / "specs" / "kivra-api-errors.json"
CERTAIN = (Meaning.LATER, Meaning.UNSURE)
OF_OTHER_SERVICES = {402, 405, 406, 407, 411, 412, 414, 416, 417, 418, 421, 424, 426, 428, 431}  # we call wrongly

GROUPS = {
    Meaning.LATER: [40800, 42500, 42900],
    Meaning.UNSURE: [50000, 50002, 50200, 50300, 50301, 50400, 50401, 40900],
    Meaning.SIGN_IN: [40100, 40104, 40101],
    Meaning.NOT_REACHED: [40032, 40009, 40018, 40024, 40105, 40109],
    Meaning.MATCH_AGAIN: [40300, 40301, 40400, 41000],
    Meaning.TOO_LARGE: [41300],
    Meaning.SETTINGS: [40102, 40103, 40035, 42220, 40500, 30200],
    Meaning.DOCUMENT: [40000, 40008, 40012, 40019, 40021, 40028, 40041, 40042, 40044, 40059, 42200, 42210, 42221],
}


@pytest.mark.parametrize(("meaning", "code"), [(meaning, code) for meaning, codes in GROUPS.items() for code in codes])
def test_a_code_has_its_meaning(meaning, code):
    assert meaning_of(code) is meaning


@pytest.fixture(scope="module")
def published():
    if not PUBLISHED.exists():
        pytest.skip("Kivra's list of error codes is not beside the checkout")
    return sorted(map(int, json.loads(PUBLISHED.read_text(encoding="utf-8"))))


def test_every_published_code_is_decided_and_none_by_chance(published):
    statuses = {code // 100 for code in published if code // 100 >= 300}
    undecided = {status for status in statuses if status < 500 and status not in _BY_STATUS} - OF_OTHER_SERVICES

    assert len(published) == 189
    assert undecided == set()
    assert all(isinstance(meaning_of(code), Meaning) for code in published)


def test_every_code_of_ours_is_published(published):
    assert set(_BY_CODE) - set(published) == set()


def test_what_may_have_been_taken_is_never_called_refused(published):
    """From 500, and for conflicts, nobody knows: only what certainly was not taken may be sent elsewhere."""
    unsure = [code for code in published if code >= 50000 or code // 100 in (408, 499) or code == 40900]

    assert {meaning_of(code) for code in unsure} <= set(CERTAIN)
