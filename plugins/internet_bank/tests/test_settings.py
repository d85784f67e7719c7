"""The agreement's numbers are checked when the settings are read, part by part."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hub_internet_bank import InternetBankSettings
from hub_internet_bank.fui import PARTS, fui_problems

FUI = "165560000001.12345678901.ABCD.SE"


@pytest.mark.parametrize(
    ("fui", "said"),
    [
        ("", "4 parts"),
        ("165560000001.12345678901.ABCD", "here it has 3"),
        ("165560000001.12345678901.ABCD.SE.", "here it has 5"),
        ("5560000001.12345678901.ABCD.SE", "part 1, the organisation number, must be 12 digits"),
        ("195560000001.12345678901.ABCD.SE", "begins with 16"),
        ("165560000002.12345678901.ABCD.SE", "check digit"),
        ("169999999999.12345678901.ABCD.SE", "another one than issuer_orgnr"),
        ("165560000001.1234567890.ABCD.SE", "part 2, the bank agreement id, must be 11 letters or digits; it has 10"),
        ("165560000001.12345678901..SE", "part 3, the bank id"),
        ("165560000001.12345678901.ABCDE.SE", "part 3, the bank id"),
        ("165560000001.12345678901.ABCD.se", "part 4, the country"),
        ("165560000001.1234567890١.ABCD.SE", "part 2"),
        ("165560000001.12345678901.ABCD.SE\n", "part 4"),
    ],
)
def test_each_wrong_part_is_named_and_none_is_repeated(fui: str, said: str) -> None:
    problems = "; ".join(fui_problems(fui, "5560000001"))

    assert said in problems
    assert not any(part in problems for part in fui.split(".") if len(part) > 5)


def test_a_right_identity_has_no_problem() -> None:
    assert fui_problems(FUI, "5560000001") == []
    assert fui_problems("005560000001.12345678901.A.NO") == []
    assert len(PARTS) == 4


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fui": "1.2.3.4"}, "part 1"),
        ({"issuer_orgnr": "9999999999"}, "another one than issuer_orgnr"),
        ({"agreement_bankgiro": "991-2347"}, "check digit"),
        ({"issuer_orgnr": "191212121212"}, "ten digits"),
        ({"smallest_amount": "0"}, "above zero"),
        ({"smallest_amount": "10,00", "largest_amount": "9,00"}, "smallest_amount"),
        ({"transport": "sftp"}, "http"),
    ],
)
def test_a_wrong_setting_says_what_to_write(wrong: dict[str, str], said: str) -> None:
    right = {"fui": FUI, "issuer_orgnr": "556000-0001", "agreement_bankgiro": "991-2346"}
    assert InternetBankSettings.model_validate(right).issuer_orgnr == "5560000001"
    with pytest.raises(ValidationError, match=said):
        InternetBankSettings.model_validate(right | wrong)
