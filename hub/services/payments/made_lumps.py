"""Lumps that were made payments, and then their specification comes: the bank moved once, so it is booked once.

A payment that lies untouched in the suspense account gives way to the payments that the specification names. One that
has been placed since stands; the specification's payments are held as one group, and a person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.model.payments import Deposit, Lump, MadePayment, QueuedPayment
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.rules.payments.pairing import pair_likely, pair_new
from hub.services.payments.clearing import told_movements
from hub.services.payments.other_tellings import hand_over
from hub.services.payments.reversing import take_back
from hub.services.ports import UnitOfWork

REASON = "lump_made_payment"  # why a specification's payments are held
CAUSE = SuspenseCause.REPLACED  # why the payment made of a lump is taken back

Entry = tuple[int, int, int]  # exchange, section and entry number
Pair = tuple[Deposit, Lump]
Found = list[tuple[MadePayment, list[Deposit]]]  # payments made of lumps, each with the deposits that it is


class Met(NamedTuple):
    """What has found its other side, though it is written down later."""

    entries: set[Entry]
    lumps: set[int]

    def add(self, pairs: Iterable[Pair]) -> None:
        """Take pairs in."""
        for deposit, lump in pairs:
            self.entries.add(_entry(deposit))
            self.lumps.add(lump.lump_no)


class Way(NamedTuple):
    """What was made way for held payments: those that wait for another decision, and pairs to write down."""

    waiting: set[int]
    pairs: list[Pair]


def meet_specification(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> None:
    """Let a file that has been judged meet the lumps that were made payments: they give way, or its payments wait.

    Runs after the file's deposits are made and before any of it is posted.
    """
    accounts = work.lumps.made_accounts(exchange_no)
    if not accounts:
        return
    family = _family(work, exchange_no)
    met = Met(_own_movements(work, exchange_no), set())
    for account_no in accounts:
        new = [deposit for deposit in work.lumps.deposits(account_no) if deposit.exchange_no == exchange_no]
        for made, deposits in _find_made(work, account_no, family, new, met):
            if made.is_untouched:
                give_way(work, tenant, made, deposits)
                work.lumps.pair([(deposit, made.lump) for deposit in deposits])
            else:
                _hold(work, exchange_no, deposits, made)
        # Some payments of a deposit are held for another reason: with them it would be the lump, so the others wait.
        whole = work.lumps.expected_deposits(work.lumps.held_at(account_no, exchange_no))
        to_hold = _find_made(work, account_no, family, whole, met) + _find_likely(work, account_no, family, new, met)
        for made, deposits in to_hold:
            _hold(work, exchange_no, deposits, made)


def _own_movements(work: UnitOfWork, exchange_no: int) -> set[Entry]:
    """Return the entries of a statement that bring their own, new movement of the bank account."""
    movements = told_movements(work, exchange_no)
    return {(exchange_no, lump.section_no, lump.entry_no) for lump in movements if lump.state == "alone"}


def _find_made(work: UnitOfWork, account_no: int, family: str, new: Iterable[Deposit], met: Met) -> Found:
    """Return the payments made of lumps that new deposits of an account are, each with its deposits, old ones too.

    All that finds its other side is added to `met`, what finds a lump that stands alone too: it is paired with that one
    when its payments are posted.
    """
    made = {payment.lump.lump_no: payment for payment in work.lumps.made(account_no, family)}
    alone = [lump for lump in work.lumps.lumps(account_no) if lump.lump_no not in met.lumps]
    asked = [deposit for deposit in new if _entry(deposit) not in met.entries]
    old = _others(work, account_no, asked, met)
    pairs = pair_new(asked, old, alone, [payment.lump for payment in made.values()])
    met.add(pairs)
    return _together(pairs, made)


def _find_likely(work: UnitOfWork, account_no: int, family: str, new: Iterable[Deposit], met: Met) -> Found:
    """Return the payments that new deposits of several days, or beside others, alone may be; a person is asked."""
    asked = [deposit for deposit in new if _entry(deposit) not in met.entries]
    if not asked:
        return []
    made = {payment.lump.lump_no: payment for payment in work.lumps.made(account_no, family) if not payment.is_gone}
    left = [payment.lump for number, payment in made.items() if number not in met.lumps]
    alone = [lump for lump in work.lumps.lumps(account_no) if lump.lump_no not in met.lumps]
    pairs = pair_likely(asked, _others(work, account_no, asked, met), alone, left)
    met.add(pairs)
    return _together(pairs, made)


def _together(pairs: Iterable[Pair], made: Mapping[int, MadePayment]) -> Found:
    found: dict[int, list[Deposit]] = defaultdict(list)
    for deposit, lump in pairs:
        found[lump.lump_no].append(deposit)
    return [(made[number], deposits) for number, deposits in sorted(found.items()) if number in made]


def _others(work: UnitOfWork, account_no: int, new: Iterable[Deposit], met: Met) -> list[Deposit]:
    apart = {(_entry(deposit), deposit.account_no) for deposit in new}
    return [
        deposit
        for deposit in work.lumps.deposits(account_no)
        if _entry(deposit) not in met.entries and (_entry(deposit), deposit.account_no) not in apart
    ]


def _entry(deposit: Deposit) -> Entry:
    return deposit.exchange_no, deposit.section_no, deposit.entry_no


def _hold(work: UnitOfWork, exchange_no: int, deposits: Iterable[Deposit], made: MadePayment) -> None:
    """Hold what the file brings of the deposits; parts that came before are booked."""
    group = _group(made, exchange_no)
    for deposit in deposits:
        if deposit.exchange_no == exchange_no:
            work.lumps.hold_deposit(deposit, twin_payment=made.payment_id, reason=REASON, group=group)


def _group(made: MadePayment, exchange_no: int) -> str:
    return f"lump:{made.lump.lump_no}:{exchange_no}"


def give_way(
    work: UnitOfWork, tenant: Tenant, made: MadePayment, deposits: Sequence[Deposit], decided: Collection[int] = ()
) -> None:
    """Take the payment made of a lump back, booked today: its money is that of these deposits.

    `decided` are held payments of the deposits that are going to be posted.

    Raises:
        RuleViolation: it was refunded, or settled with an agency, or the bank took it back.
    """
    if made.is_gone:
        raise RuleViolation(
            f"payment {made.payment_id} was made of lump {made.lump.lump_no} and has been refunded, settled with an "
            "agency or taken back by the bank: what says the same money can only be closed as that"
        )
    exchange_no = max(deposit.exchange_no for deposit in deposits)
    take_back(
        work,
        tenant,
        made.payment_id,
        cause=CAUSE,
        booked_date=work.today,
        exchange_no=exchange_no,
        occasion=f"lump:{made.payment_id}",
    )
    hand_over(work, made.payment_id, deposits, decided)
    work.lumps.stand_alone_again(made)
    work.events.record(
        "lump_payment_replaced",
        lump_no=made.lump.lump_no,
        payment_id=made.payment_id,
        exchange_no=exchange_no,
        amount_ore=made.lump.amount_ore,
        currency=made.lump.currency,
    )


def make_way(work: UnitOfWork, tenant: Tenant, payment_ids: Sequence[int]) -> Way:
    """Make way for held payments that are going to be posted as new money.

    Those that are held for a payment made of a lump replace it: a person has decided so. With others their deposit may
    be such a lump, which was not seen while they were held.
    """
    ids = set(payment_ids)
    way, met = Way(set(), []), Met(set(), set())
    _replace_decided(work, tenant, [held for held, _ in work.queue.held(payment_ids=payment_ids)], way)
    met.add(way.pairs)
    for (account_no, family), deposits in _places(work, payment_ids).items():
        for made, together in _find_made(work, account_no, family, deposits, met):
            if made.is_untouched:
                give_way(work, tenant, made, together, ids)
                way.pairs.extend((deposit, made.lump) for deposit in together)
            else:
                way.waiting.update(_hold_again(work, together, made, ids))
        for made, together in _find_likely(work, account_no, family, deposits, met):
            way.waiting.update(_hold_again(work, together, made, ids))
    return way


def _replace_decided(work: UnitOfWork, tenant: Tenant, held: Iterable[QueuedPayment], way: Way) -> None:
    groups: dict[int | None, list[int]] = defaultdict(list)
    for payment in held:
        if payment.reason == REASON:
            groups[payment.twin_payment].append(payment.payment_id)
    for twin, ids in groups.items():
        made = work.lumps.made_as(twin) if twin is not None else None
        if made is not None:
            new = work.lumps.expected_deposits(ids)
            old = _others(work, made.lump.account_no, new, Met(set(), set()))
            pairs = _as_lump(new, old, made.lump)
            give_way(work, tenant, made, [deposit for deposit, _ in pairs] or new, ids)
            way.pairs.extend(pairs)


def _places(work: UnitOfWork, payment_ids: Sequence[int]) -> dict[tuple[int, str], list[Deposit]]:
    """Return the deposits that payments will be, by the account they are paid into and family."""
    banks = work.accounts.bank_accounts()
    expected = work.lumps.expected_deposits(payment_ids)
    families = {number: _family(work, number) for number in {deposit.exchange_no for deposit in expected}}
    places: dict[tuple[int, str], list[Deposit]] = defaultdict(list)
    for deposit in expected:
        places[banks[deposit.account_no], families[deposit.exchange_no]].append(deposit)
    return places


def _family(work: UnitOfWork, exchange_no: int) -> str:
    return work.loading.loaded_sections(exchange_no)[0].family


def _hold_again(
    work: UnitOfWork, deposits: Iterable[Deposit], made: MadePayment, payment_ids: Collection[int]
) -> list[int]:
    again = []
    for deposit in deposits:
        ids = [found.payment_id for found in work.lumps.payments_in(deposit) if found.payment_id in payment_ids]
        group = _group(made, deposit.exchange_no)
        work.queue.change(ids, reason=REASON, twin_payment=made.payment_id, held_group=group)
        again += ids
    return again


def is_expected(work: UnitOfWork, lump: Lump) -> bool:
    """Say whether payments that are held would be the lump, once they are posted, with deposits that stand alone."""
    new = work.lumps.expected_deposits(work.lumps.held_at(lump.account_no))
    return bool(_as_lump(new, _others(work, lump.account_no, new, Met(set(), set())), lump))


def _as_lump(new: Sequence[Deposit], old: Sequence[Deposit], lump: Lump) -> list[Pair]:
    """Pair new deposits, if need be with old ones, with the one lump they are, or alone may be."""
    return pair_new(new, old, [], [lump]) or pair_likely(new, [], [], [lump]) or pair_likely(new, old, [], [lump])
