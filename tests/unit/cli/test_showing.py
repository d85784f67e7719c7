"""How answers look."""

from __future__ import annotations

import json
from datetime import date

import pytest

from hub.cli import showing
from hub.cli.showing import (
    Amounts,
    answer_json,
    as_data,
    by_currency,
    file_name,
    kronor,
    progress_bar,
    say,
    show_table,
    state,
    words,
)
from hub.cli.wording import explained, said
from hub.model.enquiries import Fate, PaymentStory


def test_amounts_are_written_the_swedish_way() -> None:
    assert kronor(123_456_789) == "1 234 567,89"
    assert kronor(-5, "EUR") == "-0,05 EUR"
    assert by_currency({"SEK": 100, "EUR": 250}) == "2,50 EUR, 1,00 SEK"


@pytest.mark.parametrize(
    ("code", "written"),
    [
        ("unknown_reference", "unknown reference"),
        ("method:1", "method 1"),
        ("no_mandate: asked", "no mandate: asked"),
        ("agency_says:no customer_no", "agency says: no customer_no"),
    ],
)
def test_codes_are_written_as_words(code: str, written: str) -> None:
    assert words(code) == written


def test_foreign_money_is_never_under_kronor() -> None:
    pounds = Amounts(["", "GBP"])
    assert (pounds.heading, pounds.write(25_000, "")) == ("amount", "250,00 GBP")
    assert (Amounts(["SEK"]).heading, Amounts(["SEK"]).write(25_000, "SEK")) == ("kronor", "250,00")
    assert Amounts(["SEK", "EUR"]).write(100, "SEK") == "1,00 SEK"


def test_named_tuples_become_objects_at_any_depth(capsys: pytest.CaptureFixture[str]) -> None:
    answer_json([{"fate": Fate(1, "posted", "rule", "7", 100), "day": date(2026, 11, 20), "name": "Åsa"}])
    shown = capsys.readouterr().out
    assert "Åsa" in shown
    assert json.loads(shown)[0]["fate"]["what"] == "posted"
    assert as_data((1, None, "x", True)) == [1, None, "x", True]


def test_table_in_a_pipe_is_plain_and_uncut(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 500
    show_table("title", ("a", ("kronor", "right")), [(long, "1,00"), (state("posted"), "100,00")])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "title"
    assert lines[2].startswith(long)
    assert "\x1b" not in "".join(lines)
    assert not set("│─╭") & set("".join(lines))


def test_long_file_name_keeps_its_ending_on_a_screen_and_all_of_it_in_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "f" * 240 + ".xml"
    assert file_name(long) == long
    monkeypatch.setattr(showing, "is_seen", lambda: True)
    shown = file_name(long)
    assert (len(shown), shown[:2], shown[-4:], "…" in shown) == (40, "ff", ".xml", True)
    assert file_name("short.xml") == "short.xml"


def test_markup_in_data_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("", ("name",), [("[red]Åsa[/red] [/]",)])
    assert "[red]Åsa[/red] [/]" in capsys.readouterr().out


def test_words_go_to_stderr_and_leave_stdout_to_data(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("title", ("a",), [], empty="nothing is open")
    say("wrong", is_error=True)
    assert capsys.readouterr() == ("", "nothing is open\nhub: wrong\n")


def test_no_progress_bar_where_nobody_looks() -> None:
    with progress_bar("work", is_quiet=False) as bar:
        assert bar is None


def test_codes_are_explained_and_unknown_ones_are_their_own_words() -> None:
    assert explained("key:bgc_serial") == "the bank's own key (bgc_serial) is the same"
    assert explained("exact_reference") == "the OCR reference is an open receivable's"
    assert explained("something_new") == "something new"


@pytest.mark.parametrize(
    ("reference", "texts", "parts", "shown"),
    [
        ("123", "Tack", (), "123"),
        ("TACKFÖRLÅNET", "Tack för\nlånet", (), "Tack för lånet"),
        ("", "", ("1", "2"), "1, 2"),
        ("AB12", "", (), "AB12"),
    ],
)
def test_payment_is_shown_as_the_payer_wrote_it(reference: str, texts: str, parts: tuple[str, ...], shown: str) -> None:
    payment = PaymentStory(1, 1, 1, 1, "payment", 1, "SEK", "2026-11-20", reference, "", texts, parts)
    assert said(payment) == shown
