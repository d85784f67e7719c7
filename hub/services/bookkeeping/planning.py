"""What an export would do now: which vouchers would go, which wait and why, which accounts would be replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from hub.contracts import BookkeepingExporter
from hub.model.company import Company
from hub.model.tenant import Tenant
from hub.rules.bookkeeping.deciding import Decision, LedgerTerms, Replaced, decide
from hub.services.ports import Store, UnitOfWork

MOST_NAMED = 1_000  # of what waits and what is replaced; all are counted
VOUCHERS_AT_ONCE = 5_000


class LeftOut(NamedTuple):
    """A voucher that waits."""

    voucher_no: int
    reason: str
    detail: str


class ExportPlan(NamedTuple):
    """The control list (*kontrollista*) of one company: what an export would do at this moment."""

    company: str
    vouchers: int
    by_series: dict[str, int]
    first_date: str
    last_date: str
    waiting: dict[str, int]  # by reason
    left_out: list[LeftOut]
    replaced: list[Replaced]
    through: int = 0  # the latest voucher that it saw


def exporting_companies(tenant: Tenant, company: str = "") -> list[Company]:
    """Return the companies whose vouchers are exported, or the one that is named, if it is one of them."""
    chosen = [one for one in tenant.companies if one.bookkeeping.exporter]
    wanted = tenant.company(company) if company else None
    return [one for one in chosen if not company or one is wanted]


def terms_of(work: UnitOfWork, company: Company) -> LedgerTerms:
    """Return what is known of a company's ledger."""
    accounts = frozenset(one.number for one in work.exporting.accounts(company.number))
    return LedgerTerms(company, accounts, frozenset(work.exporting.closed_months(company.number)), work.today)


def decisions(
    work: UnitOfWork, company: Company, exporter: BookkeepingExporter, *, after: int, limit: int, through: int = 0
) -> tuple[list[Decision], int]:
    """Decide about the next vouchers; the number to go on behind is 0 when those were all."""
    terms, begins_on = terms_of(work, company), company.bookkeeping.begins_on
    found, behind = work.exporting.waiting(
        company.number, begins_on=begins_on, after=after, limit=limit, through=through
    )
    return [decide(voucher, terms, exporter.why_not) for voucher in found], behind


def plan(store: Store, company: Company, exporter: BookkeepingExporter) -> ExportPlan:
    """Return what an export of a company would do now; nothing is written."""
    with store.read() as work:
        through = work.exporting.latest(company.number)
    series: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    days, left_out, replaced = [""], list[LeftOut](), list[Replaced]()
    for one in _all(store, company, exporter, through):
        if one.voucher is None:
            reasons[one.reason] += 1
            left_out += [LeftOut(one.voucher_no, one.reason, one.detail)] if len(left_out) < MOST_NAMED else []
        else:
            series[one.voucher.series] += 1
            days = [min(days[0] or one.voucher.date, one.voucher.date), max(days[-1], one.voucher.date)]
            replaced += one.replaced if len(replaced) < MOST_NAMED else ()
    return ExportPlan(
        company.number, series.total(), dict(series), days[0], days[-1], dict(reasons), left_out, replaced, through
    )


def _all(store: Store, company: Company, exporter: BookkeepingExporter, through: int) -> Iterator[Decision]:
    after = 0
    while through:
        with store.read() as work:
            found, after = decisions(work, company, exporter, after=after, limit=VOUCHERS_AT_ONCE, through=through)
        yield from found
        if not after:
            return
