"""Signals that stop a process, at every moment of its main thread."""

from __future__ import annotations

import signal
import sys
import threading

import pytest

from hub.runtime.stop_signals import STOPPING, StopSignals, stop_signals


@pytest.mark.parametrize("number", STOPPING)
def test_a_signal_is_heard_while_the_main_thread_waits_and_the_handler_of_before_is_back_afterwards(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    with stop_signals() as signals:
        assert not signals.wait(0)
        signal.raise_signal(number)
        assert signals.wait(30)
        assert signals.wait(30), "whoever looks again sees it too"
    assert signal.getsignal(number) is before


def test_a_handler_that_is_interrupted_anywhere_by_the_next_signal_waits_for_nothing() -> None:
    hearing = threading.Thread(target=_hear_inside_itself, daemon=True)
    hearing.start()
    hearing.join(10)
    assert not hearing.is_alive(), "a handler waits for what the handler that it interrupted holds"


def _hear_inside_itself() -> None:
    """Come again at each step of a handler, as a signal may; the handler that comes is let through."""
    signals = StopSignals()
    is_inside = False

    def step(*_: object) -> None:
        nonlocal is_inside
        if not is_inside:
            is_inside = True
            signals.hear(signal.SIGTERM)
            is_inside = False

    sys.setprofile(step)
    signals.hear(signal.SIGTERM)
    sys.setprofile(None)
    assert signals.wait(0)


def test_a_thread_beside_the_main_one_hears_nothing_and_changes_no_handler() -> None:
    handlers = []

    def look() -> None:
        with stop_signals() as signals:
            handlers.append((signal.getsignal(signal.SIGTERM), signals.wait(0)))

    beside = threading.Thread(target=look)
    beside.start()
    beside.join()
    assert handlers == [(signal.getsignal(signal.SIGTERM), False)]
