"""Our words on documents, and how figures are written, in the two languages of debtors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from hub.model.documents import Language, Period
from hub.model.letter_parts import InterestPeriod
from hub.money import ORE_PER_KRONA

NO_BREAK, MINUS = "\u00a0", "\u2212"


class Words:
    """The words of one language; `words["sums", "vat"]` is one of them."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._words: Mapping[str, Any] = wording()[language]
        self._thousands: str = self._words["thousands"]
        self._decimal: str = self._words["decimal"]

    def __getitem__(self, path: tuple[str, str]) -> str:
        table, name = path
        return str(self._words[table][name])

    def get(self, table: str, name: str) -> str:
        """Return a word that not every name has, blank when it has none."""
        return str(self._words[table].get(name, ""))

    def plain(self, name: str) -> str:
        """Return a word that stands in no table."""
        return str(self._words[name])

    def amount(self, amount_ore: int) -> str:
        """Write an amount with two decimals, `1 234,50` or `1,234.50`."""
        whole, cents = divmod(abs(amount_ore), ORE_PER_KRONA)
        return f"{MINUS if amount_ore < 0 else ''}{self._grouped(whole)}{self._decimal}{cents:02}"

    def money(self, amount_ore: int, currency: str) -> str:
        """Write an amount with its currency behind it."""
        sign = "kr" if currency == "SEK" and self.language is Language.SV else currency
        return f"{self.amount(amount_ore)}{NO_BREAK}{sign}"

    def number(self, value: Decimal, *, least_decimals: int = 0) -> str:
        """Write a quantity or a price with the decimals that it needs."""
        whole, _, decimals = f"{abs(value):f}".partition(".")
        decimals = decimals.rstrip("0").ljust(least_decimals, "0")
        sign = MINUS if value < 0 else ""
        return f"{sign}{self._grouped(int(whole))}{self._decimal if decimals else ''}{decimals}"

    def percent(self, rate: Decimal) -> str:
        """Write a rate."""
        return f"{self.number(rate)}{NO_BREAK}%"

    def _grouped(self, whole: int) -> str:
        return f"{whole:,}".replace(",", self._thousands)


def days_of(period: Period | InterestPeriod) -> str:
    """Write the days of a period from first to last."""
    return f"{period.first_day} – {period.last_day}"


@cache
def words_of(language: Language) -> Words:
    """Return the words of a language, read once."""
    return Words(language)


@cache
def wording() -> dict[str, Any]:
    """Return the words of all languages as they stand in `wording.toml`."""
    return tomllib.loads(files("hub.rendering").joinpath("wording.toml").read_text(encoding="utf-8"))
