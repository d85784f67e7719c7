"""Read, match and post a BgMax file of N payments against N open receivables: the hub against bare SQL.

    python benchmarks/post_payments.py compare --payments 100000
    python benchmarks/post_payments.py compare --payments 100000 --unknown
    python benchmarks/post_payments.py compare --payments 100000 --database postgresql

*Ours* is the real path: bytes kept, the file read by the real reader, judged, matched and posted by its run. *Bare* is
`bare_sql.py`. Both start from a copy of the same database and must end with the same number of rows in every table,
and the same sums; else there is no figure.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from comparing import FOLDER, add_arguments, circumstances, keep_compiled, made_file, save, show
from measuring import Figure, alternate, medians, ratios_by_pair, run_once
from posting_databases import Copies, copies_of_world

SIDES = ("ours", "bare")


def compare(chosen: argparse.Namespace) -> None:
    """Run both sides in turn on fresh copies, check that they wrote the same, and show the figures."""
    _compile_modules(chosen.folder)
    file = made_file("bgmax", chosen.payments, chosen.folder, matching=not chosen.unknown)
    with copies_of_world(chosen.database, chosen.folder, chosen.payments) as copies:
        commands = {side: _command(side, copies, file) for side in SIDES}
        figures = alternate(commands, dict.fromkeys(SIDES, chosen.rounds), copies.renew)
        _require_same_books(copies)
    _report(chosen, figures)


def _compile_modules(folder: Path) -> None:
    keep_compiled(folder)
    run_once([sys.executable, "-c", f"import sys; sys.path[:0] = [{str(FOLDER)!r}]; import post_by_hub, bare_sql"])


def _require_same_books(copies: Copies) -> None:
    urls = [copies.url(side) for side in SIDES]
    differences = run_once([sys.executable, str(FOLDER / "same_books.py"), *urls]).answer
    if differences != "{}":
        raise SystemExit(f"the two sides did not write the same: {differences}")


def _report(chosen: argparse.Namespace, figures: dict[str, list[Figure]]) -> None:
    kind = f"{'nothing' if chosen.unknown else 'everything'} matches, on {chosen.database}"
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


def _command(side: str, copies: Copies, file: Path) -> list[str]:
    script = FOLDER / ("post_by_hub.py" if side == "ours" else "bare_sql.py")
    return [sys.executable, str(script), copies.url(side), str(file)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    comparison = parser.add_subparsers(dest="verb", required=True).add_parser("compare")
    add_arguments(comparison)
    comparison.add_argument("--unknown", action="store_true", help="a file in which nothing matches")
    comparison.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    compare(parser.parse_args())


if __name__ == "__main__":
    main()
