"""Payments held for an account the settings did not have: compared and posted once a setting is mended."""

from __future__ import annotations

from hub.model.counting import counted
from hub.model.exchanges import ExchangeState
from hub.model.payments import BY_COMMAND, UnknownAccount
from hub.model.tenant import Tenant
from hub.services.payees import Payee, Payees
from hub.services.payments.comparing import place
from hub.services.payments.holding import post_held
from hub.services.ports import UnitOfWork

TASK = "unknown_payee_account"
MOST_NAMED = 20  # in a task's text
BATCH = 10_000  # posted in one transaction; the next round goes on


def ask_about_unknown_accounts(work: UnitOfWork, exchange_no: int, held: int) -> None:
    """Ask a person about a file whose payments came to an account that the settings do not have."""
    if held:
        unknown = [one for one in work.queue.unknown_accounts() if one.exchange_no == exchange_no]
        accounts = ", ".join(sorted({one.account for one in unknown})[:MOST_NAMED])
        work.commands.open_task(
            TASK,
            str(exchange_no),
            f"{counted(held, 'payment')} of exchange {exchange_no} came to payee accounts that the settings do not "
            f"have ({accounts}): add each to its company; what is held is posted with the next file or "
            "hub receive --poll",
        )


def post_to_known_accounts(work: UnitOfWork, tenant: Tenant) -> int:
    """Post held payments whose account the settings have now and that no other file has brought; return how many.

    An account at which a run is judging or posting waits for the next round.
    """
    known = _claimed(work, _known(work, tenant))
    for unknown, payee in known.items():
        if not unknown.account_no:
            place(work, unknown.exchange_no, work.queue.held_for(unknown), payee)
    ids = work.queue.placed_at({payee.account_no for payee in known.values()}, BATCH) if known else []
    held_again = post_held(work, tenant, ids)["held_again"] if ids else 0
    _close_tasks(work)
    work.accounts.release(BY_COMMAND)
    return len(ids) - int(held_again)


def _known(work: UnitOfWork, tenant: Tenant) -> dict[UnknownAccount, Payee]:
    """Return each account that payments of posted files are held for and that the settings have now."""
    waiting = work.queue.unknown_accounts()
    payees = Payees(tenant, work.accounts.numbers())
    posted = {no for no in {unknown.exchange_no for unknown in waiting} if _is_posted(work, no)}
    found = {unknown: _payee(payees, unknown) for unknown in waiting if unknown.exchange_no in posted}
    return {unknown: payee for unknown, payee in found.items() if payee is not None}


def _is_posted(work: UnitOfWork, exchange_no: int) -> bool:
    return work.exchanges.get(exchange_no).state == ExchangeState.POSTED


def _payee(payees: Payees, unknown: UnknownAccount) -> Payee | None:
    return payees.get(unknown.account_no) or payees.find_written(unknown.account, unknown.alternative_account)


def _claimed(work: UnitOfWork, known: dict[UnknownAccount, Payee]) -> dict[UnknownAccount, Payee]:
    free = work.accounts.claim_each({payee.account_no for payee in known.values()}, BY_COMMAND)
    return {unknown: payee for unknown, payee in known.items() if payee.account_no in free}


def _close_tasks(work: UnitOfWork) -> None:
    still = {str(unknown.exchange_no) for unknown in work.queue.unknown_accounts()}
    for task in work.commands.open_tasks():
        if task["kind"] == TASK and task["subject"] not in still:
            work.commands.close_task(TASK, task["subject"])
