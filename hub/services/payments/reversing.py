"""Payments the bank took back: found by their keys, reversed by new entries; one that is not found is held."""

from __future__ import annotations

from hub.model.payments import LoadedReversal
from hub.model.tenant import Tenant
from hub.services.payments.posting import chart_of
from hub.services.payments.rematching import enqueue_rematch
from hub.services.ports import JsonObject, UnitOfWork

CAUSE = "payment_reversed"
VOUCHER_TYPE = "giro_payments"


def apply_reversals(work: UnitOfWork, tenant: Tenant, exchange_no: int, run_no: int) -> JsonObject:
    """Reverse the payments that a file takes back; return how many were reversed and held."""
    done = held = 0
    for reversal in work.loading.loaded_reversals(exchange_no):
        payment_id = work.undoing.payment_by_keys(
            reversal.keys, reversal.account_no, reversal.amount_ore, reversal.currency
        )
        if payment_id is None:
            _hold(work, reversal)
            held += 1
        else:
            reverse_payment(work, tenant, reversal, payment_id, run_no)
            done += 1
    return {"reversed": done, "reversals_held": held}


def reverse_payment(
    work: UnitOfWork, tenant: Tenant, reversal: LoadedReversal, payment_id: int, run_no: int | None
) -> None:
    """Take one payment back: its entries by new ones, what is left of it in the suspense account too."""
    references = [
        (row.account_no, row.reference)
        for row in work.receivables.references_of(work.undoing.receivables_of(payment_id))
    ]
    work.undoing.postings_of_payment(payment_id, reversal.booked_date, CAUSE)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, exchange_no=reversal.exchange_no, run_no=run_no)
    work.queue.change([payment_id], state="closed", remaining_ore=0, reason=CAUSE)
    work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, "done", payment_id)
    work.events.record(
        "payment_taken_back",
        payment_id=payment_id,
        exchange_no=reversal.exchange_no,
        amount_ore=reversal.amount_ore,
        currency=reversal.currency,
        reason=reversal.reason,
    )
    enqueue_rematch(work, tenant.id, f"reversal:{reversal.exchange_no}:{reversal.reversal_no}", references)


def _hold(work: UnitOfWork, reversal: LoadedReversal) -> None:
    work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, "held", None)
    subject = f"{reversal.exchange_no}:{reversal.reversal_no}"
    work.commands.open_task("reversal", subject, "the bank took back a payment that is not found by its keys")
    work.events.record(
        "reversal_held",
        exchange_no=reversal.exchange_no,
        reversal_no=reversal.reversal_no,
        amount_ore=reversal.amount_ore,
        currency=reversal.currency,
    )
