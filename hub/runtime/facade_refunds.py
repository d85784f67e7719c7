"""`hub.refunds`: refunds (*återbetalningar*), the files they go in, and what would be planned or ordered now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from hub.errors import ConfigurationError, DataError
from hub.model.company import Company
from hub.model.refunds import Approval, Refund, RefundOrder
from hub.model.runs import Run
from hub.runtime.tenant_work import TenantWork
from hub.services.ports import JsonObject
from hub.services.refunds import ORDERING, PLANNING
from hub.services.refunds.batches import made_again
from hub.services.refunds.ordering import STEP, paying_companies, split
from hub.services.refunds.planning import STEP as PLAN_STEP
from hub.services.refunds.planning import Planned, control_list

MOST_SHOWN = 100_000


class RefundStory(NamedTuple):
    """One refund, who approved it, and the entries of statements that say it left: exchange and entry number."""

    refund: Refund
    approvals: list[Approval]
    order: RefundOrder | None
    tellings: list[tuple[int, int]]


class WouldOrder(NamedTuple):
    """What ordering would do with an approved refund now; `reason` says why it waits."""

    refund: Refund
    reason: str


class OrderReport(NamedTuple):
    """What a run of the ordering came to."""

    run: Run
    orders: list[RefundOrder]
    waiting: int


class PlanReport(NamedTuple):
    """What a run of the planning came to: counts of refunds, öre, and what is withheld by reason."""

    run: Run
    counted: dict[str, int]


class RefundsDesk:
    """One tenant's refunds. Asking, approving, withdrawing and deciding are commands: `Hub.carry_out`."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], object]) -> None:
        self._work = work
        self._carry_out = carry_out

    def latest(
        self, *, company: str = "", state: str = "", order_no: int = 0, before: int | None = None, limit: int = 100
    ) -> list[Refund]:
        """Return refunds, newest first."""
        number = self._known(company).number if company else ""
        with self._work.store.read() as work:
            return work.refunds.latest(company=number, state=state, order_no=order_no, before=before, limit=limit)

    def show(self, refund_no: int) -> RefundStory:
        """Return one refund and what is known of it. Raises DataError when there is none."""
        with self._work.store.read() as work:
            found = work.refunds.get_all([refund_no]).get(refund_no)
            if found is None:
                raise DataError(f"there is no refund {refund_no}; see: hub refunds list")
            approvals = work.refunds.approvals([refund_no]).get(refund_no, [])
            order = work.refunds.order(found.order_no) if found.order_no else None
            tellings = work.refunds.tellings([refund_no]).get(refund_no, [])
            return RefundStory(found, approvals, order, [told.entry for told in tellings])

    def control_list(self, company: str = "") -> list[Planned]:
        """Return what a plan would ask for now, and what it would withhold and why; nothing is written."""
        self._companies(company)
        return list(control_list(self._work.store, self._work.tenant, company))

    def plan(self, company: str = "", *, key: str) -> PlanReport:
        """Ask for what the settings pay back without being asked; the same key again plans nothing."""
        self._companies(company)
        run = self._run(PLANNING, {"company": company}, key)
        return PlanReport(run, self._counted(run))

    def would_order(self, company: str = "") -> list[WouldOrder]:
        """Return what ordering would do at this moment, refund by refund; nothing is written."""
        found = []
        for one in self._companies(company):
            writer = self._work.order_writers.of(one)
            with self._work.store.read() as work:
                waiting = work.refunds.waiting(one.number, one.currency, after=0, limit=MOST_SHOWN)
                going, left = split(work, one, writer, waiting)
            found += [WouldOrder(refund, "") for refund in going]
            found += [WouldOrder(refund, reason) for refund, reason in left]
        return found

    def order(self, company: str = "", *, key: str) -> OrderReport:
        """Order what is approved, of one company or of all; the same key again orders nothing and answers the same.

        Raises:
            ConfigurationError: a writer is not there, or is not told how its files reach the bank.
        """
        writers = self._work.order_writers
        for one in self._companies(company):
            writers.plugin_of(writers.of(one))
        run = self._run(ORDERING, {"company": company}, key)
        with self._work.store.read() as work:
            outputs = [
                work.runs.step_output(run.run_no, number) or {}
                for number, name in work.runs.finished_steps(run.run_no)
                if name == STEP
            ]
            made = [work.refunds.order(one["order_no"]) for one in outputs if one["order_no"]]
        return OrderReport(run, [one for one in made if one is not None], sum(one["waiting"] for one in outputs))

    def orders(self, company: str = "", *, before: int | None = None, limit: int = 100) -> list[RefundOrder]:
        """Return the files, newest first."""
        number = self._known(company).number if company else ""
        with self._work.store.read() as work:
            return work.refunds.orders(company=number, before=before, limit=limit)

    def file(self, order_no: int) -> tuple[RefundOrder, bytes]:
        """Return a file and its bytes as they were kept when it was made.

        Raises:
            DataError: there is no such file, or its bytes have been erased.
        """
        with self._work.store.read() as work:
            order = self._order(work.refunds.order(order_no), order_no)
            exchange = work.exchanges.get(order.exchange_no)
        with self._work.store.contents.open(exchange.sha256) as stream:
            return order, stream.read()

    def made_again(self, order_no: int) -> bytes:
        """Make a file's bytes anew from the books, with its own ids: the same bytes, unless the writer has changed."""
        with self._work.store.read() as work:
            order = self._order(work.refunds.order(order_no), order_no)
            return made_again(work, order, self._work.order_writers.by_name[order.writer])

    def _counted(self, run: Run) -> dict[str, int]:
        counted = Counter[str]()
        with self._work.store.read() as work:
            for number, name in work.runs.finished_steps(run.run_no):
                if name == PLAN_STEP:
                    counted.update((work.runs.step_output(run.run_no, number) or {}).get("counted", {}))
        return dict(counted)

    @staticmethod
    def _order(found: RefundOrder | None, order_no: int) -> RefundOrder:
        if found is None:
            raise DataError(f"there is no file {order_no} of refunds; see: hub refunds orders")
        return found

    def _run(self, kind: str, given: JsonObject, key: str) -> Run:
        run_id = f"{kind}:{self._work.tenant.id}:{key}"
        with self._work.store.write() as work:
            work.runs.enqueue_once(run_id, kind, given)
        self._carry_out()
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
        assert run is not None  # it was queued above
        return run

    def _companies(self, company: str) -> list[Company]:
        if company:
            self._known(company)
        found = paying_companies(self._work.tenant, company)
        if not found:
            raise ConfigurationError(
                f"company {company} pays no refunds from here" if company else "no company pays refunds from here",
                where="companies.refunds.writer",
                hint="name a writer of payment orders; see docs/refunds.md",
            )
        return found

    def _known(self, company: str) -> Company:
        found = self._work.tenant.company(company)
        if found is None:
            known = ", ".join(one.number for one in self._work.tenant.companies)
            raise DataError(f"there is no company {company}; there is: {known}")
        return found
