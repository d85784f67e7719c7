"""Why an order cannot go to Bankgirot, in words for those who mend it; no number is repeated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hub.formats.field_kinds import ENCODING
from hub.identifiers import bankgiro_number
from hub.identifiers.luhn import has_check_digit, is_digits
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
from hub_bankgiro.autogiro.order_records import ACCOUNT_DIGITS, CLEARING_DIGITS, IDENTITY_DIGITS, change_code

LONGEST_PAYER_NUMBER = 16
LONGEST_REFERENCE = 16
LARGEST_AMOUNT_ORE = 10**12 - 1
MOST_TIMES = 999
_BANKGIRO_LENGTHS = (7, 8)


def refusal_of(payee: PayeeAccount, order: SchemeOrder, *, has_check_digits: bool) -> str:
    """Return the first reason why an order is not taken; blank when there is none.

    `has_check_digits`: payer numbers end with a check digit by modulus 10.
    """
    reasons = (*_of_payee(payee), *_of_payer(order, has_check_digits=has_check_digits), *_of_order(order))
    return next(iter(reasons), "")


def _of_payee(payee: PayeeAccount) -> Iterator[str]:
    if payee.scheme != "bankgiro" or not bankgiro_number.is_valid(payee.number):
        yield "the payee account is no bankgiro number: give the company's own"


def _of_payer(order: SchemeOrder, *, has_check_digits: bool) -> Iterator[str]:
    for number in _payer_numbers(order):
        if not is_digits(number) or len(number) > LONGEST_PAYER_NUMBER or number[0] == "0":
            yield "a payer number has 1 to 16 digits, the first not zero"
        elif has_check_digits and not has_check_digit(number):
            yield "the check digit of the payer number does not fit"


def _payer_numbers(order: SchemeOrder) -> tuple[str, ...]:
    if isinstance(order, MandateOrder) and order.kind == MandateOrderKind.CHANGE_PAYER_NUMBER:
        return order.payer_number, order.new_payer_number
    if isinstance(order, RequestMove) and not order.payer_number:
        return ()
    return (order.payer_number,)


def _of_order(order: SchemeOrder) -> Iterator[str]:
    if isinstance(order, MandateOrder):
        yield from _of_mandate(order)
        return
    yield from _of_dates(order)
    yield from _of_amount(order.amount_ore, is_needed=isinstance(order, PaymentRequest))
    yield from _of_reference(order.reference)
    if order.direction not in set(Direction):
        yield "money goes from the payer or to the payer: there is no such direction"
    if isinstance(order, PaymentRequest):
        yield from _of_recurrence(order)
    elif not change_code(order) or (order.reference and not order.amount_ore):
        yield "name the requests by payer, by payer and date, or by payer, date and amount"


def _of_mandate(order: MandateOrder) -> Iterator[str]:
    if order.kind not in set(MandateOrderKind):
        yield "this is no order about a mandate"
    if order.new_payee is not None:
        yield from _of_payee(order.new_payee)
    account, identity = order.payer_account, order.payer_identity
    if account and (not is_digits(account) or not CLEARING_DIGITS < len(account) <= ACCOUNT_DIGITS):
        yield "the payer's account has 5 to 16 digits: the clearing number's first four, then at most twelve"
    if identity and (not is_digits(identity) or len(identity) != IDENTITY_DIGITS):
        yield "the payer's identity has twelve digits: with the century, or 00 before an organisation number"
    if order.kind == MandateOrderKind.NEW:
        yield from _of_new(order)


def _of_new(order: MandateOrder) -> Iterator[str]:
    if bool(order.payer_account) is not bool(order.payer_identity):
        yield "a new mandate has both account and identity of the payer, or neither"
    elif not order.payer_account and not bankgiro_number.is_valid(order.payer_number):
        yield "without an account the payer number must be the payer's bankgiro number"


def _of_dates(order: PaymentRequest | RequestCancellation | RequestMove) -> Iterator[str]:
    dates = [order.on_date, *([order.new_date] if isinstance(order, RequestMove) else [])]
    if isinstance(order, RequestMove) and not order.new_date:
        yield "a move needs the new date"
    if not all(_is_date(text) for text in dates if text):
        yield "a date is no day: write it as 2026-11-30"


def _of_amount(amount_ore: int, *, is_needed: bool) -> Iterator[str]:
    if not (1 if is_needed else 0) <= amount_ore <= LARGEST_AMOUNT_ORE:
        yield "the amount must be above zero and below ten thousand million kronor"


def _of_reference(reference: str) -> Iterator[str]:
    try:
        reference.encode(ENCODING)
    except UnicodeEncodeError:
        yield "the reference has letters that latin-1 lacks"
    if len(reference) > LONGEST_REFERENCE or not reference.isprintable() or reference != reference.strip():
        yield "the reference is at most 16 printable characters, without blanks around it"


def _of_recurrence(order: PaymentRequest) -> Iterator[str]:
    if order.recurrence not in set(Recurrence):
        yield "there is no such recurrence"
    if not 0 <= order.times <= MOST_TIMES or (order.times and order.recurrence == Recurrence.ONCE):
        yield "how many times is said of recurring requests only, at most 999"
    if order.recurrence != Recurrence.ONCE and not order.on_date:
        yield "a recurring request needs its first date"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-11-30")


def names_no_bankgiro(order: SchemeOrder) -> bool:
    """Say whether an order approves a mandate whose payer number has the length of a bankgiro number and is none."""
    if not isinstance(order, MandateOrder) or order.kind != MandateOrderKind.APPROVE:
        return False
    return len(order.payer_number) in _BANKGIRO_LENGTHS and not bankgiro_number.is_valid(order.payer_number)
