"""UBL-DT: amounts with two decimals, attached files with their kind and name, attributes without use."""

from __future__ import annotations

from hub_peppol.judging.node import Node
from hub_peppol.judging.paths import Path
from hub_peppol.judging.rule import Context, Rule, UnusedAttribute, fatal


def decimals_of(text: str) -> int:
    """Count what stands after the first point, blanks and all, as XPath's substring-after does."""
    return len(text.partition(".")[2])


def _is_amount(path: Path) -> bool:
    return path[-1].endswith("Amount") and not path[-1].endswith("PriceAmount")


def _is_priced_without_discount(amount: Node) -> bool:
    """Say whether no price around an amount has a discount; discounts per unit may be as fine as prices."""
    node = amount.parent
    while node is not None:
        if node.name == "cac:Price" and node.has("cac:AllowanceCharge"):
            return False
        node = node.parent
    return True


AMOUNT = Context("syntax", "*", on_path=lambda path: _is_amount(path) and "cac:Price" not in path[:-1])
AMOUNT_OF_A_PRICE = Context(
    "syntax",
    "*",
    on_path=lambda path: _is_amount(path) and "cac:Price" in path[:-1],
    when=_is_priced_without_discount,
)
FILE = Context("syntax", "*", on_path=lambda path: path[-1].endswith("BinaryObject"))

CONTEXTS = (AMOUNT, AMOUNT_OF_A_PRICE, FILE)


def _has_two_decimals(amount: Node) -> bool:
    return decimals_of(amount.text) <= 2


_TWO_DECIMALS = "Round the amount to two decimals."

RULES: tuple[Rule, ...] = (
    fatal("UBL-DT-01", AMOUNT, _has_two_decimals, _TWO_DECIMALS),
    fatal("UBL-DT-01", AMOUNT_OF_A_PRICE, _has_two_decimals, _TWO_DECIMALS),
    fatal(
        "UBL-DT-06", FILE, lambda file: "mimeCode" in file.attributes, "Say what the attached file is: give mimeCode."
    ),
    fatal("UBL-DT-07", FILE, lambda file: "filename" in file.attributes, "Name the attached file: give filename."),
)

_WITHOUT_USE = (
    (8, "schemeName"),
    (9, "schemeAgencyName"),
    (10, "schemeDataURI"),
    (11, "schemeURI"),
    (12, "format"),
    (13, "unitCodeListIdentifier"),
    (14, "unitCodeListAgencyIdentifier"),
    (15, "unitCodeListAgencyName"),
    (16, "listAgencyName"),
    (17, "listName"),
    (18, "name"),
    (19, "languageID"),
    (20, "listURI"),
    (21, "listSchemeURI"),
    (22, "languageLocaleID"),
    (23, "uri"),
    (24, "currencyCodeListVersionID"),
    (25, "characterSetCode"),
    (26, "encodingCode"),
    (27, "schemeAgencyID"),
    (28, "listAgencyID"),
)

_PAYMENT_MEANS_NAME = frozenset({"cbc:PaymentMeansCode"})

UNUSED_ATTRIBUTES: tuple[UnusedAttribute, ...] = tuple(
    UnusedAttribute(
        f"UBL-DT-{number:02}",
        attribute,
        f"Leave out the attribute {attribute}.",
        _PAYMENT_MEANS_NAME if attribute == "name" else frozenset(),
    )
    for number, attribute in _WITHOUT_USE
)
