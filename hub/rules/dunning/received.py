"""What a residual demand (*restkrav*) deducts: the money that came since the demand that it repeats, and has stayed."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from hub.model.letter_facts import Lowered
from hub.rules.charges import CHARGE_CAUSES, MONEY_CAUSES, Cause

_TRANSFERS = (Cause.TRANSFERRED, Cause.TRANSFER_TAKEN_BACK)


def received_since(entries: Iterable[Lowered]) -> Iterator[Lowered]:
    """Yield the money among entries of one receivable, less what was taken back of it; credits and charges are none.

    What raised a bucket again, such as a payment that bounced or a row that was corrected, undoes the latest before it.
    """
    money = list(_together([one for one in entries if _is_money(one)]))
    for bucket in sorted({one.bucket for one in money}):
        yield from _stayed([one for one in money if one.bucket == bucket])


def _is_money(entry: Lowered) -> bool:
    return entry.cause not in CHARGE_CAUSES and (entry.payment_id is not None or entry.cause in MONEY_CAUSES)


def _together(entries: Sequence[Lowered]) -> Iterator[Lowered]:
    """Add up the entries of one payment, or of one row and its reversal, in each bucket, at the first one's place."""
    sums: dict[Hashable, Lowered] = {}
    for one in entries:
        key = (one.bucket, *_root(one))
        first = sums.get(key)
        sums[key] = one if first is None else first._replace(amount_ore=first.amount_ore + one.amount_ore)
    return (one for one in sums.values() if one.amount_ore)


def _root(one: Lowered) -> tuple[str, int]:
    if one.payment_id is not None:
        return "payment", one.payment_id
    return ("transfer", 0) if one.cause in _TRANSFERS else ("entry", one.reverses_no or one.entry_no)


def _stayed(entries: Sequence[Lowered]) -> list[Lowered]:
    found: list[Lowered] = []
    for one in entries:
        if one.amount_ore > 0:
            found.append(one)
        else:
            found = _less(found, -one.amount_ore)
    return found


def _less(found: Sequence[Lowered], raised_ore: int) -> list[Lowered]:
    """Take an amount off the latest of what was received."""
    left: list[Lowered] = []
    for one in reversed(found):
        share_ore = min(raised_ore, one.amount_ore)
        raised_ore -= share_ore
        left += [one._replace(amount_ore=one.amount_ore - share_ore)] if share_ore < one.amount_ore else []
    return left[::-1]
