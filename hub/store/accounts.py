"""Numbers of the canonical payee accounts, and which run may judge and post each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sqlalchemy import Connection

from hub.rules.payments.bank_accounts import Accounts, PaidInto, as_files_show, as_settings_say, led_to_their_ends
from hub.store.counters import take_numbers
from hub.store.statements import text


class SqlAccounts:
    """Payee accounts of one tenant within one transaction."""

    def __init__(self, connection: Connection, tenant: int) -> None:
        self._connection = connection
        self._tenant = tenant

    def numbers(self) -> dict[str, int]:
        """Return the number of each canonical account, such as `bankgiro:9912346`."""
        rows = self._connection.execute(
            text("SELECT canonical, account_no FROM payee_account WHERE tenant = :t"), {"t": self._tenant}
        )
        return {row.canonical: row.account_no for row in rows}

    def register(self, accounts: Iterable[tuple[str, str]]) -> dict[str, int]:
        """Give numbers to accounts (canonical, company) that have none, and return all numbers."""
        known = self.numbers()
        new = {canonical: company for canonical, company in accounts if canonical not in known}
        for canonical, company in new.items():
            self._connection.execute(
                text(
                    "INSERT INTO payee_account (tenant, account_no, canonical, company, bank_account_no) "
                    "VALUES (:t, :number, :canonical, :company, :number) ON CONFLICT (tenant, canonical) DO NOTHING"
                ),
                {
                    "t": self._tenant,
                    "number": take_numbers(self._connection, self._tenant, "payee_account"),
                    "canonical": canonical,
                    "company": company,
                },
            )
        return self.numbers() if new else known  # read again: another process may have been first

    def bank_accounts(self) -> dict[int, int]:
        """Return, for each account, the account whose statements tell its money: itself, unless one says otherwise."""
        return {number: of.end for number, of in self._paid_into().items()}

    def ends(self) -> dict[int, int]:
        """Return the same as what settings and files say leads to it, whatever is written of it."""
        return {number: of.end for number, of in led_to_their_ends(self._paid_into()).items()}

    def unproved(self) -> set[int]:
        """Return the accounts of which nothing says where their money is paid in, and no statement has come."""
        known = self._paid_into().items()
        return {number for number, of in known if of.said is None and of.shown is None and not of.has_statement}

    def note_paid_into(self, paid_into: Mapping[int, int | None]) -> None:
        """Write down in which account the settings say that each account they have is paid in; None: they do not."""
        self._lead(lambda accounts: as_settings_say(accounts, paid_into))

    def note_told_into(self, exchange_no: int, paid_in: Iterable[tuple[int, int]] = ()) -> None:
        """Write down what a file shows: a section of one account with payments to another that has no statements.

        `paid_in` are pairs of accounts that the file shows in another way.
        """
        rows = self._connection.execute(text(_SHOWN), {"t": self._tenant, "x": exchange_no})
        shown = [*paid_in, *((row[0], row[1]) for row in rows)]
        self._lead(lambda accounts: as_files_show(accounts, shown))

    def _lead(self, change: Callable[[Accounts], Accounts]) -> None:
        """Write down where accounts are paid in after a change; mostly nothing is new, and nobody waits."""
        known = self._paid_into()
        if change(known) != known:
            known = self._paid_into(lock=True)
            new = set(change(known).items()) - set(known.items())
            values = [{"t": self._tenant, "account": number, **of._asdict()} for number, of in new]
            self._connection.execute(text(_LEAD), values)

    def _paid_into(self, *, lock: bool = False) -> dict[int, PaidInto]:
        """Return all accounts; locked, nobody else changes where one is paid in until the transaction ends."""
        locked = " FOR UPDATE OF a" if lock and self._connection.dialect.name == "postgresql" else ""
        rows = self._connection.execute(text(f"{_PAID_INTO}{locked}"), {"t": self._tenant})
        return {row[0]: PaidInto(row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows}

    def of_file(self, exchange_no: int) -> set[int]:
        """Return the accounts that a file's sections and payments came to, those that the tenant has."""
        rows = self._connection.execute(text(_OF_FILE), {"t": self._tenant, "x": exchange_no})
        return {row.account_no for row in rows} - {0}

    def claim(self, account_numbers: Iterable[int], run_no: int) -> bool:
        """Claim accounts and those that their money is paid into; False when another run holds one.

        So one run at a time pairs what is paid into an account, whichever number it was paid to.
        """
        wanted = set(account_numbers)
        return self.claim_each(wanted, run_no) == wanted

    def claim_each(self, account_numbers: Iterable[int], run_no: int) -> set[int]:
        """Claim each account with the one its money is paid into, and return those that no other run holds.

        All in sorted order: two runs that claim several wait for each other, and never in a circle.
        """
        banks = self.bank_accounts()
        wanted = set(account_numbers)
        both = {number: {number, banks.get(number, number)} for number in wanted}
        of_all = sorted(set().union(*both.values()))
        free = {number for number in of_all if self._holder(number, run_no) == run_no}
        return {number for number in wanted if both[number] <= free}

    def _holder(self, account_no: int, run_no: int) -> int:
        """Return the run that holds an account: this one, unless another was first."""
        values = {"t": self._tenant, "account_no": account_no, "run_no": run_no}
        while True:
            self._connection.execute(text(_CLAIM), values)
            holder = self._connection.execute(text(_HOLDER), values).scalar_one_or_none()
            if holder is not None:  # else the other gave it back between the two
                return int(holder)

    def release(self, run_no: int) -> None:
        """Give back everything a run has claimed."""
        self._connection.execute(
            text("DELETE FROM account_claim WHERE tenant = :t AND run_no = :run_no"),
            {"t": self._tenant, "run_no": run_no},
        )


_OF_FILE = "SELECT DISTINCT account_no FROM section_account WHERE tenant = :t AND exchange_no = :x"

_PAID_INTO = """
    SELECT a.account_no, a.company, a.paid_into_no, a.told_into_no,
           CASE WHEN EXISTS (SELECT 1 FROM lump l WHERE l.tenant = a.tenant AND l.account_no = a.account_no)
                THEN 1 ELSE 0 END, a.bank_account_no
    FROM payee_account a WHERE a.tenant = :t ORDER BY a.account_no
"""

_LEAD = """
    UPDATE payee_account SET paid_into_no = :said, told_into_no = :shown, bank_account_no = :end
    WHERE tenant = :t AND account_no = :account
"""

_SHOWN = """
    SELECT DISTINCT p.account_no, s.account_no FROM section_account p
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE p.tenant = :t AND p.exchange_no = :x AND p.account_no <> s.account_no
      AND p.account_no <> 0 AND s.account_no <> 0
"""

_CLAIM = """
    INSERT INTO account_claim (tenant, account_no, run_no) VALUES (:t, :account_no, :run_no)
    ON CONFLICT (tenant, account_no) DO NOTHING
"""
_HOLDER = "SELECT run_no FROM account_claim WHERE tenant = :t AND account_no = :account_no"
