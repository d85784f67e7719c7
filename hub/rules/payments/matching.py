"""Which receivables a payment means. Rules are tried in order; the first that answers decides and is kept.

1. shares that the file states    2. the reference itself, or the letter's or plan's that it is
3. other references, and references found in text    4. the invoice number    5. exact amount and payer
6. without a reference, by the company's setting

Ambiguity is never a guess: it goes to the queue with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from hub.identifiers.identity_key import may_be_same
from hub.model.match_settings import WithoutReference
from hub.model.payments import Candidate, UnmatchedPayment
from hub.model.receivables import ReceivableKind
from hub.rules.payments.balances import OpenBalances
from hub.rules.payments.shares import shares_left

TEXT_QUALITY = "text"  # the reference was taken from free text


class Reason(StrEnum):
    """Why money waits for a person."""

    NO_REFERENCE = "no_reference"
    UNKNOWN_REFERENCE = "unknown_reference"
    CONTESTED_REFERENCE = "contested_reference"  # the reference means several receivables
    ALREADY_SETTLED = "already_settled"
    AMBIGUOUS = "ambiguous"  # several receivables fit
    OTHER_CURRENCY = "other_currency"
    OVERPAYMENT = "overpayment"
    PART_NOT_FOUND = "part_not_found"  # the file's share names nothing that is open
    SHARES_DIFFER = "shares_differ"  # the shares stated are not the money that came
    UNKNOWN_PAYEE_ACCOUNT = "unknown_payee_account"  # the settings do not have the account any more
    AGENCY_PAYOUT = "agency_payout"  # a collection agency pays out: its settlement says for what
    PAYOUT_TAKEN_OFF = "payout_taken_off"  # it was placed on an agency's settlement, and is not any more
    PROPOSAL_REFUSED = "proposal_refused"  # a plugin names what is no candidate of the payment, or in another currency
    NO_CREDIT_NOTE = "no_credit_note"  # a deduction names no open credit note


class Rule(StrEnum):
    """The rule that decided an allocation."""

    EXACT_REFERENCE = "exact_reference"
    REFERENCE_IN_TEXT = "reference_in_text"
    STATED_SHARES = "stated_shares"
    SEVERAL_REFERENCES = "several_references"
    INVOICE_NUMBER = "invoice_number"
    AMOUNT_AND_PAYER = "amount_and_payer"
    INTEREST_FIRST = "interest_first"
    OLDEST_FIRST = "oldest_first"
    LETTER = "letter"
    PLAN = "plan"
    PLUGIN = "plugin"


class Found(NamedTuple):
    """The receivables a payment means, in the order to pay them, or the reason why there are none."""

    candidates: tuple[Candidate, ...]
    rule: str = ""
    reason: str = ""
    shares_ore: tuple[int, ...] = ()  # when the file or a plugin states them


class Tokens(NamedTuple):
    """What a payment can be found by, all in normal form and in order."""

    reference: str
    parts: tuple[tuple[str, int | None], ...]
    scanned: tuple[str, ...]
    numbers: tuple[str, ...]
    payer: str


Lookup = Callable[[str, str], Sequence[Candidate]]  # (how, token) -> candidates


def find_receivables(
    payment: UnmatchedPayment,
    tokens: Tokens,
    lookup: Lookup,
    balances: OpenBalances,
    without_reference: WithoutReference,
) -> Found:
    """Say which receivables a payment means, by the first rule that answers."""
    search = _Search(payment, tokens, lookup, balances)
    for rule in (
        search.by_stated_shares,
        search.by_reference,
        search.by_letter,
        search.by_plan,
        search.by_other_references,
        search.by_invoice_number,
        search.by_amount_and_payer,
    ):
        found = rule()
        if found is not None:
            return found
    return search.without_reference(without_reference) or Found((), reason=search.reason())


def nothing_found(payment: UnmatchedPayment, tokens: Tokens) -> Found:
    """Answer for a payment that has no candidates at all, as `find_receivables` would."""
    search = _Search(payment, tokens, lambda _how, _token: (), OpenBalances(()))
    return search.by_stated_shares() or Found((), reason=search.reason())


def exactly_meant(payment: UnmatchedPayment, lookup: Lookup, balances: OpenBalances) -> Candidate | None:
    """Return the one receivable that a payment's reference means and that has exactly its amount open, if so."""
    matches = lookup("reference", payment.reference)
    if payment.parts or len({match.receivable_id for match in matches}) != 1:
        return None
    match = matches[0]
    may_pay = match.currency == payment.currency and match.kind != ReceivableKind.INTERNAL and not match.is_contested
    return match if may_pay and balances.open_ore(match.receivable_id) == payment.amount_ore else None


class _Search:
    """One payment's way through the rules; remembers why the ones that failed did."""

    def __init__(self, payment: UnmatchedPayment, tokens: Tokens, lookup: Lookup, balances: OpenBalances) -> None:
        self._payment = payment
        self._tokens = tokens
        self._lookup = lookup
        self._balances = balances
        self._reasons: list[Reason] = []

    def reason(self) -> str:
        if self._reasons:
            return self._reasons[0]
        if self._payment.amount_ore < 0:
            return Reason.NO_CREDIT_NOTE
        return Reason.UNKNOWN_REFERENCE if self._names_anything() else Reason.NO_REFERENCE

    def _names_anything(self) -> bool:
        return bool(self._tokens.reference or self._tokens.parts or self._tokens.scanned)

    def by_stated_shares(self) -> Found | None:
        stated = [(token, share) for token, share in self._tokens.parts if share]
        if not stated:
            return None
        left = shares_left(stated, self._payment.placed)
        if sum(share for _, share in left) != self._payment.amount_ore:
            return Found((), reason=Reason.SHARES_DIFFER)
        candidates, shares = [], []
        for token, share_ore in left:
            match = self._payable(self._lookup("reference", token), sign=share_ore)
            if len(match) == 1:
                candidates.append(match[0])
                shares.append(share_ore)
        if not candidates and self._payment.placed:  # the shares were right: what is left of them is no other's
            return Found((), reason=Reason.PART_NOT_FOUND)
        if not candidates:
            self._reasons.append(Reason.PART_NOT_FOUND)
            return None
        return Found(tuple(candidates), Rule.STATED_SHARES, Reason.PART_NOT_FOUND, tuple(shares))

    def by_reference(self) -> Found | None:
        if not self._tokens.reference or self._tokens.parts:
            return None
        matches = self._lookup("reference", self._tokens.reference)
        if len({match.receivable_id for match in matches}) > 1:
            return Found((), reason=Reason.CONTESTED_REFERENCE)
        match = self._payable(matches)
        if not match:
            return None
        rule = Rule.REFERENCE_IN_TEXT if self._payment.quality == TEXT_QUALITY else Rule.EXACT_REFERENCE
        return Found((match[0],), rule)

    def by_letter(self) -> Found | None:
        """A letter's reference means what is open of all it was about: each is paid in turn, the oldest due first.

        Credit notes that it deducted are drawn on when exactly what it asked for came.
        """
        named = () if self._tokens.parts else self._lookup("letter", self._tokens.reference)
        matches = sorted(self._payable(named), key=_due_first)
        if not matches:
            return None
        both = [*matches, *self._payable(named, sign=-self._payment.amount_ore)]
        shares_ore = tuple(self._balances.open_ore(match.receivable_id) for match in both)
        if len(both) > len(matches) and sum(shares_ore) == self._payment.amount_ore:
            return Found(tuple(both), Rule.LETTER, shares_ore=shares_ore)
        return Found(tuple(matches), Rule.LETTER)

    def by_plan(self) -> Found | None:
        """An instalment plan's reference means its receivables, in the order in which the plan pays them."""
        matches = [] if self._tokens.parts else self._payable(self._lookup("plan", self._tokens.reference))
        return Found(tuple(sorted(matches, key=_due_first)), Rule.PLAN) if matches else None

    def by_other_references(self) -> Found | None:
        listed = self._named([token for token, _ in self._tokens.parts])
        if listed:
            rule = Rule.REFERENCE_IN_TEXT if len(listed) == 1 else Rule.SEVERAL_REFERENCES
            return Found(tuple(sorted(listed, key=_due_first)), rule)
        return self._scanned(self._named(self._tokens.scanned))

    def _named(self, tokens: Iterable[str]) -> list[Candidate]:
        found: dict[int, Candidate] = {}
        for token in tokens:
            matches = self._lookup("reference", token) if token else ()
            if any(match.is_contested for match in matches):
                self._reasons.append(Reason.CONTESTED_REFERENCE)
                continue
            found.update((match.receivable_id, match) for match in self._payable(matches))
        return list(found.values())

    def _scanned(self, found: Sequence[Candidate]) -> Found | None:
        """Numbers found in text may be anything: only the exact amount tells which of several is meant.

        A single one is taken for any amount when the payer gave no reference beside it.
        """
        if not found:
            return None
        total_ore = sum(self._balances.open_ore(match.receivable_id) for match in found)
        if len(found) > 1 and total_ore == self._payment.amount_ore:
            return Found(tuple(sorted(found, key=_due_first)), Rule.SEVERAL_REFERENCES)
        is_free = self._payment.quality == TEXT_QUALITY or not self._tokens.reference
        exact = [match for match in found if self._is_exact(match)]
        chosen = found if len(found) == 1 and is_free else exact
        if len(chosen) == 1:
            return Found((chosen[0],), Rule.REFERENCE_IN_TEXT)
        self._reasons.append(Reason.AMBIGUOUS)
        return None

    def by_invoice_number(self) -> Found | None:
        """The whole reference may be an invoice number; a number in text is one only with the exact amount."""
        found = {
            match.receivable_id: match
            for token in self._tokens.numbers
            for match in self._payable(self._lookup("number", token))
            if token == self._tokens.reference or self._is_exact(match)
        }
        return self._only_one(list(found.values()), Rule.INVOICE_NUMBER)

    def by_amount_and_payer(self) -> Found | None:
        if not self._tokens.payer or self._reasons:  # what the payer names and cannot have is never traded for a guess
            return None
        matches = [match for match in self._owed_by_payer() if self._is_exact(match)]
        return self._only_one(matches, Rule.AMOUNT_AND_PAYER)

    def _only_one(self, matches: Sequence[Candidate], rule: Rule) -> Found | None:
        exact = [match for match in matches if self._is_exact(match)]
        chosen = matches if len(matches) == 1 else exact
        if len(chosen) == 1:
            return Found((chosen[0],), rule)
        if matches:
            self._reasons.append(Reason.AMBIGUOUS)
        return None

    def without_reference(self, setting: WithoutReference) -> Found | None:
        ordered = setting in (WithoutReference.INTEREST_FIRST, WithoutReference.OLDEST_FIRST)
        if not ordered or not self._tokens.payer or self._reasons or self._names_anything():
            return None
        matches = self._owed_by_payer()
        if not matches or self._payment.amount_ore < 0:
            return None
        if setting is WithoutReference.INTEREST_FIRST:
            return Found(tuple(sorted(matches, key=_interest_first)), Rule.INTEREST_FIRST)
        return Found(tuple(sorted(matches, key=_due_first)), Rule.OLDEST_FIRST)

    def _owed_by_payer(self) -> list[Candidate]:
        found = self._lookup("payer", self._tokens.payer)
        payer = self._payment.payer_identity
        return self._payable(match for match in found if may_be_same(payer, match.debtor_identity))

    def _payable(self, matches: Iterable[Candidate], sign: int | None = None) -> list[Candidate]:
        """Keep what this payment may pay: same currency, open on the right side, not internal."""
        direction = self._payment.amount_ore if sign is None else sign
        payable = []
        for match in matches:
            if match.kind == ReceivableKind.INTERNAL or match.is_contested:
                continue
            if match.currency != self._payment.currency:
                self._reasons.append(Reason.OTHER_CURRENCY)
            elif self._balances.open_ore(match.receivable_id) * direction > 0:
                payable.append(match)
            elif match.how in ("reference", "letter", "plan"):
                self._reasons.append(Reason.ALREADY_SETTLED)
        return payable

    def _is_exact(self, match: Candidate) -> bool:
        return self._balances.open_ore(match.receivable_id) == self._payment.amount_ore


def _due_first(candidate: Candidate) -> tuple[str, int]:
    return candidate.due_date, candidate.receivable_id


def _interest_first(candidate: Candidate) -> tuple[bool, str, int]:
    is_charge = candidate.kind in (ReceivableKind.INTEREST_INVOICE, ReceivableKind.FEE_INVOICE)
    return not is_charge, candidate.due_date, candidate.receivable_id
