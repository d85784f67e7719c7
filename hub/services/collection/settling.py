"""Booking settlements (*redovisningar*): rows lower what is owed, or what is at the agency; commission and VAT apart.

A chunk of rows is one voucher of each company; its rows, entries and lines come to the same, to the öre.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from hub.model.agency_told import Told
from hub.model.books import Bucket, Contra, OpenAmounts, Posting, VoucherKey, VoucherLine
from hub.model.claim_facts import DebtAmounts
from hub.model.collection import (
    ClosingCode,
    CollectionStep,
    Payee,
    SettlementClosed,
    SettlementOpened,
    StepTerms,
)
from hub.model.collection import SettlementRow as ToldRow
from hub.model.collection_cases import Case, CaseState, Settlement, SettlementRow
from hub.model.tenant import Tenant
from hub.money import format_kronor
from hub.rules.charges import Cause
from hub.rules.collection.settling import Accounts, Split, accounts_of, can_be, differs, kept_fees, split, wrong_row
from hub.rules.collection.telling import left_of
from hub.services.books.collected_interest import debit_of
from hub.services.books.finding import find_company
from hub.services.chart import chart_of
from hub.services.collection.ending import CASE_LEFT, let_go
from hub.services.collection.ordering import tell
from hub.services.collection.reading import event_of, reference_of
from hub.services.ports import UnitOfWork

VOUCHER_TYPE = "agency_settlements"
RECALL_CROSSED = "recall_crossed_payment"  # task
OVERPAID = "overpaid_at_agency"  # task
NOT_THE_PAYEE = "agency_is_not_the_payee"  # task
SETTLED = "case_settled"  # event


def wrong_settlements(work: UnitOfWork, agency: str, told: Sequence[Told]) -> str:
    """Return why settlements of a file cannot be booked, blank when they can: what is wrong in one holds the file."""
    counted: dict[str, tuple[int, int]] = {}
    currencies: dict[str, str] = {}
    cases = work.collection_cases.get_all([one.case_no for one in told if one.case_no is not None])
    for one in told:
        reference, event = reference_of(one), event_of(one)
        if isinstance(event, SettlementOpened):
            if event.payout_reference in counted:
                return f"settlement {event.payout_reference} stands twice"
            if why := _wrong_head(work, agency, event):
                return why
            counted[event.payout_reference] = (0, 0)
            currencies[event.payout_reference] = event.currency
        elif isinstance(event, ToldRow):
            if one.case_no is None:
                return f"settlement {reference} has a row of {_unknown(one, event)}"
            if cases[one.case_no].currency != (currency := currencies[reference]):
                return f"settlement {reference} is in {currency}, and has a row of a case in another currency"
            if why := wrong_row(event, work.today):
                return f"settlement {reference}: {why}"
            count, net_ore = counted[reference]
            counted[reference] = (count + 1, net_ore + event.net_ore)
        elif isinstance(event, SettlementClosed) and (why := differs(*counted[reference], event)):
            return why
    return _taken_back_beyond(work, told)


def _taken_back_beyond(work: UnitOfWork, told: Sequence[Told]) -> str:
    """Return which row takes back more capital than its case has collected until then, blank when none does."""
    rows = [(one, event_of(one)) for one in told if one.kind == "settlement_row" and one.case_no is not None]
    raising = {one.case_no for one, row in rows if one.case_no is not None and row.capital_ore < 0}
    if not raising:
        return ""
    collected = work.collection_cases.collected(sorted(raising))
    capital = {number: amounts.principal_ore for number, amounts in collected.items()}
    for one, row in rows:
        if one.case_no not in raising:
            continue
        before_ore = capital.get(one.case_no, 0)
        capital[one.case_no] = before_ore + row.capital_ore
        if row.capital_ore < 0 and capital[one.case_no] < 0:
            back = format_kronor(-row.capital_ore)
            of_case = f"capital of case {one.case_no}, which has collected {format_kronor(before_ore)}"
            return f"settlement {reference_of(one)} takes back {back} of the {of_case}"
    return ""


def _wrong_head(work: UnitOfWork, agency: str, event: SettlementOpened) -> str:
    if work.agency_told.settlement_named(agency, event.payout_reference) is not None:
        return f"settlement {event.payout_reference} has been booked from another file"
    if not can_be(event.date, work.today):
        return f"settlement {event.payout_reference} is dated {event.date}, which cannot be"
    return ""


def _unknown(told: Told, row: ToldRow) -> str:
    if not told.remark:
        return "a case that is not known"
    return (
        f"invoice {row.case.invoice_no}, which more than one receivable there may be, of company {told.remark}: "
        "say of which by --verdict take --company"
    )


def open_settlements(work: UnitOfWork, agency: str, exchange_no: int, opened: Sequence[Told]) -> None:
    """Write the heads of settlements, with the sums of all their rows."""
    if not opened:
        return
    rows: dict[str, list[tuple[int, ToldRow]]] = defaultdict(list)
    for one in work.agency_told.of_kind(exchange_no, ["settlement_row"]):
        if one.case_no is not None:
            rows[reference_of(one)].append((one.case_no, event_of(one)))
    for one in opened:
        event: SettlementOpened = event_of(one)
        own = rows[event.payout_reference]
        work.agency_told.add_settlement(_settlement(work, agency, exchange_no, event, own))


def _settlement(
    work: UnitOfWork, agency: str, exchange_no: int, event: SettlementOpened, rows: Sequence[tuple[int, ToldRow]]
) -> Settlement:
    cases = work.collection_cases.get_all([number for number, _ in rows])
    companies = {case.company for case in cases.values()}
    settlement = Settlement(
        settlement_no=work.agency_told.take_settlement_number(),
        agency=agency,
        exchange_no=exchange_no,
        payout_reference=event.payout_reference,
        dated_on=event.date or work.today,
        company=companies.pop() if len(companies) == 1 else "",
        currency=event.currency,
        rows=len(rows),
        collected_ore=sum(row.collected_ore for _, row in rows),
        commission_ore=sum(row.commission_ore for _, row in rows),
        vat_ore=sum(row.vat_ore for _, row in rows),
        net_ore=sum(row.net_ore for _, row in rows),
        posted_on=work.today,
    )
    told = settlement._asdict()
    for name in ("payment_id", "paid_ore"):
        del told[name]
    work.events.record("settlement_booked", **told)
    return settlement


def book_rows(
    work: UnitOfWork,
    tenant: Tenant,
    steps: Mapping[CollectionStep, StepTerms],
    exchange_no: int,
    told: Sequence[Told],
    *,
    run_no: int | None,
) -> None:
    """Book rows of settlements whose sums have agreed."""
    if not told:
        return
    cases = work.collection_cases.lock([one.case_no for one in told if one.case_no is not None])
    work.receivables.lock(sorted(case.receivable_id for case in cases.values()))
    rows = [(one, event_of(one)) for one in told]
    takes_back = any(row.interest_ore < 0 or row.reminder_fee_ore < 0 or row.demand_fee_ore < 0 for _, row in rows)
    taken = work.collection_cases.collected(sorted(cases)) if takes_back else {}
    booking = _Booking(work, tenant, steps, exchange_no, cases, taken)
    for one, row in rows:
        booking.add(one, row)  # a row of no case holds the file
    booking.write(run_no)


class _Booking:
    """Gathers the rows of a chunk; several may be of one case, each sees what those before it have left."""

    def __init__(
        self,
        work: UnitOfWork,
        tenant: Tenant,
        steps: Mapping[CollectionStep, StepTerms],
        exchange_no: int,
        cases: dict[int, Case],
        taken: Mapping[int, OpenAmounts],
    ) -> None:
        self._work = work
        self._tenant = tenant
        self._steps = steps
        self._taken = dict(taken)
        self._exchange_no = exchange_no
        self._cases = cases
        ids = [case.receivable_id for case in cases.values()]
        self._open = {number: _open(amounts) for number, amounts in work.claim_facts.amounts(ids).items()}
        self._groups = {row.receivable_id: row.group_no for row in work.receivables.by_ids(sorted(set(ids)))}
        self._there = {number: OpenAmounts(*left_of(case)) for number, case in cases.items()}
        self._postings: list[Posting] = []
        self._lines: dict[VoucherKey, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._rows: list[SettlementRow] = []
        self._told: list[tuple[int, int, int, int]] = []
        self._settlements: dict[str, int] = {}

    def add(self, told: Told, row: ToldRow) -> None:
        """Take one row in."""
        assert told.case_no is not None
        case = self._cases[told.case_no]
        accounts = accounts_of(find_company(self._tenant, case.company))
        at_agency = bool(case.is_settled) and case.is_open
        there = self._there[case.case_no] if at_agency else self._open[case.receivable_id]
        taken = self._taken.get(case.case_no, OpenAmounts(0, 0, 0))
        parts = split(row, there, taken, kept_fees(self._steps, case.step), accounts)
        self._taken[case.case_no] = _raised(taken, parts)
        key = VoucherKey(0, case.company, case.currency, self._work.today)
        for account, amount_ore in parts.lines.items():
            self._lines[key][account] += amount_ore
        if at_agency:
            self._lower_there(key, accounts, parts)
        else:
            self._lower_open(case, row, parts)
        self._note_own_interest(case, row, parts.own_interest_ore)
        self._there[case.case_no] = _lowered(self._there[case.case_no], parts)
        if at_agency or not case.is_settled:  # what had ended was opened again, with all that was left of it
            self._told.append((case.case_no, parts.principal_ore, parts.fee_ore, parts.interest_ore))
        self._rows.append(self._row(told, row))
        left = self._there[case.case_no] if at_agency else self._open[case.receivable_id]
        self._look_at(case, row, left)

    def _lower_there(self, key: VoucherKey, accounts: Accounts, parts: Split) -> None:
        self._lines[key][accounts.principal] -= parts.principal_ore
        self._lines[key][accounts.fee] -= parts.fee_ore
        self._lines[key][accounts.interest] -= parts.interest_ore

    def _lower_open(self, case: Case, row: ToldRow, parts: Split) -> None:
        number = case.receivable_id
        by_bucket = (("principal", parts.principal_ore), ("fee", parts.fee_ore), ("interest", parts.interest_ore))
        for bucket, amount_ore in by_bucket:
            if amount_ore:
                self._postings.append(self._posting(case, bucket, amount_ore, row.date))
        self._open[number] = _lowered(self._open[number], parts)

    def _note_own_interest(self, case: Case, row: ToldRow, amount_ore: int) -> None:
        """Debit interest of the agency's own count as it is collected, also of what was settled at its transfer."""
        if amount_ore:
            collected = self._posting(case, Bucket.INTEREST, amount_ore, row.date)
            change = debit_of(amount_ore, collected.transaction_date)
            debited = collected._replace(amount_ore=change.amount_ore, cause=change.cause, contra=change.contra)
            self._postings += [debited, collected]

    def _posting(self, case: Case, bucket: str, amount_ore: int, paid_on: str) -> Posting:
        return Posting(
            receivable_id=case.receivable_id,
            bucket=bucket,
            amount_ore=-amount_ore,
            group_no=self._groups[case.receivable_id],
            company=case.company,
            payment_id=None,
            exchange_no=self._exchange_no,
            section_no=0,
            account_no=0,
            currency=case.currency,
            transaction_date=min(paid_on or self._work.today, self._work.today),
            booked_date=self._work.today,
            cause=Cause.COLLECTED,
            rule=f"case:{case.case_no}",
            contra=Contra.CODED,
        )

    def _row(self, told: Told, row: ToldRow) -> SettlementRow:
        assert told.case_no is not None
        sums = {name: getattr(row, name) for name in SettlementRow._fields if name.endswith("_ore")}
        return SettlementRow(
            exchange_no=self._exchange_no,
            row_no=told.told_no,
            settlement_no=self._settlement_no(told),
            case_no=told.case_no,
            paid_on=row.date,
            **sums,
        )

    def _settlement_no(self, told: Told) -> int:
        reference, agency = reference_of(told), self._cases[told.case_no or 0].agency
        if reference not in self._settlements:
            found = self._work.agency_told.settlement_named(agency, reference)
            assert found is not None  # its head was written before
            self._settlements[reference] = found.settlement_no
        return self._settlements[reference]

    def _look_at(self, case: Case, row: ToldRow, left: OpenAmounts) -> None:
        terms = self._steps.get(CollectionStep(case.step))
        if terms is not None and terms.payee is Payee.CREDITOR and row.collected_ore > 0:
            message = (
                f"{case.agency} has settled money of case {case.claim_id}, at a step where the debtor is to pay you: "
                "it is booked; ask the agency which account its letters name"
            )
            self._work.commands.open_task(NOT_THE_PAYEE, str(case.case_no), message)
        is_taken_back = case.state == CaseState.RECALLING or case.closing_code == ClosingCode.RECALLED
        if is_taken_back and row.collected_ore > 0:
            message = (
                f"{case.agency} has settled money of case {case.claim_id}, which was taken back: it is booked; ask the "
                "agency whether the case has ended there"
            )
            self._work.commands.open_task(RECALL_CROSSED, str(case.case_no), message)
        if left.total_ore < 0:
            message = (
                f"more was paid at {case.agency} than is owed on the receivable of case {case.claim_id}: pay it back, "
                "or move it"
            )
            self._work.commands.open_task(OVERPAID, str(case.case_no), message)

    def write(self, run_no: int | None) -> None:
        """Book what was gathered, and tell it."""
        work = self._work
        work.agency_told.add_rows(self._rows)
        work.collection_cases.note_told(self._told)
        work.books.add(self._postings)
        coded = {
            key: [VoucherLine(account, amount_ore) for account, amount_ore in lines.items() if amount_ore]
            for key, lines in self._lines.items()
        }
        work.books.apply(
            chart_of(work, self._tenant),
            voucher_type=VOUCHER_TYPE,
            run_no=run_no,
            exchange_no=self._exchange_no,
            coded={key: lines for key, lines in coded.items() if lines},
        )
        for row in self._rows:
            case = self._cases[row.case_no]
            told = row._asdict()
            del told["case_no"]
            tell(work, SETTLED, case, **told)
        self._let_go_of_paid()

    def _let_go_of_paid(self) -> None:
        """End the holds of cases that had ended, and waited for their money."""
        paid = [
            case for case in self._cases.values() if not case.is_open and self._open[case.receivable_id].total_ore <= 0
        ]
        let_go(self._work, paid)
        self._work.commands.close_each(CASE_LEFT, [str(case.case_no) for case in paid])


def _open(amounts: DebtAmounts) -> OpenAmounts:
    return OpenAmounts(amounts.principal_ore, amounts.fee_ore, amounts.interest_ore)


def _lowered(amounts: OpenAmounts, parts: Split) -> OpenAmounts:
    return OpenAmounts(
        amounts.principal_ore - parts.principal_ore,
        amounts.fee_ore - parts.fee_ore,
        amounts.interest_ore - parts.interest_ore,
    )


def _raised(taken: OpenAmounts, parts: Split) -> OpenAmounts:
    return OpenAmounts(
        taken.principal_ore + parts.principal_ore,
        taken.fee_ore + parts.fee_ore,
        taken.interest_ore + parts.interest_ore,
    )
