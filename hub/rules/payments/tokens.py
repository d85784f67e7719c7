"""What a payment can be found by."""

from __future__ import annotations

from hub.identifiers.identity_key import identity_key
from hub.model.match_settings import MatchSettings
from hub.model.payment_file import ReferenceQuality
from hub.model.payment_reference import ReferenceControl
from hub.model.payments import UnmatchedPayment
from hub.rules.payments.matching import Tokens
from hub.rules.references import normal_form, scan_invoice_numbers, scan_references

MOST_TOKENS = 40  # a payment that names more is decided by a person


def tokens_of(payment: UnmatchedPayment, settings: MatchSettings, control: ReferenceControl) -> Tokens:
    """Gather the references, invoice numbers and payer that a payment names, as the company's settings allow."""
    is_checked = payment.quality == ReferenceQuality.CHECKED  # the bank has looked: nothing else hides in it
    words = payment.texts if is_checked else (payment.reference, *payment.texts)
    parts = tuple((normal_form(part.reference), part.amount_ore) for part in payment.parts if part.reference)
    scanned = scan_references(words, control) if settings.scan_texts else ()
    numbers = scan_invoice_numbers(words) if settings.match_invoice_number else ()
    named = {payment.reference, *(token for token, _ in parts)}
    return Tokens(
        reference=payment.reference,
        parts=parts[:MOST_TOKENS],
        scanned=tuple(token for token in scanned if token not in named)[:MOST_TOKENS],
        numbers=numbers[:MOST_TOKENS],
        payer=identity_key(payment.payer_identity) if settings.match_amount_and_payer else "",
    )


def wanted_candidates(payment: UnmatchedPayment, tokens: Tokens) -> list[tuple[str, str, int, str]]:
    """Return (how, token, account number, company) for everything a payment can be found by."""
    references = {tokens.reference, *(token for token, _ in tokens.parts), *tokens.scanned} - {""}
    place = (payment.account_no, payment.company)
    wanted = [("reference", token, *place) for token in references]
    wanted += [("number", token, *place) for token in tokens.numbers]
    if tokens.payer:
        wanted.append(("payer", tokens.payer, *place))
    return wanted


def mentions(tokens: Tokens) -> set[str]:
    """Return every reference and number that the payment may mean, for when its receivable comes later."""
    return {tokens.reference, *(token for token, _ in tokens.parts), *tokens.scanned, *tokens.numbers} - {""}


def everything(tokens: Tokens) -> set[str]:
    """Return all that a payment can be found by, the payer included."""
    return mentions(tokens) | ({tokens.payer} if tokens.payer else set())
