"""Why money came into the suspense account (*observationskonto*) or left it, and where it stands since.

Undoing a file, a reversal of the bank, what is told of a payment and the checks of the books are derived from this: a
new way out of the suspense account is named here, with where it leads, and nowhere else.
"""

from __future__ import annotations

from enum import StrEnum


class Stands(StrEnum):
    """Where money stands after a movement of the suspense account."""

    WAITING = "waiting"  # it came in
    PLACED = "placed"  # on receivables: their entries tell of it
    WRITTEN_OFF = "written_off"
    GONE = "gone"  # where no counter-entry of the payment reaches: paid back, or settled with somebody else
    TAKEN_BACK = "taken_back"  # as if it had never come


class SuspenseCause(StrEnum):
    """The cause of a movement of the suspense account, with where the money stands since."""

    stands: Stands

    def __new__(cls, value: str, stands: Stands) -> SuspenseCause:
        """Make a cause of its value and where the money then stands."""
        made = str.__new__(cls, value)
        made._value_ = value
        made.stands = stands
        return made

    SUSPENDED = "suspended", Stands.WAITING
    REVERSAL_UNDONE = "reversal_undone", Stands.WAITING
    REMATCHED = "rematched", Stands.PLACED
    MOVED = "moved_by_person", Stands.PLACED
    WRITTEN_OFF = "suspense_written_off", Stands.WRITTEN_OFF
    REFUNDED = "refunded", Stands.GONE
    REFUND_GIVEN_BACK = "refund_given_back", Stands.GONE  # it was not paid after all
    REFUND_RETURNED = "refund_returned", Stands.GONE  # what came back is the refund's again
    PAYOUT_PLACED = "payout_placed", Stands.GONE  # on an agency's settlement
    PAYOUT_TAKEN_OFF = "payout_taken_off", Stands.GONE  # off it again: it waits, and has gone no more
    DIRECT_AT_AGENCY = "direct_payment_at_agency", Stands.GONE  # on a case whose receivable was settled at its transfer
    DIRECT_TAKEN_OFF = "direct_payment_taken_off", Stands.GONE  # off it again: it waits, and has gone no more
    REVERSED = "payment_reversed", Stands.TAKEN_BACK
    FILE_UNDONE = "file_undone", Stands.TAKEN_BACK
    REPLACED = "replaced_by_specification", Stands.TAKEN_BACK


def causes_of(*stands: Stands) -> frozenset[SuspenseCause]:
    """Return the causes after which money stands so."""
    return frozenset(cause for cause in SuspenseCause if cause.stands in stands)


PAID_BACK = frozenset({SuspenseCause.REFUNDED, SuspenseCause.REFUND_GIVEN_BACK, SuspenseCause.REFUND_RETURNED})
DONE_SINCE = causes_of(Stands.GONE) | {SuspenseCause.MOVED}
"""What others do with a file's money, which is no doing of the file: an undo leaves such payments as they are."""
