"""The glossary names what the code names, and every Swedish term of the docstrings."""

from __future__ import annotations

import re
from itertools import chain

from tests.docs.pages import DOCS, ROOT, read

_ROW = re.compile(r"^\| (?P<swedish>[^|`]+) \| `(?P<identifier>\w+)` \|", re.MULTILINE)
_SWEDISH_IN_CODE = re.compile(r"\(\*([a-zåäöA-ZÅÄÖ][^*()\n]+)\*\)")
PROPER_NAMES = frozenset(
    {
        "bankgirot",
        "bankgiro inbetalningar",
        "bgmax",
        "total in",
        "total in bas",
        "tl1",
        "kvv",
        "mac",
        "leverantörsbetalningar",
    }
)  # names, not terms


def _rows() -> list[tuple[str, str]]:
    return [(row["swedish"].strip(), row["identifier"]) for row in _ROW.finditer(read(DOCS / "glossary.md"))]


def _code() -> str:
    folders = (ROOT / "hub", *(ROOT / "plugins").glob("*/hub_*"))
    sources = sorted(chain.from_iterable(folder.rglob("*.py") for folder in folders))
    names = " ".join(source.stem for source in sources)
    return names + "\n" + "\n".join(source.read_text(encoding="utf-8") for source in sources)


def _terms(text: str) -> list[str]:
    return [term.strip().lower() for term in text.split(",")]


def test_every_identifier_occurs_in_the_code() -> None:
    words = set(re.findall(r"\w+", _code()))

    assert [identifier for _, identifier in _rows() if identifier not in words] == []


def test_no_term_and_no_identifier_stands_twice() -> None:
    terms = [term for swedish, _ in _rows() for term in _terms(swedish)]
    identifiers = [identifier for _, identifier in _rows()]

    assert len(terms) > 50
    assert sorted(terms) == sorted(set(terms))
    assert sorted(identifiers) == sorted(set(identifiers))


def test_every_swedish_term_of_a_docstring_is_explained() -> None:
    explained = {term for swedish, _ in _rows() for term in _terms(swedish)}
    said = {term for found in _SWEDISH_IN_CODE.findall(_code()) for term in _terms(found)}

    missing = {term for term in said - explained - PROPER_NAMES if not _is_plural(term, explained)}

    assert missing == set(), "write them into docs/glossary.md"


def _is_plural(term: str, explained: set[str]) -> bool:
    """`posttyper` and `insättningar` are explained by their singular."""
    return any(term == singular + ending for singular in explained for ending in ("er", "ar"))
