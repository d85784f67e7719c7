"""Putting what a command decides into the books: changes of buckets become postings, a voucher and events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from hub.errors import DataError
from hub.model.books import Posting, VoucherKey, VoucherLine
from hub.model.command import Command
from hub.model.tenant import Tenant
from hub.rules.charges import Change, after_changes
from hub.services.books.finding import Ledger
from hub.services.chart import chart_of
from hub.services.ports import JsonObject, UnitOfWork

REMATCH = "rematch"


def transaction_date(work: UnitOfWork, given: date | None) -> str:
    """Return the day a thing really happened, today when nobody says. Raises DataError for a day to come."""
    day = given.isoformat() if given is not None else work.today
    if day > work.today:
        raise DataError(f"the transaction date {day} has not come yet: give the day it really happened")
    return day


def post_changes(
    work: UnitOfWork,
    tenant: Tenant,
    ledger: Ledger,
    changes: Sequence[Change],
    *,
    voucher_type: str,
    on: str,
    rule: str = "",
    lines: Iterable[VoucherLine] = (),
    remark: str = "",
) -> JsonObject:
    """Post the changes of one receivable, booked today; return what is open after them and the vouchers' numbers.

    `lines` stand for the contra role `coded`.
    """
    work.books.add([change_posting(ledger.row, change, work.today, on=on, rule=rule) for change in changes])
    key = VoucherKey(0, ledger.row.company, ledger.row.currency, work.today)
    coded = list(lines)
    vouchers = work.books.apply(
        chart_of(work, tenant),
        voucher_type=voucher_type,
        text_on_voucher=remark,
        coded={key: coded} if coded else None,
    )
    after = after_changes(ledger.open, changes)
    return {
        "receivable_id": ledger.row.receivable_id,
        "open_ore": after.total_ore,
        "vouchers": [voucher.number for voucher in vouchers],
    }


class Debited(Protocol):
    """A receivable, as far as its entries need it."""

    @property
    def receivable_id(self) -> int: ...
    @property
    def group_no(self) -> int: ...
    @property
    def company(self) -> str: ...
    @property
    def currency(self) -> str: ...


def change_posting(row: Debited, change: Change, today: str, *, on: str = "", rule: str = "") -> Posting:
    """Return the posting of a change of a receivable, booked today; it happened when it says, else `on`, else today."""
    return Posting(
        receivable_id=row.receivable_id,
        bucket=change.bucket,
        amount_ore=change.amount_ore,
        group_no=row.group_no,
        company=row.company,
        payment_id=change.payment_id,
        exchange_no=None,
        section_no=0,
        account_no=0,
        currency=row.currency,
        transaction_date=change.paid_on or on or today,
        booked_date=today,
        cause=change.cause,
        rule=rule,
        contra=change.contra,
    )


def record(work: UnitOfWork, event: str, command: Command, ledger: Ledger, **data: object) -> None:
    """Record what a command did to a receivable, and who said so."""
    row = ledger.row
    about = {
        "receivable_id": row.receivable_id,
        "company": row.company,
        "source_system": row.source_system,
        "number": row.number,
        "user": command.user,
        "command_key": command.key,
    }
    work.events.record(event, **{**about, **data})


def rematch_reopened(work: UnitOfWork, tenant: Tenant, command_key: str, receivable_ids: Sequence[int]) -> int:
    """Let suspended payments that name receivables whose balance rose try again; return how many they are."""
    rows = work.receivables.references_of(receivable_ids)
    marked = work.queue.mark_for_rematch([(row.account_no, row.reference) for row in rows])
    if marked:
        work.runs.enqueue_another(f"{REMATCH}:{tenant.id}:command:{command_key}", REMATCH, {})
    return marked
