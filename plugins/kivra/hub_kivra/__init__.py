"""Kivra: the channel to digital mailboxes, the receiver of payment notices, the sandbox and the plugin."""

from hub_kivra.channel import KivraChannel
from hub_kivra.plugin import Plugin
from hub_kivra.sandbox import KivraSandbox
from hub_kivra.settings import KivraSettings
from hub_kivra.webhooks import PaymentsReceiver

__all__ = ["KivraChannel", "KivraSandbox", "KivraSettings", "PaymentsReceiver", "Plugin"]
