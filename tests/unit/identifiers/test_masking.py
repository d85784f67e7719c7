"""Personal numbers in free text are covered, and nothing else is."""

from __future__ import annotations

import pytest

from hub.identifiers.masking import covered, without_personal_numbers
from hub.model.collection import CaseRef, Receipt


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Fel adress 191212121212", "Fel adress 19121212****"),
        ("19121212-1212 och 121212-1212.", "19121212-**** och 121212-****."),
        ("121212+1212", "121212+****"),
        ("samordningsnummer 701063-2391", "samordningsnummer 701063-****"),
        ("org 556677-8899, faktura 1912121212", "org 556677-8899, faktura 1912121212"),
        ("OCR 1912121212121", "OCR 1912121212121"),
        ("", ""),
    ],
)
def test_what_is_covered(written: str, kept: str) -> None:
    assert without_personal_numbers(written) == kept


def test_fields_of_free_text_alone_are_looked_at() -> None:
    receipt = Receipt(CaseRef("191212121212"), is_accepted=False, text="191212121212")

    assert covered(receipt, "text", "said") == receipt._replace(text="19121212****")
