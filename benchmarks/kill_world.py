"""An installation whose workers are killed: what is fed to it, whether it is done, and the counterparty beside it."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kill_files import SOURCE_SYSTEM, Round, make_home, write_payments, write_receivables

from hub.model.attempts import PlannedMessage
from hub.runtime.bootstrap import Installation
from hub.services.attempts import plan_batch
from hub.services.chart import TenantChart
from hub.services.payments.receiving import receive
from hub.services.ports import KeptContent
from hub.services.receivables import import_receivables

DIFFERENT_LETTERS = 20


@contextmanager
def counterparty(log: Path) -> Iterator[str]:
    """Run the other side as a process of its own, which nobody kills; yield its address."""
    command = [sys.executable, "-m", "hub.loopback.counterparty", "--log", str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class KillWorld:
    """One home and its database, as the test sees it from outside."""

    def __init__(
        self, folder: Path, database_url: str, address: str, log: Path, *, timeout_s: float, margin_s: int = 1
    ) -> None:
        self.home = folder / "home"
        self.log = log
        self.fed: list[Round] = []
        self._folder = folder
        make_home(self.home, database_url, address, timeout_s=timeout_s, margin_s=margin_s)
        self.installation = Installation.open(self.home)
        self.tenant = self.installation.tenant()
        self._exchange_no = 0
        self._late_is_fed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.installation.close()

    def feed(self, work: Round) -> None:
        """Hand over a round: receivables, messages on each channel, and a file of payments where there are any."""
        self._import(work.in_time)
        self._plan(work)
        if work.payments:
            self._receive(work)
        self.fed.append(work)

    def _receive(self, work: Round) -> None:
        file = self._folder / f"payments-{work.number}.txt"
        write_payments(file, work)
        with file.open("rb") as stream:
            exchange, _ = receive(self.tenant.store, stream, name=file.name)
        self._exchange_no = exchange.number
        self._late_is_fed = not work.late

    def unfinished(self) -> set[str]:
        """Return the kinds of runs that have not ended; late receivables are handed over once the file is posted."""
        if not self._late_is_fed and self._file_is_posted():
            self._import(self.fed[-1].delayed)
            self._late_is_fed = True
        with self.tenant.store.read() as reading:
            kinds = {run.kind for run in reading.runs.unfinished()}
        return kinds if self._late_is_fed else {*kinds, "late receivables"}

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return the answer to a question of ours to the database, of its only tenant."""
        with self.installation.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def _file_is_posted(self) -> bool:
        with self.tenant.store.read() as reading:
            return reading.exchanges.get(self._exchange_no).state == "posted"

    def _import(self, indexes: range) -> None:
        if not indexes:
            return
        file = self._folder / f"receivables-{indexes.start}.csv"
        write_receivables(file, indexes)
        settings = self.tenant.tenant
        with file.open("rb") as stream:
            report = import_receivables(
                self.tenant.store,
                settings,
                lambda groups, numbers: TenantChart(settings, groups, numbers),
                stream,
                file_name=file.name,
                source_system=SOURCE_SYSTEM,
            )
        if report.new != len(indexes):
            raise RuntimeError(f"{report.new} of {len(indexes)} receivables came in: {report.rejected_rows[:1]}")

    def _plan(self, work: Round) -> None:
        store = self.tenant.store
        letters = [store.contents.keep(io.BytesIO(f"letter {n}".encode())) for n in range(DIFFERENT_LETTERS)]
        for promise in work.channels:
            name = f"{work.number}-{promise}"
            messages = [_message(f"{name}:{n}", letters[n % len(letters)]) for n in range(work.messages)]
            channel, plugin = f"demonstration_{promise}", "demonstration_channels"
            with store.write() as unit:
                plan_batch(unit, self.tenant.tenant.id, channel, name, messages, plugin=plugin)


def _message(name: str, letter: KeptContent) -> PlannedMessage:
    return PlannedMessage(name, letter.sha256, letter.size)
