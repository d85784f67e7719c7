"""Wiring: a home becomes a database, and each tenant a store, plugins, and what carries out its runs.

Nothing here is global: two homes, or two tenants, in one process know nothing of each other.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection
from contextlib import closing
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine

from hub.banking_calendar import Clock, SystemClock
from hub.errors import ConfigurationError
from hub.model.runs import QueuedTurn
from hub.runtime.config import INBOX_FOLDER, EngineSettings, Home, find_home, listed, load_home
from hub.runtime.inboxes import InstallationInboxes
from hub.runtime.left_behind import leave_calls_behind
from hub.runtime.plugin_cache import TenantPluginCache
from hub.runtime.tenant_work import TenantWork
from hub.store.database import impatient_pool, open_database
from hub.store.installation import keep_value, kept_value, value_in
from hub.store.nodes import SqlNodes
from hub.store.unit_of_work import SqlStore
from hub.transports.folder import FolderInbox

if TYPE_CHECKING:
    from hub.runtime.engine import RunQueue

MOST_TENANTS_KEPT = 500  # opened; an installation may have ten thousand
ENGINE_TABLES = "engine_tables"  # kept: what made the engine's own tables
ENGINE_SETTINGS = "engine_settings"  # kept: what its queues were last set to, as JSON
BEING_SET = "engine_settings_being_set"  # kept: what they are being set to; empty when that has been done


@cache
def engine_version() -> str:
    """Return what makes the engine's own tables, looked up once: to read a package's card takes a fourth of opening."""
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


class Installation:
    """An opened home: its database, and its tenants as they are asked for."""

    def __init__(self, home: Home, clock: Clock | None = None) -> None:
        self.home = home
        self.clock = clock or SystemClock()
        self._opened: OrderedDict[str, TenantWork] = OrderedDict()
        self._plugins = TenantPluginCache()
        self._opening = RLock()  # a node asks from several threads
        self._is_calling = False

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

    def leave_calls_behind(self) -> None:
        """Wait for no call that is under way any more, now or at the end of this process.

        What plugins keep open stays so: to close a connection may be to wait for the call that it is lent to.
        """
        self._is_calling = True
        leave_calls_behind()

    def close(self) -> None:
        """Close the database, and what plugins keep open."""
        if not self._is_calling:
            self._plugins.close()
        if "queue" in self.__dict__:
            self.queue.close()
        if "_impatient_engine" in self.__dict__:
            self._impatient_engine.dispose()
        if "engine" in self.__dict__:
            self.engine.dispose()
