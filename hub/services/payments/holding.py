"""A person's verdict on held payments: the same money as their twins, or new money that is posted now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from hub.errors import DataError, RuleViolation, TransientError
from hub.model.commands import DecideHeld, Verdict
from hub.model.exchanges import ExchangeState
from hub.model.payments import BY_COMMAND, SHARE_OF_LUMP, QueuedPayment, ToldTwice, UnmatchedPayment
from hub.model.tenant import Tenant
from hub.rules.payments.matching import Reason
from hub.services.chart import chart_of
from hub.services.payees import Payee, Payees, register_payees
from hub.services.payments.clearing import pair_accounts
from hub.services.payments.comparing import Compared, equal_booked, place
from hub.services.payments.deciding import Decided, decide, mentions_of, postings_of, queued
from hub.services.payments.made_lumps import REASON as LUMP_MADE_PAYMENT
from hub.services.payments.made_lumps import make_way
from hub.services.payments.other_tellings import REASON as LUMP_HAS_SPECIFICATION
from hub.services.payments.posting import VOUCHER_TYPE, signal_watched
from hub.services.ports import JsonObject, UnitOfWork

ONE_GROUP = (
    "day_overlaps_in_part",
    LUMP_MADE_PAYMENT,
    LUMP_HAS_SPECIFICATION,
)  # such a group is decided whole: it stands or falls together
BY_PERSON = "person"
AFTER_UNDO = ("twin_was_undone", "doubted_twin_was_undone")
SAME_KEY_OTHER_AMOUNT = "same_key_other_amount"


def decide_held(work: UnitOfWork, tenant: Tenant, command: DecideHeld) -> JsonObject:
    """Decide a group of held payments, or some by id.

    Of payments that say who paid a lump that was made a payment: as new money they are posted and that payment is taken
    back, as the same money they are closed. The answer's `held_again` counts payments found to be such only now, and
    those that are in doubt, since their account is known, beside what another file has brought; `closed` those that
    are the same money as that.

    Raises:
        DataError: none of them is held, or their payee account has to be given, or what is given is none.
        RuleViolation: a twin is not booked any more, a group would be split, a lump booked twice, or another payee
            account is given than theirs.
        TransientError: a run is judging or posting at one of their accounts.
    """
    payee = _payee_given(work, tenant, command.payee_account)
    held = _held(work, command, payee)
    payments = [payment for payment, _ in held]
    _refuse_another_account(payments, payee)
    if command.verdict is Verdict.SAME_MONEY:
        result = _close(work, held)
    else:
        _refuse_booked_lumps(held)
        result = _post_as_new(work, tenant, payments, payee)
    work.events.record(
        "held_payments_decided",
        verdict=command.verdict,
        group=command.group,
        payments=len(payments),
        amount_ore=sum(payment.amount_ore for payment in payments),
        user=command.user,
        command_key=command.key,
    )
    work.accounts.release(BY_COMMAND)
    return {"verdict": command.verdict, "payments": len(payments), **result}


def claim_accounts(work: UnitOfWork, account_numbers: Collection[int]) -> None:
    """Let no run judge or post at these accounts until they are released.

    Raises:
        TransientError: a run is doing so now.
    """
    if not work.accounts.claim(account_numbers, BY_COMMAND):
        raise TransientError("a run is posting to the payee account: say it again when that has ended")


def _held(work: UnitOfWork, command: DecideHeld, payee: Payee | None) -> list[tuple[QueuedPayment, bool]]:
    wanted = sorted(set(command.payment_ids))
    seen = [payment for payment, _ in work.queue.held(group=command.group, payment_ids=wanted)]
    given = payee.account_no if payee is not None else 0
    accounts = {payment.account_no or given for payment in seen} - {0}
    claim_accounts(work, accounts)  # first of all, as a run does
    work.queue.lock([payment.payment_id for payment in seen])
    held = work.queue.held(group=command.group, payment_ids=wanted)
    if not {payment.account_no for payment, _ in held} <= {0, *accounts}:
        raise TransientError("the payments have just got their payee account: say it again")
    if not held:
        raise DataError("no such payment is held: list the queue and give its group or ids as they stand there")
    missing = set(wanted) - {payment.payment_id for payment, _ in held}
    if missing:
        raise RuleViolation(f"payment {min(missing)} is not held: leave it out")
    _refuse_split_groups(work, [payment for payment, _ in held])
    return held


def _refuse_split_groups(work: UnitOfWork, payments: Sequence[QueuedPayment]) -> None:
    for group in {payment.held_group for payment in payments if payment.reason in ONE_GROUP}:
        chosen = sum(payment.held_group == group for payment in payments)
        if chosen < len(work.queue.held(group=group)):
            raise RuleViolation(f"the payments stand or fall together and are decided together: decide group {group}")


def _close(work: UnitOfWork, held: Sequence[tuple[QueuedPayment, bool]]) -> JsonObject:
    of_lumps: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by the reason they were held for
    others: list[tuple[QueuedPayment, bool]] = []
    for payment, twin_stands in held:
        _refuse_without_twin(payment)
        if payment.reason not in (LUMP_MADE_PAYMENT, LUMP_HAS_SPECIFICATION):
            others.append((payment, twin_stands))
        elif payment.twin_payment is not None and twin_stands:
            of_lumps[payment.reason].append((payment.payment_id, payment.twin_payment))
        else:
            raise _nothing_booked_like(work, payment)
    _close_as_twins(work, others)
    work.queue.close_as_duplicate(of_lumps[LUMP_MADE_PAYMENT], BY_PERSON)
    work.queue.close_as_duplicate(of_lumps[LUMP_HAS_SPECIFICATION], SHARE_OF_LUMP)
    return {"closed": len(held)}


def _refuse_without_twin(payment: QueuedPayment) -> None:
    if payment.reason == Reason.UNKNOWN_PAYEE_ACCOUNT:
        raise RuleViolation(
            f"payment {payment.payment_id} is held since no company has the account it was paid to: add it to its "
            "company, or take the payment as new money and give its payee_account"
        )
    if payment.twin_payment is None:
        raise RuleViolation(f"payment {payment.payment_id} is held as {payment.reason}: there is no other like it")


def _close_as_twins(work: UnitOfWork, held: Sequence[tuple[QueuedPayment, bool]]) -> None:
    """Close payments as the same money as their twins, or as others that are booked and equal to them.

    A booked payment is told once by each family, so the twin may be taken by now; it may have been undone, or be held
    itself. Then any other that is equal is as good, since nothing tells equal payments apart.
    """
    twins = _free_twins(work, held)
    twins_held = {payment.payment_id for payment, _ in work.queue.held(payment_ids=sorted(twins.values()))}
    booked = [(payment_id, twin) for payment_id, twin in twins.items() if twin not in twins_held]
    work.queue.close_as_duplicate(booked, BY_PERSON)
    closed = {payment_id for payment_id, _ in booked}
    by_file = attrgetter("exchange_no")
    astray = sorted((payment for payment, _ in held if payment.payment_id not in closed), key=by_file)
    for exchange_no, payments in groupby(astray, key=by_file):
        _close_as_others(work, exchange_no, list(payments), twins)


def _free_twins(work: UnitOfWork, held: Sequence[tuple[QueuedPayment, bool]]) -> dict[int, int]:
    """Return (payment id, twin) where the twin stands, and nothing of the payment's family is the same money as it."""
    standing = {payment.payment_id: payment.twin_payment for payment, twin_stands in held if twin_stands}
    proposed = {payment_id: twin for payment_id, twin in standing.items() if twin is not None}
    same_key = {payment.payment_id for payment, _ in held if payment.reason == SAME_KEY_OTHER_AMOUNT}
    told = {twice.payment_id for twice in work.queue.told_twice(proposed, same_key=same_key)}
    first = {twin: payment_id for payment_id, twin in sorted(proposed.items(), reverse=True) if payment_id not in told}
    return {payment_id: twin for twin, payment_id in first.items()}


def _close_as_others(
    work: UnitOfWork, exchange_no: int, payments: Sequence[QueuedPayment], twins: Mapping[int, int]
) -> None:
    compared = [payment.payment_id for payment in payments if payment.reason != SAME_KEY_OTHER_AMOUNT]
    work.queue.release(compared)
    found = equal_booked(work, exchange_no, compared)
    twice = work.queue.told_twice(found)
    crowded = {told.payment_id for told in twice}
    alone = {payment_id: twin for payment_id, twin in found.items() if payment_id not in crowded}
    held = {payment.payment_id: twins[payment.payment_id] for payment in payments if payment.payment_id in twins}
    chosen = found | held | alone  # one that is held is better than none
    refusals: dict[int, RuleViolation] = {}
    for payment in payments:
        if payment.payment_id not in alone and payment.payment_id not in held:
            refusals[payment.payment_id] = _nothing_booked_like(work, payment)
        if payment.payment_id not in chosen:
            raise refusals[payment.payment_id]
    work.queue.close_as_duplicate(sorted(chosen.items()), BY_PERSON)
    _part(work, [told for told in twice if told.payment_id in refusals], refusals)


def _part(work: UnitOfWork, twice: Sequence[ToldTwice], refusals: Mapping[int, RuleViolation]) -> None:
    """Give other twins to payments whose families tell theirs twice now.

    Nothing tells equal payments apart, so one of the two is the same money as another that is booked: one that no key
    proves, else either.

    Raises:
        RuleViolation: no other is booked.
    """
    parting: dict[int, dict[int, RuleViolation]] = defaultdict(dict)  # by the file that told them
    for told in twice:
        number, exchange_no = told.beside, told.beside_exchange_no
        if told.may_part or not told.beside_may_part:
            number, exchange_no = told.teller, told.exchange_no
        parting[exchange_no][number] = refusals[told.payment_id]
    for exchange_no, refused in parting.items():
        work.queue.reopen(sorted(refused))
        left = _close_as_equal(work, exchange_no, sorted(refused))
        if left := _close_as_equal(work, exchange_no, left, whatever_key=True):
            raise refused[left[0]]


def _close_as_equal(
    work: UnitOfWork, exchange_no: int, payment_ids: Sequence[int], *, whatever_key: bool = False
) -> list[int]:
    """Close open payments as the same money as others that are booked; return those that find none."""
    others = equal_booked(work, exchange_no, payment_ids, whatever_key=whatever_key) if payment_ids else {}
    work.queue.close_as_duplicate(sorted(others.items()), BY_PERSON)
    return [number for number in payment_ids if number not in others]


def _nothing_booked_like(work: UnitOfWork, payment: QueuedPayment) -> RuleViolation:
    number, other = payment.payment_id, work.queue.first_doubting(payment.payment_id)
    if other is not None:
        return RuleViolation(
            f"payment {number} would be the same money as payment {other}, which is held too: decide that first"
        )
    if payment.reason in AFTER_UNDO:
        return RuleViolation(
            f"payment {number} would be the same money as one that has been undone, and nothing booked is like it: "
            "take it as new money, or receive that file again first"
        )
    if file := work.queue.first_file_telling(number):
        return RuleViolation(
            f"exchange {file} tells payment {number} beside the one that it would be the same money as: take it as new "
            f"money; or, where they are the same, undo exchange {file}, decide, and receive that file again"
        )
    return RuleViolation(
        f"payment {number} would be the same money as one that others of its format are the same as already: "
        "take it as new money"
    )


def _refuse_booked_lumps(held: Sequence[tuple[QueuedPayment, bool]]) -> None:
    """One movement of the bank account is booked once, whichever format says who paid it."""
    for payment, twin_is_booked in held:
        if payment.reason == LUMP_HAS_SPECIFICATION and twin_is_booked:
            raise RuleViolation(
                f"payment {payment.payment_id} tells a lump that is booked as payment {payment.twin_payment} and those "
                "with it: close it as the same money, or undo that file first"
            )


def _post_as_new(work: UnitOfWork, tenant: Tenant, held: Sequence[QueuedPayment], payee: Payee | None) -> JsonObject:
    for exchange_no in sorted({payment.exchange_no for payment in held}):
        state = work.exchanges.get(exchange_no).state
        if state != ExchangeState.POSTED:
            raise RuleViolation(f"exchange {exchange_no} is {state}: wait until it is posted, then decide")
    placed = _place_unknown(work, [payment for payment in held if not payment.account_no], payee)
    known = [payment.payment_id for payment in held if payment.account_no]
    posted = post_held(work, tenant, [*known, *placed.new])
    return {**posted, "closed": placed.closed, "held_again": posted["held_again"] + placed.held}


def post_held(work: UnitOfWork, tenant: Tenant, payment_ids: Sequence[int]) -> JsonObject:
    """Post held payments as new money, raise their deposits, and pair those with what the bank account moved."""
    way = make_way(work, tenant, payment_ids)
    ids = [payment_id for payment_id in payment_ids if payment_id not in way.waiting]
    work.queue.release(ids)
    decided = post_payments(work, tenant, work.matching.payments(ids))
    accounts = work.lumps.raise_deposits(ids)
    work.lumps.pair(way.pairs)
    pairs = len(way.pairs) + pair_accounts(work, accounts)
    suspended = sum(1 for item in decided if item.allocation.rest_ore)
    return {
        "placed": len(decided) - suspended,
        "suspended": suspended,
        "pairs": pairs,
        "held_again": len(way.waiting),
    }


def _payee_given(work: UnitOfWork, tenant: Tenant, payee_account: str) -> Payee | None:
    """Return the payee account that a person gives for payments whose own is not known; None: none is given."""
    if not payee_account:
        return None
    payee = register_payees(work, tenant).find_written(payee_account)  # the settings may have it since a moment ago
    if payee is None:
        raise DataError(
            "payee_account is no payee account of the tenant's: give one of its settings, such as bankgiro:9912346; "
            "hub doctor --show lists them"
        )
    return payee


def _refuse_another_account(payments: Sequence[QueuedPayment], payee: Payee | None) -> None:
    """An account is given for payments whose own is not known; for any other it may only be that one."""
    for payment in payments:
        if payee is not None and payment.account_no not in (0, payee.account_no):
            raise RuleViolation(
                f"payment {payment.payment_id} was paid to another payee account, which is known: leave payee_account "
                "out"
            )


def _place_unknown(work: UnitOfWork, unknown: Sequence[QueuedPayment], payee: Payee | None) -> Compared:
    if not unknown:
        return Compared([], 0, 0)
    if payee is None:
        raise DataError(
            f"the payee account of payment {unknown[0].payment_id} is not known: give payee_account, one of the "
            "tenant's, such as bankgiro:9912346"
        )
    by_file = attrgetter("exchange_no")
    compared = [
        place(work, exchange_no, [payment.payment_id for payment in payments], payee)
        for exchange_no, payments in groupby(sorted(unknown, key=by_file), key=by_file)
    ]
    return Compared(
        [payment_id for found in compared for payment_id in found.new],
        sum(found.closed for found in compared),
        sum(found.held for found in compared),
    )


def post_payments(work: UnitOfWork, tenant: Tenant, payments: Sequence[UnmatchedPayment]) -> list[Decided]:
    """Post payments now by the ordinary rules, booked today; what no rule places is suspended.

    Plugins are not asked: a person has looked at each of them.
    """
    payees = Payees(tenant, work.accounts.numbers())
    decided = list(decide(payments, work.matching, payees, {}))
    today = work.today
    postings = [posting for item in decided for posting in postings_of(item)]
    work.books.add([posting._replace(booked_date=today) for posting in postings])
    left = [item for item in decided if item.allocation.rest_ore]
    work.queue.suspend([queued(item) for item in left], [mention for item in left for mention in mentions_of(item)])
    signal_watched(work, decided)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE)
    return decided
