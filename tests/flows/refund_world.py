"""A tenant that pays money back by payment orders, and a counterparty on a real socket that takes its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from attempt_world import PassingTime
from payment_world import DAY, World, pay, payment_file, statement
from sqlalchemy import Engine, text

from hub.loopback.acceptance_log import read_log
from hub.loopback.counterparty import Counterparty
from hub.loopback.faults import Fault
from hub.model.bank_connection_commands import TellBankFile
from hub.model.command import Command
from hub.model.commands import parse_command
from hub.model.payment_file import Key, OtherEntry, OtherKind, Payer
from hub.model.refunds import Refund
from hub.runtime.incoming_files import IncomingFileRun
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.bank_connections.answering import tell_bank_file_by_command
from hub.services.books import carry_out
from hub.services.mandates.collecting import Schemes
from hub.services.mandates.receiving import AnswerFiles
from hub.services.payments.commands import HANDLERS
from hub.services.ports import JsonObject, UnitOfWork
from hub.services.refunds import (
    ORDERING,
    PLANNING,
    REFUND_HANDLERS,
    AnswerRun,
    OrderRun,
    OrderWriters,
    PlanRun,
    follow_refunds,
)
from hub.services.refunds.batches import made_again
from hub.services.verifying import verify
from hub.store.database import reading
from hub.store.verifying import SqlVerifying
from hub_autopay.orders import BankOrders
from hub_autopay.settings import PaymentOrderSettings
from hub_demonstration_channels.channels import channels
from hub_demonstration_channels.settings import DemonstrationSettings

PAYER = Payer("Testa Testsson", "SE3550000000054910000003", "191212121212", ("Storgatan 1", "903 20 Umeå"))
CHARGED = "SE4550000000058398257466"
REFUNDS = {
    "writer": "bank",
    "charged": {"iban": CHARGED},
    "drawn_on": {"bankgiro": "5050-1055"},
    "planning": {"suspended_after_days": 0, "credit_after_days": 0},
}
_KEYS = count(1)


class RefundWorld(World):
    """Refunds of one company; the bank's file is taken by an `idempotent`, `queryable` or `neither` counterparty."""

    def __init__(
        self,
        engine: Engine,
        counterparty: Counterparty,
        log: Path,
        *,
        name: str = "north",
        bank: str = "seb",
        promise: str = "queryable",
        payee_accounts: list[dict[str, Any]] | None = None,
        **refunds: Any,
    ) -> None:
        clock = PassingTime(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
        accounts = {"refund_clearing": "2890", "carried": "2891"}
        payees = {"payee_accounts": payee_accounts} if payee_accounts else {}
        super().__init__(engine, name=name, clock=clock, accounts=accounts, refunds=REFUNDS | refunds, **payees)
        self.counterparty = counterparty
        self.log = log
        self.promise = promise
        offered = channels(DemonstrationSettings(address=counterparty.address))
        self.channels = {channel.name: channel for channel in offered}
        channel = next(name for name in self.channels if promise in name)
        self.writer = BankOrders("bank", PaymentOrderSettings.model_validate({"bank": bank}).terms, channel)
        self.writers = OrderWriters({"bank": self.writer}, dict.fromkeys(self.channels, "demonstration_channels"))
        ingest = self.bodies["ingest"]
        answers = AnswerRun(self.store, self.tenant, self.writers.by_name, self._tell)
        schemes = AnswerFiles(self.store, self.tenant, Schemes({}, {}))
        self.bodies |= {
            "ingest": IncomingFileRun(self.store, ingest, schemes, answers),  # type: ignore[arg-type]
            ORDERING: OrderRun(self.tenant, self.writers),
            PLANNING: PlanRun(self.tenant, self._tell),
            SENDING: SendingRun(self.store, self.channels, self.clock, steady=clock.steady),
        }

    def _tell(self, work: UnitOfWork, command: Command) -> JsonObject:
        return carry_out(work, self.tenant, command, {**HANDLERS, TellBankFile: tell_bank_file_by_command})

    # --- money ------------------------------------------------------------------------------------------------------

    def suspended(
        self, *amounts_ore: int, payer: Payer | None = PAYER, day: date = DAY, family: str = "camt.054"
    ) -> list[int]:
        """Let payments come that nothing matches; return their ids."""
        before = self.number("SELECT coalesce(max(payment_id), 0) FROM payment WHERE tenant = :t")
        events = [
            pay(amount_ore, f"X{next(_KEYS)}", entry=number, booked_date=day, payer=payer)
            for number, amount_ore in enumerate(amounts_ore, 1)
        ]
        self.receive(payment_file(family, events, identity=f"N{next(_KEYS)}"))
        return list(range(before + 1, before + 1 + len(amounts_ore)))

    def debit(self, amount_ore: int, *references: str, day: date = date(2026, 11, 24), entry: int = 1) -> OtherEntry:
        """An entry by which money left the account."""
        return OtherEntry(1, entry, -amount_ore, "SEK", day, OtherKind.DEBIT, references=references)

    def booked(self, *entries: OtherEntry, family: str = "camt.053", **more: Any) -> int:
        """Let a statement tell entries; return its exchange."""
        made = statement if family == "camt.053" else lambda *e, **m: payment_file(family, e, **m)
        number = self.receive(made(*entries, identity=f"S{next(_KEYS)}", **more)).number
        self.follow()
        return number

    def came_back(self, one: Refund, **more: Any) -> int:
        """Let a refund come back as a payment with its own id; return the payment's id."""
        back = pay(one.amount_ore, "", keys=(Key("end_to_end_id", one.end_to_end_id),), **more)
        self.receive(payment_file("camt.054", [back], identity=f"R{next(_KEYS)}"))
        self.follow()
        return self.number("SELECT max(payment_id) FROM payment WHERE tenant = :t")

    def follow(self) -> None:
        with self.store.write() as work:
            while follow_refunds(work, self.tenant):
                pass

    # --- commands and runs ------------------------------------------------------------------------------------------

    def tell(self, kind: str, *, key: str = "", user: str = "anna", **body: Any) -> JsonObject:
        command = parse_command({"kind": kind, "key": key or f"k{next(_KEYS)}", "user": user, **body})
        with self.store.write() as work:
            answer = carry_out(work, self.tenant, command, {**HANDLERS, **REFUND_HANDLERS})
        self.drain()
        return answer

    def ask(self, payment_id: int, **more: Any) -> int:
        return int(self.tell("request_refund", payment_id=payment_id, **more)["refund_no"])

    def approve(self, *numbers: int, user: str = "bertil") -> JsonObject:
        return self.tell("approve_refunds", refunds=list(numbers), user=user)

    def run(self, kind: str, **given: Any) -> JsonObject:
        run_id = f"{kind}:{self.tenant.id}:{next(_KEYS)}"
        with self.store.write() as work:
            work.runs.enqueue_once(run_id, kind, given)
        return self.drain()[run_id]

    def order(self) -> JsonObject:
        return self.run(ORDERING)

    def plan(self) -> JsonObject:
        return self.run(PLANNING)

    def ordered(self, *amounts_ore: int, **more: Any) -> list[Refund]:
        """Let refunds of new payments be asked for, approved and ordered; return them."""
        numbers = [self.ask(payment_id, **more) for payment_id in self.suspended(*amounts_ore)]
        self.approve(*numbers)
        self.order()
        return [self.refund(number) for number in numbers]

    def answer(self, content: bytes) -> JsonObject:
        """Let a bank's answer come."""
        exchange = self.receive(content, "answer.xml")
        self.follow()
        return {"state": exchange.state, "kind": exchange.kind, "problem": exchange.problem, **(exchange.summary or {})}

    def later(self, **step: int) -> None:
        self.clock.advance(timedelta(**step))

    # --- what came of it --------------------------------------------------------------------------------------------

    def refund(self, number: int) -> Refund:
        with self.store.read() as work:
            return work.refunds.get_all([number])[number]

    def states(self) -> list[str]:
        with self.store.read() as work:
            return [one.state for one in reversed(work.refunds.latest())]

    def files(self) -> list[bytes]:
        """Return the bytes of the files that were made, oldest first."""
        with self.store.read() as work:
            made = [work.exchanges.get(one.exchange_no) for one in reversed(work.refunds.orders())]
        return [self.store.contents.open(one.sha256).read() for one in made]

    def file_states(self) -> list[str]:
        with self.store.read() as work:
            return [one.exchange_state for one in reversed(work.refunds.orders())]

    def made_again(self, order_no: int) -> bytes:
        with self.store.read() as work:
            order = work.refunds.order(order_no)
            assert order is not None
            return made_again(work, order, self.writer)

    def taken(self) -> Sequence[str]:
        """Return the hashes of what the bank took, each as often as it did."""
        return [one.sha256 for one in read_log(self.log)]

    def fail(self, fault: Fault, times: int = 1) -> None:
        self.counterparty.faults.order(self.promise, fault, times)

    def tasks(self) -> dict[str, str]:
        with self.store.read() as work:
            return {task["kind"]: task["text"] for task in work.commands.open_tasks()}

    def events(self, kind: str) -> list[JsonObject]:
        with self.store.read() as work:
            return [event.data for event in work.events.after(0) if event.kind == kind]

    def found(self) -> list[tuple[str, str]]:
        """Return what verifying finds, by check."""
        verified = verify(SqlVerifying(self.engine, self.store.tenant), None, self.tenant)
        return [(one.code, finding.what) for one in verified.results for finding in one.findings]

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(query))]
