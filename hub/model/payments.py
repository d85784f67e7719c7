"""Payments as the matching rules and their plugins see them."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hub.model.payment_file import Deduction, Part, Payment


class PlacedShare(NamedTuple):
    """What a payment has paid of a receivable, under one reference that means it; another reference repeats it."""

    reference: str  # normal form
    receivable_id: int
    amount_ore: int


class UnmatchedPayment(NamedTuple):
    """A payment that the exact reference did not settle. Amounts in öre; a deduction is below zero."""

    payment_id: int
    account_no: int  # canonical payee account; 0 when the tenant has no such account
    amount_ore: int
    currency: str
    booked_date: str  # ISO date
    reference: str  # normal form, empty when none
    quality: str
    parts: tuple[Part, ...]
    texts: tuple[str, ...]
    payer_name: str
    payer_account: str
    payer_identity: str
    exchange_no: int
    section_no: int
    company: str  # of the payee account; empty when the account is not known
    kind: str  # payment, deduction, manual
    placed: tuple[PlacedShare, ...] = ()  # when the amount is what remains of a payment with parts


class ProposedShare(NamedTuple):
    """A share of a payment for one receivable."""

    receivable_id: int
    amount_ore: int


class MatchProposal(NamedTuple):
    """Where a payment should go, and the rule that says so."""

    shares: tuple[ProposedShare, ...]
    rule: str


BY_COMMAND = -1  # holds a payee account while a command changes it; runs have numbers above zero
REVERSAL_HELD = "reversal_held"  # event
AGENCY_PAYOUT = MatchProposal((), "agency_payout")
"""What is said of money from a collection agency's own account: it is no debtor's, and waits for its settlement."""


class Placed(NamedTuple):
    """A payment or deduction of a file, with its place in the tenant's world."""

    section_no: int
    account_no: int  # canonical payee account; 0 when the tenant has no such account
    reference: str  # normal form
    event: Payment | Deduction


class LoadedSection(NamedTuple):
    """A section whose totals have agreed, in the order of its table's columns."""

    section_no: int
    account_no: int
    company: str
    account: str  # as the file writes it
    alternative_account: str  # the same account under another number; may be empty
    level: str
    family: str
    currency: str
    identity: str
    serial: str
    booked_date: str | None
    first_date: str | None
    last_date: str | None
    net_ore: int | None
    payments: int
    bank_account: str
    created_on: str


class Told(NamedTuple):
    """A payment as a file tells it, beside others of one account, amount and currency."""

    payment_id: int
    day: str | None  # booked
    created_on: str  # the day its file was made
    reference: str
    key_kind: str  # of the key that proves it; empty when it has none
    is_held: bool = False  # in doubt itself: it may be the same money as one that is booked
    key_value: str = ""


class SideBySide(NamedTuple):
    """Payments of a file, and equal ones of other families that they may be the same money as."""

    new: list[Told]
    old: list[Told]  # that nothing of the file's own family is the same money as
    before: list[tuple[Told, Told]]  # what that family told before, and what it met; each payment once


class ToldTwice(NamedTuple):
    """What a family would tell twice if a held payment were the same money as its twin."""

    payment_id: int  # the held one
    teller: int  # itself, or one that is the same money as it
    exchange_no: int
    may_part: bool  # no more than a day, or a person's word, says that the teller is the same money
    beside: int  # what the teller's family told of the twin: the twin itself, or one that is the same money as it
    beside_exchange_no: int
    beside_may_part: bool


class DayOverlap(NamedTuple):
    """Payments of one account and day that two families both state."""

    account_no: int
    day: str
    family: str  # the other family, posted earlier
    shared: int
    new_payments: int
    old_payments: int

    @property
    def is_contained(self) -> bool:
        """One side's day holds all of the other's: what they share is the same money."""
        return self.shared in (self.new_payments, self.old_payments)


class LoadedChunk(NamedTuple):
    """A run of payments that is loaded and posted in one transaction."""

    exchange_no: int
    chunk_no: int
    first_payment: int
    last_payment: int
    payments: int
    amount_ore: int
    state: str


class Candidate(NamedTuple):
    """A receivable that a payment may mean, and how it was found."""

    how: str  # reference, number, payer
    token: str  # what it was found by
    account_no: int  # the payee account it was looked for at
    receivable_id: int
    company: str
    number: str
    kind: str
    routine: str
    group_no: int
    currency: str
    due_date: str
    debtor_identity: str
    principal_ore: int
    fee_ore: int
    interest_ore: int
    is_watched: int
    printed_fee_ore: int
    printed_interest_ore: int
    is_contested: int  # the reference means several receivables

    @property
    def open_ore(self) -> int:
        """Everything that is owed now; below zero for a credit note."""
        return self.principal_ore + self.fee_ore + self.interest_ore


class QueuedPayment(NamedTuple):
    """A payment in the queue. Suspended money is in the suspense account; a held payment is posted nowhere."""

    payment_id: int
    exchange_no: int
    account_no: int
    company: str
    reference: str
    amount_ore: int
    remaining_ore: int
    currency: str
    booked_date: str
    state: str  # suspended, held, closed
    reason: str
    twin_payment: int | None
    held_group: str
    payer_name: str = ""
    texts: str = ""


class UnknownAccount(NamedTuple):
    """An account that payments of a file are held for, since the settings did not have it."""

    exchange_no: int
    account: str  # as the file writes it, such as `bankgiro:9912346`
    alternative_account: str  # the same account under another number; may be empty
    account_no: int  # not 0: the settings have it now, and the payments have been compared with other files'


class UnknownStatement(NamedTuple):
    """An account that the settings did not have, with movements or reversals in a section of a posted file."""

    exchange_no: int
    section_no: int
    account: str  # as the file writes it
    alternative_account: str  # the same account under another number; may be empty


class Deposit(NamedTuple):
    """What a bank entry (*insättning*) brought to one payee account, without what was closed or held."""

    exchange_no: int
    section_no: int
    entry_no: int
    account_no: int
    currency: str
    booked_date: str
    amount_ore: int
    reference: str
    lump_no: int | None


class Lump(NamedTuple):
    """One booked movement of the bank account, without who paid it."""

    lump_no: int
    exchange_no: int
    section_no: int
    entry_no: int
    account_no: int
    currency: str
    booked_date: str
    amount_ore: int
    entry_reference: str
    state: str  # alone, paired, payment, duplicate, ruled (booked by a bank rule)


class MadePayment(NamedTuple):
    """A payment that was made of a lump, and what has become of it since."""

    lump: Lump
    payment_id: int
    is_untouched: bool  # wholly in the suspense account still
    is_gone: bool  # refunded, settled with an agency, or taken back by the bank: there is nothing to take back any more


# Why a payment is closed that says, with others, the same money as its twin with others: it is not its twin alone.
SHARE_OF_LUMP = "share_of_lump"


class DepositPayment(NamedTuple):
    """A payment of a deposit."""

    payment_id: int
    amount_ore: int
    currency: str
    reference: str
    is_held: bool


class Telling(NamedTuple):
    """A payment that says the same money as one that is booked: closed as that, or held because it may be."""

    payment_id: int
    family: str
    amount_ore: int
    currency: str
    reference: str
    is_held: bool


class DayWindow(NamedTuple):
    """The days on which the other family could have booked a payment of `day`."""

    day: str
    first: str
    last: str


class LoadedReversal(NamedTuple):
    """A payment the bank took back, as loaded from a file."""

    exchange_no: int
    reversal_no: int
    section_no: int
    entry_no: int
    amount_ore: int
    currency: str
    booked_date: str
    account_no: int
    reference: str
    keys: tuple[tuple[str, str], ...]
    reason: str
    is_credit: int
    state: str  # loaded, done, held, coded, duplicate (told again), undone
    payment_id: int | None
    voucher_no: int | None  # of one that is coded, or told again and coded as another format tells it


class Standing(StrEnum):
    """How a payment stands that a reversal may mean."""

    BOOKED = "booked"
    TOLD_ELSEWHERE = "told_elsewhere"  # taken back, or the loss of it coded, and only other families have told so
    TOLD = "told"  # taken back, or the loss of it coded
    HELD = "held"  # posted nowhere yet
    GONE = "gone"  # refunded, or settled with an agency: taking it back would give back what is no longer there


class KeyOwner(NamedTuple):
    """A payment that one key of a reversal leads to, and everything that is told of it in any file.

    `facts` are (kind, value): its keys, and as kinds of their own `reference`, `booked_date` and `taken_back`, the days
    on which it was taken back.
    """

    kind: str
    payment_id: int
    standing: str
    facts: frozenset[tuple[str, str]] = frozenset()

    def told(self, kind: str) -> set[str]:
        """Return every value of one kind."""
        return {value for told, value in self.facts if told == kind}
