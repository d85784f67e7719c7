"""Staying in step with holds: an agency is asked to wait while others' holds stop what it does, and then to go on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from hub.model.collection import OrderKind
from hub.model.collection_cases import Case, Order, OrderState
from hub.model.dunning import Stopped
from hub.model.events import Event
from hub.model.receivables import Hold
from hub.model.tenant import Tenant
from hub.rules.dunning.holds import stopped_by
from hub.services.books.finding import find_company
from hub.services.collection.ordering import Draft, source_of, write_orders
from hub.services.ports import UnitOfWork

KINDS = ("hold_set", "hold_ended")  # events


def tell_holds(work: UnitOfWork, tenant: Tenant, events: Sequence[Event]) -> None:
    """Tell agencies of the holds that have been set and ended; what a case has set itself is none of them."""
    latest = {int(event.data["receivable_id"]): event for event in events if event.data.get("receivable_id")}
    cases = [
        case
        for receivable_id, case in sorted(work.collection_cases.open_of(list(latest)).items())
        if latest[receivable_id].data.get("source") != source_of(case)
    ]
    holds = _stopping(work, tenant, cases)
    waiting = _told_to_wait(work, cases)
    drafts = [
        draft
        for case in cases
        if (draft := _draft(case, holds[case.receivable_id], case.case_no in waiting, work.today)) is not None
    ]
    write_orders(work, drafts)


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


def _draft(case: Case, active: Sequence[Hold], waits: bool, today: str) -> Draft | None:
    if active and not waits:
        until = max(hold.until_date or "9999" for hold in active)
        part: dict[str, object] = {
            "hold_from": today,
            "hold_until": "" if until == "9999" else until,
            "reason": active[0].code,
        }
        return Draft(case, OrderKind.HOLD, part)
    return Draft(case, OrderKind.RELEASE, {}) if waits and not active else None


def _told_to_wait(work: UnitOfWork, cases: Sequence[Case]) -> set[int]:
    """Return the cases whose agency was last told to wait, where that has not ended by itself."""
    latest: dict[int, Order] = {}
    for order in work.collection_orders.of_cases([case.case_no for case in cases]):
        if order.kind in (OrderKind.HOLD, OrderKind.RELEASE) and order.state != OrderState.DROPPED:
            latest[order.case_no] = order
    return {number for number, order in latest.items() if _waits(order, work.today)}


def _waits(order: Order, today: str) -> bool:
    if order.kind == OrderKind.RELEASE:
        return False
    until = json.loads(order.body).get("hold_until", "")
    return not until or until >= today
