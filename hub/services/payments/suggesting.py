"""Suggestions for a suspended payment, so that a person can place it."""

from __future__ import annotations

from hub.model.tenant import Tenant
from hub.rules.payments.suggesting import suggest, wanted_variants
from hub.rules.payments.tokens import tokens_of, wanted_candidates
from hub.services.payees import Payees
from hub.services.payments.placing import as_unmatched
from hub.services.ports import JsonObject, UnitOfWork

MOST_SUGGESTIONS = 20


def suggestions(work: UnitOfWork, tenant: Tenant, payment_id: int, limit: int = MOST_SUGGESTIONS) -> list[JsonObject]:
    """Return what a suspended payment may be for, best first, each with its reason; empty when it is not suspended.

    Two queries, however many receivables there are: one by what the payment names, one by the amount.
    """
    waiting = work.queue.get(payment_id)
    if waiting is None or waiting.state != "suspended":
        return []
    payment = as_unmatched(work, waiting)
    payee = Payees(tenant, work.accounts.numbers()).by_number.get(payment.account_no)
    if payee is None:
        return []
    everything = payee.company.matching.model_copy(
        update={"scan_texts": True, "match_invoice_number": True, "match_amount_and_payer": True}
    )
    tokens = tokens_of(payment, everything, payee.control)
    named = work.matching.candidates([*wanted_candidates(payment, tokens), *wanted_variants(payment)])
    equal = work.receivables.with_open(payment.company, payment.currency, payment.amount_ore, limit)
    return [found._asdict() for found in suggest(payment, tokens, named, equal)[:limit]]
