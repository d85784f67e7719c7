"""Following up what files and statements say of refunds, in the hub's rounds."""

from __future__ import annotations

from hub.model.exchanges import ExchangeState
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork
from hub.services.refunds.booking import book_debits, note_returns, unbook

POSTED, UNDONE = "payment_file_posted", "payment_file_undone"
CURSOR = "refunds"
CLAIM = "follow refunds"  # of two who listen at once, one hears what the other has not
EVENTS_AT_ONCE = 20  # files: each may have many entries


def follow_refunds(work: UnitOfWork, tenant: Tenant) -> bool:
    """Hear what files were posted and undone since the last time, in this transaction; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    events = work.events.of_kinds(
        (POSTED, UNDONE), after=work.events.heard_by(CURSOR), until=latest, limit=EVENTS_AT_ONCE
    )
    for event in events:
        exchange_no = event.data["exchange_no"]
        if event.kind == UNDONE:
            unbook(work, tenant, exchange_no)
        elif work.exchanges.get(exchange_no).state == ExchangeState.POSTED:
            book_debits(work, tenant, exchange_no)
            note_returns(work, exchange_no)
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    return has_more
