"""Which format e-invoices are written in, by the settings."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import EInvoiceWriter
from hub_peppol.settings import InvoiceFormat, PeppolSettings
from hub_peppol.svefaktura import SvefakturaWriter
from hub_peppol.ubl import BisWriter


def writers(settings: PeppolSettings) -> Sequence[EInvoiceWriter]:
    """Return the writer of BIS Billing 3, or that of Svefaktura where the settings want it."""
    if settings.writes is InvoiceFormat.SVEFAKTURA:
        return (SvefakturaWriter(),)
    return (BisWriter(settings.endpoints),)
