"""The run that plans refunds of what nobody has asked for: money and credit balances that have stood long enough.

`--plan` shows what it would do. Each chunk decides in its own transaction, so what has changed since is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from hub.model.command import Command
from hub.model.commands import MovePayment, Share
from hub.model.company import Company
from hub.model.refunds import Debt, RefundSource
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.rules.refunds.deciding import Proposal, propose
from hub.services.ports import JsonObject, Store, UnitOfWork, Work
from hub.services.refunds.asking import new_refund, tell_asked
from hub.services.refunds.ordering import paying_companies

RUN_KIND = ScheduledJob.REFUND_PLAN.value
STEP = "plan_refunds"
HUB = "hub"  # who asks for what a run plans
AT_ONCE = 500
_CLAIM = "refund plan"

Tell = Callable[[UnitOfWork, Command], JsonObject]
"""Carries out a command of another capability in this transaction; runtime gives it."""


class Planned(NamedTuple):
    """What a run would do, or has done, with one amount."""

    source: str
    source_no: int
    company: str
    amount_ore: int  # that is refunded
    netted_ore: int  # that pays debts first
    currency: str
    withheld: str  # why it is not; blank: it is


def sources_of(company: Company, today: date) -> Iterator[tuple[RefundSource, str]]:
    """Yield what a company pays back without being asked, and the day it must have been there on."""
    planning = company.refunds.planning
    given = (
        (RefundSource.PAYMENT, planning.suspended_after_days),
        (RefundSource.RECEIVABLE, planning.credit_after_days),
    )
    for source, days in given:
        if days is not None:
            yield source, (today - timedelta(days=days)).isoformat()


def control_list(store: Store, tenant: Tenant, company: str = "") -> Iterator[Planned]:
    """Yield what a run would do now (*kontrollista*), refund by refund; nothing is written."""
    for one in paying_companies(tenant, company):
        with store.read() as work:
            today = date.fromisoformat(work.today)
        for source, until in sources_of(one, today):
            after = 0
            while True:
                with store.read() as work:
                    found = work.refunds.refundable(source, one.number, until=until, after=after, limit=AT_ONCE)
                yield from (_planned(propose(each, one.refunds.planning)) for each in found)
                if len(found) < AT_ONCE:
                    break
                after = found[-1].source_no


def _planned(one: Proposal) -> Planned:
    of = one.of
    shown_ore = one.amount_ore if not one.withheld else of.amount_ore
    return Planned(of.source, of.source_no, of.company, shown_ore, one.netted_ore, of.currency, one.withheld)


class PlanRun:
    """Plans refunds of one company, or of all that the hub pays for."""

    def __init__(self, tenant: Tenant, tell: Tell) -> None:
        self._tenant = tenant
        self._tell = tell

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Write refunds chunk by chunk; answer how many, how much was set off, and what is withheld and why."""
        counted = Counter[str]()
        for company in paying_companies(self._tenant, input.get("company", "")):
            with work.write() as reading:
                today = date.fromisoformat(reading.today)
            for source, until in sources_of(company, today):
                after = 0
                while True:
                    given = {"company": company.number, "source": source, "until": until, "after": after}
                    answer = work.step(STEP, self._chunk, {**given, "run_no": work.run_no})
                    counted.update(answer["counted"])
                    after = answer["after"]
                    work.progress(counted["refunds"], 0)
                    if not after:
                        break
        return dict(counted)

    def _chunk(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        company = self._tenant.company(input["company"])
        assert company is not None  # it was one of the tenant's when the run began
        work.commands.claim(_CLAIM)  # two runs at once: the second sees what the first has asked for
        source = RefundSource(input["source"])
        found = work.refunds.refundable(
            source, company.number, until=input["until"], after=input["after"], limit=AT_ONCE
        )
        proposals = [propose(one, company.refunds.planning) for one in found]
        for one in proposals:
            if one.netted_ore:
                self._net(work, one, input["run_no"])
        going = [one for one in proposals if not one.withheld and one.amount_ore]
        new = [
            new_refund(one.of, company, one.amount_ore, one.payee_account, HUB, run_no=input["run_no"]) for one in going
        ]
        numbers = work.refunds.add(new, company.refunds.id_prefix)
        tell_asked(work, dict(zip(numbers, new, strict=True)))
        counted = Counter(f"withheld_{one.withheld}" for one in proposals if one.withheld)
        counted.update(
            refunds=len(new),
            refunded_ore=sum(one.amount_ore for one in new),
            netted_ore=sum(one.netted_ore for one in proposals),
        )  # fmt: skip
        return {"after": found[-1].source_no if len(found) == AT_ONCE else 0, "counted": dict(counted)}

    def _net(self, work: UnitOfWork, one: Proposal, run_no: int) -> None:
        """Let suspended money pay the debtor's debts first, the oldest first (*kvittning*): a move like a person's."""
        left_ore, shares = one.netted_ore, []
        for debt in work.refunds.debts(one.of):
            share_ore = min(left_ore, debt.open_ore)
            shares += [_share(debt, share_ore)] if share_ore else []
            left_ore -= share_ore
        key = f"refund_plan:{run_no}:{one.of.source_no}"
        self._tell(work, MovePayment(key=key, user=HUB, payment_id=one.of.source_no, shares=tuple(shares)))


def _share(debt: Debt, amount_ore: int) -> Share:
    return Share(company=debt.company, number=debt.number, source_system=debt.source_system, amount_ore=amount_ore)
