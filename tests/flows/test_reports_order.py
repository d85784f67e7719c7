"""Lists that are printed again have the same order: what ties is ordered by a key that nothing shares."""

from __future__ import annotations

from datetime import date

import pytest
from imported_ledger import TENANT
from report_world import TODAY, ReportLedger
from sqlalchemy import Engine

from hub.model.purging import PurgeKept, PurgeTerms
from hub.model.reports import PaymentSelection
from hub.services.reports import purging

MANY = 60
PAID = date(2026, 10, 20)
SHUFFLED = [1 + (n * 37) % 61 for n in range(MANY)]  # 61 is a prime: each of 1 to 60 once, in no order


@pytest.fixture
def ledger(engine: Engine) -> ReportLedger:
    made = ReportLedger(engine)
    made.on(date(2026, 9, 1))
    return made


def test_payments_of_one_day_on_one_receivable_keep_the_order_of_their_numbers(ledger: ReportLedger) -> None:
    ledger.rows({"number": "1001", "invoice_date": "2026-09-01", "amount": "100000,00"})
    ledger.on(TODAY)
    for payment in SHUFFLED:
        ledger.post("1001", -payment, "payment", on=PAID, payment_id=payment)

    with ledger.reports() as reports:
        amounts = [row.amount_ore for row in reports.payments(PaymentSelection(first=PAID, last=PAID))]

    assert amounts == sorted(SHUFFLED)


def test_one_number_of_two_source_systems_keeps_its_order_in_a_statement(ledger: ReportLedger) -> None:
    same = {"number": "1001", "invoice_date": "2026-09-01", "debtor_name": "Anna", "debtor_identity": "191212121212"}
    ledger.rows({**same, "amount": "20,00"}, tenant=TENANT, source_system="sundry")
    there = {**same, "amount": "10,00", "company": "1", "routine": "01"}
    ledger.rows(there, tenant=TENANT, source_system="elsewhere")

    with ledger.reports() as reports:
        moved = [one.amount_ore for one in reports.statement_movements(date(2026, 1, 1), TODAY, (), "1212121212", "")]
    assert moved == [10_00, 20_00]  # elsewhere, then sundry


def test_a_purge_lists_versions_of_one_number_by_their_ids(ledger: ReportLedger) -> None:
    for version in range(1, 9):
        row = {"number": "1001", "invoice_date": "2026-09-01", "version": version, "amount": f"{version},00"}
        ledger.rows(row)
    ledger.post("1001", -800, "payment", on=PAID)
    ledger.on(TODAY)
    with ledger.store.write() as work:
        plan = purging.plan_purge(work, PurgeTerms(paid_before=date(2026, 11, 1)), "clerk").plan_no

    with ledger.store.read() as work:
        amounts = [row.original_ore for row in work.purges.rows(plan, PurgeKept.INVOICE, ())]

    assert amounts == [100 * version for version in range(1, 9)]
