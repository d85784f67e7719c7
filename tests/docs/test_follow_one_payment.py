"""The page that follows one payment is run, block by block, and says what really happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from tests.docs.pages import DOCS, ROOT, blocks, read

PAGE = DOCS / "follow-one-payment.md"
_PATH = re.compile(r"`((?:hub|plugins|tests)/[\w./-]+)`")


def test_every_block_prints_what_the_page_says(tmp_path: Path) -> None:
    parser = doctest.DocTestParser()
    page = doctest.DocTest([], {"home": tmp_path / "home"}, PAGE.name, str(PAGE), 0, None)
    for block in blocks(PAGE):
        examples = parser.get_examples(block.text)
        for example in examples:
            example.lineno += block.line - 1
        page.examples += examples
    report: list[str] = []

    result = doctest.DocTestRunner(verbose=False).run(page, out=report.append)

    assert not result.failed, "".join(report)


def test_every_block_is_run() -> None:
    unrun = [block.line for block in blocks(PAGE) if block.language != "pycon" or ">>>" not in block.text]

    assert list(blocks(PAGE))
    assert unrun == []


def test_every_file_on_the_way_is_there() -> None:
    named = _PATH.findall(read(PAGE))

    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []
