"""Vouchers to the general ledger: `python benchmarks/export_vouchers.py --vouchers 10000 100000`, on SQLite.

For each number a process of its own makes the vouchers, and tells the processor time of the plan, of the export with
its files sent to a folder, and of taking in a file of the ledger with all of them, each beside the bare query that
reads the same rows; and by how much its memory has grown since the vouchers were there.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.banking_calendar import FixedClock
from hub.model.tenant import Tenant
from hub.runtime.plugins import TenantPlugins
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.bookkeeping.exporting import RUN_KIND, Exporters, ExportRun
from hub.services.bookkeeping.planning import plan
from hub.services.bookkeeping.receiving import receive_ledger_file
from hub.store import tables
from hub.store.bulk import insert_rows
from hub.store.counters import take_numbers
from hub.store.database import open_database, reading, writing
from hub.store.statements import text
from hub.store.unit_of_work import SqlStore
from hub.testing.carrying import drain
from hub.testing.contexts import ContextInMemory
from hub.testing.example_tenant import company_settings, tenant_settings
from hub_sie import Plugin, SieSettings

AT_ONCE = 10_000
BOOKKEEPING = {"exporter": "sie", "default_series": "H", "account_register": "none"}
ROWS = """
    SELECT v.voucher_no, v.voucher_type, v.booked_date, v.currency, v.text, l.account, l.amount_ore, l.coding
    FROM voucher v JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no
    WHERE v.tenant = :t ORDER BY v.voucher_no, l.line_no
"""
HEAD = "#FLAGGA 0\r\n#FORMAT PC8\r\n#GEN 20261130\r\n#SIETYP 4\r\n#ORGNR 556677-8899\r\n#RAR 0 20260101 20261231\r\n"


def main() -> None:
    """Measure each number in a process of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--vouchers", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--here", action="store_true", help="measure in this process; for this script alone")
    given = options.parse_args()
    for count in given.vouchers:
        if given.here:
            print(json.dumps(measured(count)))
        else:
            command = [sys.executable, __file__, "--here", "--vouchers", str(count)]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def measured(count: int) -> dict[str, Any]:
    """Return the figures of so many vouchers."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "in")
        place.mkdir()
        engine = open_database(f"sqlite:///{folder}/hub.sqlite")
        store = SqlStore(engine, "north", FixedClock(datetime(2026, 11, 30, 9, tzinfo=UTC)))
        tenant = Tenant.model_validate(tenant_settings(company_settings(bookkeeping=BOOKKEEPING)))
        plugin = Plugin(SieSettings.model_validate({"out": {"folder": str(place)}}))
        plugins = TenantPlugins.from_objects(plugin, contexts=lambda _: ContextInMemory())
        exporters = Exporters(plugins.bookkeeping_exporters, plugins.plugins_of_channels)
        bodies = {
            RUN_KIND: ExportRun(tenant, exporters),
            SENDING: SendingRun(store, plugins.channels, FixedClock(datetime(2026, 11, 30, 9, tzinfo=UTC))),
        }
        make_vouchers(store, engine, count)
        before_mib = peak_mib()
        bare_s = timed(lambda: read_rows(engine, store.tenant))
        plan_s = timed(lambda: plan(store, tenant.companies[0], exporters.of(tenant.companies[0])))
        with store.write() as work:
            work.runs.enqueue_another(f"{RUN_KIND}:north:1", RUN_KIND, {})
        export_s = timed(lambda: drain(store, bodies))
        grown_mib = peak_mib() - before_mib
        told = io.BytesIO(ledger_file(count))
        receive_s = timed(lambda: receive_ledger_file(store, tenant, exporters.by_name, told, name="bok.se"))
        files = len(list(place.iterdir()))
        engine.dispose()
    seconds = {"bare": bare_s, "plan": plan_s, "export": export_s, "receive": receive_s}
    ratios = {f"{name}_to_bare": round(s / bare_s, 1) for name, s in seconds.items() if name != "bare"}
    shown = {f"{name}_cpu_s": round(s, 2) for name, s in seconds.items()}
    return {"vouchers": count, "files": files, **shown, **ratios, "memory_grown_mib": round(grown_mib, 1)}


def make_vouchers(store: SqlStore, engine: Any, count: int) -> None:
    """Write vouchers of two lines."""
    head = ("tenant", "voucher_no", "company", "voucher_type", "booked_date", "currency")
    line = ("tenant", "voucher_no", "line_no", "account", "amount_ore")
    tenant = store.tenant  # given in a transaction of its own
    for start in range(1, count + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count + 1))
        with writing(engine) as connection:
            take_numbers(connection, tenant, "voucher", len(numbers))
            vouchers = [(tenant, number, "1", "giro_payments", day_of(number), "SEK") for number in numbers]
            insert_rows(connection, tables.voucher, head, vouchers)
            both = [((1, "1510", -1), (2, "1940", 1)) for _ in numbers]
            lines = [
                (tenant, number, line_no, account, sign * (100 + number))
                for number, two in zip(numbers, both, strict=True)
                for line_no, account, sign in two
            ]
            insert_rows(connection, tables.voucher_line, line, lines)


def day_of(number: int) -> str:
    """Spread vouchers over the year."""
    return f"2026-{1 + number % 11:02}-{1 + number % 28:02}"


def ledger_file(count: int) -> bytes:
    """Return the ledger's own file of the vouchers."""
    written = [HEAD]
    for number in range(1, count + 1):
        ore = 100 + number
        kronor = f"{ore // 100}.{ore % 100:02}"
        day = day_of(number).replace("-", "")
        written.append(f'#VER H {number} {day} "RH{number} Giroinbetalningar"\r\n{{\r\n')
        written.append(f"#TRANS 1510 {{}} -{kronor}\r\n#TRANS 1940 {{}} {kronor}\r\n}}\r\n")
    return "".join(written).encode("cp437")


def read_rows(engine: Any, tenant: int) -> int:
    """Read what an export reads, and nothing else."""
    with reading(engine) as connection:
        return sum(1 for _ in connection.execute(text(ROWS), {"t": tenant}))


def timed(what: Callable[[], object]) -> float:
    """Return the processor time that a call takes."""
    began = time.process_time()
    what()
    return time.process_time() - began


def peak_mib() -> float:
    """Return the most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
