"""The plugin's table `[plugins.demonstration_channels]`."""

from __future__ import annotations

from pydantic import Field, StrictInt

from hub.contracts import PluginSettings, SecretReference


class DemonstrationSettings(PluginSettings):
    """Settings of the channels."""

    address: str = Field(
        default="http://127.0.0.1:8123", description="Where the counterparty listens; plain http only on this machine."
    )
    timeout_s: float = Field(default=5.0, gt=0, le=60, description="How long a call may take in all, in seconds.")
    margin_s: StrictInt = Field(
        default=5, ge=0, le=600, description="How much longer the counterparty may work on what it has read."
    )
    webhook_secret: SecretReference | None = Field(
        default=None, description="What notices are signed with, by reference; without it none is taken."
    )
    documents_address: str = Field(
        default="", description="Where documents are taken; left out: there is no channel for documents."
    )
    documents_token: SecretReference | None = Field(
        default=None, description="What it knows us by there, by reference: `env:NAME` or `file:PATH`."
    )
