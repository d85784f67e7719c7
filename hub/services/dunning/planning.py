"""Planning a dunning run (*kontrollista*): what would be done to what, and why; what is left out, and why.

Receivables are read page by page and items written chunk by chunk, so memory stays flat; a plan that was interrupted
goes on where it was. It changes nothing but itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date

from hub.errors import DataError, TransientError
from hub.model.command_dates import plausible_days
from hub.model.company import Company
from hub.model.dunning_plans import KIND, OpenDebt, Plan, PlanItem, PlanState, Selection, Verdict
from hub.model.dunning_reasons import NotYet
from hub.model.tenant import Tenant
from hub.rules.dunning.next_step import NextStep
from hub.rules.dunning.policies import Policy
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.books.finding import find_company
from hub.services.dunning.deciding import Decided, Decider, is_by_debtor
from hub.services.dunning.lawful import chosen, fingerprint, refuse_settings, says_interest
from hub.services.dunning.letters import Earned
from hub.services.ports import UnitOfWork
from hub.services.ports.dunning import DunnedPage

PAGE = 20_000  # receivables: about half a second

Open = Callable[[], AbstractContextManager[UnitOfWork]]


def make_plan(
    work: UnitOfWork, tenant: Tenant, selection: Selection, on: date, rates: ReferenceRates, *, user: str
) -> int:
    """Write a plan without items; return its number.

    Raises:
        DataError: the selection cannot be, its customer number means several debtors, or the day is more than ten
            years away.
        RuleViolation, ConfigurationError: nothing may be dunned by these settings; see `refuse_settings`.
    """
    _refuse_far_day(on, work.today)
    selection = known_selection(tenant, selection)
    _refuse_two_debtors(work, selection.debtor)
    refuse_settings(tenant, selection, on, rates)
    asked = selection.model_dump(mode="json", exclude_defaults=True)
    return work.plans.make(KIND, on_day=on.isoformat(), selection=asked, fingerprint=fingerprint(tenant), made_by=user)


def plan_of(work: UnitOfWork, plan_no: int) -> Plan:
    """Return a plan of a dunning run. Raises DataError when there is none."""
    plan = work.plans.get(plan_no)
    if plan is None or plan.kind != KIND:
        raise DataError(f"there is no dunning plan {plan_no}; see: hub dunning plans")
    return plan


def held_plan(work: UnitOfWork, plan_no: int) -> Plan:
    """Return a plan that nobody else carries out or undoes before the transaction ends. Raises as `plan_of`."""
    work.commands.claim(f"dunning plan {plan_no}")
    return plan_of(work, plan_no)


def fill_plan(read: Open, write: Open, tenant: Tenant, plan_no: int, *, earned: Earned, page: int = PAGE) -> None:
    """Write the items of a plan, from where it was left; afterwards it is `planned`.

    Interest is counted to the plan's day. Raises TransientError when another process writes the items.
    """
    with read() as work:
        plan = plan_of(work, plan_no)
        item_no = work.plans.last_item(plan_no)
    filler = _Filler(tenant, plan, item_no, earned)
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
                work.plans.gather_letters(plan_no)
                work.plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.PLANNED)


class _Filler:
    """Turns pages of open receivables into items, and counts what gives none."""

    def __init__(self, tenant: Tenant, plan: Plan, item_no: int, earned: Earned) -> None:
        self._tenant = tenant
        self._earned = earned
        self._decider = Decider(tenant, date.fromisoformat(plan.on_day))
        self._selection = Selection.model_validate(plan.selection)
        self._on_day = plan.on_day
        self._item_no = item_no
        self.filled_to = plan.filled_to
        self.counted: Counter[str] = Counter(plan.counted)
        self.has_more = True

    def next_items(self, work: UnitOfWork, limit: int) -> list[PlanItem]:
        """Look at the next receivables."""
        page = work.dunning.page(self._selection, after=self.filled_to, limit=limit, today=self._on_day)
        decided = list(self._decider.decide_all(page))
        items = list(self._items(page, decided, self._interest(work, decided)))
        self.filled_to = page.debts[-1].receivable_id if page.debts else self.filled_to
        self.has_more = len(page.debts) == limit
        return items

    def _interest(self, work: UnitOfWork, decided: Iterable[Decided]) -> Mapping[int, int]:
        """Return the interest left to charge where the next letter says it: what the run would say that day."""
        said = [
            debt.receivable_id for debt, step, _ in decided if step.verdict is Verdict.TAKE and says_interest(step.rule)
        ]
        if not said:
            return {}
        earned = self._earned(work, self._tenant, said, date.fromisoformat(self._on_day))
        return {number: one.left_ore for number, one in earned.items()}

    def _items(self, page: DunnedPage, decided: Iterable[Decided], interest: Mapping[int, int]) -> Iterator[PlanItem]:
        steps = self._selection.steps
        for debt, step, policy in decided:
            if step.verdict is not Verdict.LATER and steps and step.rule is not None and step.rule.step not in steps:
                self.counted[NotYet.OTHER_STEP] += 1
            elif step.verdict is not Verdict.LATER:
                yield self._item(debt, step, policy, interest.get(debt.receivable_id, 0))
            else:
                self.counted[step.reason] += 1
                if policy is not None and is_listed(debt, step, policy) and self._is_told(debt, policy, page):
                    yield self._item(debt, step, policy)._replace(verdict=Verdict.LIST)

    def _is_told(self, debt: OpenDebt, policy: Policy, page: DunnedPage) -> bool:
        """Say whether a letter may list a receivable; of which step it will be is known when letters are gathered."""
        return self._decider.is_told(debt, page, [rule.step for rule in policy.steps])

    def _item(self, debt: OpenDebt, step: NextStep, policy: Policy | None, interest_ore: int = 0) -> PlanItem:
        self._item_no += 1
        key = letter_key(debt, policy)
        return PlanItem(
            self._item_no,
            debt.receivable_id,
            step.rule.step if step.rule is not None else "",
            self._item_no if step.verdict is Verdict.TAKE and not key else 0,
            step.fee_ore,
            interest_ore,
            debt.open_ore,
            step.verdict,
            step.reason,
            key,
            compensation_ore=step.compensation_ore,
        )


def letter_key(debt: OpenDebt, policy: Policy | None) -> str:
    """Return what a debtor's receivables in one letter have in common; empty for a letter of its own.

    A customer number is one source system's: another may have given the same to somebody else.
    """
    if policy is None or not is_by_debtor(policy) or not (debt.debtor_key or debt.debtor_number):
        return ""
    debtor = (debt.debtor_key,) if debt.debtor_key else (debt.source_system, debt.debtor_number)
    return "|".join((debt.company, policy.name, debt.currency, *debtor))


def is_listed(debt: OpenDebt, step: NextStep, policy: Policy) -> bool:
    """Say whether a debtor's letter lists a receivable for which no step is due."""
    if not letter_key(debt, policy) or step.reason in (NotYet.INTERNAL, NotYet.WITH_ITS_ORIGINAL):
        return False
    if step.reason == NotYet.NOTHING_OWED:
        return policy.includes_credit_notes and debt.open_ore < 0
    return policy.includes_not_due if step.reason == NotYet.NOT_DUE else True


def known_selection(tenant: Tenant, selection: Selection) -> Selection:
    """Return a selection with companies as the settings write them.

    Raises DataError for a company or routine that there is not, or a range that ends before it begins.
    """
    companies = tuple(find_company(tenant, number).number for number in selection.companies)
    refuse_unknown_routines(chosen(tenant, companies), selection.routines)
    first, last = selection.number, selection.number_to
    if last and (len(last), last) < (len(first), first):
        raise DataError(f"the range ends at {last}, before it begins at {first}")
    return selection.model_copy(update={"companies": companies})


def refuse_unknown_routines(companies: Iterable[Company], routines: Iterable[str]) -> None:
    """Refuse routines that none of the companies has, nor its interest invoices. Raises DataError."""
    known = {routine.number for company in companies for routine in company.routines}
    known |= {twin for company in companies for twin in company.interest_routines}
    for number in routines:
        if number not in known:
            raise DataError(f"there is no routine {number}: there are {', '.join(sorted(known)) or 'none'}")


def _refuse_two_debtors(work: UnitOfWork, debtor: str) -> None:
    systems = work.dunning.systems_of_debtor(debtor) if debtor else []
    if len(systems) > 1:
        raise DataError(f"customer number {debtor} is one of {', '.join(systems)}: write {systems[0]}/{debtor}")


def _refuse_far_day(on: date, today: str) -> None:
    earliest, latest = plausible_days(date.fromisoformat(today))
    if not earliest <= on <= latest:
        raise DataError(f"{on} cannot be right: give a day from {earliest} to {latest}")
