"""How much the form takes of each field: what is longer is refused with its length, never cut."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from hub.errors import DataError
from hub.model.orders_to_pay import OrderTerms
from hub.money import plain_kronor

_ORE_IN_KRONA = 100


@cache
def form_limits() -> Mapping[str, int]:
    """Return the limits of the form by field."""
    return tomllib.loads(files("hub.rules.orders_to_pay").joinpath("form_limits.toml").read_text(encoding="utf-8"))


def too_long(field: str, text: str) -> str:
    """Say that a text does not fit the form, blank when it does."""
    most = form_limits()[field]
    return "" if len(text) <= most else f"{field} has {len(text)} characters, and the form takes {most}: shorten it"


def refuse_unfit(terms: OrderTerms) -> None:
    """Refuse terms that the form cannot hold.

    Raises:
        DataError: a text is too long, a cost is no whole kronor or has too many digits, or a label is missing.
    """
    for field in ("special_information", "other_label", "interest_ground"):
        if problem := too_long(field, getattr(terms, field)):
            raise DataError(problem)
    for field in ("own_work_ore", "agent_ore", "other_ore"):
        _refuse_cost(field.removesuffix("_ore"), getattr(terms, field))
    if bool(terms.other_ore) != bool(terms.other_label):
        raise DataError("another cost needs other_ore and other_label, what it is for: give both or none")
    digits = sum(sign.isdecimal() for sign in terms.rate_percent)
    if digits > form_limits()["rate_digits"]:
        most = form_limits()["rate_digits"]
        raise DataError(f"rate_percent has {digits} digits, and the form takes {most}: ask for a rate that it holds")


def _refuse_cost(name: str, amount_ore: int) -> None:
    kronor, rest_ore = divmod(amount_ore, _ORE_IN_KRONA)
    if rest_ore or len(str(kronor)) > form_limits()["cost_digits"]:
        raise DataError(
            f"{name}: {plain_kronor(amount_ore)} is not taken: whole kronor of at most "
            f"{form_limits()['cost_digits']} digits"
        )


def refuse_rows(name: str, rows: tuple[str, ...]) -> None:
    """Refuse an address that the form cannot hold. Raises DataError."""
    most, longest = form_limits()["rows"], form_limits()["row"]
    if not rows or len(rows) > most or any(not row or len(row) > longest for row in rows):
        raise DataError(f"{name} needs 1 to {most} rows of at most {longest} characters")
