"""A receivable comes again: the same, changed without a new version, or as a new version that takes everything over."""

from __future__ import annotations

from imported_ledger import Ledger, codes


def test_same_version_with_other_content_is_rejected_and_says_what_differs(ledger: Ledger) -> None:
    ledger.rows({})

    report = ledger.rows({"amount": "900,00", "debtor_name": "Elvan", "reference": "20016"})

    assert codes(report) == [(1, "amount", "VERSION_DIFFERS")]
    assert "amount, debtor_name, reference" in report.rejected_rows[0].problems[0].message
    assert ledger.one().open_ore == 100_000


def test_new_version_takes_over_payments_fees_and_references(ledger: Ledger) -> None:
    ledger.rows({})
    old = ledger.one()
    ledger.pay(old, 40_000, "2026-10-20")

    report = ledger.rows({"version": 2, "amount": "1200,00"})

    new = ledger.one()
    assert (report.new_versions, report.amounts_ore) == (1, {"SEK": 20_000})
    assert (new.version, new.open_ore) == (2, 80_000)
    assert ledger.sql("SELECT principal_ore FROM open_item") == [(80_000,)]
    assert ledger.accounts() == {"1510": 80_000, "1940": 40_000, "3000": -120_000}
    moved = (
        f"SELECT transaction_date, payment_id, amount_ore FROM entry WHERE receivable_id = {new.receivable_id} "
        "AND cause = 'moved_to_new_version'"
    )
    assert ledger.sql(moved) == [("2026-10-20", 7, -40_000)]
    assert ledger.sql("SELECT DISTINCT target_id FROM reference WHERE closed_on IS NULL") == [(new.receivable_id,)]
    assert ledger.sql("SELECT DISTINCT is_contested FROM reference") == [(0,)]
    assert ledger.sql("SELECT DISTINCT chain_id FROM receivable") == [(old.receivable_id,)]


def test_new_version_with_new_reference_keeps_the_old_one_open_too(ledger: Ledger) -> None:
    ledger.rows({"reference": "10017"})

    ledger.rows({"version": 2, "reference": "20016"})

    open_references = "SELECT DISTINCT reference FROM reference WHERE closed_on IS NULL ORDER BY reference"
    assert ledger.sql(open_references) == [("10017",), ("20016",)]


def test_version_lower_than_known_is_out_of_date(ledger: Ledger) -> None:
    ledger.rows({"version": 3})

    assert codes(ledger.rows({"version": 2})) == [(1, "version", "OUT_OF_DATE")]


def test_versions_and_repeats_within_one_file_are_taken_in_order(ledger: Ledger) -> None:
    report = ledger.rows({}, {}, {"version": 2, "amount": "700"}, {"version": 3, "amount": "500"}, {"amount": "1"})

    assert (report.new, report.new_versions, report.unchanged) == (1, 2, 1)
    assert codes(report) == [(5, "amount", "VERSION_DIFFERS")]
    assert ledger.sql("SELECT principal_ore FROM open_item") == [(50_000,)]
    assert ledger.accounts() == {"1510": 50_000, "3000": -50_000}


def test_new_version_of_nothing_leaves_nothing_owed(ledger: Ledger) -> None:
    ledger.rows({})

    ledger.rows({"version": 2, "amount": "0"})

    assert ledger.sql("SELECT 1 FROM open_item") == []
    assert ledger.one().open_ore == 0


def test_new_version_of_an_opening_balance_keeps_what_was_paid_before(ledger: Ledger) -> None:
    ledger.rows({"paid_amount": "400"}, opening=True)

    ledger.rows({"version": 2, "amount": "1200"})

    assert ledger.one().open_ore == 80_000
    assert ledger.accounts() == {"1510": 20_000, "3000": -20_000}


def test_what_stands_beside_a_receivable_follows_its_new_version(ledger: Ledger) -> None:
    ledger.rows({})
    old = ledger.one().receivable_id
    with ledger.store.write() as work:
        work.receivables.watch(old, "look", "clerk")
        work.receivables.set_hold(old, code="10", reason="dispute", source="clerk", until_date=None)
        work.receivables.note_printed_charge(old, printed_on="2026-11-20", fee_ore=6000, interest_ore=0)

    ledger.rows({"version": 2, "amount": "1200,00"})

    new = ledger.one()
    with ledger.store.read() as work:
        holds = [hold["code"] for hold in work.receivables.holds(new.receivable_id)]
    assert (new.version, new.is_watched, new.printed_fee_ore, holds) == (2, 1, 6000, ["10"])
