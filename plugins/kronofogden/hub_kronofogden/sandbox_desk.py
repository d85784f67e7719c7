"""An enforcement authority's desk on this disk: files come in and are read, cases go on day by day, files are left.

It reads the made-up rows by itself, and nothing of the adapter: a line is cut where the numbers below say. Faults, each
of the next thing that it is about:

    refuse_file    a file is refused by its receipt
    lose_receipt   a receipt is never written
    unknown_word   a case is told by a word that nobody knows
    unknown_case   a case is told of that nobody applied for
    skip_number    a number of its own files is left out
    contest        the debtor of the next case that is served contests it
    not_served     the next case is not served, and is dismissed a day later
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hub.loopback.folders import whole_files

DESK_FAULTS = (
    "refuse_file", "lose_receipt", "unknown_word", "unknown_case", "skip_number", "contest", "not_served",
)  # fmt: skip
_NEXT = {
    "filed": "confirmed", "confirmed": "ordered", "ordered": "served", "served": "decided",
    "enforcement_applied": "enforcement", "enforcement": "enforcement_report",
}  # fmt: skip
_END = "\r\n"


def rows_in(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the code and the rest of each line. Raises ValueError when the last line is none that ends a file."""
    lines = content.decode("latin-1").split(_END)
    if lines[-1] or not lines[-2].startswith("ZZ"):
        raise ValueError("the file has no end")
    yield from ((line[:2], line[2:]) for line in lines[:-1])


class AuthorityDesk:
    """Its folders, its cases, and what it still has to tell."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.outbox, self.taken = folder / "in", folder / "out", folder / "taken"
        self.handed_over = folder / "handed_over"
        self.faults: Counter[str] = Counter()
        self.unreadable: dict[str, str] = {}
        self._kept = folder / "desk.json"
        kept = json.loads(self._kept.read_text("utf-8")) if self._kept.exists() else {}
        self.cases: dict[str, dict[str, Any]] = kept.get("cases", {})
        self._file_no: int = kept.get("file_no", 0)
        self._seen: list[str] = kept.get("seen", [])
        self._told: list[str] = []

    def open(self) -> None:
        """Make the folders."""
        for folder in (self.inbox, self.outbox, self.taken, self.handed_over):
            folder.mkdir(parents=True, exist_ok=True)

    def work(self, day: str) -> None:
        """Read what came, let each case go one step on, and leave a file of all that; `day` as 2026-11-23."""
        self.open()
        known = list(self.cases)
        for file in whole_files(self.inbox):
            self._take(file, day)
        for number in known:
            self._go_on(self.cases[number], day)
        if self._falls("unknown_case"):
            self._tell("0", "99-9999-99", "served", day)
        if self._told:
            self._leave(day)
        kept = {"cases": self.cases, "file_no": self._file_no, "seen": self._seen}
        self._kept.write_text(json.dumps(kept), encoding="utf-8")

    def hand_over(self) -> list[Path]:
        """Take the files that wait to be fetched out of there, and return them, oldest first."""
        return [file.replace(self.handed_over / file.name) for file in sorted(self.outbox.iterdir())]

    def _take(self, file: Path, day: str) -> None:
        is_again = file.name in self._seen
        try:
            rows = list(rows_in(file.read_bytes()))
        except (ValueError, IndexError) as error:
            self.unreadable[file.name] = str(error)
            rows = []
        file.replace(self.taken / file.name)
        if is_again or not rows:
            return
        self._seen.append(file.name)
        kind, head = rows[0]
        file_no = int(head[21:27] if kind == "AA" else head[11:17])
        is_taken = not self._falls("refuse_file")
        if not self._falls("lose_receipt"):
            said = f"{file_no:06}{'J' if is_taken else 'N'}{_date(day)}{'' if is_taken else 'E17':6}"
            self._told.append(f"TR{said}{'' if is_taken else 'refused by order':80}")
        for code, row in rows[1:-1] if is_taken else ():
            self._row(code, row, day)

    def _row(self, code: str, row: str, day: str) -> None:
        number = str(int(row[:12]))
        if code == "BA":
            self.cases[number] = {
                "order_no": number, "identity": row[20:32], "total_ore": int(row[-14:]), "state": "filed",
                "case_no": f"{len(self.cases) + 1:02}-1000-26", "claims": {},
                "costs_ore": sum(int(row[at : at + 10]) for at in (270, 280, 290, 300)),
            }  # fmt: skip
        elif code in ("BB", "RB", "CB") and self.cases[number]["state"] != "closed":
            amounts = (row[-42:-28], row[-28:-14], row[-14:])
            self.cases[number]["claims"][str(int(row[12:14]))] = [int(one) for one in amounts]
        elif code == "EA" and self.cases[number]["state"] == "decided":
            self.cases[number] |= {"state": "enforcement_applied", "enforced_ore": int(row[-14:])}
        elif code == "EA":
            self._tell(number, self.cases[number]["case_no"], "enforcement_refused", day)
        elif code == "RA":
            self._tell(number, self.cases[number]["case_no"], "reduced", day)
        elif code == "CA":
            self._change_enforcement(self.cases[number], row[40:41], day)
        elif code == "WA":
            self.cases[number]["state"] = "withdrawn"
            self._tell(number, self.cases[number]["case_no"], "withdrawn", day)

    def _change_enforcement(self, case: dict[str, Any], change: str, day: str) -> None:
        case["changed"] = change
        if change == "W":
            case["state"] = "closed"
        self._tell(case["order_no"], case["case_no"], "closed" if change == "W" else "reduced", day)

    def _go_on(self, case: dict[str, Any], day: str) -> None:
        state = _NEXT.get(case["state"])
        if case["state"] == "not_served":
            state = "dismissed"
        elif state == "served" and self._falls("not_served"):
            state = "not_served"
        elif state == "decided" and self._falls("contest"):
            state = "contested"
        if state is None:
            return
        case["state"] = state
        word = "vilande" if self._falls("unknown_word") else state
        costs = case["costs_ore"] if state == "decided" else None
        self._tell(case["order_no"], case["case_no"], word, day, costs)

    def _tell(self, order_no: str, case_no: str, word: str, day: str, costs_ore: int | None = None) -> None:
        said = "" if costs_ore is None else f"{costs_ore:014}"
        order = f"{int(order_no):012}" if int(order_no) else ""
        self._told.append(f"TC{order:12}{case_no:20}{word:24}{_date(day)}{said:14}{'':80}")

    def _leave(self, day: str) -> None:
        self._file_no += 2 if self._falls("skip_number") else 1
        receipts = sum(row.startswith("TR") for row in self._told)
        head = f"TA{self._file_no:06}{_date(day)}{'':11}"
        end = f"TZ{receipts:06}{len(self._told) - receipts:06}"
        content = _END.join([head, *self._told, end, ""])
        (self.outbox / f"FROM_{self._file_no:05}.txt").write_bytes(content.encode("latin-1"))
        self._told = []

    def _falls(self, fault: str) -> bool:
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True


def _date(day: str) -> str:
    return day.replace("-", "")
