"""Channels to a counterparty on this machine: one for each promise that a channel can make, and one for documents."""

from hub_demonstration_channels.channels import AskableChannel, DemonstrationChannel
from hub_demonstration_channels.documents import DocumentsChannel
from hub_demonstration_channels.plugin import Plugin
from hub_demonstration_channels.settings import DemonstrationSettings

__all__ = ["AskableChannel", "DemonstrationChannel", "DemonstrationSettings", "DocumentsChannel", "Plugin"]
