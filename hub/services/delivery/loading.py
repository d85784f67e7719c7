"""Documents of a chunk with all that is known for their way: content, recipient, what was tried."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.contracts import DocumentChannel
from hub.model.deliveries import TRIED, DocumentRow, DocumentStep, KnownRecipient, StepOutcome
from hub.model.delivery import Recipient
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import address_used, facts_of, recipient_of
from hub.rules.delivery.route import RouteFacts, Way
from hub.services.delivery.kept import read_document
from hub.services.delivery.registered import registered_debtors
from hub.services.ports import Store, UnitOfWork

HAD_IT = "it was sent there before: a person may have it sent there again"


class Loaded(NamedTuple):
    """A document of a chunk."""

    row: DocumentRow
    document: Document
    recipient: Recipient
    facts: RouteFacts
    steps: Sequence[DocumentStep]  # of every turn
    registered: KnownRecipient | None  # what the register, and holds, said of the debtor
    archive: str = ""  # the format of the archive that it came in; blank when it came otherwise


def load_documents(
    store: Store, tenant: Tenant, rows: Sequence[DocumentRow], channels: Mapping[str, DocumentChannel]
) -> tuple[list[Loaded], list[DocumentRow]]:
    """Return the documents of rows, in the same order, and the rows of which what is kept cannot be read."""
    contents = store.contents.read_whole([row.sha256 for row in rows])
    read = [(row, read_document(contents.get(row.sha256))) for row in rows]
    given = [(row, document) for row, document in read if document is not None]
    with store.read() as work:
        loaded = with_recipients(work, tenant, given, channels)
    return loaded, [row for row, document in read if document is None]


def with_recipients(
    work: UnitOfWork,
    tenant: Tenant,
    given: Sequence[tuple[DocumentRow, Document]],
    channels: Mapping[str, DocumentChannel],
) -> list[Loaded]:
    """Return documents with what the register, holds, earlier steps and returned mail say."""
    registered = registered_debtors(work, tenant, [document for _, document in given])
    steps: defaultdict[int, list[DocumentStep]] = defaultdict(list)
    for step in work.documents.steps([row.document_no for row, _ in given]):
        steps[step.document_no].append(step)
    loaded = [
        _loaded(row, document, said, steps[row.document_no], work.today)
        for (row, document), said in zip(given, registered, strict=True)
    ]
    formats = work.archives.formats_of([row.document_no for row, _ in given])
    loaded = [one._replace(archive=formats.get(one.row.document_no, "")) for one in loaded]
    return _with_bad_addresses(work, loaded, channels)


def ways_of(channels: Mapping[str, DocumentChannel]) -> list[Way]:
    """Return channels as a route sees them."""
    return [Way(name, one.step, one.price_ore, one.carries) for name, one in channels.items()]


def address_sha256(channel: DocumentChannel, document: Document, recipient: Recipient) -> str:
    """Return what the address that a channel uses for a document is known by."""
    return hashlib.sha256(address_used(channel.step, document, recipient).encode()).hexdigest()


def refused_by(one: Loaded, channel: str, why: str) -> Loaded:
    """Return a document that a channel cannot carry, as the next one is looked for."""
    return one._replace(facts=one.facts._replace(tried={**one.facts.tried, channel: why}))


def latest_turns(steps: Iterable[DocumentStep]) -> list[DocumentStep]:
    """Return what came of each channel of a document the last time."""
    latest: dict[str, DocumentStep] = {}
    for step in sorted(steps, key=lambda step: step.turn):
        latest[step.channel] = step
    return list(latest.values())


def _loaded(
    row: DocumentRow, document: Document, registered: KnownRecipient | None, steps: Sequence[DocumentStep], today: str
) -> Loaded:
    recipient = recipient_of(document, registered)
    tried = {
        step.channel: step.reason if step.outcome in TRIED else HAD_IT
        for step in latest_turns(steps)
        if step.outcome != StepOutcome.SKIPPED
    }
    facts = facts_of(document, recipient, registered, today)._replace(tried=tried)
    return Loaded(row, document, recipient, facts, steps, registered)


def _with_bad_addresses(
    work: UnitOfWork, loaded: Iterable[Loaded], channels: Mapping[str, DocumentChannel]
) -> list[Loaded]:
    loaded = list(loaded)
    used = [
        {name: address_sha256(channel, one.document, one.recipient) for name, channel in channels.items()}
        for one in loaded
    ]
    bad = work.recipients.bad_addresses({sha256 for each in used for sha256 in each.values()})
    return [
        one._replace(facts=one.facts._replace(bad_addresses={name for name in each if (name, each[name]) in bad}))
        for one, each in zip(loaded, used, strict=True)
    ]
