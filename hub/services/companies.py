"""The companies of the books and those of the settings: a number that changes would begin the books anew."""

from __future__ import annotations

from hub.errors import ConfigurationError
from hub.model.tenant import Tenant
from hub.services.ports import UnitOfWork


def refuse_companies_without_settings(work: UnitOfWork, tenant: Tenant) -> None:
    """Raise ConfigurationError when the books hold a company whose number the settings do not have, sign by sign."""
    gone = sorted(work.books.companies() - {company.number for company in tenant.companies})
    if gone:
        raise ConfigurationError(
            f"the books hold company {gone[0]}, and the settings have none of that number",
            where="companies",
            hint=f'put it back as it was: number = "{gone[0]}"; a company keeps its number for good',
        )
