"""How an application for an order to pay may go on: one table of what leads from which states to which.

Lagen (1990:746) om betalningsföreläggande och handräckning. The authority does not tell every step, such as the service
of an order; so a later step may be told from any state before it, and nothing leads back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.orders_to_pay import AT_AN_END, EnforcementWish, Happening, OrderState

_S, _H = OrderState, Happening

_TO_BE_FILED = (_S.DRAFT, _S.BLOCKED, _S.READY, _S.RECEIPT_REJECTED)
_HANDED_IN = (_S.LEAVING, _S.FILED, _S.RECEIPT_OK)  # no case number yet
_PURSUED = (_S.CONFIRMED, _S.TO_COMPLETE, _S.ORDERED, _S.SERVED, _S.REDUCED)
_PENDING = (_S.FILED, _S.RECEIPT_OK, *_PURSUED, _S.CONTESTED)
_DECIDED = (_S.DECIDED, _S.ENFORCEMENT)
_CHANGEABLE = (*_PENDING, *_DECIDED)  # of a decision: what is enforced


class Move(NamedTuple):
    """From which states something may happen, and to which it leads; None: the state stays, and so do `keeps`."""

    may_follow: tuple[OrderState, ...]
    leads_to: OrderState | None
    keeps: tuple[OrderState, ...] = ()


MOVES: Mapping[Happening, Move] = {
    _H.CHECKED: Move(_TO_BE_FILED, _S.READY),
    _H.STOPPED: Move(_TO_BE_FILED, _S.BLOCKED),
    _H.EXECUTED: Move((_S.READY,), _S.LEAVING),
    _H.NOT_DELIVERED: Move((_S.LEAVING,), _S.BLOCKED),
    _H.DROPPED: Move((*_TO_BE_FILED, _S.LEAVING), _S.DROPPED),
    _H.FILED: Move((_S.LEAVING,), _S.FILED),
    _H.RECEIPT_OK: Move((_S.LEAVING, _S.FILED), _S.RECEIPT_OK),
    _H.RECEIPT_REJECTED: Move((_S.LEAVING, _S.FILED), _S.RECEIPT_REJECTED),
    _H.CONFIRMED: Move(_HANDED_IN, _S.CONFIRMED),
    _H.TO_COMPLETE: Move((_S.FILED, _S.RECEIPT_OK, _S.CONFIRMED, _S.ORDERED, _S.REDUCED), _S.TO_COMPLETE),
    _H.COMPLETED: Move((_S.TO_COMPLETE,), _S.CONFIRMED),
    _H.ORDERED: Move((_S.CONFIRMED, _S.TO_COMPLETE, _S.REDUCED), _S.ORDERED),
    _H.SERVED: Move((_S.CONFIRMED, _S.TO_COMPLETE, _S.ORDERED, _S.REDUCED), _S.SERVED),
    _H.NOT_SERVED: Move((_S.CONFIRMED, _S.TO_COMPLETE, _S.ORDERED, _S.REDUCED), None),
    _H.CONTESTED: Move(_PURSUED, _S.CONTESTED),
    _H.REDUCTION_SENT: Move(_CHANGEABLE, None),
    _H.REDUCED: Move(_CHANGEABLE, _S.REDUCED, keeps=(_S.TO_COMPLETE, _S.CONTESTED, *_DECIDED)),
    _H.WITHDRAWAL_SENT: Move(_CHANGEABLE, None),
    _H.CHANGE_NOT_DELIVERED: Move(_CHANGEABLE, None),
    _H.WITHDRAWN: Move(_PENDING, _S.WITHDRAWN),
    _H.DECIDED: Move((*_PURSUED, _S.CONTESTED), _S.DECIDED),
    _H.DISMISSED: Move(_PENDING, _S.DISMISSED),
    _H.TRANSFERRED_TO_COURT: Move((_S.CONTESTED,), _S.TRANSFERRED_TO_COURT),
    _H.RECOVERY: Move(_DECIDED, _S.TRANSFERRED_TO_COURT),
    _H.ENFORCEMENT_APPLIED: Move((_S.DECIDED,), None),
    _H.ENFORCEMENT_REFUSED: Move((_S.DECIDED,), None),
    _H.ENFORCEMENT: Move((_S.DECIDED,), _S.ENFORCEMENT),
    _H.ENFORCEMENT_REPORT: Move((_S.ENFORCEMENT,), None),
    _H.CLOSED: Move((_S.CONTESTED, _S.TRANSFERRED_TO_COURT, *_DECIDED), _S.CLOSED),
}


def next_state(state: OrderState, happening: Happening) -> OrderState:
    """Return the state that something leads to.

    Raises:
        RuleViolation: it cannot happen in this state; the message says what can.
    """
    move = MOVES[happening]
    if state not in move.may_follow:
        raise RuleViolation(f"an application that is {state} cannot be {happening}: {_what_can(state)}")
    return state if move.leads_to is None or state in move.keeps else move.leads_to


def may_happen(state: OrderState) -> tuple[Happening, ...]:
    """Return what can happen in a state, in the usual order; nothing at an end."""
    return tuple(happening for happening, move in MOVES.items() if state in move.may_follow)


def _what_can(state: OrderState) -> str:
    if state in AT_AN_END:
        return "it has ended"
    return f"next may be {', '.join(may_happen(state))}"


TOLD_AGAIN_BY: Mapping[Happening, str] = {
    _H.REDUCTION_SENT: "reduce",
    _H.WITHDRAWAL_SENT: "withdraw",
    _H.ENFORCEMENT_APPLIED: "enforce",
}
"""What we tell of a case that the authority has, in a message of its own, and the command that tells it."""

ENDS_LEGAL_STEP: Mapping[Happening, bool] = {
    _H.DECIDED: False,
    _H.WITHDRAWN: True,
    _H.DISMISSED: True,
}
"""What ends the step that keeps a claim alive, and whether it has failed: preskriptionslagen (1981:130) 6, 7 §§."""


def is_pending(state: OrderState) -> bool:
    """Say whether the authority has the case and has not decided it: what is paid now is to be told to it."""
    return state in _PENDING


def is_pressed(state: OrderState, enforcement: str) -> bool:
    """Say whether the authority goes on by itself, to a decision or to enforce one: what is paid is to be told to it.

    `enforcement` is what the application asked to follow.
    """
    follows = state is OrderState.DECIDED and enforcement != EnforcementWish.NONE
    return is_pending(state) or state is OrderState.ENFORCEMENT or follows
