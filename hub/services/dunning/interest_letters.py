"""Interest invoices are handed over to delivery, in the transaction that makes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hub.errors import DataError
from hub.model.delivery_commands import Balance, DeliverDocument
from hub.model.interest_charges import KIND
from hub.model.parties import Debtor
from hub.model.receivables import Receivable
from hub.model.tenant import Tenant
from hub.rules.debtors import debtor_fields, language_of
from hub.rules.dunning.interest_letters import InterestLetter, interest_invoice_document
from hub.services.books.finding import find_company
from hub.services.books.interest import Accrued
from hub.services.ports import Deliver, UnitOfWork

USER = "interest_invoices"  # who hands them over
TASK = "undeliverable_letter"


def letter_keys(plan_no: int, invoice_ids: Iterable[int]) -> list[str]:
    """Return the keys of the commands by which the interest invoices of a plan are handed over."""
    return [f"{KIND}:{plan_no}:deliver:{number}" for number in invoice_ids]


def send_invoices(
    work: UnitOfWork, tenant: Tenant, deliver: Deliver, plan_no: int, charged: Mapping[int, Accrued]
) -> None:
    """Hand over interest invoices by their ids, with what they charge; a person is told of one that cannot be sent."""
    commands: list[DeliverDocument] = []
    numbers: dict[str, str] = {}
    for invoice in work.receivables.by_ids(sorted(charged)):
        (key,) = letter_keys(plan_no, [invoice.receivable_id])
        numbers[key] = invoice.number
        try:
            commands.append(_command(tenant, key, invoice, charged[invoice.receivable_id]))
        except DataError as error:
            _tell_unsent(work, key, invoice.number, str(error))
    for handed in deliver(work, commands) if commands else ():
        if handed.problem:
            _tell_unsent(work, handed.key, numbers[handed.key], handed.problem)


def _command(tenant: Tenant, key: str, invoice: Receivable, one: Accrued) -> DeliverDocument:
    company = find_company(tenant, invoice.company)
    document = interest_invoice_document(
        InterestLetter(
            invoice,
            one.receivable,
            Debtor.model_validate(debtor_fields(invoice)),
            one.interest,
            one.paid_on or "",
            language_of(invoice, company.letterhead.language),
            company.dunning.interest.rate,
        )
    )
    balance = Balance(receivable_id=invoice.receivable_id, open_ore=invoice.original_ore)
    return DeliverDocument(key=key, user=USER, document=document, balances=(balance,))


def _tell_unsent(work: UnitOfWork, key: str, number: str, why: str) -> None:
    work.commands.open_task(
        TASK, key, f"interest invoice {number} is owed and cannot be sent: {why}; mend it, then: hub deliver {number}"
    )
