"""When the files of a folder were first seen as they are, kept until the next look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from hub.contracts.context import PluginContext
from hub.contracts.transports import RemoteFile
from hub.transports.steady_time import steady_ns

MOST_KEPT = 10_000  # files of one folder; the rest has its turn when these have been taken away
_NS = 1_000_000_000

Seen = Mapping[RemoteFile, int]
"""When each file was first seen so, in nanoseconds of the clock that goes with it."""


class Looks(Protocol):
    """What is known of earlier looks at one folder."""

    def now_ns(self) -> int:
        """Return the time in nanoseconds."""
        ...

    def last(self) -> Seen:
        """Return what was seen at the last look."""
        ...

    def keep(self, seen: Seen) -> None:
        """Keep what was seen at this one."""
        ...


class OwnLooks:
    """Looks of one folder object, forgotten with it."""

    def __init__(self) -> None:
        self._seen: Seen = {}

    def now_ns(self) -> int:
        """Return the time by a clock that nobody sets."""
        return steady_ns()

    def last(self) -> Seen:
        """Return what was seen at the last look."""
        return self._seen

    def keep(self, seen: Seen) -> None:
        """Keep what was seen at this one."""
        self._seen = seen


class SharedLooks:
    """Looks that all processes of the hub share: each may look once, and be another one than the last.

    They may be lost, or another process may be faster: then a file comes to rest later.
    """

    def __init__(self, context: PluginContext, where: str) -> None:
        """`where` is the setting that leads to the folder."""
        self._context = context
        self._name = f"looks:{where}"
        self._version: int | None = None
        self._known: str | None = None

    def now_ns(self) -> int:
        """Return the time by the hub's clock."""
        return round(self._context.clock.now().timestamp() * _NS)

    def last(self) -> Seen:
        """Return what was seen at the last look of any process."""
        kept = self._context.state.get(self._name)
        self._known, self._version = (None, None) if kept is None else kept
        now_ns = self.now_ns()  # a clock that was set back holds nothing up for longer
        return {} if self._known is None else {file: min(since_ns, now_ns) for file, since_ns in _read(self._known)}

    def keep(self, seen: Seen) -> None:
        """Keep what was seen at this one, unless another process has looked meanwhile."""
        oldest_first = sorted(seen.items(), key=lambda one: (one[0].changed_s, one[0].name))
        written = json.dumps([[*file, since_ns] for file, since_ns in oldest_first[:MOST_KEPT]])
        if written != self._known:
            self._context.state.put(self._name, written, expected_version=self._version)


def _read(written: str) -> list[tuple[RemoteFile, int]]:
    return [(RemoteFile(*file), since_ns) for *file, since_ns in json.loads(written)]
