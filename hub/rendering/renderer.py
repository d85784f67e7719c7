"""Renders the documents of one company."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from hub.errors import ConfigurationError, DocumentError
from hub.model.company import Company
from hub.model.documents import Document
from hub.rendering.compiler import compiled_pdf, compiled_pictures
from hub.rendering.logo import read_logo
from hub.rendering.page_data import page_data

LOWEST_WINDOW_MM = 130  # its lower edge: below it are the lines, and at the foot the slip
LARGEST_UBL_BYTES = 10 * 1024 * 1024


class Renderer:
    """Turns documents of one company into PDF files (PDF/A-3a and PDF/UA-1).

    It may be shared by threads. The same document gives the same bytes, in every process with the same version of
    typst, of our fonts and of the template.
    """

    def __init__(self, company: Company, *, home: Path) -> None:
        """Read the letterhead; its logo is found by its path from `home`.

        Raises:
            ConfigurationError: the logo cannot be used, or the window lies too low on the page.
        """
        window = company.letterhead.window
        if window.top_mm + window.height_mm > LOWEST_WINDOW_MM:
            raise ConfigurationError(
                f"the window ends more than {LOWEST_WINDOW_MM} mm below the page's upper edge",
                where="letterhead.window",
                hint="measure from the upper edge of the page as it lies in the envelope",
            )
        self._company = company
        self._logo = read_logo(company.letterhead.logo, home)

    def render(self, document: Document, ubl: bytes | None = None) -> bytes:
        """Return the PDF of a document; `ubl` is the same invoice as XML and goes with it as `invoice.xml`.

        Raises:
            DocumentError: it cannot be printed; the message says what to do.
        """
        return compiled_pdf(self.inputs(document, ubl), date.fromisoformat(document.issue_date))

    def pictures(self, document: Document, *, dots_per_inch: int = 72) -> list[bytes]:
        """Return a PNG of each page, to be looked at on a screen. Raises as `render`."""
        return compiled_pictures(self.inputs(document), dots_per_inch=dots_per_inch)

    def inputs(self, document: Document, ubl: bytes | None = None) -> Mapping[str, str]:
        """Return what the template is given. Raises DocumentError."""
        try:
            data = page_data(document, self._company)
        except ValueError as error:
            raise DocumentError(f"payee_account: {error}") from None
        inputs = {"document": json.dumps(data, ensure_ascii=False, separators=(",", ":")), "logo": self._logo}
        if ubl is not None:
            inputs["ubl"] = _as_text(ubl)
        return inputs


def _as_text(ubl: bytes) -> str:
    if len(ubl) > LARGEST_UBL_BYTES:
        raise DocumentError("the UBL is larger than 10 MB: send its attachments apart")
    try:
        return ubl.decode("utf-8")
    except UnicodeDecodeError:
        raise DocumentError("the UBL is not written in UTF-8: write it anew in UTF-8") from None
