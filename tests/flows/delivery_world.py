"""A small world for documents: a tenant, channels that do as they are told, and runs carried out here and now."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.contracts import Promise
from hub.errors import DataError, DocumentError, HubError
from hub.model.attempts import Delivered, Message, Probed
from hub.model.commands import parse_command
from hub.model.deliveries import DocumentRow
from hub.model.delivery import (
    BuyerAnswer,
    Followed,
    Outgoing,
    Preparation,
    Prepared,
    Reach,
    Reachable,
    Receipt,
    Recipient,
    RouteStep,
    Silence,
    Unfit,
)
from hub.model.documents import Document, DocumentKind
from hub.model.runs import Run
from hub.model.tenant import Tenant
from hub.runtime.carrying import Body, Carrier, Ending
from hub.services import rounds
from hub.services.attempts import ATTEMPT_HANDLERS, SendingRun
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.books import BOOK_HANDLERS, carry_out
from hub.services.delivery import (
    ARCHIVE,
    DELIVERY_HANDLERS,
    FOLLOWING,
    RUN_KIND,
    Acceptance,
    ArchiveRun,
    DeliveryRun,
    FollowRun,
    LetterRecall,
    accept_documents,
)
from hub.services.delivery.reading import read_documents
from hub.services.ports import JsonObject, UnitOfWork
from hub.store.unit_of_work import SqlStore
from hub.testing.example_tenant import company_settings, tenant_settings

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MOST_TURNS = 200
GIVEN_UP_AFTER = timedelta(days=3)


def document(number: str = "1001", **changes: Any) -> dict[str, Any]:
    """Return a document as it is handed over."""
    return {
        "number": number,
        "issue_date": "2026-11-23",
        "due_date": "2026-12-23",
        "debtor": {
            "name": "Test Testsson",
            "identity": "191212121212",
            "address": {"street": "Storgatan 1", "postal_code": "111 22", "city": "Stockholm"},
        },
        "lines": [{"text": "Water", "amount": "100.00"}],
        "reference": "10017",
        **changes,
    }


class StubChannel:
    """A channel that reaches, takes and refuses as a test says."""

    promise = Promise.NEITHER

    def __init__(self, step: RouteStep, *, name: str = "", price_ore: int = 0) -> None:
        self.name = name or str(step)
        self.step = step
        self.price_ore = price_ore
        self.carries: frozenset[DocumentKind] = frozenset(DocumentKind)
        self.reaches: Reach | HubError = Reach(Reachable.YES)
        self.unfit: dict[str, Unfit] = {}  # by document number
        self.goes_wrong: deque[HubError] = deque()
        self.taken: list[bytes] = []
        self.asked: list[list[str]] = []
        self.at_once = 1  # how many documents go in one message
        self.outgoing: list[Outgoing] = []

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        self.asked.append([one.identity or one.name for one in recipients])
        if isinstance(self.reaches, HubError):
            raise self.reaches
        return {one.key: self.reaches for one in recipients}

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        self.outgoing += batch
        unfit = [self.unfit[o.document.number]._replace(delivery_id=o.delivery_id)
                 for o in batch if o.document.number in self.unfit]  # fmt: skip
        fit = [one for one in batch if one.document.number not in self.unfit]
        groups = [fit[start : start + self.at_once] for start in range(0, len(fit), self.at_once)]
        return Preparation([_prepared(group) for group in groups], unfit)

    def send(self, message: Message) -> Delivered:
        if self.goes_wrong:
            raise self.goes_wrong.popleft()
        self.taken.append(message.content)
        return Delivered(f"{self.name}-{len(self.taken)}")

    @property
    def numbers(self) -> list[str]:
        """The documents that were taken, by number."""
        return [line.split()[0].decode() for content in self.taken for line in content.splitlines()]


def _prepared(group: Sequence[Outgoing]) -> Prepared:
    lines = [f"{one.document.number} {one.delivery_id}".encode() for one in group]
    return Prepared(tuple(one.delivery_id for one in group), b"\n".join(lines))


class ReportingChannel(StubChannel):
    """One whose other side reports later."""

    silent_after_s = 3600
    silence = Silence.ASK_A_PERSON

    def __init__(self, step: RouteStep, **more: Any) -> None:
        super().__init__(step, **more)
        self.reports: list[Receipt] = []
        self.answers: list[BuyerAnswer] = []
        self.problems: list[str] = []

    def follow(self, cursor: str) -> Followed:
        start = int(cursor or 0)
        return Followed(self.reports[start:], str(len(self.reports)), answers=self.answers, problems=self.problems)


class AskableChannel(StubChannel):
    """One that can be asked by our key."""

    promise = Promise.QUERYABLE
    settled_after_s = 1

    def __init__(self, step: RouteStep, **more: Any) -> None:
        super().__init__(step, **more)
        self.found: deque[Probed] = deque()

    def probe(self, key: str) -> Probed:
        return self.found.popleft()


class AskableReportingChannel(AskableChannel, ReportingChannel):
    """One that can be asked by our key, and reports by what it calls a message itself."""


class DeliveryWorld:
    """A tenant that sends documents."""

    def __init__(self, engine: Engine, *channels: StubChannel, **settings: Any) -> None:
        self.engine = engine
        self.clock = FixedClock(NOW)
        self.tenant = Tenant.model_validate(tenant_settings(company_settings(), **settings))
        self.store = SqlStore(engine, "north", self.clock)
        self.channels: dict[str, Any] = {channel.name: channel for channel in channels}
        self.rendered: list[str] = []
        self.unprintable: set[str] = set()
        self.writes_e_invoices = False
        self.unwritable: set[str] = set()  # as e-invoices
        self.more_bodies: dict[str, Body] = {}  # of runs that a test adds
        self.archives: dict[str, Any] = {}
        self.rest_channels: dict[str, Any] = {}  # of archives

    def deliver(self, *documents: Mapping[str, Any]) -> list[Acceptance]:
        """Accept documents and carry everything out."""
        accepted = accept_documents(self.store, self.tenant, read_documents(documents))
        self.work()
        return accepted

    def work(self, *, without: Collection[str] = ()) -> None:
        """Carry out what is queued until nothing is left that is not waiting for its time.

        Rounds are made as if the plugins of the channels `without` were turned off.
        """
        looked_at = {name: channel for name, channel in self.channels.items() if name not in without}
        plugins = dict.fromkeys(self.channels, "stub")
        carrier = Carrier(
            self.store,
            {
                RUN_KIND: DeliveryRun(self.store, self.tenant, self.channels, plugins, self, self.clock, self.archives),
                ARCHIVE: ArchiveRun(self.store, self.tenant, self.archives),
                FOLLOWING: FollowRun(self.store, self.tenant, self.channels),
                SENDING: SendingRun(
                    self.store,
                    {**self.channels, **self.rest_channels},
                    self.clock,
                    recall=LetterRecall(self.store),
                ),
                rounds.RUN_KIND: rounds.RoundRun(
                    self.store, self.tenant, lambda: (), {**looked_at, **self.rest_channels}, self.archives.keys()
                ),
                **self.more_bodies,
            },
            behind=_round_behind,
        )
        waiting: set[str] = set()
        for _ in range(MOST_TURNS):
            ready = [run_id for run_id in self._unfinished() if run_id not in waiting]
            if not ready:
                return
            for run_id in ready:
                if carrier.carry_out(run_id).ending is Ending.WAITS:
                    waiting.add(run_id)
        raise AssertionError("the runs never end")

    def later(self, **step: float) -> None:
        """Let time pass, make a round and go on."""
        self.clock.advance(timedelta(**step))
        with self.store.write() as work:
            rounds.enqueue_round(work, "north", f"later:{work.now}")
        self.work()

    def follow(self) -> None:
        """Ask channels for reports."""
        with self.store.write() as work:
            work.runs.enqueue_another("follow:north", FOLLOWING, {})
        self.work()

    def tell(self, kind: str, key: str = "k1", **values: Any) -> JsonObject:
        """Carry out a command."""
        command = parse_command({"kind": kind, "key": key, "user": "anna", **values})
        with self.store.write() as work:
            answer = carry_out(work, self.tenant, command, {**BOOK_HANDLERS, **DELIVERY_HANDLERS, **ATTEMPT_HANDLERS})
            rounds.enqueue_round(work, "north", f"told:{key}")
        self.work()
        return answer

    def one(self, number: str = "1001") -> DocumentRow:
        """Return where a document stands."""
        with self.store.read() as work:
            return work.documents.latest(number=number)[0]

    def steps(self, number: str = "1001") -> dict[str, tuple[str, str]]:
        """Return outcome and reason of each channel that was looked at."""
        with self.store.read() as work:
            return {s.channel: (s.outcome, s.reason) for s in work.documents.steps([self.one(number).document_no])}

    def delivery_id(self, channel: str, number: str = "1001") -> str:
        """Return our id of a document on a channel."""
        with self.store.read() as work:
            steps = work.documents.steps([self.one(number).document_no])
        return max((s for s in steps if s.channel == channel), key=lambda step: step.turn).delivery_id

    def outcomes(self, channel: str, number: str = "1001") -> list[str]:
        """Return what came of a channel each time that it was tried."""
        with self.store.read() as work:
            steps = work.documents.steps([self.one(number).document_no])
        return [step.outcome for step in steps if step.channel == channel]

    def tasks(self) -> list[str]:
        """Return what waits for a person."""
        with self.store.read() as work:
            return [str(task["text"]) for task in work.commands.open_tasks()]

    def events(self, kind: str) -> list[JsonObject]:
        """Return the events of a kind."""
        with self.store.read() as work:
            return [event.data for event in work.events.after(0) if event.kind == kind]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows."""
        with self.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def e_invoice(self, document: Document) -> bytes:
        """Make the e-invoice of a document, as a printer does; one that is `unwritable` cannot be."""
        if not self.writes_e_invoices:
            return b""
        if document.number in self.unwritable:
            raise DocumentError("buyer_reference: the buyer asks for one")
        return f"<Invoice>{document.number}{document.debtor.e_invoice_address}</Invoice>".encode()

    def pdf(self, document: Document, e_invoice: bytes) -> bytes:
        """Make the PDF of a document, as a printer does."""
        self.rendered.append(document.number)
        if document.number in self.unprintable:
            raise DataError("a line is longer than a page")
        return f"%PDF {document.number}".encode() + e_invoice

    def _unfinished(self) -> list[str]:
        with self.store.read() as work:
            return [run.run_id for run in work.runs.unfinished()]


def _round_behind(work: UnitOfWork, run: Run) -> None:
    if run.kind != rounds.RUN_KIND:
        rounds.enqueue_round(work, "north", f"behind:{run.run_no}:{run.executions}")
