"""The one next step towards a late debtor, with its reason; or why there is none.

Days are minimums: a run that comes late takes what is due, one step a run. A step that something stops is waited for,
and no later one is taken in its place: when the stop ends, dunning goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.model.dunning import DunningStep, StepBasis, Stopped
from hub.model.dunning_plans import Verdict
from hub.model.dunning_reasons import NoFee, NotYet, Stop
from hub.model.dunning_settings import HoldCode
from hub.model.receivables import ReceivableKind
from hub.money import plain_kronor
from hub.rules.dunning.holds import what_stops
from hub.rules.dunning.policies import Policy, StepRule
from hub.rules.dunning.step_terms import DEMANDS, Late, StepFee, answer_day, compensation_of, fee_of
from hub.rules.relations import Relation

ORDER = {step: place for place, step in enumerate(DunningStep)}


class Taken(NamedTuple):
    """A step that was taken and stands."""

    step: DunningStep
    on: date  # sent, or dated while nobody knows that it was
    answer_by: date
    is_sent: bool
    fee_ore: int
    compensation_ore: int = 0  # for late payment


class DunningFacts(NamedTuple):
    """What the next step of a receivable depends on, beside its policy and the day."""

    kind: str
    currency: str
    due_date: date  # as it counts: moved off a day off where the terms say so
    open_ore: int
    relation: Relation = Relation.CONSUMER
    taken: Sequence[Taken] = ()  # in the order in which they were taken
    holds: Sequence[str] = ()  # active codes (*kravkoder*): disputes, estates, protected identity and others
    is_undeliverable: bool = False  # the last letter could not be delivered, and nobody has seen to it
    is_with_its_original: bool = False  # a fee invoice whose receivable is open: its letters ask for both
    charges_ore: int = 0  # fees and interest in what is open: limits are of the principal alone
    interest_from: date | None = None  # the first day of late interest, None when there is none
    handed_over: str = ""  # to an agency, in an order to pay or an instalment plan: which
    drawn_on: str = ""  # the day of a live payment request (autogiro), blank when there is none
    lapses_after: date | None = None  # the last day of the claim's life (*preskription*), None when that is far off

    @property
    def principal_ore(self) -> int:
        """What is open without what dunning itself has added."""
        return self.open_ore - self.charges_ore


class NextStep(NamedTuple):
    """What is done about a receivable, and why; `rule` is the step that is due, whether it is taken or stopped."""

    verdict: Verdict
    reason: str
    rule: StepRule | None = None
    fee_ore: int = 0
    answer_by: date | None = None
    compensation_ore: int = 0


def next_step(facts: DunningFacts, policy: Policy | None, codes: Mapping[str, HoldCode], on: date) -> NextStep:
    """Return the next step of a receivable on a day, what stops the one that is due, or why none is due yet.

    A demand needs a claim that is due, a warning and a residual demand a demand whose time is out: inkassolagen
    (1974:182) 5 and 6 §§. A lapsed claim is not asked for: preskriptionslagen (1981:130) 8 §.
    """
    later = _not_for_dunning(facts, policy, on)
    if later or policy is None:
        return NextStep(Verdict.LATER, later)
    rule = step_left(policy, facts.taken)
    if rule is None:
        return NextStep(Verdict.LATER, NotYet.NO_STEP_LEFT)
    later = _too_early(rule, facts, on)
    if later:
        return NextStep(Verdict.LATER, later, rule)
    stopped = _stopped(rule, facts, codes, on)
    if stopped:
        return NextStep(Verdict.LEAVE, stopped, rule)
    return _taken(rule, policy, facts, codes, on)


def step_left(policy: Policy, taken: Sequence[Taken]) -> StepRule | None:
    """Return the first step of a policy after the furthest that was taken; each is taken once.

    A residual demand (*restkrav*) is used instead of the warning: a policy that has it never warns.
    """
    furthest = max([ORDER[one.step] for one in taken], default=-1)
    rule = next((rule for rule in policy.steps if ORDER[rule.step] > furthest), None)
    if rule is None or rule.counted_from is not StepBasis.DEMAND:
        return rule
    if rule.step is DunningStep.WARNING and policy.step(DunningStep.RESIDUAL_DEMAND) is not None:
        return None
    return rule if any(one.step is DunningStep.DEMAND for one in taken) else None


def _not_for_dunning(facts: DunningFacts, policy: Policy | None, on: date) -> str:
    """Return why a receivable is none that a step could be due for; internal ones are settled by voucher."""
    if facts.kind == ReceivableKind.INTERNAL:
        return NotYet.INTERNAL
    if facts.open_ore <= 0 or facts.kind == ReceivableKind.CREDIT_NOTE:
        return NotYet.NOTHING_OWED
    if facts.is_with_its_original:
        return NotYet.WITH_ITS_ORIGINAL
    if on <= facts.due_date:
        return NotYet.NOT_DUE
    return NotYet.NO_POLICY if policy is None else ""


def _too_early(rule: StepRule, facts: DunningFacts, on: date) -> str:
    if (on - _basis(rule, facts)).days < rule.after_days:
        return NotYet.TOO_EARLY
    return NotYet.TIME_NOT_OUT if any(one.answer_by >= on for one in facts.taken if one.step in DEMANDS) else ""


def _basis(rule: StepRule, facts: DunningFacts) -> date:
    """Return the day that a step's days are counted from; a basis that was not taken gives way to the latest step."""
    if rule.counted_from is StepBasis.DUE_DATE:
        return facts.due_date
    basis = DunningStep(rule.counted_from)
    named = [one.on for one in facts.taken if one.step is basis]
    return max(named or [one.on for one in facts.taken] or [facts.due_date])


def _stopped(rule: StepRule, facts: DunningFacts, codes: Mapping[str, HoldCode], on: date) -> str:
    if facts.holds:
        code = what_stops(codes, facts.holds, Stopped(rule.step))
        if code is not None:
            return f"{Stop.HOLD}: {code}"
    if facts.handed_over:
        return f"{Stop.HANDED_OVER}: {facts.handed_over}"
    if facts.drawn_on:
        return f"{Stop.DIRECT_DEBIT}: {facts.drawn_on}"
    if facts.lapses_after is not None and on > facts.lapses_after:
        return f"{Stop.LAPSED}: {facts.lapses_after}"
    unsent = next((one.step for one in facts.taken if not one.is_sent), None)
    if unsent is not None:
        return f"{Stop.LETTER_NOT_SENT}: {unsent}"
    if facts.is_undeliverable:
        return Stop.UNDELIVERABLE
    return f"{Stop.BELOW_MINIMUM}: {plain_kronor(rule.minimum_ore)}" if facts.principal_ore < rule.minimum_ore else ""


def _taken(rule: StepRule, policy: Policy, facts: DunningFacts, codes: Mapping[str, HoldCode], on: date) -> NextStep:
    before = {one.step: one.fee_ore for one in facts.taken if one.fee_ore}
    late = Late(facts.relation, facts.interest_from)
    fee = fee_of(rule, policy, late, before, principal_ore=facts.principal_ore, currency=facts.currency, on=on)
    reason = f"due: {(on - _basis(rule, facts)).days} days after {rule.counted_from}"
    answer_by = answer_day(rule.step, rule.days_to_pay, on)
    if facts.kind == ReceivableKind.FEE_INVOICE:
        fee = StepFee(0, NoFee.FEE_INVOICE if rule.fee_ore else "")
    without = f"; no fee: {fee.why_none}" if fee.why_none else ""
    compensation_ore = compensation_of(rule, policy, late, currency=facts.currency, on=on)
    if compensation_ore and _bears_no_compensation(facts, codes):
        compensation_ore = 0
    return NextStep(Verdict.TAKE, reason + without, rule, fee.amount_ore, answer_by, compensation_ore)


def _bears_no_compensation(facts: DunningFacts, codes: Mapping[str, HoldCode]) -> bool:
    """Say whether no compensation is charged now: it is charged once, and not while a hold stops late interest."""
    charged_before = any(one.compensation_ore for one in facts.taken)
    return charged_before or what_stops(codes, facts.holds, Stopped.INTEREST) is not None
