"""The time of the operations on one connection: when it is up, the connection is cut, whatever is waited for."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Condition, Thread

from hub.transports.steady_time import steady_ns

_S = 1_000_000_000


class Watch:
    """One thread watches one socket; it sleeps to the nearest end, so that an operation costs it nothing.

    A connection that nobody uses for `kept_for_s` is cut too.
    """

    def __init__(self, watched: socket.socket, *, first_ends_ns: int, kept_for_s: float) -> None:
        """Watch from now; the first operation, connecting, has begun already."""
        self._socket = watched
        self._kept_ns = round(kept_for_s * _S)
        self._ends_ns = self._wakes_ns = first_ends_ns
        self._is_closed = False
        self.is_over = False
        self._changed = Condition()
        self._thread = Thread(target=self._look_after, name="connection watch", daemon=True)
        self._thread.start()

    def begin(self, longest_s: float) -> None:
        """Begin an operation that may take so long."""
        self._set_end(steady_ns() + round(longest_s * _S))

    def end(self) -> None:
        """The operation has ended; the connection may rest."""
        self._set_end(steady_ns() + self._kept_ns)

    def refuse_when_over(self) -> None:
        """Let nothing more be sent when the time is up: others may have gone on without us. Raises TimeoutError."""
        if self.is_over or steady_ns() >= self._ends_ns:
            self.is_over = True
            raise TimeoutError("the time was up")

    def close(self) -> None:
        """Watch no more: from here on the socket is left alone, and the thread ends by itself, at its time
        at the latest.

        Nothing is waited for, since what is found to be garbage is closed by any thread, the watching one too.
        """
        with self._changed:
            self._is_closed = True
            self._changed.notify()

    def _set_end(self, ends_ns: int) -> None:
        with self._changed:
            self._ends_ns = ends_ns
            if ends_ns < self._wakes_ns:
                self._changed.notify()

    def _look_after(self) -> None:
        with self._changed:
            while not self._is_closed:
                left_ns = self._ends_ns - steady_ns()
                if left_ns <= 0:
                    self.is_over = True
                    with suppress(OSError):  # it has ended by itself
                        self._socket.shutdown(socket.SHUT_RDWR)
                    return
                self._wakes_ns = self._ends_ns
                self._changed.wait(left_ns / _S)
