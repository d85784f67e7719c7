"""Payments the bank took back: found by their keys, else by their names where these mean one alone; reversed by new
entries. One that is not found is held.

A camt.054 and a camt.053 may both tell the same reversal: the second telling changes nothing but the bank's side. That
both mean one payment shows it, or that both have one key. The key shows it whatever became of the first, and when: the
second may have come before the first was decided, and no payment need have been taken back.
"""

from __future__ import annotations

from collections.abc import Collection

from hub.model.commands import ReversalNumber
from hub.model.payments import REVERSAL_HELD, LoadedReversal
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.rules.payments.reversals import Outcome, gone_payment, outcome_of, proofs, same_reversal, told_again_window
from hub.services.chart import chart_of
from hub.services.payments.rematching import enqueue_rematch
from hub.services.ports import JsonObject, UnitOfWork

CAUSE = SuspenseCause.REVERSED
VOUCHER_TYPE = "giro_payments"
TASK = "reversal"
_SAME = "--same-as EXCHANGE:NO where another format's file tells the same reversal and that one is decided"
_TAKEN = (
    "the bank took back a payment that is not found by its keys: hub payments reversal {subject} PAYMENT, or "
    f"{_SAME}, or --coding where no payment bears it and no other file tells it; where it is several payments in one "
    "sum, ask the bank for a file that names each, and give that to hub receive"
)
_CREDITED = (
    "the bank gave back a debit that is no single refund of ours, nor the sum of what left of one file: ask the bank "
    f"which it is; then hub payments reversal {{subject}} {_SAME}, or make its money a payment: hub payments "
    "lumps, and hub payments lump-payment NO"
)


def apply_reversals(work: UnitOfWork, tenant: Tenant, exchange_no: int, run_no: int) -> JsonObject:
    """Reverse the payments that a file takes back; return how many were reversed, told again and held."""
    counted = dict.fromkeys(Outcome, 0)
    for reversal in work.loading.loaded_reversals(exchange_no):
        outcome, payment_id, voucher_no = _decide(work, reversal)
        counted[outcome] += 1
        if outcome is Outcome.DUPLICATE:
            settle(work, reversal, outcome, payment_id, voucher_no)
        elif payment_id is None:
            _hold(work, reversal, gone_payment(reversal, work.undoing.owners_of_keys(reversal)))
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
            outcome, payment_id, voucher_no = _decide(work, reversal)
            if outcome is Outcome.DUPLICATE:
                close_as_told(work, reversal, payment_id, voucher_no)
            elif payment_id is not None:
                take_back_late(work, tenant, reversal, payment_id)


def _decide(work: UnitOfWork, reversal: LoadedReversal) -> tuple[Outcome, int | None, int | None]:
    """Return what becomes of a reversal, the payment, and the voucher of it if it is coded as another family tells it.

    What another family has told comes first here too, whatever payment has come since that it could mean.
    """
    twin = same_reversal(reversal, _told_near(work, reversal, is_held=False))
    if twin is not None:
        return Outcome.DUPLICATE, twin.payment_id, twin.voucher_no
    return *outcome_of(reversal, work.undoing.owners_of_keys(reversal)), None


def _told_near(work: UnitOfWork, reversal: LoadedReversal, *, is_held: bool) -> list[LoadedReversal]:
    """Return what other families tell that a key may prove to be the same: what waits, or what is decided."""
    if not proofs(reversal):
        return []
    _, first_day, last_day = told_again_window(reversal)
    told = work.undoing.told_by_others(reversal, first_day, last_day)
    return [other for other in told if (other.state == Outcome.HELD) is is_held]


def settle(
    work: UnitOfWork, reversal: LoadedReversal, outcome: Outcome, payment_id: int | None, voucher_no: int | None = None
) -> None:
    """Write down what became of a reversal, and close what waits that other families tell of the same."""
    work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, outcome, payment_id, voucher_no)
    while (twin := same_reversal(reversal, _told_near(work, reversal, is_held=True))) is not None:
        close_as_told(work, twin, payment_id, voucher_no)


def close_as_told(
    work: UnitOfWork, reversal: LoadedReversal, payment_id: int | None, voucher_no: int | None = None
) -> None:
    """Close a held reversal, and its task, as one that another family has told; its payment and voucher are that's."""
    settle(work, reversal, Outcome.DUPLICATE, payment_id, voucher_no)
    close_task(work, reversal)


def take_back_late(work: UnitOfWork, tenant: Tenant, reversal: LoadedReversal, payment_id: int) -> None:
    """Take back today the payment that a held reversal turns out to mean, and close its task."""
    reverse_payment(work, tenant, reversal, payment_id, booked_date=work.today)
    work.lumps.count_reversal(reversal)
    close_task(work, reversal)


def close_task(work: UnitOfWork, reversal: LoadedReversal) -> None:
    """Nobody needs to say any more what a reversal means."""
    work.commands.close_task(TASK, subject_of(reversal))


def subject_of(reversal: LoadedReversal | ReversalNumber) -> str:
    """Return what tasks and people call a reversal."""
    return f"{reversal.exchange_no}:{reversal.reversal_no}"


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
    settle(work, reversal, Outcome.DONE, payment_id)
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


def _hold(work: UnitOfWork, reversal: LoadedReversal, gone: int | None) -> None:
    """Let a reversal wait; what has gone may come back: whoever has it hears of the event, and decides it then."""
    work.undoing.settle_reversal(reversal.exchange_no, reversal.reversal_no, Outcome.HELD, None)
    subject = subject_of(reversal)
    work.commands.open_task(TASK, subject, (_CREDITED if reversal.is_credit else _TAKEN).format(subject=subject))
    work.events.record(
        REVERSAL_HELD,
        exchange_no=reversal.exchange_no,
        reversal_no=reversal.reversal_no,
        **({} if gone is None else {"payment_id": gone}),
        amount_ore=reversal.amount_ore,
        currency=reversal.currency,
    )
