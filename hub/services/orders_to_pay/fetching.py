"""The run that fetches what the authority tells, of every filer that companies of the tenant use."""

from __future__ import annotations

from collections import Counter

from hub.errors import HubError, TransientError
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.services.orders_to_pay.means import Means
from hub.services.orders_to_pay.receiving import AuthorityFiles
from hub.services.ports import JsonObject, Store, Work

RUN_KIND = ScheduledJob.ORDERS_TO_PAY.value


class AuthorityFetchRun:
    """Fetches and takes in the files of authorities."""

    def __init__(self, store: Store, tenant: Tenant, means: Means) -> None:
        self._store = store
        self._tenant = tenant
        self._means = means

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Fetch once from each filer; answer how many files came to what.

        Raises:
            TransientError: one of them did not answer; the others have been asked, and all are asked again later.
            ConfigurationError: a filer is not there, or has no place to fetch from.
        """
        counted, failed = Counter[str](), list[HubError]()
        for name in used_filers(self._tenant):
            filer = self._means.filers().named(name)
            try:
                reports = AuthorityFiles(self._store, self._tenant, filer, self._means).fetch()
            except TransientError as error:
                failed.append(error)
                continue
            counted.update(report.state for report in reports)
        work.progress(counted.total(), counted.total())
        if failed:
            raise failed[0]
        return dict(counted)


def used_filers(tenant: Tenant) -> list[str]:
    """Return the names of the filers that the settings of companies name, each once."""
    return sorted({one.orders_to_pay.filer for one in tenant.companies if one.orders_to_pay.filer})
