"""Orders of the core in the words of `speech`: what a layout writes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hub.model.claims import Claim, ClaimDebtor, ClaimLine, ClaimPayment
from hub.model.collection import CaseBatch, CaseOrder, OrderKind
from hub.model.parties import PostalAddress

Values = dict[str, Any]


def message_of(batch: CaseBatch) -> Values:
    """Return a batch as a message."""
    return {
        "file_no": batch.file_no,
        "batch_key": batch.key,
        "made_on": _day(batch.made_on),
        "customer_no": batch.terms.customer_no,
        "group_no": batch.terms.group_no,
        "company_name": batch.terms.company_name,
        "organisation_number": batch.terms.organisation_number,
        "orders": [_order(order) for order in batch.orders],
    }


def netted(payments: Sequence[ClaimPayment]) -> tuple[ClaimPayment, ...]:
    """Return payments without corrections below zero: each is taken from the latest ones before it, then from others.

    What is left of the sum below zero, if anything, stays: money that was never paid cannot be taken back.
    """
    kept: list[ClaimPayment] = []
    for payment in sorted(payments, key=lambda one: one.amount_ore < 0):
        left_ore = payment.amount_ore
        while left_ore < 0 and kept and kept[-1].amount_ore >= 0:
            last = kept.pop()
            if last.amount_ore + left_ore > 0:
                kept.append(_lowered(last, -left_ore))
            left_ore = min(0, last.amount_ore + left_ore)
        if left_ore:
            kept.append(payment if left_ore == payment.amount_ore else _lowered(payment, payment.amount_ore - left_ore))
    return tuple(kept)


def _lowered(payment: ClaimPayment, by_ore: int) -> ClaimPayment:
    """Return a payment of less; where its parts came from is no longer told apart, so principal bears it first."""
    parts = {"principal_ore": payment.principal_ore, "interest_ore": payment.interest_ore, "fee_ore": payment.fee_ore}
    left_ore = by_ore
    for name, part_ore in parts.items():
        taken_ore = min(left_ore, part_ore) if by_ore > 0 else max(left_ore, part_ore)
        parts[name], left_ore = part_ore - taken_ore, left_ore - taken_ore
    return payment.model_copy(update={"amount_ore": payment.amount_ore - by_ore, **parts})


def _order(order: CaseOrder) -> Values:
    claim = order.claim
    is_claim = order.kind is OrderKind.CLAIM
    debtor = order.debtor or claim.debtor
    debtors: Iterable[ClaimDebtor] = claim.debtors if is_claim else [debtor] if order.debtor else []
    return {
        **_about(order),
        **_of_creditor(claim),
        **{f"debtor_{name}": value for name, value in _debtor(debtor).items()},
        **_line(claim.line),
        "line_kind": claim.line.kind,
        "kind": str(order.kind),
        **_particulars(order),
        "debtors": [_debtor(one) for one in debtors],
        **(_groups(claim) if is_claim else {}),
    }


def _about(order: CaseOrder) -> Values:
    claim = order.claim
    return {
        "step": str(order.step),
        "action": str(claim.action),
        "order_key": order.order_key,
        "order_no": order.order_no,
        "claim_id": order.claim_id,
        "claim_version": claim.claim_version,
        "agency_case_no": order.agency_case_no or claim.agency_case_no,
        "agency_ocr": claim.agency_ocr,
        "on_day": _day(order.on_day),
        "currency": claim.currency,
        "reason": order.reason,
        "recall_reason": str(order.recall_reason or ""),
        "hold_from": _day(order.hold_from),
        "hold_until": _day(order.hold_until),
        "changed_fields": " ".join(order.changed_fields),
    }


def _of_creditor(claim: Claim) -> Values:
    creditor = claim.creditor
    names = ("company", "routine", "bankgiro", "plusgiro", "iban", "contact_name", "contact_phone", "contact_email")
    return {
        "creditor_number": creditor.organisation_number,
        "creditor_name": creditor.name,
        "original_creditor": creditor.original_creditor,
        **{name: getattr(creditor, name) for name in names},
    }


def _particulars(order: CaseOrder) -> Values:
    """Return what the order's kind says."""
    if order.payment is not None:
        paid = order.payment
        return {
            "payment_key": paid.payment_key,
            "bank_date": _day(paid.bank_date),
            "amount": paid.amount_ore,
            "principal_part": paid.principal_ore,
            "fee_part": paid.fee_ore,
            "interest_part": paid.interest_ore,
            "principal_left": paid.principal_left_ore,
            "fee_left": paid.fee_left_ore,
            "interest_left": paid.interest_left_ore,
            "left": paid.left_ore,
        }
    if order.credit is not None:
        credit = order.credit
        return {
            "credit_key": credit.credit_key,
            "credit_no": credit.credit_no,
            "credit_date": _day(credit.date),
            "amount": credit.amount_ore,
            "bears_interest": credit.bears_interest,
            "left": credit.left_ore,
        }
    return {}


def _groups(claim: Claim) -> Values:
    return {
        "lines": [_line(one) for one in claim.lines],
        "fees": [
            _dated(one.model_dump(), "date") | {"amount": one.amount_ore, "type": str(one.type)} for one in claim.fees
        ],
        "history": [_dated(one.model_dump(), "date", "pay_by") | {"fee": one.fee_ore} for one in claim.history],
        "payments": [_payment(one) for one in claim.payments],
        "documents": [one.model_dump() for one in claim.documents],
    }


def _payment(payment: ClaimPayment) -> Values:
    return {
        "line_no": payment.line_no,
        "date": _day(payment.date),
        "amount": payment.amount_ore,
        "source": str(payment.source),
        "principal_part": payment.principal_ore,
        "fee_part": payment.fee_ore,
        "interest_part": payment.interest_ore,
    }


def _debtor(debtor: ClaimDebtor) -> Values:
    names = ("identity", "number", "name", "phone", "mobile", "email", "language")
    return {
        "role": str(debtor.role),
        "kind": str(debtor.kind),
        "identity_type": str(debtor.identity_type),
        **{name: getattr(debtor, name) for name in names},
        **_address(debtor.address),
    }


def _address(address: PostalAddress) -> Values:
    return {
        "care_of": address.care_of,
        "street": " ".join(part for part in (address.street, address.street_2) if part),
        "postal_code": address.postal_code,
        "city": address.city,
        "country": address.country,
    }


def _line(line: ClaimLine) -> Values:
    interest = line.interest
    return {
        "line_no": line.line_no,
        "invoice_no": line.invoice_no,
        "ocr": line.ocr,
        "kind": line.kind,
        "description": line.description,
        "principal_original": line.principal_original_ore,
        "principal_open": line.principal_open_ore,
        "fee_open": line.fee_open_ore,
        "interest_open": line.interest_open_ore,
        "open": line.open_ore,
        "invoice_fee": line.invoice_fee_in_principal_ore,
        "interest_basis": str(interest.basis),
        "interest_spread": _hundredths(interest.spread_percent),
        "interest_percent": _hundredths(interest.percent),
        "interest_rate": _hundredths(interest.spread_percent if interest.percent is None else interest.percent),
        "interest_start": _day(interest.start_date),
        "interest_reason": interest.reason,
        "accrued": interest.accrued_ore,
        "accrued_to": _day(interest.accrued_to),
        "legal_class": str(line.legal_class),
        **_days(line),
    }


def _days(line: ClaimLine) -> Values:
    names = ("invoice_date", "due_date", "sent_date", "period_from", "period_to", "limitation_date")
    return {name: _day(getattr(line, name)) for name in names}


def _dated(values: Values, *names: str) -> Values:
    return {**values, **{name: _day(values[name]) for name in names}}


def _day(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _hundredths(percent: Decimal | None) -> int | None:
    return None if percent is None else int((percent * 100).to_integral_value())
