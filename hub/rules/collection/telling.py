"""What an agency is told of what has happened to a receivable in the books. Pure.

Money of the debtor is a direct payment, anything else that lowers the debt a credit; what the agency has collected
itself is never told back, nor is what comes from its own accounts. What an earlier case of the receivable has collected
is money that came past this one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.model.claims import PaidTo
from hub.model.collection import Crediting, DirectPayment, OrderKind
from hub.model.collection_cases import Case, NewsOfCase
from hub.model.payee_account import account_digits
from hub.rules.charges import CHARGE_CAUSES, MONEY_CAUSES, Cause
from hub.rules.receivables import Cause as InvoiceCause

OURS = frozenset(
    {
        Cause.COLLECTED,
        Cause.COLLECTED_INTEREST_DEBITED,
        Cause.TRANSFERRED,
        Cause.TRANSFER_TAKEN_BACK,
        Cause.REFUNDED,
        Cause.REFUND_GIVEN_BACK,
        InvoiceCause.MOVED_TO_NEW_VERSION,
    }
)
"""Causes of entries that an agency is never told: collection's own, what was paid too much and paid back, and what a
new version repeats of the one before it, where it was told."""

COLLECTED = frozenset({Cause.COLLECTED, Cause.COLLECTED_INTEREST_DEBITED})
"""Causes of what a settlement books; together they come to what it has lowered the debt by."""

VERSIONS = frozenset({InvoiceCause.INVOICED, InvoiceCause.CREDITED_BY_NEW_VERSION})
"""Causes of the entries by which a receivable's new version owes something else than the one before it."""


class Fact(NamedTuple):
    """One thing that happened: money of one payment and day, or a credit; amounts lower the debt when above zero."""

    key: str
    kind: OrderKind
    on: str
    principal_ore: int
    fee_ore: int
    interest_ore: int
    source: PaidTo = PaidTo.CUSTOMER
    is_known_there: bool = False  # the agency's own money: it is not told of it

    @property
    def amount_ore(self) -> int:
        return self.principal_ore + self.fee_ore + self.interest_ore


def facts_of(news: Iterable[NewsOfCase], agency_accounts: Collection[str]) -> list[Fact]:
    """Return what there is to tell of one case, in the order it happened; what adds up to nothing is left out."""
    sums: dict[tuple[str, OrderKind], dict[str, int]] = {}
    first: dict[tuple[str, OrderKind], NewsOfCase] = {}
    for one in news:
        kind = _kind(one)
        if kind is None:
            continue
        key = (_key(one, kind), kind)
        first.setdefault(key, one)
        by_bucket = sums.setdefault(key, {"principal": 0, "fee": 0, "interest": 0})
        by_bucket[one.bucket] -= one.amount_ore
    return [
        Fact(
            key=f"{name}:{first[name, kind].entry_no}",
            kind=kind,
            on=first[name, kind].transaction_date,
            principal_ore=by_bucket["principal"],
            fee_ore=by_bucket["fee"],
            interest_ore=by_bucket["interest"],
            source=_source(first[name, kind]),
            is_known_there=is_of(first[name, kind].payer_account, agency_accounts),
        )
        for (name, kind), by_bucket in sums.items()
        if any(by_bucket.values())
    ]


def _kind(one: NewsOfCase) -> OrderKind | None:
    """Return what an entry is told as, None when it is not told: one of our own, or a charge of ours."""
    if _is_of_another_case(one):
        return OrderKind.DIRECT_PAYMENT
    if one.cause in OURS or (one.cause in CHARGE_CAUSES and one.amount_ore > 0):
        return None
    if one.payment_id is not None or one.cause in MONEY_CAUSES:
        return OrderKind.DIRECT_PAYMENT
    return OrderKind.CREDIT


def _is_of_another_case(one: NewsOfCase) -> bool:
    """Say whether an entry is of a settlement that came late: of a case that the receivable had before this one."""
    return one.cause in COLLECTED and one.rule.startswith("case:") and one.rule != f"case:{one.case_no}"


def _source(one: NewsOfCase) -> PaidTo:
    if _is_of_another_case(one):
        return PaidTo.AGENCY
    return PaidTo.SETOFF if one.payment_id is None else PaidTo.CUSTOMER


def _key(one: NewsOfCase, kind: OrderKind) -> str:
    if kind is OrderKind.CREDIT:
        return "version" if one.cause in VERSIONS else f"credit:{one.cause}:{one.transaction_date}"
    if one.payment_id:
        return f"payment:{one.payment_id}"
    cause = Cause.COLLECTED if _is_of_another_case(one) else one.cause
    return f"own:{cause}:{one.transaction_date}:{one.rule}"


def is_of(payer_account: str, agency_accounts: Collection[str]) -> bool:
    """Say whether money came from one of an agency's accounts, however either is written."""
    digits = account_digits(payer_account)
    return bool(digits) and any(digits == account_digits(one) for one in agency_accounts)


class Left(NamedTuple):
    """What is left of a case by bucket, as the agency is to believe."""

    principal_ore: int
    fee_ore: int
    interest_ore: int

    def lowered(self, fact: Fact) -> Left:
        """Return what is left after something."""
        return Left(
            self.principal_ore - fact.principal_ore,
            self.fee_ore - fact.fee_ore,
            self.interest_ore - fact.interest_ore,
        )


def left_of(case: Case) -> Left:
    """Return what is left of a case by what was handed over and told."""
    return Left(
        case.principal_ore - case.principal_told_ore,
        case.fee_ore - case.fee_told_ore,
        case.interest_ore - case.interest_told_ore,
    )


def payment_of(case: Case, fact: Fact, left: Left) -> DirectPayment:
    """Return the direct payment that an agency is told; `left` is after it."""
    return DirectPayment(
        payment_key=f"{case.claim_id}:{fact.key}"[:60],
        bank_date=fact.on,
        amount_ore=fact.amount_ore,
        source=fact.source,
        principal_ore=fact.principal_ore,
        fee_ore=fact.fee_ore,
        interest_ore=fact.interest_ore,
        principal_left_ore=left.principal_ore,
        fee_left_ore=left.fee_ore,
        interest_left_ore=left.interest_ore,
    )


def credit_of(case: Case, fact: Fact, left: Left) -> Crediting:
    """Return the credit that an agency is told; `left` is after it."""
    return Crediting(
        credit_key=f"{case.claim_id}:{fact.key}"[:60],
        date=fact.on,
        amount_ore=fact.amount_ore,
        left_ore=left.principal_ore + left.fee_ore + left.interest_ore,
    )


def grows(facts: Sequence[Fact]) -> bool:
    """Say whether something has raised a debt that was handed over, other than by money that went back."""
    return any(fact.kind is OrderKind.CREDIT and fact.amount_ore < 0 for fact in facts)


def changed_fields(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    """Return the names of a debtor's fields that differ."""
    return tuple(sorted(name for name in after if before.get(name) != after[name]))
