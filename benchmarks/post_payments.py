"""Read, match and post a BgMax file of N payments against N open receivables: the hub against bare SQL.

    python benchmarks/post_payments.py compare --payments 100000
    python benchmarks/post_payments.py compare --payments 100000 --unknown

*Ours* is the real path: bytes kept, the file read by the real reader, judged, matched and posted by its run. *Bare* is
`bare_sql.py`. Both start from a copy of the same database and must end with the same number of rows in every table,
and the same sums; else there is no figure.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from comparing import FOLDER, add_arguments, circumstances, made_file, save, show
from measuring import Figure, alternate, medians, ratios_by_pair, run_once

SIDES = ("ours", "bare")
NOT_MONEY = ("run", "run_step", "counter", "account_claim", "sqlite_stat1")
"""The runner's own notes, which bare SQL has no use for; every other table must agree."""


def compare(chosen: argparse.Namespace) -> None:
    """Run both sides in turn on fresh copies, check that they wrote the same, and show the figures."""
    file = made_file("bgmax", chosen.payments, chosen.folder, matching=not chosen.unknown)
    world = _made_world(chosen.folder, chosen.payments)
    databases = {side: chosen.folder / f"{side}-{os.getpid()}.sqlite" for side in SIDES}

    def fresh_copy(side: str) -> None:
        _remove(databases[side])
        shutil.copyfile(world, databases[side])

    commands = {side: _command(side, databases[side], file) for side in SIDES}
    figures = alternate(commands, dict.fromkeys(SIDES, chosen.rounds), fresh_copy)
    differences = differing_tables(databases["ours"], databases["bare"])
    if differences:
        raise SystemExit(f"the two sides did not write the same: {differences}")
    _report(chosen, figures)
    for database in databases.values():
        _remove(database)


def _report(chosen: argparse.Namespace, figures: dict[str, list[Figure]]) -> None:
    kind = "nothing matches" if chosen.unknown else "everything matches"
    stages = {side: _median_stages(runs) for side, runs in figures.items()}
    readers = {side: medians(runs) for side, runs in figures.items()}
    ratios = {side: ratios_by_pair(figures["ours"], runs) for side, runs in figures.items()}
    kept = {side: _after_receipt(side_stages) for side, side_stages in stages.items()}
    once_kept = {name: round(kept["ours"][at] / kept["bare"][at], 2) for at, name in enumerate(("wall", "cpu"))}
    result = {
        **circumstances(),
        "payments": chosen.payments,
        "kind": kind,
        "sides": readers,
        "ours_to": ratios,
        "ours_to_bare_once_the_bytes_are_kept": once_kept,
        "stages_wall_and_cpu_s": stages,
    }
    show(readers, ratios, title=f"{chosen.payments} payments, {kind}")
    print(f"  ours to bare once the bytes are kept: {once_kept}")
    for side, side_stages in stages.items():
        print(f"  {side}: " + ", ".join(f"{name} {wall} ({cpu})" for name, (wall, cpu) in side_stages.items()))
    save(result, chosen.save)


def _median_stages(runs: Sequence[Figure]) -> dict[str, list[float]]:
    """Return the stages, as wall and processor seconds, of the run whose processor time is the median."""
    middle = sorted(runs, key=lambda run: run.cpu_s)[len(runs) // 2]
    stages: dict[str, list[float]] = json.loads(middle.answer)
    return stages


def _after_receipt(stages: dict[str, list[float]]) -> list[float]:
    """Return wall and processor seconds of all stages but the keeping of the bytes."""
    later = [seconds for name, seconds in stages.items() if name != "keep"]
    return [sum(column) for column in zip(*later, strict=True)]


def _command(side: str, database: Path, file: Path) -> list[str]:
    script = FOLDER / ("post_by_hub.py" if side == "ours" else "bare_sql.py")
    return [sys.executable, str(script), str(database), str(file)]


def _made_world(folder: Path, count: int) -> Path:
    maker = [sys.executable, str(FOLDER / "posting_world.py")]  # a process of its own: see `measuring`
    database = folder / f"world-{count}-{run_once(maker).answer}.sqlite"
    if not database.exists():
        unfinished = folder / "world.part"
        _remove(unfinished)
        run_once([*maker, str(unfinished), str(count)])
        unfinished.rename(database)
    return database


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


def differing_tables(ours: Path, bare: Path) -> dict[str, Any]:
    """Return the tables whose rows or sums of öre differ, with both sides' figures."""
    left, right = _totals(ours), _totals(bare)
    return {table: (left[table], right.get(table)) for table in left if left[table] != right.get(table)}


def _totals(database: Path) -> dict[str, tuple[int, ...]]:
    with sqlite3.connect(database) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _total(connection, name) for name in names if name not in NOT_MONEY}


def _total(connection: sqlite3.Connection, table: str) -> tuple[int, ...]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    sums = [f"coalesce(sum({column}), 0)" for column in columns if column.endswith(("_ore", "payment_id", "_no"))]
    row: tuple[int, ...] = connection.execute(f"SELECT {', '.join(['count(*)', *sums])} FROM {table}").fetchone()
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    comparison = parser.add_subparsers(dest="verb", required=True).add_parser("compare")
    add_arguments(comparison)
    comparison.add_argument("--unknown", action="store_true", help="a file in which nothing matches")
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
