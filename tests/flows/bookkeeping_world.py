"""A tenant whose vouchers go to the ledger of the SIE plugin's sandbox, and that ledger."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.model.books import Bucket, Contra, Posting
from hub.model.receivables import Receivable
from hub.model.tenant import Tenant
from hub.rules.bookkeeping.comparing import AccountComparison
from hub.runtime.plugins import TenantPlugins
from hub.services.attempts import RUN_KIND as SENDING
from hub.services.attempts import SendingRun
from hub.services.bookkeeping.comparing import compare
from hub.services.bookkeeping.exporting import RUN_KIND, Exporters, ExportRun
from hub.services.bookkeeping.planning import ExportPlan, plan
from hub.services.bookkeeping.receiving import LedgerReport, receive_ledger_file
from hub.services.chart import chart_of
from hub.services.ports import JsonObject
from hub.store.database import reading
from hub.store.unit_of_work import SqlStore
from hub.testing.carrying import drain
from hub.testing.contexts import ContextInMemory
from hub.testing.example_tenant import company_settings, tenant_settings
from hub_sie import Plugin, SieSettings
from hub_sie.sandbox import LedgerOnFolder

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOOKKEEPING = {"exporter": "sie", "default_series": "H", "series": {"giro_payments": "K"}}


class BookkeepingWorld:
    """A store with one company's books, and a ledger that takes its files."""

    def __init__(self, engine: Engine, ledger: LedgerOnFolder, *, name: str = "north", **bookkeeping: Any) -> None:
        self.name = name
        self.engine = engine
        self.ledger = ledger
        self.clock = FixedClock(NOW)
        self.store = SqlStore(engine, name, self.clock)
        self.plugins = TenantPlugins.from_objects(
            Plugin(SieSettings.model_validate(ledger.settings)), contexts=lambda _: ContextInMemory()
        )
        self.set(**bookkeeping)

    def set(self, *, company: dict[str, Any] | None = None, **bookkeeping: Any) -> None:
        """Give the company other settings."""
        own = company_settings(bookkeeping=BOOKKEEPING | bookkeeping, **(company or {}))
        self.tenant = Tenant.model_validate(tenant_settings(own, id=self.name))

    @property
    def company(self):
        return self.tenant.companies[0]

    @property
    def exporters(self) -> Exporters:
        return Exporters(self.plugins.bookkeeping_exporters, self.plugins.plugins_of_channels)

    def invoice(
        self, number: int, amount_ore: int = 100_000, day: str = "2026-11-20", contra: str = Contra.REVENUE
    ) -> int:
        """Import a receivable and return the number of its voucher, 0 when there is none."""
        given: dict[str, Any] = {
            "receivable_id": number, "company": "1", "number": str(1000 + number), "source_system": "s", "version": 1,
            "chain_id": number, "kind": "invoice", "group_no": 0, "currency": "SEK", "original_ore": amount_ore,
            "invoice_date": day, "due_date": day, "original_due_date": day, "is_opening": 0,
        }  # fmt: skip
        receivable = Receivable(**{**dict.fromkeys(Receivable._fields, ""), **given})
        with self.store.write() as work:
            group = work.receivables.posting_group("1", "", "invoice")
            work.receivables.insert([receivable._replace(group_no=group)])
            work.books.add([self._posting(number, amount_ore, group, day, contra)])
            vouchers = work.books.apply(chart_of(work, self.tenant), voucher_type="receivables")
        return vouchers[0].number if vouchers else 0

    def pay(self, number: int, amount_ore: int = 100_000, day: str = "2026-11-21") -> int:
        """Pay a receivable and return the number of the voucher."""
        with self.store.write() as work:
            group = work.receivables.posting_group("1", "", "invoice")
            work.books.add([self._posting(number, -amount_ore, group, day, Contra.CLEARING)])
            return work.books.apply(chart_of(work, self.tenant), voucher_type="giro_payments")[0].number

    @staticmethod
    def _posting(receivable: int, amount_ore: int, group: int, day: str, contra: str) -> Posting:
        return Posting(
            receivable,
            Bucket.PRINCIPAL,
            amount_ore,
            group,
            "1",
            None,
            None,
            0,
            0,
            "SEK",
            day,
            day,
            "test",
            contra=contra,
        )

    def plan(self) -> ExportPlan:
        return plan(self.store, self.company, self.exporters.of(self.company))

    def export(self, occasion: str = "1") -> JsonObject:
        """Export, let the files be sent and read in; return what the run answered."""
        with self.store.write() as work:
            work.runs.enqueue_another(f"{RUN_KIND}:{self.name}:{occasion}", RUN_KIND, {})
        answers = drain(self.store, self.bodies())
        self.ledger.work()
        return next((answer for run_id, answer in answers.items() if run_id.startswith(RUN_KIND)), {})

    def bodies(self) -> dict[str, Any]:
        return {
            RUN_KIND: ExportRun(self.tenant, self.exporters),
            SENDING: SendingRun(self.store, self.plugins.channels, self.clock),
        }

    def receive(self, content: bytes | None = None, company: str = "") -> LedgerReport:
        """Take in the ledger's own file."""
        stream = io.BytesIO(self.ledger.file() if content is None else content)
        exporters = self.exporters.by_name
        return receive_ledger_file(self.store, self.tenant, exporters, stream, name="bok.se", company=company)

    def compare(self, month: str = "2026-11") -> dict[str, AccountComparison]:
        with self.store.read() as work:
            return {one.account: one for one in compare(work, self.tenant, self.company, month)}

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def stands(self) -> list[tuple[int, str, str, str]]:
        """Return voucher number, state, and the ledger's series and number, oldest first."""
        with self.store.read() as work:
            found = work.exporting.exported()
        return [(one.voucher_no, one.state, one.ledger_series, one.ledger_number) for one in reversed(found)]

    def tasks(self) -> dict[str, str]:
        with self.store.read() as work:
            return {task["kind"]: task["text"] for task in work.commands.open_tasks()}

    def events(self, kind: str) -> list[JsonObject]:
        with self.store.read() as work:
            return [event.data for event in work.events.after(0) if event.kind == kind]

    def files(self) -> Sequence[bytes]:
        """Return the bytes of the files that were made, oldest first."""
        with self.store.read() as work:
            made = list(work.exchanges.latest(kind="bookkeeping_file"))
        return [self.store.contents.open(one.sha256).read() for one in reversed(made)]
