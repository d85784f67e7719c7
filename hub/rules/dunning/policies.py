"""Which policy a receivable is dunned by on a day, with all that it inherits, and what the law says against one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.errors import RuleViolation
from hub.model.documents import Language
from hub.model.dunning import DunningMethod, DunningStep, StepBasis
from hub.model.dunning_settings import DunningPolicy, DunningSettings, StepTerms
from hub.money import format_kronor
from hub.rules.dunning.demands import SHORTEST_DAYS
from hub.rules.dunning.fees import Fee, cap_of
from hub.rules.statutes import COLLECTION_COSTS_ACT, DEBT_RECOVERY_ACT

FEE_OF: Mapping[DunningStep, Fee] = MappingProxyType(
    {
        DunningStep.REMINDER_1: Fee.REMINDER,
        DunningStep.REMINDER_2: Fee.REMINDER,
        DunningStep.DEMAND: Fee.DEMAND,
    }
)
"""The fee that a step may bear; a residual demand and a warning bear none of their own."""

_BASES: Mapping[DunningStep, frozenset[StepBasis]] = MappingProxyType(
    {
        DunningStep.REMINDER_1: frozenset({StepBasis.DUE_DATE}),
        DunningStep.REMINDER_2: frozenset({StepBasis.REMINDER_1}),
        DunningStep.DEMAND: frozenset({StepBasis.DUE_DATE, StepBasis.REMINDER_1, StepBasis.REMINDER_2}),
        DunningStep.RESIDUAL_DEMAND: frozenset({StepBasis.DEMAND}),
        DunningStep.WARNING: frozenset({StepBasis.DEMAND}),
    }
)


class StepRule(NamedTuple):
    """How one step is taken, nothing left out. Amounts are whole öre."""

    step: DunningStep
    after_days: int
    counted_from: StepBasis
    days_to_pay: int | None  # None: the earliest that good practice accepts, or the step's usual time
    minimum_ore: int
    fee_ore: int
    no_fee_below_ore: int
    debits_fee: bool
    prints_interest: bool
    debits_interest: bool
    heading: Mapping[Language, str]
    text: Mapping[Language, str]
    officer: str


class Policy(NamedTuple):
    """How a receivable is dunned, nothing left out; `steps` in the order in which they are taken."""

    name: str
    method: DunningMethod
    includes_not_due: bool
    includes_credit_notes: bool
    reminder_fee_is_agreed: bool
    steps: tuple[StepRule, ...]
    charges_compensation: bool = False
    fees_are_invoiced: bool = False

    def step(self, step: DunningStep) -> StepRule | None:
        """Return how a step is taken, None when it is not."""
        return next((rule for rule in self.steps if rule.step is step), None)


class Unlawful(NamedTuple):
    """What a policy says and may not."""

    policy: str
    message: str
    paragraph: str


def policy_for(settings: DunningSettings, routine: str, on: date) -> Policy | None:
    """Return the policy of a routine's receivables on a day: the one that names it, else the one for all others."""
    valid = [one for one in settings.policies if one.holds_on(on) and not one.is_only_inherited]
    named = [one for one in valid if routine in one.routines] or [one for one in valid if not one.routines]
    return _whole(tuple(lineage(settings, named[0], on))) if named else None


def lineage(settings: DunningSettings, policy: DunningPolicy, on: date) -> Iterator[DunningPolicy]:
    """Yield a policy, the one that it inherits on a day, and so on; settings have no circles."""
    yield policy
    above = [one for one in settings.policies if one.name == policy.inherits and one.holds_on(on)]
    if above:
        yield from lineage(settings, above[0], on)


def policies_on(settings: DunningSettings, on: date) -> list[Policy]:
    """Return every policy by which something may be dunned on a day, nothing left out."""
    valid = (one for one in settings.policies if one.holds_on(on) and not one.is_only_inherited)
    return [_whole(tuple(lineage(settings, one, on))) for one in valid]


def unlawful_in(settings: DunningSettings, on: date) -> Iterator[Unlawful]:
    """Yield what policies that hold on a day say against the law or in contradiction to themselves."""
    for policy in policies_on(settings, on):
        for problem, paragraph in _problems(policy, on):
            yield Unlawful(policy.name, problem, paragraph)


def refuse_unlawful(settings: DunningSettings, on: date) -> None:
    """Refuse settings of which a policy contradicts the law on a day. Raises RuleViolation with the first paragraph."""
    found = list(unlawful_in(settings, on))
    if found:
        said = "; ".join(f"policy {one.policy}: {one.message}" for one in found)
        raise RuleViolation(said, paragraph=found[0].paragraph)


def _problems(policy: Policy, on: date) -> Iterator[tuple[str, str]]:
    for rule in policy.steps:
        yield from _of_fee(rule, policy, on)
    if sum(1 for rule in policy.steps if FEE_OF.get(rule.step) is Fee.REMINDER and rule.fee_ore) > 1:
        yield "both reminders bear a fee: only one of them may", f"{COLLECTION_COSTS_ACT} 4 §"
    demand = policy.step(DunningStep.DEMAND)
    if demand is not None:
        yield from _of_demand(demand)
    yield from _of_order(policy)


def _of_fee(rule: StepRule, policy: Policy, on: date) -> Iterator[tuple[str, str]]:
    if not rule.fee_ore:
        return
    fee = FEE_OF.get(rule.step)
    if fee is None:
        yield f"a {rule.step} bears no fee of its own", f"{COLLECTION_COSTS_ACT} 3 §"
        return
    cap = cap_of(fee, on)
    if rule.fee_ore > cap.amount_ore:
        yield f"the fee of a {rule.step} is above the cap: give at most {format_kronor(cap.amount_ore)}", cap.statute
    if policy.fees_are_invoiced and not rule.debits_fee:
        yield f"the fee of a {rule.step} is invoiced, and debits_fee = false only prints it: leave that out", ""
    if fee is Fee.REMINDER and not policy.reminder_fee_is_agreed:
        yield "a reminder fee must have been agreed: set reminder_fee_is_agreed", f"{COLLECTION_COSTS_ACT} 2 §"


def _of_demand(demand: StepRule) -> Iterator[tuple[str, str]]:
    if demand.days_to_pay is not None and demand.days_to_pay < SHORTEST_DAYS:
        yield f"a demand gives at least {SHORTEST_DAYS} days to pay", f"{DEBT_RECOVERY_ACT} 5 §"
    if demand.debits_interest and not demand.prints_interest:
        yield "a demand that debits interest must say it", f"{DEBT_RECOVERY_ACT} 5 §"


def never_taken(policy: Policy) -> DunningStep | None:
    """Return the step that a policy has and never takes: a residual demand is used instead of the warning."""
    used = {rule.step for rule in policy.steps}
    return DunningStep.WARNING if used >= {DunningStep.WARNING, DunningStep.RESIDUAL_DEMAND} else None


def _of_order(policy: Policy) -> Iterator[tuple[str, str]]:
    used = {rule.step for rule in policy.steps}
    for rule in policy.steps:
        if rule.counted_from not in _BASES[rule.step]:
            yield f"a {rule.step} is not counted from {rule.counted_from}", ""
        elif rule.counted_from is not StepBasis.DUE_DATE and DunningStep(rule.counted_from) not in used:
            yield f"a {rule.step} is counted from {rule.counted_from}, which is not used", ""
        if rule.debits_interest and rule.step is not DunningStep.DEMAND:
            yield f"a {rule.step} cannot debit interest: only a demand can", ""


def _whole(line: Sequence[DunningPolicy]) -> Policy:
    return Policy(
        name=line[0].name,
        method=_first(line, "method") or DunningMethod.BY_DOCUMENT,
        includes_not_due=bool(_first(line, "includes_not_due")),
        includes_credit_notes=bool(_first(line, "includes_credit_notes")),
        reminder_fee_is_agreed=bool(_first(line, "reminder_fee_is_agreed")),
        steps=tuple(rule for step in DunningStep if (rule := _step(line, step)) is not None),
        charges_compensation=bool(_first(line, "charges_compensation")),
        fees_are_invoiced=bool(_first(line, "fees_are_invoiced")),
    )


def _step(line: Sequence[DunningPolicy], step: DunningStep) -> StepRule | None:
    """Return how a step is taken; None where nobody says after how many days, or that it is not used."""
    terms: list[StepTerms] = [getattr(policy, step) for policy in line]
    after_days = _first(terms, "after_days")
    if after_days is None or _first(terms, "is_used") is False:
        return None
    return StepRule(
        step=step,
        after_days=after_days,
        counted_from=_first(terms, "counted_from") or _USUAL_BASIS[step],
        days_to_pay=_first(terms, "days_to_pay"),
        minimum_ore=_first(terms, "minimum_ore") or 0,
        fee_ore=_first(terms, "fee_ore") or 0,
        no_fee_below_ore=_first(terms, "no_fee_below_ore") or 0,
        debits_fee=_debits_fee(line, terms),
        prints_interest=bool(_first(terms, "prints_interest")),
        debits_interest=bool(_first(terms, "debits_interest")),
        heading=_texts(terms, "heading"),
        text=_texts(terms, "text"),
        officer=next((one.officer for one in terms if one.officer), ""),
    )


def _debits_fee(line: Sequence[DunningPolicy], terms: Sequence[StepTerms]) -> bool:
    """Say whether a step's fee is charged, to the balance or as an invoice; left out, one that is invoiced is."""
    said = _first(terms, "debits_fee")
    return bool(_first(line, "fees_are_invoiced") if said is None else said)


_USUAL_BASIS: Mapping[DunningStep, StepBasis] = MappingProxyType(
    {
        DunningStep.REMINDER_1: StepBasis.DUE_DATE,
        DunningStep.REMINDER_2: StepBasis.REMINDER_1,
        DunningStep.DEMAND: StepBasis.REMINDER_1,
        DunningStep.RESIDUAL_DEMAND: StepBasis.DEMAND,
        DunningStep.WARNING: StepBasis.DEMAND,
    }
)


def _first(line: Sequence[Any], name: str) -> Any:
    return next((value for one in line if (value := getattr(one, name)) is not None), None)


def _texts(terms: Sequence[StepTerms], name: str) -> Mapping[Language, str]:
    """Return texts by language, each of the nearest that has it."""
    return MappingProxyType({k: v for one in reversed(terms) for k, v in getattr(one, name).items()})
