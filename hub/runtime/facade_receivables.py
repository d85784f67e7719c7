"""`hub.receivables`: what debtors owe, and the core ledger's commands about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from hub.errors import DataError
from hub.model.dunning_plans import StepTaken
from hub.model.receivables import Hold, OpenReceivable, ReferenceRow, Watch
from hub.runtime.tenant_work import TenantWork
from hub.services.books.interest import Accrued, accrued
from hub.services.delivery import turn_back_held
from hub.services.ports import JsonObject
from hub.services.receivables.hold_import import HoldReport, import_holds


class ReceivableStory(NamedTuple):
    """One receivable with every entry on it, and what stands beside it."""

    receivable: OpenReceivable
    references: list[ReferenceRow]
    entries: list[JsonObject]
    fully_paid_on: str | None  # the latest transaction date of what paid it, once nothing is open
    holds: list[Hold]  # active ones
    watch: Watch | None
    steps: list[StepTaken]  # of dunning, undone ones too


class ReceivablesDesk:
    """Reads and changes the receivables of one tenant."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], bool]) -> None:
        self._work = work
        self._carry_out = carry_out

    def search(
        self, text: str = "", *, company: str = "", open_only: bool = True, limit: int = 100
    ) -> list[OpenReceivable]:
        """Return receivables in number order; `text` is a part of number, name or identity."""
        with self._work.store.read() as work:
            return work.receivables.search(
                company=self._written(company), search=text, open_only=open_only, limit=limit
            )

    def find(self, number: str, *, company: str = "") -> OpenReceivable:
        """Return the newest version of a receivable by its number, or `SYSTEM/number` where several systems have it.

        Raises:
            DataError: there is none, or several companies or source systems have one.
        """
        company = self._written(company)
        with self._work.store.read() as work:
            found = work.receivables.find(number=number, company=company)
            if not found and "/" in number:
                system, _, rest = number.partition("/")
                rows = work.receivables.find(number=rest, company=company)
                found = [row for row in rows if row.source_system == system]
        if not found:
            raise DataError("there is no such receivable; see: hub receivables list --all")
        if len({row.company for row in found}) > 1:
            raise DataError(f"several companies have a receivable {number}; say which by --company")
        systems = sorted({row.source_system for row in found})
        if len(systems) > 1:
            choices = " or ".join(f"{system}/{number}" for system in systems)
            raise DataError(f"several source systems have a receivable {number}; say which: {choices}")
        return found[0]

    def show(self, number: str, *, company: str = "") -> ReceivableStory:
        """Return a receivable, every entry on it, and what stands beside it. Raises DataError as `find`."""
        found = self.find(number, company=company)
        with self._work.store.read() as work:
            references = work.receivables.references_of([found.receivable_id])
            entries = work.receivables.entries(found.receivable_id)
            paid_on = work.receivables.fully_paid_on(found.receivable_id)
            holds = work.receivables.active_holds([found.receivable_id], work.today)
            watch = work.receivables.watch_of(found.receivable_id)
            steps = work.dunning.steps_of(found.receivable_id)
        return ReceivableStory(found, references, entries, paid_on, holds, watch, steps)

    def interest(self, number: str, *, company: str = "", until: date | None = None) -> Accrued:
        """Count the interest that a receivable has earned up to and with a day, today unless it is given.

        Raises:
            DataError: as `find`.
            RuleViolation: a reference rate that is needed is not known; see: hub rates add.
        """
        found = self.find(number, company=company)
        with self._work.store.read() as work:
            last_day = until or date.fromisoformat(work.today)
            one = accrued(work, self._work.tenant, [found.receivable_id], last_day, self._work.rates())
        return one[found.receivable_id]

    def holds(self, receivables: Iterable[OpenReceivable]) -> dict[int, list[Hold]]:
        """Return the active holds (*kravkoder*) of receivables by receivable id; one without any has an empty list."""
        found: dict[int, list[Hold]] = {receivable.receivable_id: [] for receivable in receivables}
        with self._work.store.read() as work:
            for hold in work.receivables.active_holds(sorted(found), work.today):
                found[hold.receivable_id].append(hold)
        return found

    def import_holds(self, file: Path) -> HoldReport:
        """Set holds from a CSV, JSON or Excel file; a bad row holds no other, the same file again changes nothing.

        Raises:
            DataError: the file cannot be opened or read.
        """
        self._work.store.refuse_if_elsewhere()
        return import_holds(self._work.store, self._work.tenant, file, turn_back_held)

    def _written(self, company: str) -> str:
        """Return a company's number as the settings write it: whoever names one may leave out zeros in front."""
        found = self._work.tenant.company(company) if company else None
        return company if found is None else found.number
