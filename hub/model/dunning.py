"""What may be done about a receivable that is late, and what a hold code stops."""

from __future__ import annotations

from enum import StrEnum


class DunningStep(StrEnum):
    """One step towards a late debtor; a receivable takes each once, in this order."""

    REMINDER_1 = "reminder_1"  # påminnelse 1
    REMINDER_2 = "reminder_2"
    DEMAND = "demand"  # inkassokrav
    RESIDUAL_DEMAND = "residual_demand"  # restkrav, erinran: the demand again, with what has been paid deducted
    WARNING = "warning"  # varning före betalningsföreläggande


class StepBasis(StrEnum):
    """What the days to a step are counted from."""

    DUE_DATE = "due_date"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    DEMAND = "demand"


class Stopped(StrEnum):
    """What a hold code (*kravkod*) stops; a code that stops nothing is a text."""

    INVOICE = "invoice"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    DEMAND = "demand"
    RESIDUAL_DEMAND = "residual_demand"
    WARNING = "warning"
    INTEREST = "interest"  # neither counted, printed nor charged
    INTEREST_IF_DEFERRAL_KEPT = "interest_if_deferral_kept"  # none if paid by the hold's end date, else from the start
    TRANSFER = "transfer"  # to a collection agency
    ORDER_TO_PAY = "order_to_pay"  # betalningsföreläggande
    INSTALMENT_PLAN = "instalment_plan"


ALL_STOPPED = frozenset(Stopped)
EVERY_STEP_STOPPED = frozenset(
    {*map(Stopped, DunningStep), Stopped.TRANSFER, Stopped.ORDER_TO_PAY, Stopped.INSTALMENT_PLAN}
)


class DunningMethod(StrEnum):
    """What one letter is about."""

    BY_DOCUMENT = "by_document"  # one receivable
    BY_DEBTOR = "by_debtor"  # all that is late of one debtor


class InterestStart(StrEnum):
    """The day from which interest runs."""

    DUE_DATE = "due_date"  # from the day after it
    DAYS_AFTER_INVOICE = "days_after_invoice"  # that many after the invoice date, which the due date must precede
