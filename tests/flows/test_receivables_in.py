"""Receivables come in by file and stand in the books, once, with their references and vouchers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.errors import ConfigurationError
from hub.model.books import Bucket, Contra, Posting, PostingGroup
from hub.model.import_rows import ImportReport
from hub.model.payments import QueuedPayment
from hub.model.receivables import OpenReceivable
from hub.model.tenant import Tenant
from hub.rules.books import Chart
from hub.services.chart import TenantChart
from hub.services.receivables import import_receivables, importing, rejected_csv
from hub.store.database import open_database
from hub.store.unit_of_work import SqlStore

LATER = datetime(2026, 11, 22, 9, tzinfo=UTC)
TENANT = Tenant.model_validate(
    {
        "id": "north",
        "name": "North",
        "companies": [
            {
                "number": "1",
                "name": "North Energy AB",
                "organisation_number": "556677-8899",
                "accounts": {
                    "bank": "1930",
                    "clearing": "1940",
                    "suspense": "2990",
                    "receivable": "1510",
                    "revenue": "3000",
                    "write_off": "3740",
                    "error_account": "2999",
                    "interest_revenue": "8313",
                    "internal_receivable": "1590",
                },
                "payee_accounts": [{"bankgiro": "991-2346"}, {"plusgiro": "1018-1"}],
                "routines": [
                    {"number": "01", "name": "Sundry", "interest_is_invoiced": True},
                    {"number": "04", "name": "Water", "revenue_account": "3040"},
                ],
                "references": {"giro": {"control": {"level": "check_digit"}}},
            },
            {
                "number": "2",
                "name": "North Rent AB",
                "organisation_number": "556677-8899",
                "accounts": {
                    "bank": "1930",
                    "clearing": "1940",
                    "suspense": "2990",
                    "receivable": "1510",
                    "revenue": "3000",
                    "write_off": "3740",
                    "error_account": "2999",
                },
            },
        ],
        "source_systems": [
            {"name": "sundry", "company": "1", "routines": ["01"]},
            {
                "name": "water",
                "company": "1",
                "routines": ["04"],
                "format": "csv",
                "encoding": "cp1252",
                "date_format": "%y%m%d",
                "columns": {
                    "number": "Fakturanr",
                    "invoice_date": "Fakturadatum",
                    "due_date": "Förfaller",
                    "amount": "Belopp",
                    "debtor_name": "Namn",
                },
                "fixed_values": {"department": "VA"},
            },
        ],
    }
)


class Ledger:
    """A store with a tenant, into which files are imported."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = FixedClock(LATER)
        self.store = SqlStore(engine, "north", self.clock)

    def take(self, content: bytes, **options: Any) -> ImportReport:
        given = {"file_name": "in/invoices.csv", "source_system": "sundry", **options}
        return import_receivables(self.store, TENANT, _chart, io.BytesIO(content), **given)

    def rows(self, *rows: Mapping[str, Any], **options: Any) -> ImportReport:
        return self.take(json.dumps([invoice(**row) for row in rows]).encode(), **options)

    def one(self, number: str = "1001") -> OpenReceivable:
        with self.store.read() as work:
            return work.receivables.find(number=number)[0]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def accounts(self) -> dict[str, int]:
        return dict(self.sql("SELECT account, CAST(sum(amount_ore) AS BIGINT) FROM voucher_line GROUP BY account"))

    def pay(self, receivable: OpenReceivable, amount_ore: int, date: str, payment_id: int = 7) -> None:
        posting = Posting(
            receivable.receivable_id,
            Bucket.PRINCIPAL,
            -amount_ore,
            receivable.group_no,
            receivable.company,
            payment_id,
            1,
            0,
            1,
            receivable.currency,
            date,
            date,
            "payment",
            contra=Contra.CLEARING,
        )
        with self.store.write() as work:
            work.books.add([posting])
            chart = _chart(work.receivables.posting_groups(), work.accounts.numbers())
            work.books.apply(chart, voucher_type="payments")


def _chart(groups: Sequence[PostingGroup], numbers: Mapping[str, int]) -> Chart:
    return TenantChart(TENANT, groups, numbers)


def invoice(**changes: Any) -> dict[str, Any]:
    whole = {
        "number": "1001",
        "invoice_date": "2026-10-01",
        "due_date": "2026-10-31",
        "amount": "1000,00",
        "debtor_name": "Tolvan Tolvansson",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def codes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(row.line, problem.field, problem.code) for row in report.rejected_rows for problem in row.problems]


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


def test_invoice_is_debited_with_voucher_and_made_reference_at_every_payee_account(ledger: Ledger) -> None:
    report = ledger.rows({})

    assert (report.new, report.rejected, report.state, report.amounts_ore) == (1, 0, "posted", {"SEK": 100_000})
    assert ledger.one().open_ore == 100_000
    assert ledger.accounts() == {"1510": 100_000, "3000": -100_000}
    assert ledger.sql("SELECT DISTINCT reference FROM reference") == [("10017",)]
    assert len(ledger.sql("SELECT account_no FROM reference")) == 2
    assert ledger.sql("SELECT cause, transaction_date, booked_date, exchange_no FROM entry") == [
        ("invoiced", "2026-10-01", "2026-11-22", report.exchange_no)
    ]


def test_same_file_again_changes_nothing(ledger: Ledger) -> None:
    ledger.rows({}, {"number": "1002", "reference": "10025"})

    again = ledger.rows({}, {"number": "1002", "reference": "10025"})

    assert (again.unchanged, again.new, again.rejected, again.state) == (2, 0, 0, "duplicate")
    assert len(ledger.sql("SELECT 1 FROM entry")) == 2
    assert len(ledger.sql("SELECT 1 FROM exchange")) == 2


def test_same_number_of_another_source_system_is_another_receivable(ledger: Ledger) -> None:
    ledger.rows({})

    other = ledger.rows({"company": "1", "routine": "01"}, source_system="elsewhere")

    assert other.new == 1
    assert [warning.problem.code for warning in other.warnings] == ["REFERENCE_CONTESTED"] * 2
    assert ledger.sql("SELECT DISTINCT is_contested FROM reference") == [(1,)]


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


def test_credit_note_stays_open_below_zero_by_itself(ledger: Ledger) -> None:
    ledger.rows(
        {},
        {"number": "1002", "kind": "credit_note", "amount": "300", "credits_number": "1001", "due_date": None},
        {"number": "1003", "amount": "-50"},
    )

    assert (ledger.one("1002").open_ore, ledger.one("1003").open_ore, ledger.one().open_ore) == (
        -30_000,
        -5_000,
        100_000,
    )
    assert ledger.one("1003").kind == "credit_note"
    assert ledger.accounts() == {"1510": 65_000, "3000": -65_000}


def test_internal_receivable_has_its_own_account_and_no_reference(ledger: Ledger) -> None:
    ledger.rows({"kind": "internal"})

    assert ledger.accounts() == {"1590": 100_000, "3000": -100_000}
    assert ledger.sql("SELECT 1 FROM reference") == []


def test_interest_invoice_belongs_to_the_routine_with_fifty_added(ledger: Ledger) -> None:
    report = ledger.rows(
        {"kind": "interest_invoice", "routine": "51"}, {"number": "1002", "routine": "51"}, {"number": "1003"}
    )

    assert codes(report) == [(2, "routine", "ROUTINE_UNKNOWN")]
    assert ledger.accounts() == {"1510": 200_000, "8313": -100_000, "3000": -100_000}


def test_two_debtors_stand_on_one_receivable(ledger: Ledger) -> None:
    two = {"second_debtor_name": "Elva Elvansson", "second_debtor_identity": "191212121212"}
    report = ledger.rows({"debtor_identity": "19121212-1212", **two}, {"number": "2", **two, "second_debtor_name": ""})

    stored = "SELECT debtor_identity, second_debtor_name, second_debtor_identity FROM receivable"
    assert ledger.sql(stored) == [("191212121212", "Elva Elvansson", "191212121212")]
    assert codes(report) == [(2, "second_debtor_name", "MISSING")]


def test_opening_balance_has_no_voucher_and_only_what_is_left_to_pay(ledger: Ledger) -> None:
    report = ledger.rows({"paid_amount": "400"}, opening=True)

    assert report.amounts_ore == {"SEK": 60_000}
    assert ledger.sql("SELECT cause, amount_ore, voucher_no FROM entry") == [("opening_balance", 60_000, None)]
    assert ledger.sql("SELECT 1 FROM voucher") == []
    assert ledger.sql("SELECT original_ore, is_opening FROM receivable") == [(100_000, 1)]


def test_opening_balance_again_is_unchanged_and_with_another_paid_amount_rejected(ledger: Ledger) -> None:
    ledger.rows({"paid_amount": "400"}, opening=True)

    same = ledger.rows({"paid_amount": "400"}, opening=True)
    other = ledger.rows({"paid_amount": "500"}, opening=True)

    assert same.unchanged == 1
    assert codes(other) == [(1, "paid_amount", "VERSION_DIFFERS")]


def test_new_version_of_an_opening_balance_keeps_what_was_paid_before(ledger: Ledger) -> None:
    ledger.rows({"paid_amount": "400"}, opening=True)

    ledger.rows({"version": 2, "amount": "1200"})

    assert ledger.one().open_ore == 80_000
    assert ledger.accounts() == {"1510": 20_000, "3000": -20_000}


def test_opening_is_refused_for_what_is_known_and_paid_amount_outside_openings(ledger: Ledger) -> None:
    ledger.rows({})

    assert codes(ledger.rows({"version": 2}, opening=True)) == [(1, "version", "OPENING_KNOWN")]
    assert codes(ledger.rows({"number": "2", "paid_amount": "1"})) == [(1, "paid_amount", "PAID_NOT_OPENING")]


def test_coding_lines_take_the_place_of_the_revenue_account(ledger: Ledger) -> None:
    coding = [{"account": "3010", "amount": "800"}, {"account": "2611", "amount": "200", "text": "VAT"}]

    report = ledger.rows({"coding": coding}, {"number": "2", "coding": coding[:1]})

    assert codes(report) == [(2, "coding", "CODING_SUM")]
    assert ledger.accounts() == {"1510": 100_000, "3010": -80_000, "2611": -20_000}


def test_coded_receivable_is_credited_by_its_own_coding(ledger: Ledger) -> None:
    ledger.rows({"coding": [{"account": "3010", "amount": "1000"}]})

    ledger.rows({"version": 2, "coding": [{"account": "3011", "amount": "1000"}]})

    assert ledger.accounts() == {"1510": 100_000, "3010": 0, "3011": -100_000}


def test_bad_rows_are_reported_with_line_field_and_code_and_the_rest_is_kept(ledger: Ledger) -> None:
    content = (
        "number;invoice_date;due_date;amount;debtor_identity;reference\r\n"
        "1001;2026-10-01;2026-10-31;1000,00;;\r\n"
        "1002;2026-10-01;2026-10-32;1 0a0,00;19121212-1213;\r\n"
        "1003;2026-10-01;2026-10-31;100;;10034\r\n"
        "1004;2026-10-01;2026-10-31;100\r\n"
        "F-5;2026-10-01;2026-10-31;100;;\r\n"
    )

    report = ledger.take(content.encode())

    assert report.new == 1
    assert codes(report) == [
        (3, "due_date", "DATE_UNREADABLE"),
        (3, "amount", "AMOUNT_UNREADABLE"),
        (3, "debtor_identity", "IDENTITY_WRONG"),
        (4, "reference", "OCR_CHECK_DIGIT"),
        (5, "", "ROW_LENGTH"),
        (6, "reference", "REFERENCE_NOT_MADE"),
    ]
    assert not any("191212" in problem.message for row in report.rejected_rows for problem in row.problems)


def test_rejected_rows_are_listed_with_their_own_columns(ledger: Ledger) -> None:
    report = ledger.rows({"amount": "x", "debtor_name": "=cmd()"})

    listed = rejected_csv(report.rejected_rows).splitlines()

    assert listed[0] == "line;field;code;reason;number;invoice_date;due_date;amount;debtor_name"
    assert listed[1].startswith("1;amount;AMOUNT_UNREADABLE;")
    assert listed[1].endswith(";1001;2026-10-01;2026-10-31;x;'=cmd()")


def test_all_or_nothing_keeps_nothing_when_one_row_is_bad(ledger: Ledger) -> None:
    report = ledger.rows({}, {"number": "1002", "amount": "x"}, all_or_nothing=True)

    assert (report.state, report.new, report.rejected) == ("quarantined", 0, 1)
    assert ledger.sql("SELECT 1 FROM receivable") == []
    assert ledger.sql("SELECT state FROM exchange") == [("quarantined",)]


def test_all_or_nothing_sees_what_only_the_books_and_earlier_rows_refuse(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    ledger.rows({})

    known = ledger.rows({"number": "5"}, {"amount": "1"}, all_or_nothing=True)
    within = ledger.rows(
        {"number": "5"}, {"number": "6"}, {"number": "7"}, {"number": "5", "amount": "1"}, all_or_nothing=True
    )
    good = ledger.rows({"number": "5"}, {"number": "5"}, {"number": "5", "version": 2}, all_or_nothing=True)

    assert codes(known) == [(2, "amount", "VERSION_DIFFERS")]
    assert codes(within) == [(4, "amount", "VERSION_DIFFERS")]
    assert (known.new, within.new, good.new, good.unchanged, good.new_versions) == (0, 0, 1, 1, 1)


def test_a_file_of_several_chunks_is_told_as_progress(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    told: list[tuple[int, int]] = []

    report = ledger.rows(*({"number": str(n)} for n in range(10, 15)), progress=lambda *done: told.append(done))

    assert report.new == 5
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert len(ledger.sql("SELECT 1 FROM event WHERE kind = 'receivables_imported'")) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "EMPTY"),
        (b"number;due_date\n1;2026-10-01\n", "HEADING_LACKS"),
        (b"number;invoice_date;due_date;amount\n", "NO_ROWS"),
        (b"[]", "NO_ROWS"),
        (b'[{"number": "1"}', "NOT_JSON"),
        (b'[{"number": "1", "number": "2"}]', "NAME_REPEATED"),
        (b"number;invoice_date;due_date;amount;debtor_name\n1;2026-10-01;2026-10-31;5;\xe5\n", "WRONG_ENCODING"),
        (b'number;invoice_date;due_date;amount\n"1"x;2026-10-01;2026-10-31;5\n', "ROW_UNREADABLE"),
        (b"PK\x03\x04 no archive", "NOT_A_WORKBOOK"),
        (b"\xd0\xcf\x11\xe0", "OLD_EXCEL"),
        (b"[" * 100_000, "NOT_JSON"),
        (b"number;" + b"x" * 2_000_000, "LINE_TOO_LONG"),
    ],
)
def test_a_file_that_cannot_be_read_is_quarantined_and_the_next_one_is_taken(
    ledger: Ledger, content: bytes, code: str
) -> None:
    report = ledger.take(content)
    after = ledger.rows({})

    assert report.refused is not None
    assert (report.refused.code, report.state) == (code, "quarantined")
    with ledger.store.read() as work:
        kept = work.exchanges.get(report.exchange_no)
    assert kept.problem is not None
    assert (kept.state, kept.problem["code"], kept.name) == ("quarantined", code, "invoices.csv")
    assert after.new == 1


def test_declared_mapping_reads_the_columns_of_a_source_system(ledger: Ledger) -> None:
    content = "Fakturanr;Namn;Fakturadatum;Förfaller;Belopp;Annat\n4001;Åsa;261001;261031;1 234,50;x\n".encode("cp1252")

    report = ledger.take(content, source_system="water")

    assert (report.new, report.unused_columns) == (1, ("Annat",))
    assert ledger.one("4001").open_ore == 123_450
    assert ledger.sql("SELECT debtor_name, due_date, department, routine FROM receivable") == [
        ("Åsa", "2026-10-31", "VA", "04")
    ]
    assert ledger.accounts() == {"1510": 123_450, "3040": -123_450}


def test_row_must_name_a_company_routine_and_account_there_are(ledger: Ledger) -> None:
    report = ledger.rows(
        {"company": "9", "routine": "01"},
        {"number": "2", "routine": "01"},
        {"number": "3", "company": "1"},
        {"number": "4", "company": "001", "routine": "1", "payee_account": "5050-1055"},
        {"number": "5", "company": "1", "routine": "01", "payee_account": "bankgiro:991-2346"},
        {"number": "6", "company": "2", "reference": "free 17"},
        source_system="other",
    )

    assert codes(report) == [
        (1, "company", "COMPANY_UNKNOWN"),
        (2, "company", "COMPANY_MISSING"),
        (3, "routine", "ROUTINE_MISSING"),
        (4, "payee_account", "PAYEE_ACCOUNT_UNKNOWN"),
    ]
    assert len(ledger.sql("SELECT 1 FROM reference")) == 1  # one account is named; company 2 has none


def test_an_undeclared_source_system_needs_a_usable_name(ledger: Ledger) -> None:
    with pytest.raises(ConfigurationError, match="source system"):
        ledger.rows({}, source_system="No Such")


def test_import_queues_a_rematch_for_suspended_payments_that_name_it(ledger: Ledger) -> None:
    _suspend_payment_naming(ledger, "10017")

    report = ledger.rows({}, fingerprint="f1")

    assert report.suspended_payments == 1
    assert ledger.sql("SELECT run_id, kind, fingerprint, state FROM run") == [
        (f"rematch:north:{report.exchange_no}:1", "rematch", "f1", "queued")
    ]


def test_a_payment_that_names_the_invoice_number_is_tried_again_too(ledger: Ledger) -> None:
    _suspend_payment_naming(ledger, "1001")

    assert ledger.rows({}).suspended_payments == 1


def test_import_without_suspended_payments_queues_nothing(ledger: Ledger) -> None:
    _suspend_payment_naming(ledger, "999")

    assert ledger.rows({}).suspended_payments == 0
    assert ledger.sql("SELECT 1 FROM run") == []


def _suspend_payment_naming(ledger: Ledger, reference: str) -> None:
    waiting = QueuedPayment(
        5, 1, 1, "1", reference, 100, 100, "SEK", "2026-11-20", "suspended", "nothing matches", None, ""
    )
    with ledger.store.write() as work:
        work.queue.suspend([waiting], [(reference, 5)])


_CSV = (
    b"number;invoice_date;due_date;amount;debtor_name;debtor_identity;reference;version;kind\n"
    b'1001;2026-10-01;2026-10-31;1000,00;"Tolvan; T";19121212-1212;10017;1;invoice\n'
    b"1002;2026-10-01;2026-10-31;-55;Elvan;;;2;\n"
)
_JSON = json.dumps(
    {"made": "x", "receivables": [invoice(coding=[{"account": "3", "amount": 1000}]), invoice(number=7)]}
)


@pytest.fixture(scope="module")
def mutation_ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger(open_database(f"sqlite:///{tmp_path_factory.mktemp('mutations') / 'hub.sqlite'}"))


@given(
    sample=st.sampled_from([_CSV, _JSON.encode(), _JSON.encode()[30:-2]]),
    cuts=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), st.binary(max_size=8)), min_size=1, max_size=4),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_only_ever_give_refusals_or_rejected_rows(
    mutation_ledger: Ledger, sample: bytes, cuts: list[tuple[int, int, bytes]]
) -> None:
    damaged = sample
    for at, length, put in cuts:
        damaged = damaged[:at] + put + damaged[at + length :]

    report = mutation_ledger.take(damaged)

    accounted = report.new + report.unchanged + report.new_versions + report.rejected
    assert report.refused is not None or accounted == report.rows
    rejected_csv(report.rejected_rows).encode()
    json.dumps(report.as_json()).encode()
