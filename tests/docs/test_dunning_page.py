"""docs/dunning.md shows policies that are taken and lawful, and every reason that there is."""

from __future__ import annotations

import re
import tomllib
from datetime import date

from hub.model.dunning_reasons import LeftOut, NoFee, NotUndone, NotYet, Stop
from hub.model.dunning_settings import DunningSettings
from hub.rules.dunning.policies import policy_for, unlawful_in
from hub.services.dunning.fee_invoicing import FEE_INVOICED
from hub.services.dunning.interrupting import INTERRUPTED
from hub.services.dunning.taking import TAKEN
from hub.services.dunning.taking_back import UNDONE
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "dunning.md"
_ROW = re.compile(r"^\| `(\w+)(?:: [A-Z]+)?` \|", re.MULTILINE)


def test_the_policies_on_the_page_are_taken_and_lawful() -> None:
    example, fees = [block.text for block in blocks(PAGE) if block.language == "toml"]
    settings = DunningSettings.model_validate(tomllib.loads(example)["companies"]["dunning"])

    assert [*unlawful_in(settings, date(2026, 11, 23))] == []
    water = policy_for(settings, "04", date(2026, 11, 23))
    assert water is not None
    assert [rule.fee_ore for rule in water.steps] == [60_00, 180_00]
    assert DunningSettings.model_validate(tomllib.loads(fees)["companies"]["dunning"]).fee_invoices is not None


def test_the_page_explains_every_reason_and_every_event_and_no_other() -> None:
    reasons = {*NotYet, *Stop, *NoFee, *LeftOut, *NotUndone}

    assert {*_ROW.findall(read(PAGE))} == {*map(str, reasons), TAKEN, UNDONE, INTERRUPTED, FEE_INVOICED}
