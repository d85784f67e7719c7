"""Taking in the general ledgers' own files: those that wait in the folders that companies' settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hub.banking_calendar import Clock
from hub.contracts import BookkeepingExporter
from hub.errors import DataError
from hub.model.schedules import ScheduledJob
from hub.model.tenant import Tenant
from hub.services.bookkeeping.receiving import receive_ledger_file
from hub.services.ports import JsonObject, Store, Work
from hub.transports.folder import FolderInbox

RUN_KIND = ScheduledJob.LEDGER.value
MOST_NAMED = 5


class LedgerInboxRun:
    """Reads each file that waits, as `hub bookkeeping receive` does, and puts it aside; a wrong one holds no other."""

    def __init__(
        self, store: Store, tenant: Tenant, exporters: Mapping[str, BookkeepingExporter], clock: Clock
    ) -> None:
        self._store = store
        self._tenant = tenant
        self._exporters = exporters
        self._clock = clock

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Take in one file after the other; answer the numbers of their exchanges.

        A crash between reading a file and putting it aside lets it come again, and then it is a duplicate.

        Raises:
            ConfigurationError: a folder is not there.
            DataError: files could not be opened, or are in quarantine; the others are taken in.
        """
        taken, wrong = [], []
        for folder, company in self._folders().items():
            inbox = FolderInbox(Path(folder))
            for file in inbox.waiting(now_s=self._clock.now().timestamp()):
                with work.write():  # asks whether the run is still ours
                    pass
                try:
                    number, problem = self._take_in(inbox, file, company)
                except FileNotFoundError:
                    continue  # another took it in since it was listed
                except OSError as error:
                    wrong.append(f"{file.name} ({error.strerror or type(error).__name__})")
                    continue
                taken.append(number)
                wrong += [f"{file.name} (exchange {number}: {problem})"] if problem else []
        if wrong:
            raise DataError(f"{len(wrong)} files of the ledger are not taken in: {', '.join(wrong[:MOST_NAMED])}")
        return {"exchanges": taken}

    def _folders(self) -> dict[str, str]:
        """Return the folders, each with the company that it is of; of several, the file says whose it is."""
        companies: dict[str, list[str]] = {}
        for company in self._tenant.companies:
            if company.bookkeeping.exporter and company.bookkeeping.inbox:
                companies.setdefault(company.bookkeeping.inbox, []).append(company.number)
        return {folder: own[0] if len(own) == 1 else "" for folder, own in companies.items()}

    def _take_in(self, inbox: FolderInbox, file: Path, company: str) -> tuple[int, str]:
        with file.open("rb") as stream:
            report = receive_ledger_file(
                self._store, self._tenant, self._exporters, stream, name=file.name, company=company
            )
        inbox.put_aside(file, report.exchange_no)
        return report.exchange_no, report.problem
