"""Orders to pay (*betalningsföreläggande*): applications are made, filed, followed, lowered and ended."""

from hub.services.orders_to_pay.commands import order_handlers
from hub.services.orders_to_pay.means import Filers, Means

__all__ = ["Filers", "Means", "order_handlers"]
