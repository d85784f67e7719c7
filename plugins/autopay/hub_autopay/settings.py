"""The `[plugins.autopay]` table of a tenant."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.contracts import PluginSettings
from hub.model.setting_values import PLUGIN_NAME, OptionalChannelName, Switch
from hub_autopay.bank_profiles import BankProfile, DebitVersion, Version, bank_profiles
from hub_autopay.connection_settings import ConnectionSettings
from hub_autopay.debit_values import DebitTerms
from hub_autopay.order_values import Terms

ConnectionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
WriterName = Annotated[str, Field(pattern=PLUGIN_NAME)]
AgreedId = Annotated[str, Field(pattern=r"^[0-9A-Za-z./-]{0,35}$")]


def _known_profile(name: str) -> str:
    if name not in bank_profiles():
        raise ValueError(f"no such bank is known; there are: {', '.join(sorted(bank_profiles()))}")
    return name


class PaymentOrderSettings(BaseModel):
    """How payment orders (*utbetalning*) to one bank are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank: Annotated[str, AfterValidator(_known_profile)] = Field(
        description="Which bank's rules: `seb`, `swedbank`, `handelsbanken`, `nordea`, `danske`, `lansforsakringar`, "
        "or `any`."
    )
    version: Version | None = Field(
        default=None, description="Version of pain.001.001: `03` or `09`; left out: the first that the bank takes."
    )
    channel: OptionalChannelName = Field(
        default="", description="The delivery channel that takes files to the bank; left out: nothing can be ordered."
    )
    initiating_id: AgreedId = Field(
        default="", description="Who sends, as agreed with the bank (Nordea: SignerId); left out: as the bank's rules."
    )
    debtor_id: AgreedId = Field(
        default="", description="Who pays, as agreed with the bank (Nordea: agreement number); left out: as the rules."
    )
    book_singly: Switch = Field(
        default=False, description="Ask for one statement entry for each payment, not one for all."
    )

    @property
    def profile(self) -> BankProfile:
        """The bank's rules."""
        return bank_profiles()[self.bank]

    @property
    def terms(self) -> Terms:
        """What a file is written by."""
        version = self.version or self.profile.versions[0]
        return Terms(self.profile, version, self.initiating_id, self.debtor_id, self.book_singly)

    @model_validator(mode="after")
    def _has_what_the_bank_wants(self) -> Self:
        for name in self.profile.must_have:
            if not getattr(self, name):
                raise ValueError(f"{self.profile.title} gives {name} with its agreement: write it here")
        if self.version and self.version not in self.profile.versions:
            raise ValueError(f"{self.profile.title} takes the versions {', '.join(self.profile.versions)}")
        return self


class DirectDebitSettings(BaseModel):
    """How requests to collect (*autogiro*) go to one bank as pain.008."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank: Annotated[str, AfterValidator(_known_profile)] = Field(
        description="Which bank's rules: `nordea`, or `any_debits`. The others are not known to take pain.008."
    )
    version: DebitVersion | None = Field(
        default=None, description="Version of pain.008.001: `02` or `08`; left out: the first that the bank takes."
    )
    channel: OptionalChannelName = Field(
        default="", description="The delivery channel that takes files to the bank; left out: nothing is sent."
    )
    creditor_name: Annotated[str, Field(min_length=1, max_length=70)] = Field(description="Who collects, for payers.")
    initiating_id: AgreedId = Field(default="", description="Who sends, as agreed with the bank.")
    creditor_id: AgreedId = Field(default="", description="Who collects, as agreed with the bank.")

    @property
    def terms(self) -> DebitTerms:
        """What a file is written by."""
        profile = bank_profiles()[self.bank]
        version = self.version or profile.debit_versions[0]
        return DebitTerms(profile, version, self.creditor_name, self.initiating_id, self.creditor_id)

    @model_validator(mode="after")
    def _is_taken(self) -> Self:
        profile = bank_profiles()[self.bank]
        if not profile.debit_versions:
            raise ValueError(f"{profile.title} is not known to take pain.008: collect by Autogiro, plugin bankgiro")
        if self.version and self.version not in profile.debit_versions:
            raise ValueError(f"{profile.title} takes the versions {', '.join(profile.debit_versions)}")
        return self


class AutopaySettings(PluginSettings):
    """Settings of the ISO 20022 messages, where those of the readers suit every Swedish bank, and of connections."""

    warnings_per_code: StrictInt = Field(
        default=20,
        ge=1,
        le=1000,
        description="How many warnings of one kind are shown for a file before they are only counted.",
    )
    payment_orders: dict[WriterName, PaymentOrderSettings] = Field(
        default_factory=dict,
        description="How payment orders are written, by a name of your own that `refunds.writer` of a company says.",
    )
    direct_debits: dict[WriterName, DirectDebitSettings] = Field(
        default_factory=dict,
        description="How requests to collect are written as pain.008, by a name that `direct_debit.scheme` says.",
    )
    connections: dict[ConnectionName, ConnectionSettings] = Field(
        default_factory=dict,
        description="Agreements with banks that files are fetched from and handed over to, by name.",
    )
    refuse_partial_statements: Switch = Field(
        default=False,
        description="Refuse a camt.053 statement that holds fewer entries than its own summary states; "
        "otherwise it is read with the warning PARTIAL_STATEMENT.",
    )
