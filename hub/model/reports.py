"""What reports are asked by, and the rows that they are made of. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

NOT_DUE = 0
PERIODS = (0, 30, 60, 90)


class Basis(StrEnum):
    """Which date of an entry decides whether a list as of a day sees it."""

    BOOKED = "booked"  # the day of its voucher: the list agrees with the accounts
    TRANSACTION = "transaction"  # the day it really happened: the list agrees with the debtor


class Standing(StrEnum):
    """Which receivables a balance list shows."""

    UNPAID = "unpaid"
    ALL = "all"


class Dunned(StrEnum):
    """How far dunning must have come on the day of the list."""

    ANY = "any"
    REMINDED = "reminded"
    DEMANDED = "demanded"


class BalanceSort(StrEnum):
    INVOICE = "invoice"
    PERSON = "person"
    REGISTER = "register"
    DEPARTMENT = "department"
    NAME = "name"
    DUE = "due"


class Selection(BaseModel):
    """What every report can be narrowed to; what is empty narrows nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)  # it may name a person

    companies: tuple[str, ...] = ()
    routines: tuple[str, ...] = ()


class BalanceSelection(Selection):
    """Which receivables an open balance list (*saldolista*) holds, as of which day, and in which order."""

    as_of: date
    basis: Basis = Basis.BOOKED
    through_event: int | None = Field(default=None, ge=0)
    number_from: str = ""
    number_to: str = ""
    invoiced_from: date | None = None
    invoiced_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    booked_from: date | None = None
    booked_to: date | None = None
    register_identity: str = ""
    person: str = ""
    debtor_number: str = ""
    department: str = ""
    balance_from_ore: int | None = None
    balance_to_ore: int | None = None
    hold_code: str = ""
    method: str = ""
    standing: Standing = Standing.UNPAID
    dunned: Dunned = Dunned.ANY
    sort: BalanceSort = BalanceSort.INVOICE

    @model_validator(mode="after")
    def _intervals_are_not_empty(self) -> Self:
        for first, last in _INTERVALS:
            lower, upper = getattr(self, first), getattr(self, last)
            if lower not in (None, "") and upper not in (None, "") and _order(lower) > _order(upper):
                raise ValueError(f"{first} is beyond {last}")
        return self


_INTERVALS = (
    ("number_from", "number_to"),
    ("invoiced_from", "invoiced_to"),
    ("due_from", "due_to"),
    ("booked_from", "booked_to"),
    ("balance_from_ore", "balance_to_ore"),
)


def _order(value: date | int | str) -> tuple[int, date | int | str]:
    """Numbers of receivables are texts: a shorter one comes first, as in the database."""
    return (len(value), value) if isinstance(value, str) else (0, value)


class BalanceRow(NamedTuple):
    """One receivable as of a day: what was invoiced, added and paid (signed) up to then is its balance."""

    company: str
    routine: str
    number: str
    version: int
    kind: str
    currency: str
    invoice_date: str
    due_date: str
    debtor_name: str
    debtor_identity: str
    debtor_number: str
    register_identity: str
    department: str
    invoiced_ore: int
    added_ore: int
    paid_ore: int
    balance_ore: int


class BalanceTotal(NamedTuple):
    """The sum of a balance list over one routine of one company, in one currency."""

    company: str
    routine: str
    currency: str
    receivables: int
    invoiced_ore: int
    added_ore: int
    paid_ore: int
    balance_ore: int


class LaterEntry(NamedTuple):
    """An entry that a list as of a day does not show to those who had it printed before the entry was registered."""

    entry_no: int
    registered_at: str
    company: str
    number: str
    cause: str
    currency: str
    transaction_date: str
    booked_date: str
    amount_ore: int


class PaymentSource(StrEnum):
    ALL = "all"
    AUTOMATIC = "automatic"  # from files
    MANUAL = "manual"  # registered by a person, or told by the core ledger


class PaymentSelection(Selection):
    """Which payments a payment list holds, by transaction date."""

    first: date
    last: date
    source: PaymentSource = PaymentSource.ALL
    method: str = ""

    @model_validator(mode="after")
    def _the_first_is_not_beyond_the_last(self) -> Self:
        if self.first > self.last:
            raise ValueError("the first day is beyond the last")
        if self.method and self.source is PaymentSource.AUTOMATIC:
            raise ValueError("only manual payments have a method code: leave it out, or ask for manual ones")
        return self


class PaymentRow(NamedTuple):
    """Money on one receivable; above zero came from the debtor."""

    transaction_date: str
    method: str
    company: str
    routine: str
    number: str
    debtor_name: str
    debtor_identity: str
    booked_date: str
    voucher_no: int | None
    currency: str
    amount_ore: int


class ForecastSelection(Selection):
    """Which due dates a payment forecast holds."""

    first: date | None = None
    last: date | None = None


class ForecastRow(NamedTuple):
    """What is open now and expected on one due date."""

    due_date: str
    company: str
    routine: str
    currency: str
    receivables: int
    amount_ore: int


class CreditAgeing(StrEnum):
    """Where an ageing puts what is in the debtor's favour: credit notes and overpayments."""

    AGED = "aged"  # in the period of their own due date
    CURRENT = "current"  # as not yet due


class AgeingSelection(Selection):
    """As of which day, and over which periods, balances are aged.

    `periods` are days after the due date at which a period ends: (0, 30, 60, 90) gives not due, 1 to 30, 31 to 60,
    61 to 90, and above 90.
    """

    as_of: date
    basis: Basis = Basis.BOOKED
    through_event: int | None = Field(default=None, ge=0)
    periods: tuple[int, ...] = PERIODS
    credits: CreditAgeing = CreditAgeing.AGED
    person: str = ""
    debtor_number: str = ""

    @model_validator(mode="after")
    def _periods_rise_from_zero(self) -> Self:
        if not self.periods or self.periods[0] != NOT_DUE or list(self.periods) != sorted(set(self.periods)):
            raise ValueError("periods must begin with 0 and rise, such as 0, 30, 60, 90")
        if len(self.periods) > MOST_PERIODS or self.periods[-1] > LONGEST_PERIOD:
            raise ValueError(f"at most {MOST_PERIODS} periods, of at most {LONGEST_PERIOD} days")
        return self


MOST_PERIODS, LONGEST_PERIOD = 12, 3650  # a page has room for no more; claims lapse after ten years


class AgedDebtor(NamedTuple):
    """What one debtor owes in one currency, by age; `periods_ore` has one more than the selection has periods."""

    debtor_name: str
    debtor_identity: str
    debtor_number: str
    company: str  # empty where the debtor owes several
    currency: str
    receivables: int
    periods_ore: tuple[int, ...]
    balance_ore: int


class Period(StrEnum):
    """What dunning statistics count by: the invoice date's."""

    MONTH = "month"
    YEAR = "year"


class DunningSelection(Selection):
    """Which invoices dunning statistics count."""

    period: Period = Period.MONTH
    invoiced_from: date | None = None
    invoiced_to: date | None = None


NO_STEP = "invoiced"


class DunnedCount(NamedTuple):
    """Invoices of one period that reached a step, or all of them: `invoiced`. The amount is what was invoiced."""

    period: str
    company: str
    routine: str
    currency: str
    step: str
    invoices: int
    amount_ore: int


class StatementMovement(NamedTuple):
    """Entries of one receivable with one cause, day and payment, as a statement of account shows them."""

    debtor: str  # groups what is one debtor's; never shown
    company: str
    number: str
    kind: str
    currency: str
    due_date: str
    date: str
    cause: str
    amount_ore: int
    debtor_name: str


class StatedReceivable(NamedTuple):
    """A receivable that a statement of account to its debtor lists."""

    debtor: str  # groups what is one debtor's; never shown
    currency: str
    receivable_id: int


class StatementLine(NamedTuple):
    movement: StatementMovement
    balance_ore: int  # after it


class StatementOfAccount(NamedTuple):
    """A statement of account (*kontoutdrag*) of one debtor in one currency."""

    debtor: str
    debtor_name: str
    currency: str
    opening_ore: int
    lines: tuple[StatementLine, ...]
    closing_ore: int
    periods_ore: tuple[int, ...]  # the closing balance by age
