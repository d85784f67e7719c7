"""In which account the money of a payee account is paid in: what files show, and what nothing says.

The settings say it (`paid_into`), else the newest file that shows it, else it is the account itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.model.payee_account import PayeeAccount
from hub.model.payments import Lump
from hub.model.tenant import Tenant
from hub.rules.payments.pairing import may_be_part
from hub.services.chart import canonical_key
from hub.services.payees import Payee, Payees
from hub.services.ports import UnitOfWork


def note_bank_accounts(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> None:
    """Write down what a file shows: payments to one account in the statement of another, or the number of its bank."""
    work.accounts.note_told_into(exchange_no, told_by_number(work, tenant, exchange_no))


def told_by_number(work: UnitOfWork, tenant: Tenant, exchange_no: int) -> list[tuple[int, int]]:
    """Return accounts of a file's sections, each with the payee account whose bank account number its section gives."""
    payees = Payees(tenant, work.accounts.numbers())
    return [
        (section.account_no, bank.account_no)
        for section in work.loading.loaded_sections(exchange_no)
        for bank in _with_bank_number(payees, section.bank_account)
        if section.account_no not in (0, bank.account_no)
    ]


def _with_bank_number(payees: Payees, number: str) -> list[Payee]:
    """Return the payee account with a domestic bank account number, its own or inside its IBAN."""
    return [payee for payee in payees.by_number.values() if number and number in _bank_numbers(payee.account)]


def _bank_numbers(account: PayeeAccount) -> Iterator[str]:
    """Swedish IBAN: country and check digits, three of the bank, then the account with zeros in front."""
    for scheme, number in account.numbers:
        if scheme == "bban":
            yield number.lstrip("0")
        elif scheme == "iban" and number.startswith("SE"):
            yield number[7:].lstrip("0")


def paid_elsewhere(work: UnitOfWork, tenant: Tenant, lump: Lump, *, ever: bool = False) -> str:
    """Say which setting is missed before a lump can be told from money that is booked already; empty when none is.

    An account of the company has payments that may be the lump's, and nothing says where they were paid in. With `ever`
    any payments there count: nobody looks at the lump, and those of its day may come later.
    """
    payees = Payees(tenant, work.accounts.numbers())
    moved = payees.get(lump.account_no)
    for account_no in sorted(work.accounts.unproved() - {lump.account_no}):
        payee = payees.get(account_no)
        if moved and payee and payee.company == moved.company and _has_payments(work, payee, lump, ever=ever):
            return (
                f"payments to {canonical_key(payee.account)} may be those of lump {lump.lump_no}, and nothing says "
                "where they are paid in: give that payee account paid_into, the one whose statements tell its money, "
                "or its own number if none does"
            )
    return ""


def _has_payments(work: UnitOfWork, payee: Payee, lump: Lump, *, ever: bool) -> bool:
    held = work.lumps.held_at(payee.account_no)
    if ever:
        return bool(held) or bool(work.lumps.deposits(payee.account_no, unpaired_only=False))
    told = [*work.lumps.deposits(payee.account_no), *work.lumps.expected_deposits(held)]
    return any(may_be_part(deposit, lump) for deposit in told)
