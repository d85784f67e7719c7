"""Deciding payments one by one with the rules, from candidates fetched by one query, and turning that into postings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.model.books import Bucket, Contra, Posting
from hub.model.match_settings import DifferenceLimits
from hub.model.payments import AGENCY_PAYOUT, Candidate, MatchProposal, QueuedPayment, UnmatchedPayment
from hub.model.suspense import SuspenseCause
from hub.rules.payments.allocation import Allocation, Movement, allocate
from hub.rules.payments.balances import OpenBalances
from hub.rules.payments.matching import (
    Found,
    Lookup,
    Reason,
    Rule,
    Tokens,
    exactly_meant,
    find_receivables,
    nothing_found,
)
from hub.rules.payments.tokens import everything, mentions, tokens_of, wanted_candidates
from hub.services.payees import Payee, Payees
from hub.services.ports import Matching


class Decided(NamedTuple):
    """What the rules say of one payment."""

    payment: UnmatchedPayment
    tokens: Tokens
    found: Found
    allocation: Allocation


class Candidates:
    """The candidates of many payments; each payment sees what was looked for at its own account alone."""

    def __init__(self, rows: Sequence[Candidate]) -> None:
        self._found: dict[tuple[str, str, int], list[Candidate]] = {}
        self._tokens = {row.token for row in rows}
        self.by_id = {row.receivable_id: row for row in rows}
        for row in rows:
            self._found.setdefault((row.how, row.token, row.account_no), []).append(row)

    def has_any(self, tokens: Tokens) -> bool:
        """Say whether a payment can be found by anything; most of those that nothing matches cannot."""
        return bool(self._tokens) and not self._tokens.isdisjoint(everything(tokens))

    def of(self, account_no: int) -> Lookup:
        """Return the look-up for payments to one account."""
        return lambda how, token: self._found.get((how, token, account_no), ())

    def ids_of(self, payment: UnmatchedPayment, tokens: Tokens) -> set[int]:
        """Return the receivables that a payment can be found by."""
        lookup = self.of(payment.account_no)
        ways = {(how, token) for how, token, _, _ in wanted_candidates(payment, tokens)}
        ways |= {(how, token) for how in ("letter", "plan") for by, token in ways if by == "reference"}
        return {row.receivable_id for how, token in ways for row in lookup(how, token)}


def decide(
    payments: Sequence[UnmatchedPayment],
    matching: Matching,
    payees: Payees,
    proposals: Mapping[int, MatchProposal],
) -> Iterator[Decided]:
    """Decide payments, the exact ones first; each sees what the ones before it have paid off."""
    tokens = [_tokens(payment, payees) for payment in payments]
    wanted = [row for payment, found in zip(payments, tokens, strict=True) for row in wanted_candidates(payment, found)]
    candidates = Candidates(matching.candidates(wanted))
    balances = OpenBalances(candidates.by_id.values())
    exact = _exact(payments, candidates, balances)
    for payment, named in sorted(zip(payments, tokens, strict=True), key=lambda one: one[0].payment_id not in exact):
        payee = payees.by_number.get(payment.account_no)
        if payee is None:  # taken out of the settings since: the money waits
            found, limits = Found((), reason=Reason.UNKNOWN_PAYEE_ACCOUNT), DifferenceLimits()
        else:
            found, limits = _found(payment, named, payee, candidates, balances, proposals), payee.company.limits
        yield Decided(payment, named, found, allocate(payment.amount_ore, found, balances, limits, cause=payment.kind))


def _exact(payments: Sequence[UnmatchedPayment], candidates: Candidates, balances: OpenBalances) -> set[int]:
    """Return the payments that come first, as those of the exact join do: no other takes what they mean by its text.

    Payments that share a reference keep their order; of two that mean one receivable the first is exact.
    """
    named = Counter((payment.account_no, payment.reference) for payment in payments)
    exact: dict[int, int] = {}
    for payment in payments:
        if payment.reference and named[payment.account_no, payment.reference] == 1:
            match = exactly_meant(payment, candidates.of(payment.account_no), balances)
            if match is not None:
                exact.setdefault(match.receivable_id, payment.payment_id)
    return set(exact.values())


def _found(
    payment: UnmatchedPayment,
    tokens: Tokens,
    payee: Payee,
    candidates: Candidates,
    balances: OpenBalances,
    proposals: Mapping[int, MatchProposal],
) -> Found:
    proposed = _proposed(payment, tokens, proposals, candidates)
    if proposed is not None:
        return proposed
    if not candidates.has_any(tokens):
        return nothing_found(payment, tokens)
    setting = payee.company.matching.without_reference
    return find_receivables(payment, tokens, candidates.of(payment.account_no), balances, setting)


def _tokens(payment: UnmatchedPayment, payees: Payees) -> Tokens:
    payee = payees.by_number.get(payment.account_no)
    if payee is None:
        return Tokens(payment.reference, (), (), (), "")
    return tokens_of(payment, payee.company.matching, payee.control)


def _proposed(
    payment: UnmatchedPayment, tokens: Tokens, proposals: Mapping[int, MatchProposal], candidates: Candidates
) -> Found | None:
    """Take a plugin's proposal when every receivable it names is among the payment's own candidates; else it waits."""
    proposal = proposals.get(payment.payment_id)
    if proposal is None:
        return None
    if proposal == AGENCY_PAYOUT:
        return Found((), reason=Reason.AGENCY_PAYOUT)
    named = {share.receivable_id for share in proposal.shares}
    if not named or not named <= candidates.ids_of(payment, tokens):
        return Found((), reason=Reason.PROPOSAL_REFUSED)
    chosen = tuple(candidates.by_id[share.receivable_id] for share in proposal.shares)
    if any(row.currency != payment.currency for row in chosen):
        return Found((), reason=Reason.PROPOSAL_REFUSED)
    return Found(chosen, f"{Rule.PLUGIN}:{proposal.rule}", "", tuple(share.amount_ore for share in proposal.shares))


def postings_of(decided: Decided) -> list[Posting]:
    """Turn a decision into postings: one for each bucket that changes, and the rest to the suspense account."""
    payment = decided.payment
    postings = [_posting(payment, movement, decided.found.rule) for movement in decided.allocation.movements]
    if decided.allocation.rest_ore:
        postings.append(suspense_posting(payment, decided.allocation.rest_ore, SuspenseCause.SUSPENDED))
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


def suspense_posting(
    payment: UnmatchedPayment, amount_ore: int, cause: SuspenseCause, contra: str = Contra.CLEARING
) -> Posting:
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
