"""Rows of settlements that name an invoice which several receivables have: told apart when the file has been read.

What the settlement's head, its other rows and its money say of whom it is for decides; else a person does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from hub.model.agency_told import Meant
from hub.model.collection import SettlementOpened, SettlementRow
from hub.model.collection_cases import Case, CaseState, WaitingPayout
from hub.model.payee_account import account_digits
from hub.model.tenant import Tenant
from hub.rules.collection.meaning import Known, PaidFor, may_be_for, meant, paid_out_to
from hub.rules.collection.payouts import names
from hub.services.ports import UnitOfWork


class _Unsure(NamedTuple):
    told_no: int
    row: SettlementRow
    cases: Sequence[Case]


class _Payout(NamedTuple):
    head: SettlementOpened
    sure: set[int]  # cases of its other rows
    unsure: list[_Unsure]


class PayoutRows:
    """The settlements of one file; `company` is what a person has said of the rows that may be several companies'."""

    def __init__(self, tenant: Tenant, agency: str, company: str = "") -> None:
        self._tenant = tenant
        self._agency = agency
        self._company = company
        self._payouts: list[_Payout] = []

    def open(self, head: SettlementOpened) -> None:
        """Begin a settlement."""
        self._payouts.append(_Payout(head, set(), []))

    def note(self, told_no: int, row: SettlementRow, case_no: int | None, possible: Sequence[Case]) -> None:
        """Note a row of the settlement that was begun last; `possible` are the cases that it may be of."""
        if case_no is not None:
            self._payouts[-1].sure.add(case_no)
        elif possible:
            self._payouts[-1].unsure.append(_Unsure(told_no, row, possible))

    def tell_apart(self, work: UnitOfWork, series: str) -> list[Meant]:
        """Return the cases of the rows that were not sure, or which companies they may be of."""
        asked = [one for one in self._payouts if one.unsure]
        if not asked:
            return []
        sure = work.collection_cases.get_all(sorted({number for one in asked for number in one.sure}))
        ids = {case.receivable_id for one in asked for row in one.unsure for case in row.cases}
        owing = {number for number, left in work.claim_facts.amounts(sorted(ids)).items() if left.open_ore > 0}
        waiting = work.agency_told.waiting_payouts()
        return [
            _meant(row, paid_for, owing)
            for one in asked
            for paid_for in [self._paid_for(one, [sure[number] for number in one.sure], series, waiting)]
            for row in one.unsure
        ]

    def _paid_for(
        self, payout: _Payout, sure: Iterable[Case], series: str, waiting: Iterable[WaitingPayout]
    ) -> PaidFor:
        head, of = payout.head, list(sure)
        paid_to = self._paid_to(head.paid_to)
        if any(case.company not in paid_to for case in of):  # it is paid there for others too
            paid_to = frozenset()
        agreements = [one for one in self._tenant.collection_agencies if one.agency == self._agency]
        by_series = {one.organisation_number for one in agreements if series and one.customer_no == series}
        by_money = {one.company for one in waiting if names(one, head.payout_reference)}
        companies = self._tenant.companies
        return PaidFor(
            currency=head.currency,
            organisations=(
                frozenset(by_series),
                frozenset(case.organisation_number for case in of),
                frozenset(one.organisation_number for one in companies if one.number in by_money),
            ),
            companies=(paid_to, frozenset({self._company} if self._company else ())),
        )

    def _paid_to(self, account: str) -> Known:
        """Return the companies whose claims have named an account for payouts."""
        digits = account_digits(account)
        return frozenset(one.number for one in self._tenant.companies if digits and digits in paid_out_to(one))


def _meant(one: _Unsure, paid_for: PaidFor, owing: Collection[int]) -> Meant:
    def is_live(case: Case) -> bool:
        """Money may come for what is open, here or there; what is taken back may be of any that the agency had."""
        if one.row.collected_ore < 0:
            return case.state != CaseState.REFUSED
        return case.is_open or (case.state != CaseState.REFUSED and case.receivable_id in owing)

    possible = [case for case in one.cases if may_be_for(case, paid_for)]
    case = meant(possible, is_live)
    companies = sorted({each.company for each in possible or one.cases})
    return Meant(one.told_no, None if case is None else case.case_no, "" if case else ", ".join(companies))
