"""One day's files taken in, one after the other: what `hub demo` tells about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hub.demo.folder import BGMAX, CAMT053, CAMT054, RECEIVABLES, SOURCE_SYSTEM, TENANT, DemoFolder, lay_out
from hub.demo.month import Month, live_month
from hub.demo.outgoing import Outgoing, send_documents
from hub.demo.overdue import Overdue, pursue
from hub.model.enquiries import AccountBalance, PaymentStory
from hub.model.exchanges import Exchange
from hub.model.import_rows import ImportReport
from hub.model.payments import Deposit, Lump
from hub.runtime.facade import Hub


@dataclass(frozen=True)
class FileStory:
    """A payment file, and what became of every payment in it."""

    exchange: Exchange
    payments: list[PaymentStory]

    def of(self, what: str) -> list[PaymentStory]:
        """Return the payments of which some share has this fate."""
        return [payment for payment in self.payments if any(fate.what == what for fate in payment.fates)]


@dataclass(frozen=True)
class Day:
    """Everything that happened."""

    folder: DemoFolder
    imported: ImportReport
    bgmax: FileStory
    camt054: FileStory
    camt053: FileStory
    lumps: list[Lump]
    deposits: list[Deposit]
    balances: list[AccountBalance]
    accounts: dict[str, str]  # ledger account → what it is for
    outgoing: Outgoing | None  # None: no plugin with another side to send to is installed
    month: Month | None  # None: no plugin that collects by direct debit is
    overdue: Overdue | None  # None: no printer, or no enforcement authority, is


def run_day(home: Path) -> Day:
    """Lay out the demonstration in a folder and take its files in. Raises ConfigurationError as `lay_out`."""
    folder = lay_out(home)
    with Hub.open(home, TENANT) as hub:
        imported = hub.import_receivables(folder.file(RECEIVABLES), source_system=SOURCE_SYSTEM)
        bgmax, camt054, camt053 = (_received(hub, folder.file(name)) for name in (BGMAX, CAMT054, CAMT053))
        lumps, deposits = hub.payments.lumps(state=""), hub.payments.deposits()
        balances, accounts = hub.balances(), _names(hub)
    return Day(
        folder=folder,
        imported=imported,
        bgmax=bgmax,
        camt054=camt054,
        camt053=camt053,
        lumps=lumps,
        deposits=deposits,
        balances=balances,
        accounts=accounts,
        outgoing=send_documents(folder),
        month=live_month(folder),
        overdue=pursue(folder),
    )


def _received(hub: Hub, file: Path) -> FileStory:
    number = hub.receive(file).exchange.number
    return FileStory(hub.exchanges.get(number), hub.exchanges.payments(number, limit=1_000))


def _names(hub: Hub) -> dict[str, str]:
    """Name the ledger accounts by their roles; the first role wins where an account has several."""
    names: dict[str, str] = {}
    for company in hub.tenant.companies:
        for role, account in company.accounts.model_dump().items():
            if account:
                names.setdefault(account, role.replace("_", " "))
        for routine in company.routines:
            if routine.revenue_account:
                names.setdefault(routine.revenue_account, f"revenue, {routine.name}")
    return names
