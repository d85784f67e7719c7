"""Measure whole processes: wall time, processor time and peak memory, as the operating system accounts for them.

This module imports nothing large on purpose: a child's peak memory starts at what its parent held when it was started.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

BYTES_A_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


class Figure(NamedTuple):
    """One finished process; `answer` is the last line it printed."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    answer: str


class ProcessFailed(Exception):
    """A measured process ended with an error; the message is the end of what it printed."""


def run_once(command: Sequence[str]) -> Figure:
    """Run a command to its end and return its figures.

    Raises:
        ProcessFailed: it ended with an error.
    """
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode(errors="replace").strip()
    if process.returncode:
        raise ProcessFailed(f"{' '.join(command)} ended with {process.returncode}: {printed[-500:]}")
    answer = printed.splitlines()[-1] if printed else ""
    return Figure(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * BYTES_A_UNIT / 2**20, answer)


def alternate(
    commands: Mapping[str, Sequence[str]], rounds: Mapping[str, int], before_each: Callable[[str], None] | None = None
) -> dict[str, list[Figure]]:
    """Run commands in turn, A B C A B C, so that a drift of the machine meets all of them alike."""
    figures: dict[str, list[Figure]] = {name: [] for name in commands}
    for turn in range(max(rounds.values())):
        for name, command in commands.items():
            if turn < rounds[name]:
                if before_each:
                    before_each(name)
                figures[name].append(run_once(command))
                print(f"  {name} round {turn + 1}: {figures[name][-1].wall_s:.2f} s", file=sys.stderr, flush=True)
    return figures


def medians(figures: Sequence[Figure]) -> dict[str, Any]:
    """Return medians of one command's runs, and the range of its wall times."""
    walls = [figure.wall_s for figure in figures]
    return {
        "runs": len(figures),
        "wall_s": round(median(walls), 2),
        "wall_range_s": [round(min(walls), 2), round(max(walls), 2)],
        "cpu_s": round(median(figure.cpu_s for figure in figures), 2),
        "peak_mib": round(max(figure.peak_mib for figure in figures), 1),
    }


def ratios_by_pair(ours: Sequence[Figure], other: Sequence[Figure]) -> dict[str, float]:
    """Return medians of the ratios within each round, ours to the other: what drifts between rounds cancels out.

    On a machine that others use, processor time is the steadier of the two times; a process with several threads spends
    more of it than wall time.
    """
    pairs = list(zip(ours, other, strict=False))
    return {
        "cpu": round(median(a.cpu_s / b.cpu_s for a, b in pairs), 2),
        "wall": round(median(a.wall_s / b.wall_s for a, b in pairs), 2),
        "peak": round(median(a.peak_mib / b.peak_mib for a, b in pairs), 3),
    }
