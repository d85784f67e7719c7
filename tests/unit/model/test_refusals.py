"""What is wrong with a value is said in our words: no pattern and no sentence of the parser."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hub.model.letterhead import Letterhead
from hub.model.refusals import causes, in_words
from hub.services.delivery.reading import offered

ADDRESS = {"name": "Test Testsson"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"debtor": {**ADDRESS, "email": "no address"}}, "must be one email address, such as anna@example.se"),
        ({"debtor": {**ADDRESS, "address": {"country": "Sverige"}}}, "the two capital letters of a country"),
        ({"debtor": {**ADDRESS, "address": {"postal_code": "11?"}}}, "must be a postal code"),
        ({"debtor": {**ADDRESS, "email_consent": "perhaps"}}, "must be true or false"),
        ({"attachments": [{"name": "a/b", "content": "QQ=="}]}, "must be the name of a file"),
        ({"attachments": [{"name": "a.pdf", "content": "?"}]}, "must be base64 text"),
        ({"attachments": [{"name": "a.pdf", "content_type": "PDF", "content": "QQ=="}]}, "must be a content type"),
        ({"surprise": 1}, "surprise: there is no such field: mend its name or leave it out"),
        ({"lines": [{"text": "W", "amount": "1", "quantity": "1" * 19}]}, "quantity: must have at most 18 digits"),
        ({"lines": [{"text": "W", "amount": "1", "quantity": "x"}]}, "quantity: must be a number, such as 100.00"),
        ({"notes": ["a\x07"]}, "must not hold control characters"),
    ],
)
def test_a_document_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    given = {"number": "1", "issue_date": "2026-11-23", "debtor": ADDRESS, "lines": [{"text": "W", "amount": "1"}]}

    problem = offered("1", {**given, **changes}).problem

    assert words in problem
    assert "^" not in problem
    assert "input" not in problem


@pytest.mark.parametrize(
    ("setting", "words"), [({"colour": "blue"}, "such as #1f3a5f"), ({"bic": "nope"}, "must be a BIC")]
)
def test_a_letterhead_is_refused_in_words(setting: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Letterhead.model_validate(setting)

    assert words in in_words(causes(caught.value)[0], "setting")
