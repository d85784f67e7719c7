"""The lines of an e-invoice, as lines of a document."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

from hub.money import plain_kronor
from hub_peppol.ubl.amounts import MOST_DIGITS
from hub_peppol.ubl.fitting import LONG, PARAGRAPH, Fitting, decimal_of, ore_of
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.reading_heads import period_of
from hub_peppol.ubl.reading_sums import allowance_of, category_of

_MOST_DECIMALS, _MOST_WHOLE_DIGITS = 6, 12
_PIECE = "C62"


def lines_of(values: Values, fitting: Fitting, sign: int) -> list[dict[str, Any]]:
    """Return the lines."""
    return [_line(one, fitting, sign) for one in values.get("lines", ())]


def _line(one: Values, fitting: Fitting, sign: int) -> dict[str, Any]:
    quantity, unit = one.get("quantity", ("1", _PIECE))
    return {
        **_texts(one, fitting),
        "article_number": fitting.code("SellersItemIdentification", one.get("article_number", "")),
        "quantity": _quantity(sign * decimal_of(quantity, "quantity"), fitting),
        "unit": fitting.code("unitCode", unit) or _PIECE,
        **_price(one, fitting),
        "amount": plain_kronor(sign * ore_of(one.get("amount"), "LineExtensionAmount")),
        **category_of(one),
        "allowances": [allowance_of(each, fitting, sign) for each in one.get("allowances", ())],
        "period": period_of(one, fitting),
        "order_line": fitting.code("OrderLineReference", one.get("order_line", "")),
    }


def _texts(one: Values, fitting: Fitting) -> dict[str, str]:
    """Return what is sold and more about it; what is too long for a line stands below it as a whole."""
    name = one.get("text", "")
    below = [name] if len(name) > LONG else []
    below += [one.get("note", ""), one.get("line_note", "")]
    note = "\n".join(found for text in below for found in fitting.paragraphs(text))
    if len(note) > PARAGRAPH:
        fitting.note(f"line Description beyond {PARAGRAPH} characters")
    return {"text": fitting.one_line(name)[:LONG].strip(), "note": note[:PARAGRAPH].rstrip()}


def _quantity(value: Decimal, fitting: Fitting) -> Decimal:
    if _is_held(value):
        return value
    fitting.note(f"quantity beyond {_MOST_DECIMALS} decimals")
    with localcontext(prec=MOST_DIGITS):
        return value.quantize(Decimal(1).scaleb(-_MOST_DECIMALS))


def _price(one: Values, fitting: Fitting) -> dict[str, Decimal]:
    """Return price and how many it is for; a price of many decimals becomes one of many units, which is the same."""
    written, base = one.get("price"), one.get("price_quantity", ("1", ""))
    if written is None:
        return {}
    price, price_quantity = decimal_of(written[0], "PriceAmount"), decimal_of(base[0], "BaseQuantity")
    more = max(0, _decimals(price) - _MOST_DECIMALS)
    with localcontext(prec=MOST_DIGITS):
        price, price_quantity = price.scaleb(more), price_quantity.scaleb(more)
    if _is_held(price) and _is_held(price_quantity) and price_quantity > 0:
        return {"price": price, "price_quantity": price_quantity}
    fitting.note(f"price beyond {_MOST_WHOLE_DIGITS} digits")
    return {}


def _is_held(value: Decimal) -> bool:
    """Say whether the model holds a number: twelve digits and six decimals."""
    return value.adjusted() < _MOST_WHOLE_DIGITS and _decimals(value) <= _MOST_DECIMALS


def _decimals(value: Decimal) -> int:
    """Count decimals, without zeros that say nothing."""
    with localcontext(prec=MOST_DIGITS):
        return -int(value.normalize().as_tuple().exponent)
