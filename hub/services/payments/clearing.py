"""The clearing account's other side: what moved on the bank account, and which deposits it belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from hub.model.books import Contra, VoucherKey, VoucherLine
from hub.model.payments import Lump
from hub.model.tenant import Tenant
from hub.rules.payments.pairing import pair
from hub.services.payees import Payees
from hub.services.payments.posting import chart_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "bank_statement"


def post_movements(work: UnitOfWork, tenant: Tenant, exchange_no: int, run_no: int) -> list[Lump]:
    """Post what a file's statements say moved on the bank accounts: bank against clearing. Returns what is new."""
    lumps = numbered_movements(work, exchange_no)
    work.lumps.add(lumps)
    new = [lump for lump in lumps if lump.state == "alone"]
    post_lumps(work, tenant, new, exchange_no=exchange_no, run_no=run_no)
    return new


def post_lumps(
    work: UnitOfWork,
    tenant: Tenant,
    lumps: Iterable[Lump],
    *,
    exchange_no: int | None,
    run_no: int | None,
    sign: int = 1,
) -> None:
    """Post lumps, or with sign -1 take them back."""
    payees = Payees(tenant, work.accounts.numbers())
    chart = chart_of(work, tenant)
    lines: dict[VoucherKey, list[VoucherLine]] = {}
    for lump in lumps:
        company = payees.by_number[lump.account_no].company.number
        key = VoucherKey(lump.section_no, company, lump.currency, lump.booked_date)
        for role, side in ((Contra.BANK, sign), (Contra.CLEARING, -sign)):
            account = chart.contra(role, company=company, account_no=lump.account_no, group_no=0)
            lines.setdefault(key, []).append(VoucherLine(account, side * lump.amount_ore))
    work.books.apply(chart, voucher_type=VOUCHER_TYPE, exchange_no=exchange_no, run_no=run_no, coded=lines)


def pair_accounts(work: UnitOfWork, account_numbers: Iterable[int]) -> int:
    """Pair deposits and lumps of some accounts, and return how many pairs were found."""
    found = 0
    for account_no in sorted(set(account_numbers)):
        pairs = pair(work.lumps.deposits(account_no), work.lumps.lumps(account_no))
        work.lumps.pair(pairs)
        found += len(pairs)
    return found


def numbered_movements(work: UnitOfWork, exchange_no: int) -> list[Lump]:
    """Give numbers to the bank movements of a file's statements, and say which are new.

    A movement that another file has brought already (same account, day, amount and bank reference) is a duplicate.
    """
    movements = [lump for lump in work.lumps.movements(exchange_no) if lump.account_no]
    if not movements:
        return []
    since = min(lump.booked_date for lump in movements)
    known = _known_movements(work, {lump.account_no for lump in movements}, since)
    first = work.lumps.take_numbers(len(movements))
    numbered = []
    for index, lump in enumerate(movements):
        key = _movement_key(lump)
        is_known = known.get(key, 0) > 0
        known[key] = known.get(key, 0) - 1
        numbered.append(lump._replace(lump_no=first + index, state="duplicate" if is_known else lump.state))
    return numbered


def _known_movements(work: UnitOfWork, accounts: set[int], since: str) -> dict[tuple[object, ...], int]:
    known: dict[tuple[object, ...], int] = {}
    for account_no in sorted(accounts):
        for lump in work.lumps.lumps(account_no, state="", since=since):
            if lump.state != "duplicate":
                key = _movement_key(lump)
                known[key] = known.get(key, 0) + 1
    return known


def _movement_key(lump: Lump) -> tuple[object, ...]:
    return lump.account_no, lump.booked_date, lump.amount_ore, lump.currency, lump.entry_reference
