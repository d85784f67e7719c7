"""What the settings name: writers of payment orders, schemes of direct debits."""

from __future__ import annotations

from hub_autopay.debits import BankDebits
from hub_autopay.orders import BankOrders
from hub_autopay.settings import AutopaySettings


def payment_order_writers(settings: AutopaySettings) -> list[BankOrders]:
    """Return a writer for each table of `payment_orders`."""
    return [BankOrders(name, one.terms, one.channel) for name, one in settings.payment_orders.items()]


def direct_debit_schemes(settings: AutopaySettings) -> list[BankDebits]:
    """Return a scheme for each table of `direct_debits`."""
    return [BankDebits(name, one.terms, one.channel) for name, one in settings.direct_debits.items()]
