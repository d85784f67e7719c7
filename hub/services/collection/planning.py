"""Planning a transfer run (*kontrollista*): what would be handed over to an agency and why; what is left out, and why.

Receivables are read page by page and items written chunk by chunk; a plan that was interrupted goes on where it was.
It changes nothing but itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date

from hub.errors import ConfigurationError, DataError, TransientError
from hub.model.collection_cases import KIND, Selection, TransferReason
from hub.model.dunning_plans import Plan, PlanItem, PlanState, Verdict
from hub.model.dunning_plans import Selection as Chosen
from hub.model.tenant import Tenant
from hub.services.books.finding import find_company
from hub.services.collection.agencies import Agencies, companies_for, fingerprint
from hub.services.collection.judging import Judge, Judged, Rates
from hub.services.ports import UnitOfWork

PAGE = 5_000  # receivables: claims of those that go are built beside

Open = Callable[[], AbstractContextManager[UnitOfWork]]


def make_plan(
    work: UnitOfWork, tenant: Tenant, agencies: Agencies, selection: Selection, on: date, *, user: str
) -> int:
    """Write a plan without items; return its number.

    Raises:
        DataError: a company that there is not, or companies of several organisation numbers.
        ConfigurationError: the agency is not there, or no company hands over to it.
    """
    selection = known_selection(tenant, agencies, selection)
    asked = selection.model_dump(mode="json", exclude_defaults=True)
    return work.plans.make(KIND, on_day=on.isoformat(), selection=asked, fingerprint=fingerprint(tenant), made_by=user)


def known_selection(tenant: Tenant, agencies: Agencies, selection: Selection) -> Selection:
    """Return a selection with its companies, which share an organisation number: agreements are by that number.

    Raises as `make_plan`.
    """
    agencies.get(selection.agency)
    named = tuple(find_company(tenant, number).number for number in selection.companies)
    companies = companies_for(tenant, selection.agency, named)
    if not companies:
        raise ConfigurationError(
            f"no company hands over to {selection.agency}",
            where="companies.collection.transfers",
            hint="add a transfer to it, see docs/collection.md",
        )
    numbers = {company.organisation_number for company in companies}
    if len(numbers) > 1:
        raise DataError("the companies have several organisation numbers: give --company, one number in a run")
    agencies.agreement(selection.agency, numbers.pop())
    return selection.model_copy(update={"companies": tuple(company.number for company in companies)})


def plan_of(work: UnitOfWork, plan_no: int) -> Plan:
    """Return a plan of a transfer run. Raises DataError when there is none."""
    plan = work.plans.get(plan_no)
    if plan is None or plan.kind != KIND:
        raise DataError(f"there is no transfer plan {plan_no}; see: hub collection plans")
    return plan


def held_plan(work: UnitOfWork, plan_no: int) -> Plan:
    """Return a plan that nobody else carries out before the transaction ends. Raises as `plan_of`."""
    work.commands.claim(f"collection plan {plan_no}")
    return plan_of(work, plan_no)


def fill_plan(
    read: Open, write: Open, tenant: Tenant, agencies: Agencies, plan_no: int, rates: Rates, *, page: int = PAGE
) -> None:
    """Write the items of a plan, from where it was left; afterwards it is `planned`.

    Raises TransientError when another process writes the items.
    """
    with read() as work:
        plan = plan_of(work, plan_no)
        item_no = work.plans.last_item(plan_no)
    filler = _Filler(tenant, agencies, plan, item_no, rates)
    while plan.state is PlanState.PLANNING and filler.has_more:
        came_to = filler.filled_to
        with read() as work:
            items = filler.next_items(work, page)
        with write() as work:
            if not work.plans.add_items(
                plan_no, items, filled_to=filler.filled_to, counted=filler.counted, came_to=came_to
            ):
                raise TransientError(f"plan {plan_no} is being made by another process; look at it again later")
            if not filler.has_more:
                work.plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.PLANNED)


class _Filler:
    """Turns pages of open receivables into items, and counts what gives none."""

    def __init__(self, tenant: Tenant, agencies: Agencies, plan: Plan, item_no: int, rates: Rates) -> None:
        selection = Selection.model_validate(plan.selection)
        self._judge = Judge(tenant, agencies, selection, date.fromisoformat(plan.on_day), rates)
        self._chosen = chosen_of(selection)
        self._on_day = plan.on_day
        self._item_no = item_no
        self.filled_to = plan.filled_to
        self.counted: Counter[str] = Counter(plan.counted)
        self.has_more = True

    def next_items(self, work: UnitOfWork, limit: int) -> list[PlanItem]:
        """Look at the next receivables."""
        page = work.dunning.page(self._chosen, after=self.filled_to, limit=limit, today=self._on_day)
        items = list(self._items(self._judge.judge(work, page)))
        self.filled_to = page.debts[-1].receivable_id if page.debts else self.filled_to
        self.has_more = len(page.debts) == limit
        return items

    def _items(self, judged: list[Judged]) -> Iterator[PlanItem]:
        for one in judged:
            verdict, reason, rule = one.choice
            if verdict is Verdict.LATER or rule is None:
                self.counted[reason.partition(":")[0] or TransferReason.NO_RULE] += 1
                continue
            self._item_no += 1
            debt = one.debt
            interest_ore = one.claim.line.interest.accrued_ore if one.claim is not None else 0
            yield PlanItem(
                self._item_no, debt.receivable_id, rule.step, 0, debt.fee_ore, interest_ore, debt.open_ore, verdict,
                reason,
            )  # fmt: skip


def chosen_of(selection: Selection) -> Chosen:
    """Return the receivables that a selection is about, as they are read."""
    named = {name: getattr(selection, name) for name in Chosen.model_fields if name in Selection.model_fields}
    return Chosen.model_validate(named)
