"""Svefakturor back into documents of the core."""

from __future__ import annotations

from typing import Any

from hub.errors import FormatError
from hub.identifiers import electronic_address
from hub.model.documents import VatCategory
from hub.money import plain_kronor
from hub_peppol.judging.reading import root_of
from hub_peppol.svefaktura.layout import CREDIT_NOTE, INVOICE, NAMESPACES, ROOT, parts
from hub_peppol.svefaktura.words import (
    BANKS,
    CATEGORIES,
    CONTRACT,
    EXEMPT,
    ORGANISATION,
    OTHER_REFERENCE,
    VAT,
    described,
)
from hub_peppol.ubl.currencies import refuse_other_currencies
from hub_peppol.ubl.fitting import ore_of
from hub_peppol.ubl.heads import INVOICED_OBJECT
from hub_peppol.ubl.layout import Values, by_tag, taken
from hub_peppol.ubl.parties import OTHER_TAX
from hub_peppol.ubl.reading import ReadInvoice, invoice_of

_BRANCHES = {bank: branch for branch, bank in BANKS.items()}
_DAY = slice(0, 10)
_VAT_IN_BOOKS = f"{{{NAMESPACES['cac']}}}TaxCurrencyTaxAmount"
_CURRENCY = "SEK"  # where none is named


def read_svefaktura(content: bytes) -> ReadInvoice:
    """Read a Svefaktura as the document that it says; `left_out` names what the core's model does not hold.

    Tax that is none (E) is of the category whose reason it gives, where that is one of ours. Nothing is judged: sums
    may not add up.

    Raises:
        FormatError: no XML, no Svefaktura, a value that is none, or an amount in another currency than the document's;
            the message repeats no value.
    """
    root = root_of(content)
    if root.tag != ROOT:
        raise FormatError("no Svefaktura 1.0: look whether it is another format", code="NOT_SVEFAKTURA", line=1)
    left_out: dict[str, None] = {}
    values = taken(root, by_tag(parts()), {}, left_out)
    _refuse_other_currencies(root, values)
    kind = values.get("type")
    if kind not in (INVOICE, CREDIT_NOTE):
        message = "neither an invoice (380) nor a credit note (381): ask its sender"
        raise FormatError(message, code="INVOICE_TYPE", field="InvoiceTypeCode")
    return invoice_of(_in_our_words(values, left_out), left_out, is_credit_note=kind == CREDIT_NOTE)


def _refuse_other_currencies(root: Any, values: Values) -> None:
    """Refuse amounts in another currency; what stands in TaxCurrencyTaxAmount is in that of the books."""
    currency: str = values.get("currency", _CURRENCY)
    in_books: str = values.get("tax_currency") or currency

    def allowed_in(element: Any) -> str:
        return in_books if element.tag == _VAT_IN_BOOKS else currency

    refuse_other_currencies(root, "amountCurrencyID", allowed_in)


def _in_our_words(values: Values, left_out: dict[str, None]) -> Values:
    lines = values.get("lines", [])
    orders = list(dict.fromkeys(filter(None, (line.get("order_reference") for line in lines))))
    if len(orders) > 1:
        left_out["OrderReference, more than one"] = None
    requisitionists = [one["number"] for one in values.get("requisitionists", ()) if one.get("number")]
    return {
        **values,
        **_days(values),
        **_references(values, left_out),
        "currency": values.get("currency", _CURRENCY),
        "buyer_reference": requisitionists[0] if requisitionists else "",
        "order_reference": orders[0] if orders else "",
        "seller": [_party(one) for one in values.get("seller", ())],
        "buyer": [_buyer(one, requisitionists) for one in values.get("buyer", ())],
        "delivery_address": [_address(one) for one in values.get("delivery_address", ())],
        "payments": [_means(one) for one in values.get("payments", ())],
        "gross_total": values.get("to_pay"),
        **_taxed(values),
    }


def _days(values: Values) -> Values:
    return {name: values[name][_DAY] for name in ("delivery_date", "first_day", "last_day") if values.get(name)}


def _references(values: Values, left_out: dict[str, None]) -> Values:
    """Return the contract and the object; files are messages of their own, and are named as left out."""
    found = {scheme: number for number, scheme, _ in (one["number"] for one in reversed(values.get("references", ())))}
    if set(found) - {CONTRACT, OTHER_REFERENCE}:
        left_out["AdditionalDocumentReference"] = None
    thing = found.get(OTHER_REFERENCE, "")
    return {
        "contract_reference": found.get(CONTRACT, ""),
        "documents": [{"number": thing, "type": INVOICED_OBJECT}] if thing else [],
    }


def _party(party: Values) -> Values:
    schemes = party.get("tax_schemes", ())
    own: Values = next((one for one in schemes if one.get("scheme") == ORGANISATION), {})
    taxes = [one for one in schemes if one.get("scheme") == VAT]
    taxes += [{"number": own["reason"], "scheme": OTHER_TAX}] if own.get("reason") else []
    return {
        **party,
        "identity": (own.get("number", ""), electronic_address.ORGANISATION),
        "legal_form": own.get("seat", ""),
        "tax_schemes": taxes,
        "address": [_address(one) for one in party.get("address", ())],
    }


def _buyer(party: Values, requisitionists: list[str]) -> Values:
    second = requisitionists[1] if len(requisitionists) > 1 else ""
    return {**_party(party), "contact": party.get("contact") or second}


def _address(address: Values) -> Values:
    """Return an address; a box is a street to us, beside one it is a second line."""
    lines = [address[name] for name in ("street", "postbox", "street_2") if address.get(name)]
    first, second = (*lines, "", "")[:2]
    return {**address, "street": first, "street_2": second}


def _means(one: Values) -> Values:
    branch = one.get("branch", "")
    return {**one, "branch": _BRANCHES.get(branch, branch)}


def _taxed(values: Values) -> Values:
    """Return what has to do with VAT: lines and allowances without category have that of the only row there is."""
    totals = values.get("taxes", [])
    rows = [row for total in totals for row in total.get("rows", ())]
    reasons = {CATEGORIES.get(row.get("exemption_reason", "")) for row in rows if row.get("category") == EXEMPT}
    exempt = next(iter(reasons)) if len(reasons) == 1 else None
    category = exempt.value if exempt else EXEMPT
    only = rows[0] if len(rows) == 1 else {} if rows else {"category": VatCategory.OUTSIDE.value}
    return {
        "lines": [_line(one, only, category) for one in values.get("lines", ())],
        "allowances": [_whole(one, only, category) for one in values.get("allowances", ())],
        "taxes": [
            *({**one, "rows": _rows(one.get("rows", []), category)} for one in totals),
            *_in_books(rows),
        ],
    }


def _rows(rows: list[Values], exempt: str) -> list[Values]:
    """Return the rows of tax; what has none is one row, for a line does not say which of several it belongs to."""
    without = [row for row in rows if row.get("category") == EXEMPT]
    with_tax = [_row(row, exempt) for row in rows if row.get("category") != EXEMPT]
    return [*with_tax, *([_row(_together(without), exempt)] if without else [])]


def _together(rows: list[Values]) -> Values:
    first = rows[0]
    reasons = dict.fromkeys(row["exemption_reason"] for row in rows if row.get("exemption_reason"))
    sums = {name: sum(ore_of(row.get(name), "TaxSubTotal") for row in rows) for name in ("base", "vat")}
    amounts = {name: (plain_kronor(ore), *first.get(name, ("", ""))[1:]) for name, ore in sums.items()}
    return {**first, **amounts, "exemption_reason": "; ".join(reasons)}


def _in_books(rows: list[Values]) -> list[Values]:
    """Return all tax in the other currency, where it is stated."""
    stated = [row["vat_in_books"] for row in rows if "vat_in_books" in row]
    if not stated:
        return []
    return [{"vat": (plain_kronor(sum(ore_of(one, "TaxCurrencyTaxAmount") for one in stated)), stated[0][1])}]


def _category(part: Values, only: Values, exempt: str) -> Values:
    said = {name: part.get(name) or only.get(name, "") for name in ("category", "rate")}
    return {**said, "category": exempt if said["category"] == EXEMPT else said["category"]}


def _line(line: Values, only: Values, exempt: str) -> Values:
    return {**described(line), **_category(line, only, exempt)}


def _whole(one: Values, only: Values, exempt: str) -> Values:
    return {**one, **_category(one, only, exempt), "text": one.get("reason", ("", ""))[1]}


def _row(row: Values, exempt: str) -> Values:
    """Return a row of tax; a rate of nothing has no reason, and the words that stand for one say no more."""
    category = _category(row, {}, exempt)
    reason = "" if category["category"] == VatCategory.ZERO else row.get("exemption_reason", "")
    return {**row, **category, "exemption_reason": reason}
