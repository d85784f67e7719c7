"""What statements say of refunds: the debit by which one left books it, from refund clearing to the bank.

A camt.054 and a camt.053 may both tell it: the first books it, the second is noted, and takes its place when the first
is undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from hub.model.books import Contra, VoucherKey, VoucherLine
from hub.model.refunds import UNDER_WAY, Refund, RefundState, StatementDebit, Telling
from hub.model.tenant import Tenant
from hub.rules.refunds.of_sum import of_sum
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "refunds_booked"
DIFFERS_TASK, TWICE_TASK = "refund_debit_differs", "refund_paid_twice"
DEBITS_AT_ONCE = 1_000
NOT_BOOKED = "nothing was booked; find out from the bank, and say hub refunds decide, or book it in the ledger"
BOOKED_ALL_THE_SAME = (
    "it is booked on the refund clearing account; when it comes back a statement says so and closes this; where the "
    "payee keeps it, say hub refunds decide NO paid"
)


def book_debits(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> int:
    """Book the refunds that left by a posted file; return how many. The same file again books none."""
    booked, after = 0, 0
    while debits := work.refunds.debits(exchange_no, after=after, limit=DEBITS_AT_ONCE):
        after = debits[-1].statement_entry_no
        booked += _Debits(work, debits).book(tenant, exchange_no)
    return booked


class _Debits:
    """Some debits of a file, with all that is known of the refunds they may mean."""

    def __init__(self, work: UnitOfWork, debits: Sequence[StatementDebit]) -> None:
        names = {name for one in debits for name in one.references}
        self._work = work
        self._debits = debits
        self._by_id = work.refunds.by_ids(names, locked=True)
        of_files = names - self._by_id.keys()
        self._orders = work.refunds.orders_by_messages({*of_files, *(name.rpartition("-")[0] for name in of_files)})
        self._meant = [self._refunds_of(debit) for debit in debits]
        self._told = work.refunds.tellings({one.refund_no for meant in self._meant for one in meant})
        self._new: list[tuple[int, int, int]] = []

    def book(self, tenant: Tenant, exchange_no: int) -> int:
        """Book what they are the first to tell of; return how many refunds that are."""
        together: dict[tuple[str, str, int], list[Refund]] = defaultdict(list)
        for debit, meant in zip(self._debits, self._meant, strict=True):
            for one in self._tell(debit, meant) if meant else ():
                together[one.company, debit.booked_date, debit.account_no].append(one)
        self._work.refunds.tell(self._new)
        for (_, booked_date, account_no), new in together.items():
            book(self._work, tenant, new, booked_date, exchange_no=exchange_no, account_no=account_no)
        return sum(len(new) for new in together.values())

    def _refunds_of(self, debit: StatementDebit) -> list[Refund]:
        """Return the refunds that an entry means: one by its own id, or those of a file or a part that its sum is of.

        Some may have come back already, and be told of all the same: again, or late.
        """
        own = {self._by_id[name].refund_no: self._by_id[name] for name in debit.references if name in self._by_id}
        if own:
            return [one for one in own.values() if one.order_no]
        for name in debit.references:
            whole, _, part = name.rpartition("-")
            for message_id, of_part in ((name, ""), (whole, part)):
                if message_id in self._orders:
                    found = self._work.refunds.in_order(self._orders[message_id].order_no, of_part)
                    standing = [one for one in found if not one.is_given_back]
                    return list(of_sum(found, debit.amount_ore, debit.currency)) or standing
        return []

    def _tell(self, debit: StatementDebit, meant: Sequence[Refund]) -> list[Refund]:
        """Note that an entry tells of refunds; return those that it is the first to tell of, to be booked."""
        if sum(one.amount_ore for one in meant) != debit.amount_ore or meant[0].currency != debit.currency:
            _ask(self._work, debit, meant, DIFFERS_TASK, "another amount than they come to", NOT_BOOKED)
            return []
        told = {one.refund_no: self._told.get(one.refund_no, []) for one in meant}
        own = Telling(
            debit.exchange_no, debit.statement_entry_no, debit.account_no, debit.family, debit.booked_date, True
        )  # fmt: skip
        if all(any(each.entry == own.entry for each in of_one) for of_one in told.values()):
            return []  # the same file again
        if twice := _told_twice(own, [each for of_one in told.values() for each in of_one]):
            _ask(self._work, debit, meant, TWICE_TASK, twice, NOT_BOOKED)
            return []
        if any(one.is_given_back and not one.returned_payment and not one.booked_on for one in meant):
            _ask(self._work, debit, meant, TWICE_TASK, "their money although it was given back", BOOKED_ALL_THE_SAME)
        for one in meant:
            self._told.setdefault(one.refund_no, []).append(own)
            self._new.append((one.refund_no, *own.entry))
        return [one for one in meant if not one.booked_on]


def _told_twice(own: Telling, told: Iterable[Telling]) -> str:
    """Say why an entry took what another did; two formats tell one debit on days of their own, and blank then."""
    for other in told:
        if other.exchange_no == own.exchange_no:
            return "a second debit of the same file"
        if other.is_posted and other.family == own.family and other.booked_date != own.booked_date:
            return "what another file says was taken on another day"
    return ""


def _ask(work: UnitOfWork, debit: StatementDebit, refunds: Sequence[Refund], task: str, what: str, done: str) -> None:
    named = ", ".join(str(one.refund_no) for one in refunds[:20])
    work.commands.open_task(
        task,
        subject_of(debit.exchange_no, debit.statement_entry_no),
        f"an entry of exchange {debit.exchange_no} on {debit.booked_date} took {what} (refunds {named}): {done}; then: "
        "hub refunds seen",
    )


def subject_of(exchange_no: int, statement_entry_no: int) -> str:
    """Return what tasks call an entry of a statement."""
    return f"{exchange_no}:{statement_entry_no}"


def book(
    work: UnitOfWork,
    tenant: Tenant,
    refunds: Sequence[Refund],
    booked_date: str,
    *,
    exchange_no: int,
    account_no: int = 0,
) -> None:
    """Book refunds as gone from the bank on a day, by a file, or by a person where there is none."""
    chart, amount_ore = chart_of(work, tenant), sum(one.amount_ore for one in refunds)
    company = refunds[0].company
    bank = chart.contra(Contra.BANK, company=company, account_no=account_no, group_no=0)
    clearing = chart.contra(Contra.REFUNDS, company=company, account_no=0, group_no=0)
    key = VoucherKey(0, company, refunds[0].currency, booked_date)
    lines = [VoucherLine(clearing, amount_ore), VoucherLine(bank, -amount_ore)]
    [voucher] = work.books.apply(
        chart, voucher_type=VOUCHER_TYPE, exchange_no=exchange_no or None, coded={key: lines}
    )  # fmt: skip
    numbers = [one.refund_no for one in refunds]
    work.refunds.change(
        numbers, booked_on=booked_date, booked_exchange=exchange_no, booked_voucher=voucher.number
    )  # fmt: skip
    work.refunds.change([one.refund_no for one in refunds if one.state in UNDER_WAY], state=RefundState.BOOKED)
    for one in refunds:
        work.events.record(
            "refund_booked",
            refund_no=one.refund_no,
            company=company,
            payment_id=one.payment_id or None,
            receivable_id=one.receivable_id or None,
            amount_ore=one.amount_ore,
            currency=one.currency,
            booked_date=booked_date,
            exchange_no=exchange_no or None,
            voucher_no=voucher.number,
        )


def unbook(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> int:
    """Take back what a file that was undone has booked, unless another posted file says the same; return how many."""
    booked = dict(work.refunds.booked_by(exchange_no))
    refunds = work.refunds.get_all(booked, locked=True)
    work.refunds.change_each(
        "booked_exchange", {number: other for number, other in booked.items() if other is not None}
    )
    gone = [refunds[number] for number, other in booked.items() if other is None]
    if gone:
        _take_back(work, tenant, gone, exchange_no)
    return len(gone)


def _take_back(work: UnitOfWork, tenant: Tenant, refunds: Sequence[Refund], exchange_no: int) -> None:
    chart, numbers = chart_of(work, tenant), [one.refund_no for one in refunds]
    told = work.refunds.tellings(numbers)
    lines: dict[VoucherKey, list[VoucherLine]] = defaultdict(list)
    for one in refunds:
        account_no = next((each.account_no for each in told[one.refund_no] if each.exchange_no == exchange_no), 0)
        bank = chart.contra(Contra.BANK, company=one.company, account_no=account_no, group_no=0)
        clearing = chart.contra(Contra.REFUNDS, company=one.company, account_no=0, group_no=0)
        lines[VoucherKey(0, one.company, one.currency, work.today)] += [
            VoucherLine(clearing, -one.amount_ore), VoucherLine(bank, one.amount_ore)
        ]  # fmt: skip
    work.books.apply(chart, voucher_type=VOUCHER_TYPE, exchange_no=exchange_no, coded=lines)
    work.refunds.change(numbers, booked_on="", booked_exchange=0, booked_voucher=0)
    work.refunds.change(
        [one.refund_no for one in refunds if one.state == RefundState.BOOKED], state=RefundState.ORDERED
    )
    for one in refunds:
        work.events.record("refund_unbooked", refund_no=one.refund_no, company=one.company, exchange_no=exchange_no)
