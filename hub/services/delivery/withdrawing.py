"""Letters are withdrawn that leave late, or whose receivables are settled, held, or owe something else than they say.

They are looked at when their way is found or planned (`overtaken.py`), and once more just before each attempt to send
them, the second and third included (`recalling.py`): the debtor may have paid while the letter waited. What has gone,
or may have, stands whatever is paid later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.model.deliveries import NOT_ARRIVED, DocumentState, Outdated
from hub.services.delivery.standing import stand
from hub.services.ports import UnitOfWork

SETTLED = "what it asks for is settled"
CHANGED = "what is owed has changed since it was made"
LATE = "it would leave too late for its last day to answer"
HELD = "a hold stops it"
TAKEN_BACK = "whoever asked for it has taken it back"


def withdraw(work: UnitOfWork, reasons: Mapping[int, str]) -> int:
    """Withdraw letters that nobody sends, by their documents' numbers; return how many. `planning.CLAIM` is held.

    One that a person has sent anew, after a channel had taken it, is closed: it has been sent, and stays so.
    """
    rows = [row for row in work.documents.hold_all(list(reasons)) if row.state == DocumentState.ACCEPTED]
    gone = {s.document_no for s in work.documents.steps([r.document_no for r in rows]) if s.outcome not in NOT_ARRIVED}
    for row in rows:
        state = DocumentState.CLOSED if row.document_no in gone else DocumentState.WITHDRAWN
        stand(work, row._replace(state=state, reason=reasons[row.document_no], channel="", due_at=""), was=row)
    return len(rows)


def reasons_of(outdated: Iterable[Outdated]) -> dict[int, str]:
    """Return why letters do not hold any more, by their documents' numbers."""
    return {one.document_no: _reason(one) for one in outdated}


def _reason(outdated: Outdated) -> str:
    if outdated.is_void:
        return TAKEN_BACK
    if outdated.is_settled:
        return SETTLED
    if outdated.is_held:
        return HELD
    return LATE if outdated.is_late else CHANGED
