"""Claims that lapse soon (*preskription*): the list, and the warnings six and two months before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from hub.model.counting import counted
from hub.model.dunning_plans import OpenDebt, Selection
from hub.model.limitation import Lapsing
from hub.model.receivables import ReceivableKind
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.rules.dunning.claim_lives import claim_life
from hub.rules.dunning.limitation import (
    CONSUMER_YEARS,
    WARNING_MONTHS,
    is_lapsing,
    months_earlier,
    warning_months,
    years_later,
)
from hub.services.ports import JsonObject, Store, UnitOfWork, Work
from hub.services.ports.dunning import DunnedPage

RUN_KIND = ScheduledJob.LIMITATION.value
TASK = "claims_lapsing"
PAGE = 20_000  # receivables: about half a second


def lapsing(store: Store, tenant: Tenant, months: int, *, page: int = PAGE) -> Iterator[Lapsing]:
    """Yield open receivables whose claims live today and lapse within so many months, in the order of their ids."""
    after, has_more = 0, True
    while has_more:
        with store.read() as work:
            today = date.fromisoformat(work.today)
            youngest = years_later(months_earlier(today, -months), -CONSUMER_YEARS).isoformat()
            found = work.dunning.page(Selection(), after=after, limit=page, today=work.today, invoiced_to=youngest)
        after = found.debts[-1].receivable_id if found.debts else after
        has_more = len(found.debts) == page
        yield from _lapsing_of(found, tenant, today, months)


def _lapsing_of(page: DunnedPage, tenant: Tenant, today: date, months: int) -> Iterator[Lapsing]:
    for debt in page.debts:
        company = tenant.company(debt.company)
        if company is None or not _is_claim(debt):
            continue
        key = debt.receivable_id
        life = claim_life(debt, company, page.steps.get(key, ()), page.interruptions.get(key, ()))
        if life.last_day is not None and is_lapsing(today, life.last_day, months):
            yield Lapsing(
                key,
                debt.company,
                debt.number,
                debt.source_system,
                debt.routine,
                debt.currency,
                debt.open_ore,
                date.fromisoformat(debt.invoice_date),
                life.last_day,
                life.counts_from,
                warning_months(today, life.last_day),
            )


def _is_claim(debt: OpenDebt) -> bool:
    return debt.open_ore > 0 and debt.kind not in (ReceivableKind.INTERNAL, ReceivableKind.CREDIT_NOTE)


class LimitationRun:
    """Lets one task for each company and warning say how many claims lapse; none stays open when none does."""

    def __init__(self, store: Store, tenant: Tenant) -> None:
        self._store = store
        self._tenant = tenant

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Look at every old claim that is open."""
        due: dict[tuple[str, int], list[date]] = defaultdict(list)
        for one in lapsing(self._store, self._tenant, max(WARNING_MONTHS)):
            if one.warning is not None:
                due[one.company, one.warning].append(one.last_day)
        told = {f"{company}:{months}": [len(days), min(days).isoformat()] for (company, months), days in due.items()}
        return work.step("warn", self._warn, told)

    def _warn(self, work: UnitOfWork, told: JsonObject) -> JsonObject:
        for company in self._tenant.companies:
            for months in WARNING_MONTHS:
                subject = f"{company.number}:{months}"
                if subject in told:
                    work.commands.open_task(TASK, subject, _warning(company.number, months, *told[subject]))
                else:
                    work.commands.close_task(TASK, subject)
        return {"claims": sum(count for count, _ in told.values())}


def _warning(company: str, months: int, count: int, first: str) -> str:
    return (
        f"{counted(count, 'claim')} of company {company} will lapse within {months} months, the first after {first}; "
        f"see: hub dunning lapsing --months {months}"
    )
