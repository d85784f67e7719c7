"""Where the money of payee accounts is told: the chain is followed to its end, and never in a circle."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules.payments.bank_accounts import PaidInto, as_files_show, as_settings_say

A, B, C, D = 1, 2, 3, 4
NOTHING_SAID: dict[int, int | None] = {A: None, B: None, C: None, D: None}


def accounts(**companies: str) -> dict[int, PaidInto]:
    return {no: PaidInto(companies.get(name, "1"), None, None, False, no) for no, name in enumerate("ABCD", start=1)}


def ends(known: dict[int, PaidInto]) -> dict[int, int]:
    return {number: of.end for number, of in known.items() if of.end != number}


def test_a_chain_is_followed_to_its_end_in_whichever_order_its_steps_are_known() -> None:
    shown = as_files_show(as_files_show(accounts(), [(A, B)]), [(B, C)])
    assert ends(shown) == {A: C, B: C}
    assert ends(as_files_show(as_files_show(accounts(), [(B, C)]), [(A, B)])) == {A: C, B: C}
    assert ends(as_settings_say(as_files_show(accounts(), [(A, B)]), NOTHING_SAID | {B: C})) == {A: C, B: C}


def test_what_the_settings_say_no_longer_leads_nobody() -> None:
    said = as_settings_say(as_files_show(accounts(), [(A, B)]), NOTHING_SAID | {B: C})

    assert ends(as_settings_say(said, NOTHING_SAID)) == {A: B}


def test_the_settings_are_followed_before_files_and_an_account_may_be_its_own() -> None:
    shown = as_files_show(accounts(), [(A, B)])

    assert ends(as_settings_say(shown, NOTHING_SAID | {A: D})) == {A: D}
    assert ends(as_settings_say(shown, NOTHING_SAID | {A: A})) == {}
    assert ends(as_settings_say(shown, NOTHING_SAID | {B: A})) == {B: A}


def test_no_file_closes_a_circle_or_shows_what_it_contradicts_itself() -> None:
    shown = as_files_show(accounts(), [(A, B)])

    assert as_files_show(shown, [(B, A)]) == shown
    assert as_files_show(accounts(), [(A, B), (A, C)]) == accounts()
    assert ends(as_files_show(shown, [(C, A), (C, B)])) == {A: B, C: B}


def test_an_account_with_a_statement_or_of_another_company_is_shown_to_be_no_others() -> None:
    own = accounts() | {A: PaidInto("1", None, None, True, A)}

    assert as_files_show(own, [(A, B)]) == own
    assert as_files_show(accounts(A="2"), [(A, B)]) == accounts(A="2")
    assert ends(as_settings_say(accounts(A="2"), NOTHING_SAID | {A: B})) == {}


def test_what_leads_to_an_account_that_the_settings_have_no_longer_is_forgotten() -> None:
    shown = as_files_show(accounts(), [(A, B)])

    without_b = as_settings_say(shown, {A: None, C: None, D: None})
    assert (ends(without_b), without_b[A].shown) == ({}, None)
    assert ends(as_settings_say(shown, {A: None, C: None, D: None, B: A})) == {B: A}  # B is a number of A by now


NUMBERS = st.integers(A, D)
STEPS = st.lists(
    st.one_of(
        st.dictionaries(NUMBERS, st.one_of(st.none(), NUMBERS), max_size=4),
        st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4),
    ),
    max_size=6,
)


@settings(max_examples=50)
@given(STEPS)
def test_every_account_ends_at_one_that_is_its_own_whatever_is_said_and_shown(steps: list[object]) -> None:
    known = accounts()
    for step in steps:
        known = as_settings_say(known, step) if isinstance(step, dict) else as_files_show(known, step)
        assert all(known[of.end].end == of.end for of in known.values())
