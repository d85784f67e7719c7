"""Fetching files from banks: kept first, with the row that knows them again, and only then told of as taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from hub.contracts import BankConnection
from hub.errors import ConfigurationError, HubError, RejectedError, TransientError
from hub.model.bank_connections import BankFile
from hub.services.ports import JsonObject, KeptContent, Store, UnitOfWork, Work

RUN_KIND = "bank_fetch"
REFUSED = "bank_file_refused"  # task: a file that lies at a bank and is not taken
FETCHED = "bank_file_fetched"  # event
MOST_PAGES = 1_000  # a bank that always has another one

TakeIn = Callable[[UnitOfWork, KeptContent, str], int]
"""(transaction, kept bytes, the file's name): opens the exchange of a file, queues its run, returns its number."""


def queue_fetches(work: UnitOfWork, tenant_name: str, connections: Collection[str], occasion: str) -> list[str]:
    """Queue a look at each bank that no look is queued at or under way; return the ids of the runs."""
    busy = {run.input["connection"] for run in work.runs.unfinished() if run.kind == RUN_KIND}
    queued = []
    for name in sorted(set(connections) - busy):
        run_id = f"{RUN_KIND}:{tenant_name}:{name}:{occasion}"
        if work.runs.enqueue_once(run_id, RUN_KIND, {"connection": name}, lane=f"{RUN_KIND}_{name}"):
            queued.append(run_id)
    return queued


class FetchRun:
    """Takes in what lies at one bank."""

    def __init__(self, store: Store, connections: Mapping[str, BankConnection], take_in: TakeIn) -> None:
        """`take_in` is of the capability that a file belongs to; runtime gives it."""
        self._store = store
        self._connections = connections
        self._take_in = take_in

    def __call__(self, work: Work, input: JsonObject) -> JsonObject:
        """Look at the bank until it has no more; answer the numbers of the exchanges of what is new.

        Raises:
            ConfigurationError: no plugin offers the connection, or a setting of it is to be mended.
            TransientError: the bank does not answer, or a file changed; what was taken by then is.
        """
        name = input["connection"]
        if name not in self._connections:
            raise ConfigurationError(
                f"no plugin that is turned on offers the bank connection {name}",
                where="plugins",
                hint=f"there is: {', '.join(sorted(self._connections)) or 'none'}",
            )
        try:
            return {"connection": name, "exchanges": self._fetch(work, self._connections[name])}
        except HubError as error:
            with work.write() as writing:
                writing.bank_files.note_failed(name, str(error))
            raise

    def _fetch(self, work: Work, connection: BankConnection) -> list[int]:
        with work.write() as writing:
            kept = writing.bank_files.connections().get(connection.name)
        cursor, new = kept.cursor if kept is not None else "", list[int]()
        for _ in range(MOST_PAGES):
            found = connection.fetch(cursor)
            left = [problem for file in found.files if (problem := self._taken(work, connection, file, new))]
            if left:
                raise left[0]
            cursor = found.cursor
            with work.write() as writing:
                writing.bank_files.note_looked(connection.name, cursor)
            if not found.has_more:
                return new
        raise TransientError(f"the bank has had another page {MOST_PAGES} times: the rest has its turn next time")

    def _taken(self, work: Work, connection: BankConnection, file: BankFile, new: list[int]) -> HubError | None:
        """Take one file; return what keeps it from being, so that it holds up no other."""
        try:
            self._take(work, connection, file, new)
        except RejectedError as error:
            message = (
                f"the bank connection {connection.name} has the file {file.name}, which is not taken: {error}; "
                "fetch it by hand and give it to hub receive, or have the bank take it away"
            )
            with work.write() as writing:
                writing.commands.open_task(REFUSED, f"{connection.name}:{file.key}"[:200], message)
        except (TransientError, ConfigurationError) as error:
            return error
        return None

    def _take(self, work: Work, connection: BankConnection, file: BankFile, new: list[int]) -> None:
        with self._store.read() as reading:
            known = reading.bank_files.known(connection.name, file.key)
        if known is None:
            new.append(self._keep(work, connection, file))
        elif not known[1]:
            return  # the bank keeps what was taken
        connection.taken(file)
        with work.write() as writing:
            writing.bank_files.note_told(connection.name, file.key)

    def _keep(self, work: Work, connection: BankConnection, file: BankFile) -> int:
        with connection.open(file) as stream:
            kept = self._store.contents.keep(stream)
        with work.write() as writing:
            number = self._take_in(writing, kept, file.name)
            writing.bank_files.add(connection.name, file.key, number)
            writing.events.record(FETCHED, exchange_no=number, connection=connection.name, name=file.name)
        return number
