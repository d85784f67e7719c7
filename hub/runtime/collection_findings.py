"""Whether what is handed over to collection agencies (*inkassobolag*) can work, is followed, and is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hub.banking_calendar import add_banking_days
from hub.contracts import CollectionAgency, DoubtedAgency
from hub.errors import HubError
from hub.model.collection import OrderKind
from hub.model.collection_cases import OPEN_CASES, Overdue
from hub.model.collection_settings import AgencyAgreement, TransferRule
from hub.model.company import Company
from hub.model.counting import counted
from hub.model.schedules import ScheduledJob
from hub.runtime.config import listed
from hub.runtime.findings import Finding, Health
from hub.runtime.tenant_work import TenantWork
from hub.services.bookkeeping.planning import exporting_companies
from hub.services.collection.agencies import Agencies
from hub.services.collection.payout_books import VOUCHER_TYPE as PAYOUTS
from hub.services.collection.settling import VOUCHER_TYPE as SETTLEMENTS
from hub.services.collection.transfer_accounts import VOUCHER_TYPE as TRANSFERS

_Found = Iterator[tuple[Health, str]]


def collection_findings(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find settings that cannot work, agencies whose cases nobody follows, and what was never answered.

    Nothing is said of tenants that have neither agreements nor cases.
    """
    with work.store.read() as reading:
        is_idle = not work.tenant.collection_agencies and not reading.collection_cases.counts()
    if is_idle:
        return
    try:
        agencies, offered = work.agencies, work.agencies.by_name
    except HubError as error:
        yield Finding(Health.WRONG, what, str(error))
        return
    for agreement in work.tenant.collection_agencies:
        agency = offered.get(agreement.agency)
        if agency is None:
            text = f"no plugin that is turned on offers {agreement.agency}: turn its plugin on, with a table for it"
            yield Finding(Health.WRONG, what, text)
            continue
        for health, text in _of_agreement(agencies, agreement, agency):
            yield Finding(health, what, f"{agreement.agency}: {text}")
        for health, text in _unanswered(work, agreement):
            yield Finding(health, what, f"{agreement.agency}: {text}")
    for company in work.tenant.companies:
        for health, text in _of_company(work, company, offered):
            yield Finding(health, what, f"company {company.number}: {text}")
    for health, text in (*_schedules(work), *_left_alone(work, offered)):
        yield Finding(health, what, text)


def _of_agreement(agencies: Agencies, agreement: AgencyAgreement, agency: CollectionAgency) -> _Found:
    terms = agencies.terms(agreement.agency, agreement.organisation_number)
    doubts = agency.doubts(terms) if isinstance(agency, DoubtedAgency) else ()
    for doubt in doubts:
        yield Health.WRONG if doubt.is_wrong else Health.LOOK, doubt.message
    if not agencies.accounts[agreement.agency]:
        yield (
            Health.LOOK,
            "no account is named that it pays out from, so its money is taken for debtors': add giro_numbers to "
            "[[collection_agencies]]",
        )
    if not any(doubt.is_wrong for doubt in doubts):
        by = agency.channel or "a person, who fetches files by hub exchanges content"
        yield Health.OK, f"is told of cases by {by}"


def _of_company(work: TenantWork, company: Company, offered: Mapping[str, CollectionAgency]) -> _Found:
    rules = [rule for rule in company.collection.transfers if rule.is_active]
    for rule in rules:
        yield from _of_rule(work, company, rule, offered.get(rule.agency))
    if not rules:
        return
    if not company.collection.accounts.commission:
        yield Health.LOOK, "agencies' commission goes to the error account: name collection.accounts.commission"
    for voucher_type in _without_series(work, company, is_settling=any(rule.settles for rule in rules)):
        text = f"vouchers {voucher_type} wait for a series: name one in bookkeeping.series, or a default_series"
        yield Health.LOOK, text


def _of_rule(work: TenantWork, company: Company, rule: TransferRule, agency: CollectionAgency | None) -> _Found:
    if agency is None:  # a finding of its own
        return
    if rule.step not in agency.steps:
        takes = listed([str(step) for step in agency.steps])
        yield Health.WRONG, f"transfer {rule.name}: {rule.agency} does not {rule.step}: it takes {takes}"
    agreement = work.tenant.agreement(rule.agency, company.organisation_number)
    if agreement is not None and agreement.hold_code not in company.dunning.hold_codes:
        yield (
            Health.LOOK,
            f"transfer {rule.name}: the hold code {agreement.hold_code} is not declared, so it stops everything: say "
            "in dunning.hold_codes what it stops",
        )


def _without_series(work: TenantWork, company: Company, *, is_settling: bool) -> list[str]:
    if company not in exporting_companies(work.tenant):
        return []
    types = [SETTLEMENTS, PAYOUTS, *([TRANSFERS] if is_settling else [])]
    return [one for one in types if not company.bookkeeping.series_of(one)]


def _schedules(work: TenantWork) -> _Found:
    jobs = {schedule.job for schedule in work.tenant.schedules}
    rules = [rule for company in work.tenant.companies for rule in company.collection.transfers if rule.is_active]
    if rules and ScheduledJob.TRANSFER not in jobs:
        text = 'no schedule has the job "transfer": what is due is handed over only by hub collection plan and run'
        yield Health.LOOK, text
    if work.tenant.collection_agencies and ScheduledJob.COLLECTION not in jobs:
        text = 'no schedule has the job "collection": files are sent and fetched only by hub collection follow'
        yield Health.LOOK, text


def _left_alone(work: TenantWork, offered: Mapping[str, CollectionAgency]) -> _Found:
    """Find agencies with open cases whom nobody asks: no plugin offers them, or the register has forgotten them."""
    with work.store.read() as reading:
        counts = reading.collection_cases.counts()
    followed = {one.agency for one in work.tenant.collection_agencies} & offered.keys()
    left: dict[str, int] = {}
    for agency, state, cases, *_ in counts:
        if state in OPEN_CASES and agency not in followed:
            left[agency] = left.get(agency, 0) + cases
    for agency, cases in left.items():
        missing = "its plugin is off" if agency not in offered else "[[collection_agencies]] does not name it"
        yield (
            Health.WRONG,
            f"{counted(cases, 'open case')} at {agency}, which nobody follows, since {missing}: mend that, or end them "
            f"(hub collection cases --agency {agency} --state open)",
        )


def _unanswered(work: TenantWork, agreement: AgencyAgreement) -> _Found:
    if not agreement.answer_banking_days:
        return
    before = add_banking_days(work.clock.today(), -agreement.answer_banking_days).isoformat()
    with work.store.read() as reading:
        overdue = reading.collection_orders.overdue(agreement.agency, agreement.organisation_number, before)
    for one in overdue:
        text = _question(one, agreement)
        if text:
            yield Health.LOOK, text


def _question(one: Overdue, agreement: AgencyAgreement) -> str:
    """Return what is said of orders that are overdue; '' of a kind that the agency answers none of."""
    first = f"the oldest of {one.oldest_on}, such as in case {one.case_no}"
    if one.kind == OrderKind.CLAIM:
        return (
            f"{counted(one.orders, 'claim')} that it has were never answered, {first}: ask it; take its receipt in by "
            f"hub collection receive {agreement.agency} FILE, or end a case that it does not have by hub collection "
            f"close {one.case_no}, and it is handed over again"
        )
    if one.kind == OrderKind.RECALL:
        if not agreement.confirms_recalls:
            return ""
        return (
            f"{counted(one.orders, 'recall')} it never confirmed, {first}: ask it, then hub collection close "
            f"{one.case_no}; if it never answers recalls, say confirms_recalls = false"
        )
    if not one.answered:
        return ""
    kind = one.kind.replace("_", " ")
    return (
        f"receipts of {counted(one.orders, kind)} are overdue, {first}: ask it whether it has taken them; the case "
        "shows what it was told"
    )
