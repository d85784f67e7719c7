"""Writing sheets as CSV and Excel, and that every name has a heading in both languages."""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
import pytest

import hub.formats.sheets.xlsx_sheet as xlsx_sheet
from hub.formats.sheets.choice import Choice
from hub.formats.sheets.csv_sheet import write_csv
from hub.formats.sheets.headings import head, headings
from hub.formats.sheets.xlsx_sheet import write_xlsx
from hub.model.documents import Language
from hub.model.sheets import CellKind, Column, Line, LineKind, Sheet
from hub.rules.reports.ageing import ageing_columns
from hub.rules.reports.balance_lines import BALANCE_COLUMNS, RECEIVABLE_COLUMNS, TOTAL_COLUMNS
from hub.rules.reports.dunning_lines import DUNNING_COLUMNS
from hub.rules.reports.forecast_lines import FORECAST_COLUMNS
from hub.rules.reports.later_lines import LATER_COLUMNS
from hub.rules.reports.masking import without_identity
from hub.rules.reports.payment_lines import PAYMENT_COLUMNS
from hub.rules.reports.purge_lines import PURGE_COLUMNS
from hub.rules.reports.statement import STATEMENT_COLUMNS

COLUMNS = (Column("debtor"), Column("due_on", CellKind.DATE), Column("balance_ore", CellKind.AMOUNT))


def sheet(*rows: tuple[str, str, int]) -> Sheet:
    lines = [Line(LineKind.ROW, row) for row in rows]
    total = Line(LineKind.TOTAL, (None, None, sum(row[2] for row in rows)), "total")
    return Sheet("balances", COLUMNS, iter([*lines, total]), (("as_of", "2026-11-22"), ("basis", "booked")))


def as_csv(made: Sheet, choice: Choice) -> str:
    file = io.BytesIO()
    write_csv(made, file, choice)
    return file.getvalue().decode("utf-8-sig")


def test_swedish_csv_has_semicolons_and_decimal_commas() -> None:
    assert as_csv(sheet(("Åsa", "2026-11-22", -123_450)), Choice(Language.SV)) == (
        "Namn;Förfallodag;Saldo;\r\nÅsa;2026-11-22;-1234,50;\r\n;;-1234,50;Summa\r\n"
    )


def test_english_csv_has_commas_and_points_and_may_be_without_headings_and_totals() -> None:
    choice = Choice(Language.EN, with_headings=False, with_totals=False)

    assert as_csv(sheet(("Åsa", "", 5)), choice) == "Åsa,,0.05\r\n"


@pytest.mark.parametrize("name", ["=1+1", "+46", "-x", "@a", "\tx"])
def test_no_name_becomes_a_formula(name: str) -> None:
    choice = Choice(with_headings=False, with_totals=False)
    assert as_csv(sheet((name, "", 0)), choice).startswith(f"'{name}")

    file = io.BytesIO()
    write_xlsx(sheet((name, "", 0)), file, choice)
    assert openpyxl.load_workbook(file).active["A1"].data_type == "s"


def test_workbook_goes_on_in_another_worksheet_when_one_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_sheet, "MOST_ROWS", 4)
    file = io.BytesIO()

    written = write_xlsx(sheet(*((str(at), "", at) for at in range(5))), file, Choice())

    pages = [[row[0] for row in page.values][2:] for page in openpyxl.load_workbook(file).worksheets]
    assert (written, pages) == (6, [["0", "1"], ["2", "3"], ["4", None]])


def test_amounts_of_a_workbook_are_exact() -> None:
    file = io.BytesIO()
    write_xlsx(sheet(("a", "2026-11-22", 99_999_999_999_999)), file, Choice(with_headings=False))

    assert f"{openpyxl.load_workbook(file).active['C1'].value:.2f}" == "999999999999.99"


@pytest.mark.parametrize("language", Language)
def test_every_column_has_a_heading(language: Language) -> None:
    for columns in (
        BALANCE_COLUMNS,
        RECEIVABLE_COLUMNS,
        TOTAL_COLUMNS,
        PAYMENT_COLUMNS,
        FORECAST_COLUMNS,
        LATER_COLUMNS,
        DUNNING_COLUMNS,
        STATEMENT_COLUMNS,
        PURGE_COLUMNS,
        ageing_columns((0, 30, 60)),
    ):
        named = headings(columns, language)
        assert len(set(named)) == len(columns)


def test_head_says_what_was_asked_in_words() -> None:
    assert head(sheet(), Language.SV) == "Saldolista, per 2026-11-22, efter bokföringsdag"


def test_a_sheet_without_identities_has_neither_the_column_nor_its_cells() -> None:
    columns = (Column("debtor"), Column("identity"), Column("company"))

    def lines() -> Iterator[Line]:
        yield Line(LineKind.ROW, ("Åsa", "19121212-1212", "1"))

    masked = without_identity(Sheet("balances", columns, lines()))

    assert [column.name for column in masked.columns] == ["debtor", "company"]
    assert [line.cells for line in masked.lines] == [("Åsa", "1")]
