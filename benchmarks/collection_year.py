"""A simulated year of receivables at two agencies, and whether hub, agencies and a naive count agree to the öre.

In one process, through real files, calls, payments and runs. It ends in 1 where anything differs.

python benchmarks/collection_year.py --receivables 10000 --save collection-year
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from haste import in_haste
from kill_databases import databases
from sqlalchemy import Engine

from hub.store.database import open_database

sys.path.append(str(Path(__file__).parents[1] / "tests" / "flows"))

from agency_year import Year

FAULTS = 0.6  # how likely each agency has a fault in a week
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def lived(engine: Engine, folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Live one year and return what it came to."""
    began_s = time.monotonic()
    asked = {name: getattr(chosen, name) for name in ("receivables", "seed", "weeks", "settles")}
    with Year(engine, folder, **asked, faults=FAULTS) as year:
        year.live()
        lived_s = time.monotonic() - began_s
        differences = year.differences()
        findings = year.world.verify()
    happened = Counter(one.what for one in year.happenings)
    cases = [case for books in year.books().values() for case in books.cases.values()]
    return {
        "took_s": round(lived_s),
        "happenings": dict(sorted(happened.items())),
        "faults": dict(sorted(year.faults_met.items())),
        "cases": len(cases),
        "ends": dict(sorted(Counter(case.closed or "open" for case in cases).items())),
        "collected_ore": sum(case.settled_ore for case in cases),
        "differences": differences[:20],
        "verify": findings,
    }


def main() -> None:
    """Live the year on one database, and say what came of it."""
    parser = argparse.ArgumentParser(description="A simulated year at collection agencies.")
    parser.add_argument("--receivables", type=int, default=10_000)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--settles", action="store_true", help="settle receivables as they go to an agency")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    result = {
        **circumstances(),
        **{name: getattr(chosen, name) for name in ("receivables", "weeks", "seed", "settles", "database")},
    }
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder), [NAMES[chosen.database]]) as urls:
        engine = in_haste(open_database(urls[NAMES[chosen.database]]))
        result |= lived(engine, Path(folder), chosen)
        engine.dispose()
    for name, value in result.items():
        print(f"{name}: {value}")
    save(result, chosen.save)
    sys.exit(bool(result["differences"] or result["verify"]))


if __name__ == "__main__":
    main()
