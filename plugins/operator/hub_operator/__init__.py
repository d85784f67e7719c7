"""The network of an e-invoice operator (*operatörsnät*): InExchange, or Visma AutoInvoice (Maventa)."""

from hub_operator.channel import OperatorChannel
from hub_operator.plugin import Plugin
from hub_operator.settings import OperatorSettings

__all__ = ["OperatorChannel", "OperatorSettings", "Plugin"]
