"""`hub` in a process that a nursery starts: as it is from the command line, but for the second of importing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from hub.cli.main import main
from hub.services.payments import reading

WARM = ("hub.runtime.engine", "hub.runtime.facade", "hub.demo.folder", "hub_bankgiro", "psycopg")


def live(argument: Mapping[str, Any]) -> None:
    """Run the command with its environment; what it says goes to a pipe that has a name."""
    said = os.open(argument["said"], os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.close(said)  # so that the pipe ends when the process does
    os.environ.clear()
    os.environ.update(argument["environment"])
    reading.CHUNK_PAYMENTS = argument["chunk_payments"]
    sys.argv = ["hub", *argument["words"]]
    main()
