"""Which settlements an agency's money pays: by its words, else by amount and days, and only where that is certain."""

from __future__ import annotations

import pytest

from hub.model.collection_cases import Settlement, WaitingPayout
from hub.rules.collection.payouts import names, paid_by, together_of, words_of

DAY = "2026-11-10"
SHARES = {"1": 500, "2": 300}


def settlement(number: int, net_ore: int, reference: str = "", *, paid_ore: int = 0, day: str = DAY) -> Settlement:
    reference = reference or f"P{number}"
    return Settlement(number, "small", 1, reference, day, "1", "SEK", 1, net_ore, 0, 0, net_ore, day, paid_ore=paid_ore)


def money(number: int, amount_ore: int, reference: str = "", texts: str = "", *, day: str = DAY) -> WaitingPayout:
    return WaitingPayout(number, 1, 1, 1, "1", "SEK", amount_ore, day, reference, texts, "5050-1055")


def placed(
    unpaid: list[Settlement], waiting: list[WaitingPayout], *, paid: tuple[str, ...] = ()
) -> dict[int, list[int]]:
    left = {one.settlement_no: {one.company: one.left_ore} if one.company else SHARES for one in unpaid}
    found = paid_by(unpaid, paid, waiting, lambda one, other: one.currency == other.currency, left)
    return {one.money.payment_id: [each.settlement_no for each in one.settlements] for one in found}


@pytest.mark.parametrize(
    ("reference", "said", "is_named"),
    [
        ("P1", "P1", True),
        ("P1", "payout p1, november", True),
        ("P1", "P12", False),
        ("P1", "XP1", False),
        ("17", "2026-11-17", False),
        ("2026/17", "ref 2026/17.", True),
        ("", "anything", False),
    ],
)
def test_a_reference_is_named_as_a_word(reference: str, said: str, is_named: bool) -> None:
    assert names(money(1, 1, texts=said), reference) is is_named
    assert (reference in words_of(money(1, 1, texts=said))) <= is_named


def test_one_payment_pays_all_that_it_names() -> None:
    unpaid = [settlement(1, 500), settlement(2, 300), settlement(3, 800)]
    assert placed(unpaid, [money(1, 800, "P1 P2")]) == {1: [1, 2]}
    assert placed(unpaid, [money(1, 700, "P1 P2"), money(2, 800)]) == {2: [3]}  # what is named waits for what names it


def test_of_equal_ones_none_is_chosen() -> None:
    assert placed([settlement(1, 500), settlement(2, 500)], [money(1, 500)]) == {}
    assert placed([settlement(1, 500)], [money(1, 500), money(2, 500)]) == {}
    assert placed([settlement(1, 500)], [money(1, 500, "P1"), money(2, 500, "P1")]) == {}


def test_what_names_money_that_has_come_or_is_too_old_pays_nothing_else() -> None:
    assert placed([settlement(2, 500)], [money(1, 500, "P1")], paid=("P1",)) == {}
    assert placed([settlement(2, 500)], [money(1, 500, day="2026-11-25")]) == {1: [2]}
    assert placed([settlement(2, 500)], [money(1, 500, day="2026-11-26")]) == {}


def test_what_the_agency_is_owed_is_taken_off_oldest_first() -> None:
    wanted, owed = (settlement(2, 500),), [settlement(1, -100), settlement(3, -30), settlement(4, 70)]
    amounts = {one: [each.settlement_no for each in together_of(wanted, owed, one)] for one in (500, 400, 370, 470, 0)}
    assert amounts == {500: [2], 400: [2, 1], 370: [2, 1, 3], 470: [], 0: []}


def test_settlements_of_one_day_may_be_paid_together_by_what_names_none() -> None:
    unpaid = [settlement(1, 500), settlement(2, 300), settlement(3, 200, day="2026-11-11")]
    assert placed(unpaid, [money(1, 800)]) == {1: [1, 2]}
    assert placed(unpaid, [money(1, 700)]) == {}  # of two days
    assert placed([*unpaid, settlement(4, 800, day="2026-11-12")], [money(1, 800)]) == {}


def test_each_company_of_a_settlement_may_have_its_own_payment() -> None:
    unpaid = [settlement(1, 800)._replace(company="")]
    other = money(2, 300, "P1")._replace(company="2")
    assert placed(unpaid, [money(1, 500, "P1"), other]) == {1: [1], 2: [1]}
    assert placed(unpaid, [money(1, 500), other._replace(reference="")]) == {1: [1], 2: [1]}  # named by neither
    assert placed(unpaid, [money(1, 300, "P1")]) == {}  # the other's part
    assert placed(unpaid, [money(1, 500, "P1"), money(3, 500, "P1"), other]) == {2: [1]}
