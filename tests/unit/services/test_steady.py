"""The steady clock is one for all processes of a machine, and one for each process where the system has none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.services.attempts import steady
from hub.services.attempts.steady import steady_clock

PRINT_IT = "from hub.services.attempts.steady import steady_clock as s; print(*s()())"


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    steady_clock.cache_clear()
    yield
    steady_clock.cache_clear()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such clock")
def test_processes_of_a_machine_share_it() -> None:
    before = steady_clock()()
    said = subprocess.run([sys.executable, "-c", PRINT_IT], capture_output=True, text=True, check=True).stdout.split()
    after = steady_clock()()

    assert said[0] == before.clock == after.clock
    assert before.at_ms <= int(said[1]) <= after.at_ms


def test_a_process_has_its_own_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "_THIS_START_OF_THE_SYSTEM", Path("nowhere"))

    here = steady_clock()()
    again = steady_clock()()
    steady_clock.cache_clear()
    elsewhere = steady_clock()()

    assert here.clock == again.clock != elsewhere.clock
    assert here.at_ms <= again.at_ms
