"""Taking in what waits for a tenant: the files of its inbox folder here, those at its banks by runs of their own."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from hub.banking_calendar import Clock
from hub.errors import DataError
from hub.model.schedules import ScheduledJob
from hub.services.bank_connections.fetching import queue_fetches
from hub.services.payments.receiving import receive
from hub.services.ports import JsonObject, Store, Work
from hub.transports.folder import FolderInbox

RUN_KIND = ScheduledJob.POLL.value
MOST_NAMED = 5


class PollRun:
    """Keeps what waits in the inbox, queues the run of each file and a look at each bank; carries none out itself."""

    def __init__(self, store: Store, inbox: FolderInbox, clock: Clock, connections: Collection[str] = ()) -> None:
        """`connections` are the bank connections that are looked at, by name."""
        self._connections = connections
        self._store = store
        self._inbox = inbox
        self._clock = clock

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Take in one file after the other; answer the numbers of their exchanges.

        A crash between keeping a file and putting it aside lets it come again, and its second exchange closes as a
        duplicate.

        Raises:
            ConfigurationError: the inbox folder is not there.
            DataError: files could not be opened; the others are taken in.
        """
        with work.write() as writing:  # first: an inbox that cannot be read is no reason to ask no bank
            queue_fetches(writing, self._store.tenant_name, self._connections, f"run:{work.run_no}")
        taken, unreadable = [], []
        for file in self._inbox.waiting(now_s=self._clock.now().timestamp()):
            with work.write():  # asks whether the run is still ours
                pass
            try:
                taken.append(self._take_in(file))
            except FileNotFoundError:
                continue  # another took it in since it was listed
            except OSError as error:
                unreadable.append(f"{file.name} ({error.strerror or type(error).__name__})")
        if unreadable:
            named = ", ".join(unreadable[:MOST_NAMED])
            raise DataError(f"{len(unreadable)} files of the inbox cannot be taken in: {named}; check their rights")
        return {"exchanges": taken}

    def _take_in(self, file: Path) -> int:
        with file.open("rb") as stream:
            exchange, _ = receive(self._store, stream, name=file.name)
        self._inbox.put_aside(file, exchange.number)
        return exchange.number
