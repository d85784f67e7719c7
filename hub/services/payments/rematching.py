"""Suspended money tried again when a receivable arrives, reopens, or gets a new reference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hub.model.books import Posting
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.services.chart import chart_of
from hub.services.payments.deciding import Decided, postings_of, queued, suspense_posting
from hub.services.payments.posting import ChunkPoster, signal_watched
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = "rematch"
VOUCHER_TYPE = "suspense_moves"
BATCH = 5_000


def enqueue_rematch(work: UnitOfWork, tenant_name: str, occasion: str, references: Sequence[tuple[int, str]]) -> int:
    """Mark suspended payments that may mean one of these references and queue a run for them, in this transaction."""
    marked = work.queue.mark_for_rematch(references)
    if marked:
        work.runs.enqueue_another(f"rematch:{tenant_name}:{occasion}", RUN_KIND, {})
    return marked


class RematchRun:
    """Decides marked payments again; what the rules now place leaves the suspense account."""

    def __init__(self, store: Store, tenant: Tenant, poster: ChunkPoster) -> None:
        self._store = store
        self._tenant = tenant
        self._poster = poster

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Go through the marked payments in batches, each in a transaction of its own."""
        placed = batch = 0
        while True:
            batch += 1
            answer = work.step(f"rematch:{batch}", self._batch, {"run_no": work.run_no})
            placed += answer["placed"]
            if answer["payments"] < BATCH:
                return {"placed": placed}

    def _batch(self, work: UnitOfWork, input: JsonObject) -> JsonObject:
        marked = work.queue.marked_for_rematch(BATCH)
        work.queue.lock(marked)  # what a person moves meanwhile is not suspended any more when it is read below
        payments = work.matching.unallocated(marked)
        today = work.today
        decided = [
            item._replace(payment=item.payment._replace(section_no=0)) for item in self._poster.decide(work, payments)
        ]
        placed = [item for item in decided if item.allocation.movements]
        work.books.add([posting for item in placed for posting in _moves(item, today)])
        work.queue.change(marked, needs_rematch=0)
        work.queue.take_many(
            [(item.payment.payment_id, item.payment.amount_ore - item.allocation.rest_ore) for item in placed]
        )
        _note_reasons(work, decided)
        work.books.apply(chart_of(work, self._tenant), voucher_type=VOUCHER_TYPE, run_no=input["run_no"])
        signal_watched(work, placed)
        return {"payments": len(marked), "placed": len(placed)}


def _note_reasons(work: UnitOfWork, decided: Sequence[Decided]) -> None:
    """Let what still waits say why by this decision; a rest that was left before, and stays, says why it was left."""
    unplaced = [item.payment.payment_id for item in decided if not item.allocation.movements]
    whole_ore = {payment.payment_id: payment.amount_ore for payment in work.matching.payments(unplaced)}
    by_reason: dict[str, list[int]] = defaultdict(list)
    for item in decided:
        payment = item.payment
        if item.allocation.rest_ore and whole_ore.get(payment.payment_id, payment.amount_ore) == payment.amount_ore:
            by_reason[str(queued(item).reason)].append(payment.payment_id)
    for reason, payment_ids in by_reason.items():
        work.queue.change(payment_ids, reason=reason)


def _moves(item: Decided, today: str) -> list[Posting]:
    """Take the money out of the suspense account and put it where the rules say, booked today.

    The transaction date stays the day the money came: interest is counted to it.
    """
    moved_ore = item.payment.amount_ore - item.allocation.rest_ore
    without_rest = item._replace(allocation=item.allocation._replace(rest_ore=0))
    out = suspense_posting(item.payment, -moved_ore, SuspenseCause.REMATCHED)
    return [posting._replace(booked_date=today) for posting in (out, *postings_of(without_rest))]
