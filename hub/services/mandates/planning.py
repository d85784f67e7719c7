"""Planning direct debits (*kontrollista*): what would be requested, cancelled and moved, and what is left out and why.

A plan is of one company. Receivables are read page by page and items written chunk by chunk; a plan that was
interrupted goes on where it was. It changes nothing but itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import NamedTuple

from hub.banking_calendar import add_banking_days
from hub.errors import DataError, TransientError
from hub.model.dunning import EVERY_STEP_STOPPED
from hub.model.dunning_plans import Plan, PlanItem, PlanState, Verdict
from hub.model.dunning_settings import HoldCode
from hub.model.mandates import KIND, Drawable
from hub.model.tenant import Tenant
from hub.rules.dunning.holds import stopped_by
from hub.rules.mandates.drawing import Decision, DrawTerms, Why, decide
from hub.services.books.finding import find_company
from hub.services.mandates.collecting import Collector, collector
from hub.services.ports import UnitOfWork

PAGE = 5_000

Open = Callable[[], AbstractContextManager[UnitOfWork]]


class Decided(NamedTuple):
    """A receivable and what is done about it."""

    one: Drawable
    decision: Decision


def make_plan(work: UnitOfWork, tenant: Tenant, by: Collector, *, user: str) -> int:
    """Write a plan of one company for today, without items; return its number."""
    asked = {"company": by.company.number}
    return work.plans.make(KIND, on_day=work.today, selection=asked, fingerprint=fingerprint(tenant, by), made_by=user)


def fingerprint(tenant: Tenant, by: Collector) -> str:
    """Return the settings that a plan follows, in one text."""
    return hashlib.sha256(f"{tenant.id} {by.company.model_dump_json()}".encode()).hexdigest()


def plan_of(work: UnitOfWork, plan_no: int) -> Plan:
    """Return a plan of direct debits. Raises DataError when there is none."""
    plan = work.plans.get(plan_no)
    if plan is None or plan.kind != KIND:
        raise DataError(f"there is no plan {plan_no} of payment requests; see: hub payment-requests plans")
    return plan


def collector_of(work: UnitOfWork, tenant: Tenant, plan: Plan) -> Collector:
    """Return the company of a plan as it collects. Raises ConfigurationError when it does no longer."""
    return collector(work, tenant, find_company(tenant, plan.selection["company"]))


def terms_of(by: Collector, today: str) -> DrawTerms:
    """Return what decisions of a day depend on."""
    day = date.fromisoformat(today)
    answered_from = add_banking_days(day, -by.settings.unanswered_after_days)
    return DrawTerms(by.settings, by.company.currency, day, answered_from)


def decided(work: UnitOfWork, by: Collector, found: Sequence[Drawable], today: str) -> Iterator[Decided]:
    """Yield what is done about each of some receivables."""
    terms, codes = terms_of(by, today), by.company.dunning.hold_codes
    live = [one.request.request_no for one in found if one.request is not None and one.request.is_live]
    unsent = work.scheme_orders.waiting_requests(live)
    for one in found:
        is_unsent = one.request is not None and one.request.request_no in unsent
        yield Decided(one, decide(one, _stopping(codes, one.holds), terms, is_unsent=is_unsent))


def _stopping(codes: Mapping[str, HoldCode], holds: Iterable[str]) -> str:
    """Return the first hold code (*kravkod*) that stops asking for the money, '' when none does."""
    return next((code for code in holds if stopped_by(codes, code) & EVERY_STEP_STOPPED), "")


def fill_plan(read: Open, write: Open, tenant: Tenant, plan_no: int, *, page: int = PAGE) -> None:
    """Write the items of a plan, from where it was left; afterwards it is `planned`.

    Raises TransientError when another process writes the items.
    """
    with read() as work:
        plan = plan_of(work, plan_no)
        item_no = work.plans.last_item(plan_no)
        by = collector_of(work, tenant, plan)
    filler = _Filler(by, plan, item_no)
    while plan.state is PlanState.PLANNING and filler.has_more:
        came_to = filler.filled_to
        with read() as work:
            items = filler.next_items(work, page)
        with write() as work:
            is_ours = work.plans.add_items(
                plan_no, items, filled_to=filler.filled_to, counted=filler.counted, came_to=came_to
            )
            if not is_ours:
                raise TransientError(f"plan {plan_no} is being made by another process; look at it again later")
            if not filler.has_more:
                work.plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.PLANNED)


class _Filler:
    """Turns pages of receivables into items, and counts what gives none."""

    def __init__(self, by: Collector, plan: Plan, item_no: int) -> None:
        self._by = by
        self._on_day = plan.on_day
        self._item_no = item_no
        self.filled_to = plan.filled_to
        self.counted: Counter[str] = Counter(plan.counted)
        self.has_more = True

    def next_items(self, work: UnitOfWork, limit: int) -> list[PlanItem]:
        """Look at the next receivables."""
        by = self._by
        found = work.payment_requests.page(
            by.company.number, by.account_no, by.link_kind, after=self.filled_to, limit=limit, today=self._on_day
        )
        items = list(self._items(work, found))
        self.filled_to = found[-1].receivable_id if found else self.filled_to
        self.has_more = len(found) == limit
        if not self.has_more:
            self._count_without_mandate(work)
        return items

    def _count_without_mandate(self, work: UnitOfWork) -> None:
        by = self._by
        count = work.payment_requests.without_mandate(
            by.company.number,
            by.account_no,
            by.link_kind,
            currency=by.company.currency,
            routines=by.settings.routines,
        )
        self.counted.update({Why.NO_MANDATE.value: count} if count else {})

    def _items(self, work: UnitOfWork, found: Sequence[Drawable]) -> Iterator[PlanItem]:
        for one, decision in decided(work, self._by, found, self._on_day):
            if decision.verdict is Verdict.LATER:
                self.counted[decision.reason] += 1
                continue
            self._item_no += 1
            yield PlanItem(
                item_no=self._item_no,
                receivable_id=one.receivable_id,
                step=decision.act,
                letter_no=0,
                fee_ore=0,
                interest_ore=0,
                open_ore=decision.amount_ore or one.open_ore,
                verdict=decision.verdict,
                reason=decision.reason,
            )
