"""A worker that says what it is at: the command itself, with its methods wrapped in this process alone."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hub.testing.killing.marks import Aim, Marks
from hub.testing.killing.moments import found, mark_moments, write_the_row_after_the_call

PROGRAM = "hub.cli.__main__:main"
WAITS_IN = "hub.runtime.node:WorkingNode.wait"


class Life(NamedTuple):
    """What one worker is started with."""

    words: Sequence[str]  # of the command, such as ("serve", "--home", "…")
    marks: str  # the file of its marks
    aim: Sequence[Any] = Aim()
    constants: Mapping[str, int] = {}  # the product's own, by `module:NAME`, changed for this process
    row_after_call: bool = False


def live(argument: Mapping[str, Any]) -> None:
    """Run the command until it is killed."""
    life = Life(**argument)
    for path, value in life.constants.items():
        setattr(*found(path), value)
    if life.row_after_call:
        write_the_row_after_the_call()
    mark_moments(Marks(Path(life.marks), Aim(*life.aim)), waits_in=WAITS_IN)
    sys.argv = ["hub", *life.words]
    owner, name = found(PROGRAM)
    getattr(owner, name)()
