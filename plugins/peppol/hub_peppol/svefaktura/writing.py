"""Documents as Svefaktura 1.0."""

from __future__ import annotations

from typing import Any

from lxml import etree

from hub.errors import DocumentError
from hub.model.company import Company
from hub.model.documents import INVOICES, Document, DocumentKind
from hub_peppol.svefaktura.layout import NAMESPACE, NAMESPACES, ROOT, parts
from hub_peppol.svefaktura.problems import problems_of
from hub_peppol.svefaktura.saying import said
from hub_peppol.ubl.layout import build
from hub_peppol.ubl.sale import sale_of

NAME = "Svefaktura 1.0"
_PREFIXES: dict[Any, str] = {None: NAMESPACE, "cac": NAMESPACES["cac"], "cbc": NAMESPACES["cbc"]}


class SvefakturaWriter:
    """Writes invoices and credit notes as SFTI Basic Invoice 1.0, for buyers who agreed on it: an `EInvoiceWriter`.

    The format knows tax (S) and no tax (E with a reason) alone, one discount or charge on a line, and no electronic
    address. Files that go with a document, what was paid before and VAT in another currency find no room in it.
    """

    name = NAME
    writes: frozenset[DocumentKind] = INVOICES

    def write(self, document: Document, seller: Company) -> bytes:
        """Return a completed document as XML in UTF-8; see `EInvoiceWriter`.

        Raises:
            DocumentError: it cannot be a Svefaktura as it is; the message lists why and what to do.
        """
        sale = sale_of(document, seller)
        problems = problems_of(sale)
        if problems:
            raise DocumentError(f"this cannot be a Svefaktura: {'; '.join(problems)}")
        root = etree.Element(ROOT, nsmap=_PREFIXES)
        try:
            build(root, parts(), said(sale))
        except ValueError:  # lxml's, for characters such as U+FFFF
            message = "a text holds a character that XML cannot carry: take it out"
            raise DocumentError(f"this cannot be a Svefaktura: {message}") from None
        content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
        return content
