"""Staying in step with debtors: what new versions, the register of recipients and hold codes say of them since.

Of a debtor with a flag (protected identity, deceased, bankrupt) nothing is told by itself: a person is asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from hub.errors import RuleViolation
from hub.model.claims import Claim, ClaimAction, as_json
from hub.model.collection import OrderKind
from hub.model.collection_cases import Case
from hub.model.deliveries import DEBTOR_CHANGED
from hub.model.events import Event
from hub.model.tenant import Tenant
from hub.rules.collection.telling import changed_fields
from hub.services.books.claims import build_claims
from hub.services.collection.judging import CLAIMS_AT_ONCE, Rates
from hub.services.collection.ordering import Draft, part_of, write_orders
from hub.services.ports import UnitOfWork

NEW_VERSION = "new_version_at_agency"  # task
FLAGGED_AT_AGENCY = "flagged_at_agency"  # task


def cases_of_changed(work: UnitOfWork, tenant: Tenant, events: Sequence[Event]) -> list[Case]:
    """Return the open cases whose debtors the register, or a hold code that says something of them, has changed."""
    ids = {int(event.data["receivable_id"]) for event in events if _is_of_debtor(tenant, event)}
    return list(work.collection_cases.open_of(sorted(ids)).values())


def _is_of_debtor(tenant: Tenant, event: Event) -> bool:
    if event.kind == DEBTOR_CHANGED:
        return True
    return event.kind == "hold_set" and any(
        event.data.get("code") in company.claims.hold_flags for company in tenant.companies
    )


def tell_debtors(work: UnitOfWork, tenant: Tenant, rates: Rates, cases: Sequence[Case]) -> None:
    """Tell what has changed of the debtors of open cases."""
    open_cases = work.collection_cases.lock([case.case_no for case in cases])
    told = [case for case in open_cases.values() if case.is_open]
    for start in range(0, len(told), CLAIMS_AT_ONCE):
        _tell_some(work, tenant, rates, told[start : start + CLAIMS_AT_ONCE])


def _tell_some(work: UnitOfWork, tenant: Tenant, rates: Rates, cases: Sequence[Case]) -> None:
    kept = work.collection_cases.claims([case.case_no for case in cases])
    ids = [case.receivable_id for case in cases]
    try:
        now = build_claims(work, tenant, ids, ClaimAction.COLLECT, date.fromisoformat(work.today), rates())
    except RuleViolation as error:  # a rate that is not known stops no round
        for case in cases:
            message = f"the debtor of case {case.claim_id} at {case.agency} may have changed, and its claim: {error}"
            work.commands.open_task(NEW_VERSION, str(case.case_no), message)
        return
    drafts, claims = [], []
    for case in cases:
        before = Claim.model_validate_json(kept[case.case_no])
        after = now[case.receivable_id]
        fields = changed_fields(_said(before), _said(after))
        if after.flags and (fields or after.flags != before.flags):
            _ask_about_flag(work, case, after)
        elif fields:
            claim = before.model_copy(update={"debtors": after.debtors})
            claims.append((case.case_no, json.dumps(as_json(claim), ensure_ascii=False), claim.sha256))
            part: dict[str, object] = {"debtor": part_of(after.debtor), "changed_fields": list(fields)}
            drafts.append(Draft(case, OrderKind.DEBTOR_UPDATE, part))
    work.collection_cases.keep_claims(claims)
    write_orders(work, drafts)


def _ask_about_flag(work: UnitOfWork, case: Case, claim: Claim) -> None:
    message = (
        f"the debtor of case {case.claim_id} at {case.agency} is {claim.flags[0]}: tell the agency by hand, or take "
        f"the case back by hub collection recall {case.case_no}"
    )
    work.commands.open_task(FLAGGED_AT_AGENCY, str(case.case_no), message)


def _said(claim: Claim) -> Mapping[str, object]:
    return {name: value for name, value in part_of(claim.debtor).items() if name != "flags"}
