"""The plugin's table `[plugins.internal]`."""

from __future__ import annotations

from pydantic import Field

from hub.contracts import PluginSettings
from hub.model.setting_values import KronorLimit


class InternalSettings(PluginSettings):
    """Settings of the internal network."""

    price_ore: KronorLimit = Field(default=0, alias="price", description="What one document costs, in kronor.")
