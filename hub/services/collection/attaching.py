"""Documents that go beside claims: the kept renderings of invoices and letters, where an agency takes them."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contracts import AttachingAgency, CollectionAgency
from hub.model.attempts import PlannedMessage
from hub.model.collection import CaseOrder
from hub.services.ports import UnitOfWork

DOCUMENT_KIND = "agency_document"  # of their exchanges
DOCUMENT_LEFT = "document_not_with_claim"  # task


def attached(work: UnitOfWork, agency: CollectionAgency, key: str, orders: Iterable[CaseOrder]) -> list[PlannedMessage]:
    """Return the documents that go with the orders of a batch, as messages; of one that cannot go a person is asked."""
    if not isinstance(agency, AttachingAgency) or not agency.channel:
        return []
    messages, left = [], []
    for order in orders:
        for one in agency.attachments(order):
            if one.why_not:
                text = (
                    f"{one.name} does not go with the claim of case {order.claim_id} to {agency.name}: {one.why_not}; "
                    f"save it by hub documents pdf, and send it by hand"
                )
                left.append((f"{order.order_no}:{one.name}"[:200], text))
            else:
                name = f"collection:{key}:documents/{one.name}"
                messages.append(PlannedMessage(name, one.sha256, one.size, DOCUMENT_KIND))
    work.commands.open_each(DOCUMENT_LEFT, left)
    return messages
