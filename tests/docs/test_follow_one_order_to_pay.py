"""The page that follows one order to pay is run, command by command, and says what really happens."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from test_cli_demo import run as command_line

from hub.banking_calendar import FixedClock
from tests.docs.pages import DOCS, ROOT, blocks, named_files, read, run, unrun_blocks

PAGE = DOCS / "follow-one-order-to-pay.md"
LATE = datetime(2026, 2, 10, 9, tzinfo=UTC)  # eight days after the due date


def test_every_command_prints_what_the_page_says(tmp_path: Path) -> None:
    home, clock = tmp_path / "home", FixedClock(LATE)

    def hub(line: str, *, is_shown: bool = True) -> None:
        answer = command_line(*shlex.split(line), home=home)
        sys.stdout.write(answer.output if is_shown else "")

    with (
        mock.patch.dict(os.environ),
        ExitStack() as closing,
    ):  # the page sets secrets, and starts sandboxes
        closing.enter_context(mock.patch("hub.runtime.bootstrap.SystemClock", return_value=clock))
        report = run(PAGE, {"home": home, "closing": closing, "clock": clock, "hub": hub})

    assert not report, report


def test_every_block_is_run() -> None:
    assert list(blocks(PAGE))
    assert unrun_blocks(PAGE) == []


def test_every_file_on_the_way_is_there() -> None:
    named = named_files(PAGE)

    assert len(named) > 4
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_page_shows_the_whole_way() -> None:
    states = ("filed", "receipt ok", "confirmed", "ordered", "served", "reduced", "decided", "closed")

    assert [one for one in states if one not in read(PAGE)] == []
