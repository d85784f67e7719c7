"""Putting a chunk of receivables into the books: one transaction, set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.model.books import Contra, Posting, PostingGroup, VoucherKey, VoucherLine
from hub.model.fee_invoices import BEAR_FEES
from hub.model.import_rows import RowProblem
from hub.model.receivables import Receivable, ReceivableKind, ReferenceRow
from hub.rules.books import Chart
from hub.rules.receivables import (
    Decision,
    Occasion,
    PastEntry,
    Step,
    coded_lines,
    new_postings,
    version_postings,
)
from hub.rules.references import normal_form
from hub.services.ports import UnitOfWork
from hub.services.receivables.deciding import KnownReceivables
from hub.services.receivables.resolving import Incoming

VOUCHER_TYPE = "receivables"
REMATCH = "rematch"

ChartMaker = Callable[[Sequence[PostingGroup], Mapping[str, int]], Chart]
"""Makes the tenant's chart of its posting groups and the numbers of its payee accounts."""


class ImportTask(NamedTuple):
    """What the chunks of one import have in common, or of a run that makes receivables itself."""

    tenant: str
    exchange_no: int | None  # None: a run makes them
    chart_maker: ChartMaker
    run_no: int | None = None
    voucher_type: str = VOUCHER_TYPE

    @property
    def cause(self) -> str:
        """The exchange or the run, in one word."""
        return str(self.exchange_no) if self.exchange_no is not None else f"run-{self.run_no}"


@dataclass
class ChunkOutcome:
    """What became of the rows of a chunk; `handled` counts the rows it got through."""

    handled: int = 0
    steps: dict[Step, int] = field(default_factory=lambda: dict.fromkeys(Step, 0))
    amounts_ore: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rejected: list[tuple[Incoming, RowProblem]] = field(default_factory=list)
    warnings: list[tuple[int, RowProblem]] = field(default_factory=list)
    suspended_payments: int = 0
    first: Receivable | None = None  # of those that are put in


class ChunkPosting:
    """Gathers what a chunk does, then writes it."""

    def __init__(self, work: UnitOfWork, task: ImportTask, rows: Sequence[Incoming]) -> None:
        self._work = work
        self._task = task
        self._rows = rows
        self._occasion = Occasion(task.exchange_no, work.today)
        # First of all: on PostgreSQL the numbers' row makes a second import wait here, before it looks what is known.
        self._next_id = work.receivables.take_ids(len(rows)) if rows else 0
        self._known = KnownReceivables(work, rows)
        self._groups: dict[tuple[str, str, str], int] = {}
        self._receivables: dict[int, Receivable] = {}
        self._lines: dict[int, int] = {}
        self._replaced: list[tuple[Receivable, Receivable]] = []
        self._anew: list[tuple[Receivable, Receivable]] = []
        self._references: list[ReferenceRow] = []
        self._postings: list[Posting] = []
        self._named: list[tuple[int, str]] = []
        self.outcome = ChunkOutcome()

    @property
    def made(self) -> Collection[Receivable]:
        """The receivables that are put in, with their ids."""
        return self._receivables.values()

    def run(self, chunk_no: int) -> ChunkOutcome:
        """Carry the chunk out, up to a row that is a new version of a receivable of this same chunk."""
        for row in self._rows:
            decision = self._known.decide(row)
            if decision.replaces is not None and decision.replaces.receivable_id in self._receivables:
                break
            self._take(row, decision)
            self.outcome.handled += 1
        self._post_versions()
        self._write(chunk_no)
        return self.outcome

    def _take(self, row: Incoming, decision: Decision) -> None:
        self.outcome.steps[decision.step] += 1
        if decision.problem is not None:
            self.outcome.rejected.append((row, decision.problem))
        elif decision.step is Step.NEW:
            receivable = self._numbered(row, chain_id=0)
            self._gather(row, receivable, new_postings(receivable, row.owed_ore, self._occasion))
            self._references += _reference_rows(row, receivable, row.references)
        elif decision.replaces is not None and row.is_anew:
            self._make_anew(row, decision.replaces)
        elif decision.replaces is not None:
            self._replace(row, decision.replaces)

    def _make_anew(self, row: Incoming, old: Receivable) -> None:
        """Debit what was cancelled once more; nothing is open on the version before, whose references mean this one."""
        receivable = self._numbered(row, chain_id=old.chain_id)
        self._gather(row, receivable, new_postings(receivable, row.owed_ore, self._occasion))
        self._anew.append((old, receivable))

    def _replace(self, row: Incoming, old: Receivable) -> None:
        receivable = self._numbered(row, chain_id=old.chain_id)
        self._gather(row, receivable, [])
        self._replaced.append((old, receivable))
        added = [wanted for wanted in row.references if not self._known.has_reference(old.receivable_id, wanted)]
        self._references += _reference_rows(row, receivable, added)

    def _post_versions(self) -> None:
        """Locked before their entries are read: a payment posted meanwhile would stay on the old version."""
        self._work.receivables.lock(sorted(old.receivable_id for old, _ in self._replaced))
        for old, receivable in self._replaced:
            entries = self._work.receivables.entries(old.receivable_id)
            past = [PastEntry(*(entry[name] for name in PastEntry._fields)) for entry in entries]
            self._add(receivable, version_postings(old, past, receivable, self._occasion))

    def _numbered(self, row: Incoming, *, chain_id: int) -> Receivable:
        number, self._next_id = self._next_id, self._next_id + 1
        self.outcome.warnings += [(row.line, warning) for warning in row.warnings]
        receivable = row.receivable._replace(
            receivable_id=number, chain_id=chain_id or number, group_no=self._group_no(row.receivable)
        )
        self._receivables[number] = receivable
        self.outcome.first = self.outcome.first or receivable
        self._lines[number] = row.line
        return receivable

    def _gather(self, row: Incoming, receivable: Receivable, postings: list[Posting]) -> None:
        self._known.add(row, receivable)
        self._add(receivable, postings)
        if receivable.kind != ReceivableKind.INTERNAL:
            self._named += [*row.references, (0, normal_form(receivable.number))]

    def _add(self, receivable: Receivable, postings: list[Posting]) -> None:
        self._postings += postings
        change_ore = sum(posting.amount_ore for posting in postings if posting.contra != Contra.TRANSFER)
        self.outcome.amounts_ore[receivable.currency] += change_ore

    def _group_no(self, receivable: Receivable) -> int:
        key = (receivable.company, receivable.routine, receivable.kind)
        if key not in self._groups:
            self._groups[key] = self._work.receivables.posting_group(*key)
        return self._groups[key]

    def _write(self, chunk_no: int) -> None:
        if not self._receivables:
            return
        work = self._work
        work.receivables.insert(tuple(self._receivables.values()), self._task.run_no)
        for old, new in self._replaced:
            work.receivables.move_references(old.receivable_id, new.receivable_id, work.today)
            work.receivables.move_notes(old.receivable_id, new.receivable_id)
        for old, new in self._anew:
            work.receivables.move_references(old.receivable_id, new.receivable_id, work.today)
        for row in work.receivables.add_references(self._references):
            self._warn_of_contested(row)
        work.books.add(self._postings)
        chart = self._task.chart_maker(work.receivables.posting_groups(), work.accounts.numbers())
        work.books.apply(
            chart,
            voucher_type=self._task.voucher_type,
            exchange_no=self._task.exchange_no,
            run_no=self._task.run_no,
            chunk_no=chunk_no,
            coded=self._coded(),
        )
        self._queue_rematch(chunk_no)
        self._record(chunk_no)

    def _coded(self) -> dict[VoucherKey, list[VoucherLine]]:
        receivables = self._receivables | {old.receivable_id: old for old, _ in self._replaced}
        sums: dict[tuple[VoucherKey, str, str], int] = defaultdict(int)
        for posting in self._postings:
            if posting.contra == Contra.CODED:
                for key, line in coded_lines(receivables[posting.receivable_id], posting.amount_ore, self._occasion):
                    sums[key, line.account, line.coding] += line.amount_ore
        coded: dict[VoucherKey, list[VoucherLine]] = defaultdict(list)
        for (key, account, text), amount_ore in sums.items():
            coded[key].append(VoucherLine(account, amount_ore, text))
        return coded

    def _warn_of_contested(self, row: ReferenceRow) -> None:
        message = "the reference means another open receivable too; payments that name it wait for a person"
        line = self._lines[row.receivable_id]
        self.outcome.warnings.append((line, RowProblem("reference", "REFERENCE_CONTESTED", message)))

    def _queue_rematch(self, chunk_no: int) -> None:
        marked = self._work.queue.mark_for_rematch(self._named)
        self.outcome.suspended_payments = marked
        if marked:
            occasion = f"{REMATCH}:{self._task.tenant}:{self._task.cause}:{chunk_no}"
            given = {} if self._task.exchange_no is None else {"exchange_no": self._task.exchange_no}
            self._work.runs.enqueue_another(occasion, REMATCH, given)

    def _record(self, chunk_no: int) -> None:
        steps = self.outcome.steps
        self._work.events.record(
            "receivables_imported",
            exchange_no=self._task.exchange_no,
            run_no=self._task.run_no,
            chunk_no=chunk_no,
            new=steps[Step.NEW],
            new_versions=steps[Step.NEW_VERSION],
            amounts_ore=dict(self.outcome.amounts_ore),
            **({BEAR_FEES: bearing} if (bearing := self._bear_fee_invoices()) else {}),
        )

    def _bear_fee_invoices(self) -> list[int]:
        """Return the receivables of which fees are invoices, and that are replaced, or named by a credit note."""
        ids, named = {new.receivable_id for _, new in self._replaced}, defaultdict[str, set[str]](set)
        for row in self._receivables.values():
            if row.credits_number:
                named[row.company].add(row.credits_number)
        for company, numbers in named.items():
            known = self._work.receivables.known_versions(company, sorted(numbers))
            ids |= {row.receivable_id for row in known if row.source_system == self._rows[0].receivable.source_system}
        return sorted({fee.receivable_id for fee in self._work.fee_invoices.standing(ids)}) if ids else []


def _reference_rows(row: Incoming, receivable: Receivable, references: Sequence[tuple[int, str]]) -> list[ReferenceRow]:
    valid_from = row.receivable.invoice_date
    return [ReferenceRow(account_no, text, receivable.receivable_id, valid_from) for account_no, text in references]
