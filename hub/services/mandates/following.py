"""Files of orders that were refused where they were sent: a person is asked, in the hub's rounds."""

from __future__ import annotations

from hub.model.mandates import FILE_KIND
from hub.services.mandates.telling import FILE_REFUSED
from hub.services.ports import UnitOfWork

REFUSED = "attempt_rejected"
CURSOR = "direct_debits"
CLAIM = "follow direct debits"  # of two who listen at once, one hears what the other has not
EVENTS_AT_ONCE = 500


def follow_files(work: UnitOfWork) -> bool:
    """Hear which files were refused since the last time, in this transaction; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    heard = work.events.heard_by(CURSOR)
    events = work.events.of_kinds((REFUSED,), after=heard, until=latest, limit=EVENTS_AT_ONCE)
    for event in events:
        _ask(work, event.data["exchange_no"])
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    return has_more


def _ask(work: UnitOfWork, exchange_no: int) -> None:
    if work.exchanges.get(exchange_no).kind != FILE_KIND or not work.scheme_orders.of_file(exchange_no):
        return
    said = (
        f"the file of direct debits in exchange {exchange_no} was refused where it was sent, and nothing of it is "
        f"collected: hub exchanges show {exchange_no} says why; then: hub payment-requests again {exchange_no}"
    )
    work.commands.open_task(FILE_REFUSED, str(exchange_no), said)
