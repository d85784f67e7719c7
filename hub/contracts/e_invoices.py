"""What a plugin implements to make e-invoices: the same document for machines, made once for all channels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol, runtime_checkable

from hub.model.company import Company
from hub.model.documents import Document, DocumentKind


@runtime_checkable
class EInvoiceWriter(Protocol):
    """Writes documents as e-invoices by EN 16931. What it writes goes with the PDF and to channels that carry it."""

    @property
    def name(self) -> str:
        """What the format is called by people, such as `Peppol BIS Billing 3`; no two of a tenant have one name."""
        ...

    @property
    def writes(self) -> Collection[DocumentKind]:
        """The kinds of documents that it can write."""
        ...

    def write(self, document: Document, seller: Company) -> bytes:
        """Return a completed document as XML in UTF-8; the same document and seller give the same bytes.

        Raises:
            DocumentError: it cannot be an e-invoice as it is; the message lists what is missing or wrong and what to
                do, without names and numbers of persons. It may still go out by a channel that needs none.
        """
        ...
