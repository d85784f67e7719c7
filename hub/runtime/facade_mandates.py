"""`hub.mandates` and `hub.payment_requests`: direct debits (*autogiro*), planned, sent, answered and proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.errors import ConfigurationError, DataError
from hub.model.company import Company
from hub.model.dunning_plans import Plan, PlanItem, PlanSum
from hub.model.exchanges import Exchange
from hub.model.mandates import KIND, DrawnRequest, Mandate, RegisterDifference, StepOf
from hub.model.runs import Run
from hub.runtime.tenant_work import TenantWork
from hub.services.books.finding import find_company
from hub.services.mandates.collecting import collecting_companies, collector, known_mandate_no
from hub.services.mandates.filing import let_go_again
from hub.services.mandates.planning import fill_plan, make_plan, plan_of
from hub.services.mandates.proving import adopt
from hub.services.mandates.running import FILE_STEP, RUN_KIND
from hub.services.mandates.telling import MANDATE, REQUEST
from hub.services.ports import JsonObject, UnitOfWork


class ShownMandate(NamedTuple):
    """A mandate, its latest requests, and what happened to it."""

    mandate: Mandate
    requests: Sequence[DrawnRequest]
    history: Sequence[StepOf]


class ShownRequest(NamedTuple):
    """A payment request and what happened to it."""

    request: DrawnRequest
    receivable: str  # its number
    history: Sequence[StepOf]


class RequestPlan(NamedTuple):
    """What a run would do for one company, counted; nothing but the plan itself is written."""

    plan: Plan
    sums: Sequence[PlanSum]
    items: Sequence[PlanItem]  # the first of them
    receivables: dict[int, str]  # numbers of those


class SentFile(NamedTuple):
    """A file of orders and where it stands on its way."""

    company: str
    number: int
    orders: int
    exchange: Exchange


class SentReport(NamedTuple):
    """What a run came to."""

    run: Run
    plans: Sequence[Plan]
    files: Sequence[SentFile]


class MandatesDesk:
    """One tenant's mandates (*medgivanden*); they are registered and ended by commands."""

    def __init__(self, work: TenantWork) -> None:
        self._work = work

    def latest(
        self, *, company: str = "", state: str = "", search: str = "", before: int | None = None, limit: int = 100
    ) -> list[Mandate]:
        """Return mandates, the newest first; `search` is a payer number or a debtor's number."""
        number = find_company(self._work.tenant, company).number if company else ""
        with self._work.store.read() as work:
            return work.mandates.latest(company=number, state=state, search=search, before=before, limit=limit)

    def counts(self) -> list[tuple[str, str, int]]:
        """Return how many there are by company and state."""
        with self._work.store.read() as work:
            return work.mandates.counts()

    def show(self, mandate_no: int) -> ShownMandate:
        """Return a mandate with its requests and history. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            mandate = work.mandates.get(mandate_no)
            if mandate is None:
                raise known_mandate_no(mandate_no)
            requests = work.payment_requests.latest(mandate_no=mandate_no, limit=20)
            return ShownMandate(mandate, requests, work.mandates.history(MANDATE, mandate_no))

    def proof(self, company: str = "", *, limit: int = 100_000) -> list[RegisterDifference]:
        """Return where our mandates and the clearing house's latest register differ."""
        number = find_company(self._work.tenant, company).number if company else ""
        with self._work.store.read() as work:
            return work.mandate_registers.differences(number, limit)

    def registers(self) -> list[tuple[str, int, int, str]]:
        """Return company, payee account, exchange and day of the registers that are known."""
        with self._work.store.read() as work:
            return work.mandate_registers.in_force()

    def adopt(self, company: str = "", *, user: str) -> dict[str, int]:
        """Take the latest register over, of one company or of all; return how many of each difference were mended."""
        counted: Counter[str] = Counter()
        for one in _companies(self._work, company):
            counted.update(adopt(self._work.store, self._work.tenant, one.number, user=user))
        return dict(counted)


class PaymentRequestsDesk:
    """One tenant's payment requests (*betalningsuppdrag*) and the files that they go in."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], object]) -> None:
        self._work = work
        self._carry_out = carry_out

    def latest(
        self,
        *,
        company: str = "",
        state: str = "",
        mandate_no: int = 0,
        receivable_id: int = 0,
        before: int | None = None,
        limit: int = 100,
    ) -> list[DrawnRequest]:
        """Return requests, the newest first."""
        number = find_company(self._work.tenant, company).number if company else ""
        with self._work.store.read() as work:
            return work.payment_requests.latest(
                company=number,
                state=state,
                mandate_no=mandate_no,
                receivable_id=receivable_id,
                before=before,
                limit=limit,
            )

    def numbers_of(self, requests: Sequence[DrawnRequest]) -> dict[int, str]:
        """Return the numbers of the receivables of requests, by receivable id."""
        with self._work.store.read() as work:
            return _numbers(work, [one.receivable_id for one in requests])

    def counts(self) -> list[tuple[str, str, int, int]]:
        """Return how many there are by company and state, and their sums in öre."""
        with self._work.store.read() as work:
            return work.payment_requests.counts()

    def show(self, request_no: int) -> ShownRequest:
        """Return a request with its history. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            request = work.payment_requests.get(request_no)
            if request is None:
                raise DataError(f"there is no payment request {request_no}; see: hub payment-requests list")
            number = _numbers(work, [request.receivable_id])[request.receivable_id]
            return ShownRequest(request, number, work.mandates.history(REQUEST, request_no))

    def plan(self, company: str = "", *, user: str, most_items: int = 100) -> list[RequestPlan]:
        """Plan what a run would do today, company by company; nothing but the plans themselves is written.

        Raises:
            ConfigurationError: no company collects by direct debit.
        """
        plans = []
        for one in _companies(self._work, company):
            with self._work.store.write() as work:
                by = collector(work, self._work.tenant, one)
                plan_no = make_plan(work, self._work.tenant, by, user=user)
            fill_plan(self._work.store.read, self._work.store.write, self._work.tenant, plan_no)
            plans.append(self._shown(plan_no, most_items))
        return plans

    def plans(self, limit: int = 20) -> list[Plan]:
        """Return the newest plans first."""
        with self._work.store.read() as work:
            return work.plans.latest(KIND, limit)

    def show_plan(self, plan_no: int, *, most_items: int = 100) -> RequestPlan:
        """Return a plan and what became of it. Raises DataError when there is none of this number."""
        return self._shown(plan_no, most_items)

    def _shown(self, plan_no: int, most_items: int) -> RequestPlan:
        with self._work.store.read() as work:
            plan = plan_of(work, plan_no)
            items = work.plans.items(plan_no, limit=most_items)
            numbers = _numbers(work, [item.receivable_id for item in items])
            return RequestPlan(plan, work.plans.sums(plan_no), items, numbers)

    def run(self, company: str = "", *, files_only: bool = False, key: str) -> SentReport:
        """Plan, carry the plan out and send the files, of one company or of all; the same key again does nothing new.

        With `files_only` orders that wait are sent, and nothing is planned.

        Raises:
            ConfigurationError: no company collects, or a scheme is not there, or is not told where files go.
        """
        self._work.refuse_unusable_settings()
        for one in _companies(self._work, company):
            self._work.schemes.plugin_of(self._work.schemes.of(one))
        run_id = f"{RUN_KIND}:{self._work.tenant.id}:{key}"
        given = {"company": company, **({"files_only": True} if files_only else {})}
        with self._work.store.write() as work:
            work.runs.enqueue_once(run_id, RUN_KIND, given)
        self._carry_out()
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
            assert run is not None  # it was queued above
            return _report(work, run)

    def again(self, exchange_no: int, *, reason: str, user: str) -> JsonObject:
        """Let the orders of a file go again that the clearing house refused whole, or never got.

        Raises:
            DataError: there is no such file, or its orders go again already.
            RuleViolation: it may still arrive, or it has been answered.
        """
        with self._work.store.write() as work:
            return let_go_again(work, exchange_no, reason=reason, user=user)


def _companies(work: TenantWork, company: str) -> list[Company]:
    if company:
        find_company(work.tenant, company)
    found = collecting_companies(work.tenant, company)
    if not found:
        raise ConfigurationError(
            f"company {company} does not collect by direct debit" if company else "no company collects by direct debit",
            where="companies.direct_debit.scheme",
            hint='name a scheme, such as scheme = "autogiro"; see docs/mandates.md',
        )
    return found


def _numbers(work: UnitOfWork, receivable_ids: Sequence[int]) -> dict[int, str]:
    return {row.receivable_id: row.number for row in work.receivables.by_ids(sorted(set(receivable_ids)))}


def _report(work: UnitOfWork, run: Run) -> SentReport:
    steps = work.runs.finished_steps(run.run_no)
    outputs = [(name, work.runs.step_output(run.run_no, number) or {}) for number, name in steps]
    plans = [work.plans.get(one["plan_no"]) for name, one in outputs if name == "plan"]
    files = [
        SentFile(one["company"], one["number"], one["orders"], work.exchanges.get(one["exchange_no"]))
        for name, one in outputs
        if name == FILE_STEP and one["exchange_no"]
    ]
    return SentReport(run, [one for one in plans if one is not None], files)
