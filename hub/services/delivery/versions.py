"""Which documents have a newer version, that goes instead of them."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.deliveries import DocumentRow, DocumentState
from hub.model.documents import DocumentKind
from hub.services.delivery.standing import stand
from hub.services.ports import UnitOfWork

_Family = tuple[str, str]
Newest = dict[_Family, int]


def newest_of(rows: Iterable[DocumentRow]) -> Newest:
    """Return the newest version of each document."""
    newest: Newest = {}
    for row in rows:
        newest[_family(row)] = max(row.version, newest.get(_family(row), 0))
    return newest


def replaced_by(row: DocumentRow, newest: Newest) -> str:
    """Say which version goes instead of a document; blank when there is no newer one."""
    version = newest.get(_family(row), 0)
    return f"replaced by version {version}" if row.version < version else ""


def close_replaced(work: UnitOfWork, rows: Iterable[DocumentRow], newest: Newest) -> None:
    """Close documents that have newer versions; one that somebody has changed since is left."""
    for row in rows:
        closed = row._replace(state=DocumentState.CLOSED, reason=replaced_by(row, newest), due_at="")
        stand(work, closed, was=row)


def _family(row: DocumentRow) -> _Family:
    """Return what all versions of a document have in common: its key but for the version.

    An invoice is the same whether its money is collected or not.
    """
    rest, _version, copy_no = row.document_key.rsplit(":", 2)
    return rest.replace(f":{DocumentKind.DIRECT_DEBIT_INVOICE}:", f":{DocumentKind.INVOICE}:", 1), copy_no
