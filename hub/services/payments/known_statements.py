"""Statements and reversals of accounts the settings did not have: what moved is posted once a setting is mended."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hub.model.payments import BY_COMMAND, UnknownStatement
from hub.model.tenant import Tenant
from hub.services.payees import Payee, Payees
from hub.services.payments.bank_accounts import note_bank_accounts
from hub.services.payments.clearing import pair_accounts, post_movements
from hub.services.payments.reversing import ask_again
from hub.services.payments.statements import look_at_statements
from hub.services.ports import UnitOfWork

TASK = "unknown_statement_account"


def ask_about_unknown_statements(work: UnitOfWork, exchange_no: int) -> None:
    """Ask a person about accounts that a file tells the movements of and that the settings do not have.

    One task an account, however many statements of it come.
    """
    for statement in work.lumps.unknown_statements(exchange_no):
        work.commands.open_task(
            TASK,
            statement.account,
            f"exchange {exchange_no} tells what moved on an account that the settings do not have: add the account to "
            "a company; the movements are posted with the next file or hub receive --poll",
        )


def post_known_statements(work: UnitOfWork, tenant: Tenant) -> int:
    """Post the movements of posted statements whose account the settings have now; return how many.

    What the reversals in them mean is asked again, so an account whose payments are not all posted yet waits for the
    next round. So does one at which a run is judging or posting.
    """
    payees = Payees(tenant, work.accounts.numbers())
    waiting = work.lumps.unknown_statements()
    found = [(told, payees.find_written(told.account, told.alternative_account)) for told in waiting]
    known = [(told, payee) for told, payee in found if payee is not None]
    claimed = work.accounts.claim_each({payee.account_no for _, payee in known}, BY_COMMAND)
    ready = {account_no for account_no in claimed if not work.queue.placed_at([account_no], 1)}
    free = [(told, payee) for told, payee in known if payee.account_no in ready]
    moved = sum(
        _post(work, tenant, exchange_no, list(told))
        for exchange_no, told in groupby(free, key=lambda pair: pair[0].exchange_no)
    )
    pair_accounts(work, {payee.account_no for _, payee in free})
    look_at_statements(work, {payee.account_no for _, payee in free})
    _close_tasks(work)
    work.accounts.release(BY_COMMAND)
    return moved


def _post(work: UnitOfWork, tenant: Tenant, exchange_no: int, found: Sequence[tuple[UnknownStatement, Payee]]) -> int:
    sections = {
        statement.section_no
        for statement, payee in found
        if work.lumps.place_statement(statement, payee.account_no, payee.company.number)
    }
    work.duplicates.note_accounts(exchange_no)
    note_bank_accounts(work, tenant, exchange_no)
    ask_again(work, tenant, exchange_no, {(statement.section_no, payee.account_no) for statement, payee in found})
    return len(post_movements(work, tenant, exchange_no, sections=sections)) if sections else 0


def _close_tasks(work: UnitOfWork) -> None:
    still = {statement.account for statement in work.lumps.unknown_statements()}
    for task in work.commands.open_tasks():
        if task["kind"] == TASK and task["subject"] not in still:
            work.commands.close_task(TASK, task["subject"])
