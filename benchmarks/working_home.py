"""A home over a database of the benchmarks, and processes that work in it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from invented_payments import BANKGIRO

URL_VARIABLE = "HUB_BENCHMARK_URL"
STARTED = "node works"
LOOK_S = 0.005
START_WITHIN_S = 120.0
STOP_WITHIN_S = 60.0

_TENANT = """id = "{tenant}"
name = "North Energy"

[[companies]]
number = "1"
name = "North Energy AB"
organisation_number = "556677-8899"
payee_accounts = [{{ bankgiro = "{bankgiro}" }}]

[companies.accounts]
bank = "1930"
clearing = "1940"
suspense = "2990"
receivable = "1510"
revenue = "3000"
write_off = "3740"
error_account = "2999"

[plugins.bankgiro]
"""
SCHEDULES = """
[[schedules]]
name = "inbox"
job = "poll"
cron = "*/10 6-18 * * mon-fri"

[[schedules]]
name = "morning"
job = "round"
at = ["06:30"]
banking_days = "only"
"""


def write_home(folder: Path, url: str, tenants: Sequence[str], *, more: str = "") -> Path:
    """Write the settings of an installation: the tenant of `posting_world.py` under each of some names.

    Where its database is stands in the environment of this process and its children. `more` ends each tenant's file.
    """
    os.environ[URL_VARIABLE] = url
    (folder / "tenants").mkdir(parents=True)
    (folder / "hub.toml").write_text(f'[database]\nurl = "env:{URL_VARIABLE}"\n', encoding="utf-8")
    for tenant in tenants:
        text = _TENANT.format(tenant=tenant, bankgiro=BANKGIRO) + more
        (folder / "tenants" / f"{tenant}.toml").write_text(text, encoding="utf-8")
    return folder


class Working:
    """A `hub serve` or `hub worker` that has said that it works; how long that took, and in the end what it spent."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, started: float) -> None:
        self._process = process
        self._log = log
        self.start_s = _wait_for_start(process, log, started)
        self.cpu_s = 0.0
        self.peak_mib = 0.0

    def stop(self) -> None:
        """Stop it, and keep what it has spent since it was born."""
        self._process.terminate()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024
        if self._process.returncode:
            raise SystemExit(f"it ended with {self._process.returncode}: {self._log.read_text()[-500:]}")


@contextmanager
def at_work(home: Path, *words: str) -> Iterator[Working]:
    """Let `hub` with these words work in a home for as long as the block lasts."""
    log = home / f"{'-'.join(words)}.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen([*HUB, *words, "--home", str(home), "--log-json"], stderr=output)
    working = Working(process, log, started)
    try:
        yield working
    finally:
        working.stop()


HUB = (sys.executable, "-m", "hub.cli")


def _wait_for_start(process: subprocess.Popen[bytes], log: Path, started: float) -> float:
    while time.perf_counter() - started < START_WITHIN_S:
        if STARTED in log.read_text(encoding="utf-8"):
            return time.perf_counter() - started
        if process.poll() is not None:
            break
        time.sleep(LOOK_S)
    process.kill()
    raise SystemExit(f"it did not start: {log.read_text(encoding='utf-8')[-500:]}")
