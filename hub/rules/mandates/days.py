"""The days of a payment request: when it is drawn, when it is sent, and until when it can be changed."""

from __future__ import annotations

from datetime import date

from hub.banking_calendar import add_banking_days, is_banking_day
from hub.model.direct_debit_settings import DirectDebitSettings


def day_of_payment(due: date) -> date:
    """Return the banking day on which what is due is drawn: the next one, as with any payment on a day off."""
    return due if is_banking_day(due) else add_banking_days(due, 1)


def first_in_time(today: date, settings: DirectDebitSettings) -> date:
    """Return the first day of payment for which an order that is sent today is in time."""
    return add_banking_days(today, settings.in_time_days)


def is_in_time(on: date, today: date, settings: DirectDebitSettings) -> bool:
    """Say whether what is to happen on a day can still be changed by an order that is sent today."""
    return on >= first_in_time(today, settings)


def sent_from(on: date, settings: DirectDebitSettings) -> date:
    """Return the day from which a request for a day of payment is sent."""
    return add_banking_days(on, -settings.order_days_before)
