"""Payments held for an account the settings did not have: posted once a setting is mended."""

from __future__ import annotations

from hub.model.payment_file import PayeeAccount
from hub.model.payments import QueuedPayment
from hub.model.tenant import Tenant
from hub.services.payees import Payee, Payees
from hub.services.payments.holding import post_held
from hub.services.ports import UnitOfWork

REASON = "unknown_payee_account"
TASK = "unknown_payee_account"
BATCH = 10_000


def ask_about_unknown_accounts(work: UnitOfWork, exchange_no: int, held: int) -> None:
    """Ask a person about a file whose payments came to an account that the settings do not have."""
    if held:
        work.commands.open_task(
            TASK,
            str(exchange_no),
            f"{held} payments of exchange {exchange_no} came to a payee account that the settings do not have: "
            "add the account to a company; they are posted with the next file or hub receive --poll",
        )


def post_to_known_accounts(work: UnitOfWork, tenant: Tenant) -> int:
    """Post held payments whose account the settings have now, and return how many."""
    waiting = [item for item in work.queue.waiting(state="held", limit=BATCH) if item.reason == REASON]
    if not waiting:
        return 0
    placed = _placed(work, Payees(tenant, work.accounts.numbers()), waiting)
    ids = sorted(placed)
    for account_no in sorted(set(placed.values())):
        work.queue.place_at([number for number in ids if placed[number] == account_no], account_no)
    if ids:
        post_held(work, tenant, ids)
    left = {item.exchange_no for item in waiting if item.payment_id not in placed}
    for exchange_no in {item.exchange_no for item in waiting} - left:
        work.commands.close_task(TASK, str(exchange_no))
    return len(ids)


def _placed(work: UnitOfWork, payees: Payees, waiting: list[QueuedPayment]) -> dict[int, int]:
    """Return the account number of each payment whose section's account is known now."""
    known: dict[tuple[int, int], Payee | None] = {}
    for exchange_no in {item.exchange_no for item in waiting}:
        for section in work.loading.loaded_sections(exchange_no):
            scheme, _, number = section.account.partition(":")
            known[exchange_no, section.section_no] = payees.find(PayeeAccount(scheme, number))
    placed = {}
    for payment in work.matching.payments([item.payment_id for item in waiting]):
        payee = known.get((payment.exchange_no, payment.section_no))
        if payee is not None:
            placed[payment.payment_id] = payee.account_no
    return placed
