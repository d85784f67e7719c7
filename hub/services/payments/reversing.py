"""Payments the bank took back: found by their keys, else by their names where these mean one alone; reversed by new
entries. One that is not found is held.

A camt.054 and a camt.053 may both tell the same reversal: the second telling changes nothing but the bank's side.
"""

from __future__ import annotations

from collections.abc import Collection

from hub.model.payments import LoadedReversal
from hub.model.tenant import Tenant
from hub.rules.payments.reversals import Outcome, outcome_of
from hub.services.chart import chart_of
from hub.services.payments.rematching import enqueue_rematch
from hub.services.ports import JsonObject, UnitOfWork

CAUSE = "payment_reversed"
VOUCHER_TYPE = "giro_payments"
TASK = "reversal"


def apply_reversals(work: UnitOfWork, tenant: Tenant, exchange_no: int, run_no: int) -> JsonObject:
    """Reverse the payments that a file takes back; return how many were reversed, told again and held."""
    counted = dict.fromkeys(Outcome, 0)
    for reversal in work.loading.loaded_reversals(exchange_no):
        outcome, payment_id = outcome_of(reversal, work.undoing.owners_of_keys(reversal))
        counted[outcome] += 1
        if payment_id is None:
            _hold(work, reversal)
        elif outcome is Outcome.DUPLICATE:
            work.undoing.settle_reversal(exchange_no, reversal.reversal_no, outcome, payment_id)
        else:
            reverse_payment(work, tenant, reversal, payment_id, run_no)
    return {
        "reversed": counted[Outcome.DONE],
        "reversals_told_again": counted[Outcome.DUPLICATE],
        "reversals_held": counted[Outcome.HELD],
    }


def ask_again(work: UnitOfWork, tenant: Tenant, exchange_no: int, places: Collection[tuple[int, int]]) -> None:
    """Ask again what the held reversals of a posted file mean, at places (section, account) that have become known."""
    for reversal in work.loading.loaded_reversals(exchange_no):
        if reversal.state == Outcome.HELD and (reversal.section_no, reversal.account_no) in places:
            outcome, payment_id = outcome_of(reversal, work.undoing.owners_of_keys(reversal))
            if payment_id is not None:
                settle_late(work, tenant, reversal, outcome, payment_id)


def settle_late(work: UnitOfWork, tenant: Tenant, reversal: LoadedReversal, outcome: Outcome, payment_id: int) -> None:
    """Do today what a held reversal turns out to mean, and close its task."""
    if outcome is Outcome.DUPLICATE:
        work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, outcome, payment_id)
    else:
        reverse_payment(work, tenant, reversal, payment_id, booked_date=work.today)
        work.lumps.count_reversal(reversal)
    close_task(work, reversal)


def close_task(work: UnitOfWork, reversal: LoadedReversal) -> None:
    """Nobody needs to say any more what a reversal means."""
    work.commands.close_task(TASK, f"{reversal.exchange_no}:{reversal.reversal_no}")


def reverse_payment(
    work: UnitOfWork,
    tenant: Tenant,
    reversal: LoadedReversal,
    payment_id: int,
    run_no: int | None = None,
    *,
    booked_date: str = "",
) -> None:
    """Take back the payment that a reversal means, booked on its day unless another is given.

    Writes down what became of the reversal.
    """
    take_back(
        work,
        tenant,
        payment_id,
        cause=CAUSE,
        booked_date=booked_date or reversal.booked_date,
        happened_on=reversal.booked_date,
        exchange_no=reversal.exchange_no,
        occasion=f"reversal:{reversal.exchange_no}:{reversal.reversal_no}",
        run_no=run_no,
    )
    work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, Outcome.DONE, payment_id)
    work.events.record(
        "payment_taken_back",
        payment_id=payment_id,
        exchange_no=reversal.exchange_no,
        amount_ore=reversal.amount_ore,
        currency=reversal.currency,
        reason=reversal.reason,
    )


def take_back(
    work: UnitOfWork,
    tenant: Tenant,
    payment_id: int,
    *,
    cause: str,
    booked_date: str,
    exchange_no: int,
    occasion: str,
    happened_on: str | None = None,
    run_no: int | None = None,
) -> None:
    """Take one payment back: its entries by new ones, what is left of it in the suspense account too.

    Interest is counted to `happened_on`, the day the money left; without it as if the payment had never been.
    `exchange_no` is the file that says so; `occasion` names the rematch of what its receivables, open again, may take.
    """
    receivables = work.undoing.receivables_of(payment_id)
    work.receivables.lock(receivables)
    references = [(row.account_no, row.reference) for row in work.receivables.references_of(receivables)]
    work.undoing.postings_of_payment(payment_id, booked_date, cause, happened_on)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, exchange_no=exchange_no, run_no=run_no)
    work.queue.change([payment_id], state="closed", remaining_ore=0, reason=cause)
    enqueue_rematch(work, tenant.id, occasion, references)


def _hold(work: UnitOfWork, reversal: LoadedReversal) -> None:
    work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, Outcome.HELD, None)
    subject = f"{reversal.exchange_no}:{reversal.reversal_no}"
    work.commands.open_task(
        TASK,
        subject,
        f"the bank took back a payment that is not found by its keys: hub payments reversal {subject} PAYMENT, "
        "or --coding where no payment bears it",
    )
    work.events.record(
        "reversal_held",
        exchange_no=reversal.exchange_no,
        reversal_no=reversal.reversal_no,
        amount_ore=reversal.amount_ore,
        currency=reversal.currency,
    )
