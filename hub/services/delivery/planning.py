"""How a document would go: channels are asked, each taken or skipped with its reason, and nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping

from hub.banking_calendar import Clock
from hub.contracts import DocumentChannel
from hub.errors import DataError, RejectedError
from hub.model.deliveries import IN_HAND, DocumentRow, DocumentState
from hub.model.delivery import Unfit
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import recipient_key
from hub.rules.delivery.route import Route, Verdict, Way, none_taken, route_of
from hub.services.delivery.accepting import Offered, candidate_of, kept_as
from hub.services.delivery.completing import Completing
from hub.services.delivery.kept import unreadable
from hub.services.delivery.loading import Loaded, load_documents, refused_by, ways_of, with_recipients
from hub.services.delivery.overtaken import overtaken
from hub.services.delivery.preparing import outgoing_of, prepared_by
from hub.services.delivery.printing import Printer, Printing
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.rest_ways import with_rest
from hub.services.delivery.way_finding import Routed
from hub.services.ports import Store

_HANDLED = {
    DocumentState.SENDING: "it is on its way",
    DocumentState.SENT: "it was sent",
    DocumentState.DELIVERED: "it was delivered",
    DocumentState.UNKNOWN: "it may have arrived",
    DocumentState.LEFT_OVER: "it is left over of the archive that it came in",
    DocumentState.CLOSED: "it was closed",
    DocumentState.WITHDRAWN: "it was withdrawn",
    DocumentState.UNDELIVERABLE: "it is undeliverable",
}
"""What is said of a document for which no way is looked for."""


class Planner:
    """Says how documents of one tenant would go."""

    def __init__(
        self,
        store: Store,
        tenant: Tenant,
        channels: Mapping[str, DocumentChannel],
        printer: Printer,
        clock: Clock,
        rest: Mapping[str, Way] = {},
    ) -> None:
        """`rest` as of `WayFinder`."""
        self._store = store
        self._tenant = tenant
        self._channels = channels
        self._printing = Printing(store, printer)
        self._reaching = Reaching(store, channels, clock, asks_anew=True)
        self._rest = rest

    def plan(self, document: Document | int) -> Route:
        """Return the route of a document, kept or not, with every channel's answer.

        The channel that is taken has made a message of it, as when it is sent; one that cannot is passed by. Where no
        way is looked for, or a person sees to it whatever channels answer, none is asked.

        Raises:
            DataError: there is no document of this number, or it cannot be right.
            LedgerError: a channel is broken, or what is kept of the document cannot be read.
        """
        loaded = self._of(document)
        settled = _settled(loaded.row) or self._overtaken(loaded.row)
        self._reaching.look_up([loaded])
        while True:
            route = self._route(loaded, settled)
            taken = route.next
            channel = self._channels.get(taken.channel) if taken and taken.verdict is Verdict.TAKE else None
            if channel is None:
                return route
            refusal = self._refusal(channel, Routed(loaded, route))
            if refusal is None:
                return route
            if refusal.is_for_a_person:
                return none_taken(route._replace(held_by=refusal.reason))
            loaded = refused_by(loaded, channel.name, refusal.reason)

    def _of(self, document: Document | int) -> Loaded:
        if isinstance(document, int):
            return _kept(self._store, self._tenant, self._channels, document)
        return _new(self._store, self._tenant, self._channels, document)

    def _overtaken(self, row: DocumentRow) -> str:
        """Say why a document is not to go any more; blank when it is."""
        with self._store.read() as work:
            return overtaken(work, [row]).why(row)

    def _route(self, loaded: Loaded, settled: str) -> Route:
        """Return a route in which no channel is left to ask."""
        order, ways = self._tenant.delivery.order_of(loaded.recipient.debtor_class), ways_of(self._channels)
        while True:
            seen = with_rest(loaded, order, ways, self._reaching.of(loaded.recipient.key), self._rest)
            route = route_of(loaded.facts, *seen)._replace(settled=settled)
            if route.settled or route.held_by:  # nobody outside is asked about a protected identity
                return none_taken(route)
            asked = next((one.channel for one in route.considered if one.verdict is Verdict.ASK), None)
            if asked is None:
                return route
            self._reaching.ask(asked, [loaded])

    def _refusal(self, channel: DocumentChannel, routed: Routed) -> Unfit | None:
        """Return why a channel cannot carry a document, or why nobody can print it; None when a message was made."""
        try:
            printed = self._printing.look_at(routed)
        except (DataError, RejectedError) as error:
            return Unfit("", str(error), is_for_a_person=True)
        _, unfit = prepared_by(channel, [outgoing_of(self._tenant.id, channel.name, printed, self._reaching)])
        refusal = next(iter(unfit), None)
        if refusal is not None and refusal.is_for_a_person:
            return refusal._replace(reason=f"{channel.name}: {refusal.reason}")
        return refusal


def _settled(row: DocumentRow) -> str:
    """Say what became of a document already; blank while its way is open."""
    if row.state not in _HANDLED:
        return ""
    by = f" by {row.channel}" if row.channel and row.state in (*IN_HAND, DocumentState.DELIVERED) else ""
    return f"{_HANDLED[DocumentState(row.state)]}{by}"


def _kept(store: Store, tenant: Tenant, channels: Mapping[str, DocumentChannel], document_no: int) -> Loaded:
    with store.read() as work:
        rows = work.documents.get_all([document_no])
    if not rows:
        raise DataError(f"there is no document {document_no}; see: hub documents list")
    loaded, _ = load_documents(store, tenant, rows, channels)
    if not loaded:
        raise unreadable(document_no)
    return loaded[0]


def _new(store: Store, tenant: Tenant, channels: Mapping[str, DocumentChannel], document: Document) -> Loaded:
    with store.read() as work:
        completing = Completing(work, tenant, [document])
        complete = completing.complete(document)
        candidate = candidate_of(Offered("", document), complete, completing.other_keys(complete))
        kept = kept_as(work, candidate)
        if kept is None:
            return with_recipients(work, tenant, [(_row_of(complete), complete)], channels)[0]
    return _kept(store, tenant, channels, kept)


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
