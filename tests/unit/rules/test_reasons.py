"""What is too long ends at a word, and never longer than it may be."""

from __future__ import annotations

import pytest

from hub.rules.reasons import cut_at_word


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("no channel", "no channel"),
        ("no channel takes", "no channel…"),
        ("no way; takes it", "no way…"),
        ("nothing-takes-it", "nothing-ta…"),
    ],
)
def test_a_reason_that_is_too_long_ends_at_a_word(text: str, cut: str) -> None:
    assert cut_at_word(text, 11) == cut
