"""The plugin: its card, its settings and what it offers."""

from __future__ import annotations

from collections.abc import Sequence

from hub.contracts import CONTRACT_VERSION, DocumentInspector, EInvoiceWriter, PluginManifest, hookimpl
from hub_peppol.judging.inspector import PeppolInspector
from hub_peppol.settings import InvoiceFormat, PeppolSettings
from hub_peppol.svefaktura import SvefakturaWriter
from hub_peppol.ubl.writing import BisWriter


class Plugin:
    """E-invoices by Peppol BIS Billing 3: made, judged, sent and answered."""

    manifest = PluginManifest(
        name="peppol",
        summary="E-invoices by Peppol BIS Billing 3",
        contract=CONTRACT_VERSION,
        formats=("Peppol BIS Billing 3.0.21 (UBL 2.1)", "Svefaktura 1.0"),
        sources=("EN 16931-1:2017, validation artefacts 1.3.16", "Peppol BIS Billing 3.0.21, May 2026"),
    )
    Settings = PeppolSettings

    def __init__(self, settings: PeppolSettings) -> None:
        self._settings = settings

    @hookimpl
    def hub_document_inspectors(self) -> Sequence[DocumentInspector]:
        """Offer the judge of invoices, credit notes and the answers to them."""
        return (PeppolInspector(),)

    @hookimpl
    def hub_e_invoice_writers(self) -> Sequence[EInvoiceWriter]:
        """Offer the writer of BIS Billing 3, or that of Svefaktura where the settings want it."""
        if self._settings.writes is InvoiceFormat.SVEFAKTURA:
            return (SvefakturaWriter(),)
        return (BisWriter(self._settings.endpoints),)
