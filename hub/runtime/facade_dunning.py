"""`hub.dunning`: plans of what is done about late receivables, their execution, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from hub.errors import DataError
from hub.model.dunning_plans import KIND, PLAN_COMMAND, OpenDebt, Plan, PlanItem, PlanSum, Selection
from hub.model.limitation import Lapsing
from hub.rules.dunning.limitation import WARNING_MONTHS
from hub.rules.dunning.policies import Policy, policy_for
from hub.runtime.carrying import rare_collections
from hub.runtime.dunning_findings import DunningFinding, dunning_findings
from hub.runtime.tenant_work import TenantWork
from hub.services.books.finding import find_company
from hub.services.dunning.asking import once
from hub.services.dunning.executing import drop_plan, run_id_of, start_plan
from hub.services.dunning.lapsing import lapsing
from hub.services.dunning.planning import fill_plan, make_plan, plan_of, refuse_unknown_routines
from hub.services.dunning.taking_back import NotTakenBack
from hub.services.dunning.undoing import Undone, undo_chunk
from hub.services.ports import JsonObject


class PlanStory(NamedTuple):
    """One plan, and its items counted by what is said of them and what became of them."""

    plan: Plan
    sums: list[PlanSum]
    run_state: str = ""  # of the run that carries it out
    problem: str = ""
    unsent_letters: int = 0  # that were asked for, and that nobody has said to be sent


class PlannedItem(NamedTuple):
    """One item of a plan and the receivable that it is about, as it is now."""

    item: PlanItem
    receivable: OpenDebt


class DunningDesk:
    """Dunning of one tenant. A plan that there is not is a DataError."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def plan(
        self, selection: Selection | None = None, *, on: date | None = None, user: str, key: str = ""
    ) -> PlanStory:
        """Plan what is done on a day, today when none is given; nothing is changed but that the plan is kept.

        With the same key again, the plan that was made is shown.

        Raises:
            DataError: the selection names a company that there is not, or a range that ends before it begins.
            RuleViolation: a policy contradicts the law; it names the paragraph.
            ConfigurationError: an account is not named for what is debited.
        """
        self._work.refuse_companies_without_settings()
        tenant, store, chosen = self._work.tenant, self._work.store, selection or Selection()
        with store.write() as work:
            day = on or date.fromisoformat(work.today)

            def make() -> JsonObject:
                return {"plan_no": make_plan(work, tenant, chosen, day, self._work.rates(), user=user)}

            said = {"selection": chosen.model_dump(mode="json"), "on": on and on.isoformat()}
            plan_no = once(work, key, PLAN_COMMAND, said, make)["plan_no"]
        with rare_collections():
            fill_plan(store.read, store.write, tenant, plan_no, earned=self._work.letter_interest.earned)
        return self.show(plan_no)

    def plans(self, limit: int = 20) -> list[Plan]:
        """Return the newest plans first."""
        with self._work.store.read() as work:
            return work.plans.latest(KIND, limit)

    def show(self, plan_no: int) -> PlanStory:
        """Return a plan with its items counted."""
        with self._work.store.read() as work:
            plan = plan_of(work, plan_no)
            run = work.runs.get(run_id_of(self._work.tenant, plan_no))
            story = PlanStory(plan, work.plans.sums(plan_no), unsent_letters=work.dunning.unsent_letters(plan_no))
        return story if run is None else story._replace(run_state=run.state, problem=run.problem)

    def items(self, plan_no: int, *, is_left_out: bool = False, after: int = 0, limit: int = 100) -> list[PlannedItem]:
        """Return items of a plan in order, after the number of one: all, or those that are or were left out."""
        with self._work.store.read() as work:
            plan_of(work, plan_no)
            items = work.plans.items(plan_no, is_left_out=is_left_out, after=after, limit=limit)
            page = work.dunning.of(sorted({item.receivable_id for item in items}), work.today)
        receivables = {debt.receivable_id: debt for debt in page.debts}
        return [PlannedItem(item, receivables[item.receivable_id]) for item in items]

    def run(self, plan_no: int, *, key: str = "") -> PlanStory:
        """Carry out a plan, once; it is carried out here when no other process works, else by that one.

        With the same key again, it is shown how far it has come.

        Raises:
            RuleViolation: it has been begun before, its day has not come, or settings have changed since it was made.
        """
        self._work.refuse_unusable_settings()
        with self._work.store.write() as work:

            def start() -> JsonObject:
                return {"run_id": start_plan(work, self._work.tenant, plan_no, self._work.rates())}

            once(work, key, "run_dunning", {"plan_no": plan_no}, start)
        self._carry_out_queued()
        return self.show(plan_no)

    def drop(self, plan_no: int) -> PlanStory:
        """Let a plan never be carried out. Raises RuleViolation when it has been begun."""
        with self._work.store.write() as work:
            drop_plan(work, plan_no)
        return self.show(plan_no)

    def undo(self, plan_no: int, receivables: Sequence[int] = (), *, user: str) -> Undone:
        """Undo a plan that was carried out, of some receivables or of all: fees and interest by new entries.

        What has been paid since, and what another step has followed, is left out and returned.

        Raises:
            RuleViolation: it has not been carried out, or has been undone.
        """
        steps, left_out, after = 0, list[NotTakenBack](), 0
        while True:
            with self._work.store.write() as work:
                done = undo_chunk(
                    work,
                    self._work.tenant,
                    plan_no,
                    user=user,
                    letters=self._work.letters,
                    receivables=receivables,
                    after=after,
                )
            steps, left_out = steps + done.steps, [*left_out, *done.left_out]
            if done.after is None:
                return Undone(steps, left_out, None)
            after = done.after

    def lapsing(self, months: int = max(WARNING_MONTHS)) -> list[Lapsing]:
        """Return open receivables whose claims lapse within so many months (*preskription*), the soonest first."""
        return sorted(lapsing(self._work.store, self._work.tenant, months), key=lambda one: one.last_day)

    def policy(self, company: str, routine: str = "", *, on: date | None = None) -> Policy:
        """Return the policy of a routine with all that it inherits, on a day.

        Raises DataError when there is none, or no such routine.
        """
        found = find_company(self._work.tenant, company)
        refuse_unknown_routines([found], [routine] if routine else [])
        day = on or self._work.clock.today()
        policy = policy_for(found.dunning, routine, day)
        if policy is None:
            raise DataError(f"no dunning policy of company {found.number} holds for routine {routine or '–'} on {day}")
        return policy

    def check(self, *, on: date | None = None) -> list[DunningFinding]:
        """Return what keeps the tenant's policies from being used on a day: the law, accounts, unknown rates."""
        return list(dunning_findings(self._work, on or self._work.clock.today()))
