"""Agencies' money that the bank takes back after it was placed: its settlement is unpaid again."""

from __future__ import annotations

from hub.model.commands import DecideReversal
from hub.model.events import Event
from hub.model.exchanges import ExchangeState
from hub.model.payments import BY_COMMAND, REVERSAL_HELD
from hub.model.tenant import Tenant
from hub.services.collection.payout_books import take_off
from hub.services.ports import Tell, UnitOfWork

CURSOR = "collection reversals"
EVENTS_AT_ONCE = 100
USER = "collection"


def take_off_taken_back(work: UnitOfWork, tenant: Tenant, tell: Tell) -> None:
    """Hear of reversals that wait since the money they mean has gone: what lies on settlements comes off them."""
    latest = work.events.latest()
    heard = work.events.heard_by(CURSOR)
    events = work.events.of_kinds((REVERSAL_HELD,), after=heard, until=latest, limit=EVENTS_AT_ONCE)
    until = events[-1].number if len(events) == EVENTS_AT_ONCE else latest
    for event in events:
        if not _is_done_with(work, tenant, tell, event):
            until = event.number - 1
            break
    if until > heard:
        work.events.note_heard(CURSOR, until)


def _is_done_with(work: UnitOfWork, tenant: Tenant, tell: Tell, event: Event) -> bool:
    """Take the money off that a reversal means, and have it taken back; False: the next round tries it again."""
    payment_id = int(event.data.get("payment_id", 0))
    exchange_no, reversal_no = int(event.data["exchange_no"]), int(event.data["reversal_no"])
    if not payment_id or reversal_no not in work.undoing.held_reversals(exchange_no):
        return True
    placed_ore = sum(one.amount_ore for one in work.agency_told.paid_by(payment_id))
    if placed_ore != event.data["amount_ore"]:  # a person decides what of it has gone elsewhere
        return True
    (money,) = work.agency_told.waiting_payouts(payment_id=payment_id, is_closed=True)
    is_posted = work.exchanges.get(exchange_no).state == ExchangeState.POSTED
    if not is_posted or not work.accounts.claim({money.account_no}, BY_COMMAND):  # before rows, as whoever posts there
        return False
    take_off(work, tenant, payment_id)
    key = f"{CURSOR} {event.number}"
    tell(
        work,
        DecideReversal(key=key, user=USER, exchange_no=exchange_no, reversal_no=reversal_no, payment_id=payment_id),
    )
    return True
