"""Account coding (*kontering*) of amounts taken back or registered by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hub.errors import DataError, RuleViolation
from hub.model.account_roles import Role, may_be_one
from hub.model.books import VoucherLine
from hub.model.company import Company
from hub.model.import_rows import CodingLine
from hub.money import format_kronor

_HELD_THERE = {
    Role.BANK: "the bank",
    Role.CLEARING: "clearing",
    Role.SUSPENSE: "suspense",
    Role.REFUNDS: "refunds that are under way",
    Role.RECEIVABLE: "receivables",
}


def wrong_account(company: Company, coding: Sequence[CodingLine], role: Role = Role.OTHER) -> str:
    """Say why coding may not name one of its accounts, empty when it may name them all.

    An account may be coded on as the settings of a company may name it: for revenue and the like (`Role.OTHER`), or as
    the other side of a payment registered by hand (`Role.BY_HAND`). What the hub alone books on is proven.
    """
    for line in coding:
        own = company.proven_accounts.get(line.account)
        if own is not None and not may_be_one(own.role, role):
            return (
                f"a coding line names the ledger account of {_HELD_THERE[own.role]} ({own.setting} in the settings): "
                "there the hub books by itself, and hub verify proves it; code the amount on another account"
            )
    return ""


def given_lines(
    company: Company, coding: Sequence[CodingLine], amount_ore: int, *, is_debit: bool, role: Role = Role.OTHER
) -> list[VoucherLine]:
    """Return given coding as voucher lines, the other side of a row that raises (`is_debit`) or lowers a balance.

    Raises:
        DataError: the lines do not add up to the amount.
        RuleViolation: one names an account that the hub alone books on; see `wrong_account`.
    """
    if problem := wrong_account(company, coding, role):
        raise RuleViolation(problem)
    total_ore = sum(line.amount_ore for line in coding)
    if total_ore != amount_ore:
        raise DataError(
            f"the coding lines add up to {format_kronor(total_ore)}, the amount is {format_kronor(amount_ore)}"
        )
    turned = -1 if is_debit else 1
    return [VoucherLine(line.account, turned * line.amount_ore, line.text) for line in coding]


def own_lines(kept_coding: str, change_ore: int) -> list[VoucherLine]:
    """Return a receivable's own coding in proportion, the other side of `change_ore` on it.

    Öre that do not divide go to the largest line. Empty when the receivable has no coding, or its lines cancel out.
    """
    lines = json.loads(kept_coding) if kept_coding else []
    total_ore = sum(amount_ore for _, amount_ore, _ in lines)
    if not total_ore:
        return []
    shares = [_toward_zero(-change_ore * amount_ore, total_ore) for _, amount_ore, _ in lines]
    largest = max(range(len(lines)), key=lambda at: abs(lines[at][1]))
    shares[largest] += -change_ore - sum(shares)
    pairs = zip(lines, shares, strict=True)
    return [VoucherLine(account, share_ore, text) for (account, _, text), share_ore in pairs if share_ore]


def _toward_zero(numerator: int, denominator: int) -> int:
    share = abs(numerator) // abs(denominator)
    return share if (numerator < 0) == (denominator < 0) else -share
