"""`hub` in a process that a nursery starts: as it is from the command line, but for the second of importing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

from hub.cli.__main__ import main
from hub.services.payments import reading

LIVE = "hub_life:live"
WARM = (
    "hub.cli.main",
    "hub.runtime.engine",
    "hub.runtime.facade",
    "hub.runtime.serving",
    "hub.runtime.webhooks",
    "hub.api.listening",
    "hub.cli.serve_commands",
    "hub.demo.folder",
    "hub_bankgiro.plugin",
    "hub_autopay.plugin",
    "hub_demonstration_channels.plugin",
    "psycopg",
    "waitress",
    "dbos._sys_db_sqlite",
    "dbos._sys_db_postgres",
)


def live(argument: Mapping[str, Any]) -> None:
    """Run the command with its environment; what it says goes to a pipe that has a name, what it prints where told."""
    _send_stream(2, argument["said"])
    _send_stream(1, argument["printed"])
    os.environ.clear()
    os.environ.update(argument["environment"])
    reading.CHUNK_PAYMENTS = argument["chunk_payments"]
    sys.argv = ["hub", *argument["words"]]
    main()


def _send_stream(stream: int, to: str) -> None:
    opened = os.open(to, os.O_WRONLY | os.O_CREAT)
    os.dup2(opened, stream)
    os.close(opened)  # so that a pipe ends when the process does
