"""What is written: a document with its seller, its sums and who it goes to, worked out once."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from hub.model.company import Company
from hub.model.documents import AllowanceOrCharge, Document, DocumentKind, DocumentLine, VatCategory
from hub.rules.delivery.totals import Totals, effective_rate, totals_of
from hub_peppol.ubl.bis_layout import CREDIT_NOTE, INVOICE, DocumentType
from hub_peppol.ubl.endpoints import Endpoint, endpoint_of_buyer, endpoint_of_seller


class Sale(NamedTuple):
    """A completed document and who sends it; an endpoint that nothing tells is blank."""

    document: Document
    seller: Company
    totals: Totals
    seller_endpoint: Endpoint
    buyer_endpoint: Endpoint

    @property
    def type(self) -> DocumentType:
        """Which of the two documents it becomes."""
        return CREDIT_NOTE if self.document.kind is DocumentKind.CREDIT_NOTE else INVOICE

    @property
    def categories(self) -> set[VatCategory]:
        """How VAT is handled in it."""
        return {row.category for row in self.totals.vat}

    @property
    def is_outside_vat(self) -> bool:
        """Whether VAT is no matter of it: then no VAT number may stand in it (BR-O-02)."""
        return VatCategory.OUTSIDE in self.categories

    @property
    def has_vat_in_books(self) -> bool:
        """Whether its VAT is stated in the currency of the books too."""
        return self.document.vat_in_books_ore is not None

    def taxed(self, part: DocumentLine | AllowanceOrCharge) -> tuple[VatCategory, Decimal]:
        """Return category and rate of a line or of an allowance on the whole, as the sums have them."""
        is_interest = self.document.kind is DocumentKind.INTEREST_INVOICE
        category = VatCategory.OUTSIDE if is_interest else part.vat_category
        return category, effective_rate(category, part.vat_rate_percent)


def sale_of(document: Document, seller: Company, endpoint: str = "") -> Sale:
    """Work out what is written of a document; `endpoint` is the seller's own, such as `0088:7300010000001`."""
    return Sale(
        document, seller, totals_of(document), endpoint_of_seller(seller, endpoint), endpoint_of_buyer(document)
    )
