"""Conditions of lists and plans, put together from what is asked for; values go as parameters, never as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import bindparam

_SWEDISH = (("å", "["), ("ä", "\\"), ("ö", "]"), ("Å", "["), ("Ä", "\\"), ("Ö", "]"))


class Conditions:
    """The conditions of one statement, and their values."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self._where: list[str] = []
        self._having: list[str] = []
        self._lists: list[str] = []

    def add(self, condition: str, *, on_sums: bool = False, **values: Any) -> None:
        """Add a condition when each of its values is given: neither None nor empty."""
        if all(value not in (None, "", ()) for value in values.values()):
            (self._having if on_sums else self._where).append(condition)
            self._lists += [name for name, value in values.items() if isinstance(value, tuple)]
            self.values |= {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def between(self, what: str, name: str, lower: object, upper: object, *, on_sums: bool = False) -> None:
        """Add an interval, whose ends are part of it; an end that is not given is open."""
        self.add(f"{what} >= :{name}_from", on_sums=on_sums, **{f"{name}_from": _plain(lower)})
        self.add(f"{what} <= :{name}_to", on_sums=on_sums, **{f"{name}_to": _plain(upper)})

    def give(self, name: str, values: tuple[str, ...]) -> None:
        """Give a list that a statement names by itself."""
        if values:
            self._lists.append(name)
            self.values[name] = [*values]

    def numbers(self, first: str, last: str) -> None:
        """Add an interval of receivables' numbers: a shorter one comes first."""
        numbered = "(length(r.number), r.number)"
        self.add(f"{numbered} >= (length(:number_from), CAST(:number_from AS TEXT))", number_from=first)
        self.add(f"{numbered} <= (length(:number_to), CAST(:number_to AS TEXT))", number_to=last)

    def one_or_range(self, first: str, last: str) -> None:
        """Add one receivable's number, or an interval of them when a last one is given."""
        if last:
            self.numbers(first, last)
        else:
            self.add("r.number = :number", number=first)

    @property
    def where(self) -> str:
        return "".join(f" AND {condition}" for condition in self._where)

    @property
    def having(self) -> str:
        return f" HAVING {' AND '.join(self._having)}" if self._having else ""

    def statement(self, sql: str) -> sqlalchemy.TextClause:
        """Return a statement with these conditions' lists in it."""
        made = sqlalchemy.text(sql)
        return made.bindparams(*(bindparam(name, expanding=True) for name in self._lists if f":{name}" in sql))


def _plain(value: object) -> object:
    isoformat = getattr(value, "isoformat", None)
    return value if isoformat is None else isoformat()


def named_in(causes: Iterable[str]) -> str:
    """Return names of ours as a list of SQL."""
    return "(" + ", ".join(f"'{cause}'" for cause in sorted(causes)) + ")"


def ordered(expressions: Sequence[str], dialect: str) -> str:
    """Return an ORDER BY that sorts texts alike on both databases: by their letters' codes."""
    collation = '"C"' if dialect == "postgresql" else "BINARY"
    return "ORDER BY " + ", ".join(
        f"{expression} COLLATE {collation}" if is_text else expression
        for expression in expressions
        for is_text in [not expression.startswith("length(")]
    )


def by_letters(column: str) -> str:
    """Return what names are sorted by: capital and small alike, and å, ä and ö behind z, in this order."""
    for letter, place in _SWEDISH:
        column = f"replace({column}, '{letter}', '{place}')"
    return f"upper({column})"
