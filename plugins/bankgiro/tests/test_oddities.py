"""Warnings are bounded, and damage is refused when strict."""

from __future__ import annotations

import pytest

from hub.errors import FormatError
from hub_bankgiro.oddities import Oddities


def test_only_the_first_of_a_kind_are_kept_and_the_rest_counted():
    oddities = Oddities(strict=False, per_code=2)
    for line in range(1, 6):
        oddities.note("CHECK_DIGIT", "wrong", line)
    oddities.note("ORPHAN", "alone", 9)

    assert [(w.code, w.line) for w in oddities.taken()] == [("CHECK_DIGIT", 1), ("CHECK_DIGIT", 2), ("ORPHAN", 9)]
    assert oddities.taken() == []
    assert [(w.code, w.message[:6], w.line) for w in oddities.summaries()] == [("CHECK_DIGIT", "3 more", None)]


def test_strict_refuses_damage_and_nothing_else():
    oddities = Oddities(strict=True, per_code=2)

    oddities.note("CHECK_DIGIT", "wrong", 1)

    with pytest.raises(FormatError) as caught:
        oddities.note("TAB", "TABs", 3, "22")
    assert (caught.value.code, caught.value.line, caught.value.record) == ("TAB", 3, "22")
