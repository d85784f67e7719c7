"""`hub` in a process that a nursery starts: as it is from the command line, but for the second of importing."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping
from typing import Any

from hub.cli.__main__ import main
from hub.services.payments import reading

LIVE, LIVE_WITHOUT_PRIVILEGES = "hub_life:live", "hub_life:live_without_privileges"
LINUX_CAPABILITY_VERSION_3 = 0x20080522
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


def live_without_privileges(argument: Mapping[str, Any]) -> None:
    """Run it so that rights of files hold for it, where the tests are root's too; privileges are Linux's."""
    if os.getuid() == 0:
        header, no_capabilities = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None).capset(header, no_capabilities) == 0
    live(argument)


def _send_stream(stream: int, to: str) -> None:
    opened = os.open(to, os.O_WRONLY | os.O_CREAT)
    os.dup2(opened, stream)
    os.close(opened)  # so that a pipe ends when the process does
