"""A round: looking after what no file brings, behind every run and on schedule.

New payee accounts of the settings, payments that waited for an account, clearing accounts, and those who listen.
"""

from __future__ import annotations

from collections.abc import Callable

from hub.model.tenant import Tenant
from hub.services.payees import register_payees
from hub.services.payments.known_accounts import post_to_known_accounts
from hub.services.payments.lone_sides import watch_clearing
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = "round"


def enqueue_round(work: UnitOfWork, tenant_name: str, occasion: str, fingerprint: str) -> None:
    """Queue a round in this transaction, unless one is queued that has not begun."""
    if not work.runs.has_queued(RUN_KIND):
        work.runs.enqueue(f"{RUN_KIND}:{tenant_name}:{occasion}", RUN_KIND, {}, fingerprint)


class RoundRun:
    """Makes one round of one tenant."""

    def __init__(self, store: Store, tenant: Tenant, tell_observers: Callable[[], object]) -> None:
        self._store = store
        self._tenant = tenant
        self._tell_observers = tell_observers

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Look after the books, sweep what broken uploads left, and tell the observers."""
        work.step("known_accounts", self._post_to_known_accounts, {})
        work.step("look_after", self._look_after, {})
        self._store.contents.sweep_orphans()
        self._tell_observers()
        return {}

    def _post_to_known_accounts(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        register_payees(work, self._tenant)
        return {"payments": post_to_known_accounts(work, self._tenant)}

    def _look_after(self, work: UnitOfWork, _input: JsonObject) -> JsonObject:
        watch_clearing(work, self._tenant)
        return {}
