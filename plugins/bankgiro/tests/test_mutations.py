"""Whatever happens to a file on its way: it is refused with a FormatError, or the money in it is the same."""

from __future__ import annotations

import io
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import FormatError
from hub.model.payment_file import Deduction, FileClosed, Payment
from hub_bankgiro.layouts.bgmax import LAYOUTS
from hub_bankgiro.reader import BgMaxReader

SAMPLES = {path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "samples").glob("*.txt"))}
WHOLE = {name: data for name, data in SAMPLES.items() if name not in ("wrong_total", "truncated")}
LINED = {name: data for name, data in WHOLE.items() if name in ("plain_crlf", "deduction_and_parts", "two_sections")}
COUNTED = {
    ("20", "amount"),
    ("21", "amount"),
    ("22", "amount"),
    ("23", "amount"),
    ("15", "amount"),
    ("15", "count"),
    *(("70", field.name) for field in LAYOUTS["70"].values),
}


def money_of(data: bytes) -> list[tuple[str, int, list[int | None]]] | None:
    """Return the money of a file that is accepted, and None when it is refused; anything else fails the test."""
    try:
        events = list(BgMaxReader().read(io.BytesIO(data)))
        BgMaxReader().content_key(io.BytesIO(data))
    except FormatError:
        return None
    assert isinstance(events[-1], FileClosed)
    return [
        (type(event).__name__, event.amount_ore, [part.amount_ore for part in event.parts])
        for event in events
        if isinstance(event, Payment | Deduction)
    ]


def places_of_totals(data: bytes) -> list[int]:
    """Return the position of every digit of an amount or a count."""
    places, start = [], 0
    for line in data.splitlines(keepends=True):
        code = line[:2].decode("latin-1")
        for field in LAYOUTS[code].fields:
            if (code, field.name) in COUNTED:
                places += range(start + field.first - 1, start + field.last)
        start += len(line)
    return places


PLACES = [(name, place) for name, data in LINED.items() for place in places_of_totals(data)]


@settings(max_examples=300)
@given(where=st.sampled_from(PLACES), byte=st.integers(0, 255))
def test_a_changed_digit_of_an_amount_or_a_count_is_never_accepted(where, byte):
    name, place = where
    data = LINED[name]
    changed = data[:place] + bytes([byte]) + data[place + 1 :]

    assert changed == data or money_of(changed) is None


@settings(max_examples=300)
@given(
    name=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=3), st.integers(0, 3)), max_size=3
    ),
)
def test_only_a_format_error_or_an_agreeing_file_comes_out(name, changes):
    data = WHOLE[name]
    for at, inserted, removed in changes:
        place = int(at * len(data))
        data = data[:place] + inserted + data[place + removed :]

    money_of(data)


@settings(max_examples=200)
@given(name=st.sampled_from(sorted(WHOLE)), kept=st.floats(0, 1, exclude_max=True))
def test_a_cut_file_is_refused_unless_only_blanks_are_lost(name, kept):
    data = WHOLE[name]
    cut = data[: int(kept * len(data))]
    lost = data[len(cut) :]

    assert money_of(cut) == (None if lost.strip() else money_of(data))


@settings(max_examples=200)
@given(data=st.data(), name=st.sampled_from(sorted(LINED)))
def test_a_lost_doubled_or_moved_line_never_changes_the_money(data, name):
    lines = LINED[name].splitlines(keepends=True)
    first, second = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    change = data.draw(st.sampled_from(["lost", "doubled", "swapped"]))
    if change == "lost":
        del lines[first]
    elif change == "doubled":
        lines.insert(second, lines[first])
    else:
        lines[first], lines[second] = lines[second], lines[first]

    money = money_of(b"".join(lines))

    assert money is None or sorted(map(repr, amounts(money))) == sorted(map(repr, amounts(money_of(LINED[name]))))


def amounts(money):
    return [(kind, amount) for kind, amount, _ in money]


@given(data=st.binary(max_size=400))
def test_random_bytes_are_refused(data):
    assert money_of(data) is None


@given(data=st.text(max_size=100))
def test_random_text_after_a_true_beginning_is_refused(data):
    assert money_of(SAMPLES["plain_crlf"][:82] + data.encode("utf-8", errors="replace")) is None
