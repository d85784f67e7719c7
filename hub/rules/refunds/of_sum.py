"""Which refunds one sum is of that names a file of them, or a part of it, and no single payment."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.refunds import Refund


def of_sum(refunds: Sequence[Refund], amount_ore: int, currency: str) -> Sequence[Refund]:
    """Return those of a file that a sum is of, taken by it or brought back; none when it is no sum of them.

    What was rejected did not leave, so the others alone may be meant. They may have come back before, by the same
    money or each by itself; and what the bank rejected and took all the same is among them.
    """
    standing = [one for one in refunds if not one.is_given_back]
    not_rejected = [one for one in refunds if not one.is_given_back or one.returned_payment]
    for some in (standing, not_rejected, refunds):
        if some and sum(one.amount_ore for one in some) == amount_ore and some[0].currency == currency:
            return some
    return ()
