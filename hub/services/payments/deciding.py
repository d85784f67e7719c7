"""Deciding payments one by one with the rules, from candidates fetched by one query, and turning that into postings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.model.books import Bucket, Contra, Posting
from hub.model.payments import Candidate, MatchProposal, QueuedPayment, UnmatchedPayment
from hub.rules.payments.allocation import Allocation, Movement, allocate
from hub.rules.payments.balances import OpenBalances
from hub.rules.payments.matching import Found, Rule, Tokens, find_receivables, nothing_found
from hub.rules.payments.tokens import everything, mentions, tokens_of, wanted_candidates
from hub.services.payees import Payees
from hub.services.ports import Matching


class Decided(NamedTuple):
    """What the rules say of one payment."""

    payment: UnmatchedPayment
    tokens: Tokens
    found: Found
    allocation: Allocation


class Candidates:
    """The candidates of many payments, looked up by what they were found by."""

    def __init__(self, rows: Sequence[Candidate]) -> None:
        self._by_token: dict[tuple[str, str], list[Candidate]] = {}
        self._tokens = {row.token for row in rows}
        self.by_id = {row.receivable_id: row for row in rows}
        for row in rows:
            self._by_token.setdefault((row.how, row.token), []).append(row)

    def has_any(self, tokens: Tokens) -> bool:
        """Say whether a payment can be found by anything; most of those that nothing matches cannot."""
        return bool(self._tokens) and not self._tokens.isdisjoint(everything(tokens))

    def of(self, payment: UnmatchedPayment) -> _Lookup:
        """Return the look-up for one payment, which sees its own company alone."""
        return _Lookup(self._by_token, payment.company)


class _Lookup:
    def __init__(self, by_token: Mapping[tuple[str, str], list[Candidate]], company: str) -> None:
        self._by_token = by_token
        self._company = company

    def __call__(self, how: str, token: str) -> Sequence[Candidate]:
        return [row for row in self._by_token.get((how, token), ()) if row.company == self._company]


def decide(
    payments: Sequence[UnmatchedPayment],
    matching: Matching,
    payees: Payees,
    proposals: Mapping[int, MatchProposal],
) -> Iterator[Decided]:
    """Decide payments in order; each sees what the ones before it have paid off."""
    tokens = [_tokens(payment, payees) for payment in payments]
    wanted = [row for payment, found in zip(payments, tokens, strict=True) for row in wanted_candidates(payment, found)]
    candidates = Candidates(matching.candidates(wanted))
    balances = OpenBalances(candidates.by_id.values())
    for payment, named in zip(payments, tokens, strict=True):
        company = payees.by_number[payment.account_no].company
        found = _proposed(payment, proposals, candidates) or (
            find_receivables(payment, named, candidates.of(payment), balances, company.matching.without_reference)
            if candidates.has_any(named)
            else nothing_found(payment, named)
        )
        allocation = allocate(payment.amount_ore, found, balances, company.limits, cause=payment.kind)
        yield Decided(payment, named, found, allocation)


def _tokens(payment: UnmatchedPayment, payees: Payees) -> Tokens:
    payee = payees.by_number[payment.account_no]
    return tokens_of(payment, payee.company.matching, payee.control)


def _proposed(
    payment: UnmatchedPayment, proposals: Mapping[int, MatchProposal], candidates: Candidates
) -> Found | None:
    """Take a plugin's proposal when every receivable it names is among the payment's own candidates."""
    proposal = proposals.get(payment.payment_id)
    if proposal is None or any(share.receivable_id not in candidates.by_id for share in proposal.shares):
        return None
    chosen = tuple(candidates.by_id[share.receivable_id] for share in proposal.shares)
    if any(row.company != payment.company or row.currency != payment.currency for row in chosen):
        return None
    return Found(chosen, f"{Rule.PLUGIN}:{proposal.rule}", "", tuple(share.amount_ore for share in proposal.shares))


def postings_of(decided: Decided) -> list[Posting]:
    """Turn a decision into postings: one for each bucket that changes, and the rest to the suspense account."""
    payment = decided.payment
    postings = [_posting(payment, movement, decided.found.rule) for movement in decided.allocation.movements]
    if decided.allocation.rest_ore:
        postings.append(suspense_posting(payment, decided.allocation.rest_ore, "suspended"))
    return postings


def _posting(payment: UnmatchedPayment, movement: Movement, rule: str) -> Posting:
    candidate = movement.candidate
    return Posting(
        receivable_id=candidate.receivable_id,
        bucket=movement.bucket,
        amount_ore=movement.amount_ore,
        group_no=candidate.group_no,
        company=candidate.company,
        payment_id=payment.payment_id,
        exchange_no=payment.exchange_no or None,
        section_no=payment.section_no,
        account_no=payment.account_no,
        currency=payment.currency,
        transaction_date=payment.booked_date,
        booked_date=payment.booked_date,
        cause=movement.cause,
        rule=rule,
        contra=movement.contra,
    )


def suspense_posting(payment: UnmatchedPayment, amount_ore: int, cause: str, contra: str = Contra.CLEARING) -> Posting:
    """Return the posting of money that comes into the suspense account, or leaves it (below zero)."""
    return Posting(
        receivable_id=0,
        bucket=Bucket.SUSPENSE,
        amount_ore=amount_ore,
        group_no=0,
        company=payment.company,
        payment_id=payment.payment_id,
        exchange_no=payment.exchange_no or None,
        section_no=payment.section_no,
        account_no=payment.account_no,
        currency=payment.currency,
        transaction_date=payment.booked_date,
        booked_date=payment.booked_date,
        cause=cause,
        contra=contra,
    )


def queued(decided: Decided) -> QueuedPayment:
    """Return the queue's row for what a decision left over."""
    payment = decided.payment
    return QueuedPayment(
        payment_id=payment.payment_id,
        exchange_no=payment.exchange_no,
        account_no=payment.account_no,
        company=payment.company,
        reference=payment.reference,
        amount_ore=decided.allocation.rest_ore,
        remaining_ore=decided.allocation.rest_ore,
        currency=payment.currency,
        booked_date=payment.booked_date,
        state="suspended",
        reason=decided.allocation.reason or decided.found.reason,
        twin_payment=None,
        held_group="",
    )


def mentions_of(decided: Decided) -> list[tuple[str, int]]:
    """Return (reference, payment id) of everything an unallocated payment may mean."""
    return [(reference, decided.payment.payment_id) for reference in mentions(decided.tokens)]


def watched(decided: Decided) -> list[Candidate]:
    """Return the receivables under watch (*betalningsbevakning*) that a payment was allocated to."""
    touched = {m.candidate.receivable_id: m.candidate for m in decided.allocation.movements if m.candidate.is_watched}
    return list(touched.values())
