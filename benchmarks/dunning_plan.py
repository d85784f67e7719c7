"""A dunning plan over N open receivables, against the bare query that reads the same rows.

Of four receivables one is not due, two are late and one has been reminded; one of fifty is held. Ours reads them,
decides by the rule and stores an item for each that is taken or stopped. The bare side is sqlite3 and a loop: it reads
the same columns of open receivables, steps and holds, and adds up what is open; both must say the same sum.

python benchmarks/dunning_plan.py --receivables 1000000 --save dunning-plan-1000000
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

from comparing import circumstances, save
from measuring import Figure, alternate, medians, ratios_by_pair

ON = "2026-11-22"
POLICY = {
    "name": "usual",
    "reminder_fee_is_agreed": True,
    "reminder_1": {"after_days": 5, "fee": "60,00", "debits_fee": True},
    "demand": {"after_days": 14, "counted_from": "reminder_1", "fee": "180,00", "debits_fee": True},
    "warning": {"after_days": 20},
}
HOLD_CODES = {"1": {"text": "disputed", "stops": ["reminder_1", "demand", "warning"]}}
MIX = (
    """UPDATE receivable SET due_date = CASE receivable_id % 4 WHEN 0 THEN '2026-12-31' WHEN 1 THEN '2026-11-16'
       WHEN 2 THEN '2026-10-26' ELSE '2026-09-28' END""",
    """INSERT INTO dunning_step (tenant, receivable_id, step_no, step, plan_no, item_no, dated_on, answer_by, fee_ore,
           is_fee_debited, interest_ore, is_interest_debited, letter, sent_at)
       SELECT tenant, receivable_id, 1, 'reminder_1', 1, receivable_id, '2026-10-10', '2026-10-20', 6000, 1, 0, 0,
              'dun:1:' || receivable_id, '2026-10-10T09:00:00.000+00:00'
       FROM receivable WHERE receivable_id % 4 = 3""",
    """INSERT INTO hold (tenant, receivable_id, hold_no, code, source, set_at)
       SELECT tenant, receivable_id, 1, '1', 'anna', '2026-10-01' FROM receivable WHERE receivable_id % 50 = 7""",
)
READ = (
    """SELECT r.receivable_id, r.company, r.number, r.source_system, r.routine, r.kind, r.currency, r.group_no,
              r.invoice_date, r.due_date, r.debtor_identity, r.debtor_key, r.debtor_number,
              o.principal_ore, o.fee_ore, o.interest_ore
       FROM open_item o CROSS JOIN receivable r
       WHERE o.tenant = 1 AND r.tenant = 1 AND r.receivable_id = o.receivable_id ORDER BY o.receivable_id""",
    "SELECT * FROM dunning_step WHERE tenant = 1 AND undone_at IS NULL ORDER BY receivable_id, step_no",
    "SELECT receivable_id, code FROM hold WHERE tenant = 1 AND ended_at IS NULL ORDER BY receivable_id, hold_no",
)


def make_world(file: Path, count: int) -> None:
    """Make a database with so many open receivables, some of them dunned before."""
    from posting_world import make_world as make_receivables

    make_receivables(f"sqlite:///{file}", count)
    with sqlite3.connect(file) as connection:
        for statement in MIX:
            connection.execute(statement)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def ours(file: Path) -> str:
    """Make the plan; return how many receivables were read, and what is open on them."""
    from datetime import date

    from posting_world import CLOCK

    from hub.model.dunning_plans import Selection
    from hub.model.tenant import Tenant
    from hub.rules.interest.reference_rates import shipped_rates
    from hub.runtime.carrying import rare_collections
    from hub.services.dunning.letter_interest import LetterInterest
    from hub.services.dunning.planning import fill_plan, make_plan, plan_of
    from hub.store.database import open_database
    from hub.store.unit_of_work import SqlStore
    from hub.testing.example_tenant import company_settings, tenant_settings

    dunning = {"policies": [POLICY], "hold_codes": HOLD_CODES}
    company = company_settings(accounts={"reminder_fee": "3591", "demand_fee": "3592"}, dunning=dunning)
    tenant = Tenant.model_validate(tenant_settings(company))
    engine = open_database(f"sqlite:///{file}")
    store = SqlStore(engine, tenant.id, CLOCK)
    with store.write() as work:
        plan_no = make_plan(work, tenant, Selection(), date.fromisoformat(ON), shipped_rates(), user="benchmark")
    with rare_collections():  # as `hub.dunning.plan` does
        fill_plan(store.read, store.write, tenant, plan_no, earned=LetterInterest(shipped_rates).earned)
    with store.read() as work:
        plan, sums = plan_of(work, plan_no), work.plans.sums(plan_no)
    engine.dispose()
    items = sum(one.items for one in sums)
    return f"{items + sum(plan.counted.values())} {items}"


def bare(file: Path) -> str:
    """Read the same rows; return how many receivables there are, and how many of them are late."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA cache_size=-131072")
    receivables = late = others = 0
    for row in connection.execute(READ[0]):
        receivables += 1
        late += row[9] < ON
    for statement in READ[1:]:
        for _ in connection.execute(statement):
            others += 1
    connection.close()
    return f"{receivables} {late}"


def compare(count: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Take the sides in turn on copies of one database."""
    folder.mkdir(exist_ok=True, parents=True)
    world, copy = folder / f"dunning-{count}.sqlite", folder / "dunning-copy.sqlite"
    if not world.exists():  # in a process of its own: children of a large one look as large
        subprocess.run([sys.executable, __file__, "world", str(world), "--receivables", str(count)], check=True)
    commands = {side: [sys.executable, __file__, side, str(copy)] for side in ("ours", "bare")}

    def fresh(_side: str) -> None:
        for leftover in folder.glob("dunning-copy.sqlite*"):
            leftover.unlink()
        shutil.copy(world, copy)

    figures = alternate(commands, dict.fromkeys(commands, rounds), fresh)
    fresh("")
    _refuse_differing(figures)
    return {
        **circumstances(),
        "receivables": count,
        "read_and_items": figures["ours"][0].answer,
        "sides": {side: medians(runs) for side, runs in figures.items()},
        "ours_to_bare": ratios_by_pair(figures["ours"], figures["bare"]),
    }


def _refuse_differing(figures: dict[str, list[Figure]]) -> None:
    if len({figure.answer for runs in figures.values() for figure in runs}) != 1:
        raise SystemExit("the two sides read different receivables: no figure")


def main() -> None:
    """Take one side, or compare both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("side", nargs="?", choices=("ours", "bare", "world", "compare"), default="compare")
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--receivables", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("benchmark-files").resolve())
    parser.add_argument("--save", default="", help="name of a result file in benchmarks/results")
    chosen = parser.parse_args()
    if chosen.side == "compare":
        result = compare(chosen.receivables, chosen.rounds, chosen.folder)
        print(result["sides"], result["ours_to_bare"])
        save(result, chosen.save)
    elif chosen.side == "world":
        make_world(chosen.file, chosen.receivables)
    else:
        print((ours if chosen.side == "ours" else bare)(chosen.file))


if __name__ == "__main__":
    main()
