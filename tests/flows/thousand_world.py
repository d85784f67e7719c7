"""A tenant that sends to all its channels' sandboxes, each call of which goes wrong as was decided before.

Channels are the real ones on real sockets; around each stands one that orders the fault of a document just before the
call about it, and sends documents that meet faults by themselves. Time passes by a clock that is moved.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from itertools import chain, repeat
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.contracts import Promise, Sandbox
from hub.errors import OutcomeUnknownError, RejectedError, TransientError
from hub.model.attempts import Delivered, Message, Probed
from hub.model.deliveries import DocumentState, KnownRecipient
from hub.model.delivery import Followed, Outgoing, Preparation, Reach, Recipient, Silence
from hub.model.documents import Document
from hub.model.parties import Debtor as DocumentDebtor
from hub.model.runs import Run
from hub.model.tenant import Tenant
from hub.rules.delivery.recipients import recipient_key, recipient_of
from hub.runtime.carrying import Carrier, Ending
from hub.runtime.inboxes import KIND as INBOX_KIND
from hub.runtime.inboxes import InstallationInboxes
from hub.services import rounds
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.delivery import FOLLOWING, RUN_KIND, DeliveryRun, FollowRun, accept_documents
from hub.services.delivery.accepting import Offered
from hub.services.ports import UnitOfWork
from hub.services.runs import retry
from hub.store.unit_of_work import SqlStore
from hub.store.verifying_attempts import CHECKS as ATTEMPT_CHECKS
from hub.store.verifying_documents import CHECKS as DOCUMENT_CHECKS
from hub.testing.contexts import ContextInMemory
from hub.testing.example_tenant import company_settings, tenant_settings
from hub.testing.sample_documents import sample_document, sample_pdf
from hub_email import EmailSettings
from hub_email.channel import EmailChannel, email_channel
from hub_email.sandbox import EmailSandbox
from hub_internal import InternalChannel, InternalSettings
from hub_internet_bank.channel import channel as bank_channel
from hub_internet_bank.sandbox import DistributorSandbox
from hub_internet_bank.settings import InternetBankSettings
from hub_kivra import KivraChannel, KivraSandbox, KivraSettings
from hub_letter.channel import channels as letter_channels
from hub_letter.sandbox import PrintHouse
from hub_letter.settings import LetterSettings
from hub_operator.networks import channel as operator_channel
from hub_operator.sandbox import OperatorSandbox, inexchange_sandbox
from hub_operator.settings import OperatorSettings
from tests.flows.attempt_world import Died, Killer, MortalStore, PassingTime
from tests.flows.delivery_world import MOST_TURNS, NOW, DeliveryWorld
from tests.flows.invoice_fates import NEVER_ANSWERS, REACH, TAKE_THEIR_TIME, Case, End, Ends, expected_end

WAITS_FOR_REACH_H = 72  # counted from when a document came: those that failed for a day on one channel wait as well
BANK_COMES_AGAIN_S = 5400  # when it is busy: all of its messages, questions and reports wait
ASKED_IN_VAIN = timedelta(hours=12)  # after so long no question about many goes wrong, and nobody has waited too long
TIMEOUT_S = 30.0  # of a call, however busy the machine is: a call that is late for that would shift the faults
HURRIED_S = 2.0  # of one whose fault takes its time
STEPS = (*[timedelta(minutes=1)] * 3, *[timedelta(minutes=20)] * 3, *[timedelta(hours=1)] * 3)
THEN = timedelta(hours=6)
MOST_STEPS = 200
MOST_OF_BATCHES = 4  # faults of questions about many, for each channel: they only take time
OF_BATCHES = {
    "operator": ("question_error", "question_too_many"),
    "internet_bank": ("registrations_error", "registrations_busy", "registrations_refuse"),
    "kivra": ("match_error", "match_refuse", "match_reset_before_reading"),
}
OF_REPORTS = {
    "operator": ("question_error", "question_reset_after_accept", "question_busy"),
    "internet_bank": ("reports_error", "reports_busy", "reports_reset_before_reading"),
}
OF_DOCUMENTS = ("send", "upload", "token", "invoices", "content", "auth", "write", "rename", "login", "host_key")
"""Targets of faults that are ordered for one document."""
ASKED_ABOUT = {Ends.HELD: "held_document", Ends.UNKNOWN: "unknown_attempt"}
"""The task that asks a person about a document."""
MOVING = (DocumentState.ACCEPTED, DocumentState.SENDING, DocumentState.SENT)


class Trouble:
    """What is to go wrong on one channel, and the way to have it go wrong; each fault is taken once."""

    def __init__(
        self, channel: str, cases: Sequence[Case], order: Callable[[str], None], chance: Random, clock: FixedClock
    ) -> None:
        self.order = order
        self.take_back: Callable[[], None] = lambda: None  # what was ordered of questions and not met
        self._sends = {case.number: list(case.sends.get(channel, ())) for case in cases}
        self._questions = {case.number: list(case.questions.get(channel, ())) for case in cases}
        self._reach = {_asked_as(case): _asked(channel, case.reach.get(channel, ())) for case in cases}
        self._channel = channel
        self._chance = chance
        self._clock = clock
        self._of_batches = Counter[str]()

    def meets(self, number: str) -> bool:
        """Say whether anything goes wrong with a document here."""
        return bool(self._sends[number])

    def of_send(self, number: str) -> str:
        return self._sends[number].pop(0) if self._sends[number] else ""

    def of_question(self, number: str) -> str:
        return self._questions[number].pop(0) if self._questions[number] else ""

    def of_reach(self, key: str) -> str:
        return next(self._reach[key], "")

    def order_for_many(self, faults: Mapping[str, Sequence[str]]) -> None:
        """Let a question about many go wrong, now and then."""
        mine = faults.get(self._channel, ())
        if (
            mine
            and self._clock.now() < NOW + ASKED_IN_VAIN
            and self._of_batches[mine[0]] < MOST_OF_BATCHES
            and self._chance.random() < 0.5
        ):
            self._of_batches[mine[0]] += 1
            self.order(self._chance.choice(mine))

    @contextmanager
    def for_many(self, faults: Mapping[str, Sequence[str]]) -> Iterator[None]:
        """Ask about many; what goes wrong goes wrong now, or not at all: else it would meet a question about one."""
        self.order_for_many(faults)
        try:
            yield
        finally:
            self.take_back()


def _asked(channel: str, faults: Sequence[str]) -> Iterator[str]:
    return repeat(REACH[channel][0]) if faults == NEVER_ANSWERS else iter(faults)


class TroubledChannel:
    """A channel, with faults ordered for the documents that they are meant for."""

    def __init__(self, channel: Any, trouble: Trouble, hurried: Any = None) -> None:
        """`hurried` is the same channel with little patience, for faults that take their time."""
        self.channel = channel
        self._hurried = hurried
        self.trouble = trouble
        self._carries: dict[bytes, str] = {}  # a document of a message's, by the message
        self._sent: dict[str, str] = {}  # the same by the key that it was sent under

    @property
    def name(self) -> str:
        return str(self.channel.name)

    @property
    def step(self) -> Any:
        return self.channel.step

    @property
    def promise(self) -> Promise:
        return Promise(self.channel.promise)

    @property
    def carries(self) -> Any:
        return self.channel.carries

    @property
    def price_ore(self) -> int:
        return int(self.channel.price_ore)

    def reach(self, recipients: Sequence[Recipient]) -> Mapping[str, Reach]:
        """Ask about those together of whom nothing goes wrong, and about each of the others by itself."""
        faults = {one.key: self.trouble.of_reach(one.key) for one in recipients}
        plain = [one for one in recipients if not faults[one.key]]
        answers: dict[str, Reach] = {}
        if plain:
            with self.trouble.for_many(OF_BATCHES):
                answers.update(self.channel.reach(plain))
        for one in recipients:
            if faults[one.key]:
                self.trouble.order(faults[one.key])
                with suppress(TransientError):
                    answers.update(self.channel.reach([one]))
                self.trouble.take_back()  # of public buyers the operator is not asked
        return answers

    def prepare(self, batch: Sequence[Outgoing]) -> Preparation:
        """Make messages; a document that meets faults has its own."""
        troubled = [one for one in batch if self.trouble.meets(one.document.number)]
        plain = [one for one in batch if not self.trouble.meets(one.document.number)]
        made = [self.channel.prepare(group) for group in (plain, *([one] for one in troubled)) if group]
        numbers = {one.delivery_id: one.document.number for one in batch}
        for message in chain.from_iterable(preparation.prepared for preparation in made):
            self._carries[_digest(message.content)] = numbers[message.delivery_ids[0]]
        return Preparation(
            [message for preparation in made for message in preparation.prepared],
            [one for preparation in made for one in preparation.unfit],
        )

    def send(self, message: Message) -> Delivered:
        number = self._sent[message.key] = self._carries[_digest(message.content)]
        fault = self.trouble.of_send(number)
        if not fault:
            return self._send(message)
        return self._send_in_trouble(message, fault)

    def _send(self, message: Message) -> Delivered:
        delivered: Delivered = self.channel.send(message)
        return delivered

    def _send_in_trouble(self, message: Message, fault: str) -> Delivered:
        self.trouble.order(fault)
        if not fault.endswith(TAKE_THEIR_TIME):
            return self._send(message)
        delivered: Delivered = self._hurried.send(message)
        return delivered


class ReportedChannel(TroubledChannel):
    """One whose other side reports."""

    @property
    def silent_after_s(self) -> int:
        return int(self.channel.silent_after_s)

    @property
    def silence(self) -> Silence:
        return Silence(self.channel.silence)

    def follow(self, cursor: str) -> Followed:
        with self.trouble.for_many(OF_REPORTS):
            followed: Followed = self.channel.follow(cursor)
        return followed


class AskedChannel(ReportedChannel):
    """The operator's: it can be asked by our key."""

    @property
    def settled_after_s(self) -> int:
        return int(self.channel.settled_after_s)

    def probe(self, key: str) -> Probed:
        if fault := self.trouble.of_question(self._sent[key]):
            self.trouble.order(fault)
        probed: Probed = self.channel.probe(key)
        return probed


class MailChannel(ReportedChannel):
    """The email's: faults of connecting meet a new connection."""

    channel: EmailChannel

    def _send_in_trouble(self, message: Message, fault: str) -> Delivered:
        self.channel.close()
        return super()._send_in_trouble(message, fault)


class LetterBox(ReportedChannel):
    """The letter's: faults of connecting meet a new connection, those of paper the batch that is printed next."""

    def __init__(self, channel: Any, trouble: Trouble, house: PrintHouse, another: Callable[[], Any]) -> None:
        super().__init__(channel, trouble)
        self._house = house
        self._another = another

    def _send_in_trouble(self, message: Message, fault: str) -> Delivered:
        self._house.room.work()
        self.trouble.order(fault)
        delivered: Delivered = self._another().send(message)
        self._house.room.work()
        return delivered


class TroubledInboxes:
    """Inboxes of this installation that go wrong on demand."""

    def __init__(self, inboxes: InstallationInboxes) -> None:
        self._inboxes = inboxes
        self._ordered: list[str] = []

    def order(self, fault: str) -> None:
        self._ordered.append(fault)

    def find(self, organisation_numbers: Any) -> dict[str, str]:
        return self._inboxes.find(organisation_numbers)

    def put(self, inbox: str, *, key: str, name: str, content: bytes) -> str:
        fault = self._ordered.pop() if self._ordered else ""
        if fault == "busy":
            raise TransientError("the inbox is being written to")
        if fault == "gone":
            raise RejectedError("the debtor's inbox is there no more")
        if fault == "lost_before":
            raise OutcomeUnknownError("the database went away")
        number = self._inboxes.put(inbox, key=key, name=name, content=content)
        if fault == "lost_after":
            raise OutcomeUnknownError("the database went away")
        return number


class ThousandWorld(DeliveryWorld):
    """A tenant with six channels, and all their other sides."""

    def __init__(self, engine: Engine, folder: Path, cases: Sequence[Case], *, seed: int = 0) -> None:
        super().__init__(engine, delivery={"wait_for_reach_h": WAITS_FOR_REACH_H})
        self.clock: PassingTime = PassingTime(NOW)  # type: ignore[assignment]
        self.store = SqlStore(engine, "north", self.clock)
        self.mortal = MortalStore(engine, "north", self.clock)
        self.cases = cases
        self.deaths = 0
        self._folder = folder
        self._chance = Random(seed)
        self._stack = ExitStack()
        self._number_of = {hashlib.sha256(sample_pdf(case.number)).hexdigest(): case.number for case in cases}

    def __enter__(self) -> ThousandWorld:
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    # The other sides

    def _open(self) -> None:
        self.kivra = self._stack.enter_context(KivraSandbox(self._folder / "kivra"))
        self.operator = self._stack.enter_context(_inexchange(self._folder / "operator"))
        self.bank = self._stack.enter_context(DistributorSandbox(self._folder / "internet_bank"))
        self.mail = self._stack.enter_context(EmailSandbox(self._folder / "email"))
        self.printer = self._stack.enter_context(PrintHouse(self._folder / "letter", works_by_itself=False))
        self.operator.books.now = self.clock.now
        self.bank.server.comes_again_s = BANK_COMES_AGAIN_S
        self.inboxes = TroubledInboxes(self._installation())
        for case in self.cases:
            self._introduce(case)
        for channel in self._channels():
            self.channels[channel.name] = channel

    def _introduce(self, case: Case) -> None:
        """Let the other sides know a debtor whom they reach."""
        identity, reached = case.debtor.identity, case.debtor.reached_by
        if "internet_bank" in reached:
            self.bank.desk.register(identity, f"FMI-{case.number}")
        if "operator" in reached:
            self.operator.books.enlist(identity, f"Company {case.number}")
        if "kivra" not in reached:
            self.kivra.opt_out(identity if len(identity) == 12 else f"SE{identity}01")

    def _installation(self) -> InstallationInboxes:
        """Have a tenant `south` of this installation, a company of which each debtor is that has an inbox."""
        members = [case.debtor.identity for case in self.cases if "internal" in case.debtor.reached_by]
        companies = [
            company_settings(number=str(place), organisation_number=number, payee_accounts=[])
            for place, number in enumerate(members, 1)
        ]
        south = Tenant.model_validate(tenant_settings(*companies, id="south", plugins={"internal": {}}))
        return InstallationInboxes({"south": south}, lambda name: SqlStore(self.engine, name, self.clock))

    def _channels(self) -> Iterator[TroubledChannel]:
        internal = InternalChannel(InternalSettings(), self._context(inboxes=self.inboxes))
        yield TroubledChannel(internal, self._trouble("internal", self.inboxes.order))
        patient, hurried = (self._operator_channel(timeout_s) for timeout_s in (TIMEOUT_S, HURRIED_S))
        yield AskedChannel(patient, self._trouble("operator", self._order_operator), hurried)
        patient, hurried = (self._bank_channel(timeout_s) for timeout_s in (TIMEOUT_S, HURRIED_S))
        yield ReportedChannel(patient, self._trouble("internet_bank", self.bank.order), hurried)
        patient, hurried = (self._kivra_channel(timeout_s) for timeout_s in (TIMEOUT_S, HURRIED_S))
        yield TroubledChannel(patient, self._trouble("kivra", self._order_kivra), hurried)
        patient, hurried = (self._email_channel(timeout_s) for timeout_s in (TIMEOUT_S, HURRIED_S))
        yield MailChannel(patient, self._trouble("email", self.mail.order), hurried)
        yield self._letter_box()

    def _operator_channel(self, timeout_s: float) -> Any:
        settings = OperatorSettings.model_validate(
            {**self.operator.settings, "timeout_s": timeout_s, "structure": "json"}
        )
        return operator_channel(settings, self._context(api_key=self.operator.books.software_key))

    def _bank_channel(self, timeout_s: float) -> Any:
        settings = InternetBankSettings.model_validate({**self.bank.settings, "timeout_s": timeout_s})
        return self._closing(bank_channel(settings, self._context(api_key=self.bank.desk.secret)))

    def _kivra_channel(self, timeout_s: float) -> Any:
        settings = KivraSettings.model_validate({**self.kivra.settings, "timeout_s": timeout_s})
        secret = self.kivra.secrets["HUB_KIVRA_SANDBOX_SECRET"]
        return self._closing(KivraChannel(settings, self._context(client_secret=secret)))

    def _email_channel(self, timeout_s: float) -> Any:
        settings = EmailSettings.model_validate({**self.mail.settings, "timeout_s": timeout_s})
        return self._closing(email_channel(settings, self._context(password=next(iter(self.mail.secrets.values())))))

    def _closing(self, channel: Any) -> Any:
        self._stack.callback(channel.close)
        return channel

    def _letter_box(self) -> LetterBox:
        settings = LetterSettings.model_validate(self.printer.settings)
        (secret,) = self.printer.secrets.values()
        context = self._context(**{f"{where}.sftp.password": secret for where in ("out", "acknowledgements")})

        def another() -> Any:
            return letter_channels(settings, context)[0]

        return LetterBox(another(), self._trouble("letter", self.printer.order), self.printer, another)

    def _trouble(self, channel: str, order: Callable[[str], None]) -> Trouble:
        trouble = Trouble(channel, self.cases, order, Random(self._chance.random()), self.clock)
        if channel in OF_BATCHES:
            trouble.take_back = lambda: self._take_back(channel)
        return trouble

    def _take_back(self, channel: str) -> None:
        queues = {
            "operator": self.operator.server.faults,
            "internet_bank": self.bank.server.faults,
            "kivra": self.kivra.server.faults,
        }
        for target in ("question", "registrations", "reports", "match"):
            while queues[channel].take(target) is not None:
                continue

    def _context(self, *, inboxes: Any = None, **secrets: str) -> Any:
        return ContextInMemory(secrets, clock=self.clock, inboxes=inboxes)

    def _order_kivra(self, fault: str) -> None:
        target, _, rest = fault.partition("_")
        if target in ("auth", "match"):
            if target == "auth":
                self.kivra.service.end_tokens()
            self.kivra.order_for(target, rest)
        elif fault == "expired_token":  # by order it would wait for one that has been used
            self.kivra.service.end_tokens()
        else:
            self.kivra.order(fault)

    def _order_operator(self, fault: str) -> None:
        if fault.startswith("token_") and not fault.endswith(("token_expired", *TAKE_THEIR_TIME)):
            self.operator.order("token_expired")  # the hurried one has no token yet
        if fault == "blind":  # to the proof that the question works as well
            self.operator.order(fault, 2 if self.operator.books.documents else 0)
        else:
            self.operator.order(fault)

    # What is done

    def hand_over(self, cases: Sequence[Case]) -> None:
        """Have the register know what debtors want, and accept documents."""
        wishes = [(case, case.debtor.wish) for case in cases if case.debtor.wish]
        with self.store.write() as work:
            work.recipients.keep([KnownRecipient(_key_of(case), wish=wish) for case, wish in wishes])
        offered = [Offered(case.number, document_of(case)) for case in cases]
        refused = [one for one in accept_documents(self.store, self.tenant, offered) if one.problem]
        assert refused == []

    def send_all(self) -> None:
        """Hand all over in three files, with some again, and let time pass until nothing moves any more."""
        third = len(self.cases) // 3 + 1
        for start in range(0, len(self.cases), third):
            wave = self.cases[start : start + third]
            self.hand_over([*wave, *self._chance.sample(list(self.cases[: start + len(wave)]), len(wave) // 10)])
            self.work()
        for step in chain(STEPS, repeat(THEN, MOST_STEPS)):
            if not self._moves():
                return
            self.printer.room.work()
            self.follow()
            self.later(hours=step / timedelta(hours=1))
        raise AssertionError("documents go on moving")

    def die_at(self, moments: Sequence[int]) -> None:
        """Let processes that find ways, follow or make rounds die at commits, each counted from the last death."""
        self.mortal.killer = Killer(*moments)

    def work(self) -> None:
        """Carry out what is queued; who mends settings has a failed run go on, and who dies is followed by another."""
        carriers = self._carriers()
        waiting: set[str] = set()
        for _ in range(MOST_TURNS * 10):
            ready = [run for run in self._ready() if run.run_id not in waiting]
            if not ready:
                return
            for run in ready:
                ending = self._carried(carriers[run.kind == SENDING], run)
                if ending is Ending.WAITS:
                    waiting.add(run.run_id)
        raise AssertionError("the runs never end")

    def _carried(self, carrier: Carrier, run: Run) -> Ending | None:
        try:
            ending = carrier.carry_out(run.run_id).ending
        except Died:
            self.deaths += 1
            return None
        if ending is Ending.FAILED:
            with self.store.write() as work:
                retry(work, run.run_id)
        return ending

    def _carriers(self) -> tuple[Carrier, Carrier]:
        """Return the one that finds ways and follows, and the one that sends."""
        plugins = dict.fromkeys(self.channels, "stub")
        mortal = self.mortal
        ways = {
            RUN_KIND: DeliveryRun(mortal, self.tenant, self.channels, plugins, self, self.clock),
            FOLLOWING: FollowRun(mortal, self.tenant, self.channels),
            rounds.RUN_KIND: rounds.RoundRun(mortal, self.tenant, lambda: (), self.channels),
        }
        sending = {SENDING: SendingRun(self.store, self.channels, self.clock, steady=self.clock.steady)}
        return Carrier(mortal, ways, behind=_round_behind), Carrier(self.store, sending, behind=_round_behind)

    def _ready(self) -> list[Run]:
        with self.store.read() as work:
            return list(work.runs.unfinished())

    def _moves(self) -> bool:
        with self.store.read() as work:
            moves = any(work.documents.latest(state=state, limit=1) for state in MOVING)
            return moves or bool(work.runs.unfinished())

    def e_invoice(self, _document: Document) -> bytes:
        """Make no e-invoice."""
        return b""

    def pdf(self, document: Document, _e_invoice: bytes) -> bytes:
        """Make a PDF of one page, which a print house takes."""
        self.rendered.append(document.number)
        return sample_pdf(document.number)

    # What has come of it

    def got(self) -> dict[str, list[str]]:
        """Return by document the channels whose other side has counted it, as often as it did."""
        got: defaultdict[str, list[str]] = defaultdict(list)
        for channel, hashes in self._received():
            for sha256 in hashes:
                got[self._number_of[sha256]].append(channel)
        return dict(got)

    @property
    def sandboxes(self) -> Sequence[Sandbox]:
        """The other sides, but for the inboxes of this installation."""
        return (self.operator, self.bank, self.kivra, self.mail, self.printer)

    def _received(self) -> Iterator[tuple[str, list[str]]]:
        yield "internal", self._in_inboxes()
        for sandbox in self.sandboxes:
            yield sandbox.name, [one.sha256 for one in sandbox.received()]

    def _in_inboxes(self) -> list[str]:
        south = SqlStore(self.engine, "south", self.clock)
        with south.read() as work:
            came = work.exchanges.latest(kind=INBOX_KIND, limit=10_000)
        contents = south.contents.read_all([exchange.sha256 for exchange in came])
        pdfs = [base64.b64decode(json.loads(contents[exchange.sha256])["pdf"]) for exchange in came]
        return [hashlib.sha256(pdf).hexdigest() for pdf in pdfs]

    def ends(self) -> dict[str, End]:
        """Return where each document stands, and by whom its debtor got it; two who did are named both."""
        got = self.got()
        with self.store.read() as work:
            rows = work.documents.latest(limit=len(self.cases) + 1)
        return {row.number: End(Ends(row.state), "+".join(got.get(row.number, ()))) for row in rows}

    def waiting_for_people(self) -> Counter[tuple[str, str]]:
        """Return the open tasks: kind, and document's number."""
        with self.store.read() as work:
            numbers = {row.document_no: row.number for row in work.documents.latest(limit=len(self.cases))}
            messages = {a.attempt_no: a.message for a in work.attempts.latest(limit=10 * len(self.cases))}
            tasks = work.commands.open_tasks()
        found: Counter[tuple[str, str]] = Counter()
        for task in tasks:
            number = str(task["subject"]).partition(":")[0]
            if task["kind"].endswith("_attempt"):
                number = messages[int(number)].partition(":")[2].partition("-")[0]
            found[task["kind"], numbers[int(number)] if number.isdecimal() else ""] += 1
        return found

    def reasons(self) -> dict[str, str]:
        """Return what is said of each document that waits for a person."""
        with self.store.read() as work:
            rows = work.documents.latest(limit=len(self.cases))
        return {row.number: row.reason for row in rows if row.state != Ends.DELIVERED}

    def differences(self) -> list[str]:
        """Return what is otherwise than the faults say: ends, receipts, and what people are asked."""
        expected = {case.number: expected_end(case) for case in self.cases}
        ends = self.ends()
        wrong = [
            f"{case.number} ended as {ends.get(case.number)} and not as {expected[case.number]}: {case}"
            for case in self.cases
            if ends.get(case.number) != expected[case.number]
        ]
        queue = {number: end for number, end in expected.items() if end.state is not Ends.DELIVERED}
        asked = self.waiting_for_people()
        del asked["unread_report", ""]  # of garbled lines: about no document
        should = Counter({(ASKED_ABOUT[end.state], number): 1 for number, end in queue.items()})
        wrong += [f"a person is asked in vain: {task}" for task in asked - should]
        wrong += [f"nobody is asked: {task}" for task in should - asked]
        wrong += [f"{number} waits without a reason" for number, reason in self.reasons().items() if not reason]
        wrong += [] if self.deaths or len(set(self.rendered)) == len(self.rendered) else ["one was rendered twice"]
        return [*wrong, *self.found_wrong(), *(f"ordered and not met: {fault}" for fault in self.not_met())]

    def found_wrong(self) -> list[str]:
        """Return what `hub verify` finds wrong with messages and documents."""
        with self.engine.begin() as connection:
            return [
                f"{check.code}: {tuple(row)}"
                for check in (*ATTEMPT_CHECKS, *DOCUMENT_CHECKS)
                for row in connection.execute(text(check.statement), {"t": self.store.tenant})
            ]

    def not_met(self) -> list[str]:
        """Return faults of documents that were ordered and met nothing: they would meet another one's call."""
        queues = (
            self.operator.server.faults,
            self.bank.server.faults,
            self.kivra.server.faults,
            self.printer._server.faults,
        )
        left = [f"{target} {fault}" for queue in queues for target, fault in queue.waiting() if target in OF_DOCUMENTS]
        of_content = (self.operator.books.faults, self.bank.desk.faults, self.printer.room._faults)
        left += [name for counted in of_content for name, count in counted.items() if count]
        left += [fault for ordered in self.mail._ordered.values() for fault in ordered]
        return left + ["opted_out"] * self.kivra.service.faults["opted_out"]


@contextmanager
def _inexchange(folder: Path) -> Iterator[OperatorSandbox]:
    sandbox = inexchange_sandbox(folder)
    assert isinstance(sandbox, OperatorSandbox)
    with sandbox:
        yield sandbox


def document_of(case: Case) -> Document:
    """Return the document of a case."""
    debtor, reached = case.debtor, case.debtor.reached_by
    address = {"street": f"Storgatan {case.number}", "postal_code": "111 22", "city": "Stockholm"}
    given = DocumentDebtor.model_validate(
        {
            "name": f"Debtor {case.number}",
            "identity": debtor.identity,
            "debtor_class": debtor.kind,
            "address": address if "letter" in reached else {},
            "email": f"d{case.number}@debtors.example" if "email" in reached else "",
            "email_consent": debtor.consents,
            "is_protected": debtor.is_protected,
        }
    )
    return sample_document(case.kind, case.number, given)


def _key_of(case: Case) -> str:
    return recipient_key(document_of(case))


def _asked_as(case: Case) -> str:
    return recipient_of(document_of(case), None).key


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def _round_behind(work: UnitOfWork, run: Run) -> None:
    if run.kind != rounds.RUN_KIND:
        rounds.enqueue_round(work, "north", f"behind:{run.run_no}:{run.executions}")
