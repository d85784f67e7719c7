"""BR-DEC: amounts of the model have at most two decimals."""

from __future__ import annotations

from hub_peppol.judging.en16931 import contexts as at
from hub_peppol.judging.en16931.datatypes import decimals_of
from hub_peppol.judging.node import Node, Unreadable
from hub_peppol.judging.rule import Context, Predicate, Rule, fatal


def _two_decimals(path: str) -> Predicate:
    def holds(node: Node) -> bool:
        amount = node.only(path)
        return amount is None or decimals_of(amount.text) <= 2

    return holds


def _of_two(number: int, context: Context, path: str) -> Rule:
    return fatal(f"BR-DEC-{number:02}", context, _two_decimals(path), f"Round {path} to two decimals.")


def _vat_in(currency: str) -> Predicate:
    """Make the test of the VAT in the currency that an amount itself names in a child.

    No amount has children, so in a valid document this never fails: the rule was published so, and UBL-DT-01 asks
    what it means.
    """

    def holds(root: Node) -> bool:
        totals = root.root.named("cac:TaxTotal")
        amounts = [amount for total in totals for amount in total.each("cbc:TaxAmount") if amount.kids]
        named = [one for one in amounts if one.attributes.get("currencyID") in [kid.text for kid in one.each(currency)]]
        if len(named) > 1:
            raise Unreadable("several amounts")
        return all(decimals_of(amount.text) <= 2 for amount in named)

    return holds


RULES: tuple[Rule, ...] = (
    _of_two(1, at.ALLOWANCE, "cbc:Amount"),
    _of_two(2, at.ALLOWANCE, "cbc:BaseAmount"),
    _of_two(5, at.CHARGE, "cbc:Amount"),
    _of_two(6, at.CHARGE, "cbc:BaseAmount"),
    _of_two(9, at.TOTALS, "cbc:LineExtensionAmount"),
    _of_two(10, at.TOTALS, "cbc:AllowanceTotalAmount"),
    _of_two(11, at.TOTALS, "cbc:ChargeTotalAmount"),
    _of_two(12, at.TOTALS, "cbc:TaxExclusiveAmount"),
    fatal("BR-DEC-13", at.DOCUMENT, _vat_in("cbc:DocumentCurrencyCode"), "Round the VAT to two decimals."),
    _of_two(14, at.TOTALS, "cbc:TaxInclusiveAmount"),
    fatal("BR-DEC-15", at.DOCUMENT, _vat_in("cbc:TaxCurrencyCode"), "Round the VAT to two decimals."),
    _of_two(16, at.TOTALS, "cbc:PrepaidAmount"),
    _of_two(17, at.TOTALS, "cbc:PayableRoundingAmount"),
    _of_two(18, at.TOTALS, "cbc:PayableAmount"),
    _of_two(19, at.VAT_BREAKDOWN, "cbc:TaxableAmount"),
    _of_two(20, at.VAT_BREAKDOWN, "cbc:TaxAmount"),
    _of_two(23, at.LINE, "cbc:LineExtensionAmount"),
    _of_two(24, at.LINE_ALLOWANCE, "cbc:Amount"),
    _of_two(25, at.LINE_ALLOWANCE, "cbc:BaseAmount"),
    _of_two(27, at.LINE_CHARGE, "cbc:Amount"),
    _of_two(28, at.LINE_CHARGE, "cbc:BaseAmount"),
)
