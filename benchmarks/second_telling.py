"""What the second format of a day costs: `python benchmarks/second_telling.py --payments 100000 --database postgresql`.

The same payments are received as BgMax and then as camt.054, by calls in one process: the first are posted, the others
are found to be the same money. Ratio = the second file / the first.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from comparing import add_arguments, circumstances, made_file, save
from posting_databases import new_database
from posting_world import CLOCK, TENANT

from hub.services.payees import register_payees
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.store.database import open_database
from hub.store.unit_of_work import SqlStore
from hub.testing.carrying import drain
from hub_autopay.reader import CamtReader
from hub_bankgiro.reader import BgMaxReader


def measure(chosen: argparse.Namespace) -> None:
    """Receive a day in both formats, show the seconds of each, and what became of the second."""
    files = [made_file(name, chosen.payments, chosen.folder) for name in ("bgmax", "camt02")]
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder, new_database(chosen.database, Path(folder)) as url:
        store = SqlStore(open_database(url), TENANT.id, CLOCK)
        with store.write() as work:
            register_payees(work, TENANT)
        (first_s, _), (second_s, verdict) = (_received(store, file) for file in files)
    if sum(verdict["closed"].values()) != chosen.payments:
        raise SystemExit(f"not all are the same money: {verdict}")
    result = {
        **circumstances(),
        "database": chosen.database,
        "payments": chosen.payments,
        "seconds": {"first": round(first_s, 1), "second": round(second_s, 1)},
        "second to first": round(second_s / first_s, 2),
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def _received(store: SqlStore, file: Path) -> tuple[float, dict[str, Any]]:
    readers = [("bankgiro", BgMaxReader()), ("autopay", CamtReader())]
    run = PaymentFileRun(store, TENANT, readers, ChunkPoster(TENANT))  # type: ignore[arg-type]
    begun = time.perf_counter()
    with file.open("rb") as stream:
        exchange, _ = receive(store, stream, name=file.name)
    drain(store, {"ingest": run})
    took_s = time.perf_counter() - begun
    with store.read() as work:
        kept = work.exchanges.get(exchange.number)
    if kept.state != "posted":
        raise SystemExit(f"{file.name} is {kept.state}: {kept.reason}")
    return took_s, (kept.summary or {})["verdict"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser, rounds=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
