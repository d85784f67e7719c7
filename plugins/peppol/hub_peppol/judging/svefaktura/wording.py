"""What rules of Svefaktura share: how a context and its rule are declared, texts, numbers and days."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

from hub_peppol.judging.node import Node, Root, Unreadable
from hub_peppol.judging.rule import Context, Predicate, Rule, warning

ROOT = "/sfti:Invoice"
HALF = Decimal("0.5")
_NOT_WORDS = ("P", "Z", "C")
_TRUE, _FALSE = ("true", "1"), ("false", "0")


class Ruled:
    """Contexts with their rules, each in a pattern of its own, as the official ones are."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.contexts: list[Context] = []
        self.rules: list[Rule] = []

    def at(self, *paths: str, when: Predicate | None = None, **asked: tuple[Predicate, str]) -> None:
        """Declare a context and what is asked there: `R_8=(holds, message)` for the rule R-8."""
        context = Context(f"svefaktura {self._prefix} {len(self.contexts)}", *paths, when=when)
        self.contexts.append(context)
        for rule, (holds, message) in asked.items():
            self.rules.append(warning(rule.replace("_", "-"), context, holds, message))


def has(path: str) -> Predicate:
    """Make a check that there is an element at a path."""
    return lambda node: node.has(path)


def root_has(path: str) -> Predicate:
    """Make a check that the document has an element at a path."""
    return lambda node: node.root.has(path)


def never(_node: Node) -> bool:
    """Say that what stands here is always worth a warning."""
    return False


def texts(node: Node, path: str) -> list[str]:
    """Return the texts at a path as they stand."""
    return [one.text for one in node.each(path)]


def number_at(node: Node, path: str) -> Decimal:
    """Return the one number at a path; Unreadable when there is none."""
    found = node.decimal_at(path)
    if found is None:
        raise Unreadable(path)
    return found


def total(nodes: list[Node]) -> Decimal:
    """Add numbers up."""
    return sum((one.decimal() for one in nodes), Decimal(0))


def day_of(text: str) -> date:
    """Return the day of a date or of a moment; a zone is not looked at. Unreadable when it is none."""
    return date.fromisoformat(text.strip()[:10])


def is_word(node: Node) -> bool:
    """Say whether a text has letters, digits and symbols alone: nothing to part them."""
    return all(unicodedata.category(letter)[0] not in _NOT_WORDS for letter in node.text)


def is_phone_number(node: Node) -> bool:
    """Say whether a text is digits, after a plus at most."""
    digits = node.text.removeprefix("+")
    return all(unicodedata.category(letter) == "Nd" for letter in digits)


def is_normalized(node: Node) -> bool:
    """Say whether a text has no blanks to spare."""
    return node.text == node.value


def lines_total(root: Root) -> Decimal:
    """Return the sum of the lines."""
    return total(root.each("sac:InvoiceLine/sbc:LineExtensionAmount"))


def net_total(root: Root) -> Decimal:
    """Return the sum of the lines with charges added and allowances taken off."""
    whole = root.each("sfti:AllowanceCharge")
    charges = [amount for one in whole if is_charge(one) for amount in one.each("sbc:Amount")]
    allowances = [amount for one in whole if is_allowance(one) for amount in one.each("sbc:Amount")]
    return lines_total(root) + total(charges) - total(allowances)


def gross_total(root: Root, rounding: list[Node]) -> Decimal:
    """Return what there is to pay: with tax and rounding."""
    return net_total(root) + total(root.each("sac:TaxTotal/sbc:TotalTaxAmount")) + total(rounding)


def is_charge(node: Node, path: str = "sbc:ChargeIndicator") -> bool:
    """Say whether one of the indicators at a path says that it is a charge."""
    return any(text in _TRUE for text in texts(node, path))


def is_allowance(node: Node, path: str = "sbc:ChargeIndicator") -> bool:
    """Say whether one of the indicators at a path says that it is an allowance."""
    return any(text in _FALSE for text in texts(node, path))
