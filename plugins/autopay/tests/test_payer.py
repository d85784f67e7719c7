"""The payer of a detail."""

from __future__ import annotations

import pytest

from hub.model.payment_file import Payer
from hub_autopay.payer import payer_of


def test_payer_has_name_account_identity_and_address() -> None:
    detail = {
        "debtor_name": "Åkeriet Öst AB",
        "debtor_identity": ["559999-0001", "second"],
        "debtor_address_lines": ["c/o Nils"],
        "debtor_street": "Hamngatan",
        "debtor_building": "4",
        "debtor_postcode": "961 31",
        "debtor_town": "Boden",
        "debtor_country": "SE",
        "debtor_other": "5050-1055",
        "debtor_scheme": "BGNR",
    }

    assert payer_of(detail) == Payer(
        "Åkeriet Öst AB", "50501055", "559999-0001", ("c/o Nils", "Hamngatan 4", "961 31 Boden", "SE")
    )


@pytest.mark.parametrize("name", ["Not available", "NOTPROVIDED", "not provided"])
def test_names_that_mean_none_are_left_out(name: str) -> None:
    assert payer_of({"debtor_name": name}) is None


def test_ultimate_debtor_fills_what_the_debtor_lacks() -> None:
    detail = {"debtor_name": "NOTPROVIDED", "ultimate_debtor_name": "Tolvan", "ultimate_debtor_identity": ["1"]}

    assert payer_of(detail) == Payer("Tolvan", "", "1")


def test_account_alone_is_a_payer() -> None:
    assert payer_of({"debtor_iban": "SE4550000000058398257466"}) == Payer("", "SE4550000000058398257466")
