"""How a process ends that has handed its runs on while a call of one of them got no answer.

An interpreter ends after its threads. One that waited for the call's own time to be up would go on with it beside
whoever takes the run over, and for longer than it may take to stop.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from threading import Event

_is_calling = Event()


def leave_calls_behind() -> None:
    """Note that calls are under way which nobody waits for any more."""
    _is_calling.set()


def end_without_calls(code: int) -> None:
    """End this process now if calls of it were left behind; their rows stay as when a process is killed."""
    if _is_calling.is_set():
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # nobody reads it, or it is closed
                stream.flush()
        os._exit(code)
