"""Proving the books of one tenant: every check is one statement, and all of them see one state of the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext

from sqlalchemy import Connection, Engine, literal, select
from sqlalchemy.exc import DBAPIError

from hub.errors import ConfigurationError, RuleViolation
from hub.model.books import PostingGroup
from hub.model.verification import BookAccount, CheckResult, Finding, KeptBytes, check_failed, lone_finding
from hub.store import (
    verifying_attempts,
    verifying_bookkeeping,
    verifying_books,
    verifying_collection,
    verifying_documents,
    verifying_dunning,
    verifying_entries,
    verifying_instalment_plans,
    verifying_interest,
    verifying_log,
    verifying_mandates,
    verifying_orders_to_pay,
    verifying_payments,
    verifying_refunds,
    verifying_statements,
)
from hub.store.accounts import SqlAccounts
from hub.store.database import may_pass, reading, writing
from hub.store.statements import text
from hub.store.tables import metadata
from hub.store.temporary import lay_out
from hub.store.verifying_books import FORMER_ACCOUNTS, OPEN_ITEMS
from hub.store.verifying_log import WHOLE_CONTENTS
from hub.store.verifying_parts import Check

CHECKS: tuple[Check, ...] = (
    *verifying_books.CHECKS,
    *verifying_entries.CHECKS,
    *verifying_payments.CHECKS,
    *verifying_statements.CHECKS,
    *verifying_log.CHECKS,
    *verifying_attempts.CHECKS,
    *verifying_documents.CHECKS,
    *verifying_bookkeeping.CHECKS,
    *verifying_refunds.CHECKS,
    *verifying_collection.CHECKS,
    *verifying_dunning.CHECKS,
    *verifying_interest.CHECKS,
    *verifying_instalment_plans.CHECKS,
    *verifying_mandates.CHECKS,
    *verifying_orders_to_pay.CHECKS,
)
_BY_SETTINGS = {  # a tenant that nothing has ever come for has these too, while a node reads its settings
    "tenant",
    "counter",
    "schedule",
    "schedule_reading",
    "firing",
    "run",
    "run_step",
    "observer_cursor",
}
MOST_SHOWN = 20  # of one check; the rest is counted

Progress = Callable[[int, int], None]
AccountsOf = Callable[[Sequence[PostingGroup]], Sequence[BookAccount]]

_BOOK_ACCOUNT = {"role": "TEXT", "company": "TEXT", "group_no": "BIGINT", "account": "TEXT"}

_FOUND = """
    SELECT place, what, difference_ore, currency, count(*) OVER (), CAST(sum(abs(difference_ore)) OVER () AS BIGINT)
    FROM found ORDER BY abs(coalesce(difference_ore, 0)) DESC, place LIMIT :most
"""


class SqlVerifying:
    """Looks at everything that one tenant has in the database, and at nobody else's."""

    def __init__(self, engine: Engine, tenant: int) -> None:
        self._engine = engine
        self._tenant = tenant

    def verify(
        self, accounts_of: AccountsOf | None, progress: Progress | None = None
    ) -> tuple[list[CheckResult], list[tuple[str, str, str]], list[KeptBytes]]:
        """Return what each check found, accounts of former settings, and the bytes that are there to be looked at.

        `accounts_of` gives the accounts that the settings name, for the tenant's posting groups; see `check`.
        `progress` is told (checks done, of how many). An account of former settings is given as (company, account,
        former account).
        """
        with reading(self._engine) as connection:
            results = self.check(connection, accounts_of, progress)
            former = connection.execute(text("SELECT company, account, former FROM former_account ORDER BY 1, 2, 3"))
            contents = connection.execute(text(WHOLE_CONTENTS), {"t": self._tenant})
            return results, [(row[0], row[1], row[2]) for row in former], [KeptBytes._make(row) for row in contents]

    def has_rows(self) -> bool:
        """Say whether there is anything of the tenant besides what a node writes for settings that are there."""
        tables = (table for table in metadata.sorted_tables if "tenant" in table.c and table.name not in _BY_SETTINGS)
        some = [
            select(literal(1)).select_from(table).where(table.c.tenant == self._tenant).limit(1) for table in tables
        ]
        with reading(self._engine) as connection:
            return any(connection.execute(one).first() for one in some)

    def check(
        self, connection: Connection, accounts_of: AccountsOf | None, progress: Progress | None = None
    ) -> list[CheckResult]:
        """Return what each check finds in a transaction.

        Without accounts, those checks are made that need none. Settings that do not say the accounts, and a check that
        the database cannot answer, are findings of their own.
        """
        if connection.dialect.name == "postgresql":  # whole tables are joined, some that have no statistics yet
            connection.execute(text("SET LOCAL enable_nestloop = off"))
        results, failed = [], self._note_accounts(connection, accounts_of)
        self._note_ends(connection)
        checks = CHECKS if accounts_of and not failed else [check for check in CHECKS if not check.needs_accounts]
        for number, check in enumerate(checks, 1):
            results.append(self._tried(connection, check))
            if progress is not None:
                progress(number, len(checks))
        return [*results, *failed]

    def rebuild_open_items(self, accounts_of: AccountsOf) -> CheckResult:
        """Make the open items anew from the entries, in one transaction; return what differed.

        Raises:
            RuleViolation: something else is wrong too, so that the entries may be; nothing was changed.
        """
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":  # what is being posted ends first, and nothing begins
                connection.execute(text("LOCK TABLE open_item, entry IN SHARE ROW EXCLUSIVE MODE"))
            results = self.check(connection, accounts_of)
            wrong = [result.code for result in results if result.found and result.code != OPEN_ITEMS.code]
            if wrong:
                raise RuleViolation(
                    f"the open items were not made anew: {', '.join(wrong)} found too, so their entries may be wrong; "
                    "restore a backup, or report it"
                )
            connection.execute(text("DELETE FROM open_item WHERE tenant = :t"), {"t": self._tenant})
            connection.execute(text(_REBUILD), {"t": self._tenant})
        return next(result for result in results if result.code == OPEN_ITEMS.code)

    def _groups(self, connection: Connection) -> list[PostingGroup]:
        groups = text("SELECT group_no, company, routine, kind FROM posting_group WHERE tenant = :t")
        return [PostingGroup._make(row) for row in connection.execute(groups, {"t": self._tenant})]

    def _note_accounts(self, connection: Connection, accounts_of: AccountsOf | None) -> list[CheckResult]:
        """Make the tables of accounts; return what keeps them empty."""
        lay_out(connection, "book_account", _BOOK_ACCOUNT)
        lay_out(connection, "former_account", {"company": "TEXT", "account": "TEXT", "former": "TEXT"})
        if accounts_of is None:
            return []
        try:
            with connection.begin_nested():
                lay_out(connection, "book_account", _BOOK_ACCOUNT, accounts_of(self._groups(connection)))
                connection.execute(text(f"INSERT INTO former_account {FORMER_ACCOUNTS}"), {"t": self._tenant})
        except ConfigurationError as error:
            return [_without_settings(error)]
        except DBAPIError as error:
            return [_cannot_answer("accounts of former settings", error)]
        return []

    def _note_ends(self, connection: Connection) -> None:
        """Make the table of where each payee account's money is told, by the rule that decides it."""
        ends = SqlAccounts(connection, self._tenant).ends()
        lay_out(connection, "account_end", {"account_no": "BIGINT", "end_no": "BIGINT"}, list(ends.items()))

    def _tried(self, connection: Connection, check: Check) -> CheckResult:
        """Make a check; one that cannot be made hides no other."""
        refuses_what_follows = connection.dialect.name == "postgresql"
        try:
            with connection.begin_nested() if refuses_what_follows else nullcontext():
                return self._result(connection, check)
        except DBAPIError as error:
            return _cannot_answer(check.code, error)

    def _result(self, connection: Connection, check: Check) -> CheckResult:
        statement = f"WITH found (place, what, difference_ore, currency) AS ({check.statement}) {_FOUND}"
        rows = connection.execute(text(statement), {"t": self._tenant, "most": MOST_SHOWN}).all()
        findings = tuple(Finding(check.code, row[0], row[1], row[2], row[3], check.what_to_do) for row in rows)
        found, difference_ore = (rows[0][4], rows[0][5] or 0) if rows else (0, 0)
        return CheckResult(check.code, check.proves, found, difference_ore, findings)


def _without_settings(error: ConfigurationError) -> CheckResult:
    left_out = ", ".join(check.code for check in CHECKS if check.needs_accounts)
    return lone_finding(
        "TENANT_WITHOUT_SETTINGS",
        "the settings of the tenant name every account that its books use",
        "settings",
        f"{error}; not checked: {left_out}",
        "put the settings back from where they are kept, then hub verify again",
    )


def _cannot_answer(place: str, error: DBAPIError) -> CheckResult:
    if may_pass(error):
        raise error
    return check_failed(place, type(error.orig).__name__)


_REBUILD = """
    INSERT INTO open_item (tenant, receivable_id, group_no, currency, principal_ore, fee_ore, interest_ore)
    SELECT :t, r.receivable_id, r.group_no, r.currency, s.principal, s.fee, s.interest
    FROM (SELECT receivable_id, sum(CASE bucket WHEN 'principal' THEN amount_ore ELSE 0 END) AS principal,
                 sum(CASE bucket WHEN 'fee' THEN amount_ore ELSE 0 END) AS fee,
                 sum(CASE bucket WHEN 'interest' THEN amount_ore ELSE 0 END) AS interest
          FROM entry WHERE tenant = :t GROUP BY receivable_id) AS s
    JOIN receivable r ON r.tenant = :t AND r.receivable_id = s.receivable_id
    WHERE s.principal <> 0 OR s.fee <> 0 OR s.interest <> 0
"""
