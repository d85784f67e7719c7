"""A small world for payment flows: a tenant, its store, receivables, and files made of events."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from sqlalchemy import Engine, text

from hub.banking_calendar import FixedClock
from hub.contracts import Recognition
from hub.model.books import Bucket, Contra, Posting
from hub.model.exchanges import Exchange
from hub.model.payment_file import (
    Balance,
    Deduction,
    FileClosed,
    FileEvent,
    FileOpened,
    Key,
    Level,
    OtherEntry,
    OtherKind,
    Part,
    PayeeAccount,
    Payer,
    Payment,
    Reversal,
    SectionClosed,
    SectionOpened,
)
from hub.model.receivables import Receivable, ReferenceRow
from hub.model.tenant import Tenant
from hub.rules.references import normal_form
from hub.runtime.carrying import Body
from hub.services.chart import chart_of
from hub.services.payees import register_payees
from hub.services.payments.ingesting import PaymentFileRun
from hub.services.payments.posting import ChunkPoster
from hub.services.payments.receiving import receive
from hub.services.payments.rematching import RematchRun, enqueue_rematch
from hub.store.database import reading
from hub.store.unit_of_work import SqlStore
from hub.testing.carrying import drain
from hub.testing.example_tenant import company_settings, tenant_settings

GIRO = PayeeAccount("bankgiro", "9912346")
DAY = date(2026, 11, 16)

ACCOUNTS = {"reminder_fee": "3590", "interest_revenue": "8313", "carried": "2890"}
IBAN = "SE4550000000058398257466"


def settings_of_company(*, accounts: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """The example company with limits, an IBAN beside its bankgiro number, and the accounts that charges need."""
    own = {
        "payee_accounts": [{"bankgiro": "991-2346", "also": [{"iban": IBAN}]}],
        "limits": {"over_payment_limit": "5.00", "under_payment_limit": "5.00"},
    }
    return company_settings(accounts=ACCOUNTS | (accounts or {}), **own | changes)


class EventReader:
    """Reads files whose lines are events as JSON; each family has a reader of its own."""

    def __init__(self, family: str) -> None:
        self.family = family

    @property
    def name(self) -> str:
        return self.family

    def recognises(self, head: bytes) -> Recognition:
        return Recognition.YES if head.startswith(f"events {self.family}\n".encode()) else Recognition.NO

    def content_key(self, stream: BinaryIO) -> str:
        return hashlib.sha256(stream.read()).hexdigest()

    def read(self, stream: BinaryIO) -> Iterator[FileEvent]:
        stream.readline()
        for line in stream:
            kind, values = json.loads(line)
            yield _KINDS[kind](**_restored(values))


_KINDS: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        FileOpened,
        SectionOpened,
        Payment,
        Deduction,
        Reversal,
        OtherEntry,
        Balance,
        SectionClosed,
        FileClosed,
    )
}


def _restored(values: dict[str, Any]) -> dict[str, Any]:
    restored = dict(values)
    for name in ("booked_date", "on_date"):
        if restored.get(name):
            restored[name] = date.fromisoformat(restored[name])
    for name, kind in (
        ("account", PayeeAccount),
        ("alternative_account", PayeeAccount),
        ("payer", Payer),
        ("counterparty", Payer),
    ):
        if restored.get(name):
            restored[name] = kind(*restored[name])
    for name in ("parts", "texts", "references"):
        if name in restored:
            restored[name] = tuple(tuple(item) if isinstance(item, list) else item for item in restored[name])
    if "parts" in restored:
        restored["parts"] = tuple(Part(*part) for part in restored["parts"])
    if "keys" in restored:
        restored["keys"] = tuple(Key(*key) for key in restored["keys"])
    return restored


def pay(amount_ore: int, reference: str = "", **more: Any) -> Payment:
    """A payment on DAY unless said otherwise."""
    values = {"line": 1, "entry": 1, "currency": "SEK", "booked_date": DAY, **more}
    return Payment(amount_ore=amount_ore, reference=reference, **values)


def payment_file(
    family: str,
    events: Sequence[FileEvent],
    *,
    level: str = Level.SPECIFICATION,
    account: PayeeAccount = GIRO,
    alternative: PayeeAccount | None = None,
    serial: str = "",
    identity: str = "",
    created_at: str = "2026-11-16T12:00:00",
    is_test: bool = False,
    marker: str = "",
    bank_account: str = "",
) -> bytes:
    """The bytes of a file with one section."""
    signed = [(e, 1 if isinstance(e, Payment) else -1) for e in events if isinstance(e, Payment | Deduction)]
    net = sum(sign * event.amount_ore for event, sign in signed)
    whole: list[FileEvent] = [
        FileOpened(family, family, marker, created_at, is_test),
        SectionOpened(account, level, "SEK", identity, alternative_account=alternative),
        *events,
        SectionClosed(99, net, len(events), DAY, serial, bank_account=bank_account),
        FileClosed(100, sum(isinstance(e, Payment) for e in events), sum(isinstance(e, Deduction) for e in events)),
    ]
    lines = [json.dumps([type(event).__name__, event._asdict()], default=str) for event in whole]
    return f"events {family}\n{chr(10).join(lines)}\n".encode()


def lump(amount_ore: int, *texts: str, entry: int = 1) -> OtherEntry:
    """A movement on the account without details, on DAY."""
    return OtherEntry(1, entry, amount_ore, "SEK", DAY, OtherKind.LUMP, texts=texts)


def statement(*entries: FileEvent, **more: Any) -> bytes:
    """The bytes of a camt.053 file with one section of account movements."""
    return payment_file("camt.053", entries, level=Level.LUMP, **more)


class World:
    """A tenant with a store and everything that runs payment files."""

    def __init__(
        self,
        engine: Engine,
        *,
        name: str = "north",
        use_sets: bool = True,
        clock: FixedClock | None = None,
        **company: Any,
    ) -> None:
        self.engine = engine
        self.tenant = Tenant.model_validate(tenant_settings(settings_of_company(**company), id=name))
        self.clock = clock or FixedClock(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))
        self.store = SqlStore(engine, name, self.clock)
        readers = [("test", EventReader(family)) for family in ("bgmax", "camt.054", "camt.053")]
        poster = ChunkPoster(self.tenant, use_sets=use_sets)
        self.bodies: dict[str, Body] = {
            "ingest": PaymentFileRun(self.store, self.tenant, readers, poster),
            "rematch": RematchRun(self.store, self.tenant, poster),
        }
        with self.store.write() as work:
            register_payees(work, self.tenant)

    def drain(self) -> dict[str, Any]:
        """Carry out everything that is queued."""
        return drain(self.store, self.bodies)

    def owe(self, number: str, amount_ore: int, reference: str = "", **more: Any) -> int:
        """Add a receivable and return its id."""
        with self.store.write() as work:
            receivable_id = work.receivables.take_ids(1)
            kind = more.get("kind", "invoice")
            group = work.receivables.posting_group("1", more.get("routine", "01"), kind)
            row = Receivable(
                receivable_id=receivable_id,
                company="1",
                number=number,
                source_system="test",
                version=1,
                chain_id=receivable_id,
                kind=kind,
                group_no=group,
                routine=more.get("routine", "01"),
                currency="SEK",
                original_ore=amount_ore,
                invoice_date="2026-10-01",
                due_date=more.get("due_date", "2026-10-31"),
                original_due_date="2026-10-31",
                debtor_number=more.get("debtor_number", ""),
                debtor_name=more.get("debtor_name", "Test Testsson"),
                debtor_identity=more.get("debtor_identity", ""),
                debtor_address=more.get("debtor_address", ""),
                second_debtor_name=more.get("second_debtor_name", ""),
                second_debtor_identity="",
                register_identity="",
                department="",
                refers_to="",
                credits_number="",
                coding="",
                is_opening=0,
                language=more.get("language", ""),
            )
            work.receivables.insert([row])
            key = normal_form(reference or number)
            account_no = next(iter(work.accounts.numbers().values()))
            work.receivables.add_references([ReferenceRow(account_no, key, receivable_id, "2026-10-01")])
            work.books.add([self._debit(row, amount_ore, Bucket.PRINCIPAL)])
            for bucket in (Bucket.FEE, Bucket.INTEREST):
                if more.get(f"{bucket}_ore"):
                    work.books.add([self._debit(row, more[f"{bucket}_ore"], bucket)])
            work.books.apply(chart_of(work, self.tenant), voucher_type="invoices")
            if more.get("rematch", True):
                enqueue_rematch(work, self.tenant.id, f"import:{receivable_id}", [(account_no, key)])
        self.drain()
        return receivable_id

    def _debit(self, row: Receivable, amount_ore: int, bucket: str) -> Posting:
        return Posting(
            receivable_id=row.receivable_id,
            bucket=bucket,
            amount_ore=amount_ore,
            group_no=row.group_no,
            company="1",
            payment_id=None,
            exchange_no=None,
            section_no=0,
            account_no=0,
            currency="SEK",
            transaction_date=row.invoice_date,
            booked_date=row.invoice_date,
            cause="invoiced",
            contra=Contra.REVENUE,
        )

    def receive(self, content: bytes, name: str = "file.txt") -> Exchange:
        """Receive a file and carry its run out."""
        exchange, _ = receive(self.store, io.BytesIO(content), name=name)
        self.drain()
        return self.exchange(exchange.number)

    def exchange(self, number: int) -> Exchange:
        with self.store.read() as work:
            return work.exchanges.get(number)

    def open_ore(self, receivable_id: int) -> int:
        with self.store.read() as work:
            return work.receivables.find(receivable_id=receivable_id)[0].open_ore

    def rules_of(self, receivable_id: int) -> list[str]:
        with self.store.read() as work:
            return [e["rule"] for e in work.receivables.entries(receivable_id) if e["payment_id"]]

    def waiting(self) -> list[tuple[str, str, int]]:
        """(state, reason, remaining öre) of the queue."""
        with self.store.read() as work:
            return [(q.state, q.reason, q.remaining_ore) for q in work.queue.waiting()]

    def account_balance(self, account: str) -> int:
        """Debits less credits of a ledger account."""
        return self.number(
            "SELECT coalesce(sum(amount_ore), 0) FROM voucher_line WHERE tenant = :t AND account = :a", a=account
        )

    def number(self, statement: str, **values: Any) -> int:
        with reading(self.engine) as connection:
            return int(connection.execute(text(statement), {"t": self.store.tenant, **values}).scalar_one())
