"""The renderings of a tenant's documents: for people by the company's letterhead, for machines by a plugin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hub.errors import DataError
from hub.model.company import Company
from hub.model.documents import Document
from hub.model.order_to_pay_application import OrderMessage
from hub.model.tenant import Tenant
from hub.runtime.plugins import TenantPlugins

if TYPE_CHECKING:
    from hub.rendering import Renderer


LARGEST_CARRIED = 1_000_000  # bytes; a thousand lines are less


class TenantPrinter:
    """Makes the renderings of one tenant's documents; implements `services.delivery.printing.Printer`."""

    def __init__(self, tenant: Tenant, plugins: TenantPlugins, home: Path) -> None:
        self._tenant = tenant
        self._plugins = plugins
        self._home = home
        self._renderers: dict[str, Renderer] = {}

    def e_invoice(self, document: Document) -> bytes:
        """Return a document as XML; blank when nothing that is turned on writes its kind. Raises DocumentError."""
        writer = self._plugins.e_invoice_writers.get(document.kind)
        return b"" if writer is None else writer.write(document, self._company(document.company))

    def pdf(self, document: Document, e_invoice: bytes = b"") -> bytes:
        """Return the PDF of a document. Raises DataError or DocumentError when it cannot be printed.

        An e-invoice with large attachments is not put into it: they would make the page larger than mail takes.
        """
        carried = e_invoice if 0 < len(e_invoice) <= LARGEST_CARRIED else None
        return self.renderer(document.company).render(document, carried)

    def order_paper(self, message: OrderMessage) -> bytes:
        """Return what an enforcement authority is told, as a PDF. Raises DocumentError when it cannot be printed."""
        from hub.rendering.order_papers import order_paper_pdf  # here: most commands print nothing

        return order_paper_pdf(message)

    def renderer(self, company_number: str) -> Renderer:
        """Return what prints the documents of a company.

        Raises:
            ConfigurationError: its letterhead cannot be used.
            DataError: the settings have no such company.
        """
        if company_number not in self._renderers:
            from hub.rendering import Renderer  # here: most commands print nothing

            self._renderers[company_number] = Renderer(self._company(company_number), home=self._home)
        return self._renderers[company_number]

    def _company(self, number: str) -> Company:
        company = self._tenant.company(number)
        if company is None:
            raise DataError("its company is not in the settings any more")
        return company
