"""The sums below the tables, from the lines to what is to be paid."""

from __future__ import annotations

from collections.abc import Iterator

from hub.model.documents import AllowanceOrCharge, Document, DocumentKind
from hub.rendering.tables import has_vat
from hub.rendering.words import Words
from hub.rules.delivery.totals import Totals

_LAST = {
    DocumentKind.CREDIT_NOTE: "to_credit",
    DocumentKind.CANCELLATION_NOTICE: "cancelled",
    DocumentKind.INSTALMENT_PLAN: "planned",
    DocumentKind.DIRECT_DEBIT_INVOICE: "drawn",
    DocumentKind.STATEMENT_OF_ACCOUNT: "balance",
}
Row = tuple[str, str]


def sums_of(document: Document, totals: Totals, words: Words) -> list[Row]:
    """Return label and amount of each step that changes something, the last one with the currency.

    Empty for a cancellation notice that names no amount: the whole of it is cancelled, and zero would say nothing is.
    """
    if cancels_without_amount(document, totals):
        return []
    last = words["sums", _LAST.get(document.kind, "to_pay")]
    return [*_net(document, totals, words), *_total(document, totals, words), (last, _to_pay(document, totals, words))]


def cancels_without_amount(document: Document, totals: Totals) -> bool:
    """Say whether a document cancels something as a whole, without saying how much that was."""
    names_amount = document.lines or document.claims or totals.to_pay_ore
    return document.kind is DocumentKind.CANCELLATION_NOTICE and not names_amount


def _net(document: Document, totals: Totals, words: Words) -> Iterator[Row]:
    if totals.lines_ore and (document.allowances or totals.claims_ore):
        yield words["sums", "lines"], words.amount(totals.lines_ore)
    if totals.claims_ore and (document.deductions or totals.lines_ore or len(document.claims) > 1):
        yield words["sums", "claims"], words.amount(totals.claims_ore)
    yield from ((_named(one, words), words.amount(one.signed_ore)) for one in document.allowances)
    if has_vat(totals):
        yield words["sums", "net"], words.amount(totals.net_ore)
        yield words["sums", "vat"], words.amount(totals.vat_ore)


def _total(document: Document, totals: Totals, words: Words) -> Iterator[Row]:
    if totals.rounding_ore:
        yield words["sums", "rounding"], words.amount(totals.rounding_ore)
    if document.deductions and has_vat(totals):
        yield words["sums", "total"], words.amount(totals.total_ore)
    for one in document.deductions:
        yield one.text or words["sums", "deduction"], words.amount(-one.amount_ore)


def _named(one: AllowanceOrCharge, words: Words) -> str:
    return one.text or words["sums", "charge" if one.is_charge else "allowance"]


def _to_pay(document: Document, totals: Totals, words: Words) -> str:
    return words.money(totals.to_pay_ore, document.currency)
