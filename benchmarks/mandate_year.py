"""A year of mandates with real files: do books, the bank's register and the bank's own books agree to the öre?

The world is that of `tests/flows/mandate_year.py`: sealed files to the Bankgirot of the bankgiro plugin's sandbox, its
answers back day by day, while payers fail, end their mandates and get money back, and invoices are credited and moved.

python benchmarks/mandate_year.py --mandates 5000 --save mandate-year
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from comparing import circumstances, save

sys.path.extend((str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests" / "flows")))

from hub.store.database import open_database
from tests.flows.mandate_year import Agreement, MandateYear

FIRST_DAY = date(2026, 1, 2)


def live(mandates: int, months: int, seed: int, url: str) -> tuple[Agreement, dict[str, int], int]:
    """Pass the months; return what each side says, what happened, and how many seconds it took."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hub-mandates-") as folder:
        engine = open_database(url or f"sqlite:///{folder}/hub.sqlite")
        year = MandateYear(engine, Path(folder) / "bank", mandates=mandates, first_day=FIRST_DAY, seed=seed)
        year.live(months)
        agreement = year.agreement()
        engine.dispose()
    return agreement, dict(year.told), round(time.monotonic() - began_s)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mandates", type=int, default=5_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--url", default="", help="of an empty PostgreSQL database; left out: SQLite")
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    agreement, told, took_s = live(chosen.mandates, chosen.months, chosen.seed, chosen.url)
    result = {
        **circumstances(),
        "mandates_at_first": chosen.mandates,
        "months": chosen.months,
        "agrees": agreement.agrees,
        **agreement._asdict(),
        "differences": len(agreement.differences),
        "happened": told,
        "took_s": took_s,
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)
    sys.exit(0 if agreement.agrees else 1)


if __name__ == "__main__":
    main()
