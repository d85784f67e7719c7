"""A node among the others: its row, its heartbeat, what nodes must agree on, and who has fallen silent."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from secrets import token_hex

from hub.errors import ConfigurationError, TransientError
from hub.model.nodes import Node
from hub.runtime.config import EngineSettings
from hub.store.nodes import SqlNodes

MOST_NODES_ON_A_HOST = 64
SURE_BEATS = 2  # a node that has missed more may have been killed
OLD_S = 7 * 24 * 3600  # a node that stopped so long ago is not shown any more

_left: set[str] = set()  # the tokens of nodes that this process has been


class Membership:
    """One node's place among those of an installation."""

    def __init__(
        self,
        nodes: SqlNodes,
        limits: EngineSettings,
        *,
        wanted_name: str,
        may_take_another: bool,
        plugins: str,
        tenants: str = "",
        is_alone: bool = False,
    ) -> None:
        """With `may_take_another` a number is put behind a name that is taken.

        `is_alone` says that a lock proves every other node to be gone.
        """
        self._nodes = nodes
        self._limits = limits
        self._is_alone = is_alone
        self._host = socket.gethostname()
        self._names = [wanted_name]
        if may_take_another:
            self._names += [f"{wanted_name}-{number}" for number in range(2, MOST_NODES_ON_A_HOST + 1)]
        settings = json.dumps(limits.model_dump(mode="json"), sort_keys=True)
        self._own = Node(
            wanted_name, "", self._host, os.getpid(), process_space(), plugins, settings, tenants, 0, 0, None, 0
        )
        self._heard: dict[str, tuple[int, int]] = {}  # each node's last heartbeat, and when we first saw it, in ns

    @property
    def name(self) -> str:
        """What this node is called, known once it has joined."""
        return self._own.name

    @property
    def token(self) -> str:
        """What tells this start of the node from every other."""
        return self._own.token

    def join(self) -> None:
        """Take the first free name.

        Raises:
            ConfigurationError: a living node has other plugins or other settings, so that two would do things in two
                ways.
            TransientError: the name is taken by a living node; or one that has others may have been killed, and is to
                be silent for longer before it counts as gone.
        """
        known = {node.name: node for node in self._nodes.all()}
        alive = {name: node for name, node in known.items() if not self._is_alone and self._is_alive(node)}
        for node in sorted(alive.values(), key=self._surely_works, reverse=True):
            self._refuse_disagreement(node)
        for name in self._names:
            self._own = self._own._replace(name=name, token=f"{name}:{token_hex(8)}")
            if name not in alive and self._nodes.register(self._own, if_gone=known.get(name)):
                return
        raise TransientError(f"a node called {self._names[0]} works already; stop it, or give this one another name")

    def beat(self) -> bool:
        """Say that this node is alive; False when another has taken its name."""
        return self._nodes.beat(self.token)

    def leave(self) -> None:
        """Say that this node has stopped; while the database is away, its silence says it to other processes."""
        _left.add(self.token)
        with suppress(TransientError):
            self._nodes.stop(self.token)

    def at_work(self) -> set[str]:
        """Return the tokens of this node and of those that have not stopped, died here, or been silent for too long.

        How long is told by this process's own steady clock: the database's may jump, and all would seem silent at once.
        """
        others = [] if self._is_alone else self._others()
        alive = {node.token for node in others if self._is_heard_of(node)}
        self._heard = {node.token: self._heard[node.token] for node in others if node.token in self._heard}
        return {self.token, *alive}

    def agrees_on_tenants(self) -> bool:
        """Say whether every living node has the same tenants in its home as this one."""
        others = [] if self._is_alone else self._others()
        return all(node.tenants == self._own.tenants for node in others if self._is_alive(node))

    def replaced_by(self) -> str | None:
        """Return the living node that disagrees and began after this one, which then was silent; else None."""
        nodes = self._nodes.all()
        own = next((node for node in nodes if node.token == self.token), None)
        for node in nodes:
            is_later = own is not None and (node.started_at, node.name) > (own.started_at, own.name)
            if is_later and _disagreement(node, self._own) and self._is_alive(node):
                return node.name
        return None

    def forget_old(self) -> None:
        """Delete the rows of nodes that were last heard of a week ago."""
        self._nodes.forget(
            [node.token for node in self._others() if node.silent_s > OLD_S and not self._is_heard_of(node)]
        )

    def keep_since(self) -> str:
        """Return the time before which finished turns may be forgotten."""
        return (datetime.now(UTC) - timedelta(days=self._limits.keep_finished_days)).isoformat()

    def _others(self) -> list[Node]:
        return [node for node in self._nodes.all() if node.token != self.token]

    def _is_alive(self, node: Node) -> bool:
        return is_alive(node, self._limits.silent_after_s)

    def _is_heard_of(self, node: Node) -> bool:
        if node.stopped_at is not None or _has_died_here(node):
            return False
        seen_at, since_ns = self._heard.get(node.token, (None, 0))
        if seen_at != node.seen_at:
            self._heard[node.token] = (node.seen_at, time.monotonic_ns())
            return True
        return time.monotonic_ns() - since_ns <= self._limits.silent_after_s * 10**9

    def _refuse_disagreement(self, node: Node) -> None:
        disagreement = _disagreement(node, self._own)
        if disagreement is None:
            return
        what, there, here = disagreement
        others = f"with other {what}: it has {there}; here is {here}"
        if self._surely_works(node):
            raise ConfigurationError(
                f"node {node.name} works {others}", hint="make them equal on both, or stop that node first"
            )
        raise TransientError(
            f"node {node.name} worked {others}; it was heard of {node.silent_s} s ago and has not stopped: if it was "
            f"killed, try again when it has been silent for {self._limits.silent_after_s} s"
        )

    def _surely_works(self, node: Node) -> bool:
        """Say of a living node that it is not what a killed one has left, such as this one before a power cut."""
        if _is_from_here(node):
            return True  # its process runs
        return node.name not in self._names and node.was_heard_of(SURE_BEATS * self._limits.heartbeat_s)


def is_alive(node: Node, silent_after_s: float) -> bool:
    """Say whether a node works, as far as a process can tell that may not be one itself."""
    return not _has_died_here(node) and node.was_heard_of(silent_after_s)


@cache
def process_space() -> str:
    """Return where process numbers count: this boot of this machine, and which of its containers.

    Hosts may share a name, and containers their numbers. Empty where the system does not tell: silence tells it then.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return ""


def _has_died_here(node: Node) -> bool:
    return _is_from_here(node) and (node.token in _left or not _runs(node.process))


def _is_from_here(node: Node) -> bool:
    """Say whether its process number means the same to us, so that we can look."""
    return bool(node.process_space) and (node.host, node.process_space) == (socket.gethostname(), process_space())


def _disagreement(node: Node, own: Node) -> tuple[str, str, str] | None:
    """Return in what two nodes differ that must not, and how it is with each; None when they agree."""
    if node.plugins != own.plugins:
        return "plugins", node.plugins, own.plugins
    if node.settings != own.settings:
        there, here = json.loads(node.settings), json.loads(own.settings)
        name = next(name for name in {**there, **here} if there.get(name) != here.get(name))
        return f"settings, engine.{name}", json.dumps(there.get(name)), json.dumps(here.get(name))
    return None


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
