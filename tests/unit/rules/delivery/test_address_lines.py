"""The address as it stands in the window."""

from __future__ import annotations

import pytest

from hub.model.parties import Debtor
from hub.rules.delivery.address_lines import address_lines

ADDRESS = {"street": "Gatan 1", "postal_code": "60216", "city": "Nordvik"}


def debtor(**changes: object) -> Debtor:
    return Debtor.model_validate({"name": "Tolvan Tolvansson", "address": ADDRESS, **changes})


def test_a_swedish_address_has_its_postal_code_in_two_groups():
    assert address_lines(debtor()) == ("Tolvan Tolvansson", "Gatan 1", "602 16 Nordvik")


@pytest.mark.parametrize("written", ["Elvan", "c/o Elvan", "C/O Elvan", " Elvan "])
def test_care_of_is_said_once(written):
    lines = address_lines(debtor(address={**ADDRESS, "care_of": written, "street_2": "Box 4"}))

    assert [line.lower() for line in lines[1:4]] == ["c/o elvan", "gatan 1", "box 4"]


def test_abroad_the_country_stands_last_in_english_capitals():
    abroad = {"street": "Musterstraße 5", "postal_code": "20095", "city": "Musterstadt", "country": "DE"}

    assert address_lines(debtor(address=abroad))[-2:] == ("20095 Musterstadt", "GERMANY")


@pytest.mark.parametrize("changes", [{"is_protected": True}, {"address": {}}, {"address": {"care_of": "Elvan"}}])
def test_a_protected_or_unknown_address_is_not_shown(changes):
    assert address_lines(debtor(**changes)) == ("Tolvan Tolvansson",)


def test_no_line_is_blank():
    assert "" not in address_lines(debtor(address={"street": " ", "postal_code": "", "city": "Nordvik"}))
