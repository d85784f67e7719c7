"""The agencies of a tenant's plugins, with what the register says of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property

from hub.contracts import CollectionAgency
from hub.errors import ConfigurationError
from hub.model.collection import AgencyTerms
from hub.model.collection_settings import AgencyAgreement
from hub.model.company import Company
from hub.model.tenant import Tenant


class Agencies:
    """Agencies by name, who sends for them, and what they and our companies have agreed on."""

    def __init__(
        self, tenant: Tenant, agencies: Mapping[str, CollectionAgency], plugins_of_channels: Mapping[str, str]
    ) -> None:
        self._tenant = tenant
        self._agencies = agencies
        self._plugins_of_channels = plugins_of_channels

    @property
    def by_name(self) -> Mapping[str, CollectionAgency]:
        """All of them."""
        return self._agencies

    def get(self, name: str) -> CollectionAgency:
        """Return an agency. Raises ConfigurationError when no plugin that is turned on offers it."""
        if name not in self._agencies:
            raise ConfigurationError(
                f"no plugin that is turned on offers the agency {name or '(none)'}",
                where="collection_agencies.agency",
                hint=f"there is: {', '.join(sorted(self._agencies)) or 'none'}",
            )
        return self._agencies[name]

    def plugin_of(self, agency: CollectionAgency) -> str:
        """Return the plugin whose channel sends; blank when a person fetches its messages."""
        return self._plugins_of_channels.get(agency.channel, "")

    def agreement(self, name: str, organisation_number: str) -> AgencyAgreement:
        """Return what an agency and one of our numbers have agreed on.

        Raises ConfigurationError when the register has nothing of them.
        """
        found = self._tenant.agreement(name, organisation_number)
        if found is None:
            raise ConfigurationError(
                f"the register has no agreement of {name} for this organisation number",
                where="collection_agencies",
                hint=f'add a table [[collection_agencies]] with agency = "{name}"',
            )
        return found

    def agreed(self, name: str, organisation_number: str) -> AgencyAgreement | None:
        """Return an agreement as `agreement` does, None when the register has nothing of them any more."""
        return self._tenant.agreement(name, organisation_number)

    def missing(self, name: str, organisation_number: str) -> str:
        """Return why nothing can be told to an agency for one of our numbers, with what to do; blank when it can."""
        if name not in self._agencies:
            return "no plugin that is turned on offers it: turn it on"
        if self.agreed(name, organisation_number) is None:
            return "the register has no agreement of it for the organisation number: add it to [[collection_agencies]]"
        return ""

    def terms(self, name: str, organisation_number: str) -> AgencyTerms:
        """Return what an agency knows us by. Raises ConfigurationError as `agreement`."""
        agreed = self.agreement(name, organisation_number)
        companies = [one for one in self._tenant.companies if one.organisation_number == organisation_number]
        return AgencyTerms(
            organisation_number=organisation_number,
            company_name=agreed.company_name or companies[0].name,
            customer_no=agreed.customer_no,
            group_no=agreed.group_no,
        )

    @cached_property
    def accounts(self) -> Mapping[str, frozenset[str]]:
        """The accounts that agencies pay out from, by agency: those it says itself, and those of the register."""
        told = {name: set(agency.giro_numbers) for name, agency in self._agencies.items()}
        for one in self._tenant.collection_agencies:
            told.setdefault(one.agency, set()).update(one.giro_numbers)
        return {name: frozenset(numbers) for name, numbers in told.items()}

    @cached_property
    def all_accounts(self) -> frozenset[str]:
        """The accounts of all agencies."""
        return frozenset(number for numbers in self.accounts.values() for number in numbers)


def fingerprint(tenant: Tenant) -> str:
    """Return the settings that a plan follows, in one text."""
    parts = [company.model_dump_json() for company in tenant.companies]
    parts += [agreement.model_dump_json() for agreement in tenant.collection_agencies]
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def companies_for(tenant: Tenant, agency: str, named: tuple[str, ...]) -> list[Company]:
    """Return the companies that hand over to an agency, or those of them that are named."""
    return [
        company
        for company in tenant.companies
        if (not named or company.number in named)
        and any(rule.agency == agency and rule.is_active for rule in company.collection.transfers)
    ]
