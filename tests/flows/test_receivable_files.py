"""Files of receivables: bad rows, bad files, chunks, declared columns; damage ends in a refusal or a rejected row."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from imported_ledger import Ledger, codes, invoice

from hub.services.receivables import importing, rejected_csv
from hub.store.database import open_database


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


def test_days_that_cannot_be_meant_are_rejected_or_warned_of(ledger: Ledger) -> None:
    far = {"invoice_date": "2150-01-01", "due_date": "2190-01-01"}
    old = {"invoice_date": "2009-01-01", "due_date": "2009-02-01"}

    report = ledger.rows({**far, "number": "1"}, {**old, "number": "2"})
    opened = ledger.rows({**far, "number": "3"}, {**old, "number": "4"}, opening=True)

    assert codes(report) == codes(opened) == [(1, "invoice_date", "DATE_TOO_FAR")]
    assert [(warning.line, warning.problem.code) for warning in report.warnings] == [(2, "DATE_LONG_AGO")]
    assert (report.new, opened.new, opened.warnings) == (1, 1, [])


def test_a_file_that_cannot_be_read_is_in_quarantine_with_the_reason_itself(ledger: Ledger) -> None:
    ledger.take(b'[{"number": "1", "number": "2"}]')

    assert ledger.sql("SELECT reason FROM exchange") == [("line 1: a name stands twice in one object: write it once",)]


def test_a_file_in_another_encoding_is_told_which_one_is_meant(ledger: Ledger) -> None:
    report = ledger.take("number;invoice_date;due_date;amount\r\nÅ;;;".encode("cp1252"))

    assert "the file is not utf-8; set the encoding" in str(report.refused)


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
    with ledger.store.read() as work:
        kept = (work.exchanges.get(report.exchange_no).summary or {})["rejected_rows"]
    assert [(one["line"], one["field"], one["code"]) for one in kept] == [(2, "amount", "AMOUNT_UNREADABLE")]


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
