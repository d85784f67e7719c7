"""Staying in step with holds: an agency is asked to wait while others' holds stop what it does, and then to go on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hub.model.collection import OrderKind
from hub.model.collection_cases import Case, Order, OrderState
from hub.model.dunning import Stopped
from hub.model.events import Event
from hub.model.receivables import Hold
from hub.model.tenant import Tenant
from hub.rules.dunning.holds import stopped_by
from hub.services.books.finding import find_company
from hub.services.collection.ending import CASE_LEFT
from hub.services.collection.ordering import Draft, source_of, write_orders
from hub.services.ports import UnitOfWork

HOLD_ENDED = "hold_ended"
KINDS = ("hold_set", HOLD_ENDED)  # events
FOR_GOOD = "9999"  # behind every day
BY_PERSON = "is_by_person"  # of a part: no hold of the receivable stands behind it, and the end of none ends it


class _Told(NamedTuple):
    """Until when an agency was last told to wait."""

    until: str  # ISO date, or FOR_GOOD
    is_by_person: bool


def tell_holds(work: UnitOfWork, tenant: Tenant, events: Sequence[Event]) -> None:
    """Tell agencies of the holds that have been set and ended, where these stop transfers.

    What a case has set itself is none of them, nor is a hold that stops something else.
    """
    ids = {int(event.data["receivable_id"]) for event in events if event.data.get("receivable_id")}
    of = work.collection_cases.open_of(sorted(ids))
    told_of = {
        case.receivable_id: case
        for event in events
        if (case := of.get(int(event.data.get("receivable_id") or 0))) is not None and _concerns(tenant, event, case)
    }
    cases = [case for _, case in sorted(told_of.items())]
    holds = _stopping(work, tenant, cases)
    waiting = _told_to_wait(work, cases)
    drafts = [
        draft
        for case in cases
        if (draft := _draft(case, holds[case.receivable_id], waiting.get(case.case_no), work.today)) is not None
    ]
    write_orders(work, drafts)


def close_rested(work: UnitOfWork, events: Sequence[Event]) -> None:
    """Ask no more what becomes of cases that have ended, when somebody has ended the hold that they left."""
    ended = {
        (int(event.data["receivable_id"]), int(event.data["hold_no"]))
        for event in events
        if event.kind == HOLD_ENDED and event.data.get("receivable_id") and event.data.get("hold_no")
    }
    left = work.collection_cases.ended_of(sorted({receivable_id for receivable_id, _ in ended}))
    rested = [case for case in left if (case.receivable_id, case.hold_no) in ended]
    work.commands.close_each(CASE_LEFT, [str(case.case_no) for case in rested])


def _concerns(tenant: Tenant, event: Event, case: Case) -> bool:
    codes = find_company(tenant, case.company).dunning.hold_codes
    code = str(event.data.get("code", ""))
    return event.data.get("source") != source_of(case) and Stopped.TRANSFER in stopped_by(codes, code)


def _stopping(work: UnitOfWork, tenant: Tenant, cases: Sequence[Case]) -> Mapping[int, list[Hold]]:
    """Return the active holds of others that stop transfers, by receivable."""
    of = {case.receivable_id: case for case in cases}
    found: dict[int, list[Hold]] = defaultdict(list)
    for hold in work.receivables.active_holds(sorted(of), work.today):
        case = of[hold.receivable_id]
        codes = find_company(tenant, case.company).dunning.hold_codes
        if hold.source != source_of(case) and Stopped.TRANSFER in stopped_by(codes, hold.code):
            found[hold.receivable_id].append(hold)
    return found


def _draft(case: Case, active: Sequence[Hold], told: _Told | None, today: str) -> Draft | None:
    """Return what an agency is told: how long to wait, where it knows another day, or to go on."""
    if active:
        until = max(hold.until_date or FOR_GOOD for hold in active)
        if told is not None and (until <= told.until if told.is_by_person else until == told.until):
            return None
        part: dict[str, object] = {
            "hold_from": today,
            "hold_until": "" if until == FOR_GOOD else until,
            "reason": active[0].code,
        }
        return Draft(case, OrderKind.HOLD, part)
    return Draft(case, OrderKind.RELEASE, {}) if told is not None and not told.is_by_person else None


def _told_to_wait(work: UnitOfWork, cases: Sequence[Case]) -> dict[int, _Told]:
    """Return until when agencies were last told to wait, by case, where that has not ended by itself."""
    latest: dict[int, Order] = {}
    for order in work.collection_orders.of_cases([case.case_no for case in cases]):
        if order.kind in (OrderKind.HOLD, OrderKind.RELEASE) and order.state != OrderState.DROPPED:
            latest[order.case_no] = order
    told = {number: _told(order) for number, order in latest.items() if order.kind == OrderKind.HOLD}
    return {number: one for number, one in told.items() if one.until >= work.today}


def _told(order: Order) -> _Told:
    part = json.loads(order.body)
    return _Told(part.get("hold_until") or FOR_GOOD, bool(part.get(BY_PERSON)))
