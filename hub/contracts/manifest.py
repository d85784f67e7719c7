"""What a plugin says about itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

CONTRACT_VERSION = 1
"""Raised when a hook or a Protocol loses something or changes its meaning; growth does not raise it."""


class PluginManifest(BaseModel):
    """A plugin's visiting card, shown by `hub plugins`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{1,30}$", description="The name in `[plugins.<name>]`.")
    summary: str = Field(min_length=10, max_length=120, description="What it connects to, in one line.")
    contract: int = Field(description="The contract version it was written for.")
    formats: tuple[str, ...] = Field(default=(), description="Formats it reads or writes, with versions.")
    sources: tuple[str, ...] = Field(default=(), description="Documents it was made from: title, edition, publisher.")
    booked_statuses: tuple[str, ...] = Field(
        default=("BOOK",), description="Entry statuses that mean money has been booked."
    )
    unverified: tuple[str, ...] = Field(
        default=(), description="What has not been tried against the counterparty's own material."
    )
