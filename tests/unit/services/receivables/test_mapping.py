"""Columns of a source system become the fields of an import row, or a problem with field and code."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.errors import ConfigurationError
from hub.formats.rows.raw_rows import RawRow
from hub.model.import_rows import ImportRow
from hub.model.receivables import ReceivableKind
from hub.model.source_system import SourceSystem
from hub.services.receivables import target_fields
from hub.services.receivables.mapping import RowMapping

WHOLE = {"number": "1001", "invoice_date": "2026-10-01", "due_date": "2026-10-31", "amount": "10"}


def read(cells: dict[str, Any], **declared: Any) -> ImportRow:
    row, problems = RowMapping(SourceSystem(name="s", **declared)).read(RawRow(2, {**WHOLE, **cells}))
    assert row is not None, problems
    return row


def problems_of(cells: dict[str, Any], **declared: Any) -> list[tuple[str, str]]:
    row, problems = RowMapping(SourceSystem(name="s", **declared)).read(RawRow(2, {**WHOLE, **cells}))
    assert row is None
    return [(problem.field, problem.code) for problem in problems]


@pytest.mark.parametrize("text", ["1 234,50", "1234.5", Decimal("1234.50")])
def test_amount_with_either_decimal_sign_is_read_when_none_is_declared(text: object) -> None:
    assert read({"amount": text}).amount_ore == 123_450


def test_amount_with_another_decimal_sign_than_declared_is_refused() -> None:
    assert problems_of({"amount": "1234.50"}, decimal_sign=",") == [("amount", "AMOUNT_UNREADABLE")]


@pytest.mark.parametrize("cell", ["1.234,50", "12,345", 0.5, True, [], {}, Decimal("0.001"), "١٢", "10**16" * 9])
def test_amount_that_is_no_number_of_ore_is_refused(cell: object) -> None:
    assert [field for field, _ in problems_of({"amount": cell})] == ["amount"]


def test_number_of_a_spreadsheet_is_its_digits() -> None:
    row = read({"number": 1001, "debtor_number": Decimal("7.0"), "version": Decimal(2)})

    assert (row.number, row.debtor_number, row.version) == ("1001", "7", 2)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (10**15, "NUMBER_TOO_LONG"),
        (Decimal("1.5"), "TEXT_UNREADABLE"),
        (Decimal("1E+40"), "TEXT_UNREADABLE"),
        (True, "TEXT_UNREADABLE"),
        (date(2026, 1, 1), "TEXT_UNREADABLE"),
        (["1"], "TEXT_UNREADABLE"),
        ("#REF!", "FORMULA_FAILED"),
        ("a\x00b", "NOT_ALLOWED"),
        ("a\nb", "NOT_ALLOWED"),
        ("\ud800", "NOT_ALLOWED"),
        ("1" * 31, "TOO_LONG"),
        ("", "MISSING"),
        (None, "MISSING"),
    ],
)
def test_number_that_cannot_be_one_is_refused(cell: object, code: str) -> None:
    assert problems_of({"number": cell}) == [("number", code)]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026-02-30", "DATE_UNREADABLE"),
        ("20261001", "DATE_UNREADABLE"),
        ("1949-12-31", "DATE_OUT_OF_RANGE"),
        ("٢٠٢٦-10-01", "DATE_UNREADABLE"),
        (46000, "DATE_UNREADABLE"),
        (date(1900, 1, 1), "DATE_OUT_OF_RANGE"),
    ],
)
def test_date_that_is_not_as_declared_is_refused(cell: object, code: str) -> None:
    assert problems_of({"invoice_date": cell}) == [("invoice_date", code)]


def test_date_is_read_by_the_declared_format_and_a_date_cell_as_it_is() -> None:
    row = read({"invoice_date": "01.10.26", "due_date": date(2026, 10, 31)}, date_format="%d.%m.%y")

    assert (row.invoice_date, row.due_date) == ("2026-10-01", "2026-10-31")


@pytest.mark.parametrize("word", ["credit_note", "Credit_Note", "Kreditfaktura"])
def test_kind_is_known_by_our_name_and_the_swedish_one(word: str) -> None:
    assert read({"kind": word}).kind is ReceivableKind.CREDIT_NOTE


@pytest.mark.parametrize(
    ("cells", "field", "code", "words"),
    [
        ({"currency": "sek"}, "currency", "CURRENCY_UNKNOWN", "three capital letters of a currency, such as SEK"),
        ({"currency": "XYZ"}, "currency", "CURRENCY_UNKNOWN", "no such currency in ISO 4217"),
        ({"version": 0}, "version", "OUT_OF_RANGE", "must be at least 1"),
        ({"version": 10**9}, "version", "OUT_OF_RANGE", "must be at most 1000000"),
        ({"coding": [{"account": "", "amount": "10"}]}, "coding", "ACCOUNT_WRONG", "must be a ledger account"),
        ({"coding_amount_1": "10"}, "coding", "ACCOUNT_WRONG", "must be a ledger account"),
        ({"refers_to": "a\nb"}, "refers_to", "NOT_ALLOWED", "must not hold line breaks"),
        ({"refers_to": "\ud800"}, "refers_to", "NOT_ALLOWED", "holds half of one"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_wrong_with_it(
    cells: dict[str, Any], field: str, code: str, words: str
) -> None:
    _, problems = RowMapping(SourceSystem(name="s")).read(RawRow(2, {**WHOLE, **cells}))

    assert [(problem.field, problem.code) for problem in problems] == [(field, code)]
    assert words in problems[0].message


def test_unknown_kind_is_refused() -> None:
    assert problems_of({"kind": "order"}) == [("kind", "KIND_UNKNOWN")]


@pytest.mark.parametrize("number", ["19121212-1212", "121212-1212", "556677-8899", "16556677-8899", "701063-2391"])
def test_identity_of_persons_and_organisations_is_checked_and_kept_compact(number: str) -> None:
    assert (read({"debtor_identity": number}).debtor_identity or "").isdigit()


def test_every_problem_of_a_row_is_told_at_once_and_without_its_values() -> None:
    mapping = RowMapping(SourceSystem(name="s"))
    _, problems = mapping.read(RawRow(2, {"number": "1", "amount": "x", "debtor_identity": "19121212-1213"}))

    assert {(problem.field, problem.code) for problem in problems} == {
        ("amount", "AMOUNT_UNREADABLE"),
        ("invoice_date", "MISSING"),
        ("debtor_identity", "IDENTITY_WRONG"),
    }
    assert not any("1213" in problem.message for problem in problems)


def test_address_lines_come_in_order_and_blank_ones_are_left_out() -> None:
    row = read({"address_line_1": "c/o Elvan", "address_line_2": " ", "address_line_3": "123 45 Staden"})

    assert row.address_lines == ("c/o Elvan", "123 45 Staden")


def test_account_coding_comes_from_columns_or_from_a_list() -> None:
    columns = {"coding_account_1": "3010", "coding_amount_1": "8", "coding_text_1": "VA", "coding_account_2": "2611"}
    from_columns = read({**columns, "coding_amount_2": "2"}).coding
    from_list = read({"coding": [{"account": "3010", "amount": 10}]}).coding

    assert [(line.account, line.amount_ore, line.text) for line in from_columns] == [
        ("3010", 800, "VA"),
        ("2611", 200, ""),
    ]
    assert [(line.account, line.amount_ore) for line in from_list] == [("3010", 1000)]


@pytest.mark.parametrize(
    "cell", ["3010", [3010], [{"account": "3010"}], [{"account": "3010", "amount": 1, "vat": 2}], [{}] * 201]
)
def test_account_coding_of_another_shape_is_refused(cell: object) -> None:
    assert problems_of({"coding": cell}) == [("coding", "CODING_SHAPE")]


def test_account_coding_both_in_columns_and_list_is_refused() -> None:
    cells = {"coding_account_1": "1", "coding_amount_1": "10", "coding": [{"account": "1", "amount": 10}]}

    assert problems_of(cells) == [("coding", "CODING_TWICE")]


def test_only_declared_columns_are_read_once_some_are_declared() -> None:
    columns = {name: f"X {name}" for name in WHOLE}
    mapping = RowMapping(SourceSystem(name="s", columns=columns, fixed_values={"kind": "intern"}))
    cells = {f"X {name}": value for name, value in WHOLE.items()} | {"amount": "99", "kind": "invoice"}

    row, _ = mapping.read(RawRow(2, cells))

    assert row is not None
    assert (row.amount_ore, row.kind) == (1000, ReceivableKind.INTERNAL)
    assert mapping.unused(cells) == ("amount", "kind")


@pytest.mark.parametrize(
    ("declared", "where"),
    [
        ({"columns": {"amuont": "x"}}, "source_systems.s.columns"),
        ({"columns": {"number": "x", "amount": "y"}}, "source_systems.s.columns"),
        ({"fixed_values": {"version": "one"}}, "source_systems.s.fixed_values.version"),
    ],
)
def test_mapping_that_cannot_be_right_is_a_setting_to_fix(declared: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        RowMapping(SourceSystem(name="s", **declared))

    assert caught.value.where == where


def test_every_target_field_can_be_declared() -> None:
    RowMapping(SourceSystem(name="s", columns={field: field.upper() for field in target_fields()}))
