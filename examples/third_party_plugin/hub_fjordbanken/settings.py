"""The plugin's table `[plugins.fjordbanken]`."""

from __future__ import annotations

from pydantic import Field

from hub.contracts import PluginSettings


class FjordbankenSettings(PluginSettings):
    """Settings of the statement reader."""

    keep_messages: bool = Field(
        default=True,
        description="Keep the payer's message, in which the hub looks for references; false leaves it out.",
    )
