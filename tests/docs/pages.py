"""Finds the project's pages and the blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = "```"
_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


class Block(NamedTuple):
    """A fenced block; `line` is the 1-based line of its first line of text."""

    language: str
    line: int
    text: str


def read(page: Path) -> str:
    """Return the text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    language, first, gathered = None, 0, list[str]()
    for number, line in enumerate(read(page).splitlines(), 1):
        if not line.startswith(_FENCE):
            gathered.append(line)
        elif language is None:
            language, first, gathered = line.removeprefix(_FENCE).strip(), number + 1, []
        else:
            yield Block(language, first, "\n".join(gathered) + "\n")
            language = None
    assert language is None, f"{page.name}: a block has no end"


def local_links(page: Path) -> list[str]:
    """Return the links of a page that lead to files of the project."""
    return [link for link in _LINK.findall(read(page)) if "://" not in link]


def project_pages() -> list[Path]:
    """Return the pages that are about the whole project."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
