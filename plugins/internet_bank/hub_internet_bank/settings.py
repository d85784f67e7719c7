"""The plugin's table `[plugins.internet_bank]`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictInt, model_validator

from hub.contracts import PluginSettings, SecretReference
from hub.errors import IdentifierError
from hub.identifiers import bankgiro_number, organisation_number
from hub.model.import_rows import ShortText
from hub.model.setting_values import KronorLimit, Switch
from hub_internet_bank.fui import fui_problems

_DEFAULT_LARGEST_ORE = 99_999_999


def _organisation(text: str) -> str:
    try:
        return organisation_number.validate(text) if text else ""
    except IdentifierError as error:
        raise ValueError(str(error)) from None


def _bankgiro(text: str) -> str:
    try:
        return bankgiro_number.validate(text) if text else ""
    except IdentifierError as error:
        raise ValueError(str(error)) from None


class InternetBankSettings(PluginSettings):
    """Settings of the channel; everything of the agreements has to be given."""

    fui: str = Field(
        default="",
        max_length=60,
        description="The issuer's identity (*FUI*): organisation number with 12 digits, bank agreement id, bank id and "
        "country, with full stops between them, such as `165560000001.12345678901.ABCD.SE`.",
    )
    issuer_orgnr: Annotated[str, AfterValidator(_organisation)] = Field(
        default="", description="The issuer's organisation number."
    )
    agreement_bankgiro: Annotated[str, AfterValidator(_bankgiro)] = Field(
        default="", description="The bankgiro of the agreement, with OCR control switched on by its bank."
    )
    ctd: ShortText = Field(default="", description="What the distributor (*CTD*) is called in the agreement.")
    transport: Literal["http"] = Field(default="http", description="How the hand-off travels; `http` is all there is.")
    hand_off: Literal["neutral"] = Field(
        default="neutral", description="Its form; `neutral` is the hub's own, until the distributor gives another."
    )
    address: str = Field(default="https://distributor.invalid", description="Where the distributor listens.")
    api_key: SecretReference | None = Field(default=None, description="Secret that we are known by there.")
    has_length_digit: Switch = Field(
        default=False, description="The bankgiro's OCR control wants the length digit too (*längdsiffra*)."
    )
    smallest_amount_ore: KronorLimit = Field(
        default=100, alias="smallest_amount", description="Smallest amount to pay, in kronor."
    )
    largest_amount_ore: KronorLimit = Field(
        default=_DEFAULT_LARGEST_ORE, alias="largest_amount", description="Largest amount to pay, in kronor."
    )
    longest_term_days: Annotated[StrictInt, Field(ge=1, le=730)] = Field(
        default=365, description="Days from the document's date to the due date, at the most."
    )
    largest_pdf_kb: Annotated[StrictInt, Field(ge=50, le=20_000)] = Field(
        default=1_000, description="Largest PDF, in thousands of bytes."
    )
    price_ore: KronorLimit = Field(
        default=0, alias="price", description='What one document costs, in kronor without VAT, such as "3,50".'
    )
    registrations_every_min: Annotated[StrictInt, Field(ge=1, le=1440)] = Field(
        default=60, description="How old our register of recipients may be, in minutes."
    )
    timeout_s: float = Field(default=30, gt=0, le=600, description="How long a call may take in all, in seconds.")
    silent_after_h: Annotated[StrictInt, Field(ge=1, le=720)] = Field(
        default=72, description="Hours after which the distributor should have reported; then a person looks."
    )

    @model_validator(mode="after")
    def _fui_is_the_issuers(self) -> Self:
        problems = fui_problems(self.fui, self.issuer_orgnr) if self.fui else []
        if problems:
            raise ValueError("fui: " + "; ".join(problems))
        return self

    @model_validator(mode="after")
    def _amounts_leave_room(self) -> Self:
        if self.smallest_amount_ore < 1 or self.smallest_amount_ore > self.largest_amount_ore:
            raise ValueError("smallest_amount must be above zero and not above largest_amount")
        return self
