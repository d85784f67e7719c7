"""A person's verdict on held payments: the same money as their twins, or new money that is posted now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import groupby
from operator import attrgetter

from hub.errors import DataError, RuleViolation, TransientError
from hub.model.commands import DecideHeld, Verdict
from hub.model.exchanges import ExchangeState
from hub.model.payments import SHARE_OF_LUMP, QueuedPayment, UnmatchedPayment
from hub.model.tenant import Tenant
from hub.rules.payments.matching import Reason
from hub.services.chart import chart_of
from hub.services.payees import Payee, Payees
from hub.services.payments.clearing import pair_accounts
from hub.services.payments.comparing import Compared, place
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
BY_COMMAND = -1  # holds an account while a command changes it; runs have numbers above zero


def decide_held(work: UnitOfWork, tenant: Tenant, command: DecideHeld) -> JsonObject:
    """Decide a group of held payments, or some by id.

    Of payments that say who paid a lump that was made a payment: as new money they are posted and that payment is taken
    back, as the same money they are closed. The answer's `held_again` counts payments found to be such only now, and
    those that are in doubt, since their account is known, beside what another file has brought; `closed` those that
    are the same money as that.

    Raises:
        DataError: none of them is held, or their payee account has to be given.
        RuleViolation: a twin is not booked any more, a group would be split, or a lump booked twice.
        TransientError: a run is judging or posting at one of their accounts.
    """
    payee = _payee_given(work, tenant, command.payee_account)
    held = _held(work, command, payee)
    payments = [payment for payment, _ in held]
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
    same: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by the reason they were held for
    for payment, twin_is_booked in held:
        if payment.reason == Reason.UNKNOWN_PAYEE_ACCOUNT:
            raise RuleViolation(
                f"payment {payment.payment_id} is held since no company has the account it was paid to: add it to its "
                "company, or take the payment as new money and give its payee_account"
            )
        if payment.twin_payment is None:
            raise RuleViolation(f"payment {payment.payment_id} is held as {payment.reason}: there is no other like it")
        if not twin_is_booked:
            raise RuleViolation(
                f"payment {payment.payment_id} would be the same money as one that has been undone: "
                "take it as new money, or receive that file again first"
            )
        same[payment.reason].append((payment.payment_id, payment.twin_payment))
    of_a_lump, of_its_specification = same.pop(LUMP_MADE_PAYMENT, []), same.pop(LUMP_HAS_SPECIFICATION, [])
    pairs = [pair for found in same.values() for pair in found]
    _refuse_twins_told_twice(work, pairs)
    work.queue.close_as_duplicate([*pairs, *of_a_lump], "person")
    work.queue.close_as_duplicate(of_its_specification, SHARE_OF_LUMP)
    return {"closed": len(held)}


def _refuse_twins_told_twice(work: UnitOfWork, pairs: Sequence[tuple[int, int]]) -> None:
    """A booked payment is told once by each family: two payments of one family are never both the same money as it."""
    twins: dict[int, int] = {}
    for payment_id, twin in pairs:
        if twin in twins:
            raise RuleViolation(
                f"payments {twins[twin]} and {payment_id} would both be the same money as payment {twin}: "
                "decide them one at a time, by id"
            )
        twins[twin] = payment_id
    taken = work.queue.with_taken_twin([payment_id for payment_id, _ in pairs])
    if taken:
        raise RuleViolation(
            f"payment {taken[0]} would be the same money as one that another payment like it was closed against: "
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
    """Return the payee account that a person gives for payments whose own is not known, if it is the tenant's."""
    return Payees(tenant, work.accounts.numbers()).find_written(payee_account)


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
