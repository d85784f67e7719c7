"""What sandboxes on these servers have in common: they serve while they are entered, and go wrong by name."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from types import TracebackType
from typing import Self

from hub.loopback.faults import FaultQueue
from hub.loopback.http_server import HTTP_FAULTS

Orders = Mapping[str, Callable[[int], None]]
"""By the name of a fault: what lets it happen so many times."""


def http_faults(queue: FaultQueue, target: str, *, prefix: str = "") -> Orders:
    """Return the faults of HTTP for calls of one target, such as `slow`, or `token_slow` with a prefix."""
    return {f"{prefix}{fault}": partial(queue.order, target, fault) for fault in HTTP_FAULTS}


def counted_faults(counter: Counter[str], names: Iterable[str], lock: AbstractContextManager[object]) -> Orders:
    """Return faults that a sandbox carries out itself, each counted down by it while it holds the lock."""
    return {name: partial(_count_up, counter, name, lock) for name in names}


def queued_faults(waiting: deque[str], names: Iterable[str], *, prefix: str = "") -> Orders:
    """Return faults that a sandbox carries out itself, one behind the other whatever their names."""
    return {f"{prefix}{name}": partial(_line_up, waiting, name) for name in names}


class LoopbackSandbox:
    """The half of `hub.contracts.Sandbox` that is the same for all; a plugin's own adds name, settings and `received`.

    class BankSandbox(LoopbackSandbox):
        name = "fjordbanken"

        def __init__(self, folder: Path, *, port: int = 0) -> None:
            queue = FaultQueue()
            self.server = LoopbackServer(BankSide(folder), queue, port=port)
            super().__init__(http_faults(queue, "send"), self.server)
    """

    def __init__(self, orders: Orders, *servers: AbstractContextManager[object]) -> None:
        """`servers` are entered one by one with it, and left the other way round."""
        self.orders = orders
        self._servers = servers
        self._serving = ExitStack()

    @property
    def faults(self) -> Sequence[str]:
        """The faults that can be ordered."""
        return tuple(self.orders)

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next calls, or documents, go wrong. Raises ValueError for a fault that it has not."""
        if fault not in self.orders:
            raise ValueError(f"there is no such fault as {fault}; there are {', '.join(self.orders)}")
        self.orders[fault](times)

    def __enter__(self) -> Self:
        with ExitStack() as entered:
            for server in self._servers:
                entered.enter_context(server)
            self._serving = entered.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._serving.close()


def _count_up(counter: Counter[str], name: str, lock: AbstractContextManager[object], times: int) -> None:
    with lock:
        counter[name] += times


def _line_up(waiting: deque[str], name: str, times: int) -> None:
    waiting.extend([name] * times)
