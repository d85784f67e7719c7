"""What statements say of refunds: the debit by which one left books it, from refund clearing to the bank.

A camt.054 and a camt.053 may both tell it: the first books it, the second is noted, and takes its place when the first
is undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hub.model.books import Contra, VoucherKey, VoucherLine
from hub.model.refunds import Refund, RefundState, StatementDebit
from hub.model.tenant import Tenant
from hub.services.chart import chart_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "refunds_booked"
DIFFERS_TASK, TWICE_TASK = "refund_debit_differs", "refund_paid_twice"
DEBITS_AT_ONCE = 1_000


def book_debits(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> int:
    """Book the refunds that left by a posted file; return how many. The same file again books none."""
    booked, after = 0, 0
    while debits := work.refunds.debits(exchange_no, after=after, limit=DEBITS_AT_ONCE):
        after = debits[-1].statement_entry_no
        names = {name for one in debits for name in one.references}
        refunds = work.refunds.by_ids(names)
        together: dict[tuple[str, str, int], list[Refund]] = defaultdict(list)
        for debit in debits:
            new = _told(work, debit, _meant(work, debit, refunds))
            if new:
                together[new[0].company, debit.booked_date, debit.account_no] += new
        for (_, booked_date, account_no), new in together.items():
            book(work, tenant, new, booked_date, exchange_no=exchange_no, account_no=account_no)
            booked += len(new)
    return booked


def _meant(work: UnitOfWork, debit: StatementDebit, refunds: Mapping[str, Refund]) -> list[Refund]:
    """Return the refunds that an entry means: one by its own id, or all of a file or a part of it by theirs."""
    own = {refunds[name].refund_no: refunds[name] for name in debit.references if name in refunds}
    if own:
        return list(own.values())
    for name in debit.references:
        whole, _, part = name.rpartition("-")
        for message_id, of_part in ((name, ""), (whole, part)):
            order = work.refunds.order_by_message(message_id) if message_id else None
            if order is not None:
                found = work.refunds.in_order(order.order_no, of_part)
                return [one for one in found if not one.is_given_back]
    return []


def _told(work: UnitOfWork, debit: StatementDebit, refunds: Sequence[Refund]) -> list[Refund]:
    """Write down that an entry tells of refunds; return those that it is the first to tell of, to be booked."""
    ordered = [one for one in refunds if one.order_no]
    if not ordered:
        return []
    if sum(one.amount_ore for one in ordered) != debit.amount_ore or ordered[0].currency != debit.currency:
        _ask(work, debit, ordered, DIFFERS_TASK, "another amount than they come to")
        return []
    told = {one.refund_no: work.refunds.tellings(one.refund_no) for one in ordered}
    entry = (debit.exchange_no, debit.statement_entry_no)
    if all(entry in told[one.refund_no] for one in ordered):
        return []  # the same file again
    if any(exchange_no == debit.exchange_no for one in ordered for exchange_no, _ in told[one.refund_no]):
        _ask(work, debit, ordered, TWICE_TASK, "a second debit of the same file")
        return []
    if work.refunds.is_told_on_another_day(debit, sorted(told)):
        _ask(work, debit, ordered, TWICE_TASK, "what another file says was taken on another day")
        return []
    if any(one.is_given_back for one in ordered):
        _ask(work, debit, ordered, TWICE_TASK, "their money although it was given back")
        return []
    work.refunds.tell((one.refund_no, *entry) for one in ordered)
    return [one for one in ordered if not one.booked_on]


def _ask(work: UnitOfWork, debit: StatementDebit, refunds: Sequence[Refund], task: str, what: str) -> None:
    named = ", ".join(str(one.refund_no) for one in refunds[:20])
    work.commands.open_task(
        task,
        f"{debit.exchange_no}:{debit.statement_entry_no}",
        f"an entry of exchange {debit.exchange_no} on {debit.booked_date} took {what} (refunds {named}): nothing was "
        "booked; find out from the bank, and say hub refunds decide, or book it in the ledger; then: hub refunds seen",
    )


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
    work.refunds.change([one.refund_no for one in refunds if not one.returned_payment], state=RefundState.BOOKED)
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


def note_returns(work: UnitOfWork, exchange_no: int) -> int:
    """Note which refunds came back as payments of a posted file: that money waits to be placed; return how many."""
    counted = 0
    for refund_no, payment_id in work.refunds.returns(exchange_no):
        one = work.refunds.get_all([refund_no], locked=True)[refund_no]
        if not one.returned_payment:
            note_return(work, one, payment_id)
            counted += 1
    return counted


def note_return(work: UnitOfWork, one: Refund, payment_id: int) -> None:
    """Note that a refund came back as a payment, and ask a person: another account is needed."""
    work.refunds.change([one.refund_no], state=RefundState.RETURNED, returned_payment=payment_id)
    work.events.record(
        "refund_returned",
        refund_no=one.refund_no,
        company=one.company,
        payment_id=payment_id,
        amount_ore=one.amount_ore,
        currency=one.currency,
    )
    work.commands.open_task(
        "refund_returned",
        str(one.refund_no),
        f"refund {one.refund_no} came back as payment {payment_id}: find out the right account, then ask for a refund "
        "of that payment, and close this with: hub refunds seen",
    )


def unbook(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> int:
    """Take back what a file that was undone has booked, unless another posted file says the same; return how many."""
    taken = 0
    for refund_no, other in work.refunds.booked_by(exchange_no):
        one = work.refunds.get_all([refund_no], locked=True)[refund_no]
        if other is not None:
            work.refunds.change([refund_no], booked_exchange=other)
        else:
            _take_back(work, tenant, one, exchange_no)
            taken += 1
    for refund_no in work.refunds.returned_by(exchange_no):
        one = work.refunds.get_all([refund_no], locked=True)[refund_no]
        state = RefundState.BOOKED if one.booked_on else RefundState.ORDERED
        work.refunds.change([refund_no], state=state, returned_payment=0)
        work.commands.close_task("refund_returned", str(refund_no))
    return taken


def _take_back(work: UnitOfWork, tenant: Tenant, one: Refund, exchange_no: int) -> None:
    chart = chart_of(work, tenant)
    account_no = work.refunds.account_of_booking(one.refund_no, exchange_no)
    bank = chart.contra(Contra.BANK, company=one.company, account_no=account_no, group_no=0)
    clearing = chart.contra(Contra.REFUNDS, company=one.company, account_no=0, group_no=0)
    key = VoucherKey(0, one.company, one.currency, work.today)
    lines = [VoucherLine(clearing, -one.amount_ore), VoucherLine(bank, one.amount_ore)]
    work.books.apply(chart, voucher_type=VOUCHER_TYPE, exchange_no=exchange_no, coded={key: lines})
    state = one.state if one.returned_payment else RefundState.ORDERED
    work.refunds.change([one.refund_no], state=state, booked_on="", booked_exchange=0, booked_voucher=0)
    work.events.record("refund_unbooked", refund_no=one.refund_no, company=one.company, exchange_no=exchange_no)
