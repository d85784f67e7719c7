"""What the sandbox's Bankgirot does with a file of orders; what comes of them is told when the day ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub_bankgiro import sandbox_answers as answers
from hub_bankgiro.sandbox_books import Books, Row
from hub_bankgiro.sandbox_days import banking_day
from hub_bankgiro.sandbox_orders import FileRefused, Line, lines_of

ONE_REQUEST = ("25", "29")


class OrderDesk:
    """Takes files and keeps the books. Its day is the latest that a file was written, or that was ended."""

    def __init__(self, file: Path, *, seal_key: str = "") -> None:
        self.books = Books(file)
        self._seal_key = seal_key
        self._read_clock()

    @property
    def day(self) -> str:
        """Its day as `20261124`; blank until a file has come or a day has ended."""
        return self._day

    @property
    def unended(self) -> str:
        """The latest day that a file came from, until it is ended; else blank."""
        return self._unended

    def _read_clock(self) -> None:
        """Take day and unended day from the books: a restart changes neither."""
        kept = self.books.one("SELECT day, unended FROM clock") or {"day": "", "unended": ""}
        self._day, self._unended = str(kept["day"]), str(kept["unended"])

    def _set_clock(self, day: str, unended: str) -> None:
        self._day, self._unended = day, unended
        self.books.add("clock", id=1, day=day, unended=unended)

    def take(self, name: str, content: bytes) -> None:
        """Carry out a file's orders; what comes of them is told when the day ends.

        Raises:
            FileRefused: the seal or the form is wrong, or it was taken before; nothing of it is done.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        if self.books.one("SELECT name FROM taken WHERE sha256 = ?", sha256):
            raise FileRefused("the file was taken before")
        written, lines = lines_of(content, self._seal_key)
        self._set_clock(max(self._day, written), max(self._unended, written))
        try:
            for line in lines:
                self._order(line)
        except (ValueError, KeyError, IndexError) as error:
            self.books.rollback()
            self._read_clock()
            raise FileRefused(f"a record cannot be read: {type(error).__name__}") from None
        self.books.add("taken", sha256=sha256, name=name)
        self._payees(content)
        self.books.commit()

    def _payees(self, content: bytes) -> None:
        for text in content.decode("latin-1").splitlines():
            if text.startswith("01"):
                self.books.do(
                    "INSERT OR IGNORE INTO payee (bankgiro, customer) VALUES (?, ?)", text[68:78], text[62:68]
                )

    def _order(self, line: Line) -> None:
        orders: dict[str, Callable[[Line], None]] = {
            "03": self._cancel_mandate,
            "04": self._new_mandate,
            "05": self._renumber,
            "82": self._request,
            "32": self._request,
            **dict.fromkeys(("23", "24", "25"), self._cancel),
            **dict.fromkeys(("26", "27", "28", "29"), self._move),
        }
        orders[line.code](line)

    def _mandate(self, bankgiro: str, payer: str) -> Row | None:
        return self.books.one("SELECT * FROM mandate WHERE bankgiro = ? AND payer = ?", bankgiro, payer)

    def _advise(self, row: Row, information: str, comment: str) -> None:
        told = {**row, "information": information, "comment": comment, "day": self._day}
        self._answer(row["bankgiro"], "advice", "73", answers.advice(told))

    def _answer(
        self, bankgiro: str, content: str, code: str, text: str, amount: int = 0, *, is_approved: bool = False
    ) -> None:
        self.books.add(
            "answer", bankgiro=bankgiro, content=content, code=code, text=text, amount=amount, is_approved=is_approved
        )

    def _new_mandate(self, line: Line) -> None:
        bankgiro, payer = line.at(3, 12), line.at(13, 28)
        row = {"bankgiro": bankgiro, "payer": payer, "account": line.at(29, 44), "identity": line.at(45, 56)}
        known = self._mandate(bankgiro, payer)
        if bankgiro != line.section:
            self._advise(row, "04", "29")
        elif known and known["state"] == "asked":
            self._answer_asked(known, is_rejected=line.at(77, 78) == "AV")
        elif known and known["state"] == "active":
            self._advise(row, "04", "10")
        elif not row["account"].strip() and not _is_bankgiro(payer):
            self._advise(row, "04", "09")
        else:
            self._create(row, is_asked=0)
            self._advise(row, "04", "32")

    def _create(self, row: Row, *, is_asked: int) -> None:
        state = {"is_asked": is_asked, "state": "active", "created": self._day, "changed": ""}
        named = {name: row[name] for name in ("bankgiro", "payer", "account", "identity")}
        self.books.add("mandate", **named, **state)

    def _answer_asked(self, known: Row, *, is_rejected: bool) -> None:
        if is_rejected:
            self.books.do("DELETE FROM mandate WHERE bankgiro = ? AND payer = ?", known["bankgiro"], known["payer"])
            return
        self._create(known, is_asked=1)
        self._advise(known, "04", "32")

    def _cancel_mandate(self, line: Line) -> None:
        bankgiro, payer = line.at(3, 12), line.at(13, 28)
        known = self._mandate(bankgiro, payer)
        if known is None or known["state"] != "active":
            blank = {"bankgiro": bankgiro, "payer": payer, "account": "", "identity": ""}
            self._advise(blank, "03", "04")
            return
        self.end_mandate(bankgiro, payer, "03", "33", commit=False)

    def end_mandate(self, bankgiro: str, payer: str, information: str, comment: str, *, commit: bool = True) -> None:
        """End a mandate, by whoever wants it, and cancel what waits of it."""
        bankgiro, payer = bankgiro.zfill(10), payer.zfill(16)
        known = self._mandate(bankgiro, payer)
        if known is None:
            raise ValueError("there is no such mandate")
        self.books.do("UPDATE mandate SET state = 'ended', changed = ? WHERE bankgiro = ? AND payer = ?",
                      self._day, bankgiro, payer)  # fmt: skip
        self._advise(known, information, comment)
        for request in self._waiting("bankgiro = ? AND payer = ?", bankgiro, payer):
            self._drop(request, "03")
        if commit:
            self.books.commit()

    def _renumber(self, line: Line) -> None:
        old, new = (line.at(3, 12), line.at(13, 28)), (line.at(29, 38), line.at(39, 54))
        known = self._mandate(*old)
        if known is None or known["state"] != "active":
            self._advise({"bankgiro": old[0], "payer": old[1], "account": "", "identity": ""}, "05", "04")
            return
        moved = {**known, "bankgiro": new[0], "payer": new[1]}
        self._create(moved, is_asked=known["is_asked"])
        self.books.do(
            "UPDATE mandate SET state = 'ended', changed = ? WHERE bankgiro = ? AND payer = ?", self._day, *old
        )
        for request in self._waiting("bankgiro = ? AND payer = ?", *old):
            self.books.do("UPDATE request SET bankgiro = ?, payer = ? WHERE id = ?", *new, request["id"])
        self._advise(moved, "05", "32")
        self._advise(known, "05", "33")

    def _request(self, line: Line) -> None:
        row: Row = {
            "bankgiro": line.at(44, 53),
            "payer": line.at(16, 31),
            "code": line.code,
            "date": line.at(3, 10),
            "period": line.at(11, 11),
            "times": line.at(12, 14),
            "amount": int(line.at(32, 43)),
            "reference": line.at(54, 69),
        }
        if comment := self._refusal(line, row):
            self._answer(line.section, "rejected", line.code, answers.rejected(row, comment), row["amount"])
            return
        day = self._day if row["date"].startswith("GENAST") else row["date"]
        self.books.add("request", **{**row, "date": day}, due=banking_day(day), state="waiting")

    def _refusal(self, line: Line, row: Row) -> str:
        mandate = self._mandate(row["bankgiro"], row["payer"])
        if row["bankgiro"] != line.section:
            return "15"
        if mandate is None or mandate["state"] != "active":
            return "01"
        if row["period"] not in "012345678":
            return "06"
        if not row["date"].startswith("GENAST") and row["date"] < self._day:
            return "13"
        return "" if row["amount"] else "08"

    def _waiting(self, which: str, *values: Any) -> list[Row]:
        return self.books.all(f"SELECT * FROM request WHERE state = 'waiting' AND {which} ORDER BY id", *values)

    def _named(self, line: Line) -> list[Row]:
        """Return the waiting requests that a cancellation or a move is about."""
        which, values = "bankgiro = ?", [line.at(3, 12)]
        for column, first, last in (("payer", 13, 28), ("date", 29, 36)):
            if line.at(first, last).strip():
                which, values = f"{which} AND {column} = ?", [*values, line.at(first, last)]
        if line.code not in ONE_REQUEST:
            return self._waiting(which, *values)
        more = [int(line.at(37, 48)), line.at(49, 50), line.at(59, 74)]
        found = self._waiting(f"{which} AND amount = ? AND code = ? AND reference = ?", *values, *more)
        return found[:1] or self._waiting(f"{which} AND amount = ? AND code = ?", *values, *more[:2])[:1]

    def _cancel(self, line: Line) -> None:
        found = self._named(line)
        for request in found:
            self._drop(request, line.code)
        if not found:
            self._nothing_done(line)

    def _move(self, line: Line) -> None:
        found = self._named(line)
        new = line.at(51, 58)
        for request in found:
            if request["period"] != "0":
                self._change(request, line.code, "15")
                continue
            self.books.do("UPDATE request SET date = ?, due = ? WHERE id = ?", new, banking_day(new), request["id"])
            self._change(request, line.code, "14", new)
        if not found:
            self._nothing_done(line)

    def _drop(self, request: Row, kind: str) -> None:
        self.books.do("UPDATE request SET state = 'cancelled' WHERE id = ?", request["id"])
        self._change(request, kind, "12")

    def _change(self, request: Row, kind: str, comment: str, new_date: str = "") -> None:
        text = answers.changed(request, kind, comment, new_date)
        is_done = comment in ("12", "14")
        self._answer(request["bankgiro"], "changes", request["code"], text, request["amount"], is_approved=is_done)

    def _nothing_done(self, line: Line) -> None:
        amount = line.at(37, 48)
        row = {
            "bankgiro": line.at(3, 12),
            "payer": line.at(13, 28).strip(),
            "code": line.at(49, 50).strip() or "82",
            "date": line.at(29, 36),
            "amount": int(amount) if amount.strip() else 0,
            "reference": line.at(59, 74),
        }
        self._change(row, line.code, "13")


def _is_bankgiro(payer: str) -> bool:
    digits = payer.lstrip("0")
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return len(digits) in (7, 8) and sum(number // 10 + number % 10 for number in doubled) % 10 == 0
