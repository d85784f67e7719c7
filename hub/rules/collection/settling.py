"""How an agency's settlement (*redovisning*) is booked, and whether it adds up. Pure.

Capital, fees and interest lower what is debited of each. Interest that the agency has collected beyond that, of its
own count, is debited as it is collected; fees beyond it are revenue, but for those that it keeps. Commission and the
VAT on it are costs, and what is paid out waits for its money.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from hub.model.books import OpenAmounts
from hub.model.collection import CollectionStep, SettlementClosed, SettlementRow, StepTerms
from hub.model.collection_settings import CollectionAccounts
from hub.model.company import Company
from hub.money import format_kronor

DAYS_AHEAD = 31  # a settlement may bear the day on which its money is to come
DAYS_BACK = 3_653  # ten years; what is dated before is a slip of the pen


class Split(NamedTuple):
    """One row as it is booked: by bucket what lowers the debt, and the other lines by account; above zero is debit."""

    principal_ore: int
    fee_ore: int
    interest_ore: int
    lines: dict[str, int]
    own_interest_ore: int = 0  # collected beyond what is debited; below zero: taken back

    @property
    def lowered_ore(self) -> int:
        return self.principal_ore + self.fee_ore + self.interest_ore


class Accounts(NamedTuple):
    """The ledger accounts of settlements of a company."""

    principal: str  # of what was settled at the transfer
    fee: str
    interest: str
    payouts: str
    commission: str
    vat: str
    court_costs: str
    between_companies: str
    reminder_fee: str
    demand_fee: str


def accounts_of(company: Company) -> Accounts:
    """Return a company's accounts; one that is left out falls back as the settings say."""
    own: CollectionAccounts = company.collection.accounts
    error = company.accounts.error_account
    demand = company.accounts.demand_fee or error
    principal = own.principal or error
    return Accounts(
        principal=principal,
        fee=own.fee or principal,
        interest=own.interest or principal,
        payouts=own.payouts or error,
        commission=own.commission or error,
        vat=own.vat or error,
        court_costs=own.court_costs or demand,
        between_companies=own.between_companies or error,
        reminder_fee=company.accounts.reminder_fee or error,
        demand_fee=demand,
    )


class Kept(NamedTuple):
    """Which statutory fees stay with the agency."""

    reminder: bool
    demand: bool


def kept_fees(steps: Mapping[CollectionStep, StepTerms], step: str) -> Kept:
    """Return which fees an agency keeps of a case at a step of its.

    A reminder's fee is as its reminding says, a demand's as its collecting; where it has no such step, as this one.
    """
    own = steps.get(CollectionStep(step))

    def keeps(fee_of: CollectionStep) -> bool:
        terms = steps.get(fee_of, own)
        return terms is not None and terms.keeps_fees

    return Kept(keeps(CollectionStep.REMIND), keeps(CollectionStep.COLLECT))


def split(row: SettlementRow, there: OpenAmounts, taken: OpenAmounts, kept: Kept, accounts: Accounts) -> Split:
    """Return how a row is booked on a debt of which so much is there, and so much was taken by rows before.

    All capital lowers the principal, also below zero: what the debtor has paid too much is the debtor's. Fees and
    interest lower no more than is debited of them, and what is taken back raises no more than had been lowered; the
    rest of the fees is revenue, that of the interest the agency's own count. A fee that the agency keeps is none of
    ours: it lowers the commission by which it is kept.
    """
    lines: dict[str, int] = defaultdict(int)
    interest_ore = _part(row.interest_ore, there.interest_ore, taken.interest_ore)
    fee_ore = _part(row.reminder_fee_ore + row.demand_fee_ore, there.fee_ore, taken.fee_ore)
    of_reminder_ore = _part(row.reminder_fee_ore, fee_ore, -fee_ore)
    reminder_ore = row.reminder_fee_ore - of_reminder_ore
    demand_ore = row.demand_fee_ore - (fee_ore - of_reminder_ore)
    kept_reminder_ore = _kept(reminder_ore, row.commission_ore) if kept.reminder else 0
    kept_demand_ore = _kept(demand_ore, row.commission_ore - kept_reminder_ore) if kept.demand else 0
    lines[accounts.reminder_fee] -= reminder_ore - kept_reminder_ore
    lines[accounts.demand_fee] -= demand_ore - kept_demand_ore
    lines[accounts.court_costs] -= row.court_costs_ore
    lines[accounts.commission] += row.commission_ore - kept_reminder_ore - kept_demand_ore
    lines[accounts.vat] += row.vat_ore
    lines[accounts.payouts] += row.net_ore
    coded = {name: ore for name, ore in lines.items() if ore}
    return Split(row.capital_ore, fee_ore, interest_ore, coded, row.interest_ore - interest_ore)


def _part(amount_ore: int, there_ore: int, taken_ore: int) -> int:
    """Return how much of an amount lowers what is there; of one below zero, how much raises it by what was taken."""
    if amount_ore < 0:
        return min(0, max(amount_ore, -taken_ore))
    return max(0, min(amount_ore, there_ore))


def _kept(fee_ore: int, commission_ore: int) -> int:
    return _part(fee_ore, commission_ore, -commission_ore)


def can_be(day: str, today: str) -> bool:
    """Say whether a day that an agency tells, ISO, can be so, seen from today; blank, it tells none, can."""
    if not day:
        return True
    try:
        days = (date.fromisoformat(day) - date.fromisoformat(today)).days
    except ValueError:
        return False
    return -DAYS_BACK <= days <= DAYS_AHEAD


def wrong_row(row: SettlementRow, today: str) -> str:
    """Return what is wrong with the day or the sums of a row, blank when nothing is."""
    if not can_be(row.date, today):
        return f"a row was paid on {row.date}, which cannot be"
    expected = row.collected_ore - row.commission_ore - row.vat_ore
    if expected == row.net_ore:
        return ""
    return f"a row pays out {format_kronor(row.net_ore)}, and its parts come to {format_kronor(expected)}"


def wrong_total(rows: Iterable[SettlementRow], closed: SettlementClosed) -> str:
    """Return how a settlement's stated totals differ from its rows, blank when they agree."""
    count, net_ore = 0, 0
    for row in rows:
        count, net_ore = count + 1, net_ore + row.net_ore
    return differs(count, net_ore, closed)


def differs(count: int, net_ore: int, closed: SettlementClosed) -> str:
    """Return how stated totals differ from what was read, blank when they agree or none are stated."""
    if closed.rows is not None and closed.rows != count:
        return f"the settlement states {closed.rows} rows and has {count}"
    if closed.net_ore is not None and closed.net_ore != net_ore:
        return f"the settlement states {format_kronor(closed.net_ore)} and its rows pay out {format_kronor(net_ore)}"
    return ""
