"""Months of many mandates against the Bankgirot of the bankgiro plugin's sandbox, day by day.

Every file is real: sealed orders are put into the bank's folder, and its answers are received as they lie there. Payers
fail, pay later, end mandates, ask for new ones and get money back; invoices are credited and their due dates move.
"""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock, is_banking_day
from hub.model.commands import parse_command
from hub.model.mandates import Mandate, MandateState
from hub.model.tenant import Tenant
from hub.rules.mandates.payer_numbers import compose
from hub.runtime.incoming_files import IncomingFileRun
from hub.runtime.plugins import TenantPlugins
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.books import BOOK_HANDLERS, carry_out
from hub.services.chart import TenantChart
from hub.services.mandates import MANDATE_HANDLERS
from hub.services.mandates.collecting import Schemes
from hub.services.mandates.receiving import AnswerFiles
from hub.services.mandates.running import RUN_KIND, DirectDebitRun
from hub.services.payments import ingesting, posting, receiving, rematching
from hub.services.receivables import import_receivables
from hub.services.verifying import verify
from hub.store.database import reading
from hub.store.unit_of_work import SqlStore
from hub.store.verifying import SqlVerifying
from hub.testing.carrying import drain
from hub.testing.contexts import ContextInMemory
from hub.testing.example_tenant import company_settings, tenant_settings
from hub_bankgiro.plugin import Plugin
from hub_bankgiro.sandbox_folder import BankgirotOnFolder

BANKGIRO = "9912346"
KEY = "1234567890ABCDEF1234567890ABCDEF"  # the published test key of the seal
PERSON, ACCOUNT, PADDED = "191212121212", "91501234567", "9150000001234567"  # as the bank writes the account
DUE_DAY = 28
TENANT = Tenant.model_validate(
    tenant_settings(
        company_settings(
            routines=[{"number": "01", "name": "Sundry"}],
            references={"giro": {"control": {"level": "check_digit"}}},
            direct_debit={"scheme": "autogiro", "payer_number": {"prefix": "7", "width": 6}},
        ),
        source_systems=[{"name": "sundry", "company": "1", "routines": ["01"]}],
    )
)
RATES = {
    "no_cover": 40,
    "no_account": 10,
    "retried": 20,
    "end_there": 5,
    "end_here": 3,
    "refund": 5,
    "credit": 10,
    "move": 10,
    "change": 3,
}
"""How many of a thousand debtors a month."""
_STATUSES = {"no_cover": "1", "no_account": "2", "retried": "9"}


class Agreement(NamedTuple):
    """What each side says in the end; they agree when the first three are one, and the next two together."""

    bank_ore: int  # the sandbox's own books
    clearing_ore: int  # our clearing account
    requests_ore: int  # requests that stand as paid
    paid_ore: int  # what entries of payments and of reversals took off receivables
    suspended_ore: int  # what came for what was paid otherwise, when no order was in time
    requests: Mapping[str, int]  # by state
    mandates: Mapping[str, int]  # by state
    differences: Sequence[Any]  # from the bank's register
    waiting: int  # requests in the bank's register
    findings: Mapping[str, int]  # of hub verify

    @property
    def agrees(self) -> bool:
        """Whether all say the same."""
        sums = {self.bank_ore, self.clearing_ore, self.requests_ore, self.paid_ore + self.suspended_ore}
        return len(sums) == 1 and not self.differences and not self.waiting and not self.findings


class MandateYear:
    """A company, its debtors, and Bankgirot."""

    def __init__(self, engine: Engine, folder: Path, *, mandates: int, first_day: date, seed: int = 1) -> None:
        self.engine = engine
        self.rng = random.Random(seed)
        self.clock = FixedClock(datetime(first_day.year, first_day.month, first_day.day, 9, tzinfo=UTC))
        self.store = SqlStore(engine, "north", self.clock)
        self.bank = BankgirotOnFolder(folder, seal_key=KEY)
        own = {"customer_numbers": {"991-2346": "471117"}, "seal_key": "env:KEY", "out": {"folder": str(folder / "in")}}
        settings = Plugin.Settings.model_validate({"autogiro": own})
        context = ContextInMemory({"autogiro.seal_key": KEY}, clock=self.clock)
        self.plugins = TenantPlugins.from_objects(Plugin(settings), contexts=lambda _: context)
        self.debtors = [str(1000 + number) for number in range(mandates)]
        self.told: Counter[str] = Counter()
        self.month = ""

    # --- the company ------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.clock.today()

    def payer(self, debtor: str) -> str:
        return compose(TENANT.companies[0].direct_debit.payer_number, debtor)

    def begin(self) -> None:
        """Let the debtors be known; nine of ten sign a mandate on paper, the others ask in the internet bank."""
        self.bill()
        self.run()  # Bankgirot knows a payee from the first file
        for number, debtor in enumerate(self.debtors):
            if number % 10:
                self.sign(debtor)
        self.run()
        self.answered()
        for debtor in self.debtors[::10]:
            self.bank.clearing.ask(BANKGIRO, self.payer(debtor), PADDED, PERSON, "Tolvan")
        self.answered()

    def sign(self, debtor: str) -> None:
        who = {"payer_account": ACCOUNT, "payer_identity": PERSON}
        self.tell("register_mandate", company="1", debtor_number=debtor, **who)

    def tell(self, kind: str, **values: Any) -> None:
        self.told[kind] += 1
        body = {"kind": kind, "key": f"{kind}{self.told[kind]}", "user": "anna", **values}
        with self.store.write() as work:
            carry_out(work, TENANT, parse_command(body), {**BOOK_HANDLERS, **MANDATE_HANDLERS})

    def bill(self) -> None:
        """Import an invoice for every debtor, due in the month."""
        self.month = f"{self.today:%y%m}"
        due = self.today.replace(day=DUE_DAY).isoformat()
        rows = [
            {
                "number": f"01{self.month}{debtor}",
                "routine": "01",
                "invoice_date": self.today.isoformat(),
                "due_date": due,
                "amount": f"{self.rng.randint(50, 999)},{self.rng.randint(0, 99):02}",
                "debtor_name": "Tolvan Tolvansson",
                "debtor_number": debtor,
            }
            for debtor in self.debtors
        ]
        content = io.BytesIO(json.dumps(rows).encode())
        report = import_receivables(
            self.store,
            TENANT,
            lambda groups, numbers: TenantChart(TENANT, groups, numbers),
            content,
            file_name="bills.json",
            source_system="sundry",
        )
        assert report.new == len(rows), report.as_json()

    def bodies(self) -> dict[str, Any]:
        schemes = Schemes(self.plugins.direct_debit_schemes, self.plugins.plugins_of_channels)
        poster = posting.ChunkPoster(TENANT)
        payments = ingesting.PaymentFileRun(self.store, TENANT, self.plugins.readers, poster)
        return {
            RUN_KIND: DirectDebitRun(self.store, TENANT, schemes),
            SENDING: SendingRun(self.store, self.plugins.channels, self.clock),
            receiving.RUN_KIND: IncomingFileRun(self.store, payments, AnswerFiles(self.store, TENANT, schemes)),
            rematching.RUN_KIND: rematching.RematchRun(self.store, TENANT, poster),
        }

    def run(self) -> None:
        """Ask for what is due, and send the files."""
        self.told["run"] += 1
        with self.store.write() as work:
            work.runs.enqueue_another(f"{RUN_KIND}:north:{self.told['run']}", RUN_KIND, {})
        drain(self.store, self.bodies())

    def answered(self) -> None:
        """Let the bank end its day, and take its answers in."""
        files = self.bank.end_day(self.today)
        assert not list((self.bank.answers.parent / "refused").iterdir())
        for path in files:
            self.receive(path.read_bytes(), path.name)

    def receive(self, content: bytes, name: str) -> None:
        exchange, _ = receiving.receive(self.store, io.BytesIO(content), name=name)
        drain(self.store, self.bodies())
        with self.store.read() as work:
            state = work.exchanges.get(exchange.number)
        assert state.state == "posted", (state.state, state.reason)
        self.told[f"file {name.split('.')[1]}"] += 1

    # --- the days ---------------------------------------------------------------------------------------------------

    def live(self, months: int) -> None:
        """Pass months, the first of which has begun, and some days until nothing waits."""
        self.begin()
        for _ in range(months):
            month = self.today.month
            while self.today.month == month:
                self.day()
        for _ in range(14):
            self.day(is_quiet=True)
        self.receive(self.bank.clearing.mandate_register(BANKGIRO), "BGC.register.txt")

    def day(self, *, is_quiet: bool = False) -> None:
        if is_banking_day(self.today):
            if not is_quiet:
                if f"{self.today:%y%m}" != self.month:
                    self.bill()
                self.doings()
            self.run()
            self.answered()
        self.clock.advance(timedelta(days=1))

    def doings(self) -> None:
        """Let things happen to some debtors: about a twentieth of what happens in a month."""
        for what, rate in RATES.items():
            share = rate * len(self.debtors) / 20_000
            count = int(share) + (self.rng.random() < share % 1)
            for debtor in self.rng.sample(self.debtors, count):
                self.do(what, debtor)
                self.told[what] += 1
        for debtor in self.rng.sample(self.debtors, 1 + len(self.debtors) // 200):
            if self.standing(debtor) is None:
                self.sign(debtor)

    def do(self, what: str, debtor: str) -> None:
        mandate = self.standing(debtor)
        if what in _STATUSES:
            self.bank.clearing.habit(BANKGIRO, self.payer(debtor), _STATUSES[what])
        elif what == "refund":
            self.refund(debtor)
        elif what in ("credit", "move"):
            self.amend(what, debtor)
        elif mandate is None or mandate.state != MandateState.ACTIVE:
            return
        elif what == "end_there":
            self.bank.clearing.end_mandate(BANKGIRO, mandate.payer_number, "46", "02")
        elif what == "end_here":
            self.tell("cancel_mandate", mandate_no=mandate.mandate_no)
        else:
            self.change(debtor, mandate)

    def standing(self, debtor: str) -> Mandate | None:
        """Return the mandate of a debtor that has not ended."""
        with self.store.read() as work:
            found = work.mandates.latest(search=debtor)
        return next((one for one in found if one.state not in ("cancelled", "refused")), None)

    def refund(self, debtor: str) -> None:
        try:
            self.bank.clearing.refund(BANKGIRO, self.payer(debtor))
        except ValueError:
            self.told["refund"] -= 1  # nothing was collected from this one

    def amend(self, what: str, debtor: str) -> None:
        number = f"01{self.month}{debtor}"
        with self.store.read() as work:
            (row,) = work.receivables.find(number=number)
        target = {"company": "1", "number": number, "source_system": "sundry"}
        if row.open_ore <= 0:
            return
        if what == "credit":
            amount_ore = self.rng.choice([row.open_ore, row.open_ore // 2 or 1])
            self.tell("credit_receivable", receivable=target, amount_ore=amount_ore)
        else:
            due = self.today + timedelta(days=self.rng.randint(1, 9))
            self.tell("change_due_date", receivable=target, due_date=due.isoformat(), reason="agreed")

    def change(self, debtor: str, mandate: Mandate) -> None:
        with self.store.read() as work:
            is_drawn = bool(work.payment_requests.live_of_mandates([mandate.mandate_no]))
        if not is_drawn and mandate.payer_number == self.payer(debtor):
            new = self.payer(str(int(debtor) + 500_000))
            self.tell("change_payer_number", mandate_no=mandate.mandate_no, payer_number=new)

    # --- the end ----------------------------------------------------------------------------------------------------

    def agreement(self) -> Agreement:
        """Return what each side says."""
        requests = self._counted("SELECT state, count(*) FROM payment_request GROUP BY state")
        verified = verify(SqlVerifying(self.engine, self.store.tenant), None, TENANT)
        with self.store.read() as work:
            differences = work.mandate_registers.differences()
        register = self.bank.clearing.request_register(BANKGIRO)
        return Agreement(
            bank_ore=self.bank.clearing.balance_ore(BANKGIRO),
            clearing_ore=self._sum("SELECT sum(amount_ore) FROM voucher_line WHERE account = '1940'"),
            requests_ore=self._sum("SELECT sum(amount_ore) FROM payment_request WHERE state = 'paid'"),
            paid_ore=-self._sum("SELECT sum(amount_ore) FROM entry WHERE payment_id IS NOT NULL"),
            suspended_ore=self._sum("SELECT sum(amount_ore) FROM suspense_movement"),
            requests=requests,
            mandates=self._counted("SELECT state, count(*) FROM mandate GROUP BY state"),
            differences=differences,
            waiting=register.count(b"\n") - 2,
            findings={one.code: one.found for one in verified.results if one.found},
        )

    def _sum(self, query: str) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(text(query)).scalar_one() or 0)

    def _counted(self, query: str) -> dict[str, int]:
        with reading(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(text(query))}
