"""The plugin's table `[plugins.peppol]`."""

from __future__ import annotations

from pydantic import Field

from hub.contracts import PluginSettings
from hub.model.setting_values import KronorLimit


class PeppolSettings(PluginSettings):
    """Settings of making e-invoices and of sending them by Peppol."""

    price_ore: KronorLimit = Field(default=0, alias="price", description="What one document costs, in kronor.")
