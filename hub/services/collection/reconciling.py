"""Comparing our cases with an agency's latest list of those that it has open (*avstämning*)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hub.banking_calendar import swedish_date
from hub.errors import DataError
from hub.model.collection_cases import Case
from hub.rules.collection.reconciling import CaseDifference, differences
from hub.services.collection.listing import list_of
from hub.services.ports import UnitOfWork

CASES_AT_ONCE = 1_000


def reconcile(work: UnitOfWork, agency: str) -> list[CaseDifference]:
    """Return the cases that differ. One whose claim has arrived there and was never answered differs too.

    Raises DataError when the agency has told no list.
    """
    exchange_no = list_of(work, agency)
    if not exchange_no:
        raise DataError(f"{agency} has told no list of its cases: fetch one, or take one in")
    listed = work.agency_told.listed(agency)
    told_at = work.exchanges.get(exchange_no).created_at
    listed_on = swedish_date(datetime.fromisoformat(told_at)).isoformat()
    unanswered = work.collection_orders.unanswered_claims(agency)
    return list(differences(_cases(work, agency), listed, unanswered, listed_on))


def _cases(work: UnitOfWork, agency: str) -> Iterator[Case]:
    before = 0
    while some := work.collection_cases.latest(agency=agency, before=before, limit=CASES_AT_ONCE):
        yield from (row[0] for row in some)
        before = some[-1][0].case_no
