"""Kill the sender of messages at every moment, and its follower at every moment after that, on both databases.

In one process, so that a thousand deaths take minutes; `kill_points.py` kills real ones. Calls are lost, refused and
late, clocks jump, and each follower is on another machine.

python benchmarks/attempt_deaths.py --save attempt-deaths
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from haste import in_haste
from kill_databases import databases
from sqlalchemy import Engine

from hub.contracts import Promise
from hub.loopback.counterparty import Counterparty
from hub.store.database import open_database

sys.path.append(str(Path(__file__).parents[1] / "tests" / "flows"))

from attempt_lives import Lived, Plan, pairs_of_deaths, resends, single_deaths

DATABASES = ("SQLite", "PostgreSQL")


def lives(engine: Engine, counterparty: Counterparty, promise: Promise, every: int) -> Iterator[Lived]:
    """Yield a life for each death, each pair of deaths, and each death while a resend is told something else."""
    yield from single_deaths(engine, counterparty, Plan(promise))
    yield from pairs_of_deaths(engine, counterparty, Plan(promise), every=every)
    yield from chain.from_iterable(single_deaths(engine, counterparty, plan) for plan in resends([promise]))


def enumerate_all(engine: Engine, folder: Path, promise: Promise, every: int) -> dict[str, Any]:
    """Live every life on one channel of one database."""
    began_s = time.monotonic()
    died, ends, wrong = Counter[int](), Counter[str](), []
    with Counterparty(folder / f"{promise}.jsonl") as counterparty:
        for lived in lives(engine, counterparty, promise, every):
            died[len(lived.killer.died_at)] += 1
            ends.update(lived.world.states())
            wrong += [lived.problem] if lived.problem else []
    return {
        "took_s": round(time.monotonic() - began_s),
        "one_death": died[1],
        "two_deaths": died[2],
        "ends": dict(sorted(ends.items())),
        "problems": wrong,
    }


def report(results: dict[str, Any]) -> str:
    """Return the table of a run, as it stands in the README."""
    lines = ["| database, promise | one death | two deaths | messages ended | wrong |", "|---|---|---|---|---|"]
    for name, found in results.items():
        ends = ", ".join(f"{count} {state}" for state, count in found["ends"].items())
        lines.append(f"| {name} | {found['one_death']} | {found['two_deaths']} | {ends} | {len(found['problems'])} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files/deaths").resolve(), help="made anew, taken away"
    )
    parser.add_argument("--every", type=int, default=1, help="of the moments of both deaths of a pair, one of so many")
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    folder = chosen.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    results = {}
    with databases(folder, DATABASES) as urls:
        for name in DATABASES:
            (folder / name).mkdir()
            engine = in_haste(open_database(urls[name]))
            for promise in Promise:
                results[f"{name}, {promise}"] = enumerate_all(engine, folder / name, promise, chosen.every)
            engine.dispose()
    print(report(results))
    save({**circumstances(), **results}, chosen.save)
    wrong = [problem for found in results.values() for problem in found["problems"]]
    print(*wrong, sep="\n", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
