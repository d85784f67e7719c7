"""How long a small tenant's file takes beside a big one: `python benchmarks/fair_share.py --payments 1000000`.

One `hub serve` does the work. The small file is received by a process of its own, as people do it: first while nothing
else goes on, then again and again while the big tenant's file is read and posted. Ratio = beside / alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

from comparing import circumstances, made_file, save
from invented_payments import BANKGIRO, BOOKED, FIRST_UNKNOWN, ocr
from posting_databases import new_database
from working_home import at_work

from hub.demo.folder import TENANT, lay_out
from hub.runtime.facade import Hub
from hub_bankgiro.writer import BgMaxWriter, WrittenEntry

BIG, SMALL = TENANT, "small"
SMALL_PAYMENTS = 100
BOOKED_ON = date.fromisoformat(BOOKED)
WAIT_S = 3_600.0
URL_VARIABLE = "HUB_FAIR_SHARE_URL"


def measure(chosen: argparse.Namespace) -> None:
    """Take the small file's times alone and beside the big one, and show them."""
    big = made_file("bgmax", chosen.payments, chosen.folder, matching=False)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder, new_database(chosen.database, Path(folder)) as url:
        os.environ[URL_VARIABLE] = url
        home = _home(Path(folder) / "home")
        with Hub.open(home, SMALL, wait_s=WAIT_S) as hub, at_work(home, "serve"):
            files = _small_files(Path(folder))
            _take(hub, next(files))  # the first one opens everything
            alone = [_take(hub, next(files)) for _ in range(chosen.rounds)]
            beside, big_s = _beside(home, hub, big, files)
    _report(chosen, alone, beside, big_s)


def _home(folder: Path) -> Path:
    home = lay_out(folder).home
    (home / "hub.toml").write_text(f'[database]\nurl = "env:{URL_VARIABLE}"\n', encoding="utf-8")
    settings = home / "tenants" / f"{BIG}.toml"
    text = settings.read_text(encoding="utf-8").replace(f'id = "{BIG}"', f'id = "{SMALL}"')
    settings.with_name(f"{SMALL}.toml").write_text(text, encoding="utf-8")
    return home


def _small_files(folder: Path) -> Iterator[Path]:
    """Yield files that are no duplicates of one another: each has serial numbers of its own."""
    for number in count(1):
        writer = BgMaxWriter("20261120060000000000")
        records = [writer.start(), writer.open_section(BANKGIRO)]
        for entry in range(number * SMALL_PAYMENTS, (number + 1) * SMALL_PAYMENTS):
            payment = WrittenEntry(10_000 + entry % 500, ocr(FIRST_UNKNOWN + entry), serial=f"{entry:012}")
            records.extend(writer.entry(payment))
        records.append(writer.close_section(BOOKED_ON, serial=f"{number:05}", bank_account="5841000001009823"))
        file = folder / f"small-{number}.txt"
        file.write_text("".join(f"{record}\r\n" for record in [*records, writer.end()]), encoding="latin-1", newline="")
        yield file


def _take(hub: Hub, file: Path) -> float:
    begun = time.perf_counter()
    receipt = hub.receive(file)
    if receipt.exchange.state != "posted":
        raise SystemExit(f"{file.name} is {receipt.exchange.state}: {receipt.exchange.reason}")
    return time.perf_counter() - begun


def _beside(home: Path, hub: Hub, big: Path, files: Iterator[Path]) -> tuple[list[float], float]:
    command = [sys.executable, "-m", "hub.cli", "receive", str(big), "--home", str(home), "--tenant", BIG]
    begun = time.perf_counter()
    taken: list[float] = []
    with subprocess.Popen([*command, "--wait", str(WAIT_S)], stdout=subprocess.DEVNULL) as receiving:
        while receiving.poll() is None:
            taken.append(_take(hub, next(files)))
    return taken, time.perf_counter() - begun


def _report(chosen: argparse.Namespace, alone: list[float], beside: list[float], big_s: float) -> None:
    usual = statistics.median(alone)
    result = {
        **circumstances(),
        "database": chosen.database,
        "big_file": {"payments": chosen.payments, "s": round(big_s, 1)},
        "small_file": {"payments": SMALL_PAYMENTS, "alone_s": round(usual, 3), "taken_beside": len(beside)},
        "beside_s": {
            "median": round(statistics.median(beside), 3),
            "slowest": [round(seconds, 3) for seconds in sorted(beside)[-5:]],
        },
        "ratio": {
            "median": round(statistics.median(beside) / usual, 1),
            "slowest": round(max(beside) / usual, 1),
        },
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--payments", type=int, default=100_000, help="in the big tenant's file")
    parser.add_argument("--rounds", type=int, default=10, help="how often the small file is taken alone")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files").resolve(), help="where files are made and kept"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    measure(parser.parse_args())


if __name__ == "__main__":
    main()
