"""A tenant's settings: what stands in `tenants/<id>.toml`, checked as a whole.

The parts lie in modules of their own and can be imported from here. Everything is frozen and hashed as one: see
`runtime.config.settings_fingerprint`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.model.collection_settings import AgencyAgreement
from hub.model.company import (
    Company,
    CompanyAccounts,
    Routine,
    refuse_twice,
)
from hub.model.delivery_settings import DeliverySettings
from hub.model.match_settings import DifferenceHandling, DifferenceLimits, MatchSettings, WithoutReference
from hub.model.payee_account import AccountNumber, PayeeAccount, normal_account_number
from hub.model.payment_method import AccountCoding, Lowers, PaymentEffect, PaymentMethod
from hub.model.payment_reference import (
    ControlLevel,
    ElementKind,
    ReferenceControl,
    ReferenceElement,
    ReferenceRule,
    Zeros,
)
from hub.model.schedules import Schedule
from hub.model.setting_values import PLUGIN_NAME, SettingName, Switch
from hub.model.source_system import DecimalSign, FileFormat, SourceSystem

__all__ = [
    "AccountCoding",
    "AccountNumber",
    "Company",
    "CompanyAccounts",
    "ControlLevel",
    "DecimalSign",
    "DifferenceHandling",
    "DifferenceLimits",
    "ElementKind",
    "FileFormat",
    "Lowers",
    "MatchSettings",
    "PayeeAccount",
    "PaymentEffect",
    "PaymentMethod",
    "ReferenceControl",
    "ReferenceElement",
    "ReferenceRule",
    "Routine",
    "Schedule",
    "SourceSystem",
    "Tenant",
    "WithoutReference",
    "Zeros",
]

PluginName = Annotated[str, Field(pattern=PLUGIN_NAME)]
Owner = tuple[Company, PayeeAccount]


class Tenant(BaseModel):
    """Our customer: companies that share an installation's work, settings and people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: SettingName = Field(description="Short name, the same as the file's; part of every key, so it never changes.")
    name: str = Field(min_length=1, max_length=80, description="What people call the tenant.")
    is_test: Switch = Field(
        default=False, description="A test tenant: takes files marked as test, which any other refuses."
    )
    companies: tuple[Company, ...] = Field(min_length=1, description="Companies, each with books of its own.")
    source_systems: tuple[SourceSystem, ...] = Field(
        default=(), description="Systems that hand over receivables by file (*försystem*)."
    )
    schedules: tuple[Schedule, ...] = Field(
        default=(), description="What is done by the clock; see [schedules](schedules.md)."
    )
    collection_agencies: tuple[AgencyAgreement, ...] = Field(
        default=(),
        description="What collection agencies and our companies have agreed on, see [collection](collection.md).",
    )
    delivery: DeliverySettings = Field(default=DeliverySettings(), description="How documents find their debtors.")
    plugins: dict[PluginName, dict[str, Any]] = Field(
        default_factory=dict,
        description="One table for each plugin that is on; its keys are in the plugin's own README.",
    )

    def company(self, number: str) -> Company | None:
        """Find a company by number; zeros in front make no difference."""
        return self._companies_by_number.get(number.lstrip("0"))

    def source_system(self, name: str) -> SourceSystem | None:
        """Find a source system by name."""
        return next((system for system in self.source_systems if system.name == name), None)

    def schedule(self, name: str) -> Schedule | None:
        """Find a schedule by name."""
        return next((schedule for schedule in self.schedules if schedule.name == name), None)

    def agreement(self, agency: str, organisation_number: str) -> AgencyAgreement | None:
        """Find what an agency and one of our organisation numbers have agreed on."""
        wanted = (agency, organisation_number)
        return next((one for one in self.collection_agencies if (one.agency, one.organisation_number) == wanted), None)

    def canonical_account(self, scheme: str, number: str) -> Owner | None:
        """Find the company and canonical payee account that `number` belongs to, however it is written.

        A number whose scheme is none of ours (`other`) is found when exactly one account has it under any scheme.
        """
        owner = self._owners_by_number.get((scheme, normal_account_number(scheme, number)))
        return owner if owner is not None else self._owner_by_number_alone(scheme, number)

    def _owner_by_number_alone(self, scheme: str, number: str) -> Owner | None:
        if scheme in AccountNumber.model_fields:
            return None
        wanted = normal_account_number(scheme, number)
        owners = {own.numbers[0]: (company, own) for company, own in self._accounts if _has_number(own, wanted)}
        return next(iter(owners.values())) if len(owners) == 1 else None

    @cached_property
    def _companies_by_number(self) -> dict[str, Company]:
        return {company.number.lstrip("0"): company for company in self.companies}

    @cached_property
    def _accounts(self) -> tuple[Owner, ...]:
        return tuple((company, account) for company in self.companies for account in company.payee_accounts)

    @cached_property
    def _owners_by_number(self) -> dict[tuple[str, str], Owner]:
        return {number: owner for owner in self._accounts for number in owner[1].numbers}

    @model_validator(mode="after")
    def _nothing_stands_twice(self) -> Self:
        refuse_twice([company.number.lstrip("0") for company in self.companies], "company", "companies")
        refuse_twice([system.name for system in self.source_systems], "source system", "source_systems")
        refuse_twice([schedule.name for schedule in self.schedules], "schedule", "schedules")
        return self

    @model_validator(mode="after")
    def _every_number_has_one_account(self) -> Self:
        owners: dict[tuple[str, str], str] = {}
        for company_no, company in enumerate(self.companies, 1):
            for account_no, account in enumerate(company.payee_accounts, 1):
                place = f"companies[{company_no}].payee_accounts[{account_no}]"
                for scheme, number in account.numbers:
                    first = owners.setdefault((scheme, number), place)
                    if first is not place:
                        raise ValueError(f"{scheme} {number} belongs to two payee accounts: {first} and {place}")
        return self

    @model_validator(mode="after")
    def _agreements_are_of_our_companies(self) -> Self:
        refuse_twice(
            [f"{one.agency} for {one.organisation_number}" for one in self.collection_agencies],
            "the agreement with",
            "collection_agencies",
        )
        ours = {company.organisation_number for company in self.companies}
        for one in self.collection_agencies:
            if one.organisation_number not in ours:
                raise ValueError(f"collection_agencies names {one.organisation_number}, which no company has")
        for company in self.companies:
            for rule in company.collection.transfers:
                if self.agreement(rule.agency, company.organisation_number) is None:
                    raise ValueError(
                        f"transfer {rule.name} of company {company.number} goes to {rule.agency}: collection_agencies "
                        f"needs an agreement of it for {company.organisation_number}"
                    )
        return self

    @model_validator(mode="after")
    def _source_systems_name_known_companies_and_routines(self) -> Self:
        for system in self.source_systems:
            owner = self.company(system.company) if system.company is not None else None
            if system.company is not None and owner is None:
                known = ", ".join(company.number for company in self.companies)
                raise ValueError(f"source system {system.name} names company {system.company}; there is: {known}")
            for company in self.companies if owner is None else (owner,):
                _refuse_interest_routines(system, company)
            if owner is not None:
                _refuse_unknown_routines(system, owner)
        return self


def _has_number(account: PayeeAccount, wanted: str) -> bool:
    return any(number == wanted or number == wanted.lstrip("0") for _, number in account.numbers)


def _refuse_interest_routines(system: SourceSystem, company: Company) -> None:
    terms = company.dunning.fee_invoices
    for number in system.routines:
        if terms is not None and number == terms.routine:
            raise ValueError(
                f"source system {system.name} cannot deliver routine {number}: in company {company.number} "
                "it belongs to the fee invoices"
            )
        if number in company.interest_routines:
            raise ValueError(
                f"source system {system.name} cannot deliver routine {number}: in company {company.number} "
                f"it belongs to the interest invoices of routine {int(number) - 50:02}"
            )


def _refuse_unknown_routines(system: SourceSystem, company: Company) -> None:
    for number in system.routines:
        if company.routine(number) is None:
            raise ValueError(
                f"source system {system.name} names routine {number}, which company {company.number} does not have"
            )
