"""A bank on this machine that pays: it takes payment orders, answers, books, and tells it by notice and statement.

It reads what lies in `from_customer` and lays its own files into `for_customer`, both folders of `FileBank`. `work`
lets it do a day's work. Faults, each of the next file or payment:

    reject_file     the file is refused whole
    reject_payment  the next payment is refused, with AC01
    silent          the next file is paid and never answered
    answer_twice    the next answer is laid out twice, under two names
    one_sum         the next file is booked as one sum, without details
    other_amount    the next payment is booked with an amount that is one krona larger
    come_back       the next payment is booked, and comes back at the next day's work
    reverse         the same, and the bank calls it a reversal of its debit
    return_file     the next file is booked as one sum, and comes back as one at the next day's work
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

from hub_autopay.sandbox_messages import Movement, answer, notice, statement
from hub_autopay.sandbox_orders import Order, OrderFile, read_orders

ORDERS, _HEAD = b"pain.001.001", 1_000  # what else is handed over is none of its business
FAULTS = (
    "reject_file", "reject_payment", "silent", "answer_twice", "one_sum", "other_amount", "come_back", "reverse",
    "return_file",
)  # fmt: skip


class PayingBank:
    """What it knows is kept beside its folders, so that it outlives the process."""

    def __init__(self, for_customer: Path, from_customer: Path, account: str) -> None:
        self._for, self._from = for_customer, from_customer
        self._account = account
        self._kept = from_customer.parent / "paying.json"
        kept = json.loads(self._kept.read_text("utf-8")) if self._kept.exists() else {}
        self._read: dict[str, str] = kept.get("read", {})  # hash of a file, by its name
        self._known: list[str] = kept.get("known", [])  # message ids
        self.paid: list[list[object]] = kept.get("paid", [])  # id, öre and payee of every payment that left
        self.balance_ore: int = kept.get("balance_ore", 0)
        self._coming_back: list[list[object]] = kept.get("coming_back", [])
        self._written: int = kept.get("written", 0)
        self._orders: Counter[str] = Counter()

    def order(self, fault: str, times: int = 1) -> None:
        """Let the next files or payments go wrong. Raises ValueError for a fault that it has not."""
        if fault not in FAULTS:
            raise ValueError(f"there is no such fault as {fault}; there are {', '.join(FAULTS)}")
        self._orders[fault] += times

    def work(self, day: str, *, notices: bool = True) -> None:
        """Do a day's work: take what lies there, pay, tell it; `day` is an ISO date."""
        opening_ore = self.balance_ore
        moved = [self._return(one, day) for one in self._coming_back]
        self._coming_back = []
        for path in sorted(self._from.iterdir()):
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            if ORDERS in content[:_HEAD] and path.suffix != ".part" and self._read.get(path.name) != digest:
                self._read[path.name] = digest
                moved += self._take(read_orders(content), day)
        if moved:
            if notices:
                self._lay("notice", notice(self._next(), f"{day}T18:00:00", self._account, moved))
            self._lay("statement", statement(self._next(), day, self._account, opening_ore, moved))
        self._write_down()

    def _take(self, file: OrderFile, day: str) -> list[Movement]:
        wrong = file.wrong or ("DU01" if file.message_id in self._known else "")
        wrong = wrong or ("NARR" if self._falls("reject_file") else "")
        if wrong:
            self._answer(file, day, "RJCT", wrong, [])
            return []
        self._known.append(file.message_id)
        judged = [
            one if one.wrong or not self._falls("reject_payment") else one._replace(wrong="AC01") for one in file.orders
        ]
        refused = [one for one in judged if one.wrong]
        status = "ACCP" if not refused else "PART" if len(refused) < len(judged) else "RJCT"
        if not self._falls("silent"):
            self._answer(file, day, status, "", refused)
        return self._pay([one for one in judged if not one.wrong], day)

    def _pay(self, orders: list[Order], day: str) -> list[Movement]:
        moved = []
        comes_back = bool(orders) and self._falls("return_file")
        if comes_back or (orders and self._falls("one_sum")):
            parts = {one.part: sum(each.ore for each in orders if each.part == one.part) for one in orders}
            moved = [Movement(day, -ore, self._reference(), (), part) for part, ore in parts.items()]
            self._coming_back += [[part, ore, "return_file"] for part, ore in parts.items() if comes_back]
        for one in orders:
            ore = one.ore + (100 if self._falls("other_amount") else 0)
            self.paid.append([one.end_to_end_id, ore, one.payee])
            for how in ("come_back", "reverse"):
                if self._falls(how):
                    self._coming_back.append([one.end_to_end_id, ore, how])
            if not any(each.named for each in moved):
                moved.append(Movement(day, -ore, self._reference(), ((one.end_to_end_id, -ore),)))
        self.balance_ore += sum(one.ore for one in moved)
        return moved

    def _return(self, one: list[object], day: str) -> Movement:
        name, ore = str(one[0]), int(str(one[1]))
        self.balance_ore += ore
        if one[2] == "return_file":
            return Movement(day, ore, self._reference(), (), name, is_reversal=True)
        return Movement(day, ore, self._reference(), ((name, ore),), reason="AC04", is_reversal=one[2] == "reverse")

    def _answer(self, file: OrderFile, day: str, status: str, code: str, refused: list[Order]) -> None:
        told = [(one.part, one.end_to_end_id, "RJCT", one.wrong) for one in refused]
        content = answer(f"A{self._next()}", f"{day}T08:00:00", file.message_id, status, code, told)
        self._lay("answer", content)
        if self._falls("answer_twice"):
            self._lay("answer_again", content)

    def _lay(self, what: str, content: bytes) -> None:
        name = f"{self._next():05}_{what}.xml"
        unfinished = self._for / f".{name}"
        unfinished.write_bytes(content)
        unfinished.rename(self._for / name)

    def _reference(self) -> str:
        return f"B{self._next():08}"

    def _next(self) -> int:
        self._written += 1
        return self._written

    def _falls(self, fault: str) -> bool:
        if not self._orders[fault]:
            return False
        self._orders[fault] -= 1
        return True

    def _write_down(self) -> None:
        kept = {
            "read": self._read, "known": self._known, "paid": self.paid, "balance_ore": self.balance_ore,
            "coming_back": self._coming_back, "written": self._written,
        }  # fmt: skip
        self._kept.write_text(json.dumps(kept), encoding="utf-8")
