"""The run that finds the ways of documents: routes each, and has the messages of its channel planned.

It takes what is accepted and due, chunk by chunk; a chunk's messages, and where its documents stand, are written in one
transaction. So a run that dies is begun again and finds what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.banking_calendar import Clock
from hub.contracts import DocumentArchive, DocumentChannel
from hub.errors import TransientError
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep
from hub.model.tenant import Tenant
from hub.rules.attempts import later
from hub.rules.delivery.route import Route
from hub.services.attempts import CLAIM
from hub.services.delivery.dispatching import Dispatcher
from hub.services.delivery.kept import UNREADABLE
from hub.services.delivery.loading import Loaded, load_documents
from hub.services.delivery.overtaken import overtaken, without_overtaken
from hub.services.delivery.passing_on import PassingOn
from hub.services.delivery.pieces import pieces
from hub.services.delivery.printing import Printer, Printing
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.rest_ways import rest_ways
from hub.services.delivery.standing import Mended, hold, stand
from hub.services.delivery.steps import skipped_steps
from hub.services.delivery.way_finding import Routed, WayFinder
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = "deliver"
DOCUMENTS_AT_ONCE = 100
ASKED_AGAIN_S = 900  # a channel that could not say whom it reaches


def enqueue_delivery(work: UnitOfWork, tenant_name: str) -> None:
    """Queue a run in this transaction, unless one is queued that has not begun, and will see what is written here."""
    if not work.runs.hold_queued(RUN_KIND):
        work.runs.enqueue_another(f"{RUN_KIND}:{tenant_name}", RUN_KIND, {}, lane=RUN_KIND)


class DeliveryRun:
    """Finds the ways of a tenant's documents."""

    def __init__(
        self,
        store: Store,
        tenant: Tenant,
        channels: Mapping[str, DocumentChannel],
        plugins: Mapping[str, str],
        printer: Printer,
        clock: Clock,
        archives: Mapping[str, DocumentArchive] = {},
    ) -> None:
        """`plugins` has the plugin of each channel, `printer` makes its renderings; `archives` are by format."""
        self._passing_on = PassingOn(store, tenant, archives)
        self._rest = rest_ways(archives)
        self._store = store
        self._tenant = tenant
        self._channels = channels
        self._plugins = plugins
        self._printing = Printing(store, printer)
        self._clock = clock

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Find the way of every document that is due; answer how many were taken up.

        Raises:
            TransientError: some documents wait for a channel that cannot say now whom it reaches.
            ConfigurationError: a setting keeps a channel from answering; documents wait.
        """
        reaching = Reaching(self._store, self._channels, self._clock)
        finder = WayFinder(self._tenant, self._channels, reaching, self._clock, self._rest)
        dispatcher = Dispatcher(self._store, self._tenant, self._printing, reaching)
        done, last = 0, 0
        while rows := self._due(last):
            last = rows[-1].document_no
            self._take(work, rows, reaching, finder, dispatcher)
            done += len(rows)
            work.progress(done, 0)
        self._passing_on.pass_on(work)
        self._wait_for_answers(work.run_no)
        return {"documents": done}

    def _take(
        self, work: Work, rows: Sequence[DocumentRow], reaching: Reaching, finder: WayFinder, dispatcher: Dispatcher
    ) -> None:
        """Take documents as far as they go now: each ends up on a channel, waiting, with a person, or replaced."""
        holding = self._without_overtaken(work, rows)
        documents, unreadable = load_documents(self._store, self._tenant, holding, self._channels)
        self._leave_to_a_person(work, [(row, UNREADABLE, Mended.HERE) for row in unreadable])
        reaching.look_up(documents)
        while documents:
            ways = finder.find(documents)
            for name in self._passing_on.channels & ways.taken.keys():
                self._passing_on.leave_over(work, ways.taken.pop(name))
            documents = [
                one
                for name, group in ways.taken.items()
                for one in dispatcher.dispatch(work, self._channels[name], self._plugins[name], group)
            ]  # those that a channel cannot carry find their next one in the same go
            self._put_off(work, ways.waiting)
            skipped = [step for one, route in ways.held for step in skipped_steps(self._tenant.id, one, route)]
            self._leave_to_a_person(
                work, [(one.row, route.why_none, _mended(one, route)) for one, route in ways.held], skipped
            )

    def _without_overtaken(self, work: Work, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
        """End documents that are not to go any more, and return the others."""
        with self._store.read() as unit:
            found = overtaken(unit, rows)
        if not any(found.why(row) for row in rows):
            return list(rows)
        with work.write() as unit:
            return without_overtaken(unit, rows)

    def _put_off(self, work: Work, waiting: Sequence[Routed]) -> None:
        if waiting:
            with work.write() as unit:
                unit.commands.claim(CLAIM)  # as all who change documents: reports hold several, in another order
                unit.documents.hold_all([loaded.row.document_no for loaded, _ in waiting])  # in the order of all who do
                for (row, *_), route in waiting:
                    why = f"waits for {route.next.channel}: {route.next.reason}" if route.next is not None else ""
                    stand(unit, row._replace(reason=why, due_at=later(unit.now, ASKED_AGAIN_S)), was=row)

    def _leave_to_a_person(
        self, work: Work, held: Sequence[tuple[DocumentRow, str, Mended]], skipped: Sequence[DocumentStep] = ()
    ) -> None:
        """Hold documents, each for its reason, with where it is mended."""
        if held:
            with work.write() as unit:
                unit.commands.claim(CLAIM)
                unit.documents.hold_all([row.document_no for row, *_ in held])
                unit.documents.keep_steps(skipped)
                for row, why, mended in held:
                    hold(unit, row, why, mended=mended)

    def _due(self, after: int) -> list[DocumentRow]:
        with self._store.read() as work:
            rows = work.documents.to_route(DOCUMENTS_AT_ONCE, after=after)
        return next(pieces(rows, lambda row: row.size, most=DOCUMENTS_AT_ONCE), [])

    def _wait_for_answers(self, run_no: int) -> None:
        """Wait for them, unless an older run does: one is enough, however often documents are handed over meanwhile."""
        with self._store.read() as work:
            due_at = work.documents.next_due(DocumentState.ACCEPTED)
            oldest = work.runs.first_unfinished(RUN_KIND)
        if due_at and (oldest is None or oldest.run_no == run_no):
            wait_s = (datetime.fromisoformat(due_at) - self._clock.now()).total_seconds()
            raise TransientError(
                "documents wait for channels that cannot say whom they reach", retry_after_s=max(0, int(wait_s) + 1)
            )


def _mended(one: Loaded, route: Route) -> Mended:
    """Say where it is mended that no channel takes a document: one that had it and did not take it may be right."""
    return Mended.IN_EITHER if one.facts.tried and not route.held_by else Mended.HERE
