"""Why a document cannot be an e-invoice as it is: all of it at once, with what to do, and no value repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, localcontext

from hub.model.documents import INVOICES, AllowanceOrCharge, Document, DocumentLine
from hub.money import ORE_PER_KRONA
from hub.rules.delivery.document_checks import document_problems
from hub.rules.delivery.payment_box import account_to_pay, asks_for_payment
from hub_peppol.judging.code_list import CodeList
from hub_peppol.ubl.amounts import MOST_DIGITS
from hub_peppol.ubl.endpoints import is_right
from hub_peppol.ubl.heads import buyer_reference
from hub_peppol.ubl.payments import is_drawn, mandate_of
from hub_peppol.ubl.sale import Sale
from hub_peppol.ubl.vat_problems import vat_problems

ATTACHMENTS = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.oasis.opendocument.spreadsheet",
    }
)
"""What may be embedded (BR-CL-24, PEPPOL-EN16931-CL001)."""

LARGEST_ATTACHMENT = 7_000_000
"""Bytes; as base64 it is one text, of which readers of XML take ten million signs."""

MOST_TOLD = 25
_NEARLY_TWO_ORE = Decimal("1.999")
_CURRENCIES, _UNITS = CodeList("iso4217"), CodeList("rec20")
_REASONS: Mapping[bool, CodeList] = {False: CodeList("untdid5189"), True: CodeList("untdid7161")}
_NOT_IN_CODE_LISTS = frozenset({"XK"})  # Kosovo: in our list of countries, and not in ISO 3166-1


def problems_of(sale: Sale) -> list[str]:
    """Return what is missing or wrong, each beginning with the field that it stands in; empty when all is well."""
    found = [problem for check in _CHECKS for problem in check(sale)]
    more = len(found) - MOST_TOLD
    return [*found[:MOST_TOLD], f"and {more} more"] if more > 0 else found


def _core(sale: Sale) -> Iterator[str]:
    """Ask what the core asks of each document that is handed over: it may come here from elsewhere."""
    if sale.document.kind not in INVOICES:
        yield f"kind: a document of kind {sale.document.kind} is a letter and no invoice: send it another way"
        return
    for problem in document_problems(sale.document):
        yield f"{problem.field}: {problem.message}"


def _parties(sale: Sale) -> Iterator[str]:
    if not is_right(sale.seller_endpoint):
        yield "plugins.peppol.endpoints: no address of Peppol's: state scheme and number, such as 0007:5566778899"
    if not sale.buyer_endpoint.number:
        yield "debtor.e_invoice_address: there is none and no organisation number: state it, such as 0007:5566778899"
    elif not is_right(sale.buyer_endpoint):
        yield "debtor.e_invoice_address: no address of Peppol's: its scheme is unknown, or its number is none"
    if not sale.seller.name.strip():
        yield "company.name: it is blank: give the company's legal name in its settings"
    if sale.seller.letterhead.country != "SE":
        yield "letterhead.country: only Swedish sellers' rules are known here: set it to SE, or send it another way"
    countries = {sale.document.debtor.address.country, getattr(sale.document.delivery_address, "country", "SE")}
    if countries & _NOT_IN_CODE_LISTS:
        yield "country: the code is not in the list of e-invoices: send it another way"


def _head(sale: Sale) -> Iterator[str]:
    document = sale.document
    if not document.number.strip():
        yield "number: it is blank: give the invoice its number"
    if not (buyer_reference(document) or document.order_reference.strip()):
        yield "buyer_reference: the buyer needs a reference: state buyer_reference or order_reference"
    if document.currency not in _CURRENCIES:
        yield "currency: it is not in the list of e-invoices: invoice in another currency"
    if sale.has_vat_in_books and document.currency == sale.seller.currency:
        yield "vat_in_books: the document is in the currency of the books: leave it out"
    for at, one in enumerate(document.attachments, 1):
        if one.content_type not in ATTACHMENTS:
            yield f"attachments[{at}].content_type: no kind that may go with it: PDF, PNG, JPEG, CSV, XLSX and ODS may"
        if not one.content or not one.name.strip():
            yield f"attachments[{at}]: the file is empty or has no name: mend it, or leave it out"
        if len(one.content) > LARGEST_ATTACHMENT:
            yield f"attachments[{at}]: it is larger than {LARGEST_ATTACHMENT} bytes: send it apart"


def _payment(sale: Sale) -> Iterator[str]:
    document = sale.document
    if is_drawn(document) and not mandate_of(document):
        yield "mandate: money that is drawn needs what it is drawn by: state it, in autogiro the payer number"
    if not asks_for_payment(document):
        return
    try:
        account = account_to_pay(document, sale.seller)
    except ValueError as error:
        yield f"payee_account: {error}"
        return
    if account is None and sale.totals.to_pay_ore > 0:
        yield "payee_account: the company has none in its settings, and nobody could pay"


def _lines(sale: Sale) -> Iterator[str]:
    for at, line in enumerate(sale.document.lines, 1):
        yield from _line(f"lines[{at}]", line)
        yield from _line_sum(f"lines[{at}]", line)
        yield from _line_period(f"lines[{at}].period", line, sale.document)
        for no, one in enumerate(line.allowances, 1):
            yield from _allowance(f"lines[{at}].allowances[{no}]", one)
    for no, one in enumerate(sale.document.allowances, 1):
        yield from _allowance(f"allowances[{no}]", one)


def _line(place: str, line: DocumentLine) -> Iterator[str]:
    if not line.text.strip():
        yield f"{place}.text: it is blank: say what is sold"
    if line.unit.strip() not in _UNITS:
        yield f"{place}.unit: no unit of UN/ECE Recommendation 20: use its code, such as C62 (piece), HUR (hour) or KWH"
    if line.price is None and not line.quantity and line.amount_ore != sum(one.signed_ore for one in line.allowances):
        yield f"{place}.quantity: nothing is sold for an amount: state how much it is, 1 if it cannot be counted"


def _line_sum(place: str, line: DocumentLine) -> Iterator[str]:
    """Stay clear of the two öre that R120 leaves: who divides to fewer digits than we finds a little more than two."""
    if line.price is None or line.price_quantity == 1:
        return
    with localcontext(prec=MOST_DIGITS):
        worth_ore = line.quantity * line.price * ORE_PER_KRONA / line.price_quantity
        off_ore = abs(worth_ore + sum(one.signed_ore for one in line.allowances) - line.amount_ore)
    if off_ore > _NEARLY_TWO_ORE:
        yield f"{place}.amount: two öre off quantity times price by price_quantity: mend the amount"


def _line_period(place: str, line: DocumentLine, document: Document) -> Iterator[str]:
    """Hold PEPPOL-EN16931-R110 and R111: a line's time lies within the document's."""
    whole, part = document.period, line.period
    if whole and part and not whole.first_day <= part.first_day <= part.last_day <= whole.last_day:
        yield f"{place}: it reaches beyond the period of the document: widen that, or leave it out"


def _allowance(place: str, one: AllowanceOrCharge) -> Iterator[str]:
    code = one.reason_code.strip()
    if code and code not in _REASONS[one.is_charge]:
        yield f"{place}.reason_code: no code of UNTDID {7161 if one.is_charge else 5189}: mend it, or say it in text"


_CHECKS: tuple[Callable[[Sale], Iterator[str]], ...] = (_core, _parties, _head, _payment, _lines, vat_problems)
