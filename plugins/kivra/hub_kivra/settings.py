"""The plugin's table `[plugins.kivra]`."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, StrictInt, model_validator

from hub.contracts import PluginSettings, SecretReference
from hub.model.setting_values import KronorLimit, Switch

PRODUCTION = "https://sender.api.kivra.com"
TRIALS = "sender.sandbox-api.kivra.com"  # Kivra's own sandbox


class KivraSettings(PluginSettings):
    """Settings of the channel and of its webhook; what Kivra has given you has no useful default."""

    address: str = Field(
        default=PRODUCTION, description="Where Kivra's API is; its sandbox is https://sender.sandbox-api.kivra.com."
    )
    client_id: str = Field(default="", max_length=200, pattern=r"^[^\s:]*$", description="The client that Kivra knows.")
    client_secret: SecretReference | None = Field(
        default=None, description="Its secret, by reference: env:NAME or file:PATH."
    )
    sender: str = Field(
        default="",
        pattern=r"^$|^[0-9]{10}[a-f0-9]{32}$",
        description="Kivra's key of the sender: 42 digits and a to f.",
    )
    swish_alias: str = Field(
        default="",
        pattern=r"^$|^disable$|^[0-9]{10}$",
        description="Swish number that Kivra has for the sender; `disable` turns Swish off; left out: Kivra's default.",
    )
    digits_are_ocr: Switch = Field(
        default=True,
        description="Digits only are an OCR number, whose check digit must fit; false: where it does not, free text.",
    )
    drops_repeats: Switch = Field(
        default=True,
        description="The other side drops a message that it has had, byte for byte. Kivra does; its sandbox does not.",
    )
    price_ore: KronorLimit = Field(
        default=0, alias="price", description='What one document costs in kronor, without VAT, such as "1,20".'
    )
    timeout_s: float = Field(default=30.0, gt=0, le=300, description="How long a call may take in all, in seconds.")
    calls_at_once: StrictInt = Field(
        default=4, ge=1, le=16, description="How many messages are sent at the same time, once it takes them."
    )
    webhook_secret: SecretReference | None = Field(
        default=None, description="What Kivra signs payment notices with, by reference; left out: none are taken."
    )
    second_webhook_secret: SecretReference | None = Field(
        default=None, description="The other secret for the 72 hours in which Kivra signs with both."
    )

    @model_validator(mode="after")
    def _trials_do_not_drop_repeats(self) -> Self:
        if self.drops_repeats and urlsplit(self.address).hostname == TRIALS:
            raise ValueError("Kivra's sandbox delivers a repeated message again: write drops_repeats = false")
        return self
