"""Requests to collect in the words of pain.008, and the ids by which an answer names them. Pure functions.

An answer repeats our ids and little more, so they say all that finds a request again: the file its payee account, the
payment its payer number, amount and reference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from hub.formats.xml_layout import Amount, Values
from hub.model.direct_debits import PaymentRequest, SchemeFile
from hub.model.payment_file import PayeeAccount
from hub.money import plain_kronor
from hub_autopay.bank_profiles import BankProfile, DebitVersion
from hub_autopay.order_values import CLEARING_DIGITS, CLEARING_SYSTEM, LONGEST_ID, LONGEST_NAME, NO_BANK
from hub_autopay.sanitising import sanitised

CURRENCY = "SEK"
_MESSAGE = re.compile(r"DD(\d{7,8})-\d{6}-\d+")
_REQUEST = re.compile(r"(\d{1,16})-(\d{1,11})-([0-9A-Za-z]*)")


class DebitTerms(NamedTuple):
    """How one tenant's files of direct debits for one bank are written."""

    profile: BankProfile
    version: DebitVersion
    creditor_name: str
    initiating_id: str = ""
    creditor_id: str = ""


def message_id(file: SchemeFile, payee: PayeeAccount) -> str:
    """Return the id of a file, such as `DD9912346-261123-17`."""
    return f"DD{payee.number}-{_short(file.made_on)}-{file.number}"


def payee_of(message: str) -> PayeeAccount | None:
    """Return the payee account that a file of ours is about, None when no file of ours is called so."""
    found = _MESSAGE.fullmatch(message)
    return PayeeAccount("bankgiro", found[1]) if found else None


def request_id(request: PaymentRequest) -> str:
    """Return the id of a request, such as `70047118-125050-1008`; it may be too long."""
    return f"{request.payer_number}-{request.amount_ore}-{request.reference}"


def request_of(end_to_end_id: str) -> PaymentRequest | None:
    """Return what an id of ours says of a request, without its day; None when it is none."""
    found = _REQUEST.fullmatch(end_to_end_id)
    return PaymentRequest(found[1], int(found[2]), "", found[3]) if found and len(end_to_end_id) <= LONGEST_ID else None


def day_of(part: str) -> str:
    """Return the day of payment that a part of a file of ours is about, '' when it is none."""
    return f"20{part[:2]}-{part[2:4]}-{part[4:]}" if re.fullmatch(r"\d{6}", part) else ""


def values_of(file: SchemeFile, payee: PayeeAccount, requests: Sequence[PaymentRequest], terms: DebitTerms) -> Values:
    """Return the values of a whole document, a part for each day."""
    days: dict[str, list[PaymentRequest]] = {}
    for one in requests:
        days.setdefault(one.on_date, []).append(one)
    message = message_id(file, payee)
    return {
        "message_id": message,
        "made_at": f"{file.made_on}T00:00:00",  # the same whenever it is made again
        **_totals(requests),
        "initiating_name": sanitised(terms.creditor_name, LONGEST_NAME),
        "initiating_id": terms.initiating_id,
        "parts": [_part(message, payee, day, some, terms) for day, some in sorted(days.items())],
    }


def _part(message: str, payee: PayeeAccount, day: str, requests: Sequence[PaymentRequest], terms: DebitTerms) -> Values:
    profile = terms.profile
    bank = {"creditor_bic": profile.bic} if profile.bic else {"creditor_bank": NO_BANK}
    return {
        "part_id": f"{message}-{_short(day)}",
        "method": "DD",
        **_totals(requests),
        "sequence": profile.debit_sequence,
        "collect_on": day,
        "creditor_name": sanitised(terms.creditor_name, LONGEST_NAME),
        "creditor_account": payee.number,
        "creditor_scheme": "BGNR",
        **bank,
        "creditor_id": terms.creditor_id,
        "requests": [_request(one) for one in requests],
    }


def _request(one: PaymentRequest) -> Values:
    name = request_id(one)
    reference = {"reference_type": "SCOR", "reference": one.reference} if one.reference else {}
    return {
        "instruction_id": name,
        "end_to_end_id": name,
        "amount": Amount(plain_kronor(one.amount_ore), CURRENCY),
        "mandate": one.payer_number,
        "payer_system": CLEARING_SYSTEM,
        "payer_member": one.payer_account[:CLEARING_DIGITS],
        "payer_name": sanitised(one.payer_name, LONGEST_NAME) or NO_BANK,
        "payer_account": one.payer_account[CLEARING_DIGITS:],
        "payer_scheme": "BBAN",
        **reference,
    }


def _totals(requests: Sequence[PaymentRequest]) -> Values:
    return {"count": str(len(requests)), "sum": plain_kronor(sum(one.amount_ore for one in requests))}


def _short(day: str) -> str:
    return day.replace("-", "")[2:]
