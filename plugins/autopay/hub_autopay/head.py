"""The head of one statement entry: what holds for all its transaction details."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hub.formats.xml_layout import Values
from hub.model.payment_file import OtherKind, PayeeAccount
from hub_autopay.mapping import BOOKED_STATUSES, CHANNEL_BY_FAMILY, FEE_CODES, INTEREST_CODES
from hub_autopay.refusals import refused
from hub_autopay.scalars import day, is_true, money, sign

RECORD = "Ntry"


class Head(NamedTuple):
    """One statement entry as the bank booked it; `signed_ore` is above zero for a credit."""

    line: int
    number: int
    account: PayeeAccount
    signed_ore: int
    direction: int  # 1 credit, -1 debit; an amount of zero has one too
    currency: str
    status: str
    is_reversal: bool
    booked_date: date | None
    acct_svcr_ref: str
    reference: str
    code: str
    kind: OtherKind
    channel: str
    text: str
    proprietary: str = ""

    @property
    def is_booked(self) -> bool:
        return self.status in BOOKED_STATUSES


def head_of(values: Values, *, line: int, number: int, account: PayeeAccount) -> Head:
    """Read the head of an entry. Raises FormatError for what is missing or unreadable (see `refusals`)."""
    whole, currency = money(values.get("amount"), line=line, record=RECORD)
    direction = sign(values, line=line, record=RECORD)
    status: str = values.get("status", "")
    if not status:
        raise refused("STATUS_MISSING", line=line, record=RECORD, field="Sts")
    booked = day(values.get("booked_date", ""), line=line, record=RECORD, field="BookgDt")
    value_date = day(values.get("value_date", ""), line=line, record=RECORD, field="ValDt")
    reference = values.get("acct_svcr_ref", "")
    return Head(
        line=line,
        number=number,
        account=account,
        signed_ore=direction * whole,
        direction=direction,
        currency=currency,
        status=status,
        is_reversal=is_true(values.get("reversal", ""), line=line, record=RECORD),
        booked_date=booked or value_date,
        acct_svcr_ref=reference,
        reference=reference or values.get("entry_ref", ""),
        code=transaction_code(values),
        kind=other_kind(values, direction),
        channel=CHANNEL_BY_FAMILY.get(values.get("family", ""), ""),
        text=values.get("additional", ""),
        proprietary=values.get("proprietary_code", ""),
    )


def transaction_code(values: Values) -> str:
    """Return the bank's transaction code: family and sub-family, else the proprietary one."""
    if "family" in values:
        return f"{values['family']}/{values.get('sub_family', '')}"
    proprietary: str = values.get("proprietary_code", "")
    return proprietary


def other_kind(values: Values, direction: int) -> OtherKind:
    """Classify what is no payment: interest, fee, other debit, or a credit without details."""
    sub_family = values.get("sub_family", "")
    if sub_family in INTEREST_CODES:
        return OtherKind.INTEREST
    if direction > 0:
        return OtherKind.LUMP
    return OtherKind.FEE if sub_family in FEE_CODES else OtherKind.DEBIT
