"""`hub.bookkeeping`: vouchers to the general ledger (*huvudbok*), its own files back, and how the two compare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hub.errors import ConfigurationError, DataError
from hub.model.bookkeeping import ExportedVoucher
from hub.model.company import Company
from hub.model.exchanges import Exchange
from hub.model.runs import Run
from hub.rules.bookkeeping.comparing import AccountComparison
from hub.runtime.inspecting import opened
from hub.runtime.tenant_work import TenantWork
from hub.services.bookkeeping.comparing import checked_month, compare
from hub.services.bookkeeping.exporting import RUN_KIND, STEP
from hub.services.bookkeeping.planning import ExportPlan, exporting_companies, plan
from hub.services.bookkeeping.receiving import LedgerReport, receive_ledger_file
from hub.services.bookkeeping.refusing import let_go_again
from hub.services.ports import JsonObject, UnitOfWork


class ExportedFile(NamedTuple):
    """A file that an export has written, and where it stands on its way to the ledger."""

    company: str
    number: int
    vouchers: int
    exchange: Exchange


class ExportReport(NamedTuple):
    """What a run of the export came to."""

    run: Run
    files: list[ExportedFile]
    waiting: dict[str, dict[str, int]]  # by company and reason


class BookkeepingDesk:
    """One tenant's vouchers and its general ledgers. A company that exports nothing is a ConfigurationError."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], object]) -> None:
        self._work = work
        self._carry_out = carry_out

    def plan(self, company: str = "") -> list[ExportPlan]:
        """Return what an export would do at this moment, company by company; nothing is written."""
        exporters = self._work.exporters
        return [plan(self._work.store, one, exporters.of(one)) for one in self._companies(company)]

    def export(self, company: str = "", *, key: str, through: int = 0) -> ExportReport:
        """Export what can go, of one company or of all; the same key again exports nothing and answers the same.

        With `through` no voucher goes with a higher number than the plan that was looked at saw: `ExportPlan.through`.

        Raises:
            ConfigurationError: an exporter is not there, or is not told where files go.
        """
        exporters = self._work.exporters
        for one in self._companies(company):
            exporters.plugin_of(exporters.of(one))
        run_id = f"{RUN_KIND}:{self._work.tenant.id}:{key}"
        with self._work.store.write() as work:
            work.runs.enqueue_once(run_id, RUN_KIND, {"company": company, "through": through})
        self._carry_out()
        with self._work.store.read() as work:
            run = work.runs.get(run_id)
            assert run is not None  # it was queued above
            return _report(work, run)

    def receive(self, file: Path | BinaryIO, *, company: str = "", name: str = "") -> LedgerReport:
        """Take in a file of the ledger: its numbers for our vouchers, its accounts, balances and lines.

        One that cannot be read is `quarantined` in the report, which is no error here.

        Raises:
            DataError: the file cannot be opened.
        """
        self._companies(company)
        shown, opening = opened(file, name)
        exporters = self._work.exporters.by_name
        with opening as stream:
            return receive_ledger_file(
                self._work.store, self._work.tenant, exporters, stream, name=shown, company=company
            )

    def reconcile(self, month: str, company: str = "") -> list[AccountComparison]:
        """Compare the books per account in a month such as 2026-11 (*avstämning*). Raises DataError for no month."""
        with self._work.store.read() as work:
            return [found for one in self._companies(company) for found in compare(work, self._work.tenant, one, month)]

    def vouchers(
        self, *, company: str = "", state: str = "", before: int | None = None, limit: int = 100
    ) -> list[ExportedVoucher]:
        """Return vouchers and where they stand with the ledger, newest first."""
        number = self._known(company).number if company else ""
        with self._work.store.read() as work:
            return work.exporting.exported(company=number, state=state, before=before, limit=limit)

    def months(self, company: str = "") -> dict[str, list[str]]:
        """Return the months that are closed, by company."""
        with self._work.store.read() as work:
            return {one.number: work.exporting.closed_months(one.number) for one in self._companies(company)}

    def close(self, month: str, company: str = "", *, user: str) -> dict[str, list[str]]:
        """Let no voucher go to a closed month of the ledger; return the months that are closed."""
        checked_month(month)
        companies = self._companies(company)
        with self._work.store.write() as work:
            for one in companies:
                if work.exporting.close_month(one.number, month, user):
                    work.events.record("ledger_month_closed", company=one.number, month=month, user=user)
        return self.months(company)

    def reopen(self, month: str, company: str = "", *, user: str) -> dict[str, list[str]]:
        """Let vouchers go to a month again; return the months that are closed."""
        checked_month(month)
        companies = self._companies(company)
        with self._work.store.write() as work:
            for one in companies:
                if work.exporting.open_month(one.number, month):
                    work.events.record("ledger_month_opened", company=one.number, month=month, user=user)
        return self.months(company)

    def refused(self, exchange_no: int, *, reason: str, user: str) -> JsonObject:
        """Let the vouchers of a file go again that the ledger refused whole.

        Raises:
            DataError: there is no such file, or its vouchers go again already.
            RuleViolation: it may still reach the ledger, or the ledger has booked vouchers of it.
        """
        with self._work.store.write() as work:
            return let_go_again(work, exchange_no, reason=reason, user=user)

    def _companies(self, company: str) -> list[Company]:
        if company:
            self._known(company)
        found = exporting_companies(self._work.tenant, company)
        if not found:
            raise ConfigurationError(
                f"company {company} exports nothing" if company else "no company exports vouchers",
                where="companies.bookkeeping.exporter",
                hint='name an exporter, such as exporter = "sie"; see docs/bookkeeping.md',
            )
        return found

    def _known(self, company: str) -> Company:
        found = self._work.tenant.company(company)
        if found is None:
            known = ", ".join(one.number for one in self._work.tenant.companies)
            raise DataError(f"there is no company {company}; there is: {known}")
        return found


def _report(work: UnitOfWork, run: Run) -> ExportReport:
    outputs: list[JsonObject] = [
        work.runs.step_output(run.run_no, number) or {} for number, name in work.runs.finished_steps(run.run_no)
        if name == STEP
    ]  # fmt: skip
    files = [
        ExportedFile(one["company"], one["number"], one["vouchers"], work.exchanges.get(one["exchange_no"]))
        for one in outputs
        if one["exchange_no"]
    ]
    waiting: dict[str, dict[str, int]] = {}
    for one in outputs:
        of_company = waiting.setdefault(one["company"], {})
        for reason, count in one["waiting"].items():
            of_company[reason] = of_company.get(reason, 0) + count
    return ExportReport(run, files, waiting)
