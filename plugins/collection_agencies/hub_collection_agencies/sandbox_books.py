"""The books of an agency on this machine: cases, what debtors pay, what is paid out. It imports nothing of the adapter.

Every change is a line of a file, and what stands in the books is what the lines say, so that they outlive the process.
Amounts are whole öre. A debtor's payment covers the agency's own fee first, then interest, fees and capital; what is
more goes back to the debtor. Of what was collected the agency keeps a commission and the VAT on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

OWN_FEES_ORE = {"remind": 6_000, "collect": 18_000}
COMMISSION_PERCENT, VAT_PERCENT = 4, 25
BUCKETS = ("interest", "fee", "capital")  # in the order in which money covers them


@dataclass
class AgencyCase:
    """One case."""

    number: str
    claim_id: str
    invoice_no: str
    order_key: str
    creditor: str
    debtor: str
    step: str
    opened_on: str
    left: dict[str, int]  # by bucket: what is owed to the creditor
    handed: dict[str, int]
    own_fee_ore: int
    stage: str = "transferred"
    closed: str = ""  # the code
    closed_on: str = ""
    changed: int = 0  # by which line of the books it was last changed
    unsettled: dict[str, int] = field(default_factory=dict)
    unsettled_since: str = ""
    settled_ore: int = 0
    kept_ore: int = 0  # own fees, collected
    returned_ore: int = 0  # to debtors who paid too much
    direct_ore: int = 0  # paid to the creditor, as told
    credited_ore: int = 0
    told_twice: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    is_recalled: bool = False
    is_held: bool = False

    @property
    def left_ore(self) -> int:
        """What the creditor is owed."""
        return sum(self.left.values())

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return not self.closed


class AgencyBooks:
    """All cases of one agency."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.lock = RLock()
        self.cases: dict[str, AgencyCase] = {}
        self.payouts: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self._lines = 0
        self._by_claim: dict[str, AgencyCase] = {}
        self._by_invoice: dict[str, list[AgencyCase]] = {}
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            self._apply(json.loads(line))

    def register(self, **said: Any) -> AgencyCase:
        """Open a case: `claim_id, invoice_no, order_key, creditor, debtor, step, day, capital, interest, fee`."""
        with self.lock:
            number = f"A{len(self.cases) + 1:07}"
            self._record("register", number=number, **said)
            return self.cases[number]

    def find(self, *, number: str = "", claim_id: str = "", invoice_no: str = "") -> AgencyCase | None:
        """Return a case: by its number, else the latest of a claim or invoice."""
        if number:
            return self.cases.get(number)
        if claim_id:
            return self._by_claim.get(claim_id)
        found = self._by_invoice.get(invoice_no, [])
        return next((case for case in reversed(found) if case.is_open), found[-1] if found else None)

    def direct_payment(self, number: str, key: str, parts: dict[str, int]) -> None:
        """Note that the creditor has been paid, by bucket; below zero: it was taken back."""
        self._record("direct_payment", number=number, key=key, parts=parts)

    def credit(self, number: str, key: str, amount_ore: int) -> None:
        """Note that the creditor asks for less."""
        self._record("credit", number=number, key=key, amount=amount_ore)

    def recall(self, number: str, reason: str) -> None:
        """Note that the creditor takes the case back."""
        self._record("recall", number=number, reason=reason)

    def hold(self, number: str, *, is_held: bool) -> None:
        """Note that the case is to rest, or to go on."""
        self._record("hold", number=number, is_held=is_held)

    def pay(self, number: str, amount_ore: int, day: str) -> None:
        """Take money from the debtor."""
        self._record("pay", number=number, amount=amount_ore, day=day)

    def advance(self, number: str, stage: str) -> None:
        """Let a case come further."""
        self._record("stage", number=number, stage=stage)

    def close(self, number: str, code: str, day: str) -> None:
        """End a case."""
        self._record("close", number=number, code=code, day=day)

    def settle(self, day: str) -> dict[str, Any] | None:
        """Pay out all that has been collected, and return the payout; None when there is nothing."""
        with self.lock:
            rows = [_row(case) for case in self.cases.values() if any(case.unsettled.values())]
            if not rows:
                return None
            self._record("settle", day=day, reference=f"U{len(self.payouts) + 1:06}", rows=rows)
            return self.payouts[-1]

    def done(self) -> Iterator[tuple[AgencyCase, str]]:
        """Yield open cases that have nothing left to do, with the code that they end by."""
        for case in list(self.cases.values()):
            if case.closed or any(case.unsettled.values()):
                continue
            if case.is_recalled:
                yield case, "RECALLED"
            elif case.left_ore <= 0:
                yield case, _code(case)

    def _record(self, what: str, **said: Any) -> None:
        with self.lock:
            line = {"what": what, **said}
            with self._file.open("a", encoding="utf-8") as books:
                books.write(f"{json.dumps(line)}\n")
            self._apply(line)

    def _apply(self, line: dict[str, Any]) -> None:
        self._lines += 1
        what = line["what"]
        if what == "register":
            self._opened(line)
        elif what == "settle":
            self._settled(line)
        else:
            case = self.cases[line["number"]]
            case.changed = self._lines
            getattr(self, f"_{what}")(case, line)

    def _opened(self, said: dict[str, Any]) -> None:
        left = {"capital": said["capital"], "interest": said["interest"], "fee": said["fee"]}
        names = ("number", "claim_id", "invoice_no", "order_key", "creditor", "debtor", "step")
        about = {name: said[name] for name in names}
        own_fee_ore = OWN_FEES_ORE[said["step"]]
        case = AgencyCase(
            **about,
            opened_on=said["day"],
            left=left,
            handed=dict(left),
            own_fee_ore=own_fee_ore,
            changed=self._lines,
        )
        self.cases[case.number] = self._by_claim[case.claim_id] = case
        self._by_invoice.setdefault(case.invoice_no, []).append(case)

    def _direct_payment(self, case: AgencyCase, said: dict[str, Any]) -> None:
        self._note(case, said["key"])
        for bucket, amount_ore in said["parts"].items():
            case.left[bucket] -= amount_ore
            case.direct_ore += amount_ore

    def _credit(self, case: AgencyCase, said: dict[str, Any]) -> None:
        self._note(case, said["key"])
        left_ore = said["amount"]
        for bucket in ("capital", "fee", "interest"):
            taken_ore = min(left_ore, max(case.left[bucket], 0))
            case.left[bucket], left_ore = case.left[bucket] - taken_ore, left_ore - taken_ore
        case.left["capital"] -= left_ore
        case.credited_ore += said["amount"]

    def _recall(self, case: AgencyCase, said: dict[str, Any]) -> None:
        case.is_recalled = True
        case.reasons.append(said["reason"])

    def _hold(self, case: AgencyCase, said: dict[str, Any]) -> None:
        case.is_held = said["is_held"]
        case.stage = "paused" if case.is_held else "krav_sent"

    def _pay(self, case: AgencyCase, said: dict[str, Any]) -> None:
        left_ore = said["amount"]
        own_ore = min(left_ore, case.own_fee_ore)
        case.own_fee_ore, case.kept_ore, left_ore = (
            case.own_fee_ore - own_ore,
            case.kept_ore + own_ore,
            left_ore - own_ore,
        )
        for bucket in BUCKETS:
            taken_ore = min(left_ore, max(case.left[bucket], 0))
            case.left[bucket], left_ore = case.left[bucket] - taken_ore, left_ore - taken_ore
            case.unsettled[bucket] = case.unsettled.get(bucket, 0) + taken_ore
        case.returned_ore += left_ore
        case.unsettled_since = said["day"]

    def _stage(self, case: AgencyCase, said: dict[str, Any]) -> None:
        case.stage = said["stage"]

    def _close(self, case: AgencyCase, said: dict[str, Any]) -> None:
        case.closed, case.closed_on, case.stage = said["code"], said["day"], "closed"

    def _settled(self, said: dict[str, Any]) -> None:
        for row in said["rows"]:
            case = self.cases[row["number"]]
            case.settled_ore += row["capital"] + row["interest"] + row["fee"]
            case.unsettled = {}
            case.changed = self._lines
        self.payouts.append({**said, "line": self._lines})

    def _note(self, case: AgencyCase, key: str) -> None:
        if key in self.keys:
            case.told_twice.append(key)
        self.keys.add(key)


def _row(case: AgencyCase) -> dict[str, Any]:
    parts = {bucket: case.unsettled.get(bucket, 0) for bucket in BUCKETS}
    collected_ore = sum(parts.values())
    commission_ore = (collected_ore * COMMISSION_PERCENT + 50) // 100
    vat_ore = (commission_ore * VAT_PERCENT + 50) // 100
    kept = {"commission": commission_ore, "vat": vat_ore, "net": collected_ore - commission_ore - vat_ore}
    about = {"number": case.number, "claim_id": case.claim_id, "invoice_no": case.invoice_no}
    return {**about, **parts, **kept, "paid_on": case.unsettled_since}


def _code(case: AgencyCase) -> str:
    """Say by what a case with nothing left has ended."""
    if case.settled_ore:
        return "PAID_AGENCY"
    return "PAID_DIRECT" if case.direct_ore else "CREDITED"
