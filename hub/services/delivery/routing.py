"""The run that finds the ways of documents: renders each once, routes it, and plans the messages of its channel.

It takes what is accepted and due, chunk by chunk; a chunk's messages, and where its documents stand, are written in one
transaction. So a run that dies is begun again and finds what is left.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from hub.banking_calendar import Clock
from hub.contracts import DocumentChannel
from hub.errors import DataError, HubError, LedgerError, RejectedError, TransientError
from hub.model.attempts import PlannedMessage
from hub.model.deliveries import DocumentRow, DocumentState, DocumentStep, StepOutcome
from hub.model.delivery import Outgoing, Prepared, Unfit
from hub.model.documents import Document
from hub.model.tenant import Tenant
from hub.rules.attempts import later
from hub.rules.delivery.route import Route, RouteFacts, Verdict, Way, route_of
from hub.services.attempts import plan_batch
from hub.services.delivery.loading import Loaded, load_documents, ways_of
from hub.services.delivery.reaching import Reaching
from hub.services.delivery.standing import hold, stand
from hub.services.ports import JsonObject, Store, UnitOfWork, Work

RUN_KIND = "deliver"
DOCUMENTS_AT_ONCE = 100
ASKED_AGAIN_S = 900  # a channel that could not say whom it reaches

Render = Callable[[Document], bytes]


def enqueue_delivery(work: UnitOfWork, tenant_name: str) -> None:
    """Queue a run in this transaction, unless one is queued that has not begun."""
    if not work.runs.has_queued(RUN_KIND):
        work.runs.enqueue_another(f"{RUN_KIND}:{tenant_name}", RUN_KIND, {}, lane=RUN_KIND)


class DeliveryRun:
    """Finds the ways of a tenant's documents."""

    def __init__(
        self,
        store: Store,
        tenant: Tenant,
        channels: Mapping[str, DocumentChannel],
        plugins: Mapping[str, str],
        render: Render,
        clock: Clock,
    ) -> None:
        """`plugins` has the plugin of each channel, `render` makes the one PDF of a document."""
        self._store = store
        self._tenant = tenant
        self._channels = channels
        self._plugins = plugins
        self._render = render
        self._clock = clock

    def __call__(self, work: Work, _input: JsonObject) -> JsonObject:
        """Find the way of every document that is due; answer how many were taken up.

        Raises:
            TransientError: some documents wait for a channel that cannot say now whom it reaches.
            ConfigurationError: a setting keeps a channel from answering; documents wait.
        """
        reaching = Reaching(self._store, self._channels, self._clock)
        done, last = 0, 0
        while rows := self._due(last):
            last = rows[-1].document_no
            _Chunk(self, work, reaching).go(rows)
            done += len(rows)
            work.progress(done, 0)
        self._wait_for_answers()
        return {"documents": done}

    def _due(self, after: int) -> list[DocumentRow]:
        with self._store.read() as work:
            return work.documents.to_route(DOCUMENTS_AT_ONCE, after=after)

    def _wait_for_answers(self) -> None:
        with self._store.read() as work:
            due_at = work.documents.next_due(DocumentState.ACCEPTED)
        if due_at:
            wait_s = (datetime.fromisoformat(due_at) - self._clock.now()).total_seconds()
            raise TransientError(
                "documents wait for channels that cannot say whom they reach", retry_after_s=max(0, int(wait_s) + 1)
            )


class _Chunk:
    """One chunk of documents on its way."""

    def __init__(self, run: DeliveryRun, work: Work, reaching: Reaching) -> None:
        self._store = run._store
        self._tenant = run._tenant
        self._channels = run._channels
        self._plugins = run._plugins
        self._render = run._render
        self._clock = run._clock
        self._work = work
        self._reaching = reaching
        self._ways = ways_of(run._channels)

    def go(self, rows: Sequence[DocumentRow]) -> None:
        """Take the documents as far as they go now; each of them ends up somewhere else than where it was."""
        loaded = load_documents(self._store, rows, self._channels)
        self._reaching.look_up([one.recipient for one in loaded])
        while loaded:
            taken, waiting, held = self._routed(loaded)
            unfit: list[Loaded] = []
            for channel, group in taken.items():
                unfit += self._plan(channel, group)
            self._let_wait(waiting)
            self._leave_to_a_person(held)
            loaded = unfit  # their next channel, in the same go

    def _routed(
        self, loaded: Sequence[Loaded]
    ) -> tuple[dict[str, list[tuple[Loaded, Route]]], list[tuple[Loaded, Route]], list[tuple[Loaded, Route]]]:
        """Route documents, asking channels until each one's next step is known: taken, waiting, for a person."""
        taken: defaultdict[str, list[tuple[Loaded, Route]]] = defaultdict(list)
        waiting, held = [], []
        asking = list(loaded)
        while asking:
            asked: defaultdict[str, list[Loaded]] = defaultdict(list)
            for one in asking:
                route = self._route(one)
                if route.next is None:
                    held.append((one, route))
                elif route.next.verdict is Verdict.TAKE:
                    taken[route.next.channel].append((one, route))
                elif route.next.verdict is Verdict.WAIT:
                    waiting.append((one, route))
                else:
                    asked[route.next.channel].append(one)
            for channel, group in asked.items():
                self._reaching.ask(channel, [one.recipient for one in group])
            asking = [one for group in asked.values() for one in group]
        return taken, waiting, held

    def _route(self, one: Loaded) -> Route:
        order = self._tenant.delivery.order_of(one.recipient.debtor_class)
        facts, ways = _of_choice(one, self._ways)
        route = route_of(facts, order, ways, self._reaching.of(one.recipient.key))
        if route.next is not None and route.next.verdict is Verdict.WAIT and not self._may_wait(one.row):
            return _without_waiting(route)
        return route

    def _may_wait(self, row: DocumentRow) -> bool:
        until = later(row.accepted_at, self._tenant.delivery.wait_for_reach_h * 3600)
        return self._now() < until

    def _plan(self, channel: str, group: Sequence[tuple[Loaded, Route]]) -> list[Loaded]:
        """Plan the messages of a channel; return the documents that it cannot carry, for their next one."""
        rendered, unprintable = self._rendered([one for one, _ in group])
        routes = {one.row.document_no: route for one, route in group}
        outgoing = [self._outgoing(channel, one, pdf) for one, pdf in rendered]
        prepared, unfit = _prepared(self._channels[channel], outgoing)
        by_id = {out.delivery_id: one for out, (one, _) in zip(outgoing, rendered, strict=True)}
        kept = self._store.contents.keep_all([message.content for message in prepared])
        planned = [PlannedMessage(f"{channel}:{m.delivery_ids[0]}", k.sha256, k.size, "document")
                   for m, k in zip(prepared, kept, strict=True)]  # fmt: skip
        with self._work.write() as work:
            for one, why in unprintable:
                hold(work, one.row, why)
            if planned:
                self._send(work, channel, prepared, planned, by_id, routes)
            return self._refused(work, channel, unfit, by_id, routes)

    def _send(
        self,
        work: UnitOfWork,
        channel: str,
        prepared: Sequence[Prepared],
        planned: Sequence[PlannedMessage],
        by_id: Mapping[str, Loaded],
        routes: Mapping[int, Route],
    ) -> None:
        plan_batch(work, self._tenant.id, channel, planned[0].message, planned, plugin=self._plugins[channel])
        exchanges = {a.message: a.exchange_no for a in work.attempts.of_messages([p.message for p in planned])}
        for message, plan in zip(prepared, planned, strict=True):
            for delivery_id in message.delivery_ids:
                one, exchange_no = by_id[delivery_id], exchanges[plan.message]
                price_ore = self._channels[channel].price_ore
                row = one.row._replace(
                    state=DocumentState.SENDING, reason="", channel=channel, exchange_no=exchange_no,
                    price_ore=price_ore, due_at="",
                )  # fmt: skip
                if stand(work, row, was=one.row):
                    step = self._step(channel, one)._replace(
                        outcome=StepOutcome.SENDING, reason=_why(routes[one.row.document_no], channel),
                        exchange_no=exchange_no, price_ore=price_ore,
                    )  # fmt: skip
                    work.documents.keep_steps([*self._skipped(one, routes[one.row.document_no]), step])

    def _refused(
        self,
        work: UnitOfWork,
        channel: str,
        unfit: Iterable[Unfit],
        by_id: Mapping[str, Loaded],
        routes: Mapping[int, Route],
    ) -> list[Loaded]:
        going_on = []
        for refusal in unfit:
            one = by_id[refusal.delivery_id]
            step = self._step(channel, one)._replace(outcome=StepOutcome.REFUSED, reason=refusal.reason)
            work.documents.keep_steps([*self._skipped(one, routes[one.row.document_no]), step])
            if refusal.is_for_a_person:
                hold(work, one.row, f"{channel}: {refusal.reason}")
            else:
                tried = {**one.facts.tried, channel: refusal.reason}
                going_on.append(one._replace(facts=one.facts._replace(tried=tried), steps={**one.steps, channel: step}))
        return going_on

    def _let_wait(self, waiting: Sequence[tuple[Loaded, Route]]) -> None:
        if waiting:
            with self._work.write() as work:
                for one, route in waiting:
                    assert route.next is not None
                    reason = f"waits for {route.next.channel}: {route.next.reason}"
                    stand(work, one.row._replace(reason=reason, due_at=later(work.now, ASKED_AGAIN_S)), was=one.row)

    def _leave_to_a_person(self, held: Sequence[tuple[Loaded, Route]]) -> None:
        if held:
            with self._work.write() as work:
                for one, route in held:
                    work.documents.keep_steps(self._skipped(one, route))
                    hold(work, one.row, _why_nobody(route))

    def _skipped(self, one: Loaded, route: Route) -> list[DocumentStep]:
        """Return what is said of the channels before the one that is taken."""
        chosen = route.next.channel if route.next is not None else ""
        steps = []
        for considered in route.considered:
            if considered.channel == chosen:
                break
            if considered.channel not in one.facts.tried:
                skipped = self._step(considered.channel, one)
                steps.append(skipped._replace(step_no=0, outcome=StepOutcome.SKIPPED, reason=considered.reason))
        return steps

    def _step(self, channel: str, one: Loaded) -> DocumentStep:
        turn = one.steps[channel].turn if channel in one.steps else 1
        step_no = 1 + max((step.step_no for step in one.steps.values()), default=0)
        delivery_id = delivery_id_of(self._tenant.id, one.row, channel, turn)
        return DocumentStep(one.row.document_no, channel, step_no, turn, delivery_id, "", "", 0, None, "")

    def _outgoing(self, channel: str, one: Loaded, pdf: bytes) -> Outgoing:
        known = self._reaching.of(one.recipient.key).get(channel)
        address = known.address if known is not None else ""
        return Outgoing(self._step(channel, one).delivery_id, one.document, one.recipient, address, pdf)

    def _rendered(self, group: Sequence[Loaded]) -> tuple[list[tuple[Loaded, bytes]], list[tuple[Loaded, str]]]:
        """Return documents with their one rendering, made now where there is none, and those that cannot be printed."""
        kept = self._store.contents.read_all([one.row.pdf_sha256 for one in group if one.row.pdf_sha256])
        rendered, unprintable, new = [], [], []
        for one in group:
            if one.row.pdf_sha256:
                rendered.append((one, kept[one.row.pdf_sha256]))
                continue
            try:
                pdf = self._render(one.document)
            except (DataError, RejectedError) as error:
                unprintable.append((one, str(error)))
                continue
            new.append((one.row.document_no, pdf))
            sha256 = hashlib.sha256(pdf).hexdigest()
            rendered.append((one._replace(row=one.row._replace(pdf_sha256=sha256)), pdf))
        self._keep_rendered(new)
        return rendered, unprintable

    def _keep_rendered(self, new: Sequence[tuple[int, bytes]]) -> None:
        if new:
            kept = self._store.contents.keep_all([pdf for _, pdf in new])
            with self._work.write() as work:
                numbers = (number for number, _ in new)
                work.documents.note_rendered(zip(numbers, (one.sha256 for one in kept), strict=True))

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="milliseconds")


def delivery_id_of(tenant_name: str, row: DocumentRow, channel: str, turn: int) -> str:
    """Return our id of one document on one channel: its number, and a tail that nobody guesses by counting."""
    tail = hashlib.sha256(f"{tenant_name}|{row.document_key}|{row.accepted_at}|{channel}|{turn}".encode()).hexdigest()
    return f"{row.document_no}-{tail[:16]}"


def _prepared(channel: DocumentChannel, outgoing: Sequence[Outgoing]) -> tuple[Sequence[Prepared], Sequence[Unfit]]:
    """Have messages made, each document in exactly one of them or unfit."""
    try:
        prepared, unfit = channel.prepare(outgoing)
    except HubError:
        raise
    except Exception as error:
        raise LedgerError(f"the channel {channel.name} is broken: {type(error).__name__} in prepare") from error
    answered = [*(i for message in prepared for i in message.delivery_ids), *(one.delivery_id for one in unfit)]
    if sorted(answered) != sorted(one.delivery_id for one in outgoing):
        raise LedgerError(f"the channel {channel.name} is broken: prepare loses, repeats or invents documents")
    return prepared, unfit


def _of_choice(one: Loaded, ways: Sequence[Way]) -> tuple[RouteFacts, Sequence[Way]]:
    """Return what a route goes by: with a channel that a person chose, that one alone."""
    chosen = [way for way in ways if way.channel == one.row.channel]
    if not one.row.channel:
        return one.facts, ways
    wish = chosen[0].step if chosen else one.facts.wish
    return one.facts._replace(wish=wish, has_email_consent=True, is_protected=False), chosen


def _without_waiting(route: Route) -> Route:
    """Pass by channels that could not say for too long."""
    return route._replace(
        considered=tuple(
            one._replace(verdict=Verdict.SKIP) if one.verdict is Verdict.WAIT else one for one in route.considered
        )
    )


def _why(route: Route, channel: str) -> str:
    return next(one.reason for one in route.considered if one.channel == channel)


def _why_nobody(route: Route) -> str:
    if route.held_by:
        return route.held_by
    channels: dict[str, list[str]] = {}
    for one in route.considered:
        channels.setdefault(one.reason, []).append(one.channel)
    why = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in channels.items())
    return f"{route.why_none}: {why}" if why else route.why_none
