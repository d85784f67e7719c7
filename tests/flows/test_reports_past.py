"""Whatever is posted later, backdated or not, a past list is explained, and lists agree with the accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from imported_ledger import codes
from report_world import ReportLedger
from sqlalchemy import Engine

from hub.model.books import Bucket, Contra
from hub.model.reports import BalanceRow, Basis, Standing

FIRST = date(2026, 9, 1)
DAYS = 60
STEPS = 40


class Life:
    """A ledger that anything may happen to, and the lists that were printed meanwhile."""

    def __init__(self, ledger: ReportLedger, seed: int) -> None:
        self.ledger = ledger
        self.random = Random(seed)
        self.today = FIRST
        self.numbers: list[str] = []
        self.printed: list[tuple[date, Basis, int, list[BalanceRow]]] = []

    def live(self) -> None:
        self._invoice()
        for _ in range(STEPS):
            self.today = min(self.today + timedelta(days=self.random.randrange(3)), FIRST + timedelta(days=DAYS))
            self.ledger.on(self.today)
            self.random.choice(self._doings())()
            if self.random.random() < 0.3:
                self._print()

    def _doings(self) -> list[Callable[[], None]]:
        return [self._invoice, self._pay, self._pay, self._charge, self._take_back, self._new_version]

    def _some_day(self) -> date:
        return FIRST + timedelta(days=self.random.randrange((self.today - FIRST).days + 1))

    def _invoice(self) -> None:
        number = str(1000 + len(self.numbers))
        company = self.random.choice(["1", "2"])
        report = self.ledger.rows(self._row(number, company), source_system="elsewhere")
        assert report.new == 1, codes(report)
        self.numbers.append(number)

    def _pay(self) -> None:
        amount, day = self.random.randrange(1, 90_000), self._some_day()
        self._post(-amount, "payment", on=day, booked=max(day, self._some_day()), payment_id=7)

    def _charge(self) -> None:
        self._post(6_000, "reminder_fee_debited", bucket=Bucket.FEE, contra=Contra.REVENUE, on=self._some_day())

    def _take_back(self) -> None:
        number = self.random.choice(self.numbers)
        receivable = self.ledger.one(number).receivable_id
        found = self.ledger.sql(
            "SELECT entry_no, amount_ore, bucket, cause, payment_id FROM entry e WHERE reverses_no IS NULL "
            f"AND receivable_id = {receivable} AND cause IN ('payment', 'reminder_fee_debited') AND NOT EXISTS "
            "(SELECT 1 FROM entry o WHERE o.receivable_id = e.receivable_id AND o.reverses_no = e.entry_no)"
        )
        if found:
            no, amount, bucket, cause, payment = self.random.choice(found)
            contra = Contra.REVENUE if bucket == Bucket.FEE else Contra.CLEARING
            taken = {"rule": cause, "payment_id": payment, "reverses_no": no}
            self.ledger.post(number, -amount, "taken_back", bucket=bucket, contra=contra, on=self._some_day(), **taken)

    def _new_version(self) -> None:
        number = self.random.choice(self.numbers)
        known = self.ledger.one(number)
        amount = str(self.random.randrange(500, 1500))
        row = self._row(number, known.company, version=known.version + 1, amount=amount)
        assert self.ledger.rows(row, source_system="elsewhere").new_versions == 1

    def _row(self, number: str, company: str, **more: object) -> dict[str, object]:
        routine = "01" if company == "1" else None  # the other company has none
        return {"number": number, "company": company, "routine": routine, "invoice_date": "2026-09-01", **more}

    def _post(self, amount: int, cause: str, **how: object) -> None:
        self.ledger.post(self.random.choice(self.numbers), amount, cause, **how)

    def _print(self) -> None:
        as_of, basis = self._some_day(), self.random.choice(list(Basis))
        rows = self.ledger.balances(as_of, basis=basis, standing=Standing.ALL)
        self.printed.append((as_of, basis, self.ledger.latest_event(), rows))


@pytest.mark.parametrize("seed", [1, 2])
def test_past_lists_are_explained_and_lists_agree_with_the_accounts(engine: Engine, seed: int) -> None:
    ledger = ReportLedger(engine)
    ledger.on(FIRST)
    life = Life(ledger, seed)
    life.live()
    assert len(life.printed) > 3

    for as_of, basis, event, rows in life.printed:
        again = ledger.balances(as_of, basis=basis, standing=Standing.ALL, through_event=event)
        assert again == rows
        now = ledger.balances(as_of, basis=basis, standing=Standing.ALL)
        assert difference(now, rows) == registered_later(ledger, as_of, basis, event)

    for day in (FIRST, life.today - timedelta(days=9), life.today):
        assert by_company(ledger.balances(day)) == receivable_accounts(ledger, day)
    assert all(row.invoiced_ore + row.added_ore + row.paid_ore == row.balance_ore for row in ledger.balances())


def difference(now: list[BalanceRow], then: list[BalanceRow]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for sign, rows in ((1, now), (-1, then)):
        for row in rows:
            sums[row.number] += sign * row.balance_ore
    return Counter({number: ore for number, ore in sums.items() if ore})


def registered_later(ledger: ReportLedger, as_of: date, basis: Basis, event: int) -> Counter[str]:
    sums: Counter[str] = Counter()
    with ledger.reports() as reports:
        for one in reports.later_entries(as_of, basis, event, ()):
            sums[one.number] += one.amount_ore
    return Counter({number: ore for number, ore in sums.items() if ore})


def by_company(rows: list[BalanceRow]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.company] += row.balance_ore
    return {company: ore for company, ore in sums.items() if ore}


def receivable_accounts(ledger: ReportLedger, day: date) -> dict[str, int]:
    return dict(
        ledger.sql(
            "SELECT v.company, CAST(sum(l.amount_ore) AS BIGINT) FROM voucher v "
            "JOIN voucher_line l ON l.tenant = v.tenant AND l.voucher_no = v.voucher_no "
            f"WHERE l.account = '1510' AND v.booked_date <= '{day}' GROUP BY v.company HAVING sum(l.amount_ore) <> 0"
        )
    )
