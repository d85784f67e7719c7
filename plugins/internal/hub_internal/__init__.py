"""The network of this installation: documents for debtors who are tenants of it themselves."""

from hub_internal.channel import InternalChannel
from hub_internal.plugin import Plugin
from hub_internal.settings import InternalSettings

__all__ = ["InternalChannel", "InternalSettings", "Plugin"]
