"""An address that no envelope can carry is refused with the line and the reason, and without what stands there."""

from __future__ import annotations

import pytest

from hub.model.parties import PostalAddress
from hub_letter.address import LONGEST_LINE, address_lines, address_problems

HERE = {"street": "Storgatan 1", "postal_code": "11418", "city": "Stockholm"}
LONG = "x" * (LONGEST_LINE + 1)


def lines(name: str = "Åsa Öberg", **changed: str) -> list[str]:
    return [line.text for line in address_lines(name, PostalAddress(**{**HERE, **changed}))]


def problems(name: str = "Åsa Öberg", **changed: str) -> str:
    return "; ".join(address_problems(name, PostalAddress(**{**HERE, **changed})))


@pytest.mark.parametrize("code", ["11418", "114 18", "SE-114 18", "114-18"])
def test_a_whole_address_has_no_problem_and_its_code_is_written_one_way(code):
    assert problems(postal_code=code) == ""
    assert lines(postal_code=code) == ["Åsa Öberg", "Storgatan 1", "114 18 Stockholm"]


def test_six_lines_fit_and_no_blank_stands_between():
    all_of_it = {"care_of": "c/o Berg", "street_2": "Lgh 1201", "country": "NO", "postal_code": "0150", "city": "Oslo"}

    assert problems(**all_of_it) == ""
    assert lines(**all_of_it) == ["Åsa Öberg", "c/o Berg", "Storgatan 1", "Lgh 1201", "0150 Oslo", "NO"]


@pytest.mark.parametrize(
    ("name", "changed", "says"),
    [
        (" ", {}, "line 1 of the address (name) is missing"),
        ("A", {"street": ""}, "line 2 of the address (street or box) is missing"),
        ("A", {"street": " ", "street_2": "Lgh"}, "line 2 of the address (street or box) is blank, and the line below"),
        ("A", {"street": "", "care_of": "B"}, "line 3 of the address (street or box) is missing"),
        ("A", {"city": ""}, "line 3 of the address (postal code and town) has no town"),
        ("A", {"postal_code": ""}, "line 3 of the address (postal code and town) has no Swedish postal code"),
        ("A", {"postal_code": "014 18"}, "has no Swedish postal code of five digits; give the country"),
        ("A", {"postal_code": "SW1A 1AA"}, "give the country if it is abroad"),
        (LONG, {}, "line 1 of the address (name) has 46 characters, at most 45 fit"),
        ("A", {"street": LONG}, "line 2 of the address (street or box) has 46"),
        ("A", {"city": "x" * 39}, "line 3 of the address (postal code and town) has 46"),
    ],
)
def test_each_fault_says_which_line_and_why(name, changed, says):
    assert says in problems(name, **changed)


def test_all_faults_are_told_at_once():
    assert problems(" ", street="", postal_code="", city="").count("line ") == 4


def test_45_characters_fit_and_a_box_is_a_street():
    assert problems("x" * LONGEST_LINE, street="Box 123") == ""


def test_abroad_the_code_is_what_it_is_and_may_be_none():
    assert problems(country="GB", postal_code="SW1A 1AA", city="London") == ""
    assert problems(country="HK", postal_code="", city="Hong Kong") == ""
    assert "has no town" in problems(country="GB", postal_code="SW1A 1AA", city="")


def test_no_reason_repeats_what_stands_there():
    said = problems("Nisse Hemlig" * 5, street="Hemliga gatan" * 5, postal_code="1", city="Hemstad" * 9)

    assert said
    assert "Hem" not in said
