"""What hold codes stop, and that those a new home has stop what the law asks."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from hub.model.dunning import Stopped
from hub.model.dunning_settings import DunningSettings, HoldCode
from hub.rules.dunning.holds import UNKNOWN_CODE_STOPS, stopped_by, what_stops
from tests.docs.pages import DOCS, read

STARTER = tomllib.loads(files("hub.runtime").joinpath("starter/tenants/example.toml").read_text(encoding="utf-8"))
CODES = DunningSettings.model_validate(STARTER["companies"][0]["dunning"]).hold_codes
PRESSING = {
    Stopped.REMINDER_1, Stopped.REMINDER_2, Stopped.DEMAND, Stopped.RESIDUAL_DEMAND, Stopped.WARNING,
    Stopped.TRANSFER, Stopped.ORDER_TO_PAY,
}  # fmt: skip
_ROW = re.compile(r"^\| `(?P<code>\w+)` \| (?P<text>[^|]+) \| (?P<stops>[^|]+) \|", re.MULTILINE)


@pytest.mark.parametrize(
    ("code", "stopped", "goes_on"),
    [
        # good collection practice, inkassolagen (1974:182) 4 §: a factual objection stops further steps out of court
        ("dispute", PRESSING, {Stopped.INTEREST, Stopped.INVOICE, Stopped.INSTALMENT_PLAN}),
        # claimed in the bankruptcy, not of the debtor
        ("bankruptcy", PRESSING | {Stopped.INSTALMENT_PLAN}, {Stopped.INVOICE}),
        # the estate first finds out what it owes
        ("estate", PRESSING | {Stopped.INSTALMENT_PLAN}, {Stopped.INVOICE, Stopped.INTEREST}),
        # neither paid nor growing but by the plan of the Enforcement Authority
        ("debt_relief", PRESSING | {Stopped.INSTALMENT_PLAN, Stopped.INTEREST}, {Stopped.INVOICE}),
        # a protected address leaves in no file; letters wait for a person where they are sent
        ("protected", {Stopped.TRANSFER, Stopped.ORDER_TO_PAY}, {Stopped.REMINDER_1, Stopped.DEMAND}),
        # who pays by an agreed plan is not asked for all of it, and not for another plan
        ("plan", PRESSING | {Stopped.INSTALMENT_PLAN, Stopped.INTEREST_IF_DEFERRAL_KEPT}, {Stopped.INVOICE}),
        # räntelagen (1975:635) 3 §: a deferral that was kept gives no interest, a broken one is as if never given
        ("1", PRESSING | {Stopped.INTEREST_IF_DEFERRAL_KEPT}, {Stopped.INTEREST, Stopped.INVOICE}),
        ("9", set(), set(Stopped)),
    ],
)
def test_a_new_homes_code_stops_what_the_law_asks_and_no_more(code, stopped, goes_on):
    found = stopped_by(CODES, code)

    assert stopped <= found
    assert not goes_on & found


def test_the_page_says_of_each_code_what_it_stops():
    said = {row["code"]: (row["text"].strip(), row["stops"]) for row in _ROW.finditer(read(DOCS / "holds.md"))}

    assert said.keys() == CODES.keys()
    for code, (text, stops) in said.items():
        assert text == CODES[code].text
        assert set(re.findall(r"`(\w+)`", stops)) == set(CODES[code].stops)


def test_several_codes_stop_what_any_of_them_does():
    codes = {"1": HoldCode(text="A", stops=(Stopped.DEMAND,)), "2": HoldCode(text="B", stops=(Stopped.INTEREST,))}

    assert what_stops(codes, ["1", "2"], Stopped.INTEREST) == "2"
    assert what_stops(codes, ["1", "2"], Stopped.WARNING) is None


def test_a_code_that_stands_nowhere_stops_every_step_and_interest():
    for what in {*PRESSING, Stopped.INSTALMENT_PLAN, Stopped.INTEREST}:
        assert what_stops(CODES, ["slip"], what) == "slip"
    assert Stopped.INVOICE not in UNKNOWN_CODE_STOPS
