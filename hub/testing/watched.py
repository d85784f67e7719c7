"""Watches what code does beside its answer: connections it opens, files it writes, memory it holds."""

from __future__ import annotations

import builtins
import io
import logging
import os
import socket
import tracemalloc
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager
from threading import get_ident
from typing import Any
from unittest.mock import patch

MEGABYTE = 1024 * 1024
_WRITING = frozenset("wax+")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Refuse every connection and name look-up, and gather what was tried: code may swallow the refusal."""
    tried: list[str] = []

    def refuse(what: str) -> Callable[..., Any]:
        def refused(*_: object, **__: object) -> Any:
            tried.append(what)
            raise OSError(f"{what} is refused by the conformance kit")

        return refused

    with ExitStack() as stack:
        for name in ("connect", "connect_ex", "sendto"):
            stack.enter_context(patch.object(socket.socket, name, refuse(f"socket.{name}")))
        for name in ("create_connection", "getaddrinfo", "gethostbyname"):
            stack.enter_context(patch.object(socket, name, refuse(f"socket.{name}")))
        yield tried


@contextmanager
def no_writing() -> Iterator[list[str]]:
    """Gather files that are opened for writing; the opening itself goes on."""
    tried: list[str] = []
    real_open, real_os_open = builtins.open, os.open

    def watching_open(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if _WRITING & set(mode):
            tried.append(f"open in mode {mode}")
        return real_open(file, mode, *arguments, **named)

    def watching_os_open(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        if flags & _WRITE_FLAGS:
            tried.append("os.open for writing")
        return real_os_open(path, flags, *arguments, **named)

    with ExitStack() as stack:
        stack.enter_context(patch.object(builtins, "open", watching_open))
        stack.enter_context(patch.object(io, "open", watching_open))
        stack.enter_context(patch.object(os, "open", watching_os_open))
        yield tried


@contextmanager
def log_lines(callers: Set[int] = frozenset()) -> Iterator[list[str]]:
    """Gather what is logged: by the hub and its plugins at every level, by libraries warnings and worse.

    Where several threads are watched at once, `callers` has their identifiers: each is told what it logs itself and
    what a thread logs that is none of them. Somebody watches all the while, or the first to end lowers the level.
    """
    gathered = _Gathering(callers)
    root = logging.getLogger()
    level = root.level
    root.addHandler(gathered)
    root.setLevel(logging.DEBUG)
    try:
        yield gathered.lines
    finally:
        root.setLevel(level)
        root.removeHandler(gathered)


class _Gathering(logging.Handler):
    def __init__(self, callers: Set[int]) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self._own, self._callers = get_ident(), callers

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread != self._own and record.thread in self._callers:
            return
        if record.name.startswith("hub") or record.levelno >= logging.WARNING:
            self.lines.append(self.format(record))


def peak_megabytes(work: Callable[[], object]) -> float:
    """Return how much more memory Python held at most while `work` ran; what C libraries hold is not seen."""
    was_tracing = tracemalloc.is_tracing()
    if not was_tracing:
        tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        work()
        return (tracemalloc.get_traced_memory()[1] - before) / MEGABYTE
    finally:
        if not was_tracing:
            tracemalloc.stop()
