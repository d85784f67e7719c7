"""What is done about open receivables under a tenant's settings on a day: rules first, then each claim by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.contracts import CollectionAgency
from hub.model.claims import Claim, ClaimAction
from hub.model.collection import CaseOrder, CollectionStep, OrderKind
from hub.model.collection_cases import Case, Selection, TransferReason, TransferStop, at_agency
from hub.model.collection_settings import TransferRule
from hub.model.company import Company
from hub.model.dunning_plans import OpenDebt, Verdict
from hub.model.tenant import Tenant
from hub.rules.collection.choosing import Choice, TransferFacts, choose, refused
from hub.rules.dunning.claim_lives import claim_life
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.interest.start import moved_to_weekday
from hub.rules.reasons import cut_at_word
from hub.services.books.claims import build_claims
from hub.services.collection.agencies import Agencies
from hub.services.ports import UnitOfWork
from hub.services.ports.dunning import DunnedPage
from hub.texts import storable

CLAIMS_AT_ONCE = 500
LONGEST_REASON = 200
ACTIONS = {CollectionStep.REMIND: ClaimAction.REMIND, CollectionStep.COLLECT: ClaimAction.COLLECT}

Rates = Callable[[], ReferenceRates]


class Judged(NamedTuple):
    """One open receivable, what is done about it, and its claim where it is handed over."""

    debt: OpenDebt
    choice: Choice
    case: Case | None
    claim: Claim | None = None


class Judge:
    """Judges under the settings of one day, for one agency."""

    def __init__(self, tenant: Tenant, agencies: Agencies, selection: Selection, on: date, rates: Rates) -> None:
        self._tenant = tenant
        self._agencies = agencies
        self._agency: CollectionAgency = agencies.get(selection.agency)
        self._on = on
        self._rates = rates
        self._companies = {company.number: company for company in tenant.companies}
        self._rules = {
            company.number: [
                rule
                for rule in company.collection.transfers
                if rule.agency == selection.agency and selection.step in (None, rule.step)
            ]
            for company in tenant.companies
        }

    def judge(self, work: UnitOfWork, page: DunnedPage) -> list[Judged]:
        """Return what is done about each receivable of a page, in its order."""
        cases = work.collection_cases.open_of([debt.receivable_id for debt in page.debts])
        judged = [self._by_rules(debt, page, cases.get(debt.receivable_id)) for debt in page.debts]
        claims = self._claims(work, [one for one in judged if one.choice.verdict is Verdict.TAKE])
        return [self._by_claim(one, claims) for one in judged]

    def _by_rules(self, debt: OpenDebt, page: DunnedPage, case: Case | None) -> Judged:
        company, number = self._companies[debt.company], debt.receivable_id
        rules = self._rules[debt.company]
        if not rules:
            return Judged(debt, Choice(Verdict.LATER, TransferReason.NO_RULE), case)
        steps = page.steps.get(number, ())
        life = claim_life(debt, company, steps, page.interruptions.get(number, ()))
        facts = TransferFacts(
            debt=debt,
            due_date=_due(debt.due_date, moves=company.dunning.interest.due_moves_to_weekday),
            steps=steps,
            holds=self._holds(page.holds.get(number, ()), case),
            case=case,
            lapses_after=life.last_day,
            is_undeliverable=number in page.undeliverable,
            handed_over=_elsewhere(page.handed_over.get(number, ""), case),
            drawn_on=page.drawn.get(number, ""),
        )
        return Judged(debt, choose(facts, rules, company.dunning.hold_codes, self._on), case)

    def _holds(self, holds: Sequence[str], case: Case | None) -> list[str]:
        """Return the active codes without the one that the case itself has set."""
        kept = list(holds)
        if case is not None and case.hold_no:
            own = self._agencies.agreement(case.agency, case.organisation_number).hold_code
            if own in kept:
                kept.remove(own)
        return kept

    def _claims(self, work: UnitOfWork, taken: Sequence[Judged]) -> dict[int, Claim]:
        found: dict[int, Claim] = {}
        ids = [one.debt.receivable_id for one in taken]
        for start in range(0, len(ids), CLAIMS_AT_ONCE):
            some = ids[start : start + CLAIMS_AT_ONCE]
            found |= build_claims(work, self._tenant, some, ClaimAction.COLLECT, self._on, self._rates())
        return found

    def _by_claim(self, one: Judged, claims: Mapping[int, Claim]) -> Judged:
        claim, rule = claims.get(one.debt.receivable_id), one.choice.rule
        if claim is None or rule is None:
            return one
        company = self._companies[one.debt.company]
        claim = self.addressed(claim, company, rule)
        terms = self._agency.steps.get(rule.step)
        if terms is None:
            return _left(one, f"{TransferStop.AGENCY_SAYS}:it does not {rule.step}")
        why = refused(claim, rule, terms)
        says = "" if why else storable(self._agency.why_not(self.order(claim, rule, company)))
        if says:
            why = cut_at_word(f"{TransferStop.AGENCY_SAYS}:{says}", LONGEST_REASON)
        return _left(one, why) if why else one._replace(claim=claim)

    def addressed(self, claim: Claim, company: Company, rule: TransferRule) -> Claim:
        """Return a claim as it goes to the agency: with our numbers there."""
        terms = self._agencies.terms(rule.agency, company.organisation_number)
        numbers = {"agency_customer_no": terms.customer_no, "agency_group_no": terms.group_no}
        creditor = claim.creditor.model_copy(update=numbers)
        return claim.model_copy(update={"action": ACTIONS[rule.step], "creditor": creditor})

    def order(self, claim: Claim, rule: TransferRule, company: Company) -> CaseOrder:
        """Return the order by which a claim would go."""
        return CaseOrder(
            order_key=claim.claim_id,
            order_no=0,
            kind=OrderKind.CLAIM,
            step=rule.step,
            claim_id=claim.claim_id,
            agency_case_no=claim.agency_case_no,
            on_day=self._on.isoformat(),
            terms=self._agencies.terms(rule.agency, company.organisation_number),
            claim=claim,
        )


def _due(due_date: str, *, moves: bool) -> date:
    if not due_date:
        return date.max
    day = date.fromisoformat(due_date)
    return moved_to_weekday(day) if moves else day


def _elsewhere(handed_over: str, case: Case | None) -> str:
    """Return in what else a receivable is than its own case."""
    return "" if case is not None and handed_over == at_agency(case.agency) else handed_over


def _left(one: Judged, why: str) -> Judged:
    return one._replace(choice=Choice(Verdict.LEAVE, why, one.choice.rule))
