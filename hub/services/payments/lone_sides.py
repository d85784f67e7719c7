"""What stands alone on a clearing account: a lump without payments, payments without the bank's movement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.banking_calendar import banking_days_between
from hub.errors import DataError, RuleViolation
from hub.model.commands import MakeLumpPayment
from hub.model.exchanges import ExchangeState
from hub.model.payments import BY_COMMAND, Deposit, Lump
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.payments.pairing import entries_of, may_be_part, may_be_told, whole_entry
from hub.rules.references import normal_form, scan_references
from hub.services.payees import Payee, Payees
from hub.services.payments.bank_accounts import paid_elsewhere
from hub.services.payments.clearing import pair_accounts
from hub.services.payments.holding import claim_accounts, post_payments
from hub.services.payments.made_lumps import is_expected
from hub.services.ports import JsonObject, UnitOfWork

LONE_LUMP, LONE_DEPOSIT = "lump_alone", "deposit_alone"  # kinds of tasks
LONGEST_REFERENCE = 35
BY_PROFILE = "rule of the bank's profile"


def make_lump_payment(work: UnitOfWork, tenant: Tenant, command: MakeLumpPayment) -> JsonObject:
    """Make a lump that stays alone a payment of its own.

    Its bank side is posted already: the payment goes from the clearing account to a receivable or to suspense.

    Raises:
        DataError: there is no such lump.
        RuleViolation: it is not alone, brought no money, its payments are stated, held or booked, or may be since
            nothing says where they are paid in, or its account is not the settings' any more.
        TransientError: a run is judging or posting at its account, and may bring its payments.
    """
    account_no = work.lumps.account_of(command.lump_no)
    if account_no is None:
        raise DataError(f"there is no lump {command.lump_no}")
    payee = Payees(tenant, work.accounts.numbers()).get(account_no)
    if payee is None:
        raise RuleViolation(
            f"the settings have the payee account of lump {command.lump_no} no longer: add it to a company again"
        )
    claim_accounts(work, {account_no})
    lump = work.lumps.get(command.lump_no)
    problem = _problem(work, tenant, lump)
    if problem:
        raise RuleViolation(problem)
    result = _make_payments(work, tenant, [(payee, lump)], command.reference, command.user)
    work.accounts.release(BY_COMMAND)
    return result


def _problem(work: UnitOfWork, tenant: Tenant, lump: Lump) -> str:
    """Say why a lump, read under the claim on its account, cannot become a payment; empty when it can."""
    if lump.state != "alone":
        return f"lump {lump.lump_no} is {lump.state}: only one that stays alone can become a payment"
    if lump.amount_ore <= 0:
        return f"lump {lump.lump_no} took money from the account: it is no payment"
    if work.lumps.details(lump)[0]:
        return f"the bank has stated the payments of lump {lump.lump_no}: decide those that are held"
    if is_expected(work, lump):
        return f"payments that are held may be those of lump {lump.lump_no}: decide them first"
    if may_be_told(work.lumps.deposits(lump.account_no), lump):
        return (
            f"payments that are booked and stand alone are together as much as lump {lump.lump_no}: they meet it when "
            "the statement with the movements of the others has come"
        )
    undone = _undone_with_part(work, lump)
    if undone:
        return (
            f"a part of lump {lump.lump_no} may be booked already: exchange {undone[0]} was undone and some of its "
            "payments were left out; receive that file again first"
        )
    return paid_elsewhere(work, tenant, lump)


def _undone_with_part(work: UnitOfWork, lump: Lump) -> list[int]:
    """Return undone files of which so much is still booked that it may be a part of the lump."""
    parts = [deposit for deposit in work.lumps.deposits(lump.account_no) if may_be_part(deposit, lump)]
    numbers = sorted({deposit.exchange_no for deposit in parts})
    return [number for number in numbers if work.exchanges.get(number).state == ExchangeState.UNDONE]


def _make_payments(
    work: UnitOfWork, tenant: Tenant, chosen: Sequence[tuple[Payee, Lump]], reference: str, user: str
) -> JsonObject:
    """Make payments of lumps that may become such; `reference` is what a person gives."""
    ids = []
    for payee, lump in chosen:
        _, texts = work.lumps.details(lump)
        ids.append(work.lumps.add_payment(lump, normal_form(reference) or _reference(texts, payee), texts))
        work.lumps.change(lump.lump_no, "payment")
        work.commands.close_task(LONE_LUMP, str(lump.lump_no))
        _record(work, lump, ids[-1], user)
    decided = post_payments(work, tenant, work.matching.payments(ids))
    return {
        "payment_ids": ids,
        "suspended_ore": sum(item.allocation.rest_ore for item in decided),
        "rules": [item.found.rule for item in decided],
    }


def _reference(texts: Sequence[str], payee: Payee) -> str:
    """Take the one reference found in the bank's texts, else the first text itself, as for a payment without one."""
    scanned = scan_references(texts, payee.control) if payee.company.matching.scan_texts else ()
    if len(scanned) == 1:
        return scanned[0]
    return normal_form(texts[0])[:LONGEST_REFERENCE] if texts else ""


def _record(work: UnitOfWork, lump: Lump, payment_id: int, user: str) -> None:
    work.events.record(
        "lump_made_payment",
        lump_no=lump.lump_no,
        payment_id=payment_id,
        exchange_no=lump.exchange_no,
        amount_ore=lump.amount_ore,
        currency=lump.currency,
        booked_date=lump.booked_date,
        user=user,
    )


def watch_clearing(work: UnitOfWork, tenant: Tenant) -> JsonObject:
    """Look for what has stood alone longer than its payee account allows.

    A lump becomes a payment where the bank's profile says so; all else becomes a task, once. Tasks of what has found
    its other side since are closed. Deposits of an account whose own movements nobody has ever told are left in peace.
    """
    become: list[tuple[Payee, Lump]] = []
    tasks: dict[tuple[str, str], str] = {}
    for payee in _bank_accounts(work, tenant):
        may_become = _is_free(work, payee)
        _pair_now(work, payee)
        for lump in _lone_lumps(work, payee):
            by_itself = payee.account.lumps_are_payments and lump.amount_ore > 0
            missed = paid_elsewhere(work, tenant, lump, ever=by_itself)
            if may_become and not (missed or _problem(work, tenant, lump)):
                become.append((payee, lump))
            else:
                tasks[LONE_LUMP, str(lump.lump_no)] = _about_lump(lump, missed)
        lone = [whole_entry(deposits) for deposits in entries_of(_lone_deposits(work, payee))]
        tasks.update({(LONE_DEPOSIT, _subject(entry)): _about_deposit(entry) for entry in lone})
    _set_tasks(work, tasks)
    if become:
        _make_payments(work, tenant, become, "", BY_PROFILE)
    work.accounts.release(BY_COMMAND)
    return {"tasks": len(tasks), "payments": len(become)}


def _bank_accounts(work: UnitOfWork, tenant: Tenant) -> list[Payee]:
    """Return the payee accounts that money is paid into, each once."""
    payees = Payees(tenant, work.accounts.numbers())
    banks = work.accounts.bank_accounts()
    numbers = sorted({banks[account_no] for account_no in payees.by_number})
    return [payees.by_number[account_no] for account_no in numbers if account_no in payees.by_number]


def _pair_now(work: UnitOfWork, payee: Payee) -> None:
    """Pair what stood alone until a setting, or a file, said where an account's money is paid in."""
    both_stand_alone = work.lumps.lumps(payee.account_no) and work.lumps.deposits(payee.account_no)
    if both_stand_alone and work.accounts.claim([payee.account_no], BY_COMMAND):
        pair_accounts(work, [payee.account_no])


def _lone_lumps(work: UnitOfWork, payee: Payee) -> list[Lump]:
    lumps = work.lumps.lumps(payee.account_no)
    return [lump for lump in lumps if _has_waited(payee, lump.booked_date, work.today)]


def _lone_deposits(work: UnitOfWork, payee: Payee) -> list[Deposit]:
    deposits = work.lumps.deposits(payee.account_no) if work.lumps.has_any(payee.account_no) else []
    return [deposit for deposit in deposits if _has_waited(payee, deposit.booked_date, work.today)]


def _is_free(work: UnitOfWork, payee: Payee) -> bool:
    """Say whether the account's lone lumps become payments by themselves; they stay as they are from now on.

    Deposits that stand alone too may be a lump: then a person looks. While a run judges or posts at the account its
    payments may be, and the lumps are looked at next time.
    """
    return (
        payee.account.lumps_are_payments
        and work.accounts.claim([payee.account_no], BY_COMMAND)
        and not work.lumps.deposits(payee.account_no)
    )


def _has_waited(payee: Payee, booked_date: str, today: str) -> bool:
    waited = banking_days_between(date.fromisoformat(booked_date), date.fromisoformat(today))
    return waited >= payee.account.lump_alone_after_banking_days


def _set_tasks(work: UnitOfWork, wanted: dict[tuple[str, str], str]) -> None:
    open_now = {(task["kind"], task["subject"]) for task in work.commands.open_tasks()}
    for kind, subject in sorted(open_now - wanted.keys()):
        if kind in (LONE_LUMP, LONE_DEPOSIT):
            work.commands.close_task(kind, subject)
    for (kind, subject), message in wanted.items():
        if (kind, subject) not in open_now:
            work.commands.open_task(kind, subject, message)


def _subject(deposit: Deposit) -> str:
    return f"{deposit.exchange_no}:{deposit.section_no}:{deposit.entry_no}"


def _about_lump(lump: Lump, missed: str) -> str:
    amount = format_kronor(lump.amount_ore)
    return (
        f"{amount} {lump.currency} moved on the bank account on {lump.booked_date} (exchange {lump.exchange_no}) and "
        f"no file says who paid: {missed or 'fetch the specification, or make it a payment'}"
    )


def _about_deposit(deposit: Deposit) -> str:
    amount = format_kronor(deposit.amount_ore)
    return (
        f"payments of {amount} {deposit.currency} on {deposit.booked_date} (exchange {deposit.exchange_no}) are not "
        "seen on the bank account: fetch the statement, or look for a lump that was made a payment"
    )
