"""A node among the others: its row, its heartbeat, and who has fallen silent."""

from __future__ import annotations

import os
import socket
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
        """Say that this node has stopped."""
        self._nodes.stop(self.name, self._process)

    def silent(self) -> list[str]:
        """Return the names of other nodes that have stopped, died on this host, or were not heard of for too long."""
        return [node.name for node in self._nodes.all() if node.name != self.name and not self._is_alive(node)]

    def forget_old(self) -> None:
        """Delete the rows of nodes that were last heard of a week ago."""
        self._nodes.forget([node.name for node in self._nodes.all() if node.silent_s > OLD_S])

    def keep_since(self) -> str:
        """Return the time before which finished turns may be forgotten."""
        return (datetime.now(UTC) - timedelta(days=self._limits.keep_finished_days)).isoformat()

    def _take(self, name: str, gone: Node | None) -> bool:
        return self._nodes.register(name, host=self._host, process=self._process, plugins=self._plugins, if_gone=gone)

    def _is_alive(self, node: Node) -> bool:
        if node.host == self._host and not _runs(node.process):
            return False
        return node.is_alive(self._limits.silent_after_s)

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
