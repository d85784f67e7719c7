"""Staying in step: what happens in the books to receivables at agencies is heard by events, and told as orders.

Entries, holds, new versions and debtors are heard in their order, each once: how far is kept in the transaction that
writes the orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from hub.model.collection import ClosingCode, OrderKind, RecallReason
from hub.model.collection_cases import Case, CaseState, NewsOfCase
from hub.model.deliveries import DEBTOR_CHANGED
from hub.model.tenant import Tenant
from hub.rules.charges import Cause
from hub.rules.collection.telling import VERSIONS, Fact, Left, credit_of, facts_of, grows, left_of, payment_of
from hub.services.collection.agencies import Agencies
from hub.services.collection.ending import Ending, end_cases
from hub.services.collection.judging import Rates
from hub.services.collection.ordering import Draft, part_of, write_orders
from hub.services.collection.recalling import recall
from hub.services.collection.telling_debtors import cases_of_changed, tell_debtors
from hub.services.collection.telling_holds import KINDS as HOLDS
from hub.services.collection.telling_holds import close_rested, tell_holds
from hub.services.collection.transfer_accounts import Moved, move
from hub.services.ports import UnitOfWork

CURSOR = "collection"
CLAIM = "hear of cases"
EVENTS_AT_ONCE = 20_000
CLAIM_GREW = "claim_grew_at_agency"  # task


def tell_agencies(work: UnitOfWork, tenant: Tenant, agencies: Agencies, rates: Rates) -> bool:
    """Hear what has happened since the last time, in this transaction; say whether there is more."""
    work.commands.claim(CLAIM)
    latest = work.events.latest()  # first: what is told while this listens is heard the next time
    heard = work.events.heard_by(CURSOR)
    until = min(latest, heard + EVENTS_AT_ONCE)
    if until <= heard:
        return False
    renewed = _tell_entries(work, tenant, agencies, _News(work, heard, until, latest))
    events = work.events.of_kinds((*HOLDS, DEBTOR_CHANGED), after=heard, until=until, limit=EVENTS_AT_ONCE)
    tell_debtors(work, tenant, rates, [*renewed, *cases_of_changed(work, tenant, events)])
    of_holds = [event for event in events if event.kind in HOLDS]
    tell_holds(work, tenant, of_holds)
    close_rested(work, of_holds)
    work.events.note_heard(CURSOR, until)
    return until < latest


class _News:
    """What has happened to open cases, in the order of their numbers.

    Of one whose receivable has a new version, all is heard at once, of every version: money that came to the one before
    it is money, and only what the versions differ by is a credit.
    """

    def __init__(self, work: UnitOfWork, heard: int, until: int, latest: int) -> None:
        news = work.collection_cases.news(after=heard, until=until)
        renewed = {one.case_no for one in news if one.cause in VERSIONS}
        renewed |= work.collection_cases.renewed(after=heard, until=latest)
        told = [one for one in news if one.case_no not in renewed]
        told += work.collection_cases.news_of_versions(sorted(renewed), after=heard, until=latest) if renewed else []
        self.of_cases = {case_no: list(own) for case_no, own in groupby(told, key=lambda one: one.case_no)}
        self.renewed = frozenset(renewed & self.of_cases.keys())
        self.latest = latest


class _Heard(NamedTuple):
    """What has happened to one case."""

    case: Case
    facts: Sequence[Fact]


def _tell_entries(work: UnitOfWork, tenant: Tenant, agencies: Agencies, news: _News) -> list[Case]:
    """Tell what entries say; return the cases whose receivable has a new version."""
    cases = work.collection_cases.lock(list(news.of_cases))
    followed = {no: case for no, case in cases.items() if case.is_open}  # one may have ended meanwhile
    annulled = [case for no, case in followed.items() if _is_annulled(case, news.of_cases[no])]
    _take_back(work, tenant, annulled)
    going_on = [case for case in followed.values() if case not in annulled]
    heard = [_Heard(case, _facts(agencies, case, news.of_cases[case.case_no])) for case in going_on]
    _lower(work, tenant, heard)
    write_orders(work, [draft for one in heard for draft in _drafts(agencies, one)])
    renewed = [case._replace(since_entry=news.latest) for case in followed.values() if case.case_no in news.renewed]
    work.collection_cases.change_each(renewed, "since_entry")
    return renewed


def _facts(agencies: Agencies, case: Case, news: Sequence[NewsOfCase]) -> list[Fact]:
    return facts_of(news, agencies.accounts.get(case.agency, frozenset()))


def _is_annulled(case: Case, news: Sequence[NewsOfCase]) -> bool:
    return case.state != CaseState.RECALLING and any(one.cause == Cause.CANCELLED for one in news)


def _take_back(work: UnitOfWork, tenant: Tenant, cases: Sequence[Case]) -> None:
    """Take cases back whose receivables were annulled."""
    untold = recall(work, cases, RecallReason.CREDITED, "annulled")
    end_cases(work, tenant, [Ending(case, ClosingCode.RECALLED) for case in untold])


def _lower(work: UnitOfWork, tenant: Tenant, heard: Sequence[_Heard]) -> None:
    """Write what is owed no longer. What lowers a settled receivable lowers what is at the agency by a voucher.

    Otherwise the debtor would have it to good too.
    """
    settled = [Moved(one.case, _sum(one.facts)) for one in heard if one.case.is_settled]
    move(work, tenant, settled, Cause.TRANSFER_TAKEN_BACK)
    work.collection_cases.note_told((one.case.case_no, *_sum(one.facts)) for one in heard if one.facts)
    grown = [one.case for one in heard if grows(one.facts)]
    work.commands.open_each(CLAIM_GREW, [(str(case.case_no), _about_growth(case)) for case in grown])


def _sum(facts: Sequence[Fact]) -> Left:
    return Left(
        sum(fact.principal_ore for fact in facts),
        sum(fact.fee_ore for fact in facts),
        sum(fact.interest_ore for fact in facts),
    )


def _drafts(agencies: Agencies, heard: _Heard) -> list[Draft]:
    """Return what an agency is told of one case; what it knows of itself is none of it."""
    case, drafts, left = heard.case, [], left_of(heard.case)
    agreed = agencies.agreed(case.agency, case.organisation_number)
    reports = agreed is None or agreed.reports_direct_payments  # what waits for an agreement is not lost meanwhile
    for fact in heard.facts:
        left = left.lowered(fact)
        is_told = fact.kind is OrderKind.CREDIT or (reports and not fact.is_known_there)
        if is_told:
            drafts.append(Draft(case, fact.kind, _part(case, fact, left)))
    return drafts


def _part(case: Case, fact: Fact, left: Left) -> dict[str, object]:
    if fact.kind is OrderKind.CREDIT:
        return {"credit": part_of(credit_of(case, fact, left))}
    return {"payment": part_of(payment_of(case, fact, left))}


def _about_growth(case: Case) -> str:
    return (
        f"more is owed on the receivable of case {case.claim_id} at {case.agency} than was handed over: tell the "
        f"agency, or take it back by hub collection recall {case.case_no}"
    )
