"""The clearing account's other side: what moved on the bank account, and which deposits it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from hub.model.books import Contra, VoucherKey, VoucherLine
from hub.model.payments import Lump
from hub.model.tenant import Tenant
from hub.rules.payments.pairing import pair
from hub.services.chart import chart_of
from hub.services.payees import Payees
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "bank_statement"


def post_movements(
    work: UnitOfWork, tenant: Tenant, exchange_no: int, run_no: int = 0, *, sections: Collection[int] = ()
) -> list[Lump]:
    """Post what a file's statements say moved on the bank accounts: bank against clearing. Returns what is new.

    With `sections` only what those say.
    """
    movements = told_movements(work, exchange_no, sections)
    first = work.lumps.take_numbers(len(movements)) if movements else 0
    lumps = [lump._replace(lump_no=first + index) for index, lump in enumerate(movements)]
    work.lumps.add(lumps)
    new = [lump for lump in lumps if lump.state == "alone"]
    work.books.apply(
        chart_of(work, tenant),
        voucher_type=VOUCHER_TYPE,
        exchange_no=exchange_no,
        run_no=run_no,
        coded=bank_lines(work, tenant, new),
    )
    return new


def bank_lines(
    work: UnitOfWork, tenant: Tenant, lumps: Iterable[Lump], *, taken_back_on: str = ""
) -> dict[VoucherKey, list[VoucherLine]]:
    """Return what lumps post, bank against clearing, on their own days; or, taken back, the opposite on a later day."""
    payees, chart = Payees(tenant, work.accounts.numbers()), chart_of(work, tenant)
    side = -1 if taken_back_on else 1
    lines: dict[VoucherKey, list[VoucherLine]] = {}
    for lump in lumps:
        payee = payees.by_number.get(lump.account_no)
        if payee is None:  # taken out of the settings since: nobody's bank account moved
            continue
        company = payee.company.number
        key = VoucherKey(lump.section_no, company, lump.currency, taken_back_on or lump.booked_date)
        for role, sign in ((Contra.BANK, side), (Contra.CLEARING, -side)):
            account = chart.contra(role, company=company, account_no=lump.account_no, group_no=0)
            lines.setdefault(key, []).append(VoucherLine(account, sign * lump.amount_ore))
    return lines


def pair_accounts(work: UnitOfWork, account_numbers: Iterable[int]) -> int:
    """Pair deposits and lumps of what some accounts are paid into, and return how many pairs were found."""
    banks = work.accounts.bank_accounts()
    found = 0
    for account_no in sorted({banks[account_no] for account_no in account_numbers if account_no in banks}):
        pairs = pair(work.lumps.deposits(account_no), work.lumps.lumps(account_no))
        work.lumps.pair(pairs)
        found += len(pairs)
    return found


def told_movements(work: UnitOfWork, exchange_no: int, sections: Collection[int] = ()) -> list[Lump]:
    """Return the bank movements of a file, not yet numbered, and say which have been told already.

    The same account, day, amount and bank reference prove it. Without a reference only another family's equal does, or
    one that an undo left standing: two statements of one bank that each tell such a movement tell of two.
    """
    movements = [
        lump
        for lump in work.lumps.movements(exchange_no)
        if lump.account_no and (not sections or lump.section_no in sections)
    ]
    if not movements:
        return []
    family = work.loading.loaded_sections(exchange_no)[0].family
    known = _known_movements(work, movements, family)
    told = []
    for lump in movements:
        key = _movement_key(lump)
        told.append(lump._replace(state="duplicate") if known[key] > 0 else lump)
        known[key] -= 1
    return told


def _known_movements(work: UnitOfWork, movements: Sequence[Lump], family: str) -> Counter[tuple[object, ...]]:
    exchange_no = movements[0].exchange_no
    days = sorted(lump.booked_date for lump in movements)
    return Counter(
        _movement_key(lump)
        for account_no in {lump.account_no for lump in movements}
        for lump, told_by in work.lumps.told(account_no, days[0], days[-1], exchange_no)
        if lump.state != "duplicate" and (lump.entry_reference or told_by != family)
    )


def _movement_key(lump: Lump) -> tuple[object, ...]:
    return lump.account_no, lump.booked_date, lump.amount_ore, lump.currency, lump.entry_reference
