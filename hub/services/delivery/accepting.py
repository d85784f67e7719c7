"""Accepting documents: each is kept once, by its key, with what settings and books fill in; one bad one holds no other.

The second call with the same document returns the first one's number; the same key with other content is refused, since
what was sent cannot be unsaid: it needs a new version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple

from hub.errors import DataError
from hub.model.deliveries import NewDocument
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.rules.delivery.document_checks import late_payment, size_of
from hub.rules.delivery.recipients import debtor_number_key, recipient_key
from hub.rules.delivery.stated_recipients import Stated, protection_of
from hub.services.attempts import CLAIM as PLANNING
from hub.services.delivery.completing import Completing
from hub.services.delivery.pieces import pieces
from hub.services.delivery.register import keep_recipients
from hub.services.delivery.replacing import replace_earlier
from hub.services.delivery.routing import enqueue_delivery
from hub.services.ports import Store, UnitOfWork

DOCUMENTS_AT_ONCE = 200
CLAIM = "accept documents"  # two who accept the same document see each other


class Acceptance(NamedTuple):
    """What became of a document that was handed over."""

    place: str  # where it stood: a line, or which one it was
    number: str = ""  # its own, where it could be read
    key: str = ""
    document_no: int | None = None
    is_new: bool = False
    problem: str = ""  # why it was refused, and what to do; blank when it was not
    warning: str = ""  # what is odd about one that was taken now


class Offered(NamedTuple):
    """A document to be accepted, or why it cannot be read."""

    place: str
    document: Document | None
    problem: str = ""
    number: str = ""  # the document's own, where it could be read


class Candidate(NamedTuple):
    """A document that can be right, with the bytes that are kept of it."""

    place: str
    content: bytes
    new: NewDocument
    other_keys: tuple[str, ...]  # by which it may be known, too
    protection: Mapping[str, Stated]  # what the register of recipients is told by it
    warning: str = ""


def accept_documents(store: Store, tenant: Tenant, offered: Iterable[Offered]) -> list[Acceptance]:
    """Accept documents and queue the run that sends them; return what became of each, in the order they came.

    They are taken in chunks of a transaction each, smaller ones of large documents: after a crash, hand them all over
    again.
    """
    accepted: list[Acceptance] = []
    for chunk in pieces(offered, _size, most=DOCUMENTS_AT_ONCE):
        accepted.extend(accept_chunk(store, tenant, chunk, store.write))
    return accepted


def accept_chunk(
    store: Store,
    tenant: Tenant,
    chunk: Sequence[Offered],
    write: Callable[[], AbstractContextManager[UnitOfWork]],
    note: Callable[[UnitOfWork, Sequence[Acceptance]], None] = lambda _work, _accepted: None,
) -> list[Acceptance]:
    """Accept documents in one transaction; `note` writes in it, too, what became of each."""
    candidates: list[Candidate] = []
    refused: dict[int, Acceptance] = {}
    with store.read() as work:
        completing = Completing(work, tenant, [one.document for one in chunk if one.document is not None])
    for place, one in enumerate(chunk):
        try:
            candidates.append(_candidate(one, completing))
        except DataError as error:
            refused[place] = Acceptance(one.place, _number(one), problem=str(error))
    store.contents.keep_all([candidate.content for candidate in candidates])
    with write() as work:
        taken = iter(take(work, tenant, candidates))
        accepted = [refused[place] if place in refused else next(taken) for place in range(len(chunk))]
        note(work, accepted)
    return accepted


def _size(offered: Offered) -> int:
    return 0 if offered.document is None else size_of(offered.document)


def _candidate(offered: Offered, completing: Completing) -> Candidate:
    if offered.document is None:
        raise DataError(offered.problem)
    document = completing.complete(offered.document)
    candidate = candidate_of(offered, document, completing.other_keys(document))
    return candidate._replace(warning=late_payment(document, completing.today))


def candidate_of(
    offered: Offered, document: Document, other_keys: tuple[str, ...] = (), *, command_key: str = ""
) -> Candidate:
    """Return a complete document as it is kept, beside what it was handed over as."""
    assert offered.document is not None  # it has been completed
    content = document.as_json()
    handed = hashlib.sha256(offered.document.model_copy(update={"company": document.company}).as_json())
    new = NewDocument(
        document.key,
        document.company,
        document.kind,
        document.number,
        document.version,
        recipient_key(document),
        document.debtor_class,
        handed.hexdigest(),
        hashlib.sha256(content).hexdigest(),
        len(content),
        command_key,
        debtor_number_key(document),
    )
    return Candidate(offered.place, content, new, other_keys, protection_of(document))


def take(work: UnitOfWork, tenant: Tenant, candidates: Sequence[Candidate]) -> list[Acceptance]:
    """Accept documents whose bytes are kept, and queue the run that sends them; return what became of each."""
    work.commands.claim(CLAIM)
    newer = [candidate.new for candidate in candidates if candidate.new.version > 1]
    if newer or any(candidate.protection for candidate in candidates):
        work.commands.claim(PLANNING)  # before anything is held, as by all who change documents with their messages
    known = work.documents.by_keys([key for candidate in candidates for key in _keys_of(candidate)])
    handed = {key: (row.handed_sha256, row.document_no) for key, row in known.items()}
    fresh: dict[str, NewDocument] = {}
    for candidate in candidates:
        if handed.keys().isdisjoint(_keys_of(candidate)):
            fresh.setdefault(candidate.new.document_key, candidate.new)
    for number, new in zip(work.documents.accept(list(fresh.values())), fresh.values(), strict=True):
        handed[new.document_key] = (new.handed_sha256, number)
        _tell_accepted(work, number, new)
    _tell_protected(work, tenant, [one for one in candidates if fresh.get(one.new.document_key) is one.new])
    if fresh:
        replace_earlier(work, tenant.id, {new.number for new in newer if fresh.get(new.document_key) is new})
        enqueue_delivery(work, tenant.id)
    return [_answer(candidate, handed, fresh) for candidate in candidates]


def _tell_protected(work: UnitOfWork, tenant: Tenant, new: Sequence[Candidate]) -> None:
    """Write debtors into the register whom new documents say are protected, so that whatever follows waits as well."""
    told = {key: said for candidate in new for key, said in candidate.protection.items()}
    if told:
        keep_recipients(work, tenant.id, told)


def kept_as(work: UnitOfWork, candidate: Candidate) -> int | None:
    """Return the number of the document that is this one; None when there is none.

    Raises:
        DataError: there is one with other content.
    """
    known = work.documents.by_keys(_keys_of(candidate))
    row = next((known[key] for key in _keys_of(candidate) if key in known), None)
    if row is not None and row.handed_sha256 != candidate.new.handed_sha256:
        raise DataError(_is_another(row.document_no))
    return None if row is None else row.document_no


def _is_another(number: int) -> str:
    return f"document {number} has this number, kind and version with other content: raise its version"


def _tell_accepted(work: UnitOfWork, number: int, new: NewDocument) -> None:
    work.events.record(
        "document_accepted",
        document_no=number,
        company=new.company,
        number=new.number,
        version=new.version,
        document_kind=new.kind,
        key=new.document_key,
        **({"command_key": new.command_key} if new.command_key else {}),
    )


def _answer(candidate: Candidate, handed: dict[str, tuple[str, int]], fresh: dict[str, NewDocument]) -> Acceptance:
    key = next(key for key in _keys_of(candidate) if key in handed)
    sha256, number = handed[key]
    if sha256 != candidate.new.handed_sha256:
        return Acceptance(candidate.place, candidate.new.number, key, number, problem=_is_another(number))
    is_new = fresh.get(key) is candidate.new
    warning = candidate.warning if is_new else ""
    return Acceptance(candidate.place, candidate.new.number, key, number, is_new=is_new, warning=warning)


def _keys_of(candidate: Candidate) -> list[str]:
    return [candidate.new.document_key, *candidate.other_keys]


def _number(offered: Offered) -> str:
    return offered.number if offered.document is None else offered.document.number
