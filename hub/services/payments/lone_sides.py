"""What stands alone on a clearing account: a lump without payments, payments without the bank's movement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hub.banking_calendar import banking_days_between
from hub.errors import DataError, RuleViolation
from hub.model.commands import MakeLumpPayment
from hub.model.payments import Deposit, Lump
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.references import normal_form, scan_references
from hub.services.payees import Payee, Payees
from hub.services.payments.holding import BY_COMMAND, claim_accounts, post_payments
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
        RuleViolation: it is not alone, brought no money, or its payments are stated or held.
        TransientError: a run is judging or posting at its account, and may bring its payments.
    """
    lump = work.lumps.get(command.lump_no)
    if lump is None:
        raise DataError(f"there is no lump {command.lump_no}")
    claim_accounts(work, {lump.account_no})
    _refuse_unfit(work, lump)
    result = _make_payments(work, tenant, [(lump, command.reference)], command.user)
    work.accounts.release(BY_COMMAND)
    return result


def _refuse_unfit(work: UnitOfWork, lump: Lump) -> None:
    if lump.state != "alone":
        raise RuleViolation(f"lump {lump.lump_no} is {lump.state}: only one that stays alone can become a payment")
    if lump.amount_ore <= 0:
        raise RuleViolation(f"lump {lump.lump_no} took money from the account: it is no payment")
    if is_expected(work, lump):
        raise RuleViolation(f"payments that are held may be those of lump {lump.lump_no}: decide them first")


def _make_payments(work: UnitOfWork, tenant: Tenant, chosen: Sequence[tuple[Lump, str]], user: str) -> JsonObject:
    payees = Payees(tenant, work.accounts.numbers())
    ids = []
    for lump, given in chosen:
        stated, texts = work.lumps.details(lump)
        if stated:
            raise RuleViolation(f"the bank has stated the payments of lump {lump.lump_no}: decide those that are held")
        reference = normal_form(given) or _reference(texts, payees.by_number[lump.account_no])
        ids.append(work.lumps.add_payment(lump, reference, texts))
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
    payees = sorted(Payees(tenant, work.accounts.numbers()).by_number.values(), key=lambda payee: payee.account_no)
    lumps = [(payee, lump) for payee in payees for lump in _lone_lumps(work, payee)]
    become = [lump for payee, lump in lumps if _is_payment(work, payee, lump)]
    tasks = {(LONE_LUMP, str(lump.lump_no)): _about_lump(lump) for _, lump in lumps if lump not in become}
    lone_deposits = [deposit for payee in payees for deposit in _lone_deposits(work, payee)]
    tasks.update({(LONE_DEPOSIT, _subject(deposit)): _about_deposit(deposit) for deposit in lone_deposits})
    _set_tasks(work, tasks)
    if become:
        _make_payments(work, tenant, [(lump, "") for lump in become], BY_PROFILE)
    work.accounts.release(BY_COMMAND)
    return {"tasks": len(tasks), "payments": len(become)}


def _lone_lumps(work: UnitOfWork, payee: Payee) -> list[Lump]:
    lumps = work.lumps.lumps(payee.account_no)
    return [lump for lump in lumps if _has_waited(payee, lump.booked_date, work.today)]


def _lone_deposits(work: UnitOfWork, payee: Payee) -> list[Deposit]:
    deposits = work.lumps.deposits(payee.account_no) if work.lumps.has_any(payee.account_no) else []
    return [deposit for deposit in deposits if _has_waited(payee, deposit.booked_date, work.today)]


def _is_payment(work: UnitOfWork, payee: Payee, lump: Lump) -> bool:
    """Deposits that stand alone too, and payments that are held, may be the lump: then a person looks.

    While a run judges or posts at the account its payments may be, and the lump is looked at next time.
    """
    return (
        payee.account.lumps_are_payments
        and lump.amount_ore > 0
        and work.accounts.claim([payee.account_no], BY_COMMAND)
        and not work.lumps.details(lump)[0]
        and not work.lumps.deposits(payee.account_no)
        and not is_expected(work, lump)
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


def _about_lump(lump: Lump) -> str:
    amount = format_kronor(lump.amount_ore)
    return (
        f"{amount} {lump.currency} moved on the bank account on {lump.booked_date} (exchange {lump.exchange_no}) and "
        "no file says who paid: fetch the specification, or make it a payment"
    )


def _about_deposit(deposit: Deposit) -> str:
    amount = format_kronor(deposit.amount_ore)
    return (
        f"payments of {amount} {deposit.currency} on {deposit.booked_date} (exchange {deposit.exchange_no}) are not "
        "seen on the bank account: fetch the statement, or look for a lump that was made a payment"
    )
