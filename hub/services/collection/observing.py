"""Staying in step: what happens in the books to receivables at agencies is heard by events, and told as orders.

Entries, holds and new versions are heard in their order, each once: how far is kept in the transaction that writes the
orders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from hub.errors import RuleViolation
from hub.model.claims import Claim, ClaimAction, as_json
from hub.model.collection import ClosingCode, OrderKind, RecallReason
from hub.model.collection_cases import Case, CaseState, NewsOfCase, OrderState
from hub.model.dunning import Stopped
from hub.model.events import Event
from hub.model.tenant import Tenant
from hub.rules.charges import Cause
from hub.rules.collection.telling import (
    Fact,
    Left,
    changed_fields,
    credit_of,
    facts_of,
    grows,
    left_of,
    payment_of,
)
from hub.rules.dunning.holds import stopped_by
from hub.services.books.claims import build_claims
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.agencies import Agencies
from hub.services.collection.ending import end_case
from hub.services.collection.judging import Rates
from hub.services.collection.ordering import Draft, part_of, write_orders
from hub.services.collection.recalling import recall
from hub.services.collection.transferring import VOUCHER_TYPE, source_of, transfer_postings
from hub.services.ports import UnitOfWork

CURSOR = "collection"
CLAIM = "hear of cases"
EVENTS_AT_ONCE = 20_000
CLAIM_GREW = "claim_grew_at_agency"  # task
NEW_VERSION = "new_version_at_agency"  # task
FLAGGED_AT_AGENCY = "flagged_at_agency"  # task
_HOLDS = ("hold_set", "hold_ended")
_VERSIONS = frozenset({"invoiced", "credited_by_new_version"})


def tell_agencies(work: UnitOfWork, tenant: Tenant, agencies: Agencies, rates: Rates) -> bool:
    """Hear what has happened since the last time, in this transaction; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    heard = work.events.heard_by(CURSOR)
    until = min(latest, heard + EVENTS_AT_ONCE)
    if until <= heard:
        return False
    _tell_entries(work, tenant, agencies, rates, work.collection_cases.news(after=heard, until=until))
    holds = work.events.of_kinds(_HOLDS, after=heard, until=until, limit=EVENTS_AT_ONCE)
    _tell_holds(work, tenant, holds)
    work.events.note_heard(CURSOR, until)
    return until < latest


def _tell_entries(
    work: UnitOfWork, tenant: Tenant, agencies: Agencies, rates: Rates, news: Sequence[NewsOfCase]
) -> None:
    by_case = {case_no: list(own) for case_no, own in groupby(news, key=lambda one: one.case_no)}
    cases = work.collection_cases.lock(list(by_case))
    drafts: list[Draft] = []
    for case_no, own in by_case.items():
        drafts += _drafts(work, tenant, agencies, cases[case_no], own)
    write_orders(work, drafts)
    changed = [cases[no] for no, own in by_case.items() if any(one.cause in _VERSIONS for one in own)]
    _tell_debtors(work, tenant, rates, changed)


def _drafts(
    work: UnitOfWork, tenant: Tenant, agencies: Agencies, case: Case, news: Sequence[NewsOfCase]
) -> list[Draft]:
    """Return what there is to tell of one case; what is known there is kept all the same."""
    if any(one.cause == Cause.CANCELLED for one in news) and case.state != CaseState.RECALLING:
        if recall(work, case, RecallReason.CREDITED, "annulled"):
            end_case(work, tenant, case, ClosingCode.RECALLED)
        return []
    is_version = any(one.cause in _VERSIONS for one in news)
    facts = _of_version(work, case) if is_version else facts_of(news, agencies.accounts.get(case.agency, frozenset()))
    if case.is_settled:
        _take_back_transfer(work, tenant, case, facts)
    if grows(facts):
        _ask_about_growth(work, case)
    drafts, left = [], left_of(case)
    reports = agencies.agreement(case.agency, case.organisation_number).reports_direct_payments
    for fact in facts:
        left = left.lowered(fact)
        work.collection_cases.note_told([(case.case_no, fact.principal_ore, fact.fee_ore, fact.interest_ore)])
        is_told = fact.kind is OrderKind.CREDIT or (reports and not fact.is_known_there)
        if is_told and case.state != CaseState.RECALLING:
            drafts.append(Draft(case, fact.kind, _part(case, fact, left)))
    return drafts


def _take_back_transfer(work: UnitOfWork, tenant: Tenant, case: Case, facts: Sequence[Fact]) -> None:
    """Let what lowers a settled receivable lower what is at the agency, or the debtor would have it to good too."""
    amounts = {
        "principal": sum(fact.principal_ore for fact in facts),
        "fee": sum(fact.fee_ore for fact in facts),
        "interest": sum(fact.interest_ore for fact in facts),
    }
    (row,) = work.receivables.by_ids([case.receivable_id])
    company = find_company(tenant, case.company)
    postings = transfer_postings(work, company, case, row.group_no, Cause.TRANSFER_TAKEN_BACK, 1, amounts)
    if postings:
        work.books.add(postings)
        work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)


def _of_version(work: UnitOfWork, case: Case) -> list[Fact]:
    """Return what a new version has changed: its entries repeat what was paid before, so balances are compared."""
    now = work.claim_facts.amounts([case.receivable_id])[case.receivable_id]
    left = Left(0, 0, 0) if case.is_settled else left_of(case)  # what was settled has nothing open
    fact = Fact(
        key=f"version:{work.collection_cases.last_entries([case.receivable_id])[case.receivable_id]}",
        kind=OrderKind.CREDIT,
        on=work.today,
        principal_ore=left.principal_ore - now.principal_ore,
        fee_ore=left.fee_ore - now.fee_ore,
        interest_ore=left.interest_ore - now.interest_ore,
    )
    return [fact] if fact.amount_ore else []


def _part(case: Case, fact: Fact, left: Left) -> dict[str, object]:
    if fact.kind is OrderKind.CREDIT:
        return {"credit": part_of(credit_of(case, fact, left))}
    return {"payment": part_of(payment_of(case, fact, left))}


def _ask_about_growth(work: UnitOfWork, case: Case) -> None:
    message = (
        f"more is owed on the receivable of case {case.claim_id} at {case.agency} than was handed over: tell the "
        f"agency, or take it back by hub collection recall {case.case_no}"
    )
    work.commands.open_task(CLAIM_GREW, str(case.case_no), message)


def _tell_holds(work: UnitOfWork, tenant: Tenant, events: Sequence[Event]) -> None:
    """Ask agencies to wait while others' holds stop what they do, and to go on when none does any more."""
    told = {int(event.data["receivable_id"]): event for event in events if event.data.get("receivable_id")}
    cases = work.collection_cases.open_of(list(told))
    drafts = []
    for receivable_id, case in sorted(cases.items()):
        draft = _hold_draft(work, tenant, case, told[receivable_id])
        drafts += [draft] if draft is not None else []
    write_orders(work, drafts)


def _hold_draft(work: UnitOfWork, tenant: Tenant, case: Case, latest: Event) -> Draft | None:
    if latest.data.get("source") == source_of(case) or case.state == CaseState.RECALLING:
        return None
    codes = find_company(tenant, case.company).dunning.hold_codes
    active = [
        hold
        for hold in work.receivables.active_holds([case.receivable_id], work.today)
        if hold.source != source_of(case) and Stopped.TRANSFER in stopped_by(codes, hold.code)
    ]
    waits = _is_told_to_wait(work, case)
    if active and not waits:
        until = max((hold.until_date or "9999" for hold in active), default="")
        part: dict[str, object] = {
            "hold_from": work.today,
            "hold_until": "" if until == "9999" else until,
            "reason": active[0].code,
        }
        return Draft(case, OrderKind.HOLD, part)
    return Draft(case, OrderKind.RELEASE, {}) if waits and not active else None


def _is_told_to_wait(work: UnitOfWork, case: Case) -> bool:
    """Say whether the latest that the agency was told of waiting is to wait, and that has not ended by itself."""
    orders = [
        order
        for order in work.collection_orders.of_cases([case.case_no])
        if order.kind in (OrderKind.HOLD, OrderKind.RELEASE) and order.state != OrderState.DROPPED
    ]
    if not orders or orders[-1].kind == OrderKind.RELEASE:
        return False
    until = json.loads(orders[-1].body).get("hold_until", "")
    return not until or until >= work.today


def _tell_debtors(work: UnitOfWork, tenant: Tenant, rates: Rates, cases: Sequence[Case]) -> None:
    """Tell changes of debtors that came with new versions; of one with a flag a person is asked."""
    if not cases:
        return
    kept = work.collection_cases.claims([case.case_no for case in cases])
    ids = [case.receivable_id for case in cases]
    try:
        now = build_claims(work, tenant, ids, ClaimAction.COLLECT, date.fromisoformat(work.today), rates())
    except RuleViolation as error:  # a rate that is not known stops no round
        for case in cases:
            message = f"case {case.claim_id} at {case.agency} has a new version, and its claim cannot be made: {error}"
            work.commands.open_task(NEW_VERSION, str(case.case_no), message)
        return
    drafts = []
    for case in cases:
        draft = _debtor_draft(work, case, Claim.model_validate_json(kept[case.case_no]), now[case.receivable_id])
        drafts += [draft] if draft is not None and case.state != CaseState.RECALLING else []
    write_orders(work, drafts)


def _debtor_draft(work: UnitOfWork, case: Case, before: Claim, now: Claim) -> Draft | None:
    fields = changed_fields(_said(before), _said(now))
    if not fields:
        return None
    if now.flags:
        message = f"the debtor of case {case.claim_id} at {case.agency} is {now.flags[0]}: tell the agency by hand"
        work.commands.open_task(FLAGGED_AT_AGENCY, str(case.case_no), message)
        return None
    claim = before.model_copy(update={"debtors": now.debtors})
    work.collection_cases.keep_claims([(case.case_no, json.dumps(as_json(claim), ensure_ascii=False), claim.sha256)])
    return Draft(case, OrderKind.DEBTOR_UPDATE, {"debtor": part_of(now.debtor), "changed_fields": list(fields)})


def _said(claim: Claim) -> Mapping[str, object]:
    return {name: value for name, value in part_of(claim.debtor).items() if name != "flags"}
