"""ISO 20022 and bank connections (Autogiro is in the `bankgiro` plugin)."""

from hub_autopay.plugin import Plugin
from hub_autopay.reader import CamtReader
from hub_autopay.settings import AutopaySettings

__all__ = ["AutopaySettings", "CamtReader", "Plugin"]
