"""The clearing account's other side: what moved on the bank account, and which deposits it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from hub.model.books import Contra, Voucher, VoucherKey, VoucherLine
from hub.model.payments import Lump
from hub.model.tenant import Tenant
from hub.rules.books import Chart
from hub.rules.payments.pairing import pair
from hub.services.chart import chart_of
from hub.services.payees import Payees
from hub.services.payments.bank_rules import (
    RULED,
    Counterpart,
    Place,
    Ruled,
    as_movement,
    counters,
    note_ruled,
    ruled_entries,
)
from hub.services.payments.bank_rules import VOUCHER_TYPE as BY_RULE
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "bank_statement"


def post_movements(
    work: UnitOfWork, tenant: Tenant, exchange_no: int, run_no: int = 0, *, sections: Collection[int] = ()
) -> list[Lump]:
    """Post what a file's statements say moved on the bank accounts: bank against clearing. Returns what is new.

    With `sections` only what those say.
    """
    ruled = ruled_entries(work, tenant, exchange_no, sections)
    movements = told_movements(work, exchange_no, sections, ruled)
    first = work.lumps.take_numbers(len(movements)) if movements else 0
    lumps = [lump._replace(lump_no=first + index) for index, lump in enumerate(movements)]
    work.lumps.add(lumps)
    new = [lump for lump in lumps if lump.state == "alone"]
    by_rule = [lump for lump in lumps if lump.state == RULED and lump.account_no]
    lines = bank_lines(work, tenant, by_rule, others=counters(ruled, by_rule))
    chart, of = chart_of(work, tenant), (exchange_no, run_no)
    _apply(work, chart, VOUCHER_TYPE, of, bank_lines(work, tenant, new))
    note_ruled(work, ruled, by_rule, _apply(work, chart, BY_RULE, of, lines))
    return new + by_rule


def _apply(
    work: UnitOfWork, chart: Chart, voucher_type: str, of: tuple[int, int], lines: dict[VoucherKey, list[VoucherLine]]
) -> list[Voucher]:
    exchange_no, run_no = of
    return work.books.apply(chart, voucher_type=voucher_type, exchange_no=exchange_no, run_no=run_no, coded=lines)


def bank_lines(
    work: UnitOfWork,
    tenant: Tenant,
    lumps: Iterable[Lump],
    *,
    taken_back_on: str = "",
    others: Mapping[int, Counterpart] | None = None,
) -> dict[VoucherKey, list[VoucherLine]]:
    """Return what lumps post, bank against clearing, on their own days; or, taken back, the opposite on a later day.

    `others` gives the other side of those that a rule has booked, by lump.
    """
    payees, chart = Payees(tenant, work.accounts.numbers()), chart_of(work, tenant)
    side = -1 if taken_back_on else 1
    lines: dict[VoucherKey, list[VoucherLine]] = {}
    for lump in lumps:
        payee = payees.by_number.get(lump.account_no)
        if payee is None:  # taken out of the settings since: nobody's bank account moved
            continue
        company = payee.company.number
        key = VoucherKey(lump.section_no, company, lump.currency, taken_back_on or lump.booked_date)
        bank, clearing = (
            chart.contra(role, company=company, account_no=lump.account_no, group_no=0)
            for role in (Contra.BANK, Contra.CLEARING)
        )
        counter = (others or {}).get(lump.lump_no, (clearing, ""))
        of_key = lines.setdefault(key, [])
        of_key.append(VoucherLine(bank, side * lump.amount_ore))
        of_key.append(VoucherLine(counter[0], -side * lump.amount_ore, counter[1]))
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


def told_movements(
    work: UnitOfWork, exchange_no: int, sections: Collection[int] = (), ruled: Mapping[Place, Ruled] | None = None
) -> list[Lump]:
    """Return the bank movements of a file, not yet numbered, and say which have been told already.

    `ruled` are the entries that rules book, by their places: they are movements of their own.

    The same account, day, amount and bank reference prove it. Without a reference only another family's equal does, or
    one that an undo left standing: two statements of one bank that each tell such a movement tell of two.
    """
    movements = [
        lump
        for lump in work.lumps.movements(exchange_no)
        if lump.account_no
        and (not sections or lump.section_no in sections)
        and (lump.section_no, lump.entry_no) not in (ruled or {})
    ]
    movements += [as_movement(exchange_no, one.entry) for one in (ruled or {}).values()]
    movements.sort(key=lambda lump: (lump.section_no, lump.entry_no))
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
