"""Documents by email (*e-post*): the channel, its settings and the plugin that offers it."""

from hub_email.channel import EmailChannel
from hub_email.plugin import Plugin
from hub_email.settings import EmailSettings

__all__ = ["EmailChannel", "EmailSettings", "Plugin"]
