"""Why a receivable is not dunned, not yet or not this time: codes that plans keep, some with a detail behind."""

from __future__ import annotations

from enum import StrEnum


class NotYet(StrEnum):
    """No step is due; such receivables are counted."""

    NOT_DUE = "not_due"
    TOO_EARLY = "too_early"
    TIME_NOT_OUT = "time_not_out"  # of a demand
    NO_STEP_LEFT = "no_step_left"
    NO_POLICY = "no_policy"
    NOTHING_OWED = "nothing_owed"
    INTERNAL = "internal"
    WITH_ITS_ORIGINAL = "with_its_original"  # a fee invoice: letters about its receivable ask for it
    OTHER_STEP = "other_step"  # than the run was to take


class Stop(StrEnum):
    """A step is due, and something stops it."""

    HOLD = "hold"  # with its code
    LAPSED = "lapsed"  # with the last day of the claim's life
    LETTER_NOT_SENT = "letter_not_sent"  # with the step
    UNDELIVERABLE = "undeliverable"  # the last letter could not be delivered, and nobody has seen to it
    CREDIT_COVERS_IT = "credit_covers_it"  # credit notes that the letter deducts come to as much
    BELOW_MINIMUM = "below_minimum"  # with the minimum in kronor
    HANDED_OVER = "handed_over"  # with whom, or in what, it is asked for instead
    DIRECT_DEBIT = "direct_debit"  # with the day on which the money is drawn


class NoFee(StrEnum):
    """The step bears no fee, though the policy has one."""

    NOT_AGREED = "not_agreed"
    BORNE_BEFORE = "borne_before"
    BELOW_LIMIT = "below_limit"
    COMPENSATION_COVERS_IT = "compensation_covers_it"
    OTHER_CURRENCY = "other_currency"
    ONE_A_LETTER = "one_a_letter"
    FEE_INVOICE = "fee_invoice"  # a fee bears none
    NO_INVOICE = "no_invoice"  # its fee invoice could not be made, and why


class LeftOut(StrEnum):
    """What a plan said of an item no longer held when it was carried out."""

    PAID = "paid"
    BALANCE_CHANGED = "balance_changed"
    STEP_TAKEN = "step_taken"
    SETTINGS_CHANGED = "settings_changed"


class NotUndone(StrEnum):
    """What came since keeps a person from undoing a step."""

    FOLLOWED_BY = "followed_by"  # with the step
    PAID = "paid"  # with what of it
    LETTER_UNDER_WAY = "letter_under_way"  # or it may have arrived
