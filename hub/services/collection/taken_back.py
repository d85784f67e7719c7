"""Money that the bank takes back after it was placed: its settlement is unpaid again, its case has it left."""

from __future__ import annotations

from hub.model.commands import DecideReversal
from hub.model.events import Event
from hub.model.exchanges import ExchangeState
from hub.model.payments import BY_COMMAND, REVERSAL_HELD, Standing
from hub.model.tenant import Tenant
from hub.services.collection.direct_payments import placed_on_cases, take_off_cases
from hub.services.collection.payout_books import take_off
from hub.services.payees import Payees
from hub.services.ports import Tell, UnitOfWork

CURSOR = "collection reversals"
EVENTS_AT_ONCE = 100
USER = "collection"


def take_off_taken_back(work: UnitOfWork, tenant: Tenant, tell: Tell) -> None:
    """Hear of reversals that wait since the money they mean has gone: what lies on settlements and cases comes off."""
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
    """Take the money off that a reversal means, and have it taken back; False: the next round tries it again.

    What of the money has gone elsewhere is for a person: such a reversal waits, with its task.
    """
    payment_id = int(event.data.get("payment_id", 0))
    exchange_no, reversal_no = int(event.data["exchange_no"]), int(event.data["reversal_no"])
    told = [one for one in work.loading.loaded_reversals(exchange_no) if one.reversal_no == reversal_no]
    if not payment_id or not told or told[0].state != "held":
        return True
    settled_ore = sum(one.amount_ore for one in work.agency_told.paid_by(payment_id))
    on_cases_ore = sum(sum(one.paid) for one in placed_on_cases(work, payment_id))
    has_payee = Payees(tenant, work.accounts.numbers()).get(told[0].account_no) is not None
    if not has_payee or settled_ore + on_cases_ore != told[0].amount_ore:
        return True
    state = work.exchanges.get(exchange_no).state
    if state != ExchangeState.POSTED:
        return state != ExchangeState.POSTING  # one that has failed keeps no other waiting: a person decides
    if not work.accounts.claim({told[0].account_no}, BY_COMMAND):  # before rows, as whoever posts there
        work.accounts.release(BY_COMMAND)
        return False
    owner = work.undoing.owner_by_number(told[0], payment_id)
    if owner is None or owner.standing != Standing.GONE:
        work.accounts.release(BY_COMMAND)
        return True
    if on_cases_ore:
        take_off_cases(work, tenant, payment_id, told[0].booked_date)
    take_off(work, tenant, payment_id)
    key = f"{CURSOR} {event.number}"
    tell(
        work,
        DecideReversal(key=key, user=USER, exchange_no=exchange_no, reversal_no=reversal_no, payment_id=payment_id),
    )
    return True
