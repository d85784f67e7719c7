"""Orders as records to Bankgirot, and records as orders: the two ways of one table."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.identifiers import bankgiro_number
from hub.model.direct_debits import (
    Direction,
    MandateOrder,
    MandateOrderKind,
    PaymentRequest,
    Recurrence,
    RequestCancellation,
    RequestMove,
    SchemeOrder,
)
from hub.model.payment_file import PayeeAccount
from hub_bankgiro.autogiro.wording import (
    DIRECTION_CODES,
    DIRECTIONS,
    PERIOD_CODES,
    iso,
    number_of,
    payee_of,
    payer_number_of,
    request_of,
)
from hub_bankgiro.layouts import autogiro_to_bankgirot as layouts

CLEARING_DIGITS, ACCOUNT_DIGITS = 4, 16
IDENTITY_DIGITS = 12


def record_of(payee: PayeeAccount, order: SchemeOrder) -> str:
    """Return the record of an order. Raises FormatError when a field cannot hold it."""
    if isinstance(order, MandateOrder):
        return _mandate(payee.number, order)
    if isinstance(order, PaymentRequest):
        return _request(payee.number, order)
    return _cancellation(payee.number, order) if isinstance(order, RequestCancellation) else _move(payee.number, order)


def change_code(order: RequestCancellation | RequestMove) -> str:
    """Return the code of a cancellation or a move, by what it names; blank when it names too little or too much."""
    named = (bool(order.payer_number), bool(order.on_date), bool(order.amount_ore))
    codes = _CANCELLATIONS if isinstance(order, RequestCancellation) else _MOVES
    return codes.get(named, "")


_CANCELLATIONS = {(True, False, False): "23", (True, True, False): "24", (True, True, True): "25"}
_MOVES = {
    (False, False, False): "26",
    (False, True, False): "27",
    (True, True, False): "28",
    (True, True, True): "29",
}


def account_field(digits: str) -> str:
    """Return an account as the manual has it: four digits of clearing number, then twelve of the account number."""
    if not digits or len(digits) >= ACCOUNT_DIGITS:
        return digits
    return digits[:CLEARING_DIGITS] + digits[CLEARING_DIGITS:].zfill(ACCOUNT_DIGITS - CLEARING_DIGITS)


def _mandate(bankgiro: str, order: MandateOrder) -> str:
    if order.kind == MandateOrderKind.CANCEL:
        return layouts.CANCELLED_MANDATE.write(bankgiro=bankgiro, payer=order.payer_number)
    if order.kind == MandateOrderKind.CHANGE_PAYER_NUMBER:
        return layouts.CHANGED_PAYER_NUMBER.write(
            bankgiro=bankgiro,
            payer=order.payer_number,
            new_bankgiro=order.new_payee.number if order.new_payee else bankgiro,
            new_payer=order.new_payer_number,
        )
    return layouts.NEW_MANDATE.write(
        bankgiro=bankgiro,
        payer=order.payer_number,
        account=account_field(order.payer_account),
        identity=order.payer_identity,
        rejects="AV" if order.kind == MandateOrderKind.REJECT else "",
    )


def _request(bankgiro: str, order: PaymentRequest) -> str:
    layout = layouts.LAYOUTS[DIRECTION_CODES[Direction(order.direction)]]
    return layout.write(
        date=_date(order.on_date),
        period=PERIOD_CODES[Recurrence(order.recurrence)],
        times=f"{order.times:03}" if order.times else "",
        payer=order.payer_number,
        amount=order.amount_ore,
        bankgiro=bankgiro,
        reference=order.reference,
    )


def _cancellation(bankgiro: str, order: RequestCancellation) -> str:
    return _change(bankgiro, order, {})


def _move(bankgiro: str, order: RequestMove) -> str:
    return _change(bankgiro, order, {"new_date": _date(order.new_date)})


def _change(bankgiro: str, order: RequestCancellation | RequestMove, more: dict[str, Any]) -> str:
    layout = layouts.LAYOUTS[change_code(order)]
    given = {
        "bankgiro": bankgiro,
        "payer": order.payer_number,
        "date": _date(order.on_date),
        "amount": order.amount_ore,
        "direction": DIRECTION_CODES[Direction(order.direction)],
        "reference": order.reference,
        **more,
    }
    return layout.write(**{field.name: given[field.name] for field in layout.values})


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def order_of(code: str, values: dict[str, Any]) -> SchemeOrder:
    """Return the order of a record.

    A record 04 with blanks for the account is a mandate of a payer whose bankgiro is the payer number, or approves one
    asked for by internet bank: what is no bankgiro number can only be the second.
    """
    if code in layouts.REQUEST_CODES:
        return request_of(code, values)
    if code in layouts.MANDATE_CODES:
        return _mandate_order(code, values)
    named = {
        "on_date": iso(values.get("date")),
        "amount_ore": values.get("amount", 0),
        "direction": DIRECTIONS[values.get("direction", "82")],
        "reference": values.get("reference", ""),
    }
    payer = payer_number_of(values.get("payer"))
    if "new_date" in values:
        return RequestMove(iso(values["new_date"]), payer_number=payer, **named)
    return RequestCancellation(payer, **named)


def _mandate_order(code: str, values: dict[str, Any]) -> MandateOrder:
    payer = payer_number_of(values["payer"])
    if code == "03":
        return MandateOrder(MandateOrderKind.CANCEL, payer)
    if code == "05":
        new_payee = payee_of(values["new_bankgiro"])
        other = None if new_payee == payee_of(values["bankgiro"]) else new_payee
        new_payer = payer_number_of(values["new_payer"])
        return MandateOrder(MandateOrderKind.CHANGE_PAYER_NUMBER, payer, new_payer_number=new_payer, new_payee=other)
    account, identity = number_of(values["account"]), number_of(values["identity"])
    return MandateOrder(_kind_of_new(payer, account, identity, values["rejects"]), payer, account, identity)


def _kind_of_new(payer: str, account: str, identity: str, rejects: str) -> MandateOrderKind:
    if rejects:
        return MandateOrderKind.REJECT
    is_new = account or identity or bankgiro_number.is_valid(payer)
    return MandateOrderKind.NEW if is_new else MandateOrderKind.APPROVE
