"""Whether the refunds of each company find their way to its bank."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import HubError
from hub.runtime.findings import Finding, Health
from hub.runtime.tenant_work import TenantWork
from hub.services.refunds.ordering import paying_companies


def refund_findings(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find writers that are not there or whose channel is not; nothing of companies whose refunds others pay."""
    for company in paying_companies(work.tenant):
        settings = company.refunds
        try:
            writers = work.order_writers
            channel = writers.of(company).channel
            writers.plugin_of(writers.of(company))
        except HubError as error:
            yield Finding(Health.WRONG, what, str(error))
            continue
        yield Finding(Health.OK, what, f"refunds of company {company.number} go to the bank by {channel}")
        if not settings.approvals:
            text = f"company {company.number}: refunds need nobody's approval; refunds.approvals says how many"
            yield Finding(Health.LOOK, what, text)
