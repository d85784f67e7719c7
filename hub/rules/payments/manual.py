"""What a row with a payment-method code (*inbetalningssätt*) does to a receivable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hub.errors import DataError, RuleViolation
from hub.model.books import Bucket, Contra, OpenAmounts
from hub.model.payment_method import AccountCoding, Lowers, PaymentEffect, PaymentMethod
from hub.model.payments import Candidate
from hub.model.receivables import OpenReceivable
from hub.money import format_kronor
from hub.rules.charges import BUCKET_OF, LOWERED_BY, Cause, Change, EntryFacts, reallocated
from hub.rules.payments.balances import OpenBalances


def candidate_of(row: OpenReceivable) -> Candidate:
    """Return a receivable that a person chose as the matching rules see their candidates."""
    return Candidate(
        how="person",
        token="",
        account_no=0,
        receivable_id=row.receivable_id,
        company=row.company,
        number=row.number,
        kind=row.kind,
        routine=row.routine,
        group_no=row.group_no,
        currency=row.currency,
        due_date=row.due_date,
        debtor_identity=row.debtor_identity,
        principal_ore=row.principal_ore,
        fee_ore=row.fee_ore,
        interest_ore=row.interest_ore,
        is_watched=row.is_watched,
        printed_fee_ore=row.printed_fee_ore,
        printed_interest_ore=row.printed_interest_ore,
        is_contested=0,
    )


def paid_off(row: OpenReceivable, amount_ore: int, cause: str, contra: str) -> list[Change]:
    """Share an amount over the buckets: costs, interest, principal."""
    shares = OpenBalances([candidate_of(row)]).pay_off(row.receivable_id, amount_ore)
    return [Change(bucket, change_ore, cause, contra) for bucket, change_ore in shares]


def contra_of(method: PaymentMethod, *, has_coding: bool) -> str:
    """Return the other side of a row: its fixed account, the coding given, or what its kind means.

    Raises:
        DataError: the code requires coding that is missing, or forbids what is given.
    """
    if has_coding and method.coding in (AccountCoding.FORBIDDEN, AccountCoding.FIXED):
        raise DataError(f"payment method {method.code} takes no account coding: leave it out")
    if not has_coding and method.coding is AccountCoding.REQUIRED:
        raise DataError(f"payment method {method.code} needs account coding: give lines that add up to the amount")
    if not method.gives_voucher:
        return Contra.NONE
    if has_coding:
        return Contra.CODED
    if method.account:
        return method.account
    return LOWERED_BY[method.lowers][1] if method.lowers is not Lowers.NONE else Contra.CLEARING


def row_changes(
    method: PaymentMethod,
    row: OpenReceivable,
    amount_ore: int | None,
    standing: Mapping[Lowers, int],
    *,
    contra: str,
    cause: str = Cause.MANUAL_PAYMENT,
    entries: Sequence[EntryFacts] = (),
) -> list[Change]:
    """Return how a row changes the buckets; a text-only code changes none.

    Raises:
        DataError: an amount is missing, or given with a text-only code.
        RuleViolation: the row lowers a fee or interest by more than stands debited.
    """
    if (amount_ore is None) != (method.effect is PaymentEffect.TEXT_ONLY):
        what = "has text alone: leave the amount out" if amount_ore is not None else "needs an amount"
        raise DataError(f"payment method {method.code} {what}")
    if amount_ore is None:
        return []
    if method.effect is PaymentEffect.DEBIT:
        return [Change(Bucket.PRINCIPAL, amount_ore, Cause.MANUAL_DEBIT, contra)]
    if method.lowers is not Lowers.NONE:
        return _lowered(method.lowers, row, amount_ore, standing, contra, entries)
    return paid_off(row, amount_ore, cause, contra)


def _lowered(
    kind: Lowers,
    row: OpenReceivable,
    amount_ore: int,
    standing: Mapping[Lowers, int],
    contra: str,
    entries: Sequence[EntryFacts],
) -> list[Change]:
    stands_ore = standing.get(kind, 0)
    if amount_ore > stands_ore:
        raise RuleViolation(
            f"{format_kronor(stands_ore)} stands debited as {kind.replace('_', ' ')}: it cannot be lowered by more"
        )
    lowered = [Change(BUCKET_OF[kind], -amount_ore, LOWERED_BY[kind][0], contra)]
    return lowered + reallocated(OpenAmounts(row.principal_ore, row.fee_ore, row.interest_ore), lowered, entries)
