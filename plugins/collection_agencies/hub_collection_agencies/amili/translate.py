"""Orders of the core as requests to Amili's API, and why some cannot be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.formats.json_writing import Bare, Json, written
from hub.model.claims import Claim, ClaimDebtor, ClaimLine, DebtorKind, FeeType, IdentityType
from hub.model.collection import CaseOrder, CollectionStep, OrderKind
from hub_collection_agencies.amili.settings import AmiliSettings
from hub_collection_agencies.amili.wire import days_between, kronor, rfc_date

ORIGIN = "creditor_system"
FIRST_ACTIONS = {CollectionStep.REMIND: "reminder", CollectionStep.COLLECT: "debt_collection"}
REGISTRATIONS, PAYMENTS, CREDITINGS, CANCELLATIONS = (
    "case--registrations",
    "creditor--payments",
    "creditor--creditings",
    "creditor--cancellations",
)
RESOURCES = {
    OrderKind.CLAIM: REGISTRATIONS,
    OrderKind.DIRECT_PAYMENT: PAYMENTS,
    OrderKind.CREDIT: CREDITINGS,
    OrderKind.RECALL: CANCELLATIONS,
}
_IDENTITY_DIGITS = {True: 10, False: 12}  # of companies, of persons
NO_CREDITOR = "Amili needs the creditor's id: add it as customer_no to [[collection_agencies]]"
_BY_HAND = "Amili's documentation shows no way for a program to tell it so: tell it by hand"


def message_of(order: CaseOrder, settings: AmiliSettings) -> bytes:
    """Return the bytes of an order: the request, and what its answer is about."""
    about: dict[str, Json] = {
        "resource": RESOURCES[order.kind],
        "order_key": order.order_key,
        "claim_id": order.claim_id,
        "invoice_no": order.claim.line.invoice_no,
        "body": _BODIES[order.kind](order, settings),
    }
    return f"{written(about)}\n".encode()


def why_not(order: CaseOrder) -> str:
    """Say why Amili cannot take an order; blank when it can."""
    if order.kind not in RESOURCES:
        return _BY_HAND
    if not order.terms.customer_no:
        return NO_CREDITOR
    if order.claim.currency != "SEK":
        return f"Amili takes SEK only, and the claim is in {order.claim.currency}"
    if order.payment is not None and order.payment.amount_ore <= 0:
        return f"a payment was taken back. {_BY_HAND}"
    return _why_no_claim(order.claim) if order.kind is OrderKind.CLAIM else ""


def _why_no_claim(claim: Claim) -> str:
    debtor, line = claim.debtor, claim.line
    if claim.claim_version > 1:
        return "Amili goes on from its reminders by itself: registered once more, the claim would be two cases"
    if len(claim.debtors) > 1:
        return "Amili takes one debtor"
    if len(debtor.identity) != _IDENTITY_DIGITS[_is_company(debtor)]:
        return "Amili needs a personal number of 12 digits, or an organisation number of 10"
    if not (debtor.address.street and debtor.address.postal_code and debtor.address.city):
        return "Amili needs the debtor's street, postal code and town"
    if line.interest_open_ore:
        return "interest has been debited, for which Amili has no field"
    if line.fee_open_ore != _reminder_fee_ore(claim):
        return "another fee than a reminder fee is open, for which Amili has no field"
    return ""


def _registration(order: CaseOrder, settings: AmiliSettings) -> Mapping[str, Json]:
    claim = order.claim
    return {
        "account": settings.account,
        "creditor": order.terms.customer_no,
        "first_action": FIRST_ACTIONS[order.step],
        "currency": claim.currency,
        "customer": _customer(claim.debtor),
        "debts": [_debt(claim, claim.line, settings)],
    }


def _customer(debtor: ClaimDebtor) -> Mapping[str, Json]:
    address = debtor.address
    contact = {"mobile_number": debtor.mobile, "email": debtor.email}
    return {
        "name": debtor.name,
        "id_number": debtor.identity,
        "is_company": _is_company(debtor),
        "is_person": not _is_company(debtor),
        "address": {
            "address_line_1": " ".join(part for part in (address.street, address.street_2) if part),
            "zip_code": address.postal_code,
            "city": address.city,
            "country": address.country,
        },
        **{name: value for name, value in contact.items() if value},
    }


def _debt(claim: Claim, line: ClaimLine, settings: AmiliSettings) -> Mapping[str, Json]:
    debt: dict[str, Json] = {
        "invoice_number": line.invoice_no,
        "debt_description": line.description or settings.debt_description,
        "invoice_date": rfc_date(line.invoice_date),
        "capital_to_claim": kronor(line.principal_open_ore),
        "invoice_due_days_after_invoice_date": Bare(str(days_between(line.invoice_date, line.due_date))),
    }
    if line.invoice_fee_in_principal_ore:
        debt["fees_included_in_capital_to_claim"] = {"invoice_fee": kronor(line.invoice_fee_in_principal_ore)}
    reminders = [fee for fee in claim.fees if fee.type is FeeType.REMINDER and fee.is_booked]
    if line.fee_open_ore and reminders:
        on_day = rfc_date(max(fee.date for fee in reminders))
        charged: Json = {"amount": kronor(line.fee_open_ore), "fee_registration_date": on_day}
        debt["fees_already_claimed"] = {"reminder": charged}
    return debt


def _payment(order: CaseOrder, _settings: AmiliSettings) -> Mapping[str, Json]:
    paid = order.payment
    assert paid is not None  # its kind says so
    return {
        **_about(order),
        "currency": order.claim.currency,
        "amount": kronor(paid.amount_ore),
        "bank_transaction_date": rfc_date(paid.bank_date),
        "client_registration_date": rfc_date(order.on_day),
        "creditor_payment_reference": paid.payment_key,
    }


def _crediting(order: CaseOrder, _settings: AmiliSettings) -> Mapping[str, Json]:
    credit = order.credit
    assert credit is not None  # its kind says so
    numbered: dict[str, Json] = {"credit_invoice": credit.credit_no} if credit.credit_no else {}
    return {
        **_about(order),
        "currency": order.claim.currency,
        "amount": kronor(credit.amount_ore),
        "bank_transaction_date": rfc_date(credit.date),
        "creditor_reference": credit.credit_key,
        **numbered,
    }


def _about(order: CaseOrder, _settings: AmiliSettings | None = None) -> Mapping[str, Json]:
    """Say which case is meant: by its id, else by the invoice number, never by both."""
    number = order.agency_case_no or order.claim.agency_case_no
    case: dict[str, Json] = {"case": number} if number else {"invoice_number": order.claim.line.invoice_no}
    return {"creditor": order.terms.customer_no, **case, "origin": ORIGIN}


def _is_company(debtor: ClaimDebtor) -> bool:
    return debtor.kind in (DebtorKind.COMPANY, DebtorKind.PUBLIC) or debtor.identity_type is IdentityType.ORGANISATION


def _reminder_fee_ore(claim: Claim) -> int:
    """Return how much of the open fees may be reminder fees."""
    booked_ore = sum(fee.amount_ore for fee in claim.fees if fee.type is FeeType.REMINDER and fee.is_booked)
    return min(booked_ore, claim.line.fee_open_ore)


_BODIES: Mapping[OrderKind, Callable[[CaseOrder, AmiliSettings], Mapping[str, Json]]] = {
    OrderKind.CLAIM: _registration,
    OrderKind.DIRECT_PAYMENT: _payment,
    OrderKind.CREDIT: _crediting,
    OrderKind.RECALL: _about,
}
