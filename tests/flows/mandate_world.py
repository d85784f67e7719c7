"""A tenant that collects by direct debit through a made-up scheme, and the clearing house in a test's hands."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from imported_ledger import Ledger, codes
from sound_money import SoundReader
from sqlalchemy import Engine, text

from hub.contracts import Promise
from hub.errors import RejectedError
from hub.model.attempts import Delivered, Message
from hub.model.commands import parse_command
from hub.model.direct_debits import (
    AdviceOutcome,
    Content,
    MandateAdvice,
    PaymentRequest,
    RequestOutcome,
    RequestStatus,
    SchemeAnswer,
    SchemeCode,
)
from hub.model.mandates import DrawnRequest, Mandate
from hub.model.tenant import Tenant
from hub.rules.interest.reference_rates import shipped_rates
from hub.runtime.incoming_files import IncomingFileRun
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.books import BOOK_HANDLERS, carry_out
from hub.services.instalment_plans import plan_handlers
from hub.services.mandates import MANDATE_HANDLERS
from hub.services.mandates.collecting import Schemes
from hub.services.mandates.receiving import AnswerFiles
from hub.services.mandates.running import RUN_KIND, DirectDebitRun
from hub.services.payments import ingesting, posting, receiving
from hub.services.ports import JsonObject
from hub.store.database import writing
from hub.testing.carrying import drain
from hub.testing.example_tenant import company_settings, tenant_settings
from tests.unit.testing.sound_scheme import PAYEE, SoundScheme, answer_file

START = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
PAYER = "47118"  # of debtor 4711
NEW, ENDED = SchemeCode("04", "new_by_payee", "", "new"), SchemeCode("46", "cancelled", "", "cancelled by the payer")
DONE = SchemeCode("32", "new_mandate", "", "new mandate")
COLLECTING = {"scheme": "sound"}


class Outbox:
    """A channel that keeps what it is given."""

    name = "clearing_house"
    promise = Promise.NEITHER

    def __init__(self) -> None:
        self.files: list[bytes] = []
        self.refuses = False

    def send(self, message: Message) -> Delivered:
        if self.refuses:
            raise RejectedError("it takes none today")
        self.files.append(message.content)
        return Delivered()


def collecting_tenant(company: dict[str, Any] | None = None, **direct_debit: Any) -> Tenant:
    made = company_settings(
        routines=[{"number": "01", "name": "Sundry"}, {"number": "04", "name": "Water"}],
        references={"giro": {"control": {"level": "check_digit"}}},
        direct_debit=COLLECTING | direct_debit,
        **(company or {}),
    )
    systems = [{"name": "sundry", "company": "1", "routines": ["01", "04"]}, {"name": "elsewhere", "company": "1"}]
    return Tenant.model_validate(tenant_settings(made, source_systems=systems))


class MandateWorld(Ledger):
    """A ledger that collects by direct debit."""

    def __init__(
        self, engine: Engine, channel: Outbox | None = None, *, with_money: bool = False, **direct_debit: Any
    ) -> None:
        super().__init__(engine)
        self.clock = type(self.clock)(START)
        self.store = type(self.store)(engine, "north", self.clock)
        self.channel = channel or Outbox()
        self.scheme = SoundScheme()
        self.scheme.channel = self.channel.name
        self.set(**direct_debit)
        self.told = 0
        self.readers = [("sound", SoundReader())] if with_money else []

    def set(self, company: dict[str, Any] | None = None, **direct_debit: Any) -> None:
        self.tenant = collecting_tenant(company, **direct_debit)

    @property
    def schemes(self) -> Schemes:
        return Schemes({"sound": self.scheme}, {self.channel.name: "sound"})

    def bodies(self) -> dict[str, Any]:
        payments = ingesting.PaymentFileRun(self.store, self.tenant, self.readers, posting.ChunkPoster(self.tenant))
        answers = AnswerFiles(self.store, self.tenant, self.schemes)
        return {
            RUN_KIND: DirectDebitRun(self.store, self.tenant, self.schemes),
            SENDING: SendingRun(self.store, {self.channel.name: self.channel}, self.clock),
            receiving.RUN_KIND: IncomingFileRun(self.store, payments, answers),
        }

    def invoices(self, *numbers: str, due_date: str = "2026-11-30", **fields: Any) -> None:
        usual = {"invoice_date": "2026-10-28", "due_date": due_date, "debtor_number": "4711", "routine": "01"}
        report = self.rows(*({"number": number, **usual, **fields} for number in numbers), tenant=self.tenant)
        assert not codes(report), codes(report)

    def tell(self, kind: str, **values: Any) -> JsonObject:
        self.told += 1
        command = parse_command({"kind": kind, "key": f"k{self.told}", "user": "anna", **values})
        with self.store.write() as work:
            handlers = {**BOOK_HANDLERS, **MANDATE_HANDLERS, **plan_handlers(shipped_rates, lambda *_: [])}
            return carry_out(work, self.tenant, command, handlers)

    def mandate(self, debtor_number: str = "4711", *, is_registered: bool = True, **values: Any) -> int:
        usual = {"payer_account": "9150-1234567", "payer_identity": "19121212-1212"}
        given = {"company": "1", "debtor_number": debtor_number, "is_registered": is_registered, **usual, **values}
        return int(self.tell("register_mandate", **given)["mandate_no"])

    def run(self, occasion: str = "", **input: Any) -> JsonObject:
        """Make a plan, carry it out, write and send the files; return what the run answered."""
        self.told += 1
        with self.store.write() as work:
            work.runs.enqueue_another(f"{RUN_KIND}:north:{occasion or self.told}", RUN_KIND, input)
        answers = self.drain()
        return next((answer for run_id, answer in answers.items() if run_id.startswith(RUN_KIND)), {})

    def drain(self) -> dict[str, JsonObject]:
        return drain(self.store, self.bodies())

    def receive(self, content: bytes) -> JsonObject:
        """Take a file in; return what its run answered."""
        exchange, run_id = receiving.receive(self.store, io.BytesIO(content), name="answers.jsonl")
        answers = self.drain()
        with self.store.read() as work:
            run = work.runs.get(run_id)
            assert run is not None
            assert not run.problem, run.problem
            return {**answers.get(run_id, {}), "exchange": work.exchanges.get(exchange.number)}

    def answer(self, content: Content, *answers: SchemeAnswer) -> JsonObject:
        self.told += 1
        return self.receive(answer_file(content, *answers, made_on=f"2026-11-{self.told:02}"))

    def advise(self, payer_number: str = PAYER, outcome: str = AdviceOutcome.CREATED, **changes: Any) -> JsonObject:
        advice = MandateAdvice(0, PAYEE, payer_number, outcome, NEW, DONE, "2026-11-03")
        return self.answer(Content.MANDATE_ADVICE, advice._replace(**changes))

    def outcome(self, status: RequestStatus, request: DrawnRequest | None = None) -> JsonObject:
        """Let the bank say what became of a request, the latest when none is given."""
        one = request or self.request()
        answer = RequestOutcome(0, PAYEE, status, asked(one))
        return self.answer(Content.PAYMENT_SPECIFICATION, answer)

    def sent(self) -> list[list[Any]]:
        """Return the orders that have gone, file by file: kind and fields."""
        with self.store.read() as work:
            files = list(work.exchanges.latest(kind="direct_debit_file", limit=1000))
        files.reverse()
        return [
            [
                [kind, fields]
                for kind, _, fields in map(json.loads, self.store.contents.open(one.sha256).read().splitlines()[1:])
            ]
            for one in files
        ]

    def last_sent(self) -> list[tuple[str, dict[str, Any]]]:
        return [(kind, fields) for kind, fields in self.sent()[-1]]

    def requests(self) -> list[DrawnRequest]:
        with self.store.read() as work:
            return list(reversed(work.payment_requests.latest(limit=1000)))

    def request(self) -> DrawnRequest:
        return self.requests()[-1]

    def mandates(self) -> list[Mandate]:
        with self.store.read() as work:
            return list(reversed(work.mandates.latest(limit=1000)))

    def states(self) -> list[str]:
        return [one.state for one in self.requests()]

    def pass_days(self, days: int) -> None:
        self.clock.advance(timedelta(days=days))

    def until(self, day: str) -> None:
        while self.clock.today().isoformat() < day:
            self.pass_days(1)

    def sql_change(self, statement: str) -> None:
        """Change something by hand."""
        with writing(self.engine) as connection:
            connection.execute(text(statement))

    def tasks(self) -> dict[str, str]:
        with self.store.read() as work:
            return {task["kind"]: task["text"] for task in work.commands.open_tasks()}

    def events(self, prefix: str) -> list[str]:
        with self.store.read() as work:
            return [event.kind for event in work.events.after(0) if event.kind.startswith(prefix)]

    def left_out(self) -> list[tuple[str, str, str]]:
        """(act, verdict or outcome, why) of every item of the latest plan."""
        with self.store.read() as work:
            (plan,) = work.plans.latest("direct_debits", 1)
            items = work.plans.items(plan.plan_no)
        return [(one.step, one.outcome or one.verdict, one.outcome_reason or one.reason) for one in items]

    def counted(self) -> dict[str, int]:
        with self.store.read() as work:
            (plan,) = work.plans.latest("direct_debits", 1)
        return dict(plan.counted)


def asked(one: DrawnRequest) -> PaymentRequest:
    return PaymentRequest(one.payer_number, one.amount_ore, one.on_date, one.reference)


def numbers(rows: Sequence[Any]) -> list[int]:
    return [int(row[0]) for row in rows]
