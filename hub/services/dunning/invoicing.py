"""Interest invoices put into the books: receivables of their own, with a reference and a debit of interest revenue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from hub.model.company import Company, Routine
from hub.model.documents import Language
from hub.model.import_rows import ImportRow
from hub.model.receivables import Receivable, ReceivableKind
from hub.model.source_system import SourceSystem
from hub.model.tenant import Tenant
from hub.rules.debtors import language_of
from hub.rules.interest.invoicing import due_date_of, interest_invoice_number
from hub.services.books.finding import find_company
from hub.services.chart import TenantChart
from hub.services.payees import register_payees
from hub.services.ports import UnitOfWork
from hub.services.receivables.posting import ChunkPosting, ImportTask
from hub.services.receivables.resolving import Incoming, Resolver, RowRefused

VOUCHER_TYPE = "interest_invoices"
NUMBER_TAKEN = "its number is taken"
REFERS_TO = {
    Language.SV: "Dröjsmålsränta {days} dagar på faktura {number}",
    Language.EN: "Interest for {days} days of late payment, invoice {number}",
}

_SAME = (
    "debtor_name",
    "debtor_identity",
    "debtor_address",
    "second_debtor_name",
    "second_debtor_identity",
    "register_identity",
    "department",
    "language",
)


class Invoiced(NamedTuple):
    """A fully paid receivable, and the interest on it that is invoiced."""

    original: Receivable
    amount_ore: int
    days: int


class InterestInvoices(NamedTuple):
    """What became of a chunk: the ids of interest invoices by their originals', and why others could not be made."""

    made: dict[int, int]
    refused: dict[int, str]


def invoice_interest(work: UnitOfWork, tenant: Tenant, asked: Sequence[Invoiced], *, run_no: int) -> InterestInvoices:
    """Make the interest invoices of a chunk in this transaction; one that cannot be made holds no other.

    Raises:
        DataError: a receivable's company is not in the settings.
    """
    rows, refused = _resolved(work, tenant, asked)
    task = ImportTask(tenant.id, None, partial(TenantChart, tenant), run_no, VOUCHER_TYPE)
    chunk = ChunkPosting(work, task, list(rows.values()))
    chunk.run(chunk_no=0)
    ids = {_key(receivable): receivable.receivable_id for receivable in chunk.made}
    made = {original: ids[_key(row.receivable)] for original, row in rows.items() if _key(row.receivable) in ids}
    taken = dict.fromkeys(rows.keys() - made.keys() - refused.keys(), NUMBER_TAKEN)
    return InterestInvoices(made, refused | taken)


def taken_numbers(work: UnitOfWork, tenant: Tenant, originals: Iterable[Receivable]) -> set[int]:
    """Return the ids of those whose interest invoice cannot have its number, since another receivable has it.

    One that was cancelled with its plan is made anew, as the next version of its number.
    """
    return {number for number, version in _versions(work, tenant, originals).items() if version is None}


def _versions(work: UnitOfWork, tenant: Tenant, originals: Iterable[Receivable]) -> dict[int, int | None]:
    """Return the version of each interest invoice, by its original's id; None where its number is taken."""
    wanted = {key: row.receivable_id for row in originals if (key := _wanted(tenant, row)) is not None}
    versions: dict[int, int | None] = dict.fromkeys(wanted.values(), 1)
    for company in {key[0] for key in wanted}:
        numbers = sorted({number for one, number, _ in wanted if one == company})
        known = [row for row in work.receivables.known_versions(company, numbers) if _key(row) in wanted]
        undone = work.interest_charges.undone([row.receivable_id for row in known])
        for row in sorted(known, key=lambda one: one.version):
            versions[wanted[_key(row)]] = row.version + 1 if row.receivable_id in undone else None
    return versions


def _wanted(tenant: Tenant, original: Receivable) -> tuple[str, str, str] | None:
    routine = find_company(tenant, original.company).routine(original.routine)
    if routine is None or routine.interest_routine is None or not original.number.startswith(routine.number):
        return None
    return original.company, interest_invoice_number(original.number, routine), original.source_system


def _resolved(
    work: UnitOfWork, tenant: Tenant, asked: Sequence[Invoiced]
) -> tuple[dict[int, Incoming], dict[int, str]]:
    """Return the rows of interest invoices by their originals, and why others cannot be made."""
    register_payees(work, tenant)
    accounts, today = work.accounts.numbers(), date.fromisoformat(work.today)
    versions = _versions(work, tenant, [one.original for one in asked])
    rows: dict[int, Incoming] = {}
    refused: dict[int, str] = {}
    for line, one in enumerate(asked):
        original = one.original
        version = versions.get(original.receivable_id) or 1
        system = SourceSystem(name=original.source_system)
        resolver = Resolver(tenant, system, accounts, is_opening=False, today=work.today)
        try:
            asked_for = _row(one, find_company(tenant, original.company), today, version)
            row = resolver.resolve(line, asked_for, {})._replace(is_anew=version > 1)
        except RowRefused as reason:
            refused[original.receivable_id] = reason.problem.message
        else:
            rows[original.receivable_id] = of_the_same_debtor(row, original)
    return rows, refused


def _row(one: Invoiced, company: Company, today: date, version: int) -> ImportRow:
    original = one.original
    routine = _routine(company, original)
    return ImportRow(
        number=interest_invoice_number(original.number, routine),
        version=version,
        invoice_date=today.isoformat(),
        due_date=due_date_of(company, today).isoformat(),
        amount=one.amount_ore,
        company=company.number,
        routine=routine.interest_routine or "",
        kind=ReceivableKind.INTEREST_INVOICE,
        currency=original.currency,
        debtor_number=original.debtor_number,
        refers_to=REFERS_TO[language_of(original, company.letterhead.language)].format(
            days=one.days, number=original.number
        ),
    )


def _routine(company: Company, original: Receivable) -> Routine:
    found = company.routine(original.routine)
    if found is None:
        raise RowRefused("routine", "ROUTINE_UNKNOWN", f"company {company.number} has no routine {original.routine}")
    return found


def of_the_same_debtor(row: Incoming, original: Receivable) -> Incoming:
    """Let an invoice of interest or a fee have its original's debtor, address and department, as they stand now."""
    same = {name: getattr(original, name) for name in _SAME}
    return row._replace(receivable=row.receivable._replace(**same))


def _key(receivable: Receivable) -> tuple[str, str, str]:
    return receivable.company, receivable.number, receivable.source_system
