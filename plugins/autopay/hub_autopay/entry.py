"""One statement entry with its transaction details, read as they come.

The details of an entry are booked once, as payments; the entry's own amount is the sum they must reach. Up to
`MOST_HELD` details are held until the entry ends, so that everything about it is known; a larger entry is decided
on those and its further details pass through, which keeps memory flat.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from hub.errors import ControlTotalMismatch, FormatError
from hub.formats.xml_layout import Amount, Values
from hub.model.payment_file import FileEvent, PayeeAccount, Warned
from hub_autopay import translate
from hub_autopay.batch import Batch
from hub_autopay.head import RECORD, Head, head_of
from hub_autopay.mapping import DETAIL_AMOUNTS
from hub_autopay.refusals import refused
from hub_autopay.remittance import states_other_total
from hub_autopay.scalars import ore, sign

MOST_HELD = 1000
DETAIL = "TxDtls"


class _Way(Enum):
    WHOLE = "whole"  # the entry gives one event
    SINGLE = "single"  # one detail, the entry's amount is its amount
    EACH = "each"  # one event for each detail


class StatementEntry:
    """Reads one `Ntry`: feed it batches and details, then close it."""

    def __init__(self, values: Values, *, line: int, number: int, account: PayeeAccount) -> None:
        self._values = values
        self._line = line
        self._number = number
        self._account = account
        self._held: list[tuple[int, Values]] = []
        self._head: Head | None = None
        self._way = _Way.WHOLE
        self._sum_ore = 0
        self._batch = Batch()
        self._orders: list[str] = []
        self.details = 0

    @property
    def head(self) -> Head:
        """The head; only after `close`, or once details pass through."""
        assert self._head is not None
        return self._head

    def open_details(self) -> None:
        """A group of details (`NtryDtls`) begins."""
        self._batch = Batch()

    def batch(self, values: Values, line: int) -> None:
        """The group states its count or total, and the payment orders that it is of."""
        self._batch.state(values, line)
        self._orders += [values[name] for name in ("message_id", "part_id") if values.get(name)]

    def close_details(self) -> None:
        """The group ends. Raises ControlTotalMismatch when its count or total differs."""
        self._batch.check()

    def detail(self, values: Values, line: int) -> Iterable[FileEvent]:
        """Take one transaction detail and return what it gives: nothing while details are held."""
        self.details += 1
        self._batch.add(values, line)
        if self._head is not None:
            return self._pass(self._head, values, line, self.details)
        self._held.append((line, values))
        return self._decide_early() if len(self._held) > MOST_HELD else ()

    def close(self) -> Iterator[FileEvent]:
        """End the entry. Raises FormatError, ControlTotalMismatch when the details do not reach the entry's amount."""
        if self._head is None:
            self._head = self._read_head()
            yield from self._decide(self._head, is_ended=True)
            yield from self._release(self._head)
        else:
            self._head = self._completed(self._head)
        if self._way is _Way.WHOLE:
            yield translate.whole_entry(self._head, [values for _, values in self._held], self._orders)
        elif self._way is _Way.EACH and self._sum_ore != self._head.signed_ore:
            raise self._broken(self._sum_ore)

    def _read_head(self) -> Head:
        return head_of(self._values, line=self._line, number=self._number, account=self._account)

    def _completed(self, decided: Head) -> Head:
        """Return the head at the end of a large entry: only its text may have come after the details."""
        ended = self._read_head()
        if ended._replace(text=decided.text) != decided:
            raise refused("ENTRY_UNORDERED", line=self._line, record=RECORD)
        return ended

    def _decide_early(self) -> Iterator[FileEvent]:
        try:
            self._head = self._read_head()
        except FormatError:
            raise refused("ENTRY_UNORDERED", line=self._line, record=RECORD) from None
        yield from self._decide(self._head, is_ended=False)
        yield from self._release(self._head)

    def _decide(self, head: Head, *, is_ended: bool) -> Iterator[FileEvent]:
        if not (self._held and head.is_booked):
            return
        if is_ended and len(self._held) == 1:
            self._check_single(head)
            self._way = _Way.SINGLE
        elif all(amount_in(values, head.currency, line) is not None for line, values in self._held):
            self._way = _Way.EACH
        else:
            yield Warned(
                "DETAILS_WITHOUT_AMOUNTS",
                "details state no amount in the entry's currency; the entry is taken as one sum",
                self._line,
                RECORD,
                "TxDtls/Amt",
            )

    def _release(self, head: Head) -> Iterator[FileEvent]:
        if self._way is _Way.WHOLE:
            return  # what is held gives the whole entry its references and texts
        held, self._held = self._held, []
        for position, (line, values) in enumerate(held, start=1):
            yield from self._pass(head, values, line, position)

    def _pass(self, head: Head, values: Values, line: int, position: int) -> Sequence[FileEvent]:
        if self._way is _Way.SINGLE:
            return _events(head, values, line, position, head.signed_ore, is_only=True)
        if self._way is _Way.WHOLE:
            return ()
        found = amount_in(values, head.currency, line)
        if found is None:
            raise refused("DETAIL_AMOUNT_MISSING", line=line, record=DETAIL, field="Amt")
        signed = found * self._direction(head, values, line)
        self._sum_ore += signed
        return _events(head, values, line, position, signed, is_only=False)

    def _check_single(self, head: Head) -> None:
        line, values = self._held[0]
        stated = _amounts_in(values, head.currency, line)
        direction = self._direction(head, values, line)
        if stated and head.signed_ore not in [direction * amount for amount in stated]:
            raise self._broken(direction * stated[0])
        if direction != head.direction:
            raise self._broken(-head.signed_ore)

    @staticmethod
    def _direction(head: Head, values: Values, line: int) -> int:
        """A detail may oppose its entry, but not that of a reversal, where it may still state the original's sign."""
        if head.is_reversal or "indicator" not in values:
            return head.direction
        return sign(values, line=line, record=DETAIL)

    def _broken(self, computed: int) -> ControlTotalMismatch:
        return ControlTotalMismatch(
            "the details do not add up to their entry; ask the bank for a corrected file",
            stated=self.head.signed_ore,
            computed=computed,
            line=self._line,
            record=RECORD,
            field="Amt",
        )


def amount_in(detail: Values, currency: str, line: int) -> int | None:
    """Return the amount of a detail in öre of `currency`, None when it states none. Raises FormatError."""
    for name in DETAIL_AMOUNTS:
        stated = detail.get(name)
        if stated is not None and _is_in(stated, currency, line):
            return ore(stated.text, line=line, record=DETAIL)
    return None


def _amounts_in(detail: Values, currency: str, line: int) -> list[int]:
    found = (detail[name] for name in DETAIL_AMOUNTS if name in detail)
    return [ore(stated.text, line=line, record=DETAIL) for stated in found if _is_in(stated, currency, line)]


def _is_in(stated: Amount, currency: str, line: int) -> bool:
    if not stated.currency:
        raise refused("CURRENCY_MISSING", line=line, record=DETAIL, field="Amt@Ccy")
    return stated.currency == currency


def _events(head: Head, values: Values, line: int, position: int, signed: int, *, is_only: bool) -> Sequence[FileEvent]:
    if signed and head.is_reversal:
        return (translate.reversal(head, values, line=line, amount_ore=abs(signed)),)
    if signed > 0:
        paid = translate.payment(head, values, line=line, position=position, amount_ore=signed, is_only=is_only)
        if not (paid.parts and states_other_total(paid.parts, signed)):
            return (paid,)
        message = "the shares of its references do not add up to the payment"
        return paid, Warned("SHARES_DIFFER", message, line, DETAIL, "RfrdDocAmt")
    other = translate.other_detail(head, values, line=line, position=position, signed_ore=signed, is_only=is_only)
    if signed:
        return (other,)
    return Warned("ZERO_AMOUNT", "an entry of zero moves no money", line, DETAIL, "Amt"), other
