"""What becomes of printed plans: one that never reaches the debtor costs no fee, and a person is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.model.books import Bucket, Contra, OpenAmounts
from hub.model.events import Event
from hub.model.instalment_plans import InstalmentPlan
from hub.model.receivables import OpenReceivable
from hub.model.tenant import Tenant
from hub.rules.charges import Cause, Change, EntryFacts, charged, reallocated
from hub.services.instalment_plans.agreeing import plan_of_source
from hub.services.instalment_plans.charging import charge
from hub.services.instalment_plans.telling import NOT_SENT_TASK, tell
from hub.services.ports import UnitOfWork

KINDS = ("document_withdrawn", "document_undeliverable")
CURSOR = "instalment_plans"
CLAIM = "hear of printed plans"  # of two who listen at once, one hears what the other has not
EVENTS_AT_ONCE = 500
BEARS_FEE = 1  # the number of the claim: the receivable that is due first


def follow_printed_plans(work: UnitOfWork, tenant: Tenant) -> bool:
    """Hear what delivery has told of printed plans since the last time; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    heard = work.events.heard_by(CURSOR)
    events = work.events.of_kinds(KINDS, after=heard, until=latest, limit=EVENTS_AT_ONCE)
    for event in events:
        plan_no = plan_of_source(str(event.data.get("command_key", "")))
        plan = work.instalment_plans.get(plan_no, to_change=True) if plan_no is not None else None
        if plan is not None:
            _not_sent(work, tenant, plan, event)
    has_more = len(events) == EVENTS_AT_ONCE
    work.events.note_heard(CURSOR, events[-1].number if has_more else latest)
    return has_more


def _not_sent(work: UnitOfWork, tenant: Tenant, plan: InstalmentPlan, event: Event) -> None:
    """Take the fee of a plan back that was not sent: lagen (1981:739) 3 § 2."""
    fee_ore = _take_fee_back(work, tenant, plan)
    reason = str(event.data.get("reason", "")) or event.kind
    tell(work, NOT_SENT_TASK, plan, reason=reason, fee_taken_back_ore=fee_ore)
    said = "its fee is taken back; " if fee_ore else ""
    advice = f"{said}the plan stands: see that the debtor gets it, or say: hub instalments end {plan.plan_no}"
    work.commands.open_task(
        NOT_SENT_TASK, str(plan.plan_no), f"instalment plan {plan.plan_no} was not sent: {reason}; {advice}"
    )


def _take_fee_back(work: UnitOfWork, tenant: Tenant, plan: InstalmentPlan) -> int:
    claims = {claim.claim_no: claim.receivable_id for claim in work.instalment_plans.claims(plan.plan_no)}
    receivable_id = claims.get(BEARS_FEE)
    if not plan.plan_fee_ore or receivable_id is None:
        return 0
    work.receivables.lock([receivable_id])
    (row,) = work.receivables.find(receivable_id=receivable_id)
    entries = work.receivables.entries_of([receivable_id])[receivable_id]
    fee_ore = min(plan.plan_fee_ore, max(0, charged(entries).fee_ore))
    charge(work, tenant, [(row, change, plan.plan_no) for change in _taken_back(row, fee_ore, entries)])
    return fee_ore


def _taken_back(row: OpenReceivable, fee_ore: int, entries: Sequence[EntryFacts]) -> Iterator[Change]:
    """Yield what takes a fee back; money that had paid it pays principal instead."""
    lowered = Change(Bucket.FEE, -fee_ore, Cause.PLAN_FEE_LOWERED, Contra.REMINDER_FEE)
    yield lowered
    yield from reallocated(OpenAmounts(row.principal_ore, row.fee_ore, row.interest_ore), [lowered], entries)
