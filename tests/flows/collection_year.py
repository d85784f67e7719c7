"""A simulated year of collection: receivables are handed over, paid here or there, credited, disputed and taken back.

Messages are refused or late, the agency's files are lost and come later. What must stand at the end is counted a third
time, from the script of what happened alone. By itself: `python tests/flows/collection_year.py 10000`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collection_world import CollectionWorld, collection_tenant
from sqlalchemy import Engine

from hub.errors import RuleViolation, TransientError
from hub.model.collection import Manner
from hub.model.collection_cases import CaseState
from hub.model.collection_commands import RecallCase
from hub.model.commands import CreditReceivable, Target
from hub.rules.interest.reference_rates import ReferenceRate
from hub.store.database import open_database

WEEKS = 52
LAST_INVOICE_WEEK = 36
AMOUNT_ORE = 100_000


class Year:
    """Plays a year week by week; `owed` is what the script says that each receivable owes."""

    def __init__(self, engine: Engine, seed: int, receivables: int, *, manner: Manner, settles: bool = False) -> None:
        self._random = random.Random(seed)
        tenant = collection_tenant({"settles": settles}, closing={"DISPUTED_RETURNED": "reopen"})
        self.world = CollectionWorld(engine, tenant, manner=manner)
        day = self.world.clock.today()
        later = ReferenceRate(day.replace(year=2027, month=1, day=1), self.world.rates.on(day).percent, "made up")
        next_half = later._replace(from_day=later.from_day.replace(month=7))
        self.world.rates = self.world.rates.extended([later, next_half])
        self.settles = settles
        self.owed: Counter[str] = Counter()
        self.collected_ore = 0
        self.happened: Counter[str] = Counter()
        self._numbers = [str(10_000 + number) for number in range(receivables)]
        self._commands = 0
        self._lost: list[bytes] = []

    def play(self) -> None:
        """Play the year, and let everything arrive in the end."""
        for week in range(WEEKS):
            self._import(week)
            self._hand_over()
            self._happen()
            self._agency_tells(is_last=False)
            self.world.next_day(7)
        for _ in range(4):
            self._agency_tells(is_last=True)
            self.world.clock.advance(timedelta(days=2))
            self.world.follow()

    def _import(self, week: int) -> None:
        share = len(self._numbers) // LAST_INVOICE_WEEK + 1
        new = self._numbers[week * share : (week + 1) * share]
        if new:
            today = self.world.clock.today()
            days = {"invoice_date": (today - timedelta(days=30)).isoformat(), "due_date": today.isoformat()}
            self.world.person(*new, **days)
            self.owed.update(dict.fromkeys(new, AMOUNT_ORE))

    def _hand_over(self) -> None:
        if self._random.random() < 0.3:
            self.world.books.faults.append(TransientError("busy") if self._random.random() < 0.7 else None)
        self.world.transfer()

    def _happen(self) -> None:
        """Let something happen to some of the open cases."""
        is_open = self._open_cases()
        for case, number, *_ in self._random.sample(is_open, k=min(len(is_open), max(1, len(is_open) // 6))):
            what = self._random.choice(["here", "here", "there", "there", "credit", "recall", "dispute"])
            getattr(self, f"_{what}")(case, number)
            self.happened[what] += 1

    def _open_cases(self) -> list[Any]:
        with self.world.store.read() as work:
            return work.collection_cases.latest(state="open", limit=1_000_000)

    def _here(self, case: Any, number: str) -> None:
        """The debtor pays us, in whole or in part; what was settled at its transfer is not open here."""
        open_ore = sum(self.world.open(number))
        amount_ore = min(open_ore, self._random.choice([20_000, 50_000, AMOUNT_ORE]))
        if amount_ore > 0:
            self.world.pay(self.world.one(number), amount_ore, self.world.clock.today().isoformat(), self._payment())
            self.owed[number] -= amount_ore

    def _payment(self) -> int:
        self.world._payments += 1
        return self.world._payments

    def _there(self, case: Any, number: str) -> None:
        left = sum(self.world.books.left.get(case.claim_id, (0,)))
        amount_ore = min(left, self._random.choice([30_000, AMOUNT_ORE]))
        if amount_ore > 0 and case.claim_id not in self.world.books.closed:
            self.world.books.debtor_pays(case.claim_id, amount_ore)
            self.owed[number] -= amount_ore
            self.collected_ore += amount_ore

    def _credit(self, case: Any, number: str) -> None:
        amount_ore = min(sum(self.world.open(number)), 10_000)
        if amount_ore > 0:
            target = Target(company="1", number=number)
            self._tell(CreditReceivable(key=self._key(), user="anna", receivable=target, amount_ore=amount_ore))
            self.owed[number] -= amount_ore

    def _recall(self, case: Any, number: str) -> None:
        if case.state != CaseState.RECALLING:
            self._tell(RecallCase(key=self._key(), user="anna", case_no=case.case_no, reason="agreement"))

    def _dispute(self, case: Any, number: str) -> None:
        if case.claim_id in self.world.books.left and case.claim_id not in self.world.books.closed:
            self.world.books.closed[case.claim_id] = "DISPUTED_RETURNED"
            self._said.append({"told": "closed", "claim": case.claim_id, "code": "DISPUTED_RETURNED"})

    @property
    def _said(self) -> list[dict[str, Any]]:
        return self.world.books._unsaid

    def _tell(self, command: Any) -> None:
        try:
            self.world.tell_hub(command)
        except RuleViolation:
            self.happened["refused"] += 1

    def _key(self) -> str:
        self._commands += 1
        return f"y{self._commands}"

    def _agency_tells(self, *, is_last: bool) -> None:
        """The agency settles and tells; a file may be lost, and comes again some weeks later."""
        self.world.work()
        books = self.world.books
        books.out += self._lost if is_last or self._random.random() < 0.3 else []
        self._lost = [] if self._lost and self._lost[-1] in books.out else self._lost
        lines: list[dict[str, Any]] = []
        if is_last or self._random.random() < 0.3:
            lines, _ = books.settlement()
        before = len(books.out)
        books.tell(*lines)
        if not is_last and self._random.random() < 0.1:
            self._lost += books.out[before:]
            del books.out[before:]
            self.happened["lost"] += 1
        self.world.follow()

    # --- what must stand

    def differences(self) -> dict[str, tuple[int, int]]:
        """Return receivables that owe something else than the script says: (ours, the script's); here and there."""
        left = Counter({row[1]: row[0].left_there_ore for row in self._open_cases() if row[0].is_settled})
        found = {}
        for number, expected in self.owed.items():
            ours = sum(self.world.open(number)) + left[number]
            if ours != expected:
                found[number] = (ours, expected)
        return found

    def open_on_one_side(self) -> set[str]:
        """Return the claims that are open with us and not at the agency, or the other way."""
        ours = {row[0].claim_id for row in self._open_cases()}
        return ours ^ {claim for claim in self.world.books.left if claim not in self.world.books.closed}

    def twice(self) -> list[str]:
        """Return the claims of which the agency was told more than once."""
        told = Counter(line["claim"] for line in self.world.books.lines if line["kind"] == "claim")
        return [claim for claim, count in told.items() if count > 1]

    def accounts(self) -> dict[str, int]:
        return self.world.accounts()


def main(receivables: int) -> None:
    """Play a year of so many receivables on SQLite, and say what it came to."""
    with TemporaryDirectory() as folder:
        began = time.monotonic()
        engine = open_database(f"sqlite:///{Path(folder) / 'hub.sqlite'}")
        year = Year(engine, 7, receivables, manner=Manner.IN_FILES)
        year.play()
        said = {
            "receivables": receivables,
            "seconds": round(time.monotonic() - began),
            "happened": dict(year.happened),
            "cases": len(year.world.cases()),
            "differences": len(year.differences()),
            "open on one side": len(year.open_on_one_side()),
            "told twice": len(year.twice()),
            "verify": year.world.verify(),
        }
        sys.stdout.write(f"{json.dumps(said)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
