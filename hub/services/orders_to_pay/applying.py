"""The application as it is handed over: the neutral document, from what was looked at and what the settings say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hub.errors import DataError
from hub.model import enforcement_application
from hub.model.claims import Claim
from hub.model.company import Company
from hub.model.enforcement_application import EnforcementApplication
from hub.model.order_to_pay_application import (
    CaseCosts,
    ClaimedReceivable,
    OrderApplication,
    OrderChange,
    OrderMessage,
    as_json,
)
from hub.model.order_to_pay_parts import Agent, Applicant, ClaimedInterest, Respondent
from hub.model.orders_to_pay import EnforcementWish, FeePayment, InterestChoice, MessageKind, OrderClaim, OrderTerms
from hub.services.orders_to_pay.looking import Looked, applicant_rows
from hub.services.ports import UnitOfWork


def application_of(work: UnitOfWork, order_no: int, looked: Looked) -> OrderApplication:
    """Return an application of today.

    Raises:
        DataError: its authority is not in the register.
    """
    company, terms, first = looked.company, looked.terms, looked.claims[0]
    return OrderApplication(
        order_no=order_no,
        applied_on=looked.on.isoformat(),
        authority=authority_rows(work, terms.authority),
        applicant=applicant_of(company, first),
        agent=Agent(rows=company.orders_to_pay.agent, code=company.orders_to_pay.agent_code),
        respondent=respondent_of(first),
        claims=tuple(_claimed(one, asked) for one, asked in zip(looked.claims, looked.asked, strict=True)),
        interest=_interest(terms, looked.on.isoformat()),
        costs=_costs(terms, looked.fee_ore, company.orders_to_pay.fee_giro),
        enforcement=EnforcementWish(terms.enforcement),
        has_real_property=bool(terms.has_real_property),
        special_information=terms.special_information,
    )


def as_bytes(application: OrderApplication) -> bytes:
    """Return the neutral document as it is kept and handed out: the same application, the same bytes."""
    return json.dumps(as_json(application), ensure_ascii=False, indent=2).encode() + b"\n"


def told_as_bytes(message: OrderMessage) -> bytes:
    """Return what the authority is told behind the application, as a neutral document: a change, or enforcement."""
    told = message.enforcement or message.change
    assert told is not None  # the application itself is kept with the order
    return json.dumps(told.model_dump(mode="json"), ensure_ascii=False, indent=2).encode() + b"\n"


def message_of(application: bytes, told: bytes) -> OrderMessage:
    """Return what the authority was told, from the neutral documents of the application and of what followed it."""
    filed = OrderApplication.model_validate_json(application)
    if json.loads(told).get("format") == enforcement_application.FORMAT:
        asked = EnforcementApplication.model_validate_json(told)
        return OrderMessage(kind=MessageKind.ENFORCEMENT, application=filed, enforcement=asked)
    change = OrderChange.model_validate_json(told)
    return OrderMessage(kind=change.message_kind, application=filed, change=change)


def authority_rows(work: UnitOfWork, town: str) -> tuple[str, ...]:
    """Return the address of an office of the register; none where no town is given. Raises DataError."""
    if not town:
        return ()
    found = work.authorities.get(town)
    if found is None:
        raise DataError(f"there is no authority {town} in the register: add it by hub authorities import FILE")
    return found.rows


def applicant_of(company: Company, claim: Claim) -> Applicant:
    """Return who applies, by the settings and the books."""
    creditor = claim.creditor
    return Applicant(
        name=company.name,
        organisation_number=company.organisation_number,
        rows=applicant_rows(company),
        phone=creditor.contact_phone,
        email=creditor.contact_email,
        bankgiro=creditor.bankgiro,
        plusgiro=creditor.plusgiro,
    )


def respondent_of(claim: Claim) -> Respondent:
    """Return who is to pay, as the books know them now."""
    debtor = claim.debtor
    fields = ("kind", "identity", "identity_type", "name", "address", "phone", "mobile", "email")
    return Respondent(**{name: getattr(debtor, name) for name in fields})


def _claimed(claim: Claim, asked: OrderClaim) -> ClaimedReceivable:
    same: Sequence[str] = (
        "claim_no", "company", "number", "refers_to", "invoice_date", "due_date", "demand_sent_on", "demand_pay_by",
        "principal_ore", "collection_ore", "interest_ore",
    )  # fmt: skip
    line = claim.line
    return ClaimedReceivable(
        **{name: getattr(asked, name) for name in same},
        ocr=line.ocr,
        original_ore=line.principal_original_ore,
        interest_from=line.interest.start_date if asked.interest_ore else "",
        original_creditor=claim.creditor.original_creditor,
    )


def _interest(terms: OrderTerms, counted_to: str) -> ClaimedInterest:
    choice = InterestChoice(terms.interest)
    return ClaimedInterest(
        choice=choice, rate_percent=terms.rate_percent, ground=terms.interest_ground, counted_to=counted_to
    )


def _costs(terms: OrderTerms, fee_ore: int, fee_giro: str) -> CaseCosts:
    is_giro = terms.fee_payment == FeePayment.GIRO
    amounts: Mapping[str, int] = {
        "application_fee_ore": fee_ore,
        "own_work_ore": terms.own_work_ore,
        "agent_ore": terms.agent_ore,
        "other_ore": terms.other_ore,
    }
    return CaseCosts(
        **amounts,
        other_label=terms.other_label,
        reason=terms.costs_reason,
        fee_payment=FeePayment(terms.fee_payment),
        fee_giro=fee_giro if is_giro else "",
    )
