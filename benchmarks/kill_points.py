"""Kill a process at every commit and around every outside call, once each, on both databases, and report.

python benchmarks/kill_points.py --save crash-points
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from kill_databases import databases

from hub.loopback.acceptance_log import read_log
from hub.loopback.counterparty import Counterparty
from hub.testing.killing.nursery import Nursery

sys.path.append(str(Path(__file__).parents[1] / "tests" / "flows"))

import crash_lane
from crash_lane import FLOWS, WARM, Lane, Lived, problems

FLOW_TESTS = Path(crash_lane.__file__).parent
DATABASES = ("SQLite", "PostgreSQL")
ENGINE_TABLES = "workflow"  # how the names of the engine's own tables begin


def kind_of(point: str) -> str:
    """Return what a point is, for a report: which side of whose commit, or where around a call."""
    if " commit of " not in point:
        return point.partition(" #")[0]
    side, _, tables = point.partition(" commit of ")
    names = tables.partition(" #")[0].split(", ")
    whose = {name.startswith(ENGINE_TABLES) for name in names}
    return f"{side} a commit of {'both' if len(whose) > 1 else 'the engine' if True in whose else 'ours'}"


def enumerate_all(folder: Path, database_url: str, nursery: Nursery) -> dict[str, Any]:
    """Go through every point of every flow on one database."""
    folder.mkdir()
    began_s = time.monotonic()
    with Counterparty(folder / "accepted.jsonl") as counterparty:
        lane = Lane(folder, database_url, counterparty.address, nursery)
        lived = {str(flow): lane.enumerate(flow, lambda points: points) for flow in FLOWS}
        log = list(read_log(counterparty.log.path))
    return {
        "took_s": round(time.monotonic() - began_s),
        "flows": {flow: _figures(found) for flow, found in lived.items()},
        "problems": [f"{flow}: {problem}" for flow, found in lived.items() for problem in problems(found, log)],
    }


def _figures(lived: Lived) -> dict[str, Any]:
    died = Counter(kind_of(point) for point in lived.after_death_at)
    return {"points": len(lived.points), "deaths": len(lived.after_death_at), "died": dict(sorted(died.items()))}


def report(results: dict[str, Any]) -> str:
    """Return the table of a run, as it stands in the README."""
    lines = [f"| flow | {' | '.join(f'{name}: points, deaths' for name in DATABASES)} |", "|---|---|---|"]
    for flow in FLOWS:
        found = [results[name]["flows"][str(flow)] for name in DATABASES]
        cells = [f"{one['points']}, {one['deaths']}" for one in found]
        lines.append(f"| {flow} | {' | '.join(cells)} |")
    died = {name: Counter[str]() for name in DATABASES}
    for name in DATABASES:
        for flow in results[name]["flows"].values():
            died[name].update(flow["died"])
    for kind in sorted({kind for counts in died.values() for kind in counts}):
        lines.append(f"| {kind} | {' | '.join(str(died[name][kind]) for name in DATABASES)} |")
    lines.append(f"| what is wrong afterwards | {' | '.join(str(len(results[n]['problems'])) for n in DATABASES)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files/points").resolve(), help="made anew, taken away"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    folder = chosen.folder.absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with (
        databases(folder, DATABASES) as urls,
        Nursery(warm=WARM, log=folder / "log.txt", paths=[FLOW_TESTS]) as nursery,
        ThreadPoolExecutor(len(urls)) as lanes,
    ):
        waiting = {name: lanes.submit(enumerate_all, folder / name, urls[name], nursery) for name in DATABASES}
        results = {name: found.result() for name, found in waiting.items()}
    print(report(results))
    save({**circumstances(), **results}, chosen.save)
    wrong = [problem for name in DATABASES for problem in results[name]["problems"]]
    print(*wrong, sep="\n", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
