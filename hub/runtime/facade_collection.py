"""`hub.collection`: claims handed over to agencies, followed there, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hub.errors import DataError, RuleViolation
from hub.model.agency_told import Told
from hub.model.claims import Claim
from hub.model.collection_cases import (
    KIND,
    PLAN_COMMAND,
    Case,
    Order,
    Selection,
    Settlement,
    SettlementRow,
)
from hub.model.dunning_plans import OpenDebt, Plan, PlanItem, PlanState, PlanSum
from hub.model.exchanges import Exchange
from hub.rules.collection.reconciling import CaseDifference
from hub.runtime.inspecting import opened
from hub.runtime.tenant_work import TenantWork
from hub.services.collection import fetching
from hub.services.collection.planning import fill_plan, make_plan, plan_of
from hub.services.collection.receiving import keep_file
from hub.services.collection.reconciling import reconcile
from hub.services.collection.transferring import drop_plan, run_id_of, start_plan
from hub.services.dunning.asking import once
from hub.services.ports import JsonObject


class TransferStory(NamedTuple):
    """One plan, and its items counted by what is said of them and what became of them."""

    plan: Plan
    sums: list[PlanSum]
    run_state: str = ""
    problem: str = ""


class PlannedTransfer(NamedTuple):
    """One item of a plan and the receivable that it is about, as it is now."""

    item: PlanItem
    receivable: OpenDebt


class ListedCase(NamedTuple):
    """A case with the receivable that it is about."""

    case: Case
    number: str
    source_system: str
    debtor_name: str
    open_ore: int


class CaseStory(NamedTuple):
    """All that is known of one case; the claim as it was last told, None when its receivable has been purged."""

    listed: ListedCase
    orders: list[Order]
    told: list[Told]
    rows: list[SettlementRow]
    claim: Claim | None


class ReceivedFile(NamedTuple):
    """A file of an agency and what it has come to."""

    exchange: Exchange
    run_state: str
    problem: str = ""


class CollectionDesk:
    """Collection of one tenant. A plan or case that there is not is a DataError."""

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    def plan(self, selection: Selection, *, on: date | None = None, user: str, key: str = "") -> TransferStory:
        """Plan what is handed over on a day, today when none is given; nothing is changed but that the plan is kept.

        Raises:
            DataError: a company that there is not, or companies of several organisation numbers.
            ConfigurationError: the agency is not there, or no company hands over to it.
            RuleViolation: a reference rate that is needed is not known.
        """
        self._work.refuse_companies_without_settings()
        tenant, store, agencies = self._work.tenant, self._work.store, self._work.agencies
        with store.write() as work:
            day = on or date.fromisoformat(work.today)

            def make() -> JsonObject:
                return {"plan_no": make_plan(work, tenant, agencies, selection, day, user=user)}

            said = {"selection": selection.model_dump(mode="json"), "on": on and on.isoformat()}
            plan_no = once(work, key, PLAN_COMMAND, said, make)["plan_no"]
        try:
            fill_plan(store.read, store.write, tenant, agencies, plan_no, self._work.rates)
        except RuleViolation:
            if not key:  # nobody can ask for it again
                with store.write() as work:
                    work.plans.change(plan_no, was=PlanState.PLANNING, state=PlanState.DROPPED)
            raise
        return self.show(plan_no)

    def plans(self, limit: int = 20) -> list[Plan]:
        """Return the newest plans first."""
        with self._work.store.read() as work:
            return work.plans.latest(KIND, limit)

    def show(self, plan_no: int) -> TransferStory:
        """Return a plan with its items counted."""
        with self._work.store.read() as work:
            plan = plan_of(work, plan_no)
            run = work.runs.get(run_id_of(self._work.tenant, plan_no))
            story = TransferStory(plan, work.plans.sums(plan_no))
        return story if run is None else story._replace(run_state=run.state, problem=run.problem)

    def items(
        self, plan_no: int, *, is_left_out: bool = False, after: int = 0, limit: int = 100
    ) -> list[PlannedTransfer]:
        """Return items of a plan in order, after the number of one: all, or those that are or were left out."""
        with self._work.store.read() as work:
            plan_of(work, plan_no)
            items = work.plans.items(plan_no, is_left_out=is_left_out, after=after, limit=limit)
            page = work.dunning.of(sorted({item.receivable_id for item in items}), work.today)
        receivables = {debt.receivable_id: debt for debt in page.debts}
        return [PlannedTransfer(item, receivables[item.receivable_id]) for item in items]

    def run(self, plan_no: int, *, key: str = "") -> TransferStory:
        """Carry out a plan, once; it is carried out here when no other process works, else by that one.

        Raises:
            RuleViolation: it has been begun before, its day has not come, or settings have changed since it was made.
        """
        self._work.refuse_unusable_settings()
        with self._work.store.write() as work:

            def start() -> JsonObject:
                return {"run_id": start_plan(work, self._work.tenant, plan_no)}

            once(work, key, "run_collection", {"plan_no": plan_no}, start)
        self._carry_out_queued()
        return self.show(plan_no)

    def drop(self, plan_no: int) -> TransferStory:
        """Let a plan never be carried out. Raises RuleViolation when it has been begun."""
        with self._work.store.write() as work:
            drop_plan(work, plan_no)
        return self.show(plan_no)

    def cases(
        self,
        *,
        agency: str = "",
        state: str = "",
        number: str = "",
        plan_no: int = 0,
        before: int = 0,
        limit: int = 100,
    ) -> list[ListedCase]:
        """Return cases, newest first; `state` may be `open`."""
        companies = [company.number for company in self._work.tenant.companies] if number else []
        asked = {"agency": agency, "state": state, "number": number}
        with self._work.store.read() as work:
            rows = work.collection_cases.latest(
                **asked, companies=companies, plan_no=plan_no, before=before, limit=limit
            )
        return [ListedCase(*row) for row in rows]

    def case(self, case_no: int) -> CaseStory:
        """Return all that is known of a case."""
        with self._work.store.read() as work:
            case = work.collection_cases.get_all([case_no]).get(case_no)
            if case is None:
                raise DataError(f"there is no case {case_no}; see: hub collection cases")
            row = work.receivables.find(receivable_id=case.receivable_id)[0]
            bodies = work.collection_cases.claims([case_no])
            return CaseStory(
                ListedCase(case, row.number, row.source_system, row.debtor_name, row.open_ore),
                work.collection_orders.of_cases([case_no]),
                work.agency_told.of_case(case_no),
                work.agency_told.rows_of(case_no=case_no),
                Claim.model_validate_json(bodies[case_no]) if bodies.get(case_no) else None,
            )

    def counts(self) -> list[tuple[str, str, int, int, int]]:
        """Return by agency and state: cases, what was handed over, and what is left there, in öre."""
        with self._work.store.read() as work:
            return work.collection_cases.counts()

    def settlements(self, *, agency: str = "", unpaid_only: bool = False, limit: int = 100) -> list[Settlement]:
        """Return settlements (*redovisningar*), newest first."""
        with self._work.store.read() as work:
            return work.agency_told.settlements(agency=agency, unpaid_only=unpaid_only, limit=limit)

    def settlement_rows(self, settlement_no: int) -> list[SettlementRow]:
        """Return the rows of a settlement."""
        with self._work.store.read() as work:
            return work.agency_told.rows_of(settlement_no=settlement_no)

    def receive(self, file: Path | BinaryIO, *, agency: str, name: str = "") -> ReceivedFile:
        """Take in a file of an agency. One that cannot be read is quarantined, which is no error here.

        Raises:
            ConfigurationError: no plugin that is turned on offers the agency.
            DataError: the file cannot be opened.
        """
        found = self._work.agencies.get(agency)
        shown, opening = opened(file, name)
        with opening as stream:
            kept = self._work.store.contents.keep(stream)
        plugin = self._work.agencies.plugin_of(found)
        with self._work.store.write() as work:
            exchange, run_id = keep_file(
                work, self._work.tenant.id, agency, plugin, name=shown, sha256=kept.sha256, size=kept.size
            )
        self._carry_out_queued()
        return self._received(exchange.number, run_id)

    def _received(self, exchange_no: int, run_id: str) -> ReceivedFile:
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
            exchange = work.exchanges.get(exchange_no)
        state, problem = (run.state, run.problem) if run is not None else ("done", "")
        return ReceivedFile(exchange, state, problem)

    def follow(self, agency: str = "", *, key: str) -> JsonObject:
        """Fetch what agencies have for us, take it in, and send them what waits.

        Raises ConfigurationError when the agency is not there.
        """
        if agency:
            self._work.agencies.get(agency)
        run_id = f"{fetching.RUN_KIND}:{self._work.tenant.id}:{key}"
        with self._work.store.write() as work:
            work.runs.enqueue_once(run_id, fetching.RUN_KIND, {"agency": agency})
        self._carry_out_queued()
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
        assert run is not None  # it was queued above
        return {"run_id": run_id, "state": run.state, "problem": run.problem}

    def reconcile(self, agency: str) -> list[CaseDifference]:
        """Return the cases that differ between us and an agency, by the latest list that it has told.

        One whose claim has arrived there and was never answered differs too.

        Raises DataError when it has told none.
        """
        with self._work.store.read() as work:
            return reconcile(work, agency)

    def agencies(self) -> Sequence[str]:
        """Return the agencies that plugins offer."""
        return sorted(self._work.agencies.by_name)
