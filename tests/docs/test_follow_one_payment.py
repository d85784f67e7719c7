"""The page that follows one payment is run, block by block, and says what really happens."""

from __future__ import annotations

from pathlib import Path

from tests.docs.pages import DOCS, ROOT, blocks, named_files, run, unrun_blocks

PAGE = DOCS / "follow-one-payment.md"


def test_every_block_prints_what_the_page_says(tmp_path: Path) -> None:
    report = run(PAGE, {"home": tmp_path / "home"})

    assert not report, report


def test_every_block_is_run() -> None:
    assert list(blocks(PAGE))
    assert unrun_blocks(PAGE) == []


def test_every_file_on_the_way_is_there() -> None:
    named = named_files(PAGE)

    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).is_file()] == []
