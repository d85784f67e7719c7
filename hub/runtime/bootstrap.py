"""Wiring: a home becomes a database, and each tenant a store, plugins, and what carries out its runs.

Nothing here is global: two homes, or two tenants, in one process know nothing of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from hub.banking_calendar import Clock, SystemClock
from hub.errors import ConfigurationError
from hub.model.tenant import Tenant
from hub.runtime.config import Home, find_home, load_home, settings_fingerprint
from hub.runtime.engine import Body, InProcessRunner, Progress
from hub.runtime.lock import home_lock
from hub.runtime.plugins import TenantPluginCache, TenantPlugins
from hub.services.observing import deliver_events
from hub.services.payees import register_payees
from hub.services.payments import ingesting, posting, receiving, rematching
from hub.services.payments.known_accounts import post_to_known_accounts
from hub.services.payments.lone_sides import watch_clearing
from hub.services.ports import JsonObject
from hub.store.database import open_database
from hub.store.enquiries import SqlEnquiries
from hub.store.observers import SqlObserverCursors
from hub.store.unit_of_work import SqlStore

LOCK_TIMEOUT_S = 10.0


class TenantWork:
    """One tenant, wired: what the facade and the doors stand on."""

    def __init__(self, home: Home, engine: Engine, tenant: Tenant, clock: Clock, plugins: TenantPluginCache) -> None:
        self.tenant = tenant
        self.clock = clock
        self.store = SqlStore(engine, tenant.id, clock)
        self.enquiries = SqlEnquiries(engine, self.store.tenant)
        self.cursors = SqlObserverCursors(engine, self.store.tenant)
        self._home = home
        self._engine = engine
        self._plugin_cache = plugins

    @cached_property
    def fingerprint(self) -> str:
        """What the tenant's settings are, in one text; runs keep it."""
        return settings_fingerprint(self.tenant)

    @property
    def plugins(self) -> TenantPlugins:
        """The tenant's plugins, built on first use."""
        return self._plugin_cache.get(self.tenant)

    @property
    def poster(self) -> posting.ChunkPoster:
        """What decides and posts payments, with the plugins' proposals."""
        return posting.ChunkPoster(self.tenant, self.plugins.match_payments)

    def carry_out(
        self, *, timeout_s: float = LOCK_TIMEOUT_S, progress: Progress | None = None
    ) -> dict[str, JsonObject]:
        """Carry out everything queued or interrupted, look after the clearing accounts, and tell the observers.

        What broken uploads have left is swept first.

        Returns the answers by run id.

        Raises:
            TransientError: another process works in this home; what is queued stays queued.
        """
        with home_lock(self._home.path, self._engine, timeout_s=timeout_s):
            self.store.contents.sweep_orphans()
            answers = InProcessRunner(self.store, self._bodies()).drain(progress)
            with self.store.write() as work:
                register_payees(work, self.tenant)
                post_to_known_accounts(work, self.tenant)
                watch_clearing(work, self.tenant)
            deliver_events(self.store, self.cursors, self.plugins.observers)
        return answers

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

    def _bodies(self) -> Mapping[str, Body]:
        readers = self.plugins.readers
        return {
            receiving.RUN_KIND: ingesting.PaymentFileRun(self.store, self.tenant, readers, self.poster),
            rematching.RUN_KIND: rematching.RematchRun(self.store, self.tenant, self.poster),
        }


class Installation:
    """An opened home: its database, and its tenants as they are asked for."""

    def __init__(self, home: Home, clock: Clock | None = None) -> None:
        self.home = home
        self._clock = clock or SystemClock()
        self._opened: dict[str, TenantWork] = {}
        self._plugins = TenantPluginCache()

    @classmethod
    def open(cls, path: Path | None = None, clock: Clock | None = None) -> Installation:
        """Open the home at `path`, else the one the environment or the current folder gives.

        Raises:
            ConfigurationError: there is none, or its settings are wrong.
        """
        return cls(load_home(find_home(path)), clock)

    @cached_property
    def engine(self) -> Engine:
        """The database, opened on first use."""
        return open_database(self.home.database_url())

    def tenant(self, name: str | None = None) -> TenantWork:
        """Return a tenant's work; without a name the only tenant there is.

        Raises:
            ConfigurationError: no such tenant, wrong settings, or several tenants and no name.
        """
        name = name or self._only_tenant()
        if name not in self._opened:
            self._opened[name] = TenantWork(self.home, self.engine, self.home.tenant(name), self._clock, self._plugins)
        return self._opened[name]

    def _only_tenant(self) -> str:
        names = list(self.home.tenants)
        if len(names) == 1:
            return names[0]
        if not names:
            raise ConfigurationError("the home has no tenant", where="tenants", hint="write tenants/<id>.toml")
        raise ConfigurationError(
            "the home has several tenants", where="tenants", hint=f"say which by --tenant: {', '.join(names)}"
        )

    def close(self) -> None:
        """Close the database."""
        if "engine" in self.__dict__:
            self.engine.dispose()
