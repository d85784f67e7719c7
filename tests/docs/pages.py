"""Finds the project's pages and the blocks in them."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

_FENCE = "```"
_PATH = re.compile(r"`((?:hub|plugins|tests)/[\w./-]+)`")
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


def run(page: Path, given: Mapping[str, Any]) -> str:
    """Run the blocks of a page in order, with the same names; return where they print something else than it says."""
    parser = doctest.DocTestParser()
    example_page = doctest.DocTest([], dict(given), page.name, str(page), 0, None)
    for block in blocks(page):
        examples = parser.get_examples(block.text)
        for example in examples:
            example.lineno += block.line - 1
        example_page.examples += examples
    report: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example_page, out=report.append)
    return "".join(report)


def unrun_blocks(page: Path) -> list[int]:
    """Return the lines of blocks that `run` leaves out."""
    return [block.line for block in blocks(page) if block.language != "pycon" or ">>>" not in block.text]


def named_files(page: Path) -> list[str]:
    """Return the files of the project that a page names."""
    return _PATH.findall(read(page))


def local_links(page: Path) -> list[str]:
    """Return the links of a page that lead to files of the project."""
    return [link for link in _LINK.findall(read(page)) if "://" not in link]


def project_pages() -> list[Path]:
    """Return the pages that are about the whole project."""
    return sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
