"""The plugin's table `[plugins.operator]`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt

from hub.contracts import PluginSettings, SecretReference
from hub.model.delivery import Silence
from hub.model.import_rows import ShortText
from hub.model.setting_values import KronorLimit, Switch
from hub_operator.structured import Structure


class NetworkName(StrEnum):
    """Whose network it is."""

    INEXCHANGE = "inexchange"
    MAVENTA = "maventa"  # Visma AutoInvoice


class OperatorSettings(PluginSettings):
    """Settings of the channel; the address of production is known, everything of the agreement has to be given."""

    network: NetworkName = Field(
        default=NetworkName.INEXCHANGE, description="Whose network: `inexchange`, or `maventa` for Visma AutoInvoice."
    )
    address: str = Field(default="", description="Where the operator listens; left out: its production.")
    account: str = Field(
        default="",
        max_length=100,
        description="Who we are there: at InExchange the `erpId` of the company, at Maventa the company's UUID.",
    )
    api_key: SecretReference | None = Field(
        default=None, description="Secret of the software: `APIKey` at InExchange, `vendor_api_key` at Maventa."
    )
    user_api_key: SecretReference | None = Field(
        default=None, description="Secret of the company at Maventa; InExchange has none."
    )
    document_format: ShortText = Field(
        default="",
        description="What the operator calls the structured document that goes with the PDF, as agreed with it; left "
        "out: nothing is agreed, and nobody is reached.",
    )
    structure: Structure = Field(
        default=Structure.E_INVOICE,
        description="What that document is: `e_invoice`, or `json` of the document, which is no e-invoice by law, so "
        "public buyers are not reached then.",
    )
    price_ore: KronorLimit = Field(
        default=0, alias="price", description='What one document costs, in kronor without VAT, such as "2,00".'
    )
    largest_message_kb: Annotated[StrictInt, Field(ge=100, le=60_000)] = Field(
        default=10_000, description="Largest document with its attachments, in thousands of bytes."
    )
    timeout_s: float = Field(
        default=60, gt=0, le=600, description="How long a message may take, all of its calls together, in seconds."
    )
    margin_s: Annotated[StrictInt, Field(ge=0, le=3600)] = Field(
        default=120, description="How much later the operator may still take in what it has read, in seconds."
    )
    token_minutes: Annotated[StrictInt, Field(ge=2, le=600)] = Field(
        default=30, description="How long we let a client token of InExchange last."
    )
    silent_after_h: Annotated[StrictInt, Field(ge=1, le=720)] = Field(
        default=72, description="Hours after which the operator should have reported."
    )
    silence: Silence = Field(
        default=Silence.ASK_A_PERSON,
        description="What it means when it has not: `ask_a_person`, or `delivered` where it is known to say nothing.",
    )
    stopped_goes_on: Switch = Field(
        default=True,
        description="What InExchange has stopped goes on to the next channel; false: a person looks first, since "
        "somebody might release it there.",
    )
