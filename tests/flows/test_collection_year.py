"""After a year of payments, credits, disputes, recalls and lost files, both sides and the script agree to the öre."""

from __future__ import annotations

import pytest
from collection_year import Year

from hub.model.collection import Manner


@pytest.mark.parametrize(
    ("seed", "manner", "settles"),
    [
        (1, Manner.IN_FILES, False),
        (2, Manner.AT_ONCE, False),
        (3, Manner.IN_FILES, True),
    ],
)
def test_after_a_year_every_krona_is_accounted_for_on_both_sides(engine, seed, manner, settles):
    year = Year(engine, seed, 60, manner=manner, settles=settles)
    year.play()

    assert year.happened["recall"]
    assert year.happened["there"]
    assert year.happened["lost"]
    assert year.differences() == {}
    assert year.open_on_one_side() == set()
    assert year.twice() == []
    accounts = year.accounts()
    assert accounts["1689"] == year.world.books.paid_out_ore
    assert accounts["1689"] + accounts["6060"] + accounts["2641"] == year.collected_ore
    assert accounts["1510"] + accounts.get("1580", 0) == sum(year.owed.values())
    assert year.world.verify() == []
