"""Why the ledger's sum of an account differs from that of our vouchers: voucher by voucher, each with one reason."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from hub.model.account_roles import Role
from hub.model.company import Company
from hub.rules.bookkeeping.deciding import parts_of

MOST_NAMED = 100  # of one reason; all are counted and summed


class Reason(StrEnum):
    """Why the two books differ by a voucher."""

    NOT_EXPORTED = "not_exported"  # it waits: hub bookkeeping export --plan says why
    NOT_BOOKED = "not_booked"  # it went to the ledger, and the ledger's file does not have it
    OTHER_PERIOD = "other_period"  # its month was closed: the ledger has it in another
    ON_ERROR_ACCOUNT = "on_error_account"  # the error account stood in for a wrong one
    CHANGED = "changed"  # the ledger has it with another amount, or twice
    LEDGER_ONLY = "ledger_only"  # somebody booked in the ledger on an account that the hub keeps


class DifferingVoucher(NamedTuple):
    """A voucher that the two books have with different amounts on one account in one month."""

    voucher_no: int  # ours; 0 when it is none of ours
    ledger_series: str
    ledger_number: str
    ours_ore: int
    theirs_ore: int
    exchange_no: int  # of the file that it went in, 0 when it did not
    is_booked: int  # 1: the ledger has given it a number
    booked_date: str  # in our books; blank when it is none of ours
    ledger_date: str
    replaced: int  # lines of it that went to the error account


class Explanation(NamedTuple):
    """What one reason makes of the difference."""

    reason: str
    amount_ore: int  # theirs less ours
    vouchers: int
    named: list[DifferingVoucher]


class AccountComparison(NamedTuple):
    """One account in one month: the subledger, our vouchers, and the general ledger. Above zero is debit."""

    company: str
    account: str
    month: str
    subledger_ore: int | None  # None: the account has no subledger
    opening_ore: int  # of that, entries that no voucher is of: balances taken over
    vouchers_ore: int
    ledger_ore: int | None  # None: no file of the ledger's is of this year
    subledger_balance_ore: int | None  # at the end of the month
    vouchers_balance_ore: int
    ledger_balance_ore: int | None
    ledger_until: str  # how far the ledger's file goes
    explanations: list[Explanation]
    openings: list[tuple[int, str, int]]  # receivable id, its number, öre: the first of those that `opening_ore` is of

    @property
    def difference_ore(self) -> int | None:
        """What the ledger has more than our vouchers in the month."""
        return None if self.ledger_ore is None else self.ledger_ore - self.vouchers_ore

    @property
    def unexplained_ore(self) -> int | None:
        """What of it no voucher explains: the ledger's balance is not the sum of its vouchers."""
        explained_ore = sum(one.amount_ore for one in self.explanations)
        return None if self.difference_ore is None else self.difference_ore - explained_ore

    @property
    def subledger_rest_ore(self) -> int:
        """What the subledger has more than our vouchers besides what was taken over; `hub verify` proves it is zero."""
        return 0 if self.subledger_ore is None else self.subledger_ore - self.opening_ore - self.vouchers_ore

    @property
    def agrees(self) -> bool:
        """Whether nothing differs that is to be looked at."""
        return not self.explanations and not self.unexplained_ore and not self.subledger_rest_ore


def reason_of(one: DifferingVoucher) -> Reason:
    """Say why the two books differ by a voucher."""
    if not one.voucher_no:
        return Reason.LEDGER_ONLY
    if not one.exchange_no:
        return Reason.NOT_EXPORTED
    if one.booked_date[:7] != one.ledger_date[:7]:
        return Reason.OTHER_PERIOD
    if not one.theirs_ore and not one.is_booked:
        return Reason.NOT_BOOKED
    return Reason.ON_ERROR_ACCOUNT if one.replaced else Reason.CHANGED


def explained(differing: Iterable[DifferingVoucher]) -> list[Explanation]:
    """Return what each reason makes of a difference, in the order of the reasons; the first vouchers are named."""
    so_far = {reason: Explanation(reason, 0, 0, []) for reason in Reason}
    for one in differing:
        reason = reason_of(one)
        _, amount_ore, vouchers, named = so_far[reason]
        if vouchers < MOST_NAMED:
            named.append(one)
        so_far[reason] = Explanation(reason, amount_ore + one.theirs_ore - one.ours_ore, vouchers + 1, named)
    return [explanation for explanation in so_far.values() if explanation.vouchers]


def compared_accounts(company: Company) -> dict[str, dict[str, Role]]:
    """Return the ledger's accounts that are compared, each with the account strings of the settings that it stands for.

    They are those that the hub alone books on, and the error account.
    """
    strings = {account: named.role for account, named in company.proven_accounts.items()}
    strings.setdefault(company.accounts.error_account, Role.OTHER)
    found: dict[str, dict[str, Role]] = {}
    for string, role in sorted(strings.items()):
        found.setdefault(parts_of(string, company.bookkeeping)[0], {})[string] = role
    return found
