"""Following up what files and statements say of refunds, in the hub's rounds."""

from __future__ import annotations

from hub.model.exchanges import ExchangeState
from hub.model.refunds import UNDER_WAY
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork
from hub.services.refunds.booking import book_debits, unbook
from hub.services.refunds.ordering import MESSAGE_KIND
from hub.services.refunds.returning import forget_returns, take_returns

POSTED, UNDONE, REFUSED = "payment_file_posted", "payment_file_undone", "attempt_rejected"
REFUSED_TASK = "refund_file_refused"
CURSOR = "refunds"
CLAIM = "follow refunds"  # of two who listen at once, one hears what the other has not
EVENTS_AT_ONCE = 20  # files: each may have many entries


def follow_refunds(work: UnitOfWork, tenant: Tenant) -> bool:
    """Hear of files posted, undone and refused since the last time, in this transaction; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    kinds = (POSTED, UNDONE, REFUSED)
    events = work.events.of_kinds(kinds, after=work.events.heard_by(CURSOR), until=latest, limit=EVENTS_AT_ONCE)
    for event in events:
        exchange_no = event.data["exchange_no"]
        if event.kind == REFUSED:
            _ask_about_refused(work, exchange_no)
            continue
        if event.kind == UNDONE:
            unbook(work, tenant, exchange_no)
            forget_returns(work, exchange_no)
        elif work.exchanges.get(exchange_no).state == ExchangeState.POSTED:
            book_debits(work, tenant, exchange_no)
            take_returns(work, tenant, exchange_no)
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    return has_more


def _ask_about_refused(work: UnitOfWork, exchange_no: int) -> None:
    """Ask a person about a file that its channel did not take: its money is set aside until somebody gives it back."""
    exchange = work.exchanges.get(exchange_no)
    if exchange.kind != MESSAGE_KIND:
        return
    order = work.refunds.order((exchange.summary or {}).get("order_no", 0))
    if order is None or not any(one.state in UNDER_WAY for one in work.refunds.in_order(order.order_no)):
        return
    work.commands.open_task(
        REFUSED_TASK,
        str(order.order_no),
        f"file {order.order_no} of {order.refunds} refunds was refused where it was sent, and nobody is paid by it: "
        f"hub exchanges show {order.exchange_no} says why; then give its money back: hub refunds refused "
        f"{order.order_no}",
    )
