"""How payments are matched (*avprickning*) in a company, and how much one may differ."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from hub.model.setting_values import KronorLimit, Switch


class DifferenceHandling(StrEnum):
    """What happens to a difference within the limits."""

    WRITE_OFF = "write_off"
    CARRY = "carry"  # to the debtor's next invoice


class DifferenceLimits(BaseModel):
    """How much a payment may differ and still settle its receivable. In Python the amounts are öre."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    over_payment_limit_ore: KronorLimit = Field(
        default=0, alias="over_payment_limit", description="Largest overpayment handled without a person, in kronor."
    )
    under_payment_limit_ore: KronorLimit = Field(
        default=0, alias="under_payment_limit", description="Largest underpayment handled without a person, in kronor."
    )
    difference_handling: DifferenceHandling = Field(
        default=DifferenceHandling.WRITE_OFF,
        description="`write_off` to its account, or `carry` to the debtor's next invoice.",
    )


class WithoutReference(StrEnum):
    """How a payment of a known debtor is placed when nothing says which receivable it is for."""

    OFF = "off"  # it waits for a person
    DEBTOR_CHOICE = "debtor_choice"  # only where the payer's words name receivables
    INTEREST_FIRST = "interest_first"  # the debtor's choice, then interest invoices, then the oldest due
    OLDEST_FIRST = "oldest_first"  # the debtor's choice, then the oldest due


class MatchSettings(BaseModel):
    """Which rules of matching (*avprickning*) are on. The exact reference always is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scan_texts: Switch = Field(default=True, description="Look for references in free text by their check digit.")
    match_invoice_number: Switch = Field(default=True, description="Look for invoice numbers in reference and text.")
    match_amount_and_payer: Switch = Field(
        default=True, description="Take the one open receivable with the payer's identity and exactly this amount."
    )
    without_reference: WithoutReference = Field(
        default=WithoutReference.OFF,
        description="`off`, `debtor_choice`, or after that choice `interest_first` or `oldest_first`.",
    )
