"""Every record of every layout: what is written is read back, and what was read is written back byte for byte."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.formats import field_kinds as kinds
from hub.formats.fixed_width import Field, RecordLayout
from hub_bankgiro import forms
from hub_bankgiro.autogiro.answers import read_answers
from hub_bankgiro.autogiro.orders_read import read_orders
from hub_bankgiro.autogiro.payments import SpecificationReader
from hub_bankgiro.describing import BankgirotFiles
from hub_bankgiro.kinds import DateOr, Echoed
from hub_bankgiro.oddities import Oddities
from hub_bankgiro.record_files import RecordFile
from hub_bankgiro.rewriting import write_back
from hub_bankgiro.total_in.reader import TotalInReader

FORMS = (
    *forms.AUTOGIRO_ANSWERS,
    forms.ORDERS,
    forms.TOTAL_IN,
    forms.SUPPLIER_ORDERS,
)
RECORDS = [
    pytest.param(layout, id=f"{form.format}, {form.layout}, {layout.code or 'row'}")
    for form in FORMS
    for layout in form.layouts.values()
]
LETTERS = "".join(chr(byte) for byte in (*range(0x21, 0x7F), *range(0xC0, 0x100)))
DATES = st.dates(date(1900, 1, 1), date(2999, 12, 31))


def values_of(layout: RecordLayout) -> st.SearchStrategy[dict[str, Any]]:
    """Return values of every field of a record."""
    return st.fixed_dictionaries({field.name: value_of(field.kind, field) for field in layout.values})


def value_of(kind: Any, field: Field) -> st.SearchStrategy[Any]:
    """Return what a field of a kind may hold."""
    if isinstance(kind, Echoed):
        return value_of(kind.kind, field)
    if isinstance(kind, DateOr):
        return st.none() | DATES
    if isinstance(kind, kinds.CalendarDate):
        return DATES
    if isinstance(kind, kinds.Number):
        return st.integers(0, 10**field.width - 1)
    if isinstance(kind, kinds.OneOf):
        return st.sampled_from([value.strip() for value in kind.values])
    if isinstance(kind, kinds.Letters):
        return st.text("ABCXYZ", min_size=field.width, max_size=field.width)
    if isinstance(kind, kinds.Digits):
        digits = st.text("0123456789", min_size=field.width, max_size=field.width)
        return digits | st.just("") if kind.may_be_blank else digits
    assert isinstance(kind, kinds.Text), f"no values for {kind}"
    return st.text(LETTERS, max_size=field.width)


@pytest.mark.parametrize("layout", RECORDS)
def test_what_is_written_is_read_back(layout, of_many):
    @settings(max_examples=of_many(25), deadline=None)
    @given(values=values_of(layout))
    def holds(values):
        record = layout.write(**values)

        assert len(record) == layout.width
        assert layout.read(record, 1) == values

    holds()


WHOLE = [
    pytest.param(form, id=f"{form.format}, {form.layout}")
    for form in (*FORMS, forms.SUPPLIER_ANSWERS)
    if form not in (forms.MANDATE_REGISTER, forms.OLD_MANDATE_REGISTER)
]
OPENINGS = {
    "01": {"content": "", "bankgiro": "0009912346", "customer": "471117"},
    "51": {"bankgiro": "0009912346"},
    "00": {},
    "11": {"service": "LEVERANTÖRSBETALNINGAR", "written": "261120", "report": "", "middle": "", "date": ""},
}
STATED = {
    forms.SPECIFICATION[:2]: "BET. SPEC & STOPP TK",
    forms.ADVICE[:2]: "AG-MEDAVI",
    forms.REJECTED[:2]: "AVVISADE BET UPPDR",
    forms.CHANGES[:2]: "MAKULERING/ÄNDRING",
    forms.OLD_REJECTED[:2]: "FELLISTA REG.KONTRL",
    forms.OLD_CHANGES[:2]: "MAK/ÄNDRINGSLISTA",
    forms.REQUEST_REGISTER[:2]: "BEVAKNINGSREG",
}


@pytest.mark.parametrize("form", WHOLE)
def test_what_was_read_is_written_back_byte_for_byte(form, of_many):
    layouts = list(form.layouts.values())
    first = next(layout for layout in layouts if layout.code in ("01", "51", "11") or form is forms.TOTAL_IN)
    fixed = {**OPENINGS[first.code], **({"content": STATED[form[:2]]} if form[:2] in STATED else {})}
    if form is forms.SUPPLIER_ANSWERS:
        fixed["report"] = "6"

    @settings(max_examples=of_many(15), deadline=None)
    @given(
        data=st.data(),
        end=st.sampled_from(["\n", "\r\n"]),
        title=st.sampled_from(["", "Exempel"]),
        pad=st.integers(-90, 9),
    )
    def holds(data, end, title, pad):
        opening = data.draw(values_of(first))
        opening |= {name: value for name, value in fixed.items() if name in opening}
        records = [first.write(**opening)]
        for layout in data.draw(st.lists(st.sampled_from(layouts), max_size=6)):
            records.append(layout.write(**data.draw(values_of(layout))))
        lines = [record.ljust(80 + pad) if pad >= 0 else record.rstrip() for record in records]
        content = ((title + end if title else "") + "".join(line + end for line in lines)).encode("latin-1")

        assert RecordFile(io.BytesIO(content), Oddities(strict=False, per_code=9)).form == form
        assert b"".join(write_back(io.BytesIO(content))) == content

    holds()


def test_changed_files_end_in_nothing_but_a_format_error(own_files, of_many):
    @settings(max_examples=of_many(300), deadline=None)
    @given(
        data=st.sampled_from([own_files["specification"], own_files["old_specification"]]),
        changes=st.lists(
            st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3), st.integers(0, 90)),
            min_size=1,
            max_size=3,
        ),
    )
    def holds(data, changes):
        for at, put, cut in changes:
            place = int(at * len(data))
            data = data[:place] + put + data[place + cut :]
        for read in (
            lambda stream: read_answers(stream, Oddities(strict=False, per_code=9)),
            lambda stream: read_orders(stream, Oddities(strict=True, per_code=9), key=bytes(16)),
            SpecificationReader().read,
            TotalInReader().read,
            write_back,
        ):
            try:
                list(read(io.BytesIO(data)))
            except FormatError:
                continue
        BankgirotFiles().describe(io.BytesIO(data))

    holds()


@pytest.fixture(scope="module")
def own_files():
    import sys
    from pathlib import Path

    sys.path.insert(0, str(Path(__file__).parent))
    import autogiro_files as files

    return {
        "specification": files.as_file(files.specification()),
        "old_specification": files.as_file(files.old_specification()),
    }
