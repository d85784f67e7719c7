"""Rules on lines: allowances, prices and amounts."""

from __future__ import annotations

from decimal import Decimal

from hub_peppol.judging.node import Node
from hub_peppol.judging.rule import Predicate
from hub_peppol.judging.svefaktura.wording import HALF, ROOT, Ruled, has, is_allowance, is_charge, number_at

LINES = Ruled("lines")

_LINE = f"{ROOT}/sac:InvoiceLine"
_ALLOWANCE = "sac:AllowanceCharge"
_PRICE = "sac:Item/sac:BasePrice"
_BASE = f"{_ALLOWANCE}/sac:AllowanceChargeBaseAmount"
_BASE_QUANTITY = f"{_PRICE}/sbc:BaseQuantity"
_UNIT = "quantityUnitCode"
_CENT = Decimal("0.01")
_SUM = "Correct the amount of the line: it is price times quantity, with its allowance or charge."
_BASE_SUM = "Correct AllowanceChargeBaseAmount: it is price times quantity."


def _worth(line: Node) -> Decimal:
    """Return price times quantity."""
    worth = number_at(line, f"{_PRICE}/sbc:PriceAmount") * number_at(line, "sbc:InvoicedQuantity")
    return worth / number_at(line, _BASE_QUANTITY) if line.has(_BASE_QUANTITY) else worth


def _adds_up(sign: int) -> Predicate:
    """Make a check of a line's amount; `sign` says what an allowance or charge does to it, 0 where there is none."""

    def holds(line: Node) -> bool:
        changed = sign * number_at(line, f"{_ALLOWANCE}/sbc:Amount") if sign else Decimal(0)
        return abs(_worth(line) + changed - number_at(line, "sbc:LineExtensionAmount")) < HALF

    return holds


def _priced(is_by_quantity: bool, has_kind: Predicate | None) -> Predicate:
    """Make a test for lines with a price, for one or for several units, with an allowance, a charge or neither."""

    def holds(line: Node) -> bool:
        has_amount = line.has(f"{_ALLOWANCE}/sbc:Amount")
        is_kind = not has_amount if has_kind is None else has_amount and has_kind(line)
        return line.has(_PRICE) and line.has(_BASE_QUANTITY) is is_by_quantity and is_kind

    return holds


def _with_base(is_by_quantity: bool) -> Predicate:
    def holds(line: Node) -> bool:
        is_counted = line.has("sbc:InvoicedQuantity") and line.has(_PRICE) and line.has(_BASE)
        return is_counted and line.has(_BASE_QUANTITY) is is_by_quantity

    return holds


def _is_base_right(line: Node) -> bool:
    return abs(number_at(line, _BASE) - _worth(line)) < _CENT


def _is_in_its_unit(quantity: Node) -> bool:
    line = quantity.parent and quantity.parent.parent and quantity.parent.parent.parent
    sold = (
        [one.attributes[_UNIT] for one in line.each("sbc:InvoicedQuantity") if _UNIT in one.attributes] if line else []
    )
    return not sold or quantity.attributes.get(_UNIT) in sold


def _is_charged(line: Node) -> bool:
    return is_charge(line, f"{_ALLOWANCE}/sbc:ChargeIndicator")


def _is_reduced(line: Node) -> bool:
    return is_allowance(line, f"{_ALLOWANCE}/sbc:ChargeIndicator")


def _is_not_described(amount: Node) -> bool:
    line = amount.parent
    return bool(line and not line.has("sbc:Note") and not line.has("sac:Item/sbc:Description"))


LINES.at(f"{_LINE}/{_ALLOWANCE}", R_72=(has("sbc:Amount"), "Give the amount of the allowance or charge."))
LINES.at(
    f"{_LINE}/{_ALLOWANCE}/sbc:Amount",
    R_74=(lambda amount: amount.decimal() >= 0, "Give no amount below zero: turn ChargeIndicator instead."),
)
LINES.at(
    f"{_LINE}/{_ALLOWANCE}/sbc:ChargeIndicator",
    R_73=(lambda flag: flag.text in ("true", "false"), "Say true or false in ChargeIndicator."),
)
LINES.at(
    f"{_LINE}/{_BASE_QUANTITY}",
    R_78=(_is_in_its_unit, "Give the price for the unit that the line is sold in."),
)
LINES.at(_LINE, when=_priced(True, _is_reduced), R_11=(_adds_up(-1), _SUM))
LINES.at(_LINE, when=_priced(False, _is_reduced), R_13=(_adds_up(-1), _SUM))
LINES.at(_LINE, when=_priced(True, _is_charged), R_12=(_adds_up(1), _SUM))
LINES.at(_LINE, when=_priced(False, _is_charged), R_14=(_adds_up(1), _SUM))
LINES.at(_LINE, when=_priced(True, None), R_15=(_adds_up(0), _SUM))
LINES.at(_LINE, when=_priced(False, None), R_20=(_adds_up(0), _SUM))
LINES.at(_LINE, when=_with_base(True), R_104=(_is_base_right, _BASE_SUM))
LINES.at(_LINE, when=_with_base(False), R_103=(_is_base_right, _BASE_SUM))
LINES.at(
    f"{_LINE}/sbc:LineExtensionAmount",
    when=_is_not_described,
    R_102=(lambda amount: amount.decimal() == 0, "Say in Item/Description or Note what the line is for."),
)
