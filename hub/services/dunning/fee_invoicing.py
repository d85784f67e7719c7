"""Fees put into the books as receivables of their own (*avgiftsfaktura*), each with a number of their series."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple, Protocol

from hub.model.company import Company
from hub.model.dunning import DunningStep
from hub.model.dunning_plans import OpenDebt
from hub.model.fee_invoices import FeeInvoice
from hub.model.receivables import Receivable
from hub.model.source_system import SourceSystem
from hub.model.tenant import Tenant
from hub.rules.dunning.fee_invoices import fee_number, fee_row
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.policies import FEE_OF, StepRule
from hub.services.books.finding import find_company
from hub.services.chart import TenantChart
from hub.services.dunning.invoicing import of_the_same_debtor
from hub.services.payees import register_payees
from hub.services.ports import UnitOfWork
from hub.services.receivables.posting import ChunkPosting, ImportTask
from hub.services.receivables.resolving import Incoming, Resolver, RowRefused

VOUCHER_TYPE = "dunning"
FEE_INVOICED = "fee_invoiced"  # event


class BearsFees(Protocol):
    """A step whose fees may be invoices of their own."""

    @property
    def debt(self) -> OpenDebt: ...
    @property
    def rule(self) -> StepRule: ...
    @property
    def answer_by(self) -> date: ...
    @property
    def fee_ore(self) -> int: ...
    @property
    def compensation_ore(self) -> int: ...
    @property
    def are_fees_invoiced(self) -> bool: ...


class _Wanted(NamedTuple):
    step: BearsFees
    fee: Fee
    amount_ore: int
    number: str


def invoice_fees(
    work: UnitOfWork, tenant: Tenant, plan_no: int, steps: Sequence[BearsFees], *, run_no: int, chunk_no: int
) -> dict[int, str]:
    """Make the fee invoices of a chunk's steps in this transaction; one that cannot be made holds no other.

    Returns why some could not be made, by the receivable that is dunned.
    """
    wanted = list(_wanted(work, tenant, steps))
    if not wanted:
        return {}
    rows, refused = _resolved(work, tenant, wanted)
    task = ImportTask(tenant.id, None, partial(TenantChart, tenant), run_no, VOUCHER_TYPE)
    posted = ChunkPosting(work, task, [row for _, row in rows])
    posted.run(chunk_no=chunk_no)
    ids = {(made.company, made.number): made.receivable_id for made in posted.made}
    made = [
        FeeInvoice(number, one.step.debt.receivable_id, plan_no, one.fee, one.amount_ore, "")
        for one, row in rows
        if (number := ids.get((row.receivable.company, row.receivable.number))) is not None
    ]
    work.fee_invoices.record(made)
    _tell(work, [one for one, _ in rows], made)
    return refused


def _wanted(work: UnitOfWork, tenant: Tenant, steps: Sequence[BearsFees]) -> Iterator[_Wanted]:
    """Yield the fees that become invoices, with numbers that nothing has yet."""
    asked: dict[str, list[tuple[BearsFees, Fee, int]]] = {}
    for step in steps:
        for fee, amount_ore in _fees(step):
            asked.setdefault(step.debt.company, []).append((step, fee, amount_ore))
    for number, of_company in asked.items():
        free = _free_numbers(work, find_company(tenant, number), len(of_company))
        for (step, fee, amount_ore), own in zip(of_company, free, strict=True):
            yield _Wanted(step, fee, amount_ore, own)


def _fees(step: BearsFees) -> Iterator[tuple[Fee, int]]:
    if step.are_fees_invoiced and step.fee_ore:
        yield FEE_OF[DunningStep(step.rule.step)], step.fee_ore
    if step.are_fees_invoiced and step.compensation_ore:
        yield Fee.LATE_PAYMENT_COMPENSATION, step.compensation_ore


def _free_numbers(work: UnitOfWork, company: Company, count: int) -> list[str]:
    """Take numbers of the series; one that a receivable has already, such as a migrated one, is passed over."""
    free: list[str] = []
    while len(free) < count:
        first = work.fee_invoices.take_numbers(company.number, count - len(free))
        made = [fee_number(company, serial) for serial in range(first, first + count - len(free))]
        known = {row.number for row in work.receivables.known_versions(company.number, made)}
        free += [number for number in made if number not in known]
    return free


def _resolved(
    work: UnitOfWork, tenant: Tenant, wanted: Sequence[_Wanted]
) -> tuple[list[tuple[_Wanted, Incoming]], dict[int, str]]:
    """Return the rows of fee invoices, and why others cannot be made, by the receivables that are dunned."""
    register_payees(work, tenant)
    accounts, today = work.accounts.numbers(), date.fromisoformat(work.today)
    originals = {row.receivable_id: row for row in work.receivables.by_ids(_ids(wanted))}
    rows: list[tuple[_Wanted, Incoming]] = []
    refused: dict[int, str] = {}
    for line, one in enumerate(wanted):
        original = originals[one.step.debt.receivable_id]
        try:
            rows.append((one, _row(line, one, original, tenant, accounts, today)))
        except RowRefused as reason:
            refused[original.receivable_id] = reason.problem.message
    return [one for one in rows if one[0].step.debt.receivable_id not in refused], refused


def _row(
    line: int, one: _Wanted, original: Receivable, tenant: Tenant, accounts: Mapping[str, int], today: date
) -> Incoming:
    company = find_company(tenant, original.company)
    system = SourceSystem(name=original.source_system)
    resolver = Resolver(tenant, system, accounts, is_opening=False, today=today.isoformat())
    row = fee_row(
        company, original, one.fee, number=one.number, amount_ore=one.amount_ore, on=today, due_date=one.step.answer_by
    )
    return of_the_same_debtor(resolver.resolve(line, row, {}), original)


def _ids(wanted: Sequence[_Wanted]) -> list[int]:
    return sorted({one.step.debt.receivable_id for one in wanted})


def _tell(work: UnitOfWork, wanted: Sequence[_Wanted], made: Sequence[FeeInvoice]) -> None:
    debts = {one.step.debt.receivable_id: one for one in wanted}
    numbers = {row.receivable_id: row.number for row in work.receivables.by_ids([one.invoice_id for one in made])}
    for one in made:
        debt = debts[one.receivable_id].step.debt
        work.events.record(
            FEE_INVOICED,
            receivable_id=one.invoice_id,
            company=debt.company,
            source_system=debt.source_system,
            number=numbers[one.invoice_id],
            of_number=debt.number,
            fee=one.fee,
            amount_ore=one.amount_ore,
            currency=debt.currency,
            plan_no=one.plan_no,
        )
