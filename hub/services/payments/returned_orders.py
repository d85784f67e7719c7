"""Money that we paid out and that came back: what names a payment order of ours is that, and nothing else.

A bank states it as a credit with the reason of a return, or as a reversed debit. Both become a payment whose reference
is the order's id: its texts are our own, and could be taken for what somebody pays. A credit without details that names
a file of orders, or a part of it, and is its sum becomes a payment for each of its orders.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from hub.model.payment_file import FileEvent, Key, OtherEntry, OtherKind, Payment, Reversal
from hub.model.refunds import Refund
from hub.rules.refunds.of_sum import of_sum

KIND = "end_to_end_id"
AT_ONCE = 1_000  # events of a file that are looked up together
_LOOKS_OURS = re.compile(r".*R\d+")  # see `Refunds.add`: all others need not be asked about

Find = Callable[[Collection[str]], Mapping[str, Refund]]
"""Refunds by the ids that banks were given."""
FindFiles = Callable[[Collection[str]], Mapping[str, Sequence[Refund]]]
"""All refunds of files, or of parts of them, by the ids that banks were given."""


def with_returns(events: Iterable[FileEvent], find: Find, find_files: FindFiles) -> Iterator[FileEvent]:
    """Yield a file's events, in order; what brings back a refund of ours, whole, as a payment with its id alone.

    Raises:
        FormatError: whatever the events raise, as soon as it is met.
    """
    coming = iter(events)
    while some := list(islice(coming, AT_ONCE)):
        names, files = [_name(event) for event in some], [_files(event) for event in some]
        refunds = find({name for name in names if name}) if any(names) else {}
        of_files = find_files({name for named in files for name in named}) if any(files) else {}
        for event, name, named in zip(some, names, files, strict=True):
            refund = refunds.get(name)
            if refund is not None and _brings_back(event, refund):
                yield _returned(event, refund)
            elif together := _together(event, [of_files[one] for one in named if one in of_files]):
                yield from (_returned(event, one) for one in together)
            else:
                yield event


def _files(event: FileEvent) -> Collection[str]:
    """Return what a credit without details may name a file of ours by."""
    if isinstance(event, Reversal) and event.is_credit and event.reference and not event.keys:
        return (event.reference,)
    is_lump = isinstance(event, OtherEntry) and event.kind == OtherKind.LUMP and event.amount_ore > 0
    return event.references if is_lump else ()  # type: ignore[union-attr]


def _together(event: FileEvent, files: Iterable[Sequence[Refund]]) -> Sequence[Refund]:
    """Return the refunds of the first file, or part, that a credit is the sum of."""
    if not isinstance(event, Reversal | OtherEntry):
        return ()
    return next((found for one in files if (found := of_sum(one, event.amount_ore, event.currency))), ())


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
    assert isinstance(event, Payment | Reversal | OtherEntry)
    is_one_of_several = isinstance(event, OtherEntry) or not event.keys
    return Payment(
        line=event.line,
        entry=event.entry,
        amount_ore=refund.amount_ore,
        currency=event.currency,
        booked_date=event.booked_date,
        reference=refund.end_to_end_id,  # no receivable's; another format's telling is known again by it
        keys=(Key(KIND, refund.end_to_end_id),) if is_one_of_several else event.keys,
        account=None if isinstance(event, OtherEntry) else event.account,
        entry_reference=event.entry_reference,
    )
