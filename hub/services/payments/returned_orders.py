"""Money that we paid out and that came back: what names a payment order of ours is that, and nothing else.

A bank states it as a credit with the reason of a return, or as a reversed debit. Both become a payment whose reference
is the order's id: its texts are our own, and could be taken for what somebody pays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from hub.model.payment_file import FileEvent, Payment, Reversal
from hub.model.refunds import Refund

KIND = "end_to_end_id"
AT_ONCE = 1_000  # events of a file that are looked up together
_LOOKS_OURS = re.compile(r".*R\d+")  # see `Refunds.add`: all others need not be asked about

Find = Callable[[set[str]], Mapping[str, Refund]]
"""Refunds by the ids that banks were given."""


def with_returns(events: Iterable[FileEvent], find: Find) -> Iterator[FileEvent]:
    """Yield a file's events, in order; what brings back a refund of ours, whole, as a payment with its id alone.

    Raises:
        FormatError: whatever the events raise, as soon as it is met.
    """
    coming = iter(events)
    while some := list(islice(coming, AT_ONCE)):
        names = [_name(event) for event in some]
        if not any(names):
            yield from some
            continue
        refunds = find({name for name in names if name})
        for event, name in zip(some, names, strict=True):
            refund = refunds.get(name)
            yield _returned(event, refund) if refund is not None and _brings_back(event, refund) else event


def _name(event: FileEvent) -> str:
    """Return the id that may be one of ours, '' when there is none; called for every event, so it is plain."""
    kind = type(event)
    if kind is Payment or (kind is Reversal and event.is_credit):  # type: ignore[union-attr]
        for key, value in event.keys:  # type: ignore[union-attr]
            if key == KIND and _LOOKS_OURS.fullmatch(value):
                return value
    return ""


def _brings_back(event: FileEvent, refund: Refund) -> bool:
    assert isinstance(event, Payment | Reversal)
    return bool(refund.order_no) and (refund.amount_ore, refund.currency) == (event.amount_ore, event.currency)


def _returned(event: FileEvent, refund: Refund) -> Payment:
    assert isinstance(event, Payment | Reversal)
    return Payment(
        line=event.line,
        entry=event.entry,
        amount_ore=event.amount_ore,
        currency=event.currency,
        booked_date=event.booked_date,
        reference=refund.end_to_end_id,  # no receivable's; another format's telling is known again by it
        keys=event.keys,
        account=event.account,
        entry_reference=event.entry_reference,
    )
