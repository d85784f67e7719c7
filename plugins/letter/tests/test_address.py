"""An address that no envelope can carry is refused with the reason, and without what stands there."""

from __future__ import annotations

import pytest

from hub.model.parties import Debtor
from hub_letter.address import LONGEST_LINE, address_problems

HERE = {"street": "Storgatan 1", "postal_code": "11418", "city": "Stockholm"}
LONG = "x" * (LONGEST_LINE + 1)


def problems(name: str = "Åsa Öberg", **changed: str) -> str:
    return "; ".join(address_problems(Debtor.model_validate({"name": name, "address": {**HERE, **changed}})))


@pytest.mark.parametrize("code", ["11418", "114 18", "SE-114 18", "114-18"])
def test_a_whole_address_has_no_problem(code):
    assert problems(postal_code=code) == ""


def test_all_that_an_address_can_have_fits():
    all_of_it = {"care_of": "Berg", "street_2": "Lgh 1201", "country": "NO", "postal_code": "0150", "city": "Oslo"}

    assert problems(**all_of_it) == ""


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"name": " "}, "the name is missing"),
        ({"street": ""}, "the street or box is missing"),
        ({"street": " ", "street_2": "Lgh"}, "the street or box is missing"),
        ({"city": ""}, "the town is missing"),
        ({"postal_code": ""}, "no Swedish postal code"),
        ({"postal_code": "014 18"}, "no Swedish postal code of five digits: give the country"),
        ({"postal_code": "SW1A 1AA"}, "give the country if it is abroad"),
        ({"name": LONG}, "line 1 of the address has 46 characters, at most 45 fit"),
        ({"street": LONG}, "line 2 of the address has 46"),
        ({"city": "x" * 39}, "line 3 of the address has 46"),
    ],
)
def test_each_fault_says_what_is_wrong(changed, says):
    assert says in problems(**changed)


def test_a_line_is_as_long_as_it_stands_in_the_window():
    assert problems(care_of="x" * 41) == ""
    assert "line 2 of the address has 46" in problems(care_of="x" * 42)  # behind c/o


def test_all_faults_are_told_at_once():
    assert problems(" ", street="", postal_code="", city="").count(";") == 3


def test_45_characters_fit_and_a_box_is_a_street():
    assert problems("x" * LONGEST_LINE, street="Box 123") == ""


def test_abroad_the_code_is_what_it_is_and_may_be_none():
    assert problems(country="GB", postal_code="SW1A 1AA", city="London") == ""
    assert problems(country="HK", postal_code="", city="Hong Kong") == ""
    assert "the town is missing" in problems(country="GB", postal_code="SW1A 1AA", city="")


def test_no_reason_repeats_what_stands_there():
    said = problems("Nisse Hemlig" * 5, street="Hemliga gatan" * 5, postal_code="1", city="Hemstad" * 9)

    assert said
    assert "Hem" not in said
