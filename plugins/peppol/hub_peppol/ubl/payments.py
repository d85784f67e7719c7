"""How an e-invoice is paid, as values of the layout.

Source: UNTDID 4461; PEPPOL-EN16931-R061; SE-R-007 to SE-R-012: giro
numbers are credit transfers with a branch of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from hub.model.documents import Document, DocumentKind
from hub.rules.delivery.payment_box import account_to_pay, asks_for_payment
from hub_peppol.ubl.layout import Values
from hub_peppol.ubl.sale import Sale

CREDIT_TRANSFER, DIRECT_DEBIT, SETTLED_BETWEEN = "30", "49", "97"
BRANCHES: Mapping[str, str] = {"bankgiro": "SE:BANKGIRO", "plusgiro": "SE:PLUSGIRO"}


def payment_values(sale: Sale) -> Values:
    """Return how it is paid, and on what terms."""
    document = sale.document
    terms = sale.seller.letterhead.terms.get(document.language, "") if _is_paid(document) else ""
    return {"payments": _means(sale), "terms": terms.strip()}


def is_drawn(document: Document) -> bool:
    """Say whether the money is drawn; a copy of such an invoice that is to be paid by its receiver is not."""
    return document.kind is DocumentKind.DIRECT_DEBIT_INVOICE and not asks_for_payment(document)


def mandate_of(document: Document) -> str:
    """Return what money is drawn by: the stated mandate, else the customer number, which autogiro mostly goes by."""
    return document.mandate.strip() or document.debtor.number.strip()


def _is_paid(document: Document) -> bool:
    return is_drawn(document) or asks_for_payment(document)


def _means(sale: Sale) -> list[Values]:
    document = sale.document
    if is_drawn(document):
        return [{"code": DIRECT_DEBIT, "mandate": mandate_of(document), "reference": document.reference.strip()}]
    if asks_for_payment(document):
        return _transfer(sale)
    # A credit note has no due date of its own: it can stand with how it is settled alone.
    return [{"code": SETTLED_BETWEEN, "due_date": document.due_date}] if document.due_date else []


def _transfer(sale: Sale) -> list[Values]:
    chosen = account_to_pay(sale.document, sale.seller)
    if chosen is None:
        return []
    scheme, number = chosen
    branch = BRANCHES.get(scheme) or (sale.seller.letterhead.bic if scheme == "iban" else "")
    reference = sale.document.reference.strip()
    return [{"code": CREDIT_TRANSFER, "reference": reference, "account": number, "branch": branch}]
