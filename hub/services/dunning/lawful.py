"""What must be right in a tenant's settings before anything is dunned by them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import date

from hub.errors import ConfigurationError
from hub.model.company import Company
from hub.model.dunning import DunningStep
from hub.model.dunning_plans import Selection
from hub.model.tenant import Tenant
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.policies import FEE_OF, Policy, StepRule, policies_on, refuse_unlawful
from hub.rules.interest.rates import rate_named
from hub.rules.interest.reference_rates import ReferenceRates

_FEE_ACCOUNTS = {Fee.REMINDER: "reminder_fee", Fee.DEMAND: "demand_fee"}


def refuse_settings(tenant: Tenant, selection: Selection, on: date, rates: ReferenceRates) -> None:
    """Refuse to dun by settings against the law, without an account for what is debited, or by a rate nobody knows.

    Raises:
        RuleViolation: a policy that holds on the day contradicts the law, or a letter would say interest of a half-year
            whose reference rate is not known; it names the paragraph.
        ConfigurationError: fees or interest are debited, and the account of their revenue is not named.
    """
    for company in chosen(tenant, selection.companies):
        refuse_unlawful(company.dunning, on)
        for account in missing_accounts(company, on):
            raise ConfigurationError(
                f"company {company.number} debits what has no account: its policies need accounts.{account}",
                where=f"companies.accounts.{account}",
                hint="name the account of that revenue, or let the step print what it debits",
            )
        if needs_reference_rate(company, on, selection.steps):
            rates.on(on)


def chosen(tenant: Tenant, companies: Collection[str]) -> list[Company]:
    """Return the companies that are named, all when none is."""
    return [company for company in tenant.companies if not companies or company.number in companies]


def missing_accounts(company: Company, on: date) -> list[str]:
    """Return the accounts that policies of a day need and the settings leave out."""
    needed = {name for policy in policies_on(company.dunning, on) for name in _accounts_of(policy)}
    return sorted(name for name in needed if not getattr(company.accounts, name))


def needs_reference_rate(company: Company, on: date, steps: Collection[DunningStep] = ()) -> bool:
    """Say whether letters of a day, of some steps or of all, say interest that follows the reference rate."""
    rules = [rule for policy in policies_on(company.dunning, on) for rule in policy.steps]
    said = [rule for rule in rules if says_interest(rule) and (not steps or rule.step in steps)]
    return bool(said) and rate_named(company.dunning.interest.rate).is_above_reference


def fingerprint(tenant: Tenant) -> str:
    """Return the settings that a plan follows, in one text."""
    return hashlib.sha256("".join(company.model_dump_json() for company in tenant.companies).encode()).hexdigest()


def says_interest(rule: StepRule | None) -> bool:
    """Say whether a step's letter says interest, debited or only printed."""
    return rule is not None and (rule.prints_interest or rule.debits_interest)


def _accounts_of(policy: Policy) -> Iterator[str]:
    if policy.charges_compensation:
        yield "compensation"
    for rule in policy.steps:
        if rule.fee_ore and rule.debits_fee and rule.step in FEE_OF:
            yield _FEE_ACCOUNTS[FEE_OF[rule.step]]
        if rule.debits_interest:
            yield "interest_revenue"
