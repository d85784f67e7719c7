"""What payers do at the sandbox's Bankgirot, and what it does and tells when a day ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from hub.banking_calendar import is_banking_day
from hub_bankgiro import sandbox_answers as answers
from hub_bankgiro.sandbox_books import Row
from hub_bankgiro.sandbox_days import banking_day, day_after, next_time
from hub_bankgiro.sandbox_desk import OrderDesk

REQUEST_FIELDS = ("bankgiro", "payer", "code", "date", "period", "times", "amount", "reference")


class Clearing(OrderDesk):
    """Bankgirot with its books; it knows no folder and no server."""

    def __init__(self, file: Path, *, seal_key: str = "") -> None:
        super().__init__(file, seal_key=seal_key)
        self.statuses: Callable[[], str] = str  # what was ordered for the next request; blank: nothing

    # --- what payers and their banks do ------------------------------------------------------------------------------

    def habit(self, bankgiro: str, payer: str, status: str, times: int = 1) -> None:
        """Let a payer's next requests end with a status: 1 no cover, 2 account closed, 9 tried again the next day."""
        self.books.add("habit", bankgiro=bankgiro.zfill(10), payer=payer.zfill(16), status=status, times=times)
        self.books.commit()

    def ask(self, bankgiro: str, payer: str, account: str, identity: str, name: str) -> None:
        """Let a payer ask for a mandate in the internet bank."""
        row = {"bankgiro": bankgiro.zfill(10), "payer": payer.zfill(16), "account": account, "identity": identity}
        self.books.add("mandate", **row, is_asked=1, state="asked", created=self._day, changed="")
        for text in answers.asked(row, name):
            self._answer(row["bankgiro"], "asked", text[:2], text)
        self.books.commit()

    def refund(self, bankgiro: str, payer: str, code: str = "02") -> int:
        """Let a payer's bank take back the payer's latest payment; return the amount. Raises ValueError without one."""
        paid = self.books.one(
            "SELECT * FROM request WHERE bankgiro = ? AND payer = ? AND state = 'paid' AND code = '82' "
            "ORDER BY due DESC, id DESC",
            bankgiro.zfill(10),
            payer.zfill(16),
        )
        if paid is None:
            raise ValueError("nothing was collected from the payer")
        self.books.do("UPDATE request SET state = 'refunded' WHERE id = ?", paid["id"])
        self._answer(paid["bankgiro"], "refunds", code, str(paid["id"]), paid["amount"])
        self.books.commit()
        return int(paid["amount"])

    # --- the end of a day --------------------------------------------------------------------------------------------

    def end_day(self, day: date) -> Iterator[tuple[str, bytes]]:
        """Pay what is due, and yield the files that tell of the day, each with its name."""
        self._set_clock(f"{day:%Y%m%d}", "")
        if is_banking_day(day):
            self._pay()
        for payee in self.books.all("SELECT * FROM payee ORDER BY bankgiro"):
            for content, records in self._files(payee):
                yield f"BGC.{content}.{payee['bankgiro']}.{self._day}.txt", answers.as_file(records)
        self.books.commit()

    def _pay(self) -> None:
        for request in self._waiting("due <= ?", self._day):
            status = self._status(request)
            told = {**request, "date": request["due"]}
            self._answer(request["bankgiro"], "specification", request["code"], answers.outcome(told, status),
                         request["amount"], is_approved=status == "0")  # fmt: skip
            if status == "9":
                self.books.do(
                    "UPDATE request SET due = ? WHERE id = ?", banking_day(day_after(self._day)), request["id"]
                )
                continue
            self._settle(request, is_paid=status == "0")

    def _settle(self, request: Row, *, is_paid: bool) -> None:
        state = "paid" if is_paid else "failed"
        self.books.do("UPDATE request SET state = ?, date = due WHERE id = ?", state, request["id"])
        if is_paid:
            signed = request["amount"] if request["code"] == "82" else -request["amount"]
            self._book(request["bankgiro"], request["id"], signed)
        left = int(request["times"].strip() or 0)
        if request["period"] == "0" or left == 1:
            return
        again = {name: request[name] for name in REQUEST_FIELDS}
        again |= {"date": next_time(request["date"], request["period"]), "times": f"{left - 1:03}" if left else "   "}
        self.books.add("request", **again, due=banking_day(again["date"]), state="waiting")

    def _book(self, bankgiro: str, request: int, amount: int) -> None:
        self.books.add("entry", bankgiro=bankgiro, day=self._day, request=request, amount=amount)

    def _status(self, request: Row) -> str:
        if ordered := self.statuses():
            return ordered
        key = (request["bankgiro"], request["payer"])
        habit = self.books.one("SELECT * FROM habit WHERE bankgiro = ? AND payer = ? AND times > 0", *key)
        if habit is None:
            return "0"
        self.books.do("UPDATE habit SET times = times - 1 WHERE bankgiro = ? AND payer = ?", *key)
        return str(habit["status"])

    def _files(self, payee: Row) -> Iterator[tuple[str, list[str]]]:
        bankgiro = payee["bankgiro"]
        head = (self._day, payee["customer"], bankgiro)
        if rows := self.books.answers(bankgiro, "advice"):
            texts = [row["text"] for row in rows]
            yield "advice", [answers.opening("advice", *head), *texts, answers.advice_end(self._day, len(texts))]
        if rows := self.books.answers(bankgiro, "rejected"):
            texts = [row["text"] for row in rows]
            yield "rejected", [answers.opening("rejected", *head), *texts, answers.rejected_end(self._day, rows)]
        if rows := self.books.answers(bankgiro, "changes"):
            texts, done = [row["text"] for row in rows], [row for row in rows if row["is_approved"]]
            yield "changes", [answers.opening("changes", *head), *texts, answers.sums_end(self._day, done)]
        if rows := self.books.answers(bankgiro, "asked"):
            texts = [row["text"] for row in rows]
            yield (
                "asked",
                [answers.asked_opening(self._day, bankgiro), *texts, answers.asked_end(self._day, len(texts))],
            )
        paid, refunds = self.books.answers(bankgiro, "specification"), self.books.answers(bankgiro, "refunds")
        if paid or refunds:
            yield "specification", self._specification(payee, paid, refunds)

    def _specification(self, payee: Row, paid: Sequence[Row], refunds: Sequence[Row]) -> list[str]:
        serial = payee["serial"] + 1
        self.books.do("UPDATE payee SET serial = ? WHERE bankgiro = ?", serial, payee["bankgiro"])
        records = [answers.opening("specification", self._day, payee["customer"], payee["bankgiro"], f"{serial:012}")]
        counts: list[int] = []
        for section, code in (("15", "82"), ("16", "32")):
            rows = [row for row in paid if row["code"] == code]
            approved = [row["amount"] for row in rows if row["is_approved"]]
            if rows:
                records += [answers.deposit(section, self._day, serial, sum(approved), len(approved))]
                records += [row["text"] for row in rows]
            counts += [int(bool(rows)), len(approved)]
        if refunds:
            total = sum(row["amount"] for row in refunds)
            records += [answers.deposit("17", self._day, serial, total, len(refunds))]
            records += [self._refund_record(row) for row in refunds]
        counts += [int(bool(refunds)), len(refunds)]
        return [*records, answers.specification_end(self._day, counts)]

    def _refund_record(self, row: Row) -> str:
        request = self.books.one("SELECT * FROM request WHERE id = ?", int(row["text"]))
        assert request is not None  # it was found when the refund was asked for
        self._book(row["bankgiro"], request["id"], -row["amount"])
        return answers.refund(request, self._day, row["code"])

    # --- registers, and what the books say ---------------------------------------------------------------------------

    def mandate_register(self, bankgiro: str) -> bytes:
        """Return the register of a payee's mandates."""
        rows = self.books.all("SELECT * FROM mandate WHERE bankgiro = ? AND state = 'active' ORDER BY payer",
                              bankgiro.zfill(10))  # fmt: skip
        return answers.as_file([answers.registered(row, self._day[2:4]) for row in rows])

    def request_register(self, bankgiro: str) -> bytes:
        """Return the register of a payee's requests that wait for their day."""
        number = bankgiro.zfill(10)
        payee = self.books.one("SELECT * FROM payee WHERE bankgiro = ?", number) or {"customer": ""}
        rows = self._waiting("bankgiro = ?", number)
        head = answers.register_opening(self._day, payee["customer"], number)
        return answers.as_file([head, *(answers.waiting(row) for row in rows), answers.sums_end(self._day, rows)])

    def balance_ore(self, bankgiro: str) -> int:
        """Return what was collected for a payee, less what was paid out and refunded."""
        row = self.books.one("SELECT coalesce(sum(amount), 0) AS ore FROM entry WHERE bankgiro = ?", bankgiro.zfill(10))
        return int(row["ore"]) if row else 0
