"""TABs: text is kept, money is found again from the right or the record is refused."""

from __future__ import annotations

import pytest

from hub.errors import FormatError
from hub.formats.record_stream import Grid
from hub_bankgiro.layouts.bgmax import LAYOUTS
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.repair import repaired

VALUES = {
    "sender": "3783511",
    "reference": "657965",
    "amount": 125000,
    "reference_code": "2",
    "channel": "2",
    "serial": "000000000014",
    "image": "0",
}
EXTRA = LAYOUTS["22"].write(**VALUES)
PAYMENT = LAYOUTS["20"].write(**VALUES)
DEDUCTION = LAYOUTS["21"].write(**VALUES, remainder="1")
AUTOGIRO = LAYOUTS["20"].write(**VALUES | {"serial": "", "image": " "})


def repair(record: str, *, strict: bool = False) -> tuple[str, list[str]]:
    oddities = Oddities(strict=strict, per_code=20)
    text = repaired(Grid(1, record.ljust(80) + "\n"), oddities)
    return text.removesuffix("\n"), [warning.code for warning in oddities.waiting]


@pytest.mark.parametrize("record", [EXTRA, PAYMENT, DEDUCTION, AUTOGIRO])
@pytest.mark.parametrize("tabs", ["\t\t       ", "\t\t\t   ", "\t   \t\t", "\t" * 7, "  \t\t\t"])
def test_a_reference_and_its_amount_are_found_around_tabs(record, tabs):
    damaged = record.replace(" " * 19, tabs, 1).rstrip()

    text, warnings = repair(damaged)

    assert LAYOUTS[record[:2]].read(text, 1) == LAYOUTS[record[:2]].read(record, 1)
    assert warnings == ["TAB"]


def test_a_reference_between_tabs_is_trimmed_of_them():
    damaged = PAYMENT.replace(" " * 19 + "657965", " 657965\t\t\t").rstrip()

    text, _ = repair(damaged)

    assert LAYOUTS["20"].read(text, 1) == LAYOUTS["20"].read(PAYMENT, 1)


@pytest.mark.parametrize(
    "damaged",
    [
        PAYMENT.replace("0003783511", "3783511\t"),
        PAYMENT.replace("000125000", "0001\t5000"),
        PAYMENT.replace("000000000014", "00000000\t014"),
        PAYMENT.replace(" " * 19, "\t").rstrip(),
        LAYOUTS["05"].write(bankgiro="9912346", plusgiro="", currency="SEK").replace(" " * 10 + "SEK", "\tSEK"),
        "70\t00000001",
    ],
)
def test_a_tab_that_hides_money_is_refused(damaged):
    with pytest.raises(FormatError) as caught:
        repair(damaged)

    assert (caught.value.code, caught.value.line, caught.value.record) == ("TAB", 1, damaged[:2])


@pytest.mark.parametrize("record", ["25Hej\tdu", "26Bo\tEk", "29\t005560000001"])
def test_a_tab_in_text_becomes_one_blank(record):
    assert repair(record) == (record.replace("\t", " ").ljust(80), ["TAB"])


@pytest.mark.parametrize("record", ["01BGMAX               0120120914173035010331P\t  ", PAYMENT[:70] + "\t\t"])
def test_a_tab_after_the_last_field_is_a_blank(record):
    assert repair(record)[0] == record.replace("\t", " ").ljust(80)


def test_strict_refuses_every_tab():
    with pytest.raises(FormatError, match="original file"):
        repair("25Hej\tdu", strict=True)


def test_an_ordinary_letter_is_no_damage():
    assert repair("26São João Île de Façade")[1] == []
