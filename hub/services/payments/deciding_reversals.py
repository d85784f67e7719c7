"""A person's word on a reversal that was not found by its keys: which payment the bank took back."""

from __future__ import annotations

from hub.errors import DataError, RuleViolation
from hub.model.commands import DecideReversal
from hub.model.exchanges import ExchangeState
from hub.model.payments import LoadedReversal, Standing
from hub.model.tenant import Tenant
from hub.rules.payments.reversals import Outcome
from hub.services.payments.clearing import pair_accounts
from hub.services.payments.holding import BY_COMMAND, claim_accounts
from hub.services.payments.reversing import TASK, reverse_payment
from hub.services.ports import JsonObject, UnitOfWork


def decide_reversal(work: UnitOfWork, tenant: Tenant, command: DecideReversal) -> JsonObject:
    """Take back the payment that a held reversal means, booked today.

    Where another format has told that it was taken back, the reversal is closed as that.

    Raises:
        DataError: no such reversal waits.
        RuleViolation: its file is not posted, or the payment is another account's, another amount or not booked.
        TransientError: a run is posting at its account.
    """
    reversal = _waiting(work, command)
    claim_accounts(work, {reversal.account_no})
    reversal = _waiting(work, command)
    owner = work.undoing.owner_by_number(reversal, command.payment_id)
    if owner is None or owner.standing not in (Standing.BOOKED, Standing.TOLD_ELSEWHERE):
        raise RuleViolation(
            f"the reversal cannot mean payment {command.payment_id}: name one of the same account, currency and "
            "amount that is booked and has neither been refunded nor taken back"
        )
    if owner.standing == Standing.BOOKED:
        reverse_payment(work, tenant, reversal, owner.payment_id, booked_date=work.today)
        work.lumps.count_reversal(reversal)
        pair_accounts(work, {reversal.account_no})
    else:
        number = reversal.reversal_no
        work.undoing.settle_reversal(reversal.exchange_no, number, Outcome.DUPLICATE, owner.payment_id)
    work.commands.close_task(TASK, f"{reversal.exchange_no}:{reversal.reversal_no}")
    work.accounts.release(BY_COMMAND)
    return {"payment_id": owner.payment_id, "taken_back": owner.standing == Standing.BOOKED}


def _waiting(work: UnitOfWork, command: DecideReversal) -> LoadedReversal:
    number = command.reversal_no
    found = [told for told in work.loading.loaded_reversals(command.exchange_no) if told.reversal_no == number]
    if not found or found[0].state != Outcome.HELD:
        raise DataError(f"no reversal {command.exchange_no}:{number} waits: list the tasks and give its number")
    state = work.exchanges.get(command.exchange_no).state
    if state != ExchangeState.POSTED:
        raise RuleViolation(f"exchange {command.exchange_no} is {state}: wait until it is posted")
    return found[0]
