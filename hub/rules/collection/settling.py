"""How an agency's settlement (*redovisning*) is booked, and whether it adds up. Pure.

Capital, fees and interest lower what is debited of each. Interest that the agency has collected beyond that, of its
own count, is debited as it is collected; fees beyond it are revenue. Commission and the VAT on it are costs, and what
is paid out waits for its money.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from hub.model.books import OpenAmounts
from hub.model.collection import SettlementClosed, SettlementRow
from hub.model.collection_settings import CollectionAccounts
from hub.model.company import Company
from hub.money import format_kronor


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


def split(row: SettlementRow, there: OpenAmounts, accounts: Accounts) -> Split:
    """Return how a row is booked on a debt of which so much is there.

    All capital lowers the principal, also below zero: what the debtor has paid too much is the debtor's. Fees and
    interest lower no more than is debited of them; the rest of the fees is revenue, that of the interest the
    agency's own count.
    """
    lines: dict[str, int] = defaultdict(int)
    interest_ore = _part(row.interest_ore, there.interest_ore)
    fees_ore = row.reminder_fee_ore + row.demand_fee_ore
    fee_ore = _part(fees_ore, there.fee_ore)
    of_reminder_ore = _part(row.reminder_fee_ore, fee_ore)
    lines[accounts.reminder_fee] -= row.reminder_fee_ore - of_reminder_ore
    lines[accounts.demand_fee] -= row.demand_fee_ore - (fee_ore - of_reminder_ore)
    lines[accounts.court_costs] -= row.court_costs_ore
    lines[accounts.commission] += row.commission_ore
    lines[accounts.vat] += row.vat_ore
    lines[accounts.payouts] += row.net_ore
    coded = {name: ore for name, ore in lines.items() if ore}
    return Split(row.capital_ore, fee_ore, interest_ore, coded, row.interest_ore - interest_ore)


def _part(amount_ore: int, there_ore: int) -> int:
    """Return how much of an amount lowers what is there; what is taken back, below zero, is none of it."""
    return max(0, min(amount_ore, there_ore))


def wrong_row(row: SettlementRow) -> str:
    """Return what is wrong with the sums of a row, blank when they agree."""
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
