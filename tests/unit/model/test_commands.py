"""A command that cannot be read is refused in our words, by field; and days that cannot be are refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_args

import pytest

from hub.errors import DataError
from hub.model.command import Command
from hub.model.command_dates import refuse_far_dates
from hub.model.commands import AnyCommand, parse_command

KINDS = get_args(get_args(AnyCommand)[0])
NASTY: list[Any] = [
    None,
    "",
    "x" * 500,
    0,
    -1,
    2**70,
    1.5,
    [],
    {},
    "a\x00b",
    True,
    "2026-13-01",
    ["x"],
    [{}],
    [{"a": 1}],
]
PYDANTIC = re.compile(r"[Ii]nput|should|valid |[Ee]xtra|Value error|permitted|pattern|[Ff]ield required")
TODAY = date(2026, 11, 22)


def whole(kind: type[Command], /, **values: Any) -> dict[str, Any]:
    body = {"kind": kind.model_fields["kind"].default, "key": "k", "user": "u", "payment_id": 1, "exchange_no": 1}
    body["receivable"] = {"company": "1", "number": "2"}
    return {name: value for name, value in body.items() if name in kind.model_fields} | values


def refusal(body: Any) -> str:
    try:
        parse_command(body)
    except DataError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_word_of_the_checking_library_shows_through(kind: type[Command]) -> None:
    bodies = [whole(kind, **{name: value}) for name in kind.model_fields for value in NASTY]
    refusals = [refusal(body) for body in bodies]

    assert any(refusals)
    assert [text for text in refusals if PYDANTIC.search(text)] == []


@pytest.mark.parametrize("body", [None, 1, [1], "x", {}, {"kind": "nonsense"}, {"kind": None}])
def test_what_is_no_command_is_refused_in_our_words(body: Any) -> None:
    text = refusal(body)

    assert text.startswith("the command cannot be carried out: ")
    assert not PYDANTIC.search(text)


NO_FIELD = "there is no such field: mend its name or leave it out"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"shares": []}, "shares: must have at least 1 item"),
        ({"shares": [{"company": "1", "number": "2", "amount_ore": 0}]}, "out: shares[1].amount_ore: must be above 0"),
        ({"shares": [{"company": "1", "number": "2"}], "surprise": 1}, f"surprise: {NO_FIELD}"),
        ({"shares": [{"company": "1"}]}, "shares[1].number: must be given"),
    ],
)
def test_refusal_says_where_and_what_is_taken(values: dict[str, Any], told: str) -> None:
    text = refusal(whole(KINDS[[kind.__name__ for kind in KINDS].index("MovePayment")], **values))

    assert text.endswith(told)
    assert ";" not in text


def due(day: str) -> Command:
    target = {"company": "1", "number": "2"}
    return parse_command({"kind": "change_due_date", "key": "k", "user": "u", "receivable": target, "due_date": day})


def own_payment(day: str) -> Command:
    body = {"kind": "report_own_payment", "key": "k", "user": "u", "method": "1", "amount_ore": 1}
    return parse_command({**body, "receivable": {"company": "1", "number": "2"}, "transaction_date": day})


@pytest.mark.parametrize("day", ["2016-11-22", "2026-11-22"])
def test_days_up_to_ten_years_back_are_taken(day: str) -> None:
    refuse_far_dates(own_payment(day), TODAY)


@pytest.mark.parametrize("day", ["2016-11-21", "2026-11-23"])
def test_what_has_happened_was_within_ten_years_and_never_to_come(day: str) -> None:
    with pytest.raises(DataError, match=f"^transaction_date: {day} .* from 2016-11-22 to 2026-11-22$"):
        refuse_far_dates(own_payment(day), TODAY)


def test_other_days_may_be_to_come_within_ten_years() -> None:
    refuse_far_dates(due("2036-11-21"), TODAY)
    with pytest.raises(DataError, match=r"^due_date: .* to 2036-11-21$"):
        refuse_far_dates(due("2036-11-22"), TODAY)


def test_half_a_character_is_refused_in_our_words() -> None:
    told = refusal({"kind": "undo_file", "key": "k", "user": "u", "exchange_no": 1, "reason": "\ud800"})

    assert "reason: must be text of whole characters" in told
