"""Wiring: a home becomes a database, and each tenant a store, plugins, and what carries out its runs.

Nothing here is global: two homes, or two tenants, in one process know nothing of each other.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from threading import Event, RLock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from hub.banking_calendar import Clock, SystemClock
from hub.errors import ConfigurationError
from hub.model.delivery_commands import DeliverDocument
from hub.model.interest_charges import KIND as INTEREST_INVOICES
from hub.model.observer_cursor import ObserverCursor
from hub.model.runs import QueuedTurn, Run
from hub.model.tenant import Tenant
from hub.rules.interest.reference_rates import ReferenceRates
from hub.runtime import polling
from hub.runtime.carrying import Body, Carrier
from hub.runtime.config import INBOX_FOLDER, EngineSettings, Home, find_home, listed, load_home, settings_fingerprint
from hub.runtime.inboxes import InstallationInboxes
from hub.runtime.installed import installed_fingerprint
from hub.runtime.plugin_context import TenantPluginContext
from hub.runtime.plugins import TenantPluginCache, TenantPlugins
from hub.runtime.printing import TenantPrinter
from hub.runtime.rates import known_rates
from hub.services import delivery, rounds
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import CallLimits, SendingRun, waits_until
from hub.services.bookkeeping.exporting import RUN_KIND as BOOKKEEPING
from hub.services.bookkeeping.exporting import Exporters, ExportRun
from hub.services.companies import refuse_companies_without_settings
from hub.services.dunning import executing as dunning
from hub.services.dunning.interest_invoices import InterestInvoiceRun
from hub.services.dunning.letters import KeptLetters, Letters, nothing_earned
from hub.services.observing import deliver_events
from hub.services.payments import ingesting, posting, receiving, rematching
from hub.services.ports import Handed, UnitOfWork
from hub.services.webhooks import RUN_KIND as WEBHOOK
from hub.services.webhooks import OfPlugin, WebhookRun
from hub.store.database import impatient_pool, open_database
from hub.store.enquiries import SqlEnquiries
from hub.store.installation import keep_value, kept_value, value_in
from hub.store.nodes import SqlNodes
from hub.store.observers import SqlObserverCursors
from hub.store.reports.streaming import streaming
from hub.store.runs import HandOver
from hub.store.unit_of_work import SqlStore
from hub.transports.folder import FolderInbox

if TYPE_CHECKING:
    from hub.runtime.engine import RunQueue

MOST_TENANTS_KEPT = 500  # opened; an installation may have ten thousand
ENGINE_TABLES = "engine_tables"  # kept: what made the engine's own tables
ENGINE_SETTINGS = "engine_settings"  # kept: what its queues were last set to, as JSON
BEING_SET = "engine_settings_being_set"  # kept: what they are being set to; empty when that has been done


def engine_version() -> str:
    """Return what makes the engine's own tables."""
    return f"dbos {version('dbos')}"


def prepare_engine(database: Engine, limits: EngineSettings) -> None:
    """Make or upgrade the engine's own tables, and set its queues where nothing had set them."""
    from hub.runtime.engine import RunQueue  # here: reading a ledger needs no engine

    with closing(RunQueue(database)) as queue:
        queue.make_tables()
        if kept_value(database, ENGINE_SETTINGS) is None:
            _set_limits(database, queue, limits)
    keep_value(database, ENGINE_TABLES, engine_version())


def _set_limits(database: Engine, queue: RunQueue, limits: EngineSettings) -> None:
    """Set the queues, each in a transaction of its own; whoever is killed in between has said so to the next."""
    keep_value(database, BEING_SET, limits.model_dump_json())
    queue.set_limits(
        runs_at_once=limits.runs_at_once,
        deliveries_at_once=limits.deliveries_at_once,
        poll_s=limits.poll_ms / 1000,
        limited_lanes=limits.channels,
    )
    keep_value(database, ENGINE_SETTINGS, limits.model_dump_json())
    keep_value(database, BEING_SET, "")


def _limited_lanes(connection: Connection) -> Collection[str]:
    kept = value_in(connection, ENGINE_SETTINGS)
    return json.loads(kept)["channels"] if kept is not None else ()


@cache
def _installed() -> str:
    return installed_fingerprint()


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
        return hashlib.sha256(f"{settings_fingerprint(self.tenant)} {_installed()}".encode()).hexdigest()

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
        return InterestInvoiceRun(self.store, self.tenant, self.rates, self.fingerprint)

    @property
    def poster(self) -> posting.ChunkPoster:
        """What decides and posts payments, with the plugins' proposals."""
        return posting.ChunkPoster(self.tenant, self.plugins.proposer)

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
        if run.kind != rounds.RUN_KIND:
            rounds.enqueue_round(work, self.tenant.id, f"behind:{run.run_no}:{run.executions}")

    def _bodies(self, stopping: Event) -> Mapping[str, Body]:
        readers = self.plugins.readers
        return {
            receiving.RUN_KIND: ingesting.PaymentFileRun(self.store, self.tenant, readers, self.poster),
            rematching.RUN_KIND: rematching.RematchRun(self.store, self.tenant, self.poster),
            rounds.RUN_KIND: self._round_run(),
            delivery.RUN_KIND: self._delivery_run(),
            delivery.ARCHIVE: delivery.ArchiveRun(self.store, self.tenant, self.plugins.archives),
            delivery.FOLLOWING: delivery.FollowRun(self.store, self.tenant, self.plugins.document_channels),
            polling.RUN_KIND: polling.PollRun(self.store, self.inbox, self.clock),
            SENDING: self._sending_run(stopping),
            dunning.RUN_KIND: dunning.DunningRun(self.store, self.tenant, self.letters, nothing_earned, self.rates),
            INTEREST_INVOICES: self.interest_invoicing,
            BOOKKEEPING: ExportRun(self.tenant, self.exporters),
            WEBHOOK: WebhookRun(self.store, self.tenant, self._receivers()),
        }

    @property
    def exporters(self) -> Exporters:
        """What writes vouchers for general ledgers, and who sends for it."""
        return Exporters(self.plugins.bookkeeping_exporters, self.plugins.plugins_of_channels)

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
        return rounds.RoundRun(self.store, self.tenant, self._tell_observers, channels, plugins.archives.keys())

    @cached_property
    def printer(self) -> TenantPrinter:
        """What makes the renderings of documents."""
        return TenantPrinter(self.tenant, self.plugins, self._home)

    @property
    def letters(self) -> Letters:
        """How letters of dunning leave."""
        return KeptLetters()

    def rates(self) -> ReferenceRates:
        """Return the reference rates that are known in the home."""
        return known_rates(self._home)

    def _tell_observers(self) -> list[ObserverCursor]:
        return deliver_events(self.store, self.cursors, self.plugins.observers)


class Installation:
    """An opened home: its database, and its tenants as they are asked for."""

    def __init__(self, home: Home, clock: Clock | None = None) -> None:
        self.home = home
        self.clock = clock or SystemClock()
        self._opened: OrderedDict[str, TenantWork] = OrderedDict()
        self._plugins = TenantPluginCache()
        self._opening = RLock()  # a node asks from several threads

    @classmethod
    def open(cls, path: Path | None = None, clock: Clock | None = None) -> Installation:
        """Open the home at `path`, else the one the environment or the current folder gives.

        Raises:
            ConfigurationError: there is none, or its settings are wrong.
        """
        return cls(load_home(find_home(path)), clock)

    @cached_property
    def engine(self) -> Engine:
        """The database, opened on first use; it holds our rows and the engine's."""
        limits = self.home.config.engine
        engine = open_database(self.home.database_url(), idle_limit_s=limits.silent_after_s)
        made_by = kept_value(engine, ENGINE_TABLES)
        if made_by is None:
            prepare_engine(engine, limits)
        elif made_by != engine_version():
            engine.dispose()
            raise ConfigurationError(
                f"the engine's tables were made by {made_by}, this hub has {engine_version()}",
                where="database.url",
                hint="make a backup, stop all nodes, then run: hub migrate",
            )
        return engine

    @cached_property
    def inboxes(self) -> InstallationInboxes:
        """Where tenants find documents of other tenants."""
        return InstallationInboxes(self.home.tenants, self.store)

    @cached_property
    def queue(self) -> RunQueue:
        """What runs are handed over to."""
        from hub.runtime.engine import RunQueue  # here: reading a ledger needs no engine

        return RunQueue(self.engine)

    def set_limits(self) -> None:
        """Set the engine's queues to this home's `[engine]`; for a node, which has seen that the others agree.

        A command never does it: it may come from a home with other settings.
        """
        limits = self.home.config.engine
        were_set = kept_value(self.engine, ENGINE_SETTINGS) == limits.model_dump_json()
        if not were_set or kept_value(self.engine, BEING_SET):
            _set_limits(self.engine, self.queue, limits)

    @property
    def nodes(self) -> SqlNodes:
        """The processes that carry out this installation's runs."""
        return SqlNodes(self.engine)

    def tenant(self, name: str | None = None) -> TenantWork:
        """Return a tenant's work, wired anew when its settings have changed; without a name the only one there is.

        Raises:
            ConfigurationError: no such tenant, wrong settings, or several tenants and no name.
        """
        name = name or self.only_tenant()
        with self._opening:
            tenant = self.home.tenant(name)
            kept = self._opened.get(name)
            if kept is None or kept.tenant is not tenant:
                inbox = FolderInbox(self.home.path / INBOX_FOLDER / name, is_ours=True)
                limits = self.home.config.engine.calls_per_minute
                kept = TenantWork(
                    self.engine,
                    tenant,
                    self.clock,
                    self._plugins,
                    self._hand_over,
                    inbox,
                    limits,
                    self.home.path,
                    self.inboxes,
                )
                self._opened[name] = kept
            self._opened.move_to_end(name)
            while len(self._opened) > MOST_TENANTS_KEPT:
                self._opened.popitem(last=False)
            return kept

    def store(self, name: str) -> SqlStore:
        """Return a tenant's rows, whether its settings can be read or not."""
        return SqlStore(self.engine, name, self.clock, hand_over=self._hand_over)

    def impatient_store(self, name: str) -> SqlStore:
        """Return the same for who has to answer soon: a busy database is a TransientError in time."""
        return SqlStore(self._impatient_engine, name, self.clock, hand_over=self._hand_over)

    @cached_property
    def _impatient_engine(self) -> Engine:
        return impatient_pool(self.engine, self.home.config.webhooks.answer_within_ms / 1000)

    def _hand_over(self, connection: Connection, turn: QueuedTurn) -> None:
        """Queue a turn by the limits that the nodes work by, which this home's settings may not be."""
        is_limited = bool(turn.lane) and turn.lane in _limited_lanes(connection)
        self.queue.hand_over(connection, turn, is_limited=is_limited)

    def only_tenant(self) -> str:
        """Return the name of the tenant. Raises ConfigurationError when there is none, or several."""
        names = list(self.home.tenants)
        if len(names) == 1:
            return names[0]
        if not names:
            raise ConfigurationError("the home has no tenant", where="tenants", hint="write tenants/<id>.toml")
        raise ConfigurationError(
            "the home has several tenants", where="tenants", hint=f"say which by --tenant: {listed(names)}"
        )

    def close(self) -> None:
        """Close the database, and what plugins keep open."""
        self._plugins.close()
        if "queue" in self.__dict__:
            self.queue.close()
        if "_impatient_engine" in self.__dict__:
            self._impatient_engine.dispose()
        if "engine" in self.__dict__:
            self.engine.dispose()
