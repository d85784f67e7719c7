"""What is wrong with the settings that a tenant duns by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from hub.errors import HubError
from hub.model.company import Company
from hub.rules.dunning.policies import never_taken, policies_on, unlawful_in
from hub.runtime.printing_findings import cannot_be_printed, texts_of_policy
from hub.runtime.tenant_work import TenantWork
from hub.services.dunning.lawful import missing_accounts, needs_reference_rate


class DunningFinding(NamedTuple):
    """Something that keeps a company's policies from being used; `paragraph` is empty where no statute says it."""

    company: str
    policy: str
    message: str
    paragraph: str = ""
    is_wrong: bool = True  # False: it can be used, and does not do what it seems to


def dunning_findings(work: TenantWork, on: date) -> Iterator[DunningFinding]:
    """Yield what policies that hold on a day say against the law or cannot print, and accounts and rates they lack."""
    for company in work.tenant.companies:
        yield from _unlawful(company, on)
        yield from _never_taken(company, on)
        yield from _unprintable(company, on)
        for account in missing_accounts(company, on):
            text = f"debits what has no account: name accounts.{account}, or let the step print what it debits"
            yield DunningFinding(company.number, "", text)
        if needs_reference_rate(company, on):
            yield from _unknown_rate(company, work, on)


def _unlawful(company: Company, on: date) -> Iterator[DunningFinding]:
    for one in unlawful_in(company.dunning, on):
        yield DunningFinding(company.number, one.policy, one.message, one.paragraph)


def _never_taken(company: Company, on: date) -> Iterator[DunningFinding]:
    for policy in policies_on(company.dunning, on):
        step = never_taken(policy)
        if step is not None:
            text = f"the {step} is never sent: a residual_demand is used instead of it; leave one of them out"
            yield DunningFinding(company.number, policy.name, text, is_wrong=False)


def _unprintable(company: Company, on: date) -> Iterator[DunningFinding]:
    for policy in policies_on(company.dunning, on):
        for text in cannot_be_printed(texts_of_policy(policy)):
            yield DunningFinding(company.number, policy.name, text)


def _unknown_rate(company: Company, work: TenantWork, on: date) -> Iterator[DunningFinding]:
    try:
        work.rates().on(on)
    except HubError as error:
        yield DunningFinding(company.number, "", str(error))
