"""Where notices of other sides come in: the receiver is found, asked, and what it vouches for is kept.

Everything that is refused or put off is counted, and told at most once a minute, so that nobody who posts rubbish
fills the log. Nothing of it is kept.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from threading import Lock
from typing import Any

from hub.contracts import WebhookReceiver
from hub.errors import ConfigurationError, HubError, RejectedError
from hub.runtime.bootstrap import Installation
from hub.runtime.logs import logger
from hub.runtime.telemetry import webhook_answered
from hub.runtime.webhook_settings import Place
from hub.services.webhooks import Notice, keep_notice
from hub.store.unit_of_work import SqlStore
from hub.texts import storable

TELL_EVERY_S = 60

_log = logger("webhooks")


class Taken(StrEnum):
    """What came of a notice."""

    KEPT = "kept"
    KNOWN = "known"  # kept before
    NO_RECEIVER = "no_receiver"
    REFUSED = "refused"  # the receiver does not vouch for it
    PUT_OFF = "put_off"  # the sender is to repeat it


class WebhookDesk:
    """Takes notices of all tenants of an installation; asked by several threads at once."""

    def __init__(self, installation: Installation, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._installation = installation
        self._stores: dict[str, SqlStore] = {}
        self._told = _Tally(now_s)

    def take(self, tenant: str, receiver: str, headers: Mapping[str, str], body: bytes) -> Taken:
        """Keep a notice that its receiver vouches for, and say what came of it; nothing is raised."""
        try:
            taken = self._take(tenant, receiver, headers, body)
        except RejectedError as error:
            self._told.refused("refused", tenant=tenant, receiver=receiver, why=str(error))
            taken = Taken.REFUSED
        except Exception as error:  # noqa: BLE001 - the sender repeats it; the text of a foreign error may hold data
            why = str(error) if isinstance(error, HubError) else f"a defect, {type(error).__name__}"
            self._told.put_off(why, tenant=tenant, receiver=receiver)
            taken = Taken.PUT_OFF
        webhook_answered(taken.value)
        return taken

    def open_at(self, place: Place) -> None:
        """Tell where notices are taken from now on."""
        _log.info("webhooks are taken", listens_at=place.url)

    def close(self) -> None:
        """Tell what has not been told yet."""
        self._told.rest()

    def _take(self, tenant: str, name: str, headers: Mapping[str, str], body: bytes) -> Taken:
        found = self._receiver(tenant, name)
        if found is None:
            self._told.refused("no such receiver")
            return Taken.NO_RECEIVER
        plugin, receiver = found
        notice_id = receiver.verify(headers, body)
        if not isinstance(notice_id, str) or not notice_id:
            raise ConfigurationError(f"the receiver {name} of {plugin} names no notice: mend the plugin")
        is_new = keep_notice(self._store(tenant), Notice(plugin, name, storable(notice_id), body))
        return Taken.KEPT if is_new else Taken.KNOWN

    def _receiver(self, tenant: str, name: str) -> tuple[str, WebhookReceiver] | None:
        if tenant not in self._installation.home.tenants:
            return None
        plugins = self._installation.tenant(tenant).plugins
        receiver = plugins.webhook_receivers.get(name)
        return (plugins.plugins_of_receivers[name], receiver) if receiver is not None else None

    def _store(self, tenant: str) -> SqlStore:
        """Return a tenant's rows, kept since they know its number; there are only as many as tenants."""
        store = self._stores.get(tenant)
        if store is None:
            store = self._stores[tenant] = self._installation.impatient_store(tenant)
        return store


class _Tally:
    """Tells what happens often once a minute, with how often."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = Lock()
        self._untold: Counter[str] = Counter()
        self._told_at_s: dict[str, float] = {}

    def refused(self, reason: str, **about: Any) -> None:
        """Count what is not taken, for good."""
        if times := self._times(reason):
            _log.warning("webhooks refused", reason=reason, times=times, **about)

    def put_off(self, why: str, **about: Any) -> None:
        """Count what the sender is to repeat."""
        if times := self._times("put off"):
            _log.warning("webhooks put off", times=times, why=why, **about)

    def rest(self) -> None:
        """Tell what has been counted since it was told last."""
        with self._lock:
            rest, self._untold = self._untold, Counter()
        if rest:
            _log.warning(
                "webhooks refused", reason="since the last line", **{k.replace(" ", "_"): n for k, n in rest.items()}
            )

    def _times(self, what: str) -> int:
        """Return how often it has happened since it was told last; 0 when it is too early to tell again."""
        now_s = self._now_s()
        with self._lock:
            self._untold[what] += 1
            if now_s - self._told_at_s.get(what, -TELL_EVERY_S) < TELL_EVERY_S:
                return 0
            self._told_at_s[what] = now_s
            return self._untold.pop(what)
