"""Answers are read without trust, and told without what they repeat."""

from __future__ import annotations

import json

import pytest

from hub.transports.https import Answer
from hub_kivra.wire import code_of, json_object, own_code, told


def answer(status=400, body=b"", **headers):
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 100_000, b"null"])
def test_what_is_no_object_is_an_empty_one(body):
    assert json_object(body) == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (answer(400, b'{"code": 40032}'), 40032),
        (answer(400, b'{"code": "40032"}'), 40032),
        (answer(400, b"", x_error_code="40032"), 40032),
        (answer(400, b'{"code": 400320}'), 40000),
        (answer(400, b'{"code": true}'), 40000),
        (answer(400, b'{"code": [40032]}'), 40000),
        (answer(413, b"<html>"), 41300),
        (answer(502, b'{"code": 40032}'), 50200),  # a code that belongs to another status decides nothing
    ],
)
def test_the_code_is_kivras_where_it_fits_the_status(given, code):
    assert code_of(given) == code


def test_an_answer_without_a_code_is_not_kivras():
    assert own_code(answer(404, b"<html>")) is None


def test_texts_of_an_answer_are_not_told():
    body = json.dumps({"code": 40009, "short_message": "191212121212", "long_message": "191212121212"}).encode()

    assert told(answer(400, body, x_correlation_id="c-1")) == "Kivra answered 40009 (correlation id c-1)"
    assert told(answer(400, body, x_correlation_id="191212121212\n x")) == "Kivra answered 40009"
