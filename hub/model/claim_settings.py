"""What a company's claims say when they are handed over, whoever they go to."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from hub.model.claims import DebtorFlag
from hub.model.dunning_settings import HoldCodeName
from hub.model.import_rows import Name, ShortText
from hub.model.parties import EmailAddress
from hub.model.payee_account import read_account

_Account = Annotated[str, StringConstraints(max_length=60), AfterValidator(lambda text: text and read_account(text))]


class ClaimSettings(BaseModel):
    """The table `[companies.claims]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    payout_account: _Account = Field(
        default="",
        description="Where whoever collects pays to, such as `bankgiro:991-2346`; left out: the first payee account.",
    )
    contact_name: Name = Field(default="", description="Whom the receiver of a claim asks.")
    contact_phone: ShortText = Field(default="", description="Left out: the letterhead's.")
    contact_email: EmailAddress = Field(default="", description="Left out: the letterhead's.")
    original_creditor: Name = Field(default="", description="Of assigned claims: whose they were.")
    hold_flags: dict[HoldCodeName, DebtorFlag] = Field(
        default_factory=dict,
        description="What hold codes say of the debtor: `deceased`, `bankrupt`, `debt_relief`, `guardian`, "
        "`protected_identity` or `minor`; documents about what is held as `protected_identity` wait for a person.",
    )

    @property
    def protecting_codes(self) -> frozenset[str]:
        """Hold codes that say that the debtor's identity is protected."""
        return frozenset(code for code, flag in self.hold_flags.items() if flag is DebtorFlag.PROTECTED_IDENTITY)
