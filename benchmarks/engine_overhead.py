"""What the engine costs: a file's run through it, against the same calls without it, and against bare SQL.

    python benchmarks/engine_overhead.py compare --payments 100000 --chunk 20000
    python benchmarks/engine_overhead.py compare --payments 20000 --chunk 1000 --database postgresql
    python benchmarks/engine_overhead.py fixed --database postgresql

*Engine*: the file is received, the engine's queue hands its run to a node, steps are fenced, their answers and the
progress are kept. *Plain*: the same body calls the same services in the same transactions, and nothing else: no queue,
no run, no step, no fence. *Bare*: `bare_sql.py`. All three on copies of one world. Keeping the bytes is outside.
Processor time is that of the thread that carries out; what the engine spends on looking for work goes on beside it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence

from comparing import FOLDER, add_arguments, circumstances, keep_compiled, made_file, save
from measuring import Figure, alternate, run_once
from posting_databases import copies_of_world

Times = Mapping[str, float]
Ratio = Callable[[Times, Times, Times], float]

SIDES = ("engine", "plain", "bare")
_RUNNER = [sys.executable, str(FOLDER / "run_by_engine.py")]


def compare(chosen: argparse.Namespace) -> None:
    """Run all sides in turn on fresh copies, and show times of chunks and of the whole run."""
    keep_compiled(chosen.folder)
    file = made_file("bgmax", chosen.payments, chosen.folder)
    with copies_of_world(chosen.database, chosen.folder, chosen.payments) as copies:
        commands = {side: [*_RUNNER, side, copies.url(side), str(file), str(chosen.chunk)] for side in SIDES}
        copies.renew("engine")
        run_once(commands["engine"])  # compiles its modules
        figures = alternate(commands, dict.fromkeys(SIDES, chosen.rounds), copies.renew)
    _report(chosen, {side: [_times(run) for run in runs] for side, runs in figures.items()})


def _times(run: Figure) -> Times:
    times: Times = json.loads(run.answer)
    return times


def _report(chosen: argparse.Namespace, sides: Mapping[str, Sequence[Times]]) -> None:
    medians = {
        side: {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}
        for side, runs in sides.items()
    }
    rounds = list(zip(*(sides[side] for side in SIDES), strict=True))
    result = {
        **circumstances(),
        "database": chosen.database,
        "payments": chosen.payments,
        "chunk": chosen.chunk,
        "rounds": chosen.rounds,
        "medians": medians,
        "ratios": {
            "a chunk, engine to plain": _ratio(rounds, _to_plain("chunk_ms")),
            "a chunk, engine to plain, our processor time": _ratio(rounds, _to_plain("chunk_cpu_ms")),
            "a chunk, bare SQL and what the engine adds, to bare SQL": _ratio(rounds, _beside_bare("chunk_ms")),
            "the same, our processor time": _ratio(rounds, _beside_bare("chunk_cpu_ms")),
            "the run, engine to plain": _ratio(rounds, _to_plain("run_s")),
            "the run, engine to plain, processor time with the server's": _ratio(rounds, _to_plain("run_cpu_s")),
        },
    }
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def _to_plain(name: str) -> Ratio:
    return lambda engine, plain, _bare: engine[name] / plain[name]


def _beside_bare(name: str) -> Ratio:
    return lambda engine, plain, bare: 1 + (engine[name] - plain[name]) / bare[name]


def _ratio(rounds: Sequence[Sequence[Times]], of: Ratio) -> float:
    return round(statistics.median(of(*each) for each in rounds), 3)


def fixed(chosen: argparse.Namespace) -> None:
    """Show what a run and a step cost that do nothing."""
    keep_compiled(chosen.folder)
    with copies_of_world(chosen.database, chosen.folder, 1_000) as copies:
        taken = []
        for _ in range(chosen.rounds):
            copies.renew("engine")
            taken.append(json.loads(run_once([*_RUNNER, "fixed", copies.url("engine")]).answer))
    medians = {name: round(statistics.median(times[name] for times in taken), 2) for name in taken[0]}
    result = {**circumstances(), "database": chosen.database, "rounds": chosen.rounds, "ms": medians}
    print(json.dumps(result, indent=2))
    save(result, chosen.save)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, does in (("compare", compare), ("fixed", fixed)):
        sub = verbs.add_parser(verb)
        sub.set_defaults(does=does)
        add_arguments(sub)
        sub.add_argument("--chunk", type=int, default=20_000, help="payments of a chunk")
        sub.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args()
    chosen.does(chosen)


if __name__ == "__main__":
    main()
