"""Keeping a notice whose signature holds: its bytes, its exchange and its run in one transaction."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from hub.model.exchanges import Exchange
from hub.services.ports import Store, UnitOfWork

KIND = "webhook"
RUN_KIND = "webhook"
LONGEST_ID = 200  # what an index takes with ease; a longer one is known by its hash


class Notice(NamedTuple):
    """What another side has posted to a receiver, and signed."""

    plugin: str
    receiver: str
    id: str  # the sender's: a repeated notice has the same
    body: bytes


class _KeptMeanwhileError(Exception):
    """Another request has kept the same notice: nothing of this one is to stay."""


def keep_notice(store: Store, notice: Notice) -> bool:
    """Keep a notice and have it read; False, and nothing done, when it was kept before.

    A repeated one is known by a look that waits for nobody who writes.

    Raises:
        TransientError: the database cannot take it now: the sender is to repeat it.
    """
    key = key_of(notice)
    with store.read() as work:
        if work.exchanges.has_come(key):
            return False
    try:
        with store.write() as work:
            _keep(work, store.tenant_name, notice, key)
    except _KeptMeanwhileError:
        return False
    return True


def key_of(notice: Notice) -> str:
    """Return what a notice is known by."""
    is_plain = len(notice.id) <= LONGEST_ID and notice.id.isprintable()
    return f"{notice.receiver}:{notice.id if is_plain else _hash(notice.id)}"


def queue_reading(work: UnitOfWork, tenant_name: str, exchange: Exchange) -> None:
    """Queue the run that reads all that waits, unless one is queued that has not begun: it will see this one too."""
    if not work.runs.hold_queued(RUN_KIND):
        run_id = f"{RUN_KIND}:{tenant_name}:{exchange.number}:{exchange.attempt}"
        work.runs.enqueue_once(run_id, RUN_KIND, {"exchange_no": exchange.number}, lane=RUN_KIND)


def _keep(work: UnitOfWork, tenant_name: str, notice: Notice, key: str) -> None:
    kept = work.contents.keep(notice.body)
    exchange = work.exchanges.open_once(
        kind=KIND,
        plugin=notice.plugin,
        name=notice.receiver,
        sha256=kept.sha256,
        size=kept.size,
        idempotency_key=key,
    )
    if exchange is None:
        raise _KeptMeanwhileError
    queue_reading(work, tenant_name, exchange)


def _hash(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
