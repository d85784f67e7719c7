"""Compare readers of one format: ours, the bare loop, and peers given on the command line, on the same file.

A peer is `name=command`; `{file}` in the command stands for the file. Its last printed line must be the number of
payments and their sum in öre, so that nothing is compared that read something else.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measuring import Figure, alternate, medians, ratios_by_pair, run_once

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"


def add_arguments(parser: argparse.ArgumentParser, *, rounds: int = 3) -> None:
    """Add the options that every comparison has."""
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument(
        "--folder", type=Path, default=Path("benchmark-files").resolve(), help="where files are made and kept"
    )
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")


def add_peer_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for peers."""
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND", help="{file} is the file")
    parser.add_argument("--peer-rounds", type=int, default=0, help="when peers are slow: fewer rounds than ours")


def compare_readers(script: Path, file_format: str, chosen: argparse.Namespace) -> None:
    """Make the file, run every reader in turn, check that all read the same, and show the figures."""
    file = made_file(file_format, chosen.payments, chosen.folder)
    commands = {side: [sys.executable, str(script), side, str(file)] for side in ("ours", "bare")}
    peers = {name: _filled(template, file) for name, _, template in (peer.partition("=") for peer in chosen.peer)}
    rounds = dict.fromkeys(commands, chosen.rounds) | dict.fromkeys(peers, chosen.peer_rounds or chosen.rounds)
    figures = alternate(commands | peers, rounds)
    _require_same_answers(figures)
    result = {
        **circumstances(),
        "format": file_format,
        "payments": chosen.payments,
        "file_mib": round(file.stat().st_size / 2**20, 1),
        "readers": {name: medians(runs) for name, runs in figures.items()},
        "ours_to": {name: ratios_by_pair(figures["ours"], runs) for name, runs in figures.items()},
    }
    show(result["readers"], result["ours_to"], title=f"{chosen.payments} payments as {file_format}")
    save(result, chosen.save)


def made_file(file_format: str, payments: int, folder: Path, *, matching: bool = True) -> Path:
    """Return a file of so many payments, made in a process of its own unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = "" if matching else "-unknown"
    suffix = ".txt" if file_format == "bgmax" else ".xml"  # some peers judge a file by its name
    file = folder / f"{file_format}-{payments}{kind}{suffix}"
    if not file.exists():
        unfinished = file.with_suffix(".part")
        maker = [sys.executable, str(FOLDER / "make_files.py"), file_format, str(payments), str(unfinished)]
        run_once(maker if matching else [*maker, "--unknown"])
        unfinished.rename(file)
    return file


def _filled(template: str, file: Path) -> list[str]:
    return [part.replace("{file}", str(file)) for part in shlex.split(template)]


def _require_same_answers(figures: Mapping[str, Sequence[Figure]]) -> None:
    answers = {name: sorted({run.answer for run in runs}) for name, runs in figures.items()}
    if len({tuple(answer) for answer in answers.values()}) != 1:
        raise SystemExit(f"the readers disagree about the file: {answers}")


def circumstances() -> dict[str, Any]:
    """Return when and on what the figures were taken."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def show(figures: Mapping[str, Mapping[str, Any]], ratios: Mapping[str, Mapping[str, float]], *, title: str) -> None:
    """Print a table: ratios of ours to each by processor time, wall time and peak memory, then the figures."""
    print(title)
    print(f"  {'ours to …':<32} {'cpu':>6} {'wall':>6} {'peak':>6}   {'cpu s':>8} {'wall s':>8} {'MiB':>8} runs")
    for name, row in figures.items():
        ratio = ratios[name]
        print(
            f"  {name:<32} {ratio['cpu']:>6.2f} {ratio['wall']:>6.2f} {ratio['peak']:>6.2f}   "
            f"{row['cpu_s']:>8.2f} {row['wall_s']:>8.2f} {row['peak_mib']:>8.1f} {row['runs']:>4}"
        )


def keep_compiled(folder: Path) -> None:
    """Let every process find its modules compiled, as an installation leaves them, whatever the environment says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder.absolute() / "compiled")


def save(result: Mapping[str, Any], name: str) -> None:
    """Keep a result beside this script, when it was given a name."""
    if name:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
