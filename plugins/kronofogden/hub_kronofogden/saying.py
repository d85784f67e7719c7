"""A filing in the words of `speech`: what a layout writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hub.model.enforcement_application import EnforcementApplication
from hub.model.order_to_pay_application import ClaimedReceivable, OrderApplication, OrderMessage, ReducedClaim
from hub.model.order_to_pay_files import Filing

Values = dict[str, Any]
_ROWS = range(1, 6)
_RESPONDENT = ("kind", "identity", "identity_type", "name", "phone", "mobile", "email")
_ADDRESS = ("care_of", "street", "postal_code", "city", "country")


def message_of(filing: Filing) -> Mapping[str, Any]:
    """Return what a file says."""
    return {
        "file_no": filing.file_no,
        "filing_key": filing.key,
        "made_on": _day(filing.made_on),
        "organisation_number": filing.organisation_number,
        "agent_code": filing.agent_code,
        "orders": [_order(message) for message in filing.messages],
    }


def _order(message: OrderMessage) -> Values:
    application = message.application
    return {
        **_parties(message.enforcement or application),
        **_asked(application),
        **_costs(application),
        **_changed(message),
        **_enforced(message),
        "claims": [_claim(claim, message) for claim in application.claims],
    }


def _parties(application: OrderApplication | EnforcementApplication) -> Values:
    applicant, respondent = application.applicant, application.respondent
    rows = dict(_rows("applicant", applicant.rows)) | dict(_rows("agent", application.agent.rows))
    told = {f"respondent_{name}": str(getattr(respondent, name)) for name in _RESPONDENT}
    return {
        "order_no": application.order_no,
        "applicant_name": applicant.name,
        "applicant_phone": applicant.phone,
        "applicant_email": applicant.email,
        "bankgiro": applicant.bankgiro,
        "plusgiro": applicant.plusgiro,
        **rows,
        **told,
        **{f"respondent_{name}": getattr(respondent.address, name) for name in _ADDRESS},
    }


def _rows(who: str, rows: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for no in _ROWS:
        yield f"{who}_row_{no}", rows[no - 1] if no <= len(rows) else ""


def _asked(application: OrderApplication) -> Values:
    interest = application.interest
    return {
        "applied_on": _day(application.applied_on),
        "principal": application.principal_ore,
        "collection": application.collection_ore,
        "interest": application.interest_ore,
        "total": application.total_ore,
        "interest_choice": str(interest.choice),
        "interest_rate": interest.rate_percent,
        "interest_ground": interest.ground,
        "counted_to": _day(interest.counted_to),
        "enforcement": str(application.enforcement),
        "has_real_property": application.has_real_property,
        "special_information": application.special_information,
        "ground": " ".join(claim.ground for claim in application.claims),
    }


def _costs(application: OrderApplication) -> Values:
    costs = application.costs
    return {
        "application_fee": costs.application_fee_ore,
        "own_work": costs.own_work_ore,
        "agent_cost": costs.agent_ore,
        "other_cost": costs.other_ore,
        "other_label": costs.other_label,
        "costs_reason": costs.reason,
        "fee_payment": str(costs.fee_payment),
        "fee_giro": costs.fee_giro,
    }


def _changed(message: OrderMessage) -> Values:
    change = message.change
    if change is None:
        return {"case_no": ""}
    enforced = {"decided_on": _day(change.decided_on), "change": str(change.kind), "costs_left": change.costs_ore}
    return {
        "case_no": change.case_no,
        "change_no": change.change_no,
        "changed_on": _day(change.made_on),
        "lowered": change.lowered_ore,
        "reason": change.reason,
        **(enforced if change.decided_on else {}),
    }


def _enforced(message: OrderMessage) -> Values:
    asked = message.enforcement
    if asked is None:
        return {}
    return {
        "case_no": asked.case_no,
        "decided_on": _day(asked.decided_on),
        "applied_on": _day(asked.applied_on),
        "principal": asked.principal_ore,
        "collection": asked.collection_ore,
        "interest": asked.interest_ore,
        "costs_left": asked.costs_ore,
        "total": asked.total_ore,
        "enforcement": str(asked.enforcement),
        "has_real_property": asked.has_real_property,
        "special_information": asked.special_information,
    }


def _claim(claim: ClaimedReceivable, message: OrderMessage) -> Values:
    told = message.enforcement or message.change
    now = {one.claim_no: one for one in told.claims} if told is not None else {}
    amounts = now.get(claim.claim_no, claim if message.change is None else _nothing_of(claim))
    return {
        "claim_no": claim.claim_no,
        "company": claim.company,
        "number": claim.number,
        "ocr": claim.ocr,
        "refers_to": claim.refers_to,
        "ground": claim.ground,
        "invoice_date": _day(claim.invoice_date),
        "due_date": _day(claim.due_date),
        "demand_sent_on": _day(claim.demand_sent_on),
        "demand_pay_by": _day(claim.demand_pay_by),
        "original": claim.original_ore,
        "principal": amounts.principal_ore,
        "collection": amounts.collection_ore,
        "interest": amounts.interest_ore,
        "interest_from": _day(claim.interest_from),
        "original_creditor": claim.original_creditor,
    }


def _nothing_of(claim: ClaimedReceivable) -> ReducedClaim:
    return ReducedClaim(claim_no=claim.claim_no, number=claim.number, principal_ore=0, collection_ore=0, interest_ore=0)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
