"""Months of mandates with real files: books, the bank's register and the bank's own books agree to the öre."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mandate_year import MandateYear
from sqlalchemy import Engine

from hub.model.mandates import LIVE

MANDATES = 15
MONTHS = 3


def test_months_of_mandates_end_in_agreement(engine: Engine, tmp_path: Path) -> None:
    year = MandateYear(engine, tmp_path / "bank", mandates=MANDATES, first_day=date(2026, 1, 2), seed=3)
    year.live(MONTHS)
    said = year.agreement()

    assert said.agrees, said
    assert said.bank_ore > 0
    assert not {str(state) for state in LIVE} & said.requests.keys()
    assert said.requests["paid"] > MANDATES
