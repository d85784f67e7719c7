"""An agency's day: files that came are read, what debtors paid is counted, and a file of what is told is left.

Nothing of the adapter. Faults, each of the next thing that it is about:

    refuse_case      a claim is refused
    lose_receipt     a receipt is never written
    repeat_receipt   a receipt is written twice
    unknown_case     a status of a case that nobody has handed over
    unknown_status   a stage that nobody has heard of
    wrong_total      a payout states another total than its rows have
    skip_number      a number of its own files is left out
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hub.loopback.folders import whole_files
from hub_collection_agencies.sandbox_books import AgencyBooks, AgencyCase
from hub_collection_agencies.sandbox_rows import kronor, orders_in, ore, told_file

DESK_FAULTS = (
    "refuse_case", "lose_receipt", "repeat_receipt", "unknown_case", "unknown_status", "wrong_total", "skip_number",
)  # fmt: skip
Row = tuple[object, ...]


class AgencyDesk:
    """Folders on this disk: files come in, are taken away, and others are left."""

    def __init__(self, folder: Path) -> None:
        self.inbox, self.outbox, self.taken = folder / "input", folder / "pickup", folder / "taken"
        self.books = AgencyBooks(folder / "books.jsonl")
        self.faults: Counter[str] = Counter()
        self.unreadable: dict[str, str] = {}
        self._state = folder / "desk.json"
        self._told: list[Row] = []

    def open(self) -> None:
        """Make the folders."""
        for folder in (self.inbox, self.outbox, self.taken):
            folder.mkdir(parents=True, exist_ok=True)

    def work(self, day: str, *, pays_out: bool = False) -> None:
        """Read what came, pay out where it is time, end what is done, and leave a file of all that."""
        self.open()
        for file in whole_files(self.inbox):
            self._take(file, day)
        if pays_out:
            self._told += self._payout(day)
        for case, code in self.books.done():
            self.books.close(case.number, code, day)
            self._told.append(("V", case.claim_id, case.number, case.invoice_no, code, day, ""))
        if self._falls("unknown_case"):
            self._told.append(("T", "nobody-handed-this-over", "A9999999", "", "krav_sent", day, "", ""))
        if self._told:
            self._leave(day)

    def advance(self, case: AgencyCase, stage: str, day: str) -> None:
        """Let a case come further, and tell it."""
        self.books.advance(case.number, stage)
        word = "never_heard_of" if self._falls("unknown_status") else stage
        left = kronor(max(case.left["capital"], 0))
        self._told.append(("T", case.claim_id, case.number, case.invoice_no, word, day, left, ""))

    def give_up(self, case: AgencyCase, code: str, day: str) -> None:
        """End a case for another reason than money."""
        self.books.close(case.number, code, day)
        self._told.append(("V", case.claim_id, case.number, case.invoice_no, code, day, ""))

    def list_cases(self, day: str) -> None:
        """Tell every case that is open."""
        for case in self.books.cases.values():
            if case.is_open:
                left = kronor(max(case.left["capital"], 0))
                self._told.append(("N", case.claim_id, case.number, case.invoice_no, case.stage, left))
        self._leave(day)

    def _take(self, file: Path, day: str) -> None:
        content = file.read_bytes()
        taken = self.taken / file.name
        if taken.exists() and taken.read_bytes() == content:
            file.unlink()  # it has had this one
            return
        if content.startswith(b"%PDF"):  # a document beside a claim
            file.replace(taken)
            return
        try:
            _, orders = orders_in(content)
        except (ValueError, IndexError, ArithmeticError) as error:
            self.unreadable[file.name] = str(error)
            file.replace(taken)
            return
        file.replace(taken)
        for order in orders:
            self._told += self._receipts(order, self._carried_out(order, day))

    def _carried_out(self, order: dict[str, Any], day: str) -> tuple[AgencyCase | None, str]:
        """Do what an order says, and return its case, or why not."""
        if order["code"] == "C":
            return self._registered(order, day)
        case = self.books.find(number=order["agency_case_no"], claim_id=order["claim_id"])
        if case is None:
            return None, "no such case"
        if case.closed:
            return case, "the case has ended"
        _ORDERS[order["code"]](self.books, case, order)
        return case, ""

    def _registered(self, order: dict[str, Any], day: str) -> tuple[AgencyCase | None, str]:
        if self._falls("refuse_case"):
            return None, "the debtor cannot be found"
        (line,) = (row for row in order["within"] if row["code"] == "I")
        debtor = next(row for row in order["within"] if row["code"] == "D")
        case = self.books.register(
            claim_id=order["claim_id"],
            invoice_no=line["invoice_no"],
            order_key=order["order_key"],
            creditor="",
            debtor=debtor["identity"],
            step=order["step"],
            day=day,
            capital=ore(line["principal_open"]),
            interest=ore(line["interest_open"]),
            fee=ore(line["fee_open"]),
        )
        return case, ""

    def _receipts(self, order: dict[str, Any], done: tuple[AgencyCase | None, str]) -> Iterator[Row]:
        case, why = done
        number, reference = (case.number, f"9{case.number[1:]}") if case else ("", "")
        invoice = case.invoice_no if case else ""
        said = ("N", "", "E1", why) if why else ("J", reference, "", "")
        row = ("Q", order["claim_id"], number, invoice, order["order_key"], *said)
        if not self._falls("lose_receipt"):
            yield row
        if self._falls("repeat_receipt"):
            yield row

    def _payout(self, day: str) -> Iterator[Row]:
        payout = self.books.settle(day)
        if payout is None:
            return
        net_ore = sum(row["net"] for row in payout["rows"]) + (100 if self._falls("wrong_total") else 0)
        yield ("E", payout["reference"], day, "", "SEK", len(payout["rows"]), kronor(net_ore))
        for row in payout["rows"]:
            amounts = ("capital", "interest", "fee")
            parts = [kronor(row[name]) for name in amounts]
            kept = [kronor(row[name]) for name in ("commission", "vat", "net")]
            about = (row["claim_id"], row["number"], row["invoice_no"])
            yield ("G", *about, *parts, "0.00", "0.00", *kept, row["paid_on"])

    def _leave(self, day: str) -> None:
        """Leave a file, whole or not at all."""
        number = self._next_number()
        name = f"told_{number:06}.csv"
        begun = self.outbox / f"{name}.part"
        begun.write_bytes(told_file(number, day, self._told))
        begun.rename(self.outbox / name)
        self._told = []

    def _next_number(self) -> int:
        last = json.loads(self._state.read_text("utf-8"))["file_no"] if self._state.exists() else 0
        number = int(last) + (2 if self._falls("skip_number") else 1)
        self._state.write_text(json.dumps({"file_no": number}), encoding="utf-8")
        return number

    def _falls(self, fault: str) -> bool:
        if not self.faults[fault]:
            return False
        self.faults[fault] -= 1
        return True


def _paid(books: AgencyBooks, case: AgencyCase, order: dict[str, Any]) -> None:
    parts = {
        "capital": ore(order["principal_part"]),
        "fee": ore(order["fee_part"]),
        "interest": ore(order["interest_part"]),
    }
    parts["capital"] += ore(order["amount"]) - sum(parts.values())
    books.direct_payment(case.number, order["payment_key"], parts)


_ORDERS: dict[str, Callable[[AgencyBooks, AgencyCase, dict[str, Any]], None]] = {
    "P": _paid,
    "K": lambda books, case, order: books.credit(case.number, order["credit_key"], ore(order["amount"])),
    "R": lambda books, case, order: books.recall(case.number, order["recall_reason"]),
    "A": lambda books, case, order: books.hold(case.number, is_held=True),  # noqa: ARG005 - all are called alike
    "L": lambda books, case, order: books.hold(case.number, is_held=False),  # noqa: ARG005
    "U": lambda books, case, order: books.advance(case.number, case.stage),  # noqa: ARG005
}
