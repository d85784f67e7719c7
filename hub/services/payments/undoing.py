"""Taking a posted payment file back by new entries, and choosing between a file and its correction.

Everything the file has caused is reversed, booked today. What has been moved by a person, refunded, or settled with
an agency since, and what the bank has taken back since, is left as it is and listed: if the file comes again, those
payments are closed as booked already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.commands import AcceptCorrection, RejectCorrection, UndoFile
from hub.model.exchanges import Exchange, ExchangeState
from hub.model.payments import BY_COMMAND, Lump, UnmatchedPayment
from hub.model.suspense import SuspenseCause
from hub.model.tenant import Tenant
from hub.rules.outgoing import refuse_outgoing
from hub.services.chart import chart_of
from hub.services.payments.bank_rules import RULED
from hub.services.payments.clearing import bank_lines, pair_accounts
from hub.services.payments.deciding import suspense_posting
from hub.services.payments.holding import claim_accounts
from hub.services.payments.lone_sides import LONE_LUMP
from hub.services.payments.receiving import KIND, queue_run
from hub.services.payments.rematching import RUN_KIND as REMATCH
from hub.services.payments.reversing import TASK as REVERSAL_TASK
from hub.services.payments.statements import look_at_statements
from hub.services.ports import JsonObject, UnitOfWork

VOUCHER_TYPE = "file_undone"
MOST_LISTED = 200


def undo_file(work: UnitOfWork, tenant: Tenant, exchange_no: int, reason: str, *, user: str = "") -> JsonObject:
    """Undo a posted payment file, in this transaction; afterwards its bytes can be received again.

    Returns how much was taken back, and the payments that were left out, at most 200 of them.

    Raises:
        DataError: there is no such exchange.
        RuleViolation: it is no posted payment file.
        TransientError: a run is posting to one of its accounts now.
    """
    exchange = _claimed(work, exchange_no)
    work.undoing.lock_file(exchange_no)
    work.undoing.let_second_tellings_stand(exchange_no)
    left_out = work.undoing.moved_payments(exchange_no)
    references = work.undoing.reopened_references(exchange_no)
    reversed_payments = work.matching.payments(work.undoing.reversed_by(exchange_no))
    lumps = work.undoing.lumps_of(exchange_no, left_out)
    moved = _moved_back(work, lumps)
    undone = _post_opposites(work, tenant, exchange_no, reversed_payments, moved)
    result = {
        "exchange_no": exchange_no,
        "postings": undone,
        "held": work.undoing.requeue_duplicates_of(exchange_no),
        "bank_movements": len(moved),
        "bank_movements_ore": _by_currency(moved),
        "reversals_undone": len(reversed_payments),
        "left_out": len(left_out),
        "left_out_payments": _listed(work, left_out),
    }
    _release(work, exchange_no, left_out, reversed_payments)
    state = {"state": ExchangeState.UNDONE, "reason": f"undone: {reason}"}
    work.exchanges.change(exchange_no, **state, summary={**(exchange.summary or {}), "undone": result})
    look_at_statements(work, work.bank_statements.accounts_of(exchange_no))
    work.accounts.release(BY_COMMAND)
    _rematch(work, tenant, exchange, references, has_reversals=bool(reversed_payments))
    work.events.record("payment_file_undone", name=exchange.name, reason=reason, user=user, **result)
    return result


def _claimed(work: UnitOfWork, exchange_no: int) -> Exchange:
    """Return the exchange once nothing else judges or posts at its accounts."""
    refuse_outgoing(_existing(work, exchange_no))
    claim_accounts(work, work.accounts.of_file(exchange_no))
    exchange = _existing(work, exchange_no)
    if exchange.kind != KIND:
        raise RuleViolation(
            f"exchange {exchange_no} is no payment file, and only those can be undone; receivables are taken back one "
            "by one: hub receivables cancel NUMBER, or credit NUMBER"
        )
    if exchange.state != ExchangeState.POSTED:
        raise RuleViolation(f"exchange {exchange_no} is {exchange.state}: only a posted payment file can be undone")
    return exchange


def _existing(work: UnitOfWork, exchange_no: int) -> Exchange:
    try:
        return work.exchanges.get(exchange_no)
    except KeyError:
        raise DataError(f"there is no exchange {exchange_no}; see: hub exchanges list") from None


def _moved_back(work: UnitOfWork, lumps: Sequence[Lump]) -> list[Lump]:
    """Take lumps back and return those whose bank side is to be reversed.

    Where another file says the same movement, that one takes over: the bank account moved, whoever says it.
    """
    reversed_lumps = []
    for lump in lumps:
        work.lumps.change(lump.lump_no, "undone")
        work.commands.close_task(LONE_LUMP, str(lump.lump_no))
        twin = work.lumps.told_again(lump) if lump.state != "duplicate" else None
        if twin is not None and lump.state == RULED:
            work.lumps.change(twin, RULED)
            work.bank_rules.hand_over(lump.lump_no, twin)
        elif twin is not None:
            work.lumps.change(twin, "alone")
        elif lump.state != "duplicate":
            reversed_lumps.append(lump)
    return reversed_lumps


def _post_opposites(
    work: UnitOfWork,
    tenant: Tenant,
    exchange_no: int,
    reversed_payments: Sequence[UnmatchedPayment],
    lumps: Sequence[Lump],
) -> int:
    """Post the opposite of everything, one voucher a section; payments whose reversal is undone wait in suspense."""
    today = work.today
    undone = work.undoing.postings_of_file(exchange_no, today)
    again = [
        suspense_posting(payment._replace(section_no=0), payment.amount_ore, SuspenseCause.REVERSAL_UNDONE)
        for payment in reversed_payments
    ]
    work.books.add([posting._replace(booked_date=today) for posting in again])
    by_rule = work.bank_rules.of_lumps([lump.lump_no for lump in lumps if lump.state == RULED])
    others = {number: (one.account, one.text) for number, one in by_rule.items()}
    coded = bank_lines(work, tenant, lumps, taken_back_on=today, others=others)
    for voucher in work.undoing.coding_vouchers(exchange_no):
        back = [line._replace(amount_ore=-line.amount_ore) for line in voucher.lines]
        coded.setdefault(voucher.key._replace(section_no=0, booked_date=today), []).extend(back)
    work.books.apply(chart_of(work, tenant), voucher_type=VOUCHER_TYPE, exchange_no=exchange_no, coded=coded)
    return undone + len(again)


def _by_currency(lumps: Sequence[Lump]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for lump in lumps:
        sums[lump.currency] += lump.amount_ore
    return dict(sums)


def _listed(work: UnitOfWork, payment_ids: Sequence[int]) -> list[JsonObject]:
    return [
        {"payment_id": payment.payment_id, "amount_ore": payment.amount_ore, "booked_date": payment.booked_date}
        for payment in work.matching.payments(payment_ids[:MOST_LISTED])
    ]


def _release(
    work: UnitOfWork, exchange_no: int, left_out: Sequence[int], reversed_payments: Sequence[UnmatchedPayment]
) -> None:
    for number in work.undoing.held_reversals(exchange_no):
        work.commands.close_task(REVERSAL_TASK, f"{exchange_no}:{number}")
    work.undoing.suspend_again(reversed_payments, SuspenseCause.REVERSAL_UNDONE)
    work.undoing.forget_reversals(exchange_no)
    accounts = work.undoing.free_lumps(exchange_no)
    work.undoing.release_file(exchange_no, left_out)
    pair_accounts(work, accounts)


def _rematch(
    work: UnitOfWork,
    tenant: Tenant,
    exchange: Exchange,
    references: Sequence[tuple[int, str]],
    *,
    has_reversals: bool,
) -> None:
    marked = work.queue.mark_for_rematch(references)
    if marked or has_reversals:
        run_id = f"{REMATCH}:{tenant.id}:undo:{exchange.number}:{exchange.attempt}"
        work.runs.enqueue(run_id, REMATCH, {})


# --- a file and its correction -------------------------------------------------------------------------------------


def accept_correction(work: UnitOfWork, tenant: Tenant, exchange_no: int, *, user: str = "") -> JsonObject:
    """Take the newer file: undo what it corrects and queue its run again, all in this transaction.

    Raises:
        DataError: there is no such exchange.
        RuleViolation: it is not held as a correction.
    """
    exchange = _held_correction(work, exchange_no)
    reason = f"corrected by exchange {exchange_no}"
    corrected = work.duplicates.corrected_exchanges(exchange_no)
    undone = [undo_file(work, tenant, number, reason, user=user) for number in corrected]
    work.exchanges.change(exchange_no, state=ExchangeState.READ, attempt=exchange.attempt + 1, reason="")
    run_id = queue_run(work, tenant.id, _existing(work, exchange_no), accept_correction=True)
    work.commands.close_task("correction", str(exchange_no))
    work.events.record("correction_accepted", exchange_no=exchange_no, corrects=corrected, user=user)
    return {"exchange_no": exchange_no, "run_id": run_id, "undone": undone}


def reject_correction(work: UnitOfWork, tenant: Tenant, exchange_no: int, reason: str, *, user: str = "") -> JsonObject:
    """Keep the earlier file: the newer one is closed, and what was loaded of it is taken away.

    Raises:
        DataError: there is no such exchange.
        RuleViolation: it is not held as a correction.
    """
    _held_correction(work, exchange_no)
    work.loading.clear(exchange_no)
    work.exchanges.change(exchange_no, state=ExchangeState.DUPLICATE, reason=f"correction rejected: {reason}")
    work.commands.close_task("correction", str(exchange_no))
    work.events.record("correction_rejected", exchange_no=exchange_no, reason=reason, user=user, tenant=tenant.id)
    return {"exchange_no": exchange_no, "state": str(ExchangeState.DUPLICATE)}


def _held_correction(work: UnitOfWork, exchange_no: int) -> Exchange:
    exchange = _existing(work, exchange_no)
    refuse_outgoing(exchange)
    if exchange.state != ExchangeState.HELD or "correction" not in (exchange.summary or {}):
        raise RuleViolation(f"exchange {exchange_no} is {exchange.state}: it is not held as a correction")
    return exchange


# --- as commands ---------------------------------------------------------------------------------------------------


def undo_file_by_command(work: UnitOfWork, tenant: Tenant, command: UndoFile) -> JsonObject:
    """Carry out `undo_file`."""
    return undo_file(work, tenant, command.exchange_no, command.reason, user=command.user)


def accept_correction_by_command(work: UnitOfWork, tenant: Tenant, command: AcceptCorrection) -> JsonObject:
    """Carry out `accept_correction`."""
    return accept_correction(work, tenant, command.exchange_no, user=command.user)


def reject_correction_by_command(work: UnitOfWork, tenant: Tenant, command: RejectCorrection) -> JsonObject:
    """Carry out `reject_correction`."""
    return reject_correction(work, tenant, command.exchange_no, command.reason, user=command.user)
