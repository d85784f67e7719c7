"""What a suspended payment may be for: candidates in order, each with its reason. A person decides."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from hub.identifiers.identity_key import may_be_same
from hub.model.payments import Candidate, UnmatchedPayment
from hub.model.receivables import OpenReceivable, ReceivableKind
from hub.rules.payments.matching import Tokens
from hub.rules.references import normal_form

SHORTEST_VARIANT = 4
MOST_CUT = 2  # check digit, length digit


class Why(StrEnum):
    """Why a receivable is suggested, the best reason first."""

    REFERENCE = "reference"
    REFERENCE_IN_TEXT = "reference_in_text"
    INVOICE_NUMBER = "invoice_number"
    PAYER_AND_AMOUNT = "payer_and_amount"
    NAME_AND_AMOUNT = "name_and_amount"
    REFERENCE_VARIANT = "reference_variant"
    PAYER = "payer"
    AMOUNT = "amount"


_ORDER = {why: place for place, why in enumerate(Why)}


class Suggestion(NamedTuple):
    """A receivable that a payment may be for."""

    receivable_id: int
    company: str
    number: str
    open_ore: int
    due_date: str
    reason: str
    is_exact: bool  # exactly what remains of the payment is open


def variants(reference: str) -> list[str]:
    """Return what a reference may be a slip of: without zeros in front, without check digit or length digit."""
    cut = [reference[:-count] for count in range(1, MOST_CUT + 1)]
    found = [reference.lstrip("0"), *cut, *(value.lstrip("0") for value in cut)]
    return [value for value in dict.fromkeys(found) if len(value) >= SHORTEST_VARIANT and value != reference]


def wanted_variants(payment: UnmatchedPayment) -> list[tuple[str, str, int, str]]:
    """Return (how, token, account number, company) for the variants of a payment's reference."""
    place = (payment.account_no, payment.company)
    tokens = variants(payment.reference) if payment.reference else []
    whole = [payment.reference] if payment.reference else []
    return [("reference", token, *place) for token in tokens] + [("number", token, *place) for token in whole + tokens]


def suggest(
    payment: UnmatchedPayment,
    tokens: Tokens,
    candidates: Iterable[Candidate],
    equal: Iterable[OpenReceivable],
) -> list[Suggestion]:
    """Return the receivables a payment may be for, best first, each once; settled and internal ones are left out.

    `equal` are receivables with exactly the remaining amount open.
    """
    best: dict[int, Suggestion] = {}
    for candidate in candidates:
        if candidate.how != "payer" or may_be_same(payment.payer_identity, candidate.debtor_identity):
            _keep(best, payment, candidate, _why(payment, tokens, candidate))
    for row in equal:
        is_same_name = bool(payment.payer_name) and normal_form(row.debtor_name) == normal_form(payment.payer_name)
        _keep(best, payment, row, Why.NAME_AND_AMOUNT if is_same_name else Why.AMOUNT)
    return sorted(best.values(), key=_best_first)


def _why(payment: UnmatchedPayment, tokens: Tokens, candidate: Candidate) -> Why:
    if candidate.how == "payer":
        return Why.PAYER_AND_AMOUNT if candidate.open_ore == payment.amount_ore else Why.PAYER
    if candidate.how == "number":
        return Why.INVOICE_NUMBER if candidate.token in (*tokens.numbers, tokens.reference) else Why.REFERENCE_VARIANT
    if candidate.token == tokens.reference:
        return Why.REFERENCE
    named = {*tokens.scanned, *(token for token, _ in tokens.parts)}
    return Why.REFERENCE_IN_TEXT if candidate.token in named else Why.REFERENCE_VARIANT


def _keep(best: dict[int, Suggestion], payment: UnmatchedPayment, row: Candidate | OpenReceivable, why: Why) -> None:
    fits = row.company == payment.company and row.currency == payment.currency
    is_payable = row.open_ore * payment.amount_ore > 0 and row.kind != ReceivableKind.INTERNAL
    known = best.get(row.receivable_id)
    if fits and is_payable and (known is None or _ORDER[why] < _ORDER[Why(known.reason)]):
        best[row.receivable_id] = Suggestion(
            row.receivable_id,
            row.company,
            row.number,
            row.open_ore,
            row.due_date,
            why,
            row.open_ore == payment.amount_ore,
        )


def _best_first(suggestion: Suggestion) -> tuple[int, bool, str, int]:
    return _ORDER[Why(suggestion.reason)], not suggestion.is_exact, suggestion.due_date, suggestion.receivable_id
