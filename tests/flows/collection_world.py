"""A tenant that hands over to a small agency: receivables are imported, plans made and carried out, files answered."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from dunning_world import POLICY, REVENUES, DunningWorld
from payment_world import EventReader, pay, payment_file
from small_agency import GIRO, AgencyBooks, Plugin
from sqlalchemy import Engine, text

from hub.model.collection import Manner
from hub.model.collection_cases import Case, Order, Selection
from hub.model.dunning_plans import PlanItem, PlanState
from hub.model.exchanges import Exchange
from hub.model.import_rows import ImportReport
from hub.model.tenant import Tenant
from hub.runtime.plugins import TenantPlugins
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.books import carry_out
from hub.services.collection import fetching, receiving, transferring
from hub.services.collection.agencies import Agencies
from hub.services.collection.commands import COLLECTION_HANDLERS
from hub.services.collection.following import follow_cases
from hub.services.collection.planning import fill_plan, make_plan, plan_of
from hub.services.collection.sending import send_everything
from hub.services.payees import register_payees
from hub.services.payments.commands import HANDLERS
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.services.ports import UnitOfWork
from hub.services.verifying import verify
from hub.store.database import reading
from hub.store.verifying import SqlVerifying
from hub.testing.carrying import drain
from hub.testing.contexts import ContextInMemory
from hub.testing.example_tenant import company_settings, tenant_settings

PERSON = "191212121212"
ACCOUNTS = {
    "principal": "1580",
    "fee": "1581",
    "interest": "1582",
    "payouts": "1689",
    "commission": "6060",
    "vat": "2641",
    "court_costs": "3593",
}
RULE: dict[str, Any] = {"name": "usual", "agency": "small", "after_days": 5}
AGREEMENT: dict[str, Any] = {
    "agency": "small",
    "organisation_number": "556677-8899",
    "customer_no": "4711",
    "giro_numbers": [GIRO],
}
CODES: dict[str, Any] = {
    "inkasso": {"text": "At agency", "stops": ["reminder_1", "reminder_2", "demand", "interest"]},
    "plan": {"text": "Instalment plan"},  # stops nothing
}


def collection_tenant(
    *rules: dict[str, Any],
    agreement: dict[str, Any] | None = None,
    agreements: list[dict[str, Any]] | None = None,
    closing: dict[str, str] | None = None,
    company: dict[str, Any] | None = None,
) -> Tenant:
    """Return a tenant whose company hands over by these rules; by the usual one where none is given."""
    given = [{**RULE, "name": f"rule-{no}", **rule} for no, rule in enumerate(rules, 1)] or [RULE]
    made = company_settings(
        accounts=REVENUES,
        routines=[{"number": "01", "name": "Sundry"}, {"number": "04", "name": "Water"}],
        dunning={"policies": [POLICY], "hold_codes": CODES},
        collection={"transfers": given, "accounts": ACCOUNTS, "closing": closing or {}},
        **(company or {}),
    )
    systems = [{"name": "sundry", "company": "1", "routines": ["01", "04"]}]
    agreed = [AGREEMENT if agreement is None else {**AGREEMENT, **agreement}]
    return Tenant.model_validate(
        tenant_settings(made, source_systems=systems, collection_agencies=agreements or agreed)
    )


def two_companies(*, own_number: bool = False) -> Tenant:
    """Return a tenant of two companies that hand over, of one organisation number or with `own_number` of two."""
    own: dict[str, Any] = {"accounts": REVENUES, "dunning": {"policies": [POLICY], "hold_codes": CODES}}
    own["collection"] = {"transfers": [RULE], "accounts": {**ACCOUNTS, "between_companies": "1660"}}
    own["routines"] = [{"number": "01", "name": "Sundry"}, {"number": "04", "name": "Water"}]
    organisation_number = "556036-0793" if own_number else AGREEMENT["organisation_number"]
    first = company_settings(**own)
    second = company_settings(
        number="2", organisation_number=organisation_number, payee_accounts=[{"bankgiro": "321-7254"}], **own
    )
    agreed = [AGREEMENT]
    if own_number:
        agreed.append({**AGREEMENT, "organisation_number": organisation_number, "customer_no": "4712"})
    systems = [{"name": "sundry", "routines": ["01", "04"]}]
    return Tenant.model_validate(tenant_settings(first, second, source_systems=systems, collection_agencies=agreed))


class CollectionWorld(DunningWorld):
    """A ledger that hands over."""

    def __init__(
        self, engine: Engine, tenant: Tenant | None = None, *, manner: Manner = Manner.IN_FILES, **books: Any
    ) -> None:
        super().__init__(engine, tenant or collection_tenant())
        self.books = AgencyBooks(**books)
        self.plugins = TenantPlugins.from_objects(
            Plugin(self.books, manner=manner), contexts=lambda _: ContextInMemory()
        )
        self._occasions = 0
        self._payments = 100

    @property
    def agencies(self) -> Agencies:
        plugins = self.plugins
        return Agencies(self.tenant, plugins.collection_agencies, plugins.plugins_of_channels)

    def rows(self, *rows: Mapping[str, Any], **options: Any) -> ImportReport:
        """Import receivables; they are paid by their numbers, unless the tenant declares other references."""
        is_declared = bool(self.tenant.companies[0].references)
        named = [row if is_declared else {"reference": row["number"], **row} for row in rows]
        return super().rows(*named, **options)

    def person(self, *numbers: str, **fields: Any) -> None:
        """Import invoices of one person who can be handed over."""
        usual = {"debtor_identity": PERSON, "address_line_1": "Storgatan 1", "address_line_2": "123 45 Staden"}
        self.invoices(*numbers, **{**usual, **fields})

    def transfer_plan(self, on: date | None = None, **selection: Any) -> int:
        asked = Selection(agency="small", **selection)
        with self.store.write() as work:
            plan_no = make_plan(work, self.tenant, self.agencies, asked, on or self.clock.today(), user="anna")
        fill_plan(self.store.read, self.store.write, self.tenant, self.agencies, plan_no, lambda: self.rates, page=50)
        return plan_no

    def transfer(self, plan_no: int | None = None, **selection: Any) -> int:
        """Carry a plan out; without one, make it first."""
        plan_no = self.transfer_plan(**selection) if plan_no is None else plan_no
        with self.store.write() as work:
            transferring.start_plan(work, self.tenant, plan_no)
        self.work()
        return plan_no

    def transfer_unsent(self) -> None:
        """Hand over what is due, and send nothing of it yet."""
        plan_no = self.transfer_plan()
        with self.store.write() as work:
            work.plans.change(plan_no, was=PlanState.PLANNED, state=PlanState.EXECUTING)
            given = {"plan_no": plan_no, "after": 0, "run_no": 1}
            transferring.transfer_chunk(
                work, given, tenant=self.tenant, agencies=self.agencies, rates=lambda: self.rates
            )

    def bodies(self) -> dict[str, Any]:
        agencies = self.agencies
        return {
            transferring.RUN_KIND: transferring.TransferRun(
                self.store, self.tenant, agencies, lambda: self.rates,
                lambda work: send_everything(work, self.tenant, agencies),
            ),
            fetching.RUN_KIND: fetching.CollectionRun(self.store, self.tenant, agencies),
            receiving.RUN_KIND: receiving.AgencyFileRun(self.store, self.tenant, agencies),
            SENDING: SendingRun(self.store, self.plugins.channels, self.clock),
            "ingest": PaymentFileRun(
                self.store, self.tenant, [("test", EventReader("bgmax"))],
                ChunkPoster(self.tenant, agency_accounts=agencies.all_accounts),
            ),
        }  # fmt: skip

    def work(self) -> dict[str, Any]:
        """Carry out what is queued, and make rounds until there is nothing more."""
        answers = drain(self.store, self.bodies())
        for _ in range(20):
            with self.store.write() as work:
                has_more = self.follow_cases(work)
            more = drain(self.store, self.bodies())
            is_new = not more.keys() <= answers.keys()  # what waits for its time comes again
            answers |= more
            if not has_more and not is_new:
                break
        return answers

    def follow_cases(self, work: UnitOfWork) -> bool:
        """Do what a round does for collection."""
        return follow_cases(
            work, self.tenant, self.agencies, lambda: self.rates,
            lambda unit, command: carry_out(unit, self.tenant, command, HANDLERS),
        )  # fmt: skip

    def follow(self) -> dict[str, Any]:
        """Fetch from the agency, take it in, and send what waits."""
        self.work()
        self._occasions += 1
        with self.store.write() as work:
            work.runs.enqueue_another(f"{fetching.RUN_KIND}:north:{self._occasions}", fetching.RUN_KIND, {})
        return self.work()

    def receive(self, content: bytes, name: str = "in.json") -> Exchange:
        kept = self.store.contents.keep(io.BytesIO(content))
        with self.store.write() as work:
            exchange, _ = receiving.keep_file(
                work, "north", "small", "small", name=name, sha256=kept.sha256, size=kept.size
            )
        self.work()
        with self.store.read() as work:
            return work.exchanges.get(exchange.number)

    def tell_hub(self, command: Any) -> Any:
        with self.store.write() as work:
            answer = carry_out(work, self.tenant, command, {**HANDLERS, **COLLECTION_HANDLERS})
        self.work()
        return answer

    def bank_file(self, *payments: Any, serial: str = "1", **options: Any) -> Exchange:
        """Let a file of incoming payments come."""
        with self.store.write() as work:
            register_payees(work, self.tenant)
        exchange, _ = receive(
            self.store, io.BytesIO(payment_file("bgmax", payments, serial=serial, **options)), name="bg.txt"
        )
        self.work()
        with self.store.read() as work:
            return work.exchanges.get(exchange.number)

    def queue(self) -> list[tuple[str, str, int]]:
        """(state, reason, remaining öre) of the queue."""
        with self.store.read() as work:
            return [(one.state, one.reason, one.remaining_ore) for one in work.queue.waiting()]

    def payments(self, exchange: Exchange) -> list[int]:
        """The payments of a file, in its order."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                text("SELECT payment_id FROM payment WHERE exchange_no = :x ORDER BY payment_id"),
                {"x": exchange.number},
            )
            return [row[0] for row in rows]

    def paid(self, number: str, amount_ore: int, day: str = "2026-11-01") -> None:
        """Let money come that names a receivable."""
        self._payments += 1
        self.bank_file(pay(amount_ore, number, booked_date=date.fromisoformat(day)), serial=str(self._payments))

    def transfer_items(self, plan_no: int) -> list[PlanItem]:
        with self.store.read() as work:
            assert plan_of(work, plan_no)
            return work.plans.items(plan_no)

    def why(self, plan_no: int) -> list[tuple[str, str]]:
        """(verdict or outcome, why) of every item."""
        items = self.transfer_items(plan_no)
        return [(one.outcome or one.verdict, one.outcome_reason or one.reason) for one in items]

    def counted(self, plan_no: int) -> dict[str, int]:
        with self.store.read() as work:
            return dict(plan_of(work, plan_no).counted)

    def cases(self) -> list[Case]:
        with self.store.read() as work:
            return [row[0] for row in reversed(work.collection_cases.latest(limit=100_000))]

    def case(self, number: str = "1001") -> Case:
        with self.store.read() as work:
            return work.collection_cases.latest(number=number, limit=1)[0][0]

    def orders(self, number: str = "1001") -> list[Order]:
        with self.store.read() as work:
            return work.collection_orders.of_cases([self.case(number).case_no])

    def told(self) -> list[str]:
        """The kinds of what the agency has taken, in order."""
        return [line["kind"] for line in self.books.lines]

    def tasks(self) -> dict[str, str]:
        with self.store.read() as work:
            return {task["kind"]: task["text"] for task in work.commands.open_tasks()}

    def events(self, kind: str) -> list[dict[str, Any]]:
        with self.store.read() as work:
            return [event.data for event in work.events.after(0, 100_000) if event.kind == kind]

    def holds(self, number: str = "1001") -> list[str]:
        with self.store.read() as work:
            held = work.receivables.active_holds([self.one(number).receivable_id], work.today)
        return [hold.code for hold in held]

    def verify(self) -> list[str]:
        """Return the codes of what `hub verify` finds."""
        found = verify(SqlVerifying(self.engine, self.store.tenant), None, self.tenant)
        return sorted(one.code for one in found.results if one.found)

    def next_day(self, days: int = 1) -> None:
        self.clock.advance(timedelta(days=days))
