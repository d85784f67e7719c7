"""Lumps that were made payments, and then their specification comes: the bank moved once, so it is booked once.

A payment that lies untouched in the suspense account gives way to the payments that the specification names. One that
has been placed since stands; the specification's payments are held as one group, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from hub.errors import RuleViolation
from hub.model.payments import Deposit, Lump, MadePayment
from hub.model.tenant import Tenant
from hub.rules.payments.pairing import pair
from hub.services.payments.clearing import told_movements
from hub.services.payments.reversing import take_back
from hub.services.ports import UnitOfWork

REASON = "lump_made_payment"  # why a specification's payments are held
CAUSE = "replaced_by_specification"  # why the payment made of a lump is taken back

Entry = tuple[int, int]  # section and entry number within the file


def meet_specification(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> None:
    """Let a file that has been judged meet the lumps that were made payments: they give way, or its payments wait.

    Runs after the file's deposits are made and before any of it is posted.
    """
    for account_no in work.lumps.made_accounts(exchange_no):
        made = _made(work, account_no, exchange_no)
        if made:
            settled = _own_movements(work, exchange_no)
            settled |= _meet_deposits(work, tenant, exchange_no, made, settled)
            _meet_held_in_part(work, exchange_no, _made(work, account_no, exchange_no), settled)


def _made(work: UnitOfWork, account_no: int, exchange_no: int) -> dict[int, MadePayment]:
    family = work.loading.loaded_sections(exchange_no)[0].family
    return {made.lump.lump_no: made for made in work.lumps.made(account_no, family)}


def _own_movements(work: UnitOfWork, exchange_no: int) -> set[Entry]:
    """Return the entries of a statement that bring their own, new movement of the bank account."""
    return {(lump.section_no, lump.entry_no) for lump in told_movements(work, exchange_no) if lump.state == "alone"}


def _meet_deposits(
    work: UnitOfWork, tenant: Tenant, exchange_no: int, made: dict[int, MadePayment], own: set[Entry]
) -> set[Entry]:
    """Return the entries of the file whose deposits have found a lump, one that stands alone or one of `made`."""
    lumps = _alone_first(work, made.values())
    found: dict[int, list[Deposit]] = defaultdict(list)
    for deposit, lump in pair(_without(own, exchange_no, work.lumps.deposits(lumps[0].account_no)), lumps):
        found[lump.lump_no].append(deposit)
    settled: set[Entry] = set()
    for number, deposits in sorted(found.items()):
        new = [deposit for deposit in deposits if deposit.exchange_no == exchange_no]
        settled.update((deposit.section_no, deposit.entry_no) for deposit in new)
        if new and number in made:
            _meet(work, tenant, made[number], deposits, new)
    return settled


def _meet(
    work: UnitOfWork, tenant: Tenant, made: MadePayment, deposits: Sequence[Deposit], new: Sequence[Deposit]
) -> None:
    if made.is_untouched:
        give_way(work, tenant, made, new[0].exchange_no, heir=work.lumps.first_payment(new[0]))
        work.lumps.pair([(deposit, made.lump) for deposit in deposits])
    else:
        _hold(work, new, made)


def _meet_held_in_part(work: UnitOfWork, exchange_no: int, made: dict[int, MadePayment], settled: set[Entry]) -> None:
    """Some payments of the deposit are held for another reason: with them it would be the lump, so the others wait."""
    for account_no in {payment.lump.account_no for payment in made.values()}:
        deposits = work.lumps.expected_deposits(work.lumps.held_at(account_no, exchange_no))
        lumps = [payment.lump for payment in made.values()]
        for deposit, lump in pair(_without(settled, exchange_no, deposits), lumps):
            _hold(work, [deposit], made[lump.lump_no])


def _without(settled: set[Entry], exchange_no: int, deposits: Iterable[Deposit]) -> list[Deposit]:
    return [d for d in deposits if d.exchange_no != exchange_no or (d.section_no, d.entry_no) not in settled]


def _alone_first(work: UnitOfWork, made: Iterable[MadePayment]) -> list[Lump]:
    lumps = [payment.lump for payment in made]
    return [*work.lumps.lumps(lumps[0].account_no), *lumps] if lumps else []


def _hold(work: UnitOfWork, deposits: Iterable[Deposit], made: MadePayment) -> None:
    for deposit in deposits:
        group = _group(made, deposit.exchange_no)
        work.lumps.hold_deposit(deposit, twin_payment=made.payment_id, reason=REASON, group=group)


def _group(made: MadePayment, exchange_no: int) -> str:
    return f"lump:{made.lump.lump_no}:{exchange_no}"


def give_way(work: UnitOfWork, tenant: Tenant, made: MadePayment, exchange_no: int, *, heir: int) -> None:
    """Take the payment made of a lump back, booked today; what was the same money as it is now the same as `heir`.

    Raises:
        RuleViolation: it was refunded, or the bank took it back.
    """
    if made.is_gone:
        raise RuleViolation(
            f"payment {made.payment_id} was made of lump {made.lump.lump_no} and has been refunded, or taken back by "
            "the bank: what says the same money can only be closed as that"
        )
    take_back(
        work,
        tenant,
        made.payment_id,
        cause=CAUSE,
        booked_date=work.today,
        exchange_no=exchange_no,
        occasion=f"lump:{made.payment_id}",
    )
    work.lumps.give_way(made, heir)
    work.events.record(
        "lump_payment_replaced",
        lump_no=made.lump.lump_no,
        payment_id=made.payment_id,
        exchange_no=exchange_no,
        amount_ore=made.lump.amount_ore,
        currency=made.lump.currency,
    )


def make_way(work: UnitOfWork, tenant: Tenant, payment_ids: Sequence[int]) -> set[int]:
    """Make way for held payments that are going to be posted; return those that have to wait for another decision.

    With them their deposit may be a lump that was made a payment, which was not seen while they were held.
    """
    waiting: set[int] = set()
    places: dict[tuple[int, int], list[Deposit]] = defaultdict(list)
    for deposit in work.lumps.expected_deposits(payment_ids):
        places[deposit.account_no, deposit.exchange_no].append(deposit)
    for (account_no, exchange_no), deposits in places.items():
        made = _made(work, account_no, exchange_no)
        for deposit, lump in pair(deposits, _alone_first(work, made.values())):
            if lump.lump_no in made:
                waiting.update(_decide_again(work, tenant, deposit, made[lump.lump_no]))
    return waiting


def _decide_again(work: UnitOfWork, tenant: Tenant, deposit: Deposit, made: MadePayment) -> list[int]:
    payment_ids = work.lumps.held_of(deposit)
    if made.is_untouched:
        give_way(work, tenant, made, deposit.exchange_no, heir=payment_ids[0])
        return []
    group = _group(made, deposit.exchange_no)
    work.queue.change(payment_ids, reason=REASON, twin_payment=made.payment_id, held_group=group)
    return payment_ids


def is_expected(work: UnitOfWork, lump: Lump) -> bool:
    """Say whether payments that are held would be the lump, once they are posted."""
    held = work.lumps.held_at(lump.account_no)
    return bool(held) and bool(pair(work.lumps.expected_deposits(held), [lump]))
