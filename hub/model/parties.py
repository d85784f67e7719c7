"""Who a document is for, and who sends it: names, numbers and addresses as documents carry them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hub.identifiers import organisation_number
from hub.model.import_rows import AddressLine, Identity, Name, ShortText
from hub.model.setting_values import COUNTRY, EMAIL_ADDRESS, POSTAL_CODE

CountryCode = Annotated[str, Field(pattern=COUNTRY)]
"""Two letters of ISO 3166-1."""

EmailAddress = Annotated[str, StringConstraints(max_length=254, pattern=EMAIL_ADDRESS)]
PostalCode = Annotated[str, StringConstraints(max_length=12, pattern=POSTAL_CODE)]


class DebtorClass(StrEnum):
    """What kind of debtor it is: the law and the routes differ."""

    PERSON = "person"
    COMPANY = "company"
    PUBLIC = "public"  # a public buyer gets an e-invoice (lag 2018:1277)


_PUBLIC = ("20", "21", "22", "23")  # the state, municipalities, their associations, regions; parishes have 25


def class_of(identity: str | None) -> DebtorClass:
    """Return what kind of debtor has an identity; one without is a person.

    Companies that a municipality owns have numbers as other companies have: of those the class is to be stated.
    """
    if identity is None or not organisation_number.is_valid(identity):
        return DebtorClass.PERSON
    return DebtorClass.PUBLIC if organisation_number.compact(identity).startswith(_PUBLIC) else DebtorClass.COMPANY


def class_of_kept(identity: str) -> DebtorClass:
    """Return the same of an identity that is kept: it was checked when it came in, and is not checked again."""
    digits = identity[-10:]
    if len(digits) < 10 or not digits.isdecimal() or digits[2] < "2":
        return DebtorClass.PERSON
    return DebtorClass.PUBLIC if digits.startswith(_PUBLIC) else DebtorClass.COMPANY


class PostalAddress(BaseModel):
    """Where post goes. Any part may be blank; whether it will do is for the letter to say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    care_of: AddressLine = Field(default="", description="Care of.")
    street: AddressLine = Field(default="", description="Street and number, or a box.")
    street_2: AddressLine = Field(default="", description="Second line of it.")
    postal_code: PostalCode = Field(default="", description="Postal code.")
    city: AddressLine = Field(default="", description="Town.")
    country: CountryCode = Field(default="SE", description="Two letters of ISO 3166-1.")

    @property
    def is_blank(self) -> bool:
        """Whether nothing of it is given."""
        return not (self.street or self.street_2 or self.postal_code or self.city)


class Debtor(BaseModel):
    """Who owes, as the document has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name = Field(description="Name.")
    number: ShortText = Field(default="", description="The creditor's number of the debtor (*kundnummer*).")
    identity: Identity | None = Field(default=None, description="Personal identity, coordination or organisation no.")
    debtor_class: DebtorClass | None = Field(default=None, description="Left out: told by the identity.")
    vat_number: ShortText = Field(default="", description="VAT number.")
    address: PostalAddress = Field(default=PostalAddress(), description="Where post goes.")
    email: EmailAddress = Field(default="", description="Email address.")
    email_consent: bool = Field(default=False, description="The debtor agreed to get invoices by email.")
    e_invoice_address: ShortText = Field(default="", description="Electronic address, such as `0007:5567321707`.")
    contact: Name = Field(default="", description="Who it is for at the debtor (*Er referens*).")
    is_protected: bool = Field(default=False, description="Protected identity: a person sees to how it goes out.")
