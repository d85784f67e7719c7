"""A node among the others: its row, its heartbeat, and who has fallen silent."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hub.errors import ConfigurationError, TransientError
from hub.model.nodes import Node
from hub.runtime.config import EngineSettings
from hub.store.nodes import SqlNodes

MOST_NODES_ON_A_HOST = 64
OLD_S = 7 * 24 * 3600  # a node that stopped so long ago is not shown any more


class Membership:
    """One node's place among those of an installation."""

    def __init__(
        self, nodes: SqlNodes, limits: EngineSettings, *, wanted_name: str, may_take_another: bool, plugins: str
    ) -> None:
        """With `may_take_another` a number is put behind a name that is taken."""
        self._nodes = nodes
        self._limits = limits
        self._plugins = plugins
        self._process = os.getpid()
        self._host = _where_processes_are_numbered()
        self._names = [wanted_name]
        if may_take_another:
            self._names += [f"{wanted_name}-{number}" for number in range(2, MOST_NODES_ON_A_HOST + 1)]
        self.name = wanted_name
        self._heard: dict[str, tuple[int, int]] = {}  # each node's last heartbeat, and when we first saw it, in ns

    def join(self, *, is_alone: bool) -> list[str]:
        """Take the first free name; return the names of nodes that are gone.

        `is_alone` says that a lock proves every other node to be gone.

        Raises:
            ConfigurationError: a living node has other plugins, so that the same file might be read in two ways.
            TransientError: the name is taken by a living node.
        """
        known = {node.name: node for node in self._nodes.all()}
        alive = {name for name, node in known.items() if not is_alone and self._is_alive(node)}
        for name in sorted(alive):
            self._refuse_other_plugins(known[name])
        for name in self._names:
            if name not in alive and self._take(name, known.get(name)):
                self.name = name
                return [name for name in known if name not in alive]
        raise TransientError(f"a node called {self._names[0]} works already; stop it, or give this one another name")

    def beat(self) -> bool:
        """Say that this node is alive; False when another has taken its name."""
        return self._nodes.beat(self.name, self._process)

    def leave(self) -> None:
        """Say that this node has stopped; while the database is away, its silence says it."""
        with suppress(TransientError):
            self._nodes.stop(self.name, self._process)

    def silent(self) -> list[str]:
        """Return the names of other nodes that have stopped, died on this host, or were not heard of for too long.

        How long is told by this process's own steady clock: the database's may jump, and all would seem silent at once.
        """
        return [node.name for node in self._others() if not self._is_heard_of(node)]

    def replaced_by(self) -> str | None:
        """Return the living node with other plugins that began after this one, which then was silent; else None."""
        nodes = self._nodes.all()
        own = next((node for node in nodes if node.name == self.name), None)
        for node in nodes:
            is_later = own is not None and (node.started_at, node.name) > (own.started_at, own.name)
            if is_later and node.plugins != self._plugins and self._is_alive(node):
                return node.name
        return None

    def forget_old(self) -> None:
        """Delete the rows of nodes that were last heard of a week ago."""
        self._nodes.forget(
            [node.name for node in self._others() if node.silent_s > OLD_S and not self._is_heard_of(node)]
        )

    def keep_since(self) -> str:
        """Return the time before which finished turns may be forgotten."""
        return (datetime.now(UTC) - timedelta(days=self._limits.keep_finished_days)).isoformat()

    def _take(self, name: str, gone: Node | None) -> bool:
        return self._nodes.register(name, host=self._host, process=self._process, plugins=self._plugins, if_gone=gone)

    def _others(self) -> list[Node]:
        return [node for node in self._nodes.all() if node.name != self.name]

    def _is_alive(self, node: Node) -> bool:
        return not self._has_died_here(node) and node.is_alive(self._limits.silent_after_s)

    def _is_heard_of(self, node: Node) -> bool:
        if node.stopped_at is not None or self._has_died_here(node):
            return False
        seen_at, since_ns = self._heard.get(node.name, (None, 0))
        if seen_at != node.seen_at:
            self._heard[node.name] = (node.seen_at, time.monotonic_ns())
            return True
        return time.monotonic_ns() - since_ns <= self._limits.silent_after_s * 10**9

    def _has_died_here(self, node: Node) -> bool:
        return node.host == self._host and not _runs(node.process)

    def _refuse_other_plugins(self, node: Node) -> None:
        if node.plugins != self._plugins:
            raise ConfigurationError(
                f"node {node.name} works with other plugins: it has {node.plugins}; here is {self._plugins}",
                hint="install the same versions on both, or stop that node first",
            )


def _where_processes_are_numbered() -> str:
    """Return the host's name, and which of its containers: two of them may share a name, not their process numbers."""
    try:
        return f"{socket.gethostname()}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def _runs(process: int) -> bool:
    """Say whether a process of this host runs; one of another user counts, and where we cannot ask, any does."""
    if os.name == "nt":  # asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
