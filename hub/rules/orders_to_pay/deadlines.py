"""By when somebody has to act after the authority has told something."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from hub.errors import RuleViolation


def last_day(name: str, told_on: date) -> date:
    """Return the last day of a time limit that began on a day. Raises RuleViolation before the first that is known."""
    in_force = [row for row in _rows() if row["name"] == name and row["from"] <= told_on]
    if not in_force:
        raise RuleViolation(f"no time limit {name} is known for {told_on}")
    return told_on + timedelta(days=max(in_force, key=lambda row: row["from"])["days"])


@cache
def _rows() -> list[dict[str, Any]]:
    text = files("hub.rules.orders_to_pay").joinpath("deadlines.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["deadline"]  # type: ignore[no-any-return]
