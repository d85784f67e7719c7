"""`hub.bank`: files from and to banks, by which connection, and where each stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from hub.contracts import BankConnection
from hub.errors import DataError
from hub.model.bank_connections import BankFileRow, ConnectionRow
from hub.model.bank_rules import BankRule
from hub.model.bank_statements import GapRow, Statement
from hub.model.payee_account import read_account
from hub.model.runs import Run
from hub.rules.payments.statements import in_order, whole_statements
from hub.runtime.inspecting import opened
from hub.runtime.tenant_work import TenantWork
from hub.services.bank_connections.fetching import FETCHED, RUN_KIND, queue_fetches
from hub.services.payees import Payees
from hub.services.payments.trying_rules import TriedEntry, try_rules

PAGE = 500  # files read at a time


class ConnectionState(NamedTuple):
    """A bank connection of the settings, and how the looks at it went. Times are ISO text in UTC, blank for never."""

    name: str
    plugin: str
    way: str
    fetches_from: str  # blank when it fetches nothing
    channel: str  # by which files are handed over; blank when it takes none
    fetched_at: str
    failed_at: str
    problem: str


class FetchReport(NamedTuple):
    """A look at one bank: its run, and the files that it has taken in."""

    connection: str
    run: Run
    files: list[BankFileRow]


class RuleOfAccount(NamedTuple):
    """A bank rule, and whose statements it is for."""

    company: str
    account: str
    rule: BankRule


class AccountStatements(NamedTuple):
    """Statements of one account and currency that tell both their balances, one after the other, and the gaps."""

    account: str
    currency: str
    statements: list[Statement]
    gaps: list[GapRow]


class BankDesk:
    """One tenant's banks."""

    def __init__(self, work: TenantWork, carry_out: Callable[[], object]) -> None:
        self._work = work
        self._carry_out = carry_out

    def connections(self) -> list[ConnectionState]:
        """Return the bank connections of the settings, in their order. Raises ConfigurationError for wrong ones."""
        with self._work.store.read() as work:
            looked = work.bank_files.connections()
        plugins = self._work.plugins.plugins_of_banks
        return [
            _state(one, plugins[name], looked.get(name, ConnectionRow(name))) for name, one in self._connections.items()
        ]

    def fetch(self, connection: str = "") -> list[FetchReport]:
        """Look at one bank, or at all, and take in what has come to rest there; a look that is under way is waited for.

        A bank that does not answer is no error here: its run waits, or has failed, and says why.

        Raises:
            DataError: there is no such connection.
        """
        names = [self._known(connection)] if connection else [n for n, one in self._connections.items() if one.endpoint]
        before = self._work.enquiries.latest_event()
        with self._work.store.write() as work:
            queue_fetches(work, self._work.tenant.id, names, f"asked:{work.now}")
            runs = {run.input["connection"]: run.run_id for run in work.runs.unfinished() if run.kind == RUN_KIND}
        self._carry_out()
        taken = [event.data["exchange_no"] for event in self._work.enquiries.events(FETCHED, after=before)]
        with self._work.store.read() as work:
            files = work.bank_files.came(taken)
            return [
                FetchReport(name, run, [file for file in files if file.connection == name])
                for name in names
                if (run := work.runs.get(runs[name])) is not None
            ]

    def files(
        self,
        *,
        connection: str = "",
        state: str = "",
        direction: str = "",
        before: int | None = None,
        limit: int = 100,
    ) -> list[BankFileRow]:
        """Return files from and to banks and where each stands, newest first. Raises DataError for no connection."""
        if connection:
            self._known(connection)
        chosen = (
            one
            for one in self._all_files(before)
            if connection in ("", one.connection) and state in ("", one.state) and direction in ("", one.direction)
        )
        return list(islice(chosen, limit))

    def _all_files(self, before: int | None) -> Iterator[BankFileRow]:
        with self._work.store.read() as work:
            while page := work.bank_files.files(self._channels, before=before, limit=PAGE):
                yield from page
                before = page[-1].exchange_no

    def rules(self) -> list[RuleOfAccount]:
        """Return the bank rules of the settings, in the order in which they are tried."""
        return [
            RuleOfAccount(company.number, f"{account.scheme}:{account.number}", rule)
            for company in self._work.tenant.companies
            for account in company.payee_accounts
            for rule in account.bank_rules
        ]

    def try_rules(self, file: Path | BinaryIO, *, name: str = "") -> list[TriedEntry]:
        """Say what bank rules would make of a file's statements; nothing is kept. Raises as `try_rules`."""
        _, opening = opened(file, name)
        with opening as stream:
            return list(try_rules(self._work.tenant, self._work.plugins.readers, stream))

    def statements(self, account: str = "") -> list[AccountStatements]:
        """Return the statements of one bank account, or of all, in order, with what is missing between them.

        `account` is one of its numbers, such as `bankgiro:991-2346`, or an IBAN.

        Raises:
            DataError: the settings have no such account.
        """
        names = self._accounts(account)
        with self._work.store.read() as work:
            told = whole_statements(work.bank_statements.of_accounts(names, with_booked=True))
            gaps = work.bank_statements.gaps(names)
        keys = sorted({(one.account_no, one.currency) for one in told}, key=lambda key: (names[key[0]], key[1]))
        return [
            AccountStatements(
                names[number],
                currency,
                in_order(one for one in told if (one.account_no, one.currency) == (number, currency)),
                [gap for gap in gaps if (gap.account_no, gap.currency) == (number, currency)],
            )
            for number, currency in keys
        ]

    def _accounts(self, account: str) -> dict[int, str]:
        """Return the canonical names of accounts by number. Raises DataError for one that there is not."""
        with self._work.store.read() as work:
            numbers = work.accounts.numbers()
            payees = Payees(self._work.tenant, numbers)
        names = {number: name for name, number in numbers.items()}
        if not account:
            return names
        try:
            payee = payees.find_written(read_account(account))
        except ValueError as error:
            raise DataError(f"the account {error}") from None
        if payee is None:
            raise DataError(f"the settings have no such account; there is: {', '.join(sorted(numbers)) or 'none'}")
        return {payee.account_no: names[payee.account_no]}

    @property
    def _connections(self) -> Mapping[str, BankConnection]:
        return self._work.plugins.bank_connections

    @property
    def _channels(self) -> dict[str, str]:
        return {one.channel: name for name, one in self._connections.items() if one.channel}

    def _known(self, connection: str) -> str:
        if connection not in self._connections:
            known: Sequence[str] = list(self._connections) or ["none: see docs/bank-connections.md"]
            raise DataError(f"there is no bank connection {connection}; there is: {', '.join(known)}")
        return connection


def _state(one: BankConnection, plugin: str, looked: ConnectionRow) -> ConnectionState:
    return ConnectionState(
        one.name, plugin, one.way, one.endpoint, one.channel, looked.fetched_at, looked.failed_at, looked.problem
    )
