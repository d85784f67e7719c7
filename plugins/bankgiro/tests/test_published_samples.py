"""Bankgirot's published examples and Kivra's report give the totals their owners state; other files are left alone."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from hub.contracts import Recognition
from hub.errors import ControlTotalMismatch, FormatError
from hub.model.payment_file import Deduction, FileOpened, Payment, SectionClosed, SectionOpened, Warned
from hub_bankgiro.reader import BgMaxReader

SHARED = Path(__file__).parents[4] / "shared" / "samples"
BGMAX = SHARED / "bankgiro" / "bgmax"
KIVRA = SHARED / "kivra" / "report_ExampleCompany_20250918_161548.bgmax"

pytestmark = pytest.mark.skipif(not BGMAX.is_dir(), reason="published samples are not on this machine")


class Stated(NamedTuple):
    """What the README of the samples states."""

    sections: list[tuple[str, int, int]]  # currency, öre, payments and deductions
    payments: int
    credit_ore: int
    deductions: int = 0
    parts: int = 0


WITHOUT_OPTIONS = Stated([("SEK", 85000, 5)], 5, 85000)
STATED = {
    "bgmax-avtal-utan-tillval-nonewline.txt": WITHOUT_OPTIONS,
    "bgmax-avtal-utan-tillval-lf.txt": WITHOUT_OPTIONS,
    "bgmax-avtal-utan-tillval-trimmed-lossy-utf8.txt": WITHOUT_OPTIONS,
    "bgmax-fil2-eur-and-plusgiro-conversion-crlf.txt": Stated(
        [("EUR", 150000, 2), ("SEK", 210000, 4)], 6, 360000, parts=3
    ),
    "bgmax-fil4-four-deposits-crlf.txt": Stated(
        [("SEK", 370000, 2), ("SEK", 200000, 1), ("SEK", 290000, 4), ("EUR", 400000, 2)], 9, 1260000, parts=13
    ),
    "bgmax-minimal.txt": Stated([("SEK", 110000, 1)], 1, 110000),
    "bgmax-ocr-length-deduction-tabs-crlf.txt": Stated(
        [("SEK", 190000, 3), ("SEK", 800000, 4)], 6, 1040000, deductions=1, parts=6
    ),
    "bgmax-autogiro-variant.txt": Stated([("SEK", 70000, 4)], 4, 70000),
}


def events_of(path: Path, *, strict: bool = False) -> list:
    with path.open("rb") as stream:
        return list(BgMaxReader(strict=strict).read(stream))


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize(("name", "stated"), STATED.items())
def test_a_published_file_gives_its_stated_totals(name, stated):
    events = events_of(BGMAX / name)

    currencies = [section.currency for section in of(SectionOpened, events)]
    closed = of(SectionClosed, events)
    payments, deductions = of(Payment, events), of(Deduction, events)
    assert [(c, s.net_ore, s.entry_count) for c, s in zip(currencies, closed, strict=True)] == stated.sections
    assert (len(payments), sum(p.amount_ore for p in payments)) == (stated.payments, stated.credit_ore)
    assert (len(deductions), events[-1].payments, events[-1].deductions) == (
        stated.deductions,
        stated.payments,
        stated.deductions,
    )
    assert sum(len(entry.parts) for entry in payments + deductions) == stated.parts
    assert not of(FileOpened, events)[0].is_test


def test_the_unbroken_file_is_the_same_content_as_its_copy_with_lines():
    unbroken, lines = BGMAX / "bgmax-avtal-utan-tillval-nonewline.txt", BGMAX / "bgmax-avtal-utan-tillval-lf.txt"

    assert events_of(unbroken) == events_of(lines)
    with unbroken.open("rb") as one, lines.open("rb") as other:
        assert BgMaxReader().content_key(one) == BgMaxReader().content_key(other)


def test_lost_letters_are_warned_of_line_by_line():
    events = events_of(BGMAX / "bgmax-avtal-utan-tillval-trimmed-lossy-utf8.txt")

    assert {warning.code for warning in of(Warned, events)} == {"DAMAGED_TEXT"}


def test_the_reference_between_tabs_is_found():
    events = events_of(BGMAX / "bgmax-ocr-length-deduction-tabs-crlf.txt")

    references = [part.reference for payment in of(Payment, events) for part in payment.parts]
    assert "657965" in references
    assert [(d.amount_ore, d.remainder) for d in of(Deduction, events)] == [(50000, "whole")]
    assert [warning.code for warning in of(Warned, events)] == ["TAB"]


def test_strict_refuses_the_files_with_tabs():
    for name in ("bgmax-ocr-length-deduction-tabs-crlf.txt", "bgmax-autogiro-variant.txt"):
        with pytest.raises(FormatError) as caught:
            events_of(BGMAX / name, strict=True)
        assert caught.value.code == "TAB"


def test_lists_and_shares_are_kept_as_given():
    payments = of(Payment, events_of(BGMAX / "bgmax-fil4-four-deposits-crlf.txt"))

    shares = [[(p.reference, p.amount_ore) for p in payment.parts] for payment in payments]
    assert [("7495575", 100000), ("695668", 50000), ("8988777", 40000), ("74450", -50000)] in shares
    assert "8012577,8013575" in [payment.reference for payment in payments]


def test_the_converted_plusgiro_is_the_other_account():
    sections = of(SectionOpened, events_of(BGMAX / "bgmax-fil2-eur-and-plusgiro-conversion-crlf.txt"))

    assert [section.alternative_account for section in sections] == [None, ("plusgiro", "8156086")]


def test_autogiro_in_bgmax_form_has_a_channel_and_no_keys():
    payments = of(Payment, events_of(BGMAX / "bgmax-autogiro-variant.txt"))

    assert {(payment.channel, payment.keys) for payment in payments} == {("autogiro", ())}


def test_counters_of_the_file_that_differ_are_refused():
    with pytest.raises(ControlTotalMismatch) as caught:
        events_of(BGMAX / "bgmax-fil4-broken-tk70.txt")

    assert (caught.value.line, caught.value.record, caught.value.stated, caught.value.computed) == (67, "70", 8, 9)


def test_a_fragment_is_no_file():
    path = BGMAX / "bgmax-fragment-one-deposit.txt"

    assert BgMaxReader().recognises(path.read_bytes()) is Recognition.NO
    with pytest.raises(FormatError) as caught:
        events_of(path)
    assert caught.value.code == "START_MISSING"


def test_kivras_report_gives_its_stated_total():
    events = events_of(KIVRA)

    payments = of(Payment, events)
    assert (len(payments), sum(payment.amount_ore for payment in payments)) == (10, 71332599)
    assert {(payment.channel, payment.quality, payment.keys) for payment in payments} == {("autogiro", "checked", ())}
    assert payments[0].reference == "reference0"
    (closed,) = of(SectionClosed, events)
    assert (closed.net_ore, closed.serial, closed.bank_account) == (71332599, "", "")


def test_files_of_other_kinds_are_not_recognised():
    others = [path for path in SHARED.rglob("*") if path.is_file() and BGMAX not in path.parents and path != KIVRA]

    assert len(others) > 20
    for path in others:
        with path.open("rb") as stream:
            assert BgMaxReader().recognises(stream.read(65536)) is Recognition.NO, path.name


def test_every_published_bgmax_file_has_a_test():
    tested = {*STATED, "bgmax-fil4-broken-tk70.txt", "bgmax-fragment-one-deposit.txt"}

    assert {path.name for path in BGMAX.iterdir()} == tested
