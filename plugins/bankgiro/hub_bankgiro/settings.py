"""The plugin's table `[plugins.bankgiro]`."""

from __future__ import annotations

from pydantic import Field, StrictInt

from hub.contracts import PluginSettings
from hub.model.setting_values import Switch


class BankgiroSettings(PluginSettings):
    """Settings of the BgMax reader; all have a default that suits most tenants."""

    strict: Switch = Field(
        default=False,
        description=(
            "Refuse files that were damaged on their way but can be read: TABs in place of blanks, "
            "letters lost or encoded twice."
        ),
    )
    warnings_per_code: StrictInt = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many warnings of one kind are shown for a file before they are only counted.",
    )
