"""What must not happen beside work: who does it makes sure that no process carries out runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from hub.errors import TransientError
from hub.model.nodes import Node
from hub.runtime.lock import work_lock
from hub.runtime.membership import is_alive

STOP_FIRST = "stop it, then again; nothing was changed"


@contextmanager
def sole_worker(database: str | None, timeout_s: float) -> Iterator[None]:
    """Hold the lock of an SQLite database; TransientError when another process holds it for longer."""
    with ExitStack() as stack:
        try:
            stack.enter_context(work_lock(database, timeout_s=timeout_s))
        except TransientError:
            raise TransientError(f"another process works on this database: {STOP_FIRST}") from None
        yield


def refuse_living(nodes: Sequence[Node], silent_after_s: float) -> None:
    """Raise TransientError when a node is alive, or was killed elsewhere so lately that it cannot be told."""
    alive = [node.name for node in nodes if is_alive(node, silent_after_s)]
    if alive:
        raise TransientError(f"a node works: {', '.join(alive)}; {STOP_FIRST}")
