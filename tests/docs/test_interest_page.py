"""docs/interest.md shows what its commands answer, and the caps and rates that the hub has."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import pytest
from test_cli_demo import run

from hub.money import format_kronor
from hub.rules.dunning.fees import known_caps
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.reference_rates import shipped_rates
from tests.docs.pages import DOCS, blocks, read

PAGE = DOCS / "interest.md"
SHOWN = [block.text for block in blocks(PAGE) if block.language == "console"]
_CAP = re.compile(r"^\|[^|]*\| (\d{4}-\d\d-\d\d) \| ([\d,]+) \|", re.MULTILINE)


@pytest.mark.parametrize("text", SHOWN, ids=range(len(SHOWN)))
def test_commands_answer_what_the_page_shows(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUB_HOME", raising=False)
    first, _, shown = text.partition("\n")

    result = run(*shlex.split(first.removeprefix("$ hub ")))

    assert result.stdout + result.stderr == shown


def test_page_has_every_day_count() -> None:
    assert [name for name in DayCount if f"`{name}`" not in read(PAGE)] == []


def test_page_has_every_cap_with_its_first_day() -> None:
    known = [(str(cap.from_day), format_kronor(cap.amount_ore)) for caps in known_caps().values() for cap in caps]

    assert sorted(_CAP.findall(read(PAGE))) == sorted(known)


def test_page_names_the_first_and_the_last_rate() -> None:
    assert shipped_rates().first_day == date(2002, 7, 1)
    assert f"hub rates add {shipped_rates().unknown_from}" in read(PAGE)
