"""Whether the vouchers of each company find their way to a general ledger (*huvudbok*)."""

from __future__ import annotations

from collections.abc import Iterator

from hub.errors import HubError
from hub.runtime.findings import Finding, Health
from hub.runtime.tenant_work import TenantWork
from hub.services.bookkeeping.planning import exporting_companies


def ledger_findings(work: TenantWork, what: str) -> Iterator[Finding]:
    """Find exporters that are not there or not told where files go; nothing of companies that export nothing."""
    for company in exporting_companies(work.tenant):
        settings = company.bookkeeping
        try:
            exporters = work.exporters
            exporters.plugin_of(exporters.of(company))
        except HubError as error:
            yield Finding(Health.WRONG, what, str(error))
            continue
        yield Finding(Health.OK, what, f"vouchers of company {company.number} go to the ledger by {settings.exporter}")
        if not settings.default_series:
            text = f"company {company.number}: vouchers of a type without a series wait, as there is no default_series"
            yield Finding(Health.LOOK, what, text)
