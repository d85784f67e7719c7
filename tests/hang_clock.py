"""A clock that ends a test which hangs, as a failure that says where every thread stands."""

from __future__ import annotations

import faulthandler
import os
import time
from collections.abc import Iterator

import pytest

HANGS_AFTER_S = 300.0


class HangClock:
    """A plugin of pytest; each winding starts a thread, so it is wound up once in a while and not for every test.

    pytest stops it when a test has failed, and while a person looks at one: what comes behind may hang all the same.
    """

    def __init__(self, hangs_after_s: float = HANGS_AFTER_S) -> None:
        """Begin before what tests print is caught."""
        self._stderr = os.dup(2)
        self._hangs_after_s = hangs_after_s
        self._is_wound_until_s = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        if time.monotonic() > self._is_wound_until_s:
            self._wind()
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_exception_interact(self) -> None:
        self._wind()

    def pytest_leave_pdb(self) -> None:
        self._wind()

    def pytest_unconfigure(self) -> None:
        faulthandler.cancel_dump_traceback_later()
        os.close(self._stderr)

    def _wind(self) -> None:
        self._is_wound_until_s = time.monotonic() + self._hangs_after_s / 10
        faulthandler.dump_traceback_later(self._hangs_after_s, exit=True, file=self._stderr)
