"""The `[plugins.autopay]` table of a tenant."""

from __future__ import annotations

from pydantic import Field

from hub.contracts import PluginSettings


class AutopaySettings(PluginSettings):
    """Settings of the ISO 20022 readers; the defaults suit every Swedish bank."""

    refuse_partial_statements: bool = Field(
        default=False,
        description="Refuse a camt.053 statement that holds fewer entries than its own summary states; "
        "otherwise it is read with the warning PARTIAL_STATEMENT.",
    )
