"""`hub.exchanges`: the log of files in and out, and what became of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

from hub.errors import DataError
from hub.model.attempts import ANSWER, Attempt
from hub.model.enquiries import OutcomeRow, PaymentStory
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.payments import LoadedSection
from hub.model.runs import Run
from hub.rules.outgoing import refuse_outgoing
from hub.runtime.tenant_work import TenantWork
from hub.services.collection.receiving import KIND as AGENCY_FILE
from hub.services.collection.receiving import read_again as read_agency_again
from hub.services.delivery.archives import KIND as ARCHIVE
from hub.services.delivery.archives import read_again as read_archive_again
from hub.services.orders_to_pay.receiving import KIND as AUTHORITY_FILE
from hub.services.orders_to_pay.receiving import AuthorityFiles
from hub.services.payments.receiving import KIND, queue_run
from hub.services.ports import UnitOfWork
from hub.services.webhooks import KIND as WEBHOOK
from hub.services.webhooks import read_again

_READ_AGAIN = (ExchangeState.QUARANTINED, ExchangeState.UNDONE)


class Journey(NamedTuple):
    """Everything that happened to one exchange: by runs to what came in, by attempts to what goes out."""

    exchange: Exchange
    sections: list[LoadedSection]
    outcome: list[OutcomeRow]
    runs: list[Run]
    attempts: list[Attempt]


class ExchangesDesk:
    """Reads the exchange log of one tenant, and carries out what a person decides about a file."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], bool]) -> None:
        self._work = work
        self._carry_out = carry_out

    def latest(
        self, *, direction: str = "", state: str = "", kind: str = "", limit: int = 50, before: int | None = None
    ) -> Sequence[Exchange]:
        """Return the newest exchanges first; `before` continues below an exchange number."""
        with self._work.store.read() as work:
            return work.exchanges.latest(direction=direction, state=state, kind=kind, limit=limit, before=before)

    def get(self, number: int) -> Exchange:
        """Return one exchange. Raises DataError when there is none of this number."""
        with self._work.store.read() as work:
            return _exchange(work, number)

    def show(self, number: int) -> Journey:
        """Return an exchange's journey: what a file said and what became of it, or how a document was sent."""
        with self._work.store.read() as work:
            exchange = _exchange(work, number)
            sections = work.loading.loaded_sections(number)
            attempts_of_reading = range(1, exchange.attempt + 1)
            runs = [run for attempt in attempts_of_reading if (run := _run(self._work, work, exchange, attempt))]
            attempts = work.attempts.of_exchange(number)
        return Journey(exchange, sections, self._work.enquiries.outcome(number), runs, attempts)

    def payments(self, number: int, *, after: int = 0, limit: int = 100) -> list[PaymentStory]:
        """Return payments of a file in its order, with what became of each; `after` continues behind a payment id."""
        return self._work.enquiries.payments(number, after=after, limit=limit)

    def content(self, number: int) -> BinaryIO:
        """Open the bytes of an exchange, as they came or as they are sent."""
        return self._work.store.contents.open(self.get(number).sha256)

    def retry(self, number: int) -> Exchange:
        """Take a file or notice up again: in quarantine or undone it is read anew, a failed run goes on where it stood.

        Raises:
            DataError: there is nothing to retry.
            RuleViolation: it goes out.
        """
        exchange = self.get(number)
        refuse_outgoing(exchange)
        if exchange.kind == AUTHORITY_FILE:
            means = self._work.order_means
            filer = means.filers().named(exchange.format)
            AuthorityFiles(self._work.store, self._work.tenant, filer, means).retry(number)
            self._carry_out()
            return self.get(number)
        with self._work.store.write() as work:
            exchange = _exchange(work, number)
            if exchange.kind == WEBHOOK:
                read_again(work, self._work.tenant.id, exchange)
            elif exchange.kind == ARCHIVE:
                read_archive_again(work, exchange)
            elif exchange.kind == KIND:
                self._read_again(work, exchange)
            elif exchange.kind in (AGENCY_FILE, ANSWER) and exchange.format:
                read_agency_again(work, self._work.tenant, self._work.agencies, exchange)
            else:
                raise DataError(f"exchange {number} is no payment file: import the same file again")
        self._carry_out()
        return self.get(number)

    def _read_again(self, work: UnitOfWork, exchange: Exchange) -> None:
        number = exchange.number
        run = _run(self._work, work, exchange, exchange.attempt)
        if exchange.state in _READ_AGAIN:
            values = {"state": ExchangeState.RECEIVED, "reason": "", "problem": None}
            work.exchanges.change(number, attempt=exchange.attempt + 1, **values)
            queue_run(work, self._work.tenant.id, work.exchanges.get(number))
        elif run is None or not work.runs.try_again(run.run_no):
            raise DataError(f"exchange {number} is {exchange.state}: there is nothing to retry")


def _exchange(work: UnitOfWork, number: int) -> Exchange:
    try:
        return work.exchanges.get(number)
    except KeyError:
        raise DataError(f"there is no exchange {number}; see: hub exchanges list") from None


def _run(tenant_work: TenantWork, work: UnitOfWork, exchange: Exchange, attempt: int) -> Run | None:
    kind = "archive" if exchange.kind == ARCHIVE else "ingest"
    return work.runs.get(f"{kind}:{tenant_work.tenant.id}:{exchange.number}:{attempt}")
