"""Whether the statements of accounts follow each other: what is missing is asked for, and heals when it comes."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from hub.errors import DataError, RuleViolation
from hub.model.bank_statement_commands import AcceptStatementGap
from hub.model.bank_statements import Gap, GapKind, GapRow, GapState, Statement
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.payments.statements import gaps, in_order, whole_statements
from hub.services.ports import JsonObject, UnitOfWork

TASK = "statement_missing"
_Between = tuple[int, int, int, int]


def gaps_of(statements: Collection[Statement]) -> list[Gap]:
    """Return the gaps between statements of accounts, see `SqlBankStatements.of_accounts`."""
    found = []
    whole = sorted(whole_statements(statements), key=lambda one: (one.account_no, one.currency))
    for _, own in groupby(whole, key=lambda one: (one.account_no, one.currency)):
        found += gaps(in_order(own))
    return found


def look_at_statements(work: UnitOfWork, accounts: Collection[int]) -> JsonObject:
    """Compare the gaps between the statements of accounts with those that are known; open and close tasks.

    Called when statements have come or were taken back. A gap that a person has accepted stays so for as long as its
    two statements stand beside each other.
    """
    found = {_between(gap): gap for gap in gaps_of(work.bank_statements.of_accounts(accounts))}
    known = {row.between: row for row in work.bank_statements.gaps(accounts) if row.state != GapState.HEALED}
    for between, row in known.items():
        if between not in found or not _is_same(row, found[between]):
            _heal(work, row)
            known = {place: kept for place, kept in known.items() if place != between}
    new = [gap for between, gap in found.items() if between not in known]
    names = {number: canonical for canonical, number in work.accounts.numbers().items()}
    for gap, row in zip(new, work.bank_statements.add_gaps(new), strict=True):
        work.commands.open_task(TASK, str(row.gap_no), _about(gap, row, names.get(row.account_no, "")))
        _tell(work, "statement_gap_found", row)
    return {"gaps": len(new)}


def _between(gap: Gap) -> _Between:
    return (*gap.after.place, *gap.before.place)


def _is_same(row: GapRow, gap: Gap) -> bool:
    return (row.kind, row.difference_ore, row.currency) == (gap.kind, gap.difference_ore, gap.before.currency)


def _heal(work: UnitOfWork, row: GapRow) -> None:
    work.bank_statements.change_gap(row.gap_no, GapState.HEALED)
    work.commands.close_task(TASK, str(row.gap_no))
    _tell(work, "statement_gap_healed", row)


def _tell(work: UnitOfWork, kind: str, row: GapRow) -> None:
    work.events.record(
        kind,
        gap_no=row.gap_no,
        account_no=row.account_no,
        currency=row.currency,
        gap=row.kind,
        difference_ore=row.difference_ore,
        first_day=row.first_day,
        last_day=row.last_day,
        missing_numbers=row.missing_numbers,
    )


def _about(gap: Gap, row: GapRow, account: str) -> str:
    after, before = (_named(one, is_end) for one, is_end in ((gap.after, True), (gap.before, False)))
    what = {
        GapKind.BALANCE: f"{format_kronor(gap.difference_ore)} {row.currency} moved in between",
        GapKind.SERIAL: "the balances go on",
    }[GapKind(gap.kind)]
    days = f"; of {_span(row.first_day, row.last_day)} nothing is told" if row.first_day else ""
    numbers = f"; number {row.missing_numbers} is missing" if row.missing_numbers else ""
    return (
        f"account {account}: the statement {before} does not follow {after}: {what}{days}{numbers}. Fetch what is "
        f"missing, or, where nothing is: hub bank accept {row.gap_no} --reason"
    )


def _named(one: Statement, is_end: bool) -> str:
    on, ore = (one.closing_on, one.closing_ore) if is_end else (one.opening_on or one.first_date, one.opening_ore)
    told = f"closed on {on} with" if is_end else f"opened on {on} with"
    return (
        f"{one.identity or one.serial or '(no name)'} of exchange {one.exchange_no} ({told} {format_kronor(ore or 0)})"
    )


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def accept_statement_gap(work: UnitOfWork, _tenant: Tenant, command: AcceptStatementGap) -> JsonObject:
    """Let a person say that nothing is missing between two statements.

    Raises:
        DataError: there is no such gap.
        RuleViolation: it has healed, or was accepted before.
    """
    row = work.bank_statements.gap(command.gap_no)
    if row is None:
        raise DataError(f"there is no gap {command.gap_no}; see: hub bank statements")
    if row.state != GapState.OPEN:
        raise RuleViolation(f"gap {command.gap_no} is {row.state}: there is nothing to accept")
    work.bank_statements.change_gap(row.gap_no, GapState.ACCEPTED, reason=command.reason, user=command.user)
    work.commands.close_task(TASK, str(row.gap_no))
    _tell(work, "statement_gap_accepted", row)
    return {"gap_no": row.gap_no, "state": str(GapState.ACCEPTED)}
