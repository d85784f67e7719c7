"""How a document would go: channels are asked, each taken or skipped with its reason, and nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping

from hub.banking_calendar import Clock
from hub.contracts import DocumentChannel
from hub.errors import DataError
from hub.model.deliveries import DocumentRow, DocumentState
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import recipient_key
from hub.rules.delivery.route import Route, Verdict, Way, as_held, route_of
from hub.services.delivery.completing import Completing
from hub.services.delivery.loading import Loaded, load_documents, ways_of, with_recipients
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.rest_ways import with_rest
from hub.services.ports import Store


def plan_route(
    store: Store,
    tenant: Tenant,
    channels: Mapping[str, DocumentChannel],
    clock: Clock,
    document: Document | int,
    rest: Mapping[str, Way] = {},
) -> Route:
    """Return the route of a document, kept or not, with every channel's answer; `rest` as of `WayFinder`.

    Where a person sees to it whatever channels answer, none is asked.

    Raises:
        DataError: there is no document of this number, or it cannot be right.
    """
    loaded = _kept(store, channels, document) if isinstance(document, int) else _new(store, tenant, channels, document)
    reaching = Reaching(store, channels, clock)
    reaching.look_up([loaded])
    order = tenant.delivery.order_of(loaded.recipient.debtor_class)
    while True:
        seen = with_rest(loaded, order, ways_of(channels), reaching.of(loaded.recipient.key), rest)
        route = route_of(loaded.facts, *seen)
        if route.held_by:  # nobody outside is asked about a protected identity
            return as_held(route)
        asked = next((one.channel for one in route.considered if one.verdict is Verdict.ASK), None)
        if asked is None:
            return route
        reaching.ask(asked, [loaded])


def _kept(store: Store, channels: Mapping[str, DocumentChannel], document_no: int) -> Loaded:
    with store.read() as work:
        rows = work.documents.get_all([document_no])
    if not rows:
        raise DataError(f"there is no document {document_no}; see: hub documents list")
    return load_documents(store, rows, channels)[0]


def _new(store: Store, tenant: Tenant, channels: Mapping[str, DocumentChannel], document: Document) -> Loaded:
    with store.read() as work:
        complete = Completing(work, tenant, [document]).complete(document)
        row = _row_of(complete)
        return with_recipients(work, [(row, complete)], channels)[0]


def _row_of(document: Document) -> DocumentRow:
    """Return the row that a document would have."""
    return DocumentRow(
        document_no=0,
        document_key=document.key,
        company=document.company,
        kind=document.kind,
        number=document.number,
        version=document.version,
        recipient_key=recipient_key(document),
        debtor_class=document.debtor_class,
        state=DocumentState.ACCEPTED,
        reason="",
        handed_sha256="",
        sha256="",
        size=0,
        pdf_sha256="",
        e_invoice_sha256="",
        channel="",
        exchange_no=None,
        price_ore=0,
        due_at="",
        accepted_at="",
        changed_at="",
        search_began_at="",
    )
