"""One tenant, wired: a store, plugins, and what carries out its runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, Engine

from hub.banking_calendar import Clock
from hub.model.bank_connection_commands import TellBankFile
from hub.model.command import Command
from hub.model.delivery_commands import DeliverDocument
from hub.model.interest_charges import KIND as INTEREST_INVOICES
from hub.model.observer_cursor import ObserverCursor
from hub.model.runs import Run
from hub.model.tenant import Tenant
from hub.rules.interest.reference_rates import ReferenceRates
from hub.runtime import polling
from hub.runtime.carrying import Body, Carrier
from hub.runtime.config import settings_fingerprint
from hub.runtime.inboxes import InstallationInboxes
from hub.runtime.incoming_files import IncomingFileRun
from hub.runtime.installed import installed_fingerprint
from hub.runtime.ledger_inbox import RUN_KIND as LEDGER
from hub.runtime.ledger_inbox import LedgerInboxRun
from hub.runtime.plugin_cache import TenantPluginCache
from hub.runtime.plugin_context import TenantPluginContext
from hub.runtime.plugins import TenantPlugins
from hub.runtime.printing import TenantPrinter
from hub.runtime.rates import known_rates
from hub.services import delivery, rounds
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import CallLimits, SendingRun, waits_until
from hub.services.bank_connections.answering import tell_bank_file_by_command
from hub.services.bank_connections.fetching import RUN_KIND as BANK_FETCH
from hub.services.bank_connections.fetching import FetchRun
from hub.services.bookkeeping.exporting import RUN_KIND as BOOKKEEPING
from hub.services.bookkeeping.exporting import Exporters, ExportRun
from hub.services.books import Handlers, carry_out
from hub.services.collection import fetching, transferring
from hub.services.collection import receiving as agency_files
from hub.services.collection.agencies import Agencies
from hub.services.collection.following import follow_cases
from hub.services.collection.sending import send_everything
from hub.services.companies import refuse_companies_without_settings
from hub.services.dunning import executing as dunning
from hub.services.dunning.handing_over import DeliveredLetters
from hub.services.dunning.interest_invoices import InterestInvoiceRun
from hub.services.dunning.interrupting import interrupting
from hub.services.dunning.lapsing import RUN_KIND as LIMITATION
from hub.services.dunning.lapsing import LimitationRun
from hub.services.dunning.letter_interest import LetterInterest
from hub.services.dunning.letters import Letters, steps_before
from hub.services.mandates.collecting import Schemes
from hub.services.mandates.receiving import AnswerFiles
from hub.services.mandates.running import RUN_KIND as DIRECT_DEBITS
from hub.services.mandates.running import DirectDebitRun
from hub.services.observing import deliver_events
from hub.services.orders_to_pay import Filers
from hub.services.orders_to_pay import Means as OrderMeans
from hub.services.orders_to_pay.fetching import RUN_KIND as ORDERS_TO_PAY
from hub.services.orders_to_pay.fetching import AuthorityFetchRun
from hub.services.payments import ingesting, posting, receiving, rematching
from hub.services.payments.commands import HANDLERS
from hub.services.ports import Handed, JsonObject, KeptContent, UnitOfWork
from hub.services.refunds import ORDERING as REFUNDS
from hub.services.refunds import PLANNING as REFUND_PLAN
from hub.services.refunds import AnswerRun, OrderRun, OrderWriters, PlanRun
from hub.services.webhooks import RUN_KIND as WEBHOOK
from hub.services.webhooks import OfPlugin, WebhookRun
from hub.store.enquiries import SqlEnquiries
from hub.store.observers import SqlObserverCursors
from hub.store.reports.streaming import streaming
from hub.store.runs import HandOver
from hub.store.unit_of_work import SqlStore
from hub.transports.folder import FolderInbox


def take_in_payment_file(work: UnitOfWork, kept: KeptContent, name: str) -> int:
    """Take in what came from a bank; which reader's it is, the run says: a `TakeIn`."""
    return receiving.take_in(work, kept, name)[0].number


ROUND_WHILE_SENDING_AFTER_S = 2  # one behind each hundred messages would cost as much as sending thirty
_BETWEEN: Handlers = {**HANDLERS, TellBankFile: tell_bank_file_by_command}
"""What capabilities tell each other to do."""


class TenantWork:
    """One tenant, wired: what the facade and the doors stand on."""

    def __init__(
        self,
        engine: Engine,
        tenant: Tenant,
        clock: Clock,
        plugins: TenantPluginCache,
        hand_over: HandOver,
        inbox: FolderInbox,
        calls_per_minute: Mapping[str, int],
        home: Path,
        inboxes: InstallationInboxes,
    ) -> None:
        self.tenant = tenant
        self.clock = clock
        self.inbox = inbox
        self.store = SqlStore(engine, tenant.id, clock, hand_over=hand_over)
        self._engine = engine
        self._plugin_cache = plugins
        self._calls_per_minute = calls_per_minute
        self._home = home
        self._inboxes = inboxes
        self._companies_are_known = False

    @cached_property
    def enquiries(self) -> SqlEnquiries:
        """What the books are asked."""
        return SqlEnquiries(self._engine, self.store.tenant)

    def stream(self) -> AbstractContextManager[Connection]:
        """Open one state of the database whose rows are read as they come: what reports are made from."""
        return streaming(self._engine)

    @cached_property
    def cursors(self) -> SqlObserverCursors:
        """How far observers have heard."""
        return SqlObserverCursors(self._engine, self.store.tenant)

    @cached_property
    def fingerprint(self) -> str:
        """What the tenant's settings and the installed plugins are, in one text; a run keeps it when it begins."""
        return hashlib.sha256(f"{settings_fingerprint(self.tenant)} {installed_fingerprint()}".encode()).hexdigest()

    @property
    def plugins(self) -> TenantPlugins:
        """The tenant's plugins, built on first use."""
        return self._plugin_cache.get(self.tenant, self._context_of)

    def _context_of(self, plugin: str) -> TenantPluginContext:
        return TenantPluginContext(
            self.store, self.clock, plugin, self.tenant.plugins[plugin], self._home, self._inboxes.of(self.tenant.id)
        )

    @property
    def interest_invoicing(self) -> InterestInvoiceRun:
        """What plans interest invoices and carries plans out."""
        return InterestInvoiceRun(self.store, self.tenant, self.rates, self.fingerprint, self.deliver)

    @property
    def agencies(self) -> Agencies:
        """Collection agencies, who sends for them, and what the register says of each."""
        return Agencies(self.tenant, self.plugins.collection_agencies, self.plugins.plugins_of_channels)

    def _transfer_run(self) -> transferring.TransferRun:
        agencies = self.agencies
        return transferring.TransferRun(
            self.store,
            self.tenant,
            agencies,
            self.rates,
            lambda work: send_everything(work, self.tenant, agencies),
        )

    @property
    def poster(self) -> posting.ChunkPoster:
        """What decides and posts payments, with the plugins' proposals."""
        return posting.ChunkPoster(self.tenant, self.plugins.proposer, agency_accounts=self.agencies.all_accounts)

    def carrier(self, *, node: str, stopping: Event) -> Carrier:
        """Return what carries out this tenant's runs on a node.

        Raises:
            ConfigurationError: a plugin is missing or broken, or the books hold a company without settings.
        """
        self.refuse_companies_without_settings()
        bodies = self._bodies(stopping)
        return Carrier(
            self.store, bodies, node=node, fingerprint=self.fingerprint, stopping=stopping, behind=self._round_behind
        )

    def refuse_unusable_settings(self) -> None:
        """Raise the ConfigurationError for which no run of the tenant could be carried out."""
        self.carrier(node="", stopping=Event())

    def refuse_companies_without_settings(self) -> None:
        """Look once whether the books hold a company that the settings do not have: later ones come from these.

        Raises:
            ConfigurationError: they do.
        """
        if not self._companies_are_known:
            with self.store.read() as work:
                refuse_companies_without_settings(work, self.tenant)
            self._companies_are_known = True

    def has_unfinished_runs(self) -> bool:
        """Say whether something is queued or was interrupted."""
        with self.store.read() as work:
            return bool(work.runs.unfinished())

    def has_news_for_observers(self) -> bool:
        """Say whether some observer has not heard the latest event."""
        at = {cursor.observer: cursor.event_no for cursor in self.cursors.all()}
        names = self.plugins.observers
        if not names:
            return False
        with self.store.read() as work:
            return bool(work.events.after(min(at.get(name, 0) for name in names), 1))

    def queue_round(self) -> None:
        """Queue a round of what no file brings."""
        with self.store.write() as work:
            rounds.enqueue_round(work, self.tenant.id, f"asked:{work.now}")

    def _round_behind(self, work: UnitOfWork, run: Run) -> None:
        if run.kind == rounds.RUN_KIND:
            return
        goes_on = run.kind == SENDING and work.runs.next_in_lane(run.run_id) is not None
        delay_s = ROUND_WHILE_SENDING_AFTER_S if goes_on else 0
        rounds.enqueue_round(work, self.tenant.id, f"behind:{run.run_no}:{run.executions}", delay_s=delay_s)

    def _bodies(self, stopping: Event) -> Mapping[str, Body]:
        readers = self.plugins.readers
        return {
            receiving.RUN_KIND: IncomingFileRun(
                self.store,
                ingesting.PaymentFileRun(self.store, self.tenant, readers, self.poster),
                AnswerFiles(self.store, self.tenant, self.schemes),
                AnswerRun(self.store, self.tenant, self.plugins.payment_order_writers, self.tell),
            ),
            rematching.RUN_KIND: rematching.RematchRun(self.store, self.tenant, self.poster),
            rounds.RUN_KIND: self._round_run(),
            delivery.RUN_KIND: self._delivery_run(),
            delivery.ARCHIVE: delivery.ArchiveRun(self.store, self.tenant, self.plugins.archives),
            delivery.FOLLOWING: delivery.FollowRun(self.store, self.tenant, self.plugins.document_channels),
            polling.RUN_KIND: polling.PollRun(self.store, self.inbox, self.clock, self.plugins.bank_connections),
            BANK_FETCH: FetchRun(self.store, self.plugins.bank_connections, take_in_payment_file),
            SENDING: self._sending_run(stopping),
            dunning.RUN_KIND: dunning.DunningRun(
                self.store, self.tenant, self.letters, self.letter_interest.earned, self.rates
            ),
            LIMITATION: LimitationRun(self.store, self.tenant),
            INTEREST_INVOICES: self.interest_invoicing,
            ORDERS_TO_PAY: AuthorityFetchRun(self.store, self.tenant, self.order_means),
            REFUNDS: OrderRun(self.tenant, self.order_writers),
            REFUND_PLAN: PlanRun(self.tenant, self.tell),
            BOOKKEEPING: ExportRun(self.tenant, self.exporters),
            LEDGER: LedgerInboxRun(self.store, self.tenant, self.exporters.by_name, self.clock),
            DIRECT_DEBITS: DirectDebitRun(self.store, self.tenant, self.schemes),
            WEBHOOK: WebhookRun(self.store, self.tenant, self._receivers()),
            transferring.RUN_KIND: self._transfer_run(),
            fetching.RUN_KIND: fetching.CollectionRun(self.store, self.tenant, self.agencies),
            agency_files.RUN_KIND: agency_files.AgencyFileRun(self.store, self.tenant, self.agencies),
        }

    @property
    def exporters(self) -> Exporters:
        """What writes vouchers for general ledgers, and who sends for it."""
        return Exporters(self.plugins.bookkeeping_exporters, self.plugins.plugins_of_channels)

    @property
    def schemes(self) -> Schemes:
        """What collects by direct debit, and who sends for it."""
        return Schemes(self.plugins.direct_debit_schemes, self.plugins.plugins_of_channels)

    @property
    def order_means(self) -> OrderMeans:
        """What orders to pay stand on: rates, limitation, the printer of papers, and filers."""
        return OrderMeans(
            self.rates, interrupting(self.tenant), lambda one: self.printer.order_paper(one), self._filers
        )

    def _filers(self) -> Filers:
        return Filers(self.plugins.order_to_pay_filers, self.plugins.plugins_of_channels)

    @property
    def order_writers(self) -> OrderWriters:
        """What asks banks to pay, and who sends for it."""
        return OrderWriters(self.plugins.payment_order_writers, self.plugins.plugins_of_channels)

    def tell(self, work: UnitOfWork, command: Command) -> JsonObject:
        """Carry out a command of one capability to another, in its transaction."""
        return carry_out(work, self.tenant, command, _BETWEEN)

    def _receivers(self) -> Mapping[str, OfPlugin]:
        """Return those who read notices, each with the channels whose messages they are about."""
        plugins, of_channel = self.plugins, self.plugins.plugins_of_channels
        return {
            name: OfPlugin(
                receiver,
                [channel for at, channel in plugins.document_channels.items() if of_channel[at] == plugin],
            )
            for name, receiver in plugins.webhook_receivers.items()
            for plugin in [plugins.plugins_of_receivers[name]]
        }

    def _sending_run(self, stopping: Event) -> SendingRun:
        limits = CallLimits(self._calls_per_minute, waits_until(stopping))
        recall = delivery.LetterRecall(self.store)
        return SendingRun(self.store, self.plugins.channels, self.clock, limits, recall=recall)

    def deliver(self, work: UnitOfWork, commands: Sequence[DeliverDocument]) -> list[Handed]:
        """Hand letters over to delivery in a transaction of whoever asks for them: a `Deliver`."""
        return delivery.deliver_documents(work, self.tenant, commands)

    def _delivery_run(self) -> delivery.DeliveryRun:
        plugins = self.plugins
        return delivery.DeliveryRun(
            self.store,
            self.tenant,
            plugins.document_channels,
            plugins.plugins_of_channels,
            self.printer,
            self.clock,
            plugins.archives,
        )

    def _round_run(self) -> rounds.RoundRun:
        plugins = self.plugins
        channels = {**plugins.document_channels, **plugins.rest_channels}
        agencies = self.agencies
        return rounds.RoundRun(
            self.store,
            self.tenant,
            self._tell_observers,
            channels,
            plugins.archives.keys(),
            lambda work: follow_cases(work, self.tenant, agencies, self.rates, self._tell),
        )

    def _tell(self, work: UnitOfWork, command: Command) -> JsonObject:
        return carry_out(work, self.tenant, command, HANDLERS)

    @cached_property
    def printer(self) -> TenantPrinter:
        """What makes the renderings of documents."""
        return TenantPrinter(self.tenant, self.plugins, self._home)

    @property
    def letters(self) -> Letters:
        """How letters of dunning leave."""
        return DeliveredLetters(self.deliver, delivery.withdraw_letters, steps_before, self.letter_interest.counted)

    @property
    def letter_interest(self) -> LetterInterest:
        """How the interest of letters is counted, by the rates that are known when it is asked."""
        return LetterInterest(self.rates)

    def rates(self) -> ReferenceRates:
        """Return the reference rates that are known in the home."""
        return known_rates(self._home)

    def _tell_observers(self) -> list[ObserverCursor]:
        return deliver_events(self.store, self.cursors, self.plugins.observers)
