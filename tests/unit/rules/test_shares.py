"""What is left of stated shares, when some of a payment has been placed."""

from __future__ import annotations

import pytest

from hub.model.payments import PlacedShare
from hub.rules.payments.shares import shares_left

STATED = [("A", 10000), ("B", 5000), ("C", -2000)]


@pytest.mark.parametrize(
    ("placed", "left"),
    [
        ([], STATED),
        ([("A", 1, 10000)], [("B", 5000), ("C", -2000)]),
        ([("A", 1, 8000)], [("A", 2000), ("B", 5000), ("C", -2000)]),
        ([("A", 1, 12000)], [("B", 5000), ("C", -2000)]),
        ([("B", 2, 5000), ("C", 3, -2000)], [("A", 10000)]),
        ([("A", 1, -10000), ("C", 3, 2000)], STATED),  # on the other side of zero nothing of a share is placed
        ([("A", 1, 4000), ("A", 4, 5000)], [("A", 1000), ("B", 5000), ("C", -2000)]),  # a reference used again
        ([("X", 9, 10000)], STATED),
    ],
)
def test_what_is_placed_under_the_reference_of_a_share_is_no_more_left_of_it(
    placed: list[tuple[str, int, int]], left: list[tuple[str, int]]
) -> None:
    assert shares_left(STATED, [PlacedShare(*one) for one in placed]) == left


def test_what_is_placed_counts_once_though_two_shares_name_it() -> None:
    placed = [PlacedShare("A", 1, 7000), PlacedShare("ALIAS", 1, 7000)]

    assert shares_left([("A", 5000), ("A", 4000)], placed) == [("A", 2000)]
    assert shares_left([("A", 5000), ("ALIAS", 4000)], placed) == [("ALIAS", 2000)]
