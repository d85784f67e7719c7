"""Letters of dunning: what is known of a letter becomes the document that goes to the debtor.

A demand, and the residual demand that repeats it, are held to inkassolagen (1974:182) 5 § before they leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.model.documents import Deduction, Document, DocumentKind, Language
from hub.model.dunning import DunningStep
from hub.model.letter_parts import Claim, EarlierLetter
from hub.model.parties import Debtor
from hub.money import format_kronor, plain_kronor
from hub.rules.dunning.demands import Demand, DemandedInterest, refuse_demand
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.letter_texts import filled, our_text, text_of_fees, text_of_interest, text_of_step
from hub.rules.dunning.policies import FEE_OF, StepRule
from hub.rules.interest.calculation import Segment, interest_of

KINDS: Mapping[DunningStep, DocumentKind] = MappingProxyType(
    {
        DunningStep.REMINDER_1: DocumentKind.REMINDER,
        DunningStep.REMINDER_2: DocumentKind.REMINDER,
        DunningStep.DEMAND: DocumentKind.DEMAND,
        DunningStep.RESIDUAL_DEMAND: DocumentKind.RESIDUAL_DEMAND,
        DunningStep.WARNING: DocumentKind.WARNING,
    }
)
DEMANDS = frozenset({DunningStep.DEMAND, DunningStep.RESIDUAL_DEMAND})
ROUNDED_APART_ORE = 1  # interest that is charged in two parts is rounded twice


class LetterClaim(NamedTuple):
    """A receivable as a letter asks for it. Amounts are whole öre; of a credit note they are below zero."""

    number: str
    text: str  # what it is for; blank: nobody knows, and it cannot be demanded
    invoice_date: str
    due_date: str
    original_ore: int
    principal_ore: int  # capital that is asked for
    fee_ore: int = 0  # costs that are asked for, this letter's own included
    interest_ore: int = 0
    interest: Sequence[Segment] = ()  # how that was counted
    reference: str = ""  # what pays it alone
    fees: Sequence[tuple[Fee, int]] = ()  # what of the costs each step asked for


class SentBefore(NamedTuple):
    """An earlier step that was sent."""

    step: DunningStep
    dated_on: date
    answer_by: date | None = None
    fee_ore: int = 0  # that it asked for
    compensation_ore: int = 0

    @property
    def costs(self) -> list[tuple[Fee, int]]:
        """What it asked for beside principal and interest, by kind."""
        fee = FEE_OF.get(self.step)
        own = [] if fee is None else [(fee, self.fee_ore)]
        return [one for one in (*own, (Fee.LATE_PAYMENT_COMPENSATION, self.compensation_ore)) if one[1]]


class Received(NamedTuple):
    """A payment that a residual demand deducts from what the demand asked for."""

    on: date
    amount_ore: int


class Letter(NamedTuple):
    """All that is known of one letter."""

    number: str  # its own
    company: str
    creditor: str  # the company's name
    debtor: Debtor
    dated_on: date
    answer_by: date
    claims: Sequence[LetterClaim]
    language: Language = Language.SV
    currency: str = "SEK"
    source_system: str = ""
    before: Sequence[SentBefore] = ()
    received: Sequence[Received] = ()
    also_open: Sequence[LetterClaim] = ()  # told, and not asked for
    payee_account: str = ""  # `bankgiro:9912346`; a demand must say it, of others the reference's own is taken
    reference: str = ""  # what pays the whole letter; blank: that of its one claim
    interest_rate: str = "ref+8"  # as in settings


def letter_document(letter: Letter, rule: StepRule) -> Document:
    """Return the document of a letter by the rule of its step.

    Raises:
        RuleViolation: a demand leaves out what the law asks for, or gives too little time.
    """
    if rule.step in DEMANDS:
        for demand in _demands(letter):
            refuse_demand(demand, letter.dated_on)
    reference = letter.reference or (letter.claims[0].reference if len(letter.claims) == 1 else "")
    return Document(
        kind=KINDS[rule.step],
        company=letter.company,
        source_system=letter.source_system,
        number=letter.number,
        language=letter.language,
        currency=letter.currency,
        heading=rule.heading.get(letter.language, ""),
        issue_date=letter.dated_on.isoformat(),
        due_date=letter.answer_by.isoformat(),
        debtor=letter.debtor,
        our_reference=rule.officer,
        claims=tuple(_claim(one, is_alone=len(letter.claims) == 1) for one in letter.claims),
        also_open=tuple(_claim(one, is_alone=False) for one in letter.also_open),
        earlier=tuple(_earlier(one) for one in letter.before),
        deductions=tuple(_deduction(one, letter.language) for one in letter.received),
        notes=tuple(_notes(letter, rule)),
        payee_account=letter.payee_account,
        reference=reference,
    )


def _notes(letter: Letter, rule: StepRule) -> Iterator[str]:
    values = {"creditor": letter.creditor, "answer_by": letter.answer_by.isoformat()}
    yield text_of_step(rule, letter.language, values)
    fees = _fees(letter.claims)
    if len(fees) > 1 or Fee.LATE_PAYMENT_COMPENSATION in fees:
        yield text_of_fees(letter.language, {fee: plain_kronor(amount_ore) for fee, amount_ore in fees.items()})
    counted = [segment.last_day for one in letter.claims if one.interest_ore for segment in one.interest]
    if counted:
        yield text_of_interest(letter.language, letter.interest_rate, max(counted).isoformat())
    before_ore = sum(_charged_before(one) for one in letter.claims)
    if before_ore:
        values = {"before": format_kronor(before_ore), "currency": letter.currency}
        yield filled(our_text(letter.language, "interest_before"), values)


def _charged_before(one: LetterClaim) -> int:
    """Return what of the interest of the days that a letter names it does not ask for; what was rounded apart is none.

    It has been asked for before: paid since, or collected by an agency or the authority.
    """
    before_ore = interest_of(one.interest) - one.interest_ore
    return before_ore if one.interest_ore and before_ore > ROUNDED_APART_ORE else 0


def _fees(claims: Sequence[LetterClaim]) -> dict[Fee, int]:
    """Return costs by their kind; nothing where steps do not explain all that is asked for, as after a payment."""
    found: dict[Fee, int] = {}
    for fee, amount_ore in (fee for one in claims for fee in one.fees):
        found[fee] = found.get(fee, 0) + amount_ore
    return found if sum(found.values()) == sum(one.fee_ore for one in claims) else {}


def _claim(one: LetterClaim, *, is_alone: bool) -> Claim:
    return Claim.model_validate(
        {
            "number": one.number,
            "text": one.text,
            "invoice_date": one.invoice_date or None,
            "due_date": one.due_date or None,
            "original": plain_kronor(one.original_ore),
            "open": plain_kronor(one.principal_ore),
            "interest": plain_kronor(one.interest_ore),
            "fee": plain_kronor(one.fee_ore),
            "interest_periods": [_period(segment) for segment in one.interest] if one.interest_ore else (),
            "reference": "" if is_alone else one.reference,  # else it stands on the slip
        }
    )


def _period(segment: Segment) -> dict[str, Any]:
    return {
        "first_day": segment.first_day.isoformat(),
        "last_day": segment.last_day.isoformat(),
        "days": segment.days,
        "rate_percent": segment.rate_percent,
        "counted_on": plain_kronor(segment.balance_ore),
    }


def _earlier(one: SentBefore) -> EarlierLetter:
    answer_by = None if one.answer_by is None else one.answer_by.isoformat()
    return EarlierLetter(step=one.step, dated=one.dated_on.isoformat(), answer_by=answer_by)


def _deduction(one: Received, language: Language) -> Deduction:
    text = filled(our_text(language, "paid"), {"day": one.on.isoformat()})
    return Deduction.model_validate({"text": text, "amount": plain_kronor(one.amount_ore)})


def _demands(letter: Letter) -> Iterator[Demand]:
    """Yield what the law is to look at: each claim by itself, as if it were demanded alone."""
    for one in letter.claims:
        if one.principal_ore + one.fee_ore + one.interest_ore > 0:
            yield Demand(
                creditor=letter.creditor,
                ground=one.text,
                principal_ore=one.principal_ore,
                costs_ore=one.fee_ore,
                interest=_demanded(one) if one.interest_ore else None,
                answer_by=letter.answer_by,
                pay_to=letter.payee_account,
            )


def _demanded(one: LetterClaim) -> DemandedInterest:
    if not one.interest:
        return DemandedInterest(one.interest_ore)
    first, last = one.interest[0], one.interest[-1]
    return DemandedInterest(one.interest_ore, f"{last.rate_percent}", first.first_day, last.last_day, first.balance_ore)
