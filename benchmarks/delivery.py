"""Documents delivered a second, to Kivra's sandbox by HTTP: `python benchmarks/delivery.py --documents 2000`.

The messages are made before: what is timed is their sending, from when the first run begins until the last has ended,
as the workers' own logs have it; of runs of a hundred messages those count that begin once every worker works, or the
start of the second would be counted as sending. SQLite: one tenant by `hub serve`. PostgreSQL: two tenants with half
of the documents each, by one `hub worker` and by two; messages of one tenant to one channel go one after the other.
*Bare* posts the same bytes to the same sandbox by one `requests.Session`, which keeps its connection, and writes
nothing down. Each side has a sandbox of its own, in a process of its own, that has taken nothing before.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from comparing import circumstances, keep_compiled, save
from posting_databases import new_database
from working_home import STARTED, URL_VARIABLE, at_work, write_home

BARE = "bare"
LOOK_S = 0.2
PATIENCE_S = 1_800
SENDS = "send:"
MESSAGES_A_RUN = 100


class Way(NamedTuple):
    """One way of carrying out: who works, and for how many tenants."""

    name: str
    workers: Sequence[tuple[str, ...]]
    tenants: Sequence[str]


WAYS = {
    "sqlite": (Way("serve", [("serve",)], ["north"]),),
    "postgresql": (
        Way("one_worker", [("worker", "--node", "a")], ["north", "north2"]),
        Way("two_workers", [("worker", "--node", "a"), ("worker", "--node", "b")], ["north", "north2"]),
    ),
}


def measure(chosen: argparse.Namespace) -> None:
    """Take bare and all ways in turn, and show the figures."""
    chosen.folder.mkdir(parents=True, exist_ok=True)
    keep_compiled(chosen.folder)
    rates: dict[str, list[float]] = {}
    for _ in range(chosen.rounds):
        for way in WAYS[chosen.database]:
            bare, ours = _side_by_side(way, chosen)
            rates.setdefault(f"{BARE} beside {way.name}", []).append(bare)
            rates.setdefault(way.name, []).append(ours)
            print(f"  {way.name}: {ours:.0f} a second, bare {bare:.0f}", file=sys.stderr, flush=True)
    result = {
        **circumstances(),
        "benchmark": "delivery",
        "database": chosen.database,
        "documents": chosen.documents,
        "pdf_bytes": chosen.size,
        "documents_a_second": {name: [round(rate) for rate in all_] for name, all_ in rates.items()},
        "ratio_to_bare": {way.name: _ratio(rates, way.name) for way in WAYS[chosen.database]},
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def _ratio(rates: dict[str, list[float]], name: str) -> float:
    pairs = zip(rates[name], rates[f"{BARE} beside {name}"], strict=True)
    return round(statistics.median(ours / bare for ours, bare in pairs), 2)


def _side_by_side(way: Way, chosen: argparse.Namespace) -> tuple[float, float]:
    """Return documents a second: bare, and ours."""
    with (
        tempfile.TemporaryDirectory(dir=chosen.folder) as at,
        new_database(chosen.database, Path(at)) as url,
    ):
        folder = Path(at)
        with _sandbox(folder / "kivra") as table:
            home = write_home(folder / "home", url, way.tenants, more=table)
            messages = [message for name in way.tenants for message in _planned(home, name, way, chosen)]
            _let_rest(url)
            ours = _sent(home, way, chosen.documents)
        file = folder / "messages.json"
        file.write_text(json.dumps([message.decode() for message in messages]), encoding="utf-8")
        with _sandbox(folder / "bare"):
            done = subprocess.run(
                [sys.executable, __file__, BARE, str(file)], stdout=subprocess.PIPE, text=True, check=True
            )
    return float(done.stdout), ours


def _planned(home: Path, tenant: str, way: Way, chosen: argparse.Namespace) -> list[bytes]:
    """Have a tenant's documents accepted and their messages planned; return the messages."""
    from hub.runtime.bootstrap import Installation
    from hub.runtime.carrying import Carrier
    from hub.services.delivery import RUN_KIND, DeliveryRun, accept_documents
    from hub.services.delivery.accepting import Offered

    documents = list(_documents(tenant, chosen.documents // len(way.tenants)))
    with closing(Installation.open(home)) as installation:
        work = installation.tenant(tenant)
        accept_documents(work.store, work.tenant, [Offered(document.number, document) for document in documents])
        plugins = work.plugins
        run = DeliveryRun(
            work.store, work.tenant, plugins.document_channels, plugins.plugins_of_channels,
            _Printer(chosen.size), work.clock,
        )  # fmt: skip
        with work.store.read() as unit:
            (run_id,) = [one.run_id for one in unit.runs.unfinished() if one.kind == RUN_KIND]
        carried = Carrier(work.store, {RUN_KIND: run}).carry_out(run_id)
        with work.store.read() as unit:
            planned = unit.attempts.latest(limit=len(documents) + 1)
        if len(planned) != len(documents):
            raise SystemExit(f"{len(planned)} of {len(documents)} messages are planned: {carried}")
        contents = work.store.contents.read_all([attempt.sha256 for attempt in planned])
        return [contents[attempt.sha256] for attempt in planned]


def _let_rest(url: str) -> None:
    """Have the database do now what making the messages left it to do, so that it does not while they are sent."""
    from hub.store.database import open_database

    engine = open_database(url)
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ("PRAGMA wal_checkpoint(TRUNCATE)",) if is_sqlite else ("VACUUM (ANALYZE)", "CHECKPOINT"):
            connection.exec_driver_sql(statement)
    engine.dispose()


class _Printer:
    """Prints in no time: what is measured is delivering."""

    def __init__(self, size: int) -> None:
        self._size = size

    def e_invoice(self, _document: Any) -> bytes:
        """Make none."""
        return b""

    def pdf(self, document: Any, _e_invoice: bytes) -> bytes:
        """Make bytes of a PDF's size."""
        return _pdf(document.number, self._size)


def _documents(tenant: str, count: int) -> Iterator[Any]:
    """Yield invoices to persons, each to another one: Kivra takes fifty a minute to one."""
    from hub.model.documents import DocumentKind
    from hub.model.parties import Debtor
    from hub.testing.sample_documents import sample_document
    from tests.flows.invoice_fates import person

    first = 1 if tenant == "north" else 50_001
    for number in range(first, first + count):
        debtor = Debtor.model_validate({"name": "Debtor", "identity": person(number)})
        yield sample_document(DocumentKind.INVOICE, str(number), debtor)


def _pdf(number: str, size: int) -> bytes:
    return b"%PDF-1.7\n" + random.Random(number).randbytes(size)


def _sent(home: Path, way: Way, documents: int) -> float:
    """Let workers send what is planned; return documents a second."""
    from sqlalchemy import text

    from hub.store.database import open_database

    engine = open_database(os.environ[URL_VARIABLE])
    with ExitStack() as stack:
        for words in way.workers:
            stack.enter_context(at_work(home, *words))
        begun = time.monotonic()
        delivered = 0
        while delivered < documents and time.monotonic() - begun < PATIENCE_S:
            time.sleep(LOOK_S)
            with engine.connect() as connection:
                statement = text("SELECT count(*) FROM exchange WHERE direction = 'out' AND state = 'delivered'")
                delivered = connection.execute(statement).scalar_one()
        time.sleep(LOOK_S)
    engine.dispose()
    if delivered != documents:
        raise SystemExit(f"{delivered} of {documents} documents are delivered")
    return _rate([entry for words in way.workers for entry in _entries(home / f"{'-'.join(words)}.log")])


def _entries(log: Path) -> Iterator[tuple[str, str, float]]:
    """Yield what a worker's log says: the event, its run, and when."""
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line) if line.startswith("{") else {}
        if "event" in entry:
            yield entry["event"], entry.get("run_id", ""), datetime.fromisoformat(entry["timestamp"]).timestamp()


def _rate(entries: Sequence[tuple[str, str, float]]) -> float:
    """Return messages a second, of the runs that begin once every worker works."""
    all_work = max(at for event, _, at in entries if event == STARTED)
    begun = {run: at for event, run, at in entries if event == "run begun" and run.startswith(SENDS) and at >= all_work}
    ended = [at for event, run, at in entries if event == "run ended" and run in begun]
    return MESSAGES_A_RUN * len(begun) / (max(ended) - min(begun.values()))


# The other side, and the bare loop


@contextmanager
def _sandbox(folder: Path) -> Iterator[str]:
    """Serve Kivra's sandbox in a process of its own; yield the plugin's table. Secrets go into the environment."""
    from hub.runtime.sandboxes import plugin_table

    command = [sys.executable, __file__, "sandbox", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        os.environ.update(said["secrets"])
        os.environ["BENCHMARK_KIVRA"] = json.dumps(said["settings"])
        try:
            yield "\n" + plugin_table("kivra", said["settings"]) + "\n"
        finally:
            process.stdin.close()


def serve_sandbox(folder: Path) -> None:
    """Serve until whoever started it ends, or hangs up."""
    from hub_kivra import KivraSandbox

    with KivraSandbox(folder) as sandbox:
        print(json.dumps({"settings": dict(sandbox.settings), "secrets": dict(sandbox.secrets)}), flush=True)
        sys.stdin.read()


def post_bare(file: Path) -> None:
    """Post messages one after the other on one connection, and print how many a second."""
    import requests

    settings = json.loads(os.environ["BENCHMARK_KIVRA"])
    messages = [message.encode() for message in json.loads(file.read_text(encoding="utf-8"))]
    with requests.Session() as session:
        client = settings["client_id"], os.environ[settings["client_secret"].removeprefix("env:")]
        grant = {"grant_type": "client_credentials"}
        told = session.post(f"{settings['address']}/v1/auth", auth=client, data=grant).json()
        session.headers.update({"Authorization": f"Bearer {told['access_token']}", "Content-Type": "application/json"})
        url = f"{settings['address']}/v2/tenant/{settings['sender']}/content"
        began_s = time.perf_counter()
        for message in messages:
            session.post(url, data=message, timeout=30).raise_for_status()
        print(len(messages) / (time.perf_counter() - began_s))


def main() -> None:
    """Run one side, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", default="compare", choices=("compare", BARE, "sandbox"))
    parser.add_argument("place", nargs="?", type=Path, help="of bare and sandbox, which are not called by people")
    parser.add_argument("--documents", type=int, default=2_000, help="a multiple of 200: runs are of a hundred each")
    parser.add_argument("--size", type=int, default=30_000, help="bytes of each PDF")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--folder", type=Path, default=Path("benchmark-files").resolve())
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    if chosen.what == "compare":
        measure(chosen)
    elif chosen.what == BARE:
        post_bare(chosen.place)
    else:
        serve_sandbox(chosen.place)


sys.path.append(str(Path(__file__).parents[1]))

if __name__ == "__main__":
    main()
