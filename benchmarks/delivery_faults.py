"""A thousand documents over six channels with faults at random, seed after seed: does each end where its faults say?

The world is that of `tests/flows/test_thousand_invoices.py`, on SQLite: real channels, their sandboxes on real sockets,
a clock that is moved. Of every second seed the processes that find ways and follow reports die as well. The other
sides count who got what.

python benchmarks/delivery_faults.py --seeds 50 --documents 1000 --save delivery-faults
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

from comparing import circumstances, save
from haste import in_haste

sys.path.append(str(Path(__file__).parents[1]))

from hub.store.database import open_database
from tests.flows.invoice_fates import Ends, Lot
from tests.flows.thousand_world import ThousandWorld

DEATHS = 40
LONGEST_LIFE = 60  # commits


class Lived(NamedTuple):
    """One seed, lived to its end."""

    ends: Counter[str]
    got_by: Counter[str]
    faults: Counter[str]
    deaths: int
    wrong: list[str]


def live(seed: int, documents: int, folder: Path) -> Lived:
    """Send the documents of a seed until nothing moves any more."""
    cases = Lot(seed, time_outs=3).cases(documents)
    engine = in_haste(open_database(f"sqlite:///{folder / 'hub.sqlite'}"))
    with ThousandWorld(engine, folder, cases, seed=seed) as world:
        chance = Random(seed)
        world.die_at([chance.randint(1, LONGEST_LIFE) for _ in range(DEATHS)] if seed % 2 else [])
        world.send_all()
    ends = world.ends().values()
    lived = Lived(
        Counter(str(end.state) for end in ends),
        Counter(end.got_by for end in ends if end.got_by),
        Counter(f"{channel} {name}" for case in cases for channel, names in case.sends.items() for name in names),
        world.deaths,
        [f"seed {seed}: {difference}" for difference in world.differences()],
    )
    engine.dispose()
    return lived


def report(lived: list[Lived], took_s: float, documents: int) -> dict[str, object]:
    """Add the seeds up."""
    ends = sum((one.ends for one in lived), Counter[str]())
    faults = sum((one.faults for one in lived), Counter[str]())
    return {
        "seeds": len(lived),
        "documents": len(lived) * documents,
        "deliveries": ends[Ends.DELIVERED],
        "queue": {state: ends[state] for state in (Ends.HELD, Ends.UNKNOWN)},
        "got_by": dict(sum((one.got_by for one in lived), Counter[str]()).most_common()),
        "faults_drawn": faults.total(),
        "kinds_of_faults": len(faults),
        "deaths": sum(one.deaths for one in lived),
        "wrong": sum(len(one.wrong) for one in lived),
        "took_s": round(took_s),
    }


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=1_000, help="of each seed")
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    lived: list[Lived] = []
    began_s = time.monotonic()
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
        with tempfile.TemporaryDirectory(prefix="hub-delivery-") as folder:
            lived.append(live(seed, chosen.documents, Path(folder)))
        print(
            f"seed {seed}: {dict(lived[-1].ends)}, deaths {lived[-1].deaths}", *lived[-1].wrong, sep="\n  ", flush=True
        )
    result = {**circumstances(), **report(lived, time.monotonic() - began_s, chosen.documents)}
    print(json.dumps(result, indent=2))
    save(result, chosen.save)
    sys.exit(1 if result["wrong"] else 0)


if __name__ == "__main__":
    main()
