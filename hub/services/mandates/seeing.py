"""Tasks about direct debits that are at an end: a person has seen to them, or what they waited for has come."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.mandate_commands import SeeDirectDebit
from hub.model.mandates import DrawnRequest, RequestState
from hub.model.tenant import Tenant
from hub.services.books.seeing import close_seen
from hub.services.mandates.telling import (
    NOT_IN_TIME,
    ODD_ADVICE,
    ODD_ANSWER,
    ORDER_REFUSED,
    RETRIED,
    UNANSWERED,
    UNKNOWN_ROWS,
)
from hub.services.ports import JsonObject, UnitOfWork

SEEN = frozenset({ODD_ADVICE, ODD_ANSWER, NOT_IN_TIME, ORDER_REFUSED, RETRIED, UNANSWERED, UNKNOWN_ROWS})


def see_direct_debit(work: UnitOfWork, _tenant: Tenant, command: SeeDirectDebit) -> JsonObject:
    """Close the task about a direct debit that a person has seen to. Raises DataError when there is none."""
    return close_seen(work, command.task_no, SEEN, "a direct debit")


def close_answered(work: UnitOfWork, requests: Iterable[DrawnRequest]) -> None:
    """Close the tasks about requests that have ended.

    One that was paid although it should have been taken back stays a task: somebody pays that money back.
    """
    ended = {str(one.request_no): one.state for one in requests if not one.is_live}
    if not ended:
        return
    for task in work.commands.open_tasks():
        state = ended.get(task["subject"])
        is_late = task["kind"] == NOT_IN_TIME and state != RequestState.PAID
        if state is not None and (is_late or task["kind"] in (RETRIED, UNANSWERED)):
            work.commands.close_task(task["kind"], task["subject"])
