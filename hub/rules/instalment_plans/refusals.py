"""What may be made a plan of, by whom, and when the debtor pays for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from hub.errors import DataError, RuleViolation
from hub.identifiers import coordination_number, organisation_number, personal_identity_number
from hub.identifiers.identity_key import may_be_same
from hub.model.dunning import Stopped
from hub.model.dunning_settings import HoldCode
from hub.model.fee_invoices import StandingFee
from hub.model.receivables import Hold, OpenReceivable, ReceivableKind
from hub.rules.dunning.fees import Fee, costs_owed_ore, refuse_fee
from hub.rules.dunning.holds import what_stops
from hub.rules.statutes import COLLECTION_COSTS_ACT

MOST_CLAIMS = 24
PLAN_FEE = f"{COLLECTION_COSTS_ACT} 3 § 2"

_IDENTITIES = (personal_identity_number, coordination_number, organisation_number)


def refuse_claims(receivables: Sequence[OpenReceivable], others: int) -> None:
    """Refuse more claims than a plan has, a receivable named twice, one that owes nothing, and several companies.

    Raises:
        DataError: it is so.
    """
    count = len(receivables) + others
    if count > MOST_CLAIMS:
        raise DataError(
            f"a plan has at most {MOST_CLAIMS} receivables and other claims, and these are {count}: make several plans"
        )
    if len({one.receivable_id for one in receivables}) < len(receivables):
        raise DataError("a receivable is named twice: name each once")
    for one in receivables:
        if one.kind in (ReceivableKind.CREDIT_NOTE, ReceivableKind.INTERNAL) or one.open_ore <= 0:
            raise DataError(f"receivable {one.number} owes nothing to make a plan of: leave it out")
        if min(one.principal_ore, one.fee_ore, one.interest_ore) < 0:
            raise DataError(f"receivable {one.number} is overpaid in part: put that right first, or leave it out")
    for name, values in (("companies", {r.company for r in receivables}), ("currencies", _currencies(receivables))):
        if len(values) > 1:
            raise DataError(
                f"the receivables are of several {name} ({', '.join(sorted(values))}): make a plan for each"
            )


def _currencies(receivables: Iterable[OpenReceivable]) -> set[str]:
    return {one.currency for one in receivables}


def refuse_debtors(receivables: Sequence[OpenReceivable], fees: Iterable[StandingFee], second_identity: str) -> None:
    """Refuse receivables of others than the debtor of the first, or the second debtor named, by checked identities.

    `fees` are the fee invoices of the receivables: one that has no identity is of the debtor of its receivable.

    Raises:
        DataError: an identity is missing or cannot be right, or is another's.
    """
    if second_identity and not is_checked(second_identity):
        raise DataError("the second debtor's identity cannot be right: give a personal or organisation number")
    with_theirs = {fee.invoice_id for fee in fees}
    rows = [row for row in receivables if row.receivable_id not in with_theirs or is_checked(row.debtor_identity)]
    if len(rows) == 1:
        return
    first = rows[0].debtor_identity
    for one in rows:
        if not is_checked(one.debtor_identity):
            raise DataError(_why_unknown(one))
        if not any(may_be_same(one.debtor_identity, known) for known in (first, second_identity) if known):
            raise DataError(
                f"receivable {one.number} is of another debtor than receivable {rows[0].number}: leave it out, "
                "or name that one as second debtor"
            )


def _why_unknown(one: OpenReceivable) -> str:
    """Say why it is not known whose a receivable is, and what to do; no import gives a fee invoice an identity."""
    is_fee = one.kind == ReceivableKind.FEE_INVOICE
    what_to_do = (
        "name the receivable that it is of too, make a plan of it alone, or cancel it"
        if is_fee
        else "add it in the source system and import again"
    )
    return (
        f"{'fee invoice' if is_fee else 'receivable'} {one.number} has no personal or organisation number that can be "
        f"checked: a plan of several receivables is for one debtor, so {what_to_do}"
    )


def is_checked(identity: str) -> bool:
    """Say whether an identity is a personal, coordination or organisation number with its check digit right."""
    return any(number.is_valid(identity) for number in _IDENTITIES)


def refuse_stopped(
    receivables: Sequence[OpenReceivable],
    codes: Mapping[str, HoldCode],
    active: Iterable[Hold],
    plans: Mapping[int, int],
    handed_over: Mapping[int, str],
) -> None:
    """Refuse receivables that are in another plan, that others ask for, or under a hold that stops plans.

    `plans` says which active plan a receivable is in, `handed_over` at which agency it is or in which order to pay.

    Raises:
        RuleViolation: one is.
    """
    holds = list(active)
    for one in receivables:
        if one.receivable_id in plans:
            raise RuleViolation(
                f"receivable {one.number} is in instalment plan {plans[one.receivable_id]}: end that, or replace it"
            )
        if one.receivable_id in handed_over:
            raise RuleViolation(
                f"receivable {one.number} is handed over ({handed_over[one.receivable_id]}): take it back first, "
                "or leave it out"
            )
        own = [hold.code for hold in holds if hold.receivable_id == one.receivable_id]
        stopping = what_stops(codes, own, Stopped.INSTALMENT_PLAN)
        if stopping is not None:
            raise RuleViolation(
                f"hold {stopping} on receivable {one.number} stops instalment plans: end it first, or leave it out"
            )


def refuse_without_fees(fees: Iterable[StandingFee], named: Sequence[int]) -> None:
    """Refuse receivables whose open fee invoices are not in the plan: nobody would ask for these while it goes on.

    `fees` are the fee invoices of the receivables, `named` the numbers of all that are in the plan.

    Raises:
        RuleViolation: one is not.
    """
    left = [fee.number for fee in fees if fee.open_ore > 0 and fee.invoice_id not in named]
    if left:
        raise RuleViolation(
            f"the receivables have open fee invoices ({', '.join(left)}): name them in the plan too, or cancel them"
        )


def refuse_plan_fee(amount_ore: int, on: date, *, is_full_plan: bool, is_sent: bool) -> None:
    """Refuse a fee for a plan that the law gives none for, or above the cap.

    Lagen (1981:739) 3 § 2: a plan for all that remains of the debt, made together with the debtor and sent.
    `is_full_plan` is what a person says of that.

    Raises:
        RuleViolation: it is so.
    """
    if amount_ore and not (is_full_plan and is_sent):
        raise RuleViolation(
            "a plan's fee is owed only for a plan of all that remains of the debt, made together with the debtor and "
            "sent: say that it is one, or take no fee",
            paragraph=PLAN_FEE,
        )
    if amount_ore:
        refuse_fee(Fee.INSTALMENT_PLAN, amount_ore, on)


def refuse_plan_fee_beside(amount_ore: int, before_ore: int, compensation_ore: int) -> None:
    """Refuse a plan's fee that the compensation for late payment covers; `before_ore` are the fees charged before.

    Lagen (1981:739) 5 §: in trade, and of a public debtor, only what all of them come to above it is owed.

    Raises:
        RuleViolation: it is so.
    """
    if amount_ore and compensation_ore and costs_owed_ore(before_ore + amount_ore, compensation_ore) < amount_ore:
        raise RuleViolation(
            "in trade a plan's fee is owed only above the compensation for late payment: leave it out",
            paragraph=f"{COLLECTION_COSTS_ACT} 5 §",
        )
