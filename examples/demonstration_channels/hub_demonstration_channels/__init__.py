"""Three channels to a counterparty on this machine, one for each promise that a channel can make."""

from hub_demonstration_channels.channels import AskableChannel, DemonstrationChannel
from hub_demonstration_channels.plugin import Plugin
from hub_demonstration_channels.settings import DemonstrationSettings

__all__ = ["AskableChannel", "DemonstrationChannel", "DemonstrationSettings", "Plugin"]
