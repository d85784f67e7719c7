"""How an application may go on: every move of the table, nothing back, and nothing after an end."""

from __future__ import annotations

import pytest

from hub.errors import RuleViolation
from hub.model.orders_to_pay import AT_AN_END, OURS, TOLD, EnforcementWish, Happening, OrderState
from hub.rules.orders_to_pay.states import ENDS_LEGAL_STEP, MOVES, is_pending, is_pressed, may_happen, next_state

WHOLE_WAY = (
    "checked executed filed receipt_ok confirmed to_complete completed ordered served contested "
    "transferred_to_court closed"
)


def went(*happenings: str) -> OrderState:
    state = OrderState.DRAFT
    for happening in happenings:
        state = next_state(state, Happening(happening))
    return state


def test_every_happening_has_a_move_and_every_state_is_reached():
    assert set(MOVES) == set(Happening)
    reached = {move.leads_to for move in MOVES.values()} | {OrderState.DRAFT}
    assert reached - {None} == set(OrderState)


@pytest.mark.parametrize(
    ("way", "state"),
    [
        (WHOLE_WAY, OrderState.CLOSED),
        ("checked executed filed confirmed decided enforcement enforcement_report closed", OrderState.CLOSED),
        ("checked executed confirmed served reduced decided recovery", OrderState.TRANSFERRED_TO_COURT),
        ("checked executed filed receipt_rejected checked executed filed", OrderState.FILED),
        ("stopped checked executed not_delivered stopped", OrderState.BLOCKED),
        ("checked executed filed confirmed ordered not_served dismissed", OrderState.DISMISSED),
        ("checked executed filed withdrawal_sent withdrawn", OrderState.WITHDRAWN),
        ("checked executed filed confirmed contested reduction_sent reduced decided", OrderState.DECIDED),
        ("checked executed filed confirmed contested reduced transferred_to_court", OrderState.TRANSFERRED_TO_COURT),
        ("checked executed filed confirmed to_complete reduced completed", OrderState.CONFIRMED),
        ("checked executed filed confirmed decided enforcement withdrawal_sent closed", OrderState.CLOSED),
        ("checked executed dropped", OrderState.DROPPED),
    ],
)
def test_a_case_goes_its_way(way, state):
    assert went(*way.split()) is state


@pytest.mark.parametrize(
    "way",
    [
        "executed",  # before it has been checked
        "checked filed",
        "checked executed decided",  # no case number yet
        "checked executed filed confirmed filed",
        "checked executed filed confirmed decided withdrawn",
        "checked executed filed confirmed decided contested",
        "checked executed filed confirmed transferred_to_court",
        "checked executed filed confirmed reduced transferred_to_court",
        "checked executed filed confirmed enforcement",
        "checked executed filed dropped",
        "checked executed filed executed",
        "checked executed filed confirmed decided decided",
    ],
)
def test_what_cannot_follow_is_refused_with_what_can(way):
    *before, last = way.split()
    state = went(*before)
    with pytest.raises(RuleViolation, match=f"that is {state} cannot be {last}"):
        next_state(state, Happening(last))


@pytest.mark.parametrize("end", sorted(AT_AN_END))
def test_nothing_follows_an_end(end):
    assert may_happen(end) == ()
    with pytest.raises(RuleViolation, match="it has ended"):
        next_state(end, Happening.DECIDED)


def test_from_every_state_an_end_is_reached():
    def ways(state: OrderState, seen: frozenset[OrderState]) -> bool:
        if state in AT_AN_END:
            return True
        onward = (next_state(state, happening) for happening in may_happen(state))
        return any(ways(one, seen | {one}) for one in onward if one not in seen)

    assert [state for state in OrderState if not ways(state, frozenset({state}))] == []


def test_what_the_authority_tells_and_what_we_do_are_apart():
    assert set(TOLD) | OURS == set(Happening)
    assert not set(TOLD) & OURS


def test_money_is_told_to_the_authority_from_filing_until_it_decides():
    pending = {state for state in OrderState if is_pending(state)}
    assert pending == {
        OrderState.FILED, OrderState.RECEIPT_OK, OrderState.CONFIRMED, OrderState.TO_COMPLETE, OrderState.ORDERED,
        OrderState.SERVED, OrderState.REDUCED, OrderState.CONTESTED,
    }  # fmt: skip
    goes_on = {state for state in OrderState if is_pressed(state, EnforcementWish.FULL)}
    assert goes_on == pending | {OrderState.DECIDED, OrderState.ENFORCEMENT}
    assert not is_pressed(OrderState.DECIDED, EnforcementWish.NONE)


def test_only_a_decision_ends_the_legal_step_well():
    """Preskriptionslagen (1981:130) 6, 7 §§."""
    assert {happening for happening, has_failed in ENDS_LEGAL_STEP.items() if not has_failed} == {Happening.DECIDED}


def test_nothing_leads_back_to_before_the_filing_of_a_confirmed_case():
    before = {OrderState.DRAFT, OrderState.READY, OrderState.LEAVING, OrderState.FILED}
    waiting, seen = [OrderState.CONFIRMED], set[OrderState]()
    while waiting:
        state = waiting.pop()
        seen.add(state)
        onward = {next_state(state, happening) for happening in may_happen(state)}
        waiting += onward - seen
    assert not seen & before
