"""Which receivables are handed over to an agency, and why others are not. Pure; days are minimums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.model.claims import Claim, FeeType
from hub.model.collection import Payee, StepTerms
from hub.model.collection_cases import Case, TransferReason, TransferStop
from hub.model.collection_settings import AmountWindow, TransferBasis, TransferFilter, TransferRule
from hub.model.dunning import DunningStep, Stopped
from hub.model.dunning_plans import OpenDebt, StepTaken, Verdict
from hub.model.dunning_settings import HoldCode
from hub.model.parties import class_of_kept
from hub.model.receivables import ReceivableKind
from hub.money import plain_kronor
from hub.rules.dunning.holds import what_stops

_NEVER = (ReceivableKind.CREDIT_NOTE, ReceivableKind.INTERNAL)


class TransferFacts(NamedTuple):
    """What is known of one open receivable."""

    debt: OpenDebt
    due_date: date  # as it counts
    steps: Sequence[StepTaken]
    holds: Sequence[str]  # active codes, without those of its own case
    case: Case | None = None  # at an agency already
    lapses_after: date | None = None
    is_undeliverable: bool = False
    handed_over: str = ""  # in an order to pay or an instalment plan: which
    drawn_on: str = ""  # the day of a live payment request (autogiro), blank when there is none


class Narrowed(NamedTuple):
    """A filter as it holds for one debtor."""

    after_days: int
    not_before: date | None
    amounts: Mapping[str, AmountWindow]


class Choice(NamedTuple):
    """What is done about a receivable, and why."""

    verdict: Verdict
    reason: str
    rule: TransferRule | None = None


def choose(facts: TransferFacts, rules: Sequence[TransferRule], codes: Mapping[str, HoldCode], on: date) -> Choice:
    """Return the first rule by which a receivable is handed over on a day, what stops it, or why it is not its turn.

    Of several rules the first that is due decides; one that is not due yet leaves the turn to the next.
    """
    if facts.debt.kind in _NEVER:
        return Choice(Verdict.LATER, TransferReason.NOT_COLLECTED)
    if facts.debt.open_ore <= 0:
        return Choice(Verdict.LATER, TransferReason.NOTHING_OWED)
    later = Choice(Verdict.LATER, TransferReason.NO_RULE)
    for rule in rules:
        if rule.is_active and (not rule.routines or facts.debt.routine in rule.routines):
            choice = _by_rule(facts, rule, codes, on)
            if choice.verdict is not Verdict.LATER:
                return choice
            later = choice
    return later


def _by_rule(facts: TransferFacts, rule: TransferRule, codes: Mapping[str, HoldCode], on: date) -> Choice:
    narrowed = filter_of(rule, facts.debt)
    later = _not_yet(facts, rule, narrowed, on)
    if later:
        return Choice(Verdict.LATER, later, rule)
    stopped = _stopped(facts, rule, narrowed, codes, on)
    return Choice(Verdict.LEAVE, stopped, rule) if stopped else Choice(Verdict.TAKE, _why(rule, narrowed), rule)


def filter_of(rule: TransferRule, debt: OpenDebt) -> Narrowed:
    """Return the filter of a debtor: its own goes before its class's, and that before the rule's."""
    of_class = rule.classes.get(class_of_kept(debt.debtor_identity))
    own = next((rule.debtors[one] for one in debtor_names(debt) if one in rule.debtors), None)
    narrowed = Narrowed(0, None, {})
    for one in (rule, of_class, own):
        if one is not None:
            narrowed = _narrower(narrowed, one)
    return narrowed


def _narrower(wide: Narrowed, said: TransferFilter) -> Narrowed:
    return Narrowed(
        wide.after_days if said.after_days is None else said.after_days,
        said.not_before or wide.not_before,
        {**wide.amounts, **said.amounts},
    )


def debtor_names(debt: OpenDebt) -> tuple[str, ...]:
    """Return what settings may call a debtor: its identity, written in any way, or its customer number."""
    return tuple(one for one in (debt.debtor_identity, debt.debtor_key, debt.debtor_number) if one)


def _not_yet(facts: TransferFacts, rule: TransferRule, narrowed: Narrowed, on: date) -> str:
    case = facts.case
    if case is not None and not may_follow(case, rule):
        return f"{TransferReason.AT_AGENCY}:{case.agency}"
    if on <= facts.due_date:
        return TransferReason.NOT_DUE
    if narrowed.not_before is not None and facts.due_date < narrowed.not_before:
        return TransferReason.BEFORE_START
    basis = basis_day(rule.counted_from, facts)
    if basis is None:
        return TransferReason.BASIS_NOT_TAKEN
    return TransferReason.TOO_EARLY if (on - basis).days < narrowed.after_days else ""


def may_follow(case: Case, rule: TransferRule) -> bool:
    """Say whether a rule takes a case further at its own agency: from reminding to collecting (*två steg*)."""
    return (case.agency, case.step, rule.step) == (rule.agency, "remind", "collect") and case.state in (
        "transferred",
        "accepted",
    )


def basis_day(basis: TransferBasis, facts: TransferFacts) -> date | None:
    """Return the day that days are counted from, None when the step has not been taken."""
    if basis is TransferBasis.DUE_DATE:
        return facts.due_date
    days = [date.fromisoformat(step.dated_on) for step in facts.steps if step.step == basis.value]
    return max(days, default=None)


def _stopped(
    facts: TransferFacts, rule: TransferRule, narrowed: Narrowed, codes: Mapping[str, HoldCode], on: date
) -> str:
    """Return what stops a transfer. What is paid or claimed in another way stays, whatever its hold codes say."""
    if facts.handed_over:
        return f"{TransferStop.HANDED_OVER}:{facts.handed_over}"
    if facts.drawn_on:
        return f"{TransferStop.DIRECT_DEBIT}:{facts.drawn_on}"
    code = what_stops(codes, facts.holds, Stopped.TRANSFER)
    if code is not None:
        return f"{TransferStop.HOLD}:{code}"
    if facts.is_undeliverable:
        return TransferStop.UNDELIVERABLE
    if facts.lapses_after is not None and on > facts.lapses_after:
        return f"{TransferStop.LAPSED}:{facts.lapses_after}"
    if any(one in rule.excluded_debtors for one in debtor_names(facts.debt)):
        return TransferStop.EXCLUDED
    return _amount_stops(facts.debt, narrowed) or _demand_stops(facts, rule, on)


def _amount_stops(debt: OpenDebt, narrowed: Narrowed) -> str:
    window = narrowed.amounts.get(debt.currency)
    if window is None:
        return ""
    if debt.open_ore < window.minimum_ore:
        return f"{TransferStop.BELOW_MINIMUM}:{plain_kronor(window.minimum_ore)}"
    if window.maximum_ore is not None and debt.open_ore > window.maximum_ore:
        return f"{TransferStop.ABOVE_MAXIMUM}:{plain_kronor(window.maximum_ore)}"
    return ""


def _demand_stops(facts: TransferFacts, rule: TransferRule, on: date) -> str:
    """Say whether our own demand is missing, or its time is not out: inkassolagen (1974:182) 5 and 6 §§.

    A transfer that counts as a demand is none that was sent.
    """
    if not rule.needs_demand:
        return ""
    demands = [step for step in facts.steps if step.step == DunningStep.DEMAND and not step.is_by_agency]
    if not demands:
        return TransferStop.NO_DEMAND
    return TransferStop.DEMAND_TIME if max(step.answer_by for step in demands) >= on.isoformat() else ""


def refused(claim: Claim, rule: TransferRule, terms: StepTerms) -> str:
    """Return why a claim may not be handed over to an agency's step, blank when it may.

    Of debtors with a flag none goes by itself. One reminder fee for each claim, whoever sends the reminder: what is
    reasonable by lagen (1981:739) 4 §, and what agencies ask. What debtors go on paying to us is not settled: their
    payments would have no receivable.
    """
    if claim.flags:
        return f"{TransferStop.FLAGGED}:{claim.flags[0]}"
    if rule.settles and terms.payee is Payee.CREDITOR:
        return TransferStop.PAID_HERE
    if rule.needs_identity and not claim.debtor.identity:
        return TransferStop.NO_IDENTITY
    if claim.debtor.address.is_blank:
        return TransferStop.NO_ADDRESS
    if terms.needs_demand and not any(one.event == DunningStep.DEMAND for one in claim.history):
        return TransferStop.NO_DEMAND
    has_borne = any(fee.type is FeeType.REMINDER and fee.amount_ore for fee in claim.fees)
    return TransferStop.FEE_BORNE if has_borne and terms.is_fee_bearing_reminder else ""


def _why(rule: TransferRule, narrowed: Narrowed) -> str:
    return f"{rule.name}: {narrowed.after_days} days after {rule.counted_from}"


def agencies_of(rules: Collection[TransferRule]) -> list[str]:
    """Return the agencies that rules name, in their order."""
    return list(dict.fromkeys(rule.agency for rule in rules if rule.is_active))
