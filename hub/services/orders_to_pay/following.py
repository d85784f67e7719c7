"""What becomes of files to the authority: one that was delivered has been filed, one that was not is for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from hub.banking_calendar import swedish_date
from hub.model.attempts import AttemptState
from hub.model.events import Event
from hub.model.orders_to_pay import Happening, OrderState, Said
from hub.model.tenant import Tenant
from hub.services.orders_to_pay.lowering import watch_lowered
from hub.services.orders_to_pay.means import Interrupt
from hub.services.orders_to_pay.paying_out import CLAIM, heed_payouts
from hub.services.orders_to_pay.telling import tell
from hub.services.orders_to_pay.undelivered import not_reached
from hub.services.ports import UnitOfWork

DELIVERED = "attempt_delivered"
DECIDED = "attempt_decided"  # by a person
KINDS = (DELIVERED, DECIDED, "attempt_rejected", "attempt_given_up", "attempt_cancelled")
CURSOR = "orders_to_pay"
EVENTS_AT_ONCE = 500
HUB = "hub"  # who says what nobody has typed


def follow_orders(work: UnitOfWork, tenant: Tenant, interrupt: Interrupt) -> bool:
    """Hear what became of files since the last time, and look at what was paid; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    heard = work.events.heard_by(CURSOR)
    events = work.events.of_kinds(KINDS, after=heard, until=latest, limit=EVENTS_AT_ONCE)
    ours = work.orders_to_pay.exchanges_among({int(event.data["exchange_no"]) for event in events})
    for event in events:
        if int(event.data["exchange_no"]) in ours:  # mostly they are of documents
            _hear(work, tenant, event, interrupt)
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    if not has_more:
        heed_payouts(work, tenant)
        watch_lowered(work)
    return has_more


def _hear(work: UnitOfWork, tenant: Tenant, event: Event, interrupt: Interrupt) -> None:
    exchange_no, said = int(event.data["exchange_no"]), _said(event)
    for found in work.orders_to_pay.of_exchange(exchange_no) if said is not None else ():
        order = work.orders_to_pay.get(found.order_no, to_change=True)
        assert order is not None
        assert said is not None
        if order.state == OrderState.LEAVING:
            tell(work, tenant, order, said, interrupt)
        elif said.happening is Happening.NOT_DELIVERED:
            not_reached(work, tenant, order, said, interrupt)


def _said(event: Event) -> Said | None:
    """Return what became of a file; None where a person has it sent again."""
    data: Mapping[str, object] = event.data
    day, exchange_no = (
        swedish_date(datetime.fromisoformat(event.recorded_at)).isoformat(),
        int(event.data["exchange_no"]),
    )
    state = str(data["state"]) if event.kind == DECIDED else event.kind.removeprefix("attempt_")
    if state == AttemptState.DELIVERED:
        return Said(Happening.FILED, day, HUB, exchange_no=exchange_no)
    if state == AttemptState.PLANNED:
        return None
    why = str(data.get("problem", "") or data.get("remark", "")) or state
    return Said(Happening.NOT_DELIVERED, day, HUB, text=why, exchange_no=exchange_no)
