"""Kill workers by the hundred while they work, and report where they were: SQLite, PostgreSQL with 1 and 3 workers.

python benchmarks/kill_test.py --payments 200000 --kills 70 --save kills
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from kill_check import problems, unknown
from kill_databases import databases
from kill_files import Round
from kill_siege import WARM, Plan, Siege, figures
from kill_world import KillWorld, counterparty

from hub.contracts import Promise
from hub.testing.killing.moments import AFTER, CALL, EVERY_MOMENT
from hub.testing.killing.nursery import Nursery

CONFIGURATIONS: dict[str, list[tuple[str, ...]]] = {
    "SQLite, 1 process": [("serve",)],
    "PostgreSQL, 1 worker": [("worker", "--node", "w1")],
    "PostgreSQL, 3 workers": [("worker", "--node", f"w{number}") for number in (1, 2, 3)],
}
SMALLER_STEPS = {"hub.services.payments.reading:CHUNK_PAYMENTS": 2_000, "hub.services.payments.rematching:BATCH": 1_000}
MESSAGES, MESSAGES_LATER = 400, 40
PAYMENTS_LATER, LATE_LATER = 2_000, 300
MOST_ROUNDS = 400


def rounds(payments: int) -> Iterator[Round]:
    """Yield the large file with its deliveries, then small ones until enough workers have died."""
    yield Round(1, 0, payments, payments // 20, MESSAGES)
    for number in range(2, MOST_ROUNDS):
        yield Round(number, payments + number * PAYMENTS_LATER, PAYMENTS_LATER, LATE_LATER, MESSAGES_LATER)


def kill(folder: Path, database_url: str, nursery: Nursery, plan: Plan) -> dict[str, Any]:
    """Carry out one siege and judge what came of it."""
    log = folder / "accepted.jsonl"
    with counterparty(log) as address, KillWorld(folder, database_url, address, log, timeout_s=1.0) as world:
        siege = Siege(world, nursery, plan, folder)
        late = []
        try:
            siege.lay()
        except TimeoutError as error:
            late.append(str(error))
        return {
            **figures(siege),
            "payments": sum(work.payments for work in world.fed),
            "messages": sum(work.messages * len(work.channels) for work in world.fed),
            "rounds": len(world.fed),
            "unknown, each with a task": unknown(world),
            "problems": [*late, *problems(world)],
            "kills wanted": plan.kills,
        }


def control(folder: Path, nursery: Nursery) -> bool:
    """Say whether the check sees it when the row is written only after the call."""
    plan = Plan(
        workers=[("serve",)],
        rounds=iter([Round(1, 0, 0, 0, 30, [Promise.NEITHER])]),
        kills=3,
        moments=[f"send {Promise.NEITHER}: {at}" for at in (CALL, AFTER)],
        aimed_share=1.0,
        row_after_call=True,
    )
    wrong = kill(folder, f"sqlite:///{folder / 'hub.sqlite'}", nursery, plan)["problems"]
    return any("was sent" in problem for problem in wrong)


FIGURES: dict[str, Callable[[dict[str, Any]], str]] = {
    "payments, rounds, messages": lambda one: f"{one['payments']}, {one['rounds']}, {one['messages']}",
    "seconds": lambda one: f"{one['took_s']:.0f}",
    "**kills inside work**": lambda one: f"**{one['kills']['inside work']}**",
    "of these blind, aimed": lambda one: f"{one['kills'].get('blind', 0)}, {one['kills'].get('aimed', 0)}",
    "kills outside work": lambda one: str(one["kills"].get("outside work", 0)),
    "unknown, each with a task": lambda one: str(one["unknown, each with a task"]),
    "what is wrong afterwards": lambda one: f"**{len(one['problems'])}**",
}


def report(results: dict[str, Any]) -> str:
    """Return the tables of a run, as they stand in the README."""
    names = list(results["configurations"])
    found = [results["configurations"][name] for name in names]
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    lines += [f"| {title} | {' | '.join(value(one) for one in found)} |" for title, value in FIGURES.items()]
    lines += ["", f"| killed in (blind + aimed) | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    others = sorted({moment for one in found for moment in one["moments"]} - set(EVERY_MOMENT))
    for moment in (*EVERY_MOMENT, *others):
        counts = [one["moments"].get(moment, {"blind": 0, "aimed": 0}) for one in found]
        cells = [f"{count['blind']} + {count['aimed']}" for count in counts]
        lines.append(f"| {moment} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--payments", type=int, default=200_000, help="of the first file of each configuration")
    parser.add_argument("--kills", type=int, default=70, help="inside work, at least, of each configuration")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time-limit", type=float, default=420.0, help="seconds of killing, for each configuration")
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files/kills").resolve(), help="made anew, taken away"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    shutil.rmtree(chosen.folder, ignore_errors=True)
    chosen.folder.mkdir(parents=True)
    results = _run(chosen)
    print(report(results))
    if chosen.save:
        save(results, chosen.save)
    shutil.rmtree(chosen.folder, ignore_errors=True)
    wrong = [one for one in results["configurations"].values() if _has_failed(one)]
    sys.exit(1 if wrong or not results["control is seen"] else 0)


def _has_failed(one: dict[str, Any]) -> bool:
    return bool(one["problems"] or one["never"]) or one["kills"]["inside work"] < one["kills wanted"]


def _run(chosen: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with (
        Nursery(warm=WARM, log=chosen.folder / "log.txt") as nursery,
        databases(chosen.folder, list(CONFIGURATIONS)) as urls,
    ):
        for number, (name, workers) in enumerate(CONFIGURATIONS.items()):
            plan = Plan(
                workers=workers,
                rounds=rounds(chosen.payments),
                kills=chosen.kills,
                seed=chosen.seed + number,
                longest_life_s=20.0,  # the longest step of the large file is to have a chance on a busy machine too
                longest_small_life_s=2.0,
                time_limit_s=chosen.time_limit,
                constants=SMALLER_STEPS,
            )
            folder = chosen.folder.absolute() / str(number)
            folder.mkdir()
            found[name] = kill(folder, urls[name], nursery, plan)
            print(f"{name}: {found[name]['kills']} {found[name]['problems'][:5]}", file=sys.stderr, flush=True)
        folder = chosen.folder.absolute() / "control"
        folder.mkdir()
        is_seen = control(folder, nursery)
    return {**circumstances(), "seed": chosen.seed, "configurations": found, "control is seen": is_seen}


if __name__ == "__main__":
    main()
