"""Account coding (*kontering*) of amounts taken back or registered by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hub.errors import DataError
from hub.model.books import VoucherLine
from hub.model.import_rows import CodingLine
from hub.money import format_kronor


def given_lines(coding: Sequence[CodingLine], amount_ore: int, *, is_debit: bool) -> list[VoucherLine]:
    """Return given coding as voucher lines, the other side of a row that raises (`is_debit`) or lowers a balance.

    Raises:
        DataError: the lines do not add up to the amount.
    """
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
