"""Texts from outside, and what is made of those that no database keeps."""

from __future__ import annotations

from inspect import signature

import pytest

from hub.errors import DocumentError, FormatError, RuleViolation
from hub.model.delivery import Followed, Receipt, ReceiptKind
from hub.texts import storable

ODD = "a\0b \ud83d\ndone"
KEPT = "a\N{REPLACEMENT CHARACTER}b ?\ndone"


@pytest.mark.parametrize(("text", "kept"), [("", ""), ("Å 😀\t\n", "Å 😀\t\n"), (ODD, KEPT), ("\udcff", "?")])
def test_only_what_no_database_keeps_is_replaced(text, kept):
    assert storable(text) == kept


def test_no_answer_holds_such_a_text_however_it_is_made():
    receipt = Receipt(ReceiptKind.RETURNED, "1-1", reason=ODD)
    followed = Followed([receipt], ODD, problems=(ODD,))

    assert receipt == Receipt(kind=ReceiptKind.RETURNED, delivery_id="1-1", reason=KEPT)
    assert receipt._replace(external_id=ODD).external_id == KEPT
    assert Receipt._make([ReceiptKind.RETURNED, ODD, "", "", "", False]).delivery_id == KEPT
    assert (followed.receipts, followed.cursor, followed.problems) == ([receipt], KEPT, (KEPT,))
    assert isinstance(followed.receipts[0], Receipt)
    assert list(signature(Receipt).parameters) == list(Receipt._fields)


@pytest.mark.parametrize("kind", [DocumentError, RuleViolation, FormatError])
def test_no_error_says_such_a_text(kind):
    assert str(kind(ODD)) == KEPT


def test_nor_do_the_parts_of_an_error_that_are_kept_apart():
    error = FormatError(ODD, code=ODD, record=ODD, field=ODD, value=ODD)

    assert {error.message, error.code, error.record, error.field, error.value} == {KEPT}
