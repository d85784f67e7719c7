"""Documents as e-invoices by Peppol BIS Billing 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from hub.errors import DocumentError
from hub.model.company import Company
from hub.model.documents import INVOICES, Document, DocumentKind
from hub_peppol.ubl.heads import head_values
from hub_peppol.ubl.layout import NAMESPACES, Values, build
from hub_peppol.ubl.lines import line_values
from hub_peppol.ubl.parties import party_values
from hub_peppol.ubl.payments import payment_values
from hub_peppol.ubl.problems import problems_of
from hub_peppol.ubl.sale import Sale, sale_of
from hub_peppol.ubl.sums import sum_values

NAME = "Peppol BIS Billing 3"


class BisWriter:
    """Writes invoices and credit notes in UBL 2.1; an `EInvoiceWriter`.

    A copy is written with the number of its original and says so in its note: BIS has no mark for copies, and the
    buyer knows the number. Interest is outside VAT. A replacement invoice names the invoice it takes the place of.
    """

    name = NAME
    writes: frozenset[DocumentKind] = INVOICES

    def __init__(self, endpoints: Mapping[str, str] | None = None) -> None:
        """Take electronic addresses, such as `0088:7300010000001`, by company number; others are the organisation's."""
        self._endpoints = {number.lstrip("0"): endpoint for number, endpoint in (endpoints or {}).items()}

    def write(self, document: Document, seller: Company) -> bytes:
        """Return a completed document as XML in UTF-8; see `EInvoiceWriter`.

        Raises:
            DocumentError: it cannot be an e-invoice as it is; the message lists why and what to do.
        """
        sale = sale_of(document, seller, self._endpoints.get(seller.number.lstrip("0"), ""))
        problems = problems_of(sale)
        if problems:
            raise DocumentError(f"this cannot be an e-invoice: {'; '.join(problems)}")
        return _written(sale)


def _written(sale: Sale) -> bytes:
    values, parts = _values(sale), sale.type.parts
    names: Any = {None: sale.type.namespace, **NAMESPACES}  # None is the default one; the stubs do not know
    root = etree.Element(f"{{{sale.type.namespace}}}{sale.type.root}", nsmap=names)
    try:
        build(root, parts, values)
    except ValueError:  # lxml's, for characters such as U+FFFF
        message = "a text holds a character that XML cannot carry: take it out"
        raise DocumentError(f"this cannot be an e-invoice: {message}") from None
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _values(sale: Sale) -> Values:
    values = head_values(sale)
    for part in (party_values, payment_values, sum_values, line_values):
        values.update(part(sale))
    return values
