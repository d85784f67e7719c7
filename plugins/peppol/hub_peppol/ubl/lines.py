"""The lines of an e-invoice, as values of the layout."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hub.model.documents import DocumentLine
from hub_peppol.ubl.amounts import money, number
from hub_peppol.ubl.heads import period_values
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.sale import Sale
from hub_peppol.ubl.sums import allowance_values, category

_ONE, _NOTHING = Decimal(1), Decimal(0)


class Priced(NamedTuple):
    """How much at what price; a price is never below zero, so what is taken back has a quantity below zero."""

    quantity: Decimal
    price: Decimal
    price_quantity: Decimal


def line_values(sale: Sale) -> Values:
    """Return the lines, numbered from one."""
    return {"lines": [_line(sale, at, line) for at, line in enumerate(sale.document.lines, 1)]}


def priced(line: DocumentLine) -> Priced:
    """Return quantity and price of a line; without a price, the amount before allowances is that of the quantity."""
    if line.price is not None:
        turn = -1 if line.price < 0 else 1
        return Priced(line.quantity * turn, line.price * turn, line.price_quantity)
    worth_ore = line.amount_ore - sum(one.signed_ore for one in line.allowances)
    if not worth_ore or not line.quantity:
        return Priced(line.quantity, _NOTHING, _ONE)
    quantity = abs(line.quantity)
    return Priced(quantity if worth_ore > 0 else -quantity, Decimal(abs(worth_ore)).scaleb(-2), quantity)


def _line(sale: Sale, at: int, line: DocumentLine) -> Values:
    currency, unit = sale.document.currency, line.unit.strip()
    quantity, price, price_quantity = priced(line)
    code, rate = sale.taxed(line)
    return {
        "number": str(at),
        "quantity": (number(quantity), unit),
        "amount": money(line.amount_ore, currency),
        **period_values(line.period),
        "order_line": line.order_line.strip(),
        "allowances": [allowance_values(sale, one) for one in line.allowances],
        "note": line.note.strip(),
        "text": line.text.strip(),
        "article_number": line.article_number.strip(),
        **category(code, rate),
        "price": (number(price), currency),
        "price_quantity": (number(price_quantity), unit) if price_quantity != _ONE else None,
    }
