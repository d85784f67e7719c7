"""A year of a ledger and two agencies: debtors pay us or the agency, we credit and take back, messages get lost.

What happens is drawn with a fixed seed and written down as it happens. Three sides keep books: the hub, the agencies
(`hub_collection_agencies.sandbox`, which share no code with it), and `expected`, which knows nothing but the list.
"""

from __future__ import annotations

import io
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from attempt_world import PassingTime
from collection_world import ACCOUNTS, CollectionWorld
from dunning_world import POLICY, REVENUES, DunningWorld
from payment_world import EventReader, pay, payment_file
from sqlalchemy import Engine

from hub.model.collection import ClosingCode
from hub.model.collection_cases import Case, Selection
from hub.model.collection_commands import CloseCase, RecallCase
from hub.model.commands import CreditReceivable, EndHold, SetHold, Target
from hub.model.payment_file import Payer, Payment
from hub.model.tenant import Tenant
from hub.runtime.plugins import TenantPlugins
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.collection.planning import fill_plan, make_plan
from hub.services.payees import register_payees
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.services.payments.rematching import RematchRun
from hub.testing.carrying import drain
from hub.testing.contexts import ContextInMemory, StateInMemory
from hub.testing.example_tenant import company_settings, tenant_settings
from hub_collection_agencies.plugin import Plugin
from hub_collection_agencies.sandbox import CREDITOR, AgencySandbox, AmiliSandbox
from hub_collection_agencies.sandbox_books import OWN_FEES_ORE, AgencyBooks, AgencyCase
from hub_collection_agencies.settings import CollectionAgenciesSettings

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PERSON = "191212121212"
AGENCY_OF = {"01": "svea", "04": "amili"}
CLOSING = {"NOT_FOUND": "leave", "DISPUTED_RETURNED": "reopen"}
GIRO_OF = {"svea": "bankgiro:5555-6666", "amili": "bankgiro:5555-9819"}
CODES = {
    "inkasso": {"text": "At agency", "stops": ["reminder_1", "reminder_2", "demand", "interest", "transfer"]},
    "tvist": {"text": "Disputed", "stops": ["reminder_1", "reminder_2", "demand", "transfer"]},
}
SVEA_FAULTS = ("lost_answer", "cut", "disk_full", "refuse_case", "lose_receipt", "repeat_receipt", "unknown_status")
AMILI_FAULTS = (
    "error", "busy", "too_many", "error_after_accept", "reset_after_accept", "reset_before_reading", "ask_error",
    "crediting_error",
)  # fmt: skip
CHANCES = {  # in a week, for each receivable that is due
    "pays_us_whole": 0.03,
    "pays_us_part": 0.02,
    "pays_agency_whole": 0.06,
    "pays_agency_part": 0.04,
    "pays_both": 0.004,
    "credited": 0.01,
    "disputed": 0.004,
    "taken_back": 0.006,
    "goes_on": 0.05,
    "given_up": 0.002,
}


class Happening(NamedTuple):
    """Something that happened, as the script has it; `amount_ore` is what changed hands."""

    day: str
    what: str
    number: str
    amount_ore: int = 0


class Expected(NamedTuple):
    """What the list of happenings comes to."""

    left_ore: dict[str, int]  # by number: what is owed to us in the end
    collected_ore: dict[str, int]  # by number: of the creditor's, by agencies
    kept_ore: int  # agencies' own fees
    direct_ore: int
    credited_ore: int


def expected(happenings: Iterable[Happening]) -> Expected:
    """Add up a list, naively: one number for each receivable, and one for the fee of its case."""
    left: Counter[str] = Counter()
    collected: Counter[str] = Counter()
    fee: dict[str, int] = defaultdict(int)
    kept = direct = credited = 0
    for _, what, number, amount in happenings:
        if what == "invoiced":
            left[number] = amount
        elif what == "case_opened":
            fee[number] = amount
        elif what == "paid_us":
            left[number] -= amount
            direct += amount
        elif what == "credited":
            left[number] -= amount
            credited += amount
        elif what == "paid_agency":
            to_fee = min(amount, fee[number])
            fee[number] -= to_fee
            kept += to_fee
            left[number] -= amount - to_fee
            collected[number] += amount - to_fee
    return Expected(dict(left), dict(collected), kept, direct, credited)


def year_tenant(*, settles: bool) -> Tenant:
    """Return a tenant whose routines go to two agencies, and stay open there or are settled as they go."""
    usual_rule = {"after_days": 10, "settles": settles}
    rules = [{"name": name, "agency": name, "routines": [no], **usual_rule} for no, name in AGENCY_OF.items()]
    company = company_settings(
        accounts=REVENUES,
        routines=[{"number": "01", "name": "Sundry"}, {"number": "04", "name": "Water"}],
        dunning={"policies": [POLICY], "hold_codes": CODES},
        collection={"transfers": rules, "accounts": ACCOUNTS, "closing": CLOSING},
    )
    numbers = {"svea": {"customer_no": "1234567", "group_no": "88"}, "amili": {"customer_no": CREDITOR}}
    usual = {"organisation_number": "556677-8899"}
    agreed = [{"agency": name, **usual, "giro_numbers": [GIRO_OF[name]], **own} for name, own in numbers.items()]
    systems = [{"name": "sundry", "company": "1", "routines": ["01", "04"]}]
    return Tenant.model_validate(tenant_settings(company, source_systems=systems, collection_agencies=agreed))


class YearWorld(CollectionWorld):
    """The ledger, with the real adapters."""

    def __init__(self, engine: Engine, tenant: Tenant, plugins: TenantPlugins, clock: PassingTime) -> None:
        DunningWorld.__init__(self, engine, tenant)
        self.clock: Any = clock
        self.store = type(self.store)(engine, "north", clock)
        self.plugins = plugins
        self._occasions = 0
        self._payments = 100

        with self.store.write() as work:
            register_payees(work, self.tenant)

    def bodies(self) -> dict[str, Any]:
        poster = ChunkPoster(self.tenant, agency_accounts=self.agencies.all_accounts)
        return {
            **super().bodies(),
            SENDING: SendingRun(self.store, self.plugins.channels, self.clock, steady=self.clock.steady),
            "ingest": PaymentFileRun(self.store, self.tenant, [("test", EventReader("bgmax"))], poster),
            "rematch": RematchRun(self.store, self.tenant, poster),
        }

    def work(self) -> dict[str, Any]:
        """As that of others; a message that waits for its time is left to it."""
        answers: dict[str, Any] = {}
        for _ in range(20):
            with self.store.write() as work:
                has_more = self.follow_cases(work)
            done = drain(self.store, self.bodies())
            answers |= done
            if not has_more and not any(done.values()):
                break
        return answers

    def bank_tells(self, payments: list[Payment]) -> None:
        """Take in a file of payments."""
        content = payment_file("bgmax", payments, created_at=self.clock.now().isoformat(), marker=self.next_key())
        receive(self.store, io.BytesIO(content), name="payments.txt")
        self.work()

    def next_key(self) -> str:
        """Return a key that nobody has had."""
        self._payments += 1
        return f"year-{self._payments}"

    def hand_over(self, agency: str) -> None:
        """Plan what goes to an agency, and carry it out."""
        with self.store.write() as work:
            today = self.clock.today()
            plan_no = make_plan(work, self.tenant, self.agencies, Selection(agency=agency), today, user="anna")
        fill_plan(self.store.read, self.store.write, self.tenant, self.agencies, plan_no, lambda: self.rates)
        self.transfer(plan_no)


class Year:
    """Everything that goes on; used as a context, since the agencies serve while it is entered."""

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        *,
        receivables: int,
        seed: int,
        weeks: int = 52,
        faults: float = 0.3,
        settles: bool = False,
    ) -> None:
        """`faults`: how likely each agency has one in a week; `settles`: receivables are settled as they go there."""
        self._dice = random.Random(seed)
        self._tenant = year_tenant(settles=settles)
        self._weeks, self._faults = weeks, faults
        self.svea, self.amili = AgencySandbox(folder / "svea"), AmiliSandbox(folder / "amili")
        self.svea.works_when_asked = False
        self.clock = PassingTime(START)
        self.amili.service.now = self.clock.now
        self.happenings: list[Happening] = []
        self.faults_met: Counter[str] = Counter()
        self._numbers = [f"{100_000 + n}" for n in range(receivables)]
        self._routine = {number: ("01", "04")[n % 2] for n, number in enumerate(self._numbers)}
        self._serving = ExitStack()
        self._engine = engine
        self._amounts: dict[str, int] = {}
        self._disputed_until: dict[str, str] = {}
        self._opened: set[tuple[str, str]] = set()
        self._incoming: list[Payment] = []
        self._by_hand: set[str] = set()
        self._paid_out: Counter[str] = Counter()

    def __enter__(self) -> Year:
        self._serving.enter_context(self.svea)
        self._serving.enter_context(self.amili)
        table = {**self.svea.settings, **self.amili.settings}
        for place in ("out", "incoming"):
            table["svea"][place]["settled_after_s"] = 0
        table["amili"]["timeout_s"] = 5
        (password,), (key,) = self.svea.secrets.values(), self.amili.secrets.values()
        secrets = {"svea.out.sftp.password": password, "svea.incoming.sftp.password": password, "amili.api_key": key}
        context = ContextInMemory(secrets, clock=self.clock, state=StateInMemory())
        plugin = Plugin(CollectionAgenciesSettings.model_validate(table))
        plugins = TenantPlugins.from_objects(plugin, contexts=lambda _: context)
        self.world = YearWorld(self._engine, self._tenant, plugins, self.clock)
        return self

    def __exit__(self, *error: object) -> None:
        self._serving.close()

    @property
    def today(self) -> str:
        return str(self.clock.today().isoformat())

    def books(self) -> dict[str, AgencyBooks]:
        """Return the agencies' own books."""
        return {"svea": self.svea.desk.books, "amili": self.amili.service.books}

    def live(self) -> None:
        """Let the year go by, and what is under way come to rest."""
        by_week = defaultdict(list)
        for number in self._numbers:
            by_week[self._dice.randrange(max(1, self._weeks * 2 // 3))].append(number)
        for week in range(self._weeks):
            self._invoice(by_week[week])
            for agency in AGENCY_OF.values():
                self.world.hand_over(agency)
            self._note_opened()
            self._happen()
            self._bank_day()
            self._go_wrong()
            self._exchange(pays_out=week % 4 == 3)
            self.clock.advance(timedelta(days=7) - timedelta(minutes=20))
        for _ in range(6):
            self._tell_by_hand()
            self._close_by_hand()
            self._exchange(pays_out=True)
            self._bank_day()
            self.clock.advance(timedelta(days=1))

    def invoice_one(self, routine: str) -> str:
        """Import one invoice, and return its number."""
        number = next(one for one in self._numbers if self._routine[one] == routine)
        self._invoice([number])
        return number

    def pass_weeks(self, weeks: int, *, pays_out: bool = False) -> None:
        """Let weeks go by in which nothing else happens."""
        for _ in range(weeks):
            for agency in AGENCY_OF.values():
                self.world.hand_over(agency)
            self._exchange(pays_out=pays_out)
            self._bank_day()
            self.clock.advance(timedelta(days=7) - timedelta(minutes=20))

    def take_back(self, number: str) -> None:
        """Recall a case in error."""
        self._taken_back(number, 0, None, self.hub_cases()[number])

    def pay_agency(self, number: str) -> None:
        """Let the debtor pay the agency all."""
        self._pays_agency_whole(number, 0, self._cases()[number])

    def _invoice(self, numbers: list[str]) -> None:
        """Import invoices that are due in a week."""
        today = self.clock.today()
        for number in numbers:
            self._amounts[number] = self._dice.randrange(10_000, 1_000_000)
            self._note("invoiced", number, self._amounts[number])
        for routine in AGENCY_OF:
            rows = [self._row(one, today) for one in numbers if self._routine[one] == routine]
            if rows:
                self.world.rows(*rows, tenant=self.world.tenant)

    def _row(self, number: str, today: date) -> dict[str, Any]:
        amount_ore = self._amounts[number]
        return {
            "number": number,
            "routine": self._routine[number],
            "invoice_date": str(today - timedelta(days=23)),
            "due_date": str(today + timedelta(days=7)),
            "reference": number,
            "amount": f"{amount_ore // 100},{amount_ore % 100:02}",
            "debtor_identity": PERSON,
            "address_line_1": "Storgatan 1",
            "address_line_2": "123 45 Staden",
        }

    def _happen(self) -> None:
        """Let each receivable that is due have its chance."""
        left = expected(self.happenings).left_ore
        cases = self._cases()
        hub_cases = self.hub_cases()
        self._end_disputes()
        for number, left_ore in left.items():
            for what, chance in CHANCES.items():
                if self._dice.random() < chance:
                    getattr(self, f"_{what}")(number, left_ore, cases.get(number), hub_cases.get(number))
                    break

    def _pays_us_whole(self, number: str, left_ore: int, *_: Any) -> None:
        self._pay_us(number, left_ore)

    def _pays_us_part(self, number: str, left_ore: int, *_: Any) -> None:
        self._pay_us(number, self._part(left_ore))

    def _pays_agency_whole(self, number: str, _: int, case: AgencyCase | None, *__: Any) -> None:
        if case is not None:
            self._pay_agency(number, case, case.left_ore + case.own_fee_ore)

    def _pays_agency_part(self, number: str, _: int, case: AgencyCase | None, *__: Any) -> None:
        if case is not None:
            self._pay_agency(number, case, self._part(case.left_ore + case.own_fee_ore))

    def _pays_both(self, number: str, left_ore: int, case: AgencyCase | None, *_: Any) -> None:
        """Two payments that cross: more comes than is owed."""
        if case is not None:
            self._pay_agency(number, case, case.left_ore + case.own_fee_ore)
            self._pay_us(number, left_ore)

    def _credited(self, number: str, left_ore: int, _: Any, hub_case: Case | None) -> None:
        there_ore = hub_case.left_there_ore if hub_case is not None and hub_case.is_settled else 0
        amount_ore = self._part(min(left_ore, self.world.one(number).principal_ore + there_ore))
        if amount_ore > 0:
            credit = CreditReceivable(
                key=self.world.next_key(),
                user="anna",
                receivable=Target(company="1", number=number),
                amount_ore=amount_ore,
                allow_credit_balance=bool(there_ore),  # what was settled is owed to the agency's account
            )
            self.world.tell_hub(credit)
            self._note("credited", number, amount_ore)

    def _disputed(self, number: str, *_: Any) -> None:
        """The debtor disputes it to us: the agency is asked to wait, and to go on a month later."""
        if self._routine[number] == "01" and number not in self._disputed_until:
            about = Target(company="1", number=number)
            self.world.tell_hub(
                SetHold(key=self.world.next_key(), user="anna", receivable=about, code="tvist", source="anna")
            )
            self._disputed_until[number] = str(self.clock.today() + timedelta(days=30))

    def _end_disputes(self) -> None:
        for number in [one for one, until in self._disputed_until.items() if until <= self.today]:
            about = Target(company="1", number=number)
            self.world.tell_hub(EndHold(key=self.world.next_key(), user="anna", receivable=about, code="tvist"))
            del self._disputed_until[number]

    def _goes_on(self, number: str, _: int, case: AgencyCase | None, *__: Any) -> None:
        if case is None or case.is_held:
            return
        if self._routine[number] == "01":
            self.svea.desk.advance(case, "krav_sent", self.today)
        else:
            self.books()["amili"].advance(case.number, "krav_sent")

    def _given_up(self, number: str, _: int, case: AgencyCase | None, *__: Any) -> None:
        if case is not None and self._routine[number] == "01" and not any(case.unsettled.values()):
            self.svea.desk.give_up(case, self._dice.choice(("NOT_FOUND", "DISPUTED_RETURNED")), self.today)

    def _taken_back(self, number: str, _: int, case: AgencyCase | None, hub_case: Case | None) -> None:
        """Taken back in error: a while later it is handed over again, as another case."""
        if hub_case is None or hub_case.state == "recalling" or (case is not None and any(case.unsettled.values())):
            return
        self.world.tell_hub(
            RecallCase(key=self.world.next_key(), user="anna", case_no=hub_case.case_no, reason="error")
        )

    def _pay_us(self, number: str, amount_ore: int) -> None:
        if amount_ore > 0:
            self._incoming.append(pay(amount_ore, number, booked_date=self.clock.today()))
            self._note("paid_us", number, amount_ore)

    def _bank_day(self) -> None:
        """What debtors and agencies have paid reaches us in one file."""
        for name, books in self.books().items():
            for payout in books.payouts[self._paid_out[name] :]:
                net_ore = sum(row["net"] for row in payout["rows"])
                payer = Payer(account=GIRO_OF[name])
                texts = (payout["reference"],)
                self._incoming.append(pay(net_ore, "", booked_date=self.clock.today(), payer=payer, texts=texts))
                self._paid_out[name] += 1
        if self._incoming:
            self.world.bank_tells(self._incoming)
            self._incoming = []

    def _pay_agency(self, number: str, case: AgencyCase, amount_ore: int) -> None:
        if amount_ore > 0 and case.left_ore > 0 and not case.is_recalled:
            self.books()[AGENCY_OF[self._routine[number]]].pay(case.number, amount_ore, self.today)
            self._note("paid_agency", number, amount_ore)

    def _go_wrong(self) -> None:
        for sandbox, faults in ((self.svea, SVEA_FAULTS), (self.amili, AMILI_FAULTS)):
            if self._dice.random() < self._faults:
                fault = self._dice.choice(faults)
                sandbox.order(fault)
                self.faults_met[fault] += 1

    def _exchange(self, *, pays_out: bool) -> None:
        """Let both sides tell each other, in turns; minutes pass, so that what is in doubt is asked about."""
        for _ in range(4):
            self.world.follow()
            self.clock.advance(timedelta(minutes=5))
            self.svea.desk.work(self.today, pays_out=pays_out)
            self.amili.work(self.today, pays_out=pays_out)
            self._note_opened()
            pays_out = False

    def _tell_by_hand(self) -> None:
        """A person telephones about credits that an agency has refused, as the task says."""
        cases = {case.case_no: case for case in self.hub_cases().values()}
        with self.world.store.read() as work:
            orders = work.collection_orders.of_cases(list(cases))
        for order in orders:
            if (order.kind, order.state) == ("credit", "refused") and order.order_key not in self._by_hand:
                self._by_hand.add(order.order_key)
                case, amount_ore = cases[order.case_no], json.loads(order.body)["credit"]["amount_ore"]
                self.books()[case.agency].credit(case.agency_case_no, f"by hand {order.order_key}", amount_ore)

    def _close_by_hand(self) -> None:
        """A person asks about claims that were never answered: the refusal was lost, and there is no case."""
        there = self._cases()
        for number, case in self.hub_cases().items():
            if case.state == "transferred" and number not in there and case.transferred_on < self.today:
                code = ClosingCode.REJECTED_BY_AGENCY
                self.world.tell_hub(CloseCase(key=self.world.next_key(), user="anna", case_no=case.case_no, code=code))

    def _note_opened(self) -> None:
        for name, books in self.books().items():
            for case in books.cases.values():
                if (name, case.number) not in self._opened:
                    self._opened.add((name, case.number))
                    self._note("case_opened", case.invoice_no, OWN_FEES_ORE[case.step])

    def _cases(self) -> dict[str, AgencyCase]:
        """Return the open cases of all agencies, by invoice."""
        return {
            case.invoice_no: case for books in self.books().values() for case in books.cases.values() if case.is_open
        }

    def hub_cases(self) -> dict[str, Case]:
        """Return the hub's open cases, by invoice."""
        with self.world.store.read() as work:
            found = work.collection_cases.latest(state="open", limit=1_000_000)
        return {row[1]: row[0] for row in found}

    def _note(self, what: str, number: str, amount_ore: int) -> None:
        self.happenings.append(Happening(self.today, what, number, amount_ore))

    def _part(self, amount_ore: int) -> int:
        return self._dice.randrange(1, amount_ore) if amount_ore > 1 else 0

    def differences(self) -> list[str]:
        """Return where the hub, the agencies and the naive count do not say the same."""
        return [*self._of_balances(), *self._of_cases(), *self._of_money()]

    def _of_balances(self) -> Iterator[str]:
        """What was paid too much waits in the queue, or stands below zero; what was settled is left at the agency."""
        waiting = self._waiting()
        settled = {number: case.left_there_ore for number, case in self.hub_cases().items() if case.is_settled}
        for number, left_ore in expected(self.happenings).left_ore.items():
            row = self.world.one(number)
            ours_ore = row.principal_ore + settled.get(number, 0) - waiting.pop(number, 0)
            if ours_ore != left_ore or row.fee_ore or row.interest_ore:
                yield f"{number}: the hub has {ours_ore} öre, the script comes to {left_ore}"
        yield from (f"{amount_ore} öre wait for {name or 'nobody'}" for name, amount_ore in waiting.items())

    def _waiting(self) -> Counter[str]:
        """Return suspended money by the reference that it names."""
        query = (
            "SELECT p.reference, q.remaining_ore FROM unallocated_payment q "
            "JOIN payment p ON p.payment_id = q.payment_id"
        )
        found: Counter[str] = Counter()
        for reference, remaining_ore in self.world.sql(f"{query} AND p.tenant = q.tenant WHERE q.remaining_ore > 0"):
            found[reference] += remaining_ore
        return found

    def _of_cases(self) -> Iterator[str]:
        here, there = self.hub_cases(), self._cases()
        for number in sorted(here.keys() ^ there.keys()):
            yield f"{number}: open {'here' if number in here else 'there'} alone"
        for number in sorted(here.keys() & there.keys()):
            ours, theirs = here[number].left_there_ore, there[number].left_ore
            if ours != theirs:
                yield f"{number}: {ours} öre is left by us, {theirs} by the agency"

    def _of_money(self) -> Iterator[str]:
        due = expected(self.happenings)
        cases = [case for books in self.books().values() for case in books.cases.values()]
        told_twice = sum(len(case.told_twice) for case in cases)
        with self.world.store.read() as work:
            settlements = work.agency_told.settlements(limit=1_000_000)
        payouts = [payout for books in self.books().values() for payout in books.payouts]
        pairs = {
            "collected, by the agencies": (sum(due.collected_ore.values()), sum(case.settled_ore for case in cases)),
            "collected, by the hub": (sum(due.collected_ore.values()), sum(one.collected_ore for one in settlements)),
            "kept fees": (due.kept_ore, sum(case.kept_ore for case in cases)),
            "paid out": (
                sum(row["net"] for payout in payouts for row in payout["rows"]),
                sum(one.net_ore for one in settlements),
            ),
            "payouts": (len(payouts), len(settlements)),
            "settled, and paid to us": (
                sum(one.net_ore for one in settlements),
                sum(one.paid_ore for one in settlements),
            ),
            "waiting for payouts": (0, self.world.accounts().get(ACCOUNTS["payouts"], 0)),
            "told twice": (0, told_twice),
        }
        for name, (one, other) in pairs.items():
            if one != other:
                yield f"{name}: {one} and {other}"
