"""A batch of payment orders in the words of pain.001, by a bank's profile. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hub.formats.xml_layout import Amount, Values
from hub.model.payment_orders import GIRO, OrderAccount, OrderBatch, PaymentOrder
from hub.money import plain_kronor
from hub_autopay.bank_profiles import BankProfile, Version
from hub_autopay.sanitising import sanitised

LONGEST_ID = 35
LONGEST_NAME = 70  # what version .001.03 and the banks' own pages show; the schema allows 140
LONGEST_REFERENCE = 25  # of an OCR number, and of a message to a giro number
PARTS = {"bankgiro": "BG", "plusgiro": "PG"}
ACCOUNT_PART = "AC"
CLEARING_DIGITS = 4
CLEARING_SYSTEM = "SESBA"  # Swedish clearing numbers, by the ISO list of clearing systems
NO_BANK = "NOTPROVIDED"  # the schema wants the charged account's bank named


class Terms(NamedTuple):
    """How one tenant's files for one bank are written."""

    profile: BankProfile
    version: Version
    initiating_id: str = ""  # as agreed with the bank; blank: as the profile makes it
    debtor_id: str = ""
    book_singly: bool = False


def part_of(order: PaymentOrder) -> str:
    """Return which part of a file an order stands in: by the kind of its payee's account."""
    return PARTS.get(order.payee.scheme, ACCOUNT_PART)


def charged(batch: OrderBatch, part: str, profile: BankProfile) -> OrderAccount:
    """Return the account that a part's payments are drawn on."""
    is_giro = part == PARTS["bankgiro"] and profile.draws_giro_on != "account"
    return batch.debtor_giro if is_giro and batch.debtor_giro is not None else batch.debtor


def values_of(batch: OrderBatch, terms: Terms) -> Values:
    """Return the values of a whole document, in the order of the batch within each part."""
    parts: dict[str, list[PaymentOrder]] = {}
    for order in batch.orders:
        parts.setdefault(part_of(order), []).append(order)
    number = "".join(filter(str.isdigit, batch.organisation_number))
    return {
        "message_id": batch.message_id,
        "made_at": batch.made_at,
        **_totals(batch.orders),
        "initiating_name": sanitised(batch.name, LONGEST_NAME),
        "initiating_id": terms.initiating_id or terms.profile.initiating_id.format(organisation_number=number),
        "parts": [_part(batch, name, orders, terms, number) for name, orders in sorted(parts.items())],
    }


def _part(batch: OrderBatch, name: str, orders: Sequence[PaymentOrder], terms: Terms, number: str) -> Values:
    profile = terms.profile
    bank = {"debtor_bic": profile.bic} if profile.bic else {"debtor_bank": NO_BANK}
    return {
        "part_id": f"{batch.message_id}-{name}",
        "method": "TRF",
        "booked_together": "false" if terms.book_singly else "",
        **_totals(orders),
        "service_level": profile.service_level,
        "category_purpose": profile.category_purpose,
        "pay_on": batch.pay_on,
        "debtor_name": sanitised(batch.name, LONGEST_NAME),
        "debtor_id": terms.debtor_id or profile.debtor_id.format(organisation_number=number),
        **_account("debtor", charged(batch, name, profile)),
        **bank,
        "orders": [_order(order, batch.currency, profile) for order in orders],
    }


def _totals(orders: Sequence[PaymentOrder]) -> Values:
    return {"count": str(len(orders)), "sum": plain_kronor(sum(order.amount_ore for order in orders))}


def _order(order: PaymentOrder, currency: str, profile: BankProfile) -> Values:
    amount = Amount(plain_kronor(order.amount_ore), currency)
    return {
        "instruction_id": order.end_to_end_id,
        "end_to_end_id": order.end_to_end_id,
        "amount": amount,
        **_payee(order.payee, profile),
        "payee_name": sanitised(order.payee_name, LONGEST_NAME),
        "payee_town": sanitised(order.payee_town, LONGEST_ID),
        "payee_country": order.payee_country,
        **_remittance(order, amount, profile),
    }


def _payee(payee: OrderAccount, profile: BankProfile) -> Values:
    """Return where money goes; a giro number is an account at the clearing house, others are at their bank."""
    if payee.scheme == "bankgiro":
        return _member(profile.bankgiro_member) | _account("payee", payee)
    if payee.scheme == "plusgiro":
        field = "payee_code" if profile.plusgiro_scheme == "BBAN" else "payee_own"
        number = {"payee_number": payee.number, field: profile.plusgiro_scheme}
        return _member(profile.plusgiro_member(payee.number)) | number
    if payee.scheme == "bban":
        clearing, account = payee.number[:CLEARING_DIGITS], payee.number[CLEARING_DIGITS:]
        return _member(clearing) | {"payee_number": account, "payee_code": "BBAN"}
    return _account("payee", payee)


def _member(number: str) -> Values:
    return {"payee_system": CLEARING_SYSTEM, "payee_member": number}


def _account(name: str, account: OrderAccount) -> Values:
    if account.scheme == "iban":
        return {f"{name}_iban": account.number}
    if account.scheme == "bankgiro":
        return {f"{name}_number": account.number, f"{name}_own": "BGNR"}
    return {f"{name}_number": account.number, f"{name}_code": "BBAN"}


def _remittance(order: PaymentOrder, amount: Amount, profile: BankProfile) -> Values:
    """Return what the payee is told: its own reference with the amount, else a text."""
    if order.reference:
        return {"remitted": amount, "reference_type": "SCOR", "reference": order.reference}
    longest = profile.longest_giro_text if order.payee.scheme in GIRO else profile.longest_text
    return {"text": sanitised(order.text, longest)}
