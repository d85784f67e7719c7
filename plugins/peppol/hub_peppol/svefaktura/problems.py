"""Why a document cannot be a Svefaktura: all of it at once, with what to do, and no value repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hub.model.documents import INVOICES
from hub.rules.delivery.document_checks import document_problems
from hub.rules.delivery.payment_box import account_to_pay, asks_for_payment
from hub_peppol.judging.code_list import CodeList
from hub_peppol.ubl.heads import buyer_reference
from hub_peppol.ubl.sale import Sale

_COUNTRIES, _CURRENCIES = CodeList("svefaktura_countries"), CodeList("svefaktura_currencies")


def problems_of(sale: Sale) -> list[str]:
    """Return what is missing or wrong, each beginning with the field that it stands in; empty when all is well."""
    return [problem for check in _CHECKS for problem in check(sale)]


def _core(sale: Sale) -> Iterator[str]:
    if sale.document.kind not in INVOICES:
        yield f"kind: a document of kind {sale.document.kind} is a letter and no invoice: send it another way"
        return
    for problem in document_problems(sale.document):
        yield f"{problem.field}: {problem.message}"


def _head(sale: Sale) -> Iterator[str]:
    document = sale.document
    if not document.number.strip():
        yield "number: it is blank: give the invoice its number"
    if not buyer_reference(document):
        yield "buyer_reference: the format needs who ordered it: state buyer_reference"
    if document.currency not in _CURRENCIES:
        yield "currency: the format does not know it: invoice in another currency"


def _parties(sale: Sale) -> Iterator[str]:
    if not sale.seller.name.strip():
        yield "company.name: it is blank: give the company's legal name in its settings"
    if not sale.document.debtor.name.strip():
        yield "debtor.name: it is blank: say who owes"
    addresses = (sale.seller.letterhead, sale.document.debtor.address, sale.document.delivery_address)
    if any(one is not None and one.country not in _COUNTRIES for one in addresses):
        yield "country: the format, which is of 2004, does not know it: send it another way"


def _no_room(sale: Sale) -> Iterator[str]:
    document = sale.document
    if document.deductions:
        yield "deductions: the format has no room for what was paid before: send it by another format"
    if document.attachments:
        yield "attachments: they are a message of their own in this format, which is not made here: leave them out"
    if sale.has_vat_in_books:
        yield "vat_in_books: VAT in another currency is not written in this format: send it by another format"


def _sums(sale: Sale) -> Iterator[str]:
    if sale.totals.to_pay_ore < 0:
        yield "to_pay: no Svefaktura is below zero: make a credit note of it"


def _payment(sale: Sale) -> Iterator[str]:
    if not asks_for_payment(sale.document):
        return
    try:
        account = account_to_pay(sale.document, sale.seller)
    except ValueError as error:
        yield f"payee_account: {error}"
        return
    if account is None and sale.totals.to_pay_ore > 0:
        yield "payee_account: the company has none in its settings, and nobody could pay"


def _lines(sale: Sale) -> Iterator[str]:
    for at, line in enumerate(sale.document.lines, 1):
        worth_ore = line.amount_ore - sum(one.signed_ore for one in line.allowances)
        if line.price is None and not line.quantity and worth_ore:
            yield f"lines[{at}].quantity: nothing is sold for an amount: state how much, 1 if it cannot be counted"


_CHECKS: tuple[Callable[[Sale], Iterator[str]], ...] = (_core, _head, _parties, _no_room, _sums, _payment, _lines)
