"""Letters are withdrawn whose receivables are settled, or owe something else than the letter says.

They are looked at when their way is found, and once more just before each attempt to send them, the second and third
included (`recalling.py`): the debtor may have paid while the letter waited. What has gone, or may have, stands whatever
is paid later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.model.deliveries import NOT_ARRIVED, DocumentRow, DocumentState, Outdated
from hub.services.attempts import CLAIM
from hub.services.delivery.standing import stand
from hub.services.ports import UnitOfWork

SETTLED = "what it asks for is settled"
CHANGED = "what is owed has changed since it was made"


def withdraw(work: UnitOfWork, outdated: Iterable[Outdated]) -> None:
    """Withdraw letters that nobody sends; `planning.CLAIM` is held.

    One that a person has sent anew, after a channel had taken it, is closed: it has been sent, and stays so.
    """
    reasons = {one.document_no: SETTLED if one.is_settled else CHANGED for one in outdated}
    rows = [row for row in work.documents.hold_all(list(reasons)) if row.state == DocumentState.ACCEPTED]
    gone = {s.document_no for s in work.documents.steps([r.document_no for r in rows]) if s.outcome not in NOT_ARRIVED}
    for row in rows:
        state = DocumentState.CLOSED if row.document_no in gone else DocumentState.WITHDRAWN
        stand(work, row._replace(state=state, reason=reasons[row.document_no], channel="", due_at=""), was=row)


def without_outdated(work: UnitOfWork, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
    """Withdraw those of accepted documents that do not hold any more, and return the others."""
    work.commands.claim(CLAIM)
    outdated = work.letters.outdated([row.document_no for row in rows if row.command_key])
    withdraw(work, outdated)
    withdrawn = {one.document_no for one in outdated}
    return [row for row in rows if row.document_no not in withdrawn]
