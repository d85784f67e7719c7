"""Documents as they are kept, read again; one that cannot be is told by itself, and keeps nobody from the others."""

from __future__ import annotations

from pydantic import ValidationError

from hub.errors import LedgerError
from hub.model.documents import Document

UNREADABLE = "what is kept of it cannot be read: restore it from a backup"


def read_document(content: bytes | None) -> Document | None:
    """Return a document from its bytes, `None` when they are missing or are no document of today's hub."""
    try:
        return Document.model_validate_json(content or b"")
    except ValidationError:
        return None


def unreadable(document_no: int) -> LedgerError:
    """Return what is raised when one document was asked for and is not to be read."""
    return LedgerError(f"document {document_no}: {UNREADABLE}")


def kept_document(document_no: int, content: bytes | None) -> Document:
    """Return a document from its bytes. Raises LedgerError when it cannot be read."""
    document = read_document(content)
    if document is None:
        raise unreadable(document_no)
    return document
