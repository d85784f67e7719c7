"""The values of an e-invoice, as BIS Billing 3 has them, in the words of Svefaktura."""

from __future__ import annotations

import re

from hub.model.documents import AllowanceOrCharge, VatCategory
from hub_peppol.svefaktura.layout import CREDIT_NOTE, INVOICE
from hub_peppol.svefaktura.words import (
    BANKS,
    CONTRACT,
    DRAWN,
    EXEMPT,
    F_TAX,
    NO_RATE,
    ORGANISATION,
    OTHER_REASON,
    OTHER_REFERENCE,
    PAYMENT_MEANS,
    PIECE,
    SFTI,
    VAT,
    described,
)
from hub_peppol.ubl import bis_layout
from hub_peppol.ubl.amounts import money
from hub_peppol.ubl.fitting import ADDRESS
from hub_peppol.ubl.heads import buyer_reference, head_values
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.lines import line_values
from hub_peppol.ubl.parties import party_values, vat_number
from hub_peppol.ubl.payments import is_drawn, payment_values
from hub_peppol.ubl.sale import Sale
from hub_peppol.ubl.sums import sum_values
from hub_peppol.ubl.words import ALLOWANCE, CHARGE, WORDS

_PLAIN = re.compile(r"[\W_]")


def said(sale: Sale) -> Values:
    """Return what is written of a sale."""
    return {**_head(sale), **_parties(sale), **_payment(sale), **_sums(sale), "lines": _lines(sale)}


def plain(number: str) -> str:
    """Return a number without blanks, hyphens and the like."""
    return _PLAIN.sub("", number)


def _head(sale: Sale) -> Values:
    document, values = sale.document, head_values(sale)
    notes = [values["note"], document.buyer_accounting.strip(), DRAWN[document.language] if is_drawn(document) else ""]
    return {
        **{name: values[name] for name in ("number", "issue_date", "currency")},
        "type": CREDIT_NOTE if sale.type is bis_layout.CREDIT_NOTE else INVOICE,
        "note": "\n".join(filter(None, notes)),
        "count": str(len(document.lines)),
        "references": [
            *_reference(document.contract_reference, CONTRACT),
            *_reference(document.invoiced_object, OTHER_REFERENCE),
        ],
        "delivery_date": _moment(values["delivery_date"]),
        "delivery_address": [_address(one) for one in values["delivery_address"]],
        "requisitionists": [{"number": buyer_reference(document)}],
        "credits": [{"number": one["number"]} for one in values["credits"]],
        "first_day": _moment(values.get("first_day")),
        "last_day": _moment(values.get("last_day"), "23:59:59"),
    }


def _reference(number: str, scheme: str) -> list[Values]:
    return [{"number": (number.strip(), scheme, SFTI)}] if number.strip() else []


def _moment(day: str | None, clock: str = "00:00:00") -> str:
    return f"{day}T{clock}" if day else ""


def _parties(sale: Sale) -> Values:
    values = party_values(sale)
    seller, buyer = values["seller"][0], values["buyer"][0]
    letterhead, debtor = sale.seller.letterhead, sale.document.debtor
    own = {"reason": F_TAX if letterhead.has_f_tax else "", "seat": letterhead.seat.strip()}
    return {
        "seller": [_party(seller, letterhead.vat_number, own)],
        "buyer": [{**_party(buyer, debtor.vat_number, {}), "numbers": buyer["numbers"]}],
    }


def _party(party: Values, vat: str, own: Values) -> Values:
    number = party["identity"][0] if party["identity"] else ""
    schemes = [{"number": number, "scheme": ORGANISATION, **own}] if number else []
    schemes += [{"number": plain(vat_number(vat)), "scheme": VAT}] if plain(vat) else []
    phone = party.get("phone", "")
    return {
        **{name: party[name] for name in ("name", "contact", "email")},
        "phone": ("+" if phone.startswith("+") else "") + re.sub(r"\D", "", phone),
        "address": [_address(one) for one in party["address"]],
        "tax_schemes": schemes,
    }


def _address(address: Values) -> Values:
    """Return an address in elements of its own, since a line beside them confuses receivers (R-33)."""
    plainly = {**address, "postal_code": plain(address["postal_code"])}
    street = ", ".join(filter(None, (address["street"], address["street_2"])))
    return {**plainly, "street": street, "street_2": ""} if len(street) <= ADDRESS else plainly


def _payment(sale: Sale) -> Values:
    """Return how it is paid; what is not paid by the buyer has a due date all the same."""
    values, due_date = payment_values(sale), sale.document.due_date
    means = [_means(one, due_date) for one in values["payments"]]
    return {"payments": means, "terms": values["terms"]}


def _means(one: Values, due_date: str | None) -> Values:
    branch = one.get("branch", "")
    return {
        "code": PAYMENT_MEANS,
        "due_date": due_date,
        "account": one.get("account", ""),
        "branch": BANKS.get(branch, branch),
        "reference": one.get("reference", ""),
    }


def _sums(sale: Sale) -> Values:
    values = sum_values(sale)
    total = values["taxes"][0]
    return {
        **{name: values[name] for name in ("lines_total", "net_total", "to_pay", "rounding")},
        "allowances": [_whole(sale, one) for one in values["allowances"]],
        "taxes": [{"vat": total["vat"], "rows": [_row(sale, row) for row in total["rows"]]}],
    }


def _whole(sale: Sale, one: Values) -> Values:
    """Return a discount or charge; the code of its reason is of a list that the format does not know."""
    called = WORDS[sale.document.language][CHARGE if one["is_charge"] == "true" else ALLOWANCE]
    reason = (OTHER_REASON, one["text"] or called)
    return {**one, **_category(sale, one), "exemption_reason": "", "reason": reason}


def _row(sale: Sale, row: Values) -> Values:
    return {**row, **_category(sale, row)}


def _category(sale: Sale, part: Values) -> Values:
    """Return S with its rate, or E for all that has no tax, with why."""
    if part["category"] == VatCategory.STANDARD:
        return {name: part[name] for name in ("category", "rate", "scheme")}
    reason = NO_RATE[sale.document.language] if part["category"] == VatCategory.ZERO else ""
    return {
        "category": EXEMPT,
        "rate": "0",
        "scheme": VAT,
        "exemption_reason": part.get("exemption_reason") or reason,
    }


def _lines(sale: Sale) -> list[Values]:
    order = sale.document.order_reference.strip()
    written = zip(line_values(sale)["lines"], sale.document.lines, strict=True)
    return [
        {
            **described(values),
            **_category(sale, values),
            **{name: _counted(values[name]) for name in ("quantity", "price_quantity") if values[name]},
            "exemption_reason": "",
            "order_reference": order,
            "allowances": _allowance(line.allowances, sale.document.currency),
        }
        for values, line in written
    ]


def _counted(quantity: tuple[str, str]) -> tuple[str, str]:
    """Return a quantity with a unit, which the schema wants: pieces where there is none."""
    number, unit = quantity
    return number, unit or PIECE


def _allowance(allowances: tuple[AllowanceOrCharge, ...], currency: str) -> list[Values]:
    """Return what discounts and charges of a line come to, for there is room for one."""
    sum_ore = sum(one.signed_ore for one in allowances)
    if not sum_ore:
        return []
    return [{"is_charge": "true" if sum_ore > 0 else "false", "amount": money(abs(sum_ore), currency)}]
