"""Fetching what agencies have for us: kept with how far that goes in one transaction, so that nothing is lost."""

from __future__ import annotations

from hub.contracts import CollectionAgency
from hub.errors import ConfigurationError, HubError, TransientError
from hub.model.collection import Fetched
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.services.collection.agencies import Agencies
from hub.services.collection.receiving import keep_file
from hub.services.collection.sending import send_everything
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = ScheduledJob.COLLECTION.value
MOST_PAGES = 1_000


class CollectionRun:
    """Fetches from every agency, and sends them what waits."""

    def __init__(self, store: Store, tenant: Tenant, agencies: Agencies) -> None:
        self._store = store
        self._tenant = tenant
        self._agencies = agencies

    def __call__(self, work: Work, run_input: JsonObject) -> JsonObject:
        """Ask every agency that the register names, or the one that is named; then send.

        Raises:
            TransientError: some agency did not answer; the others were asked, and all were sent what waits.
            ConfigurationError: a setting keeps some agency from answering; the same.
        """
        found: dict[str, int] = {}
        problems: list[HubError] = []
        for name, agency in self._asked(run_input.get("agency", "")):
            try:
                found[name] = self._fetch(work, agency)
            except HubError as error:
                problems.append(error)
        send_everything(work, self._tenant, self._agencies)
        for problem in sorted(problems, key=lambda one: not isinstance(one, ConfigurationError)):
            raise problem
        return {"files": found}

    def _asked(self, wanted: str) -> list[tuple[str, CollectionAgency]]:
        registered = {one.agency for one in self._tenant.collection_agencies}
        return [
            (name, agency)
            for name, agency in self._agencies.by_name.items()
            if name in registered and wanted in ("", name)
        ]

    def _fetch(self, work: Work, agency: CollectionAgency) -> int:
        found = 0
        for _ in range(MOST_PAGES):
            with self._store.read() as unit:
                cursor, _ = unit.collection_orders.cursor(agency.name)
            fetched = _fetched(agency, cursor)
            kept = [(file.name, self._store.contents.keep_all([file.content])[0]) for file in fetched.files]
            with work.write() as unit:
                for name, content in kept:
                    self._keep(unit, agency, name, content.sha256, content.size)
                unit.collection_orders.keep_cursor(agency.name, cursor=fetched.cursor)
            found += len(kept)
            if not fetched.has_more or fetched.cursor == cursor:
                break
        return found

    def _keep(self, unit: UnitOfWork, agency: CollectionAgency, name: str, sha256: str, size: int) -> None:
        plugin = self._agencies.plugin_of(agency)
        keep_file(unit, self._tenant.id, agency.name, plugin, name=name, sha256=sha256, size=size)


def _fetched(agency: CollectionAgency, cursor: str) -> Fetched:
    try:
        return agency.fetch(cursor)
    except HubError:
        raise
    except Exception as error:  # an adapter's defect; its text may hold data
        raise TransientError(f"the agency {agency.name} is broken: {type(error).__name__} in fetch") from error
