"""Lines: quantity, price, what was sold."""

from __future__ import annotations

from hub_peppol.judging.arithmetic import ZERO
from hub_peppol.judging.en16931.contexts import ITEM_ATTRIBUTE, ITEM_CLASSIFICATION, ITEM_STANDARD_ID, LINE
from hub_peppol.judging.en16931.vat_code import is_vat
from hub_peppol.judging.node import Node
from hub_peppol.judging.predicates import has, has_attribute, says
from hub_peppol.judging.rule import Rule, fatal


def _has_a_unit(line: Node) -> bool:
    return any(
        "unitCode" in quantity.attributes
        for name in ("cbc:InvoicedQuantity", "cbc:CreditedQuantity")
        for quantity in line.kids.get(name, ())
    )


def _has_no_negative_price(line: Node) -> bool:
    return any(price.decimal() >= ZERO for price in line.each("cac:Price/cbc:PriceAmount"))


def _has_no_negative_gross_price(line: Node) -> bool:
    gross = line.each("cac:Price/cac:AllowanceCharge/cbc:BaseAmount")
    return not gross or any(price.decimal() >= ZERO for price in gross)


def _has_a_vat_category(line: Node) -> bool:
    return any(is_vat(one) and one.has("cbc:ID") for one in line.each("cac:Item/cac:ClassifiedTaxCategory"))


def _is_named_and_valued(attribute: Node) -> bool:
    return attribute.has("cbc:Name") and attribute.has("cbc:Value")


RULES: tuple[Rule, ...] = (
    fatal("BR-21", LINE, says("cbc:ID"), "Give the line its number in cbc:ID."),
    fatal(
        "BR-22",
        LINE,
        has("cbc:InvoicedQuantity", "cbc:CreditedQuantity"),
        "Give the quantity: cbc:InvoicedQuantity in an invoice, cbc:CreditedQuantity in a credit note.",
    ),
    fatal("BR-23", LINE, _has_a_unit, "Give the quantity its unit in @unitCode, such as C62 for pieces."),
    fatal("BR-24", LINE, has("cbc:LineExtensionAmount"), "Give the line's net amount in cbc:LineExtensionAmount."),
    fatal("BR-25", LINE, says("cac:Item/cbc:Name"), "Name what was sold in cac:Item/cbc:Name."),
    fatal("BR-26", LINE, has("cac:Price/cbc:PriceAmount"), "Give the net price in cac:Price/cbc:PriceAmount."),
    fatal(
        "BR-27",
        LINE,
        _has_no_negative_price,
        "Make cac:Price/cbc:PriceAmount zero or more; what is taken back has a negative quantity instead.",
    ),
    fatal(
        "BR-28",
        LINE,
        _has_no_negative_gross_price,
        "Make the gross price in cac:Price/cac:AllowanceCharge/cbc:BaseAmount zero or more.",
    ),
    fatal(
        "BR-CO-04",
        LINE,
        _has_a_vat_category,
        "Give the line its VAT category: cac:ClassifiedTaxCategory with cbc:ID, and cac:TaxScheme/cbc:ID VAT.",
    ),
    fatal(
        "BR-54",
        ITEM_ATTRIBUTE,
        _is_named_and_valued,
        "Give both cbc:Name and cbc:Value in cac:AdditionalItemProperty.",
    ),
    fatal(
        "BR-64",
        ITEM_STANDARD_ID,
        has_attribute("schemeID"),
        "Say what the item's standard number is: give @schemeID, such as 0160 for a GTIN.",
    ),
    fatal(
        "BR-65",
        ITEM_CLASSIFICATION,
        has_attribute("listID"),
        "Say of which list the item's class is: give @listID, such as TST for UNSPSC.",
    ),
)
