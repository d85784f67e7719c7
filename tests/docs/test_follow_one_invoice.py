"""The page that follows one invoice is run, block by block, against real sandboxes, and says what really happens."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

from tests.docs.pages import DOCS, ROOT, blocks, named_files, read, run, unrun_blocks

PAGE = DOCS / "follow-one-invoice.md"


def test_every_block_prints_what_the_page_says(tmp_path: Path) -> None:
    with mock.patch.dict(os.environ), ExitStack() as closing:  # the page sets secrets, and starts servers
        report = run(PAGE, {"home": tmp_path / "home", "closing": closing})

    assert not report, report


def test_every_block_is_run() -> None:
    assert list(blocks(PAGE))
    assert unrun_blocks(PAGE) == []


def test_every_file_on_the_way_is_there() -> None:
    named = named_files(PAGE)

    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_page_shows_all_that_may_become_of_an_invoice_and_names_no_port() -> None:
    assert {"skipped", "returned", "delivered"} <= set(re.findall(r"^\d \w+ (\w+) - ", read(PAGE), re.MULTILINE))
    assert not re.search(r"127\.0\.0\.1|localhost|:\d{4,5}\b", read(PAGE))
