"""A message that is written in any of the four forms is read back as it was, and damage is never read as truth."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import ControlTotalMismatch, DataError, FormatError
from hub.formats.declared import Item
from tests.unit.formats.declared.layouts import FORMS, MESSAGE, load

FILES = {name: load(document).outgoing("orders") for name, document in FORMS.items()}
WORDS = st.text(st.sampled_from("abcåäöÅÄÖ 19-.,;+<>&'\"é"), max_size=20).map(lambda text: text.strip(" "))
LINES = st.fixed_dictionaries(
    {
        "invoice_no": WORDS.filter(bool),
        "due_date": st.dates(date(2000, 1, 1), date(2099, 12, 31)),
        "open_ore": st.integers(-(10**10), 10**10),
        "pieces": st.integers(0, 999),
    }
)
ORDERS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["claim", "recall"]),
        "claim_id": st.integers(1, 10**9).map(str),
        "name": WORDS.filter(bool),
        "care_of": WORDS,
        "is_company": st.booleans(),
        "lines": st.lists(LINES, min_size=1, max_size=3),
    }
)
MESSAGES = st.fixed_dictionaries(
    {
        "file_no": st.integers(0, 10**6),
        "sender": st.integers(0, 10**6).map(str),
        "made_on": st.dates(date(2000, 1, 1), date(2099, 12, 31)),
        "orders": st.lists(ORDERS, max_size=4),
    }
)


def together(items: Iterable[Item]) -> dict[str, Any]:
    """Return what was read as one message."""
    found: dict[str, Any] = {"orders": []}
    for item in items:
        if item.group:
            found[item.group].append(item.values)
        else:
            found.update(item.values)
    return found


def given_alone(message: Any) -> Any:
    """Return a message without what is not given: it reads back as nothing."""
    if isinstance(message, dict):
        return {name: given_alone(value) for name, value in message.items() if value not in (None, "")}
    return [given_alone(one) for one in message] if isinstance(message, list) else message


def in_order(message: dict[str, Any], form: str) -> dict[str, Any]:
    """JSON has a list for each kind of order: what stands in several lists has no order between them."""
    orders = sorted(message["orders"], key=lambda one: one["kind"]) if form == "json" else message["orders"]
    return {**message, "orders": orders}


def without_unspoken(message: dict[str, Any], form: str) -> dict[str, Any]:
    """In XML and JSON the layout says nothing of `care_of` for a recall."""
    if form not in ("xml", "json"):
        return message
    orders = [
        {name: value for name, value in one.items() if one["kind"] == "claim" or name != "care_of"}
        for one in message["orders"]
    ]
    return {**message, "orders": orders}


def read(form: str, content: bytes) -> dict[str, Any]:
    return together(FILES[form].read(io.BytesIO(content)))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(form):
    written = FILES[form].write(MESSAGE)

    assert read(form, written.content) == in_order(given_alone(MESSAGE), form)
    assert written.losses == ()
    assert FILES[form].recognises(written.content)


@pytest.mark.parametrize("form", FORMS)
def test_any_message_is_read_back(form, in_full):
    @settings(max_examples=60 if in_full else 20, deadline=None)
    @given(message=MESSAGES)
    def holds(message):
        expected = in_order(without_unspoken(given_alone(message), form), form)

        assert read(form, FILES[form].write(message).content) == expected

    holds()


@pytest.mark.parametrize("form", FORMS)
def test_the_same_message_gives_the_same_bytes(form):
    assert FILES[form].write(MESSAGE) == load(FORMS[form]).outgoing("orders").write(MESSAGE)


def test_fixed_width_has_every_sign_where_the_layout_says():
    lines = FILES["fixed_width"].write(MESSAGE).content.decode("latin-1").split("\r\n")

    assert lines == [
        "ORDERS+123+7+260102'",
        "1100000000042Åsa <&> Öberg                 N                ",
        "121c/o Bo",
        "13026020300000012345 001A1                  ",
        "13026022800000000005 000A;2                 ",
        "19000000012350 0002",
        "12043        Eva                           J",
        "13026030100000000001-012A3                  ",
        "19000000000001-0001",
        "1100000000044Bo                            J                ",
        "13026030100000000000 012A4                  ",
        "19000000000000 0001",
        "19900001300000012349 ",
        "",
    ]
    assert FILES["fixed_width"].file_name(MESSAGE) == "RH_000007_20260102.txt"


@pytest.mark.parametrize("form", FORMS)
def test_damage_is_refused_or_harmless(form, in_full):
    """Cut at every place, and changed in hundreds: a file error, or a whole message; never another exception."""
    content = FILES[form].write(MESSAGE).content
    dice = random.Random(form)
    for _ in range(1500 if in_full else 500):
        damaged = bytearray(content)
        for _ in range(dice.randrange(1, 4)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        cut = dice.randrange(len(damaged)) if dice.random() < 0.5 else len(damaged)
        FILES[form].recognises(bytes(damaged[:cut]))
        with suppress(FormatError):
            assert "orders" in read(form, bytes(damaged[:cut]))


@pytest.mark.parametrize("form", ["fixed_width", "xml", "json"])
def test_a_file_that_is_cut_anywhere_is_refused(form):
    content = FILES[form].write(MESSAGE).content.rstrip()
    for end in range(1, len(content) - 1, 3):
        with pytest.raises(FormatError):
            read(form, content[:end])


@pytest.mark.parametrize(("form", "old", "new"), [
    ("fixed_width", "00000012349 ", "00000012350 "),
    ("fixed_width", "19900001300", "19900001400"),
    ("fixed_width", "19000000012350 0002", "19000000012351 0002"),
    ("csv", ";3;123,49", ";4;123,49"),
    ("csv", ";3;123,49", ";3;123,48"),
    ("xml", "<claims>2<", "<claims>3<"),
    ("json", '"claims": "2"', '"claims": "1"'),
])  # fmt: skip
def test_a_count_or_total_that_differs_is_refused(form, old, new):
    content = FILES[form].write(MESSAGE).content.decode("latin-1")
    assert old in content

    with pytest.raises(ControlTotalMismatch):
        read(form, content.replace(old, new, 1).encode("latin-1"))


def test_thousands_of_orders_are_written_and_read_in_their_order(in_full):
    lines = [
        {"invoice_no": "1", "due_date": date(2026, 1, 1) + timedelta(n % 300), "open_ore": n, "pieces": 1}
        for n in range(3)
    ]
    orders = [
        {"kind": "claim", "claim_id": str(n), "name": "N", "is_company": False, "lines": lines}
        for n in range(1, 10_001 if in_full else 2_001)
    ]
    message = {**MESSAGE, "orders": orders}

    assert read("fixed_width", FILES["fixed_width"].write(message).content) == message


def test_a_value_that_does_not_fit_is_refused_and_never_repeated():
    secret = "191212121212" * 4
    message = {**MESSAGE, "orders": [{**MESSAGE["orders"][0], "name": secret}]}

    with pytest.raises(DataError, match="holds 30 characters") as raised:
        FILES["fixed_width"].write(message)

    assert secret not in str(raised.value)
