"""How a company's documents look and what they say of the company: logo, colours, address, window, texts."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from hub.model.documents import Language, Text
from hub.model.import_rows import AddressLine, ShortText
from hub.model.parties import CountryCode, EmailAddress
from hub.model.setting_values import BIC, COLOUR, Switch

Colour = Annotated[str, Field(pattern=COLOUR)]
Millimetres = Annotated[StrictInt, Field(ge=0, le=297)]
Bic = Annotated[str, StringConstraints(pattern=BIC)]


class Window(BaseModel):
    """The window of the envelope: where on an A4 page the debtor's address is to stand, from its upper left corner.

    The default is the Swedish right window (H2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    left_mm: Millimetres = Field(default=110, description="From the page's left edge.")
    top_mm: Millimetres = Field(default=45, description="From the page's upper edge.")
    width_mm: Millimetres = Field(default=85, description="Width.")
    height_mm: Millimetres = Field(default=27, description="Height.")

    @model_validator(mode="after")
    def _is_on_the_page(self) -> Self:
        if self.left_mm + self.width_mm > 210 or self.top_mm + self.height_mm > 297:
            raise ValueError("the window reaches beyond an A4 page")
        if self.width_mm < 60 or self.height_mm < 20:
            raise ValueError("the window is smaller than an address: at least 60 by 20 mm")
        return self


class Letterhead(BaseModel):
    """What a company's documents say of it, and how they look."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    logo: str = Field(
        default="", max_length=200, description="SVG or PNG file, by its path from the home's folder; left out: none."
    )
    colour: Colour = Field(default="#1f3a5f", description="Of headings and rules.")
    street: AddressLine = Field(default="", description="Street and number, or a box.")
    postal_code: ShortText = Field(default="", description="Postal code.")
    city: AddressLine = Field(default="", description="Town.")
    country: CountryCode = Field(default="SE", description="Two letters of ISO 3166-1.")
    phone: ShortText = Field(default="", description="Telephone.")
    email: EmailAddress = Field(default="", description="Where debtors write to.")
    website: AddressLine = Field(default="", description="Address of the web site.")
    vat_number: ShortText = Field(default="", description="VAT number, such as `SE556123456701`.")
    has_f_tax: Switch = Field(default=True, description="Approved for F-tax (*Godkänd för F-skatt*).")
    seat: AddressLine = Field(default="", description="The company's seat (*säte*).")
    bic: Bic = Field(default="", description="BIC of the bank that holds the IBAN, for debtors abroad.")
    language: Language = Field(default=Language.SV, description="Of documents that do not say theirs: `sv` or `en`.")
    window: Window = Field(default=Window(), description="The window of the envelope.")
    has_giro_slip: Switch = Field(
        default=True, description="The first page ends with a giro slip (*inbetalningskort*)."
    )
    has_payment_code: Switch = Field(default=True, description="A square code that banks' apps read stands on it.")
    terms: dict[Language, Text] = Field(
        default_factory=dict, description="What is said of fees and interest, by language."
    )
    greeting: dict[Language, Text] = Field(default_factory=dict, description="A paragraph above the end, by language.")
