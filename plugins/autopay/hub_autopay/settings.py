"""The `[plugins.autopay]` table of a tenant."""

from __future__ import annotations

from pydantic import Field, StrictInt

from hub.contracts import PluginSettings
from hub.model.setting_values import Switch


class AutopaySettings(PluginSettings):
    """Settings of the ISO 20022 readers; the defaults suit every Swedish bank."""

    warnings_per_code: StrictInt = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many warnings of one kind are shown for a file before they are only counted.",
    )
    refuse_partial_statements: Switch = Field(
        default=False,
        description="Refuse a camt.053 statement that holds fewer entries than its own summary states; "
        "otherwise it is read with the warning PARTIAL_STATEMENT.",
    )
