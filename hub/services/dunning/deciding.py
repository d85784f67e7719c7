"""The next step of open receivables under a tenant's settings on a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from hub.model.company import Company
from hub.model.dunning import DunningMethod, DunningStep, Stopped
from hub.model.dunning_plans import OpenDebt, StepTaken
from hub.model.dunning_settings import HoldCode
from hub.model.limitation import Interruption
from hub.model.parties import DebtorClass, class_of, class_of_kept
from hub.model.tenant import Tenant
from hub.rules.dunning.claim_lives import claim_life, day_sent
from hub.rules.dunning.holds import what_stops
from hub.rules.dunning.limitation import CONSUMER_YEARS
from hub.rules.dunning.next_step import DunningFacts, NextStep, Taken, next_step
from hub.rules.dunning.policies import Policy, policy_for
from hub.rules.dunning.step_terms import DEMANDS
from hub.rules.interest.start import first_day_by, moved_to_weekday
from hub.rules.relations import relation_of
from hub.services.books.interest import NO_INTEREST_ON
from hub.services.ports.dunning import DunnedPage

NEVER_DUE = date.max  # what has no due date is never late


class Decided(NamedTuple):
    """One open receivable, its next step, and the policy that says so."""

    debt: OpenDebt
    step: NextStep
    policy: Policy | None


class _Creditor(NamedTuple):
    company: Company
    codes: Mapping[str, HoldCode]
    kind: DebtorClass
    moves_due_dates: bool


class Decider:
    """Decides under the settings of one day; policies are looked up once for each routine."""

    def __init__(self, tenant: Tenant, on: date) -> None:
        self._on = on
        self._creditors = {company.number: _creditor(company) for company in tenant.companies}
        self._policies: dict[tuple[str, str], Policy | None] = {}
        self._interest_from: dict[tuple[str, str, str], date | None] = {}

    def decide_all(self, page: DunnedPage) -> Iterator[Decided]:
        """Yield what comes next for each of some receivables, in their order."""
        for debt in page.debts:
            policy = self.policy_of(debt.company, debt.routine)
            steps, holds = page.steps.get(debt.receivable_id, ()), page.holds.get(debt.receivable_id, ())
            facts = self._facts(debt, steps, holds, page)
            codes = self._creditors[debt.company].codes
            yield Decided(debt, next_step(facts, policy, codes, self._on), policy)

    def policy_of(self, company: str, routine: str) -> Policy | None:
        """Return the policy of a routine, None when there is none."""
        key = (company, routine)
        if key not in self._policies:
            self._policies[key] = policy_for(self._creditors[company].company.dunning, routine, self._on)
        return self._policies[key]

    def is_told(self, debt: OpenDebt, page: DunnedPage, steps: Iterable[DunningStep]) -> bool:
        """Say whether a letter of one of these steps may list a receivable that it does not ask for.

        One that a hold keeps from a step, or that somebody else asks for, is not held against the debtor in that
        step's letter either.
        """
        codes = self._creditors[debt.company].codes
        active = page.holds.get(debt.receivable_id, ())
        if debt.receivable_id in page.handed_over:
            return False
        return not active or any(what_stops(codes, active, Stopped(step)) is None for step in steps)

    def _facts(
        self, debt: OpenDebt, steps: Sequence[StepTaken], holds: Sequence[str], page: DunnedPage
    ) -> DunningFacts:
        told = page.interruptions.get(debt.receivable_id, ())
        creditor = self._creditors[debt.company]
        relation = relation_of(creditor.kind, class_of_kept(debt.debtor_identity))
        return DunningFacts(
            kind=debt.kind,
            currency=debt.currency,
            due_date=counted_due_date(debt.due_date, moves=creditor.moves_due_dates),
            open_ore=debt.open_ore,
            charges_ore=debt.fee_ore + debt.interest_ore,
            relation=relation,
            is_undeliverable=debt.receivable_id in page.undeliverable,
            is_with_its_original=debt.receivable_id in page.fees_of_open,
            handed_over=page.handed_over.get(debt.receivable_id, ""),
            drawn_on=page.drawn.get(debt.receivable_id, ""),
            interest_from=self._first_day(debt, creditor.company) if relation.is_commercial else None,
            taken=[_taken(step) for step in steps if _counts(step)] if steps else (),
            holds=holds,
            lapses_after=self._lapses_after(debt, creditor, steps, told),
        )

    def _first_day(self, debt: OpenDebt, company: Company) -> date | None:
        """Return the first day of late interest by the due date that stands; none on what bears no interest.

        Many receivables share their days.
        """
        if debt.kind in NO_INTEREST_ON or not debt.due_date:
            return None
        key = (debt.company, debt.invoice_date, debt.due_date)
        if key not in self._interest_from:
            days = (date.fromisoformat(debt.invoice_date), date.fromisoformat(debt.due_date))
            self._interest_from[key] = first_day_by(company.dunning.interest, invoice_date=days[0], due_date=days[1])
        return self._interest_from[key]

    def _lapses_after(
        self, debt: OpenDebt, creditor: _Creditor, steps: Sequence[StepTaken], told: Sequence[Interruption]
    ) -> date | None:
        """Return the last day of an old claim's life; one that is younger than any claim lapses is not looked at."""
        if int(debt.invoice_date[:4]) > self._on.year - CONSUMER_YEARS:
            return None
        return claim_life(debt, creditor.company, steps, told).last_day


@lru_cache(maxsize=10_000)
def counted_due_date(due_date: str, *, moves: bool) -> date:
    """Return the due date that counts: off a day off where the terms say so."""
    if not due_date:
        return NEVER_DUE
    day = date.fromisoformat(due_date)
    return moved_to_weekday(day) if moves else day


def is_by_debtor(policy: Policy | None) -> bool:
    """Say whether a policy's letters are about all that is late of a debtor."""
    return policy is not None and policy.method is DunningMethod.BY_DEBTOR


def _creditor(company: Company) -> _Creditor:
    kind, terms = class_of(company.organisation_number), company.dunning.interest
    return _Creditor(company, company.dunning.hold_codes, kind, terms.due_moves_to_weekday)


def _counts(step: StepTaken) -> bool:
    """Say whether a step is behind us: a demand that a transfer stood for is not, once the agency has it no more."""
    return not (step.is_by_agency and step.step in DEMANDS)


def _taken(step: StepTaken) -> Taken:
    on = day_sent(step.sent_at) if step.sent_at else date.fromisoformat(step.dated_on)
    return Taken(
        DunningStep(step.step),
        on,
        date.fromisoformat(step.answer_by),
        step.sent_at is not None,
        step.fee_ore,
        step.compensation_ore,
    )
