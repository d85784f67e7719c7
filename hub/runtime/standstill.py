"""What must not happen beside work: who does it makes sure that no process carries out runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hub.errors import TransientError
from hub.model.nodes import Node
from hub.runtime.lock import home_lock

STOP_FIRST = "stop it, then again; nothing was changed"


@contextmanager
def sole_worker(home: Path, timeout_s: float) -> Iterator[None]:
    """Hold the lock of a home on SQLite; TransientError when another process holds it for longer."""
    with ExitStack() as stack:
        try:
            stack.enter_context(home_lock(home, timeout_s=timeout_s))
        except TransientError:
            raise TransientError(f"another process works in this home: {STOP_FIRST}") from None
        yield


def refuse_living(nodes: Sequence[Node], silent_after_s: float) -> None:
    """Raise TransientError when a node is alive, or was killed so lately that it cannot be told."""
    alive = [node.name for node in nodes if node.is_alive(silent_after_s)]
    if alive:
        raise TransientError(f"a node works: {', '.join(alive)}; {STOP_FIRST}")
