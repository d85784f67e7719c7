"""A person's word on a reversal that no key led on from: which payment it means, who bears it, or which is the same."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.books import Contra, VoucherKey, VoucherLine
from hub.model.commands import DecideReversal, ReversalNumber
from hub.model.exchanges import ExchangeState
from hub.model.payments import BY_COMMAND, LoadedReversal, Standing
from hub.model.tenant import Tenant
from hub.rules.coding import given_lines
from hub.rules.payments.reversals import Outcome
from hub.services.chart import chart_of
from hub.services.payees import Payee, Payees
from hub.services.payments.clearing import pair_accounts
from hub.services.payments.holding import claim_accounts
from hub.services.payments.reversing import close_as_told, close_task, settle, subject_of, take_back_late
from hub.services.ports import JsonObject, UnitOfWork

VOUCHER_TYPE = "reversal_coded"
_NOT_CODED = {
    Standing.BOOKED: "is booked and is taken back itself: leave the coding out",
    Standing.TOLD_ELSEWHERE: "was taken back by another file, which tells the same: leave the coding out",
    Standing.TOLD: "was taken back before: give the coding alone, where the bank took the money once more",
    Standing.HELD: "is held: decide it first",
}


def decide_reversal(work: UnitOfWork, tenant: Tenant, command: DecideReversal) -> JsonObject:
    """Take back the payment that a held reversal means, booked today.

    Where another format has told that it was taken back, the reversal is closed as that. With coding nothing is taken
    back: the amount goes from the clearing account to the ledger accounts that bear it. With the number of a reversal
    that another format tells, it is closed as that one.

    Raises:
        DataError: no such reversal waits, or the coding does not add up to it.
        RuleViolation: its file is not posted, or the payment is another account's, another amount or not booked; with
            coding: or is booked, so that it can be taken back, or an account of the coding is one that the hub alone
            books on; or the other reversal is not decided, is of the same format, another account or amount, or was
            told by this format already.
        TransientError: a run is posting at its account.
    """
    claim_accounts(work, {_waiting(work, command).account_no} - {0})
    reversal = _waiting(work, command)
    payee = _payee(work, tenant, reversal)
    if command.same_as is not None:
        answer = _same_as(work, reversal, command.same_as)
    elif command.coding:
        answer = _code(work, tenant, reversal, payee, command)
    else:
        answer = _take_back(work, tenant, reversal, command.payment_id or 0)
    pair_accounts(work, {reversal.account_no})
    work.accounts.release(BY_COMMAND)
    return answer


def _waiting(work: UnitOfWork, command: DecideReversal) -> LoadedReversal:
    number = command.reversal_no
    found = [told for told in work.loading.loaded_reversals(command.exchange_no) if told.reversal_no == number]
    if not found or found[0].state != Outcome.HELD:
        raise DataError(f"no reversal {command.exchange_no}:{number} waits: list the tasks and give its number")
    state = work.exchanges.get(command.exchange_no).state
    if state != ExchangeState.POSTED:
        raise RuleViolation(f"exchange {command.exchange_no} is {state}: wait until it is posted")
    return found[0]


def _payee(work: UnitOfWork, tenant: Tenant, reversal: LoadedReversal) -> Payee:
    payee = Payees(tenant, work.accounts.numbers()).get(reversal.account_no)
    if payee is None:
        raise RuleViolation(
            "the settings do not have the account that the money was taken back from: add it to a company; what the "
            "reversal means is asked again with the next file or hub receive --poll"
        )
    return payee


def _take_back(work: UnitOfWork, tenant: Tenant, reversal: LoadedReversal, payment_id: int) -> JsonObject:
    owner = work.undoing.owner_by_number(reversal, payment_id)
    if owner is not None and owner.standing == Standing.GONE:
        raise RuleViolation(
            f"payment {payment_id} has been refunded, or settled with an agency, so its money has left twice: give "
            f"coding, the ledger accounts that bear it; an agency's payout is taken off its settlement first, by hub "
            f"collection take-off {payment_id}"
        )
    if owner is None or owner.standing not in (Standing.BOOKED, Standing.TOLD_ELSEWHERE):
        raise RuleViolation(
            f"the reversal cannot mean payment {payment_id}: name one of the same account, currency and amount that is "
            "booked and has not been taken back"
        )
    is_booked = owner.standing == Standing.BOOKED
    if is_booked:
        take_back_late(work, tenant, reversal, owner.payment_id)
    else:
        close_as_told(work, reversal, owner.payment_id)
    return {"payment_id": owner.payment_id, "taken_back": is_booked}


def _same_as(work: UnitOfWork, reversal: LoadedReversal, named: ReversalNumber) -> JsonObject:
    """Close a reversal as the one that a person names."""
    subject = subject_of(named)
    found = [told for told in work.undoing.told_by_others(reversal) if subject_of(told) == subject]
    if not found:
        raise RuleViolation(
            f"the reversal cannot be the same as {subject}: name one of the same account, currency and amount, which a "
            "posted file of another format tells and this format has not told yet"
        )
    if found[0].state == Outcome.HELD:
        raise RuleViolation(f"reversal {subject} waits too: decide one of them first, then name it for the other")
    close_as_told(work, reversal, found[0].payment_id, found[0].voucher_no)
    return {"payment_id": found[0].payment_id, "taken_back": False, "same_as": subject}


def _code(
    work: UnitOfWork, tenant: Tenant, reversal: LoadedReversal, payee: Payee, command: DecideReversal
) -> JsonObject:
    """Book a reversal against the ledger accounts given: the money left the bank, and no payment of ours bears it."""
    company = payee.company.number
    payment_id = _gone(work, reversal, command.payment_id)
    chart = chart_of(work, tenant)
    clearing = chart.contra(Contra.CLEARING, company=company, account_no=reversal.account_no, group_no=0)
    lines = given_lines(payee.company, command.coding, reversal.amount_ore, is_debit=False)
    key = VoucherKey(reversal.section_no, company, reversal.currency, work.today)
    [voucher] = work.books.apply(
        chart,
        voucher_type=VOUCHER_TYPE,
        exchange_no=reversal.exchange_no,
        coded={key: [VoucherLine(clearing, -reversal.amount_ore), *lines]},
    )
    number = reversal.reversal_no
    settle(work, reversal, Outcome.CODED, payment_id, voucher.number)
    work.lumps.count_reversal(reversal)
    close_task(work, reversal)
    work.events.record(
        "reversal_coded",
        exchange_no=reversal.exchange_no,
        reversal_no=number,
        payment_id=payment_id,
        amount_ore=reversal.amount_ore,
        currency=reversal.currency,
        coding=[line.model_dump() for line in command.coding],
        voucher_no=voucher.number,
        user=command.user,
        command_key=command.key,
    )
    return {"payment_id": payment_id, "taken_back": False, "vouchers": [voucher.number]}


def _gone(work: UnitOfWork, reversal: LoadedReversal, payment_id: int | None) -> int | None:
    """Return the payment that a person names, whose money has gone since; refuse one that can be taken back."""
    if reversal.is_credit:
        raise RuleViolation("the reversal brought money: make its movement a payment, with make_lump_payment")
    if payment_id is None:
        return None
    owner = work.undoing.owner_by_number(reversal, payment_id)
    if owner is None:
        raise RuleViolation(
            f"the reversal cannot mean payment {payment_id}: name one of the same account, currency and amount, or "
            "give the coding alone"
        )
    if owner.standing != Standing.GONE:
        raise RuleViolation(f"payment {payment_id} {_NOT_CODED[Standing(owner.standing)]}")
    return owner.payment_id
