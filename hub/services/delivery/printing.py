"""What a document looks like: its e-invoice and its PDF, each made once and kept before it goes anywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from hub.errors import DataError, RejectedError
from hub.model.deliveries import DocumentRow, Rendering
from hub.model.delivery import Recipient
from hub.model.documents import Document
from hub.services.attempts import CLAIM
from hub.services.delivery.kept import UNREADABLE
from hub.services.delivery.way_finding import Routed
from hub.services.ports import Store, Work

PRINTED_ALONE = "it was handed over printed, without lines that a machine could read"


class Printer(Protocol):
    """Makes renderings, by the company's letterhead and what is turned on."""

    def e_invoice(self, document: Document) -> bytes:
        """Return a document as XML; blank when nothing that is turned on writes its kind.

        Raises:
            DocumentError: it cannot be an e-invoice; the message says what to do.
        """
        ...

    def pdf(self, document: Document, e_invoice: bytes) -> bytes:
        """Return the document for people, with its e-invoice in it. Raises DataError or DocumentError."""
        ...


class Printed(NamedTuple):
    """A document with its renderings."""

    routed: Routed
    pdf: bytes
    e_invoice: bytes  # blank where there is none
    no_e_invoice: str  # why there is none


class Printing:
    """Prints the documents of a chunk."""

    def __init__(self, store: Store, printer: Printer) -> None:
        self._store = store
        self._printer = printer

    def print(self, work: Work, documents: Sequence[Routed]) -> tuple[list[Printed], list[tuple[Routed, str]]]:
        """Return documents with their renderings, made now where there are none, and those that cannot be printed.

        Until some message has carried them they are made anew where the e-invoice has become another one, since an
        address or a setting was mended; from then on what was sent stays.
        """
        kept = self._kept(documents)
        printed, unprintable = [], []
        for routed in documents:
            try:
                printed.append(self._printed(routed, kept))
            except (DataError, RejectedError) as error:
                unprintable.append((routed, str(error)))
        return self._keep(work, printed), unprintable

    def look_at(self, routed: Routed) -> Printed:
        """Return a document as `print` would, and keep nothing. Raises DataError or RejectedError: it cannot be."""
        return self._printed(routed, self._kept([routed]))

    def _kept(self, documents: Sequence[Routed]) -> Mapping[str, bytes]:
        rows = [one.loaded.row for one in documents]
        return self._store.contents.read_whole([s for row in rows for s in (row.pdf_sha256, row.e_invoice_sha256) if s])

    def _printed(self, routed: Routed, kept: Mapping[str, bytes]) -> Printed:
        row, document = routed.loaded.row, routed.loaded.document
        if not {row.pdf_sha256, row.e_invoice_sha256} <= {"", *kept}:  # another one may differ from what somebody has
            raise DataError(UNREADABLE)
        pdf, e_invoice, problem = kept.get(row.pdf_sha256, b""), kept.get(row.e_invoice_sha256, b""), ""
        if not e_invoice or not _was_carried(routed):
            before = e_invoice
            e_invoice, problem = self._written(routed)
            pdf = pdf if e_invoice == before or _was_carried(routed) else b""
        return Printed(routed, document.pdf or pdf or self._printer.pdf(document, e_invoice), e_invoice, problem)

    def _written(self, routed: Routed) -> tuple[bytes, str]:
        """Return the e-invoice of a document, or blank and why there is none."""
        if routed.loaded.document.says_its_sum_alone:
            return b"", PRINTED_ALONE
        try:
            return self._printer.e_invoice(_addressed(routed.loaded.document, routed.loaded.recipient)), ""
        except RejectedError as error:
            return b"", str(error)

    def _keep(self, work: Work, printed: Sequence[Printed]) -> list[Printed]:
        """Keep new renderings before they go anywhere; return all with rows that name them."""
        renderings = [_rendering(one) for one in printed]
        was = [Rendering(row.document_no, row.pdf_sha256, row.e_invoice_sha256) for row in map(_row, printed)]
        new = [one for one, before in zip(renderings, was, strict=True) if one != before]
        if new:
            contents = [content for one in printed for content in (one.pdf, one.e_invoice) if content]
            self._store.contents.keep_all(contents)
            with work.write() as unit:
                unit.commands.claim(CLAIM)  # as all who change documents
                unit.documents.note_rendered(new)
        return [_with_row(one, rendering) for one, rendering in zip(printed, renderings, strict=True)]


def _addressed(document: Document, recipient: Recipient) -> Document:
    """Return a document with the electronic address that its debtor is reached at: it stands in the e-invoice."""
    debtor = document.debtor.model_copy(update={"e_invoice_address": recipient.e_invoice_address})
    return document.model_copy(update={"debtor": debtor})


def _was_carried(routed: Routed) -> bool:
    """Say whether some message was made of a document: somebody may have what it looked like then."""
    return any(step.exchange_no is not None for step in routed.loaded.steps)


def _row(printed: Printed) -> DocumentRow:
    return printed.routed.loaded.row


def _rendering(printed: Printed) -> Rendering:
    return Rendering(_row(printed).document_no, _sha256(printed.pdf), _sha256(printed.e_invoice))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""


def _with_row(printed: Printed, rendering: Rendering) -> Printed:
    row = _row(printed)._replace(pdf_sha256=rendering.pdf_sha256, e_invoice_sha256=rendering.e_invoice_sha256)
    return printed._replace(routed=printed.routed._replace(loaded=printed.routed.loaded._replace(row=row)))
