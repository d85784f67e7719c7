"""Which refunds one sum brings back that names a file of them, or a part of it, and no single payment."""

from __future__ import annotations

from collections.abc import Sequence

from hub.model.refunds import Refund


def brought_back(refunds: Sequence[Refund], amount_ore: int, currency: str) -> Sequence[Refund]:
    """Return those of a file that a sum brings back, none when it is no sum of them.

    What was rejected did not leave, so the others alone may be meant. They may have come back before, by the same
    money; and what the bank rejected and paid all the same comes back with them.
    """
    standing = [one for one in refunds if not one.is_given_back]
    not_rejected = [one for one in refunds if not one.is_given_back or one.returned_payment]
    for some in (standing, not_rejected, refunds):
        if some and sum(one.amount_ore for one in some) == amount_ore and some[0].currency == currency:
            return some
    return ()
