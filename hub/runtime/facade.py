"""`hub.Hub`: everything the hub does for a tenant, typed, for a core ledger in the same process and for the doors.

with Hub.open(Path("home"), tenant="north") as hub:
    hub.import_receivables(Path("invoices.json"), source_system="billing")
    hub.receive(Path("bgmax.txt"))
    for event in hub.feed(after=0):
        ...
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from hub.banking_calendar import Clock
from hub.errors import ConfigurationError, DataError, HubError
from hub.model.bank_connection_commands import TellBankFile
from hub.model.command import Command
from hub.model.command_dates import refuse_far_dates
from hub.model.commands import AnswerCarried, DecideAttempt
from hub.model.delivery_commands import CloseDocument, SeeReport, SeeReports
from hub.model.dunning_commands import NoteStepTaken
from hub.model.enquiries import AccountBalance
from hub.model.events import Event
from hub.model.exchanges import Exchange
from hub.model.import_rows import ImportReport
from hub.model.tenant import Tenant
from hub.runtime.bootstrap import Installation
from hub.runtime.carrying import Progress
from hub.runtime.facade_attempts import AttemptsDesk
from hub.runtime.facade_bank import BankDesk
from hub.runtime.facade_bookkeeping import BookkeepingDesk
from hub.runtime.facade_books import BooksDesk
from hub.runtime.facade_collection import CollectionDesk
from hub.runtime.facade_documents import DocumentsDesk
from hub.runtime.facade_dunning import DunningDesk
from hub.runtime.facade_exchanges import ExchangesDesk
from hub.runtime.facade_instalments import InstalmentsDesk
from hub.runtime.facade_interest import CarriedDesk, InterestInvoicesDesk
from hub.runtime.facade_mandates import MandatesDesk, PaymentRequestsDesk
from hub.runtime.facade_orders_to_pay import AuthoritiesDesk, OrdersToPayDesk
from hub.runtime.facade_payments import PaymentsDesk
from hub.runtime.facade_receivables import ReceivablesDesk
from hub.runtime.facade_refunds import RefundsDesk
from hub.runtime.facade_reports import ReportsDesk
from hub.runtime.facade_runs import RunsDesk
from hub.runtime.facade_schedules import SchedulesDesk
from hub.runtime.finishing import WAIT_S, finish_runs
from hub.runtime.inspecting import inspect_file, opened, refuse_unopenable
from hub.runtime.tenant_work import TenantWork
from hub.services.attempts import ATTEMPT_HANDLERS
from hub.services.bank_connections.answering import tell_bank_file_by_command
from hub.services.books import Handlers, carry_out
from hub.services.chart import TenantChart
from hub.services.collection.commands import COLLECTION_HANDLERS
from hub.services.delivery import DELIVERY_HANDLERS
from hub.services.dunning.carrying import answer_carried
from hub.services.dunning.earlier import note_step_taken
from hub.services.dunning.interrupting import LIMITATION_HANDLERS
from hub.services.instalment_plans import plan_handlers
from hub.services.mandates import MANDATE_HANDLERS
from hub.services.orders_to_pay import order_handlers
from hub.services.payments.commands import HANDLERS
from hub.services.payments.inspecting import FileInspector
from hub.services.payments.receiving import receive
from hub.services.ports import JsonObject, UnitOfWork
from hub.services.receivables import import_receivables
from hub.services.receivables.importing import Progress as RowProgress
from hub.services.refunds import REFUND_HANDLERS
from hub.services.rounds import WAITING_MONEY_POSTED, enqueue_round
from hub.transports.folder import FolderInbox

_HANDLERS: Handlers = {
    **HANDLERS,
    **ATTEMPT_HANDLERS,
    **COLLECTION_HANDLERS,
    TellBankFile: tell_bank_file_by_command,
    **DELIVERY_HANDLERS,
    **LIMITATION_HANDLERS,
    **MANDATE_HANDLERS,
    **REFUND_HANDLERS,
    AnswerCarried: answer_carried,
    NoteStepTaken: note_step_taken,
}
_CLOSING = (CloseDocument, SeeReport, SeeReports)


class Receipt(NamedTuple):
    """A payment file that has been kept, and its run: done, failed with a `problem`, or still queued."""

    exchange: Exchange
    run_id: str
    run_state: str
    problem: str = ""

    @property
    def is_queued(self) -> bool:
        """Another process works here and will read it, or it waits for another run."""
        return self.run_state in ("queued", "running")


class Polled(NamedTuple):
    """What an inbox brought, and what was posted meanwhile that had waited for a payee account of the settings."""

    receipts: list[Receipt]
    payments: int
    movements: int  # of bank accounts


class Hub:
    """One tenant of one installation."""

    def __init__(
        self, installation: Installation, work: TenantWork, *, wait_s: float = WAIT_S, here: bool = False
    ) -> None:
        self._installation = installation
        self._work = work
        self._wait_s = wait_s
        self._here = here
        self.payments = PaymentsDesk(work, self.work)
        self.receivables = ReceivablesDesk(work, self.work)
        self.exchanges = ExchangesDesk(work, self.work)
        self.collection = CollectionDesk(work, self.work)
        self.books = BooksDesk(installation, work)
        self.bank = BankDesk(work, self.work)
        self.bookkeeping = BookkeepingDesk(work, self.work)
        self.refunds = RefundsDesk(work, self.work)
        self.runs = RunsDesk(work, self.work)
        self.schedules = SchedulesDesk(work, self.work)
        self.attempts = AttemptsDesk(work, self.work)
        self.documents = DocumentsDesk(work, self.work)
        self.dunning = DunningDesk(work, self.work)
        self.interest_invoices = InterestInvoicesDesk(work, self.work)
        self.carried = CarriedDesk(work)
        self.reports = ReportsDesk(work, self.work)
        self.instalments = InstalmentsDesk(work)
        self.mandates = MandatesDesk(work)
        self.payment_requests = PaymentRequestsDesk(work, self.work)
        self.orders_to_pay = OrdersToPayDesk(work, self.work)
        self.authorities = AuthoritiesDesk(work)
        self._handlers = {
            **_HANDLERS,
            **plan_handlers(work.rates, work.deliver),
            **order_handlers(work.order_means),
        }

    @classmethod
    def open(
        cls,
        home: Path | None = None,
        tenant: str | None = None,
        *,
        clock: Clock | None = None,
        wait_s: float = WAIT_S,
        here: bool = False,
    ) -> Self:
        """Open a tenant of the home at `home` (else HUB_HOME, else the current folder); close it after use.

        `tenant` may be left out when the home has one. `wait_s` is how long a call waits for other processes. On
        PostgreSQL workers carry out what is queued; with `here` this process does it too.

        Raises:
            ConfigurationError: no such home or tenant, or wrong settings.
            TransientError: the database does not answer.
        """
        installation = Installation.open(home, clock)
        try:
            return cls(installation, installation.tenant(tenant), wait_s=wait_s, here=here)
        except BaseException:
            installation.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._installation.close()

    @property
    def tenant(self) -> Tenant:
        """The tenant's settings."""
        return self._work.tenant

    # --- files in ---------------------------------------------------------------------------------------------------

    def receive(self, file: Path | BinaryIO, *, name: str = "", progress: Progress | None = None) -> Receipt:
        """Take in one payment file: keep its bytes, read, match and post it.

        A file that cannot be read ends in quarantine, which is no error here: see the receipt's `exchange`.

        Raises:
            DataError: the file cannot be opened.
        """
        return self.receive_all([file] if isinstance(file, Path) else [(name or "unnamed", file)], progress=progress)[0]

    def receive_all(
        self, files: Iterable[Path | tuple[str, BinaryIO]], *, progress: Progress | None = None
    ) -> list[Receipt]:
        """Take in payment files, in order; all are kept before the first is read.

        Raises:
            ConfigurationError: the tenant's settings cannot be used; none is kept.
            DataError: one of them cannot be opened; none is kept.
        """
        files = list(files)
        refuse_unopenable(file for file in files if isinstance(file, Path))
        self._work.refuse_unusable_settings()
        kept = [self._keep(file) for file in files]
        self.work(progress)
        return self._receipts(kept)

    def poll(self, folder: Path | None = None, *, progress: Progress | None = None) -> Polled:
        """Take in the files that wait in an inbox folder, and make a round of what no file brings.

        The default is `inbox/<tenant>` of the home, which is made where it is not there. A file is put aside, into
        `received`, once its bytes are kept; all are kept before the first is read.

        Raises:
            ConfigurationError: the folder is not there, or may not be read; or the tenant's settings cannot be used.
            DataError: a file cannot be opened. Those before it are taken in, those behind it wait.
        """
        self._work.refuse_unusable_settings()
        inbox = self._work.inbox if folder is None else FolderInbox(folder)
        before = self._work.enquiries.latest_event()
        kept = []
        try:
            for file in inbox.waiting(now_s=time.time()):
                kept.append(self._keep(file))
                inbox.put_aside(file, kept[-1][0])
        except (HubError, OSError):
            self.work(progress)
            raise
        self.work(progress, even_if_idle=True)
        receipts = self._receipts(kept)
        posted = [event.data for event in self._work.enquiries.events(WAITING_MONEY_POSTED, after=before)]
        return Polled(receipts, sum(data["payments"] for data in posted), sum(data["movements"] for data in posted))

    def import_receivables(
        self,
        file: Path | BinaryIO,
        *,
        source_system: str,
        name: str = "",
        all_or_nothing: bool = False,
        opening: bool = False,
        progress: RowProgress | None = None,
    ) -> ImportReport:
        """Import a file of receivables (see `services.receivables.import_receivables`), then place money that waits.

        Raises:
            ConfigurationError: the declared mapping of the source system cannot be right.
            DataError: the file cannot be opened. One that cannot be read is `refused` in the report.
        """
        self.work()
        name, opening_file = opened(file, name)
        with opening_file as stream:
            report = import_receivables(
                self._work.store,
                self.tenant,
                lambda groups, numbers: TenantChart(self.tenant, groups, numbers),
                stream,
                file_name=name,
                source_system=source_system,
                all_or_nothing=all_or_nothing,
                opening=opening,
                progress=progress,
            )
        self.work()
        return report

    @staticmethod
    def inspect(file: Path, *, show_personal: bool = False, seal_key: str = "", strict: bool = False) -> FileInspector:
        """Look into a file: no tenant, no home, nothing is kept. See `Inspection` and `FileInspector.items`.

        `seal_key` is the key of a sealed file: `env:NAME`, `file:PATH`, or the key itself. `strict` refuses what can be
        read although it was damaged, such as lines above the first record.

        Raises:
            DataError: the file cannot be opened. What is wrong inside it stands in the inspection's `errors`.
            ConfigurationError: the key leads to none.
        """
        return inspect_file(file, show_personal=show_personal, seal_key=seal_key, strict=strict)

    def carry_out(self, command: Command) -> JsonObject:
        """Carry out a command of a person or the core ledger; with the same key again, give the first answer again.

        Raises:
            DataError: it names something that is not there, or its key was used for another command.
            RuleViolation: it may not be carried out; nothing is changed.
        """
        refuse_far_dates(command, self._work.clock.today())
        self._work_for(command)
        with self._work.store.write() as work:
            answer = carry_out(work, self.tenant, command, self._handlers)
            if isinstance(command, DecideAttempt) or self.tenant.collection_agencies:
                enqueue_round(work, self.tenant.id, f"told:{command.key}")  # its document goes on, agencies are told
        self._work_for(command)
        return answer

    def _work_for(self, command: Command) -> None:
        """Carry out what is queued around a command; one that closes something needs no plugin and waits for none."""
        try:
            self._work.refuse_unusable_settings()
        except ConfigurationError:
            if not isinstance(command, _CLOSING):
                raise
            self._work.store.refuse_if_elsewhere()
        else:
            self.work()

    # --- work and what came of it -----------------------------------------------------------------------------------

    def work(self, progress: Progress | None = None, *, even_if_idle: bool = False) -> bool:
        """Carry out what is queued or was interrupted; False when it was left queued.

        It is carried out here when no other process works, else by that one while this one waits; what is put off for
        longer is left to its time. With `even_if_idle` a round is made too: accounts of the settings, clearing
        accounts, observers.

        Raises:
            ConfigurationError: the tenant has moved to another database, or its settings cannot be used.
        """
        self._work.store.refuse_if_elsewhere()
        self._work.refuse_unusable_settings()
        if even_if_idle or self._work.has_news_for_observers():
            self._work.queue_round()
        if not self._work.has_unfinished_runs():
            return True
        return finish_runs(self._installation, self._work, wait_s=self._wait_s, here=self._here, progress=progress)

    def feed(self, after: int = 0, limit: int = 1000) -> list[Event]:
        """Return the events that follow number `after`, in order and without gaps; ask again after the last one.

        Raises:
            DataError: there has been no event of number `after`: whoever asks has read of another database, or of this
                one before it was restored to an older state.
        """
        with self._work.store.read() as work:
            events = work.events.after(after, limit)
        newest = after if events else self._work.enquiries.latest_event()
        if newest < after:
            raise DataError(
                f"event {after} has not happened here, the newest is {newest}: the number was read of another "
                "database, or before a restore; set it back as docs/backup.md says"
            )
        return events

    def tasks(self) -> Sequence[JsonObject]:
        """Return what waits for a person, oldest first."""
        with self._work.store.read() as work:
            return work.commands.open_tasks()

    def balances(self) -> list[AccountBalance]:
        """Return the balance of every ledger account that vouchers have touched."""
        return self._work.enquiries.balances()

    def _receipts(self, kept: Iterable[tuple[int, str]]) -> list[Receipt]:
        with self._work.store.read() as work:
            return [_receipt(work, number, run_id) for number, run_id in kept]

    def _keep(self, file: Path | tuple[str, BinaryIO]) -> tuple[int, str]:
        name, kept = opened(file) if isinstance(file, Path) else opened(file[1], file[0])
        with kept as stream:
            exchange, run_id = receive(self._work.store, stream, name=name)
        return exchange.number, run_id


@contextmanager
def every_tenant(home: Path | None, tell: Callable[[HubError], None]) -> Iterator[list[Hub]]:
    """Open every tenant of a home, to look at them; of one whose settings are wrong the error is told."""
    installation = Installation.open(home)
    hubs = []
    try:
        for name in installation.home.tenants:
            try:
                hubs.append(Hub(installation, installation.tenant(name)))
            except ConfigurationError as error:
                tell(error)
        yield hubs
    finally:
        installation.close()


def _receipt(work: UnitOfWork, exchange_no: int, run_id: str) -> Receipt:
    run = work.runs.get(run_id)
    assert run is not None  # it was written with the exchange
    return Receipt(work.exchanges.get(exchange_no), run_id, run.state, run.problem)
