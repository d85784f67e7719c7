"""Reference rates in a home: one file for each half-year, written once, and refused when it is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hub.errors import ConfigurationError, DataError
from hub.rules.interest.reference_rates import ReferenceRate, shipped_rates
from hub.runtime.rates import enter_rate, known_rates

TODAY = date(2026, 11, 22)
NEXT = ReferenceRate(date(2026, 7, 1), Decimal("2.50"), 'the "notice" of C:\\rates, räntan')
RIGHT = 'from = 2026-07-01\npercent = "2.50"\nsource = "notice"\n'


def kept(home: Path, text: str, name: str = "2026-07-01.toml") -> None:
    (home / "rates").mkdir()
    (home / "rates" / name).write_text(text, encoding="utf-8")


def test_what_was_entered_is_read_again_word_for_word(tmp_path: Path) -> None:
    assert enter_rate(tmp_path, NEXT, TODAY)
    assert known_rates(tmp_path).on(NEXT.from_day) == NEXT
    assert [file.name for file in (tmp_path / "rates").iterdir()] == ["2026-07-01.toml"]
    assert "entered_on = 2026-11-22" in (tmp_path / "rates" / "2026-07-01.toml").read_text(encoding="utf-8")


def test_a_home_without_rates_knows_those_of_the_hub(tmp_path: Path) -> None:
    assert list(known_rates(tmp_path)) == list(known_rates(None)) == list(shipped_rates())


@pytest.mark.parametrize("percent", ["2.50", "3.00"])
def test_of_two_that_enter_at_once_the_first_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, percent: str
) -> None:
    assert enter_rate(tmp_path, NEXT, TODAY)
    seen = iter([shipped_rates(), known_rates(tmp_path)])  # who comes second had looked before the first wrote
    monkeypatch.setattr("hub.runtime.rates.known_rates", lambda _home: next(seen))
    second = NEXT._replace(percent=Decimal(percent))

    if second == NEXT:
        assert not enter_rate(tmp_path, second, TODAY)
    else:
        with pytest.raises(DataError, match=r"known as 2\.50"):
            enter_rate(tmp_path, second, TODAY)


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("from = ", "2026-07-01.toml", "it is no TOML"),
        ('percent = "2.50"', "2026-07-01.toml", "is written as"),
        (RIGHT.replace('"2.50"', "2.50"), "2026-07-01.toml", "is written as"),
        (RIGHT.replace("2.50", "2.505"), "2026-07-01.toml", "two decimals"),
        (RIGHT, "2027-01-01.toml", "holds the rate from 2026-07-01"),
        (RIGHT.replace("2026-07-01", "2027-01-01"), "2027-01-01.toml", "does not follow"),
        (RIGHT.replace("2026-07-01", "2024-01-01"), "2024-01-01.toml", "known as 4.00"),
    ],
)
def test_a_wrong_file_is_a_wrong_setting(tmp_path: Path, text: str, name: str, why: str) -> None:
    kept(tmp_path, text, name)

    with pytest.raises(ConfigurationError, match=f"rates: .*{why}"):
        known_rates(tmp_path)


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "rates").write_text("no folder", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="cannot be kept"):
        enter_rate(tmp_path, NEXT, TODAY)
