"""Fee invoices taken back with the steps that they are of: cancelled by new entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hub.errors import RuleViolation
from hub.model.command import Target
from hub.model.commands import CancelReceivable
from hub.model.dunning_plans import StepTaken
from hub.model.dunning_reasons import NotUndone
from hub.model.fee_invoices import PAID_FEE_TAKEN_BACK, StandingFee
from hub.model.tenant import Tenant
from hub.rules.charges import is_credited_whole
from hub.rules.dunning.fee_invoices import is_of_another
from hub.services.books.amounts import cancel_receivable
from hub.services.ports import UnitOfWork

USER = "dunning"


def fees_of(work: UnitOfWork, steps: Iterable[StepTaken]) -> dict[StepTaken, list[StandingFee]]:
    """Return the fee invoices of steps that stand."""
    of_step = {(step.receivable_id, step.plan_no): step for step in steps if step.are_fees_invoiced}
    found: dict[StepTaken, list[StandingFee]] = {}
    for fee in work.fee_invoices.standing(number for number, _ in of_step) if of_step else ():
        step = of_step.get((fee.receivable_id, fee.plan_no))
        if step is not None:
            found.setdefault(step, []).append(fee)
    return found


def what_was_done(work: UnitOfWork, fees: Sequence[StandingFee]) -> str:
    """Return what keeps a person from undoing a step: a fee invoice of it was paid, or dunned by itself; else ''."""
    paid = next((fee for fee in fees if fee.open_ore != fee.amount_ore), None)
    if paid is not None:
        return f"{NotUndone.PAID}: {paid.number}"
    steps = work.dunning.of([fee.invoice_id for fee in fees], work.today).steps if fees else {}
    followed = next((one.step for taken in steps.values() for one in taken), None)
    return f"{NotUndone.FOLLOWED_BY}: {followed}" if followed is not None else ""


def cancel_fees(
    work: UnitOfWork, tenant: Tenant, undone: Mapping[StepTaken, Sequence[StandingFee]], because: str
) -> None:
    """Cancel the fee invoices of steps that are taken back, in this transaction; a person is told of a paid one."""
    for step, fees in undone.items():
        for fee in fees:
            _cancel(work, tenant, step.letter, fee, because)
        work.fee_invoices.take_back([fee.invoice_id for fee in fees])


def cancel_fees_of_cancelled(work: UnitOfWork, tenant: Tenant, receivable_ids: Iterable[int]) -> None:
    """Cancel the fee invoices of receivables that have been cancelled: nothing was owed that could be late."""
    for fee in work.fee_invoices.standing(receivable_ids):
        _cancel(work, tenant, "cancelled", fee, "the receivable that it is of was cancelled")


def cancel_fees_of_credited(work: UnitOfWork, tenant: Tenant, receivable_ids: Iterable[int]) -> None:
    """Cancel the fee invoices of receivables that are credited in whole; a part credit leaves them.

    A new version credits the one before: with another debtor, the one who was charged owed nothing.
    """
    fees = work.fee_invoices.standing(receivable_ids)
    ids = sorted({fee.receivable_id for fee in fees})
    rows = {row.receivable_id: row for row in work.receivables.by_ids([*ids, *(fee.invoice_id for fee in fees)])}
    entries, crediting = work.dunning.entries_of(ids), work.fee_invoices.crediting(ids)
    for fee in fees:
        number = fee.receivable_id
        if is_credited_whole([*entries[number], *crediting[number]]):
            _cancel(work, tenant, "credited", fee, "the whole of the receivable that it is of was credited")
        elif is_of_another(rows[fee.invoice_id], rows[number]):
            _cancel(work, tenant, "credited", fee, "the receivable that it is of is another debtor's by a new version")


def _cancel(work: UnitOfWork, tenant: Tenant, cause: str, fee: StandingFee, because: str) -> None:
    target = Target(company=fee.company, number=fee.number, source_system=fee.source_system)
    key = f"{cause}:cancel:{fee.invoice_id}"
    asked = CancelReceivable(key=key, user=USER, receivable=target, remark=because, allow_credit_balance=True)
    try:
        cancel_receivable(work, tenant, asked)
    except RuleViolation:
        return  # somebody has cancelled or credited it already
    if fee.open_ore < fee.amount_ore:
        work.commands.open_task(
            PAID_FEE_TAKEN_BACK,
            fee.number,
            f"fee invoice {fee.number} was paid and is taken back ({because}): it has a credit balance; refund it, or "
            "move it by registering payments by hand; then: hub documents seen with the number of this task",
        )
