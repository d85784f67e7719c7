"""Copies of documents that were sent: printed again with the same or a new date, for another officer, marked or not.

A copy asks for nothing anew: it has the number of its original and no balances, and whoever asked for the original is
told nothing of it.
"""

from __future__ import annotations

from datetime import date

from hub.errors import DataError, RuleViolation
from hub.model.deliveries import DocumentRow, DocumentState
from hub.model.delivery_commands import CopyDocument
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.services.delivery.accepting import CLAIM, Offered, candidate_of, take
from hub.services.delivery.completing import Completing
from hub.services.delivery.copied_references import with_taken_references
from hub.services.delivery.kept import kept_document
from hub.services.ports import JsonObject, UnitOfWork

NEVER_SENT = (DocumentState.WITHDRAWN, DocumentState.UNDELIVERABLE)


def copy_document(work: UnitOfWork, tenant: Tenant, command: CopyDocument) -> JsonObject:
    """Send a copy of a document by the route; answer its number.

    Raises:
        DataError: there is no such document, or it cannot be right as a copy.
        LedgerError: what is kept of it cannot be read.
        RuleViolation: it was withdrawn or could not be delivered: nobody is to have it; or its own PDF is to say
            what nobody prints on it.
    """
    work.commands.claim(CLAIM)  # before the copies that there are are counted
    row = _original(work, command.document_no)
    original = kept_document(row.document_no, work.contents.read(row.sha256))
    if original.pdf and (command.says_copy or command.issue_date or command.officer):
        raise RuleViolation(
            f"document {row.document_no} goes as the PDF that came with it, and nothing is printed on that: "
            "copy it as it is, without the word copy (--without-word), another date or officer"
        )
    copy = _payable(work, tenant, copy_of(original, 1 + _copies(work, row), command))
    completed = Completing(work, tenant, [copy]).complete(copy, gets_reference=True)
    candidate = candidate_of(Offered("", copy), completed)
    work.contents.keep_all([candidate.content])
    (taken,) = take(work, tenant, [candidate])
    return {"document_no": taken.document_no, "copy_no": copy.copy_no}


def copy_of(original: Document, copy_no: int, command: CopyDocument) -> Document:
    """Return a copy; with a new date its last day to pay is as many days after that as the original's was."""
    changes: dict[str, object] = {"copy_no": copy_no, "says_copy": command.says_copy}
    if command.officer:
        changes["our_reference"] = command.officer
    if command.issue_date is not None:
        changes["issue_date"] = command.issue_date.isoformat()
        if original.due_date is not None:
            moved = command.issue_date - date.fromisoformat(original.issue_date)
            changes["due_date"] = (date.fromisoformat(original.due_date) + moved).isoformat()
    return original.model_copy(update=changes)


def _payable(work: UnitOfWork, tenant: Tenant, copy: Document) -> Document:
    try:
        return with_taken_references(work, tenant, copy)
    except ValueError as error:
        raise DataError(f"payee_account: {error}") from None


def _original(work: UnitOfWork, document_no: int) -> DocumentRow:
    found = work.documents.get_all([document_no])
    if not found:
        raise DataError(f"there is no document {document_no}; see: hub documents list")
    if found[0].state in NEVER_SENT:
        raise RuleViolation(f"document {document_no} is {found[0].state}: what nobody was to have is not copied")
    return found[0]


def _copies(work: UnitOfWork, row: DocumentRow) -> int:
    """Return the highest number of the copies that a document has, in its own version."""
    family = row.document_key.rpartition(":")[0]
    rows = work.documents.numbered([row.number])
    return max(one.copy_no for one in rows if one.document_key.rpartition(":")[0] == family)
