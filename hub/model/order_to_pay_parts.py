"""What applications to the enforcement authority have in common: who applies, who is to pay, and with what interest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from hub.model.claims import DebtorKind, IdentityType
from hub.model.order_to_pay_settings import FormRows
from hub.model.orders_to_pay import InterestChoice
from hub.model.parties import PostalAddress


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Applicant(_Part):
    """Who applies (*sökande*)."""

    name: str
    organisation_number: str = Field(description="Ten digits.")
    rows: FormRows = Field(description="As the form prints it: name and address.")
    phone: str = ""
    email: str = ""
    bankgiro: str = ""
    plusgiro: str = ""


class Agent(_Part):
    """Who acts for the applicant (*ombud*)."""

    rows: FormRows = ()
    code: str = Field(default="", description="The agent's code at the authority (*ombudskod*).")


class Respondent(_Part):
    """Who is to pay (*svarande*)."""

    kind: DebtorKind
    identity: str = Field(description="10 or 12 digits without a sign.")
    identity_type: IdentityType
    name: str
    address: PostalAddress = PostalAddress()
    phone: str = ""
    mobile: str = ""
    email: str = ""


class ClaimedInterest(_Part):
    """Interest that is asked for, on the principal of each receivable."""

    choice: InterestChoice
    rate_percent: str = Field(default="", description="Of `other`: per cent a year.")
    ground: str = Field(default="", description="Why it is higher than the law's.")
    counted_to: str = Field(description="The day of the application; it runs on until payment is made.")
