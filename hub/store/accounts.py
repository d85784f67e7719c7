"""Numbers of the canonical payee accounts, and which run may judge and post each of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from hub.store.counters import take_numbers


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

    def of_file(self, exchange_no: int) -> set[int]:
        """Return the accounts that a file's sections and payments came to, those that the tenant has."""
        rows = self._connection.execute(text(_OF_FILE), {"t": self._tenant, "x": exchange_no})
        return {row.account_no for row in rows} - {0}

    def claim(self, account_numbers: Iterable[int], run_no: int) -> bool:
        """Claim accounts for a run, in sorted order; False when another run holds one of them."""
        return all(self._holder(account_no, run_no) == run_no for account_no in sorted(set(account_numbers)))

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

_CLAIM = """
    INSERT INTO account_claim (tenant, account_no, run_no) VALUES (:t, :account_no, :run_no)
    ON CONFLICT (tenant, account_no) DO NOTHING
"""
_HOLDER = "SELECT run_no FROM account_claim WHERE tenant = :t AND account_no = :account_no"
