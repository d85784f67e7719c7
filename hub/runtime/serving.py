"""A process that works until it is told to stop: its node, its clock, and how others see that it is well."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from hub.errors import ConfigurationError
from hub.model.nodes import Node
from hub.runtime.bootstrap import Installation
from hub.runtime.clock import Clockwork
from hub.runtime.health import health_page
from hub.runtime.lock import is_locked
from hub.runtime.logs import logger
from hub.runtime.membership import is_alive
from hub.runtime.node import WorkingNode
from hub.runtime.stop_signals import stop_signals

LOOK_S = 0.5

Door = Callable[[Installation], AbstractContextManager[object]]
"""What is open for others while a node works."""

_log = logger("node")


def serve(
    installation: Installation,
    *,
    name: str = "",
    health_port: int | None = None,
    lock_timeout_s: float = 0,
    door: Door | None = None,
) -> None:
    """Carry out runs and fire schedules, for all tenants, until SIGTERM or SIGINT; then stop cleanly.

    `door` is opened last and closed first, so that whoever comes through it finds a node at work.

    Raises:
        TransientError: another process works on this SQLite database, or has this node's name, from the start or by
            taking this node for gone: what watches over processes starts it again.
        ConfigurationError: a node with other plugins or settings works, or the door cannot be opened.
    """
    node = WorkingNode(installation, name=name)
    with ExitStack() as stack:
        signals = stack.enter_context(stop_signals())
        stack.enter_context(node.at_work(lock_timeout_s=lock_timeout_s))
        clock = Clockwork(installation, node=node.name, agrees_on_tenants=node.agrees_on_tenants)
        clock.start()
        stack.callback(clock.stop)
        if health_port is not None:
            stack.enter_context(health_page(health_port, lambda: living(installation, node.name)))
        if door is not None:
            stack.enter_context(door(installation))
        _log.info("node works", node=node.name)
        while not (node.wait(0) or signals.wait(LOOK_S)):
            pass
        node.stop()  # at once, before the door and the clock have closed
        _log.info("node stops", node=node.name)


def refuse_sqlite(installation: Installation) -> None:
    """Raise ConfigurationError where only one process may work."""
    if installation.engine.dialect.name == "sqlite":
        raise ConfigurationError(
            "on SQLite one process does all the work", where="database.url", hint="use: hub serve; or PostgreSQL"
        )


def living(installation: Installation, name: str = "") -> list[Node]:
    """Return the nodes that are alive; with a name, that one if it is. On SQLite none is when its lock is free."""
    database = installation.engine
    if database.dialect.name == "sqlite" and not is_locked(database.url.database):
        return []
    silent_after_s = installation.home.config.engine.silent_after_s
    alive = [node for node in installation.nodes.all() if is_alive(node, silent_after_s)]
    return [node for node in alive if not name or node.name == name]


def why_queued(installation: Installation) -> str:
    """Say why what was asked for is still queued: who works at it, or that nobody does and what to start."""
    database = installation.engine
    if database.dialect.name == "sqlite":
        if is_locked(database.url.database):
            return "another process is working in this home; what you asked for is queued"
        return "what you asked for is queued; the next command takes it up"
    names = ", ".join(node.name for node in living(installation))
    if names:
        return f"what you asked for is queued; at work on this database: {names}"
    return "what you asked for is queued, and no process works on this database now; start: hub worker (or hub serve)"
