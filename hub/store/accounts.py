"""Numbers of the canonical payee accounts, and which run may judge and post each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from hub.store.counters import take_numbers
from hub.store.payments.bank_accounts import BANK_ACCOUNT


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
                    "INSERT INTO payee_account (tenant, account_no, canonical, company) "
                    "VALUES (:t, :number, :canonical, :company) ON CONFLICT (tenant, canonical) DO NOTHING"
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
        rows = self._connection.execute(text(_BANK_ACCOUNTS), {"t": self._tenant})
        return {row[0]: row[1] for row in rows}

    def unproved(self) -> set[int]:
        """Return the accounts of which nothing says where their money is paid in, and no statement has come."""
        return {row[0] for row in self._connection.execute(text(_UNPROVED), {"t": self._tenant})}

    def note_paid_into(self, paid_into: Mapping[int, int | None]) -> None:
        """Write down in which account the settings say that each account's money is paid in."""
        values = [{"t": self._tenant, "account": number, "into": into} for number, into in paid_into.items()]
        if values:
            self._connection.execute(text(_NOTE_PAID_INTO), values)

    def note_told_into(self, exchange_no: int, paid_in: Iterable[tuple[int, int]] = ()) -> None:
        """Write down what a file shows: a section of one account with payments to another that has no statements.

        `paid_in` are pairs of accounts that the file shows in another way.
        """
        rows = self._connection.execute(text(_SHOWN), {"t": self._tenant, "x": exchange_no})
        banks = self.bank_accounts()
        shown: dict[int, set[int]] = defaultdict(set)
        for account_no, into in (*paid_in, *(tuple(row) for row in rows)):
            shown[account_no].add(banks[into])
        certain = {number: into.pop() for number, into in shown.items() if len(into) == 1}
        values = [{"t": self._tenant, "account": number, "into": into} for number, into in certain.items()]
        if values:
            self._connection.execute(text(_NOTE_TOLD_INTO), values)

    def of_file(self, exchange_no: int) -> set[int]:
        """Return the accounts that a file's sections and payments came to, those that the tenant has."""
        rows = self._connection.execute(text(_OF_FILE), {"t": self._tenant, "x": exchange_no})
        return {row.account_no for row in rows} - {0}

    def claim(self, account_numbers: Iterable[int], run_no: int) -> bool:
        """Claim accounts and those that their money is paid into, in sorted order; False when another run holds one.

        So one run at a time pairs what is paid into an account, whichever number it was paid to.
        """
        banks = self.bank_accounts()
        given = set(account_numbers)
        wanted = given | {banks[account_no] for account_no in given if account_no in banks}
        return all(self._holder(account_no, run_no) == run_no for account_no in sorted(wanted))

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

_BANK_ACCOUNTS = f"SELECT a.account_no, {BANK_ACCOUNT.format(a='a')} FROM payee_account a WHERE a.tenant = :t"

_NO_STATEMENT = "NOT EXISTS (SELECT 1 FROM lump l WHERE l.tenant = a.tenant AND l.account_no = a.account_no)"

_UNPROVED = f"""
    SELECT a.account_no FROM payee_account a
    WHERE a.tenant = :t AND a.paid_into_no IS NULL AND a.told_into_no IS NULL AND {_NO_STATEMENT}
"""

_NOTE_PAID_INTO = """
    UPDATE payee_account SET paid_into_no = :into
    WHERE tenant = :t AND account_no = :account AND coalesce(paid_into_no, 0) <> coalesce(CAST(:into AS BIGINT), 0)
"""

_SHOWN = """
    SELECT DISTINCT p.account_no, s.account_no FROM section_account p
    JOIN section s ON s.tenant = p.tenant AND s.exchange_no = p.exchange_no AND s.section_no = p.section_no
    WHERE p.tenant = :t AND p.exchange_no = :x AND p.account_no <> s.account_no AND s.account_no <> 0
"""

# The clearing accounts of two companies would not meet; and an account that has statements is told by them.
_NOTE_TOLD_INTO = f"""
    UPDATE payee_account AS a SET told_into_no = :into
    WHERE a.tenant = :t AND a.account_no = :account AND coalesce(a.told_into_no, 0) <> :into AND {_NO_STATEMENT}
      AND EXISTS (SELECT 1 FROM payee_account i WHERE i.tenant = a.tenant AND i.account_no = :into
                  AND i.company = a.company)
"""

_CLAIM = """
    INSERT INTO account_claim (tenant, account_no, run_no) VALUES (:t, :account_no, :run_no)
    ON CONFLICT (tenant, account_no) DO NOTHING
"""
_HOLDER = "SELECT run_no FROM account_claim WHERE tenant = :t AND account_no = :account_no"
