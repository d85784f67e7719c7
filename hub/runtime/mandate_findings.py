"""Whether the requests of each company that collects by direct debit (*autogiro*) find their way, and are answered."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import HubError
from hub.model.schedules import ScheduledJob
from hub.runtime.findings import Finding, Health
from hub.runtime.tenant_work import TenantWork
from hub.services.mandates.collecting import collecting_companies


def mandate_findings(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find schemes that are not there or not told where files go, and days on which nobody asks for the money.

    Nothing is said of companies that do not collect.
    """
    companies = collecting_companies(work.tenant)
    for company in companies:
        scheme = company.direct_debit.scheme
        try:
            schemes = work.schemes
            schemes.plugin_of(schemes.of(company))
        except HubError as error:
            yield Finding(Health.WRONG, what, str(error))
            continue
        yield Finding(Health.OK, what, f"company {company.number} collects by {scheme}")
    if companies and not any(one.job is ScheduledJob.DIRECT_DEBITS for one in work.tenant.schedules):
        text = "no schedule has the job direct_debits: money is asked for only by hub payment-requests run"
        yield Finding(Health.LOOK, what, text)
