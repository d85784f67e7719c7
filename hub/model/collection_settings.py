"""When receivables are handed over to collection agencies, how that is booked, and what agencies know us by.

`[companies.collection]` says which receivables go where and when; `[[collection_agencies]]` of a tenant is the register
of what an agency and an organisation number have agreed on.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from hub.identifiers import organisation_number
from hub.model.collection import ClosingCode, CollectionStep
from hub.model.dunning import DunningStep
from hub.model.dunning_settings import HoldCodeName
from hub.model.import_rows import Name, ShortText
from hub.model.parties import DebtorClass
from hub.model.payee_account import read_account
from hub.model.setting_values import (
    FIELD_NAME,
    CurrencyCode,
    DayCount,
    KronorLimit,
    OptionalAccountCode,
    RoutineNumber,
    SettingName,
    Switch,
    checked_by,
)

AgencyName = Annotated[str, Field(pattern=FIELD_NAME)]
_OrganisationNumber = Annotated[str, checked_by(organisation_number.validate)]
_Account = Annotated[str, StringConstraints(max_length=60), AfterValidator(read_account)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TransferBasis(StrEnum):
    """What the days to a transfer are counted from."""

    DUE_DATE = "due_date"
    REMINDER_1 = "reminder_1"
    REMINDER_2 = "reminder_2"
    DEMAND = "demand"


class Closing(StrEnum):
    """What becomes of a receivable whose case has ended, with what is left of it."""

    REOPEN = "reopen"  # the hold ends: dunning goes on
    LEAVE = "leave"  # the hold stays, and a person is asked
    WRITE_OFF = "write_off"


class AmountWindow(_Table):
    """Between which amounts a receivable is handed over; what is open counts, fees and interest too."""

    minimum_ore: KronorLimit = Field(default=0, alias="minimum", description="The least, in kronor.")
    maximum_ore: KronorLimit | None = Field(default=None, alias="maximum", description="The most; left out: no limit.")


class TransferFilter(_Table):
    """Which receivables a rule takes; what is left out here is as the wider rule says."""

    after_days: DayCount | None = Field(default=None, description="Least number of days since the basis.")
    not_before: date | None = Field(
        default=None, description="Only what is due on that day or later: the day itself is in."
    )
    amounts: dict[CurrencyCode, AmountWindow] = Field(
        default_factory=dict, description="Amounts by currency; one that is not named has no limits."
    )


class TransferRule(TransferFilter):
    """One way of receivables to one agency."""

    name: SettingName = Field(description="Its name.")
    agency: AgencyName = Field(description="The agency, as its plugin calls it.")
    step: CollectionStep = Field(default=CollectionStep.COLLECT, description="`remind` or `collect`.")
    is_active: Switch = Field(default=True, description="false: it takes nothing.")
    routines: tuple[RoutineNumber, ...] = Field(default=(), description="Its routines; none: all.")
    counted_from: TransferBasis = Field(
        default=TransferBasis.DUE_DATE, description="`due_date`, `reminder_1`, `reminder_2` or `demand`."
    )
    needs_identity: Switch = Field(default=True, description="A debtor without a number is left out.")
    needs_demand: Switch = Field(
        default=False, description="Only after our own demand (*inkassokrav*), when its time is out."
    )
    marks_step: DunningStep | None = Field(
        default=None,
        description="The dunning step that counts as taken by the transfer, such as `reminder_1`. It is no letter of "
        "ours: a demand that is marked does not count as sent, and is still to come after a recall.",
    )
    settles: Switch = Field(
        default=False,
        description="true: the receivable is settled against `accounts` and followed there; false: it stays open.",
    )
    classes: dict[DebtorClass, TransferFilter] = Field(
        default_factory=dict, description="What differs for `person`, `company` or `public`; goes before the rule."
    )
    debtors: dict[ShortText, TransferFilter] = Field(
        default_factory=dict, description="What differs for debtors, by identity or customer number; goes before both."
    )
    excluded_debtors: tuple[ShortText, ...] = Field(
        default=(), description="Debtors that are never handed over, by identity or customer number."
    )


class CollectionAccounts(_Table):
    """Ledger accounts of what happens at agencies."""

    principal: OptionalAccountCode = Field(default="", description="Principal at agencies; needed with `settles`.")
    fee: OptionalAccountCode = Field(default="", description="Fees at agencies; left out: `principal`.")
    interest: OptionalAccountCode = Field(default="", description="Interest at agencies; left out: `principal`.")
    payouts: OptionalAccountCode = Field(
        default="",
        description="What agencies have settled and not paid out yet; needed for every transfer.",
    )
    commission: OptionalAccountCode = Field(default="", description="Agencies' commission; left out: `error_account`.")
    vat: OptionalAccountCode = Field(default="", description="VAT on it; left out: `error_account`.")
    court_costs: OptionalAccountCode = Field(
        default="", description="Costs of the court that debtors pay back; left out: the demand fees' account."
    )
    between_companies: OptionalAccountCode = Field(
        default="",
        description="Between companies of yours, where an agency pays one of them for several; left out: "
        "`error_account`.",
    )


class CollectionSettings(_Table):
    """The table `[companies.collection]`."""

    transfers: tuple[TransferRule, ...] = Field(
        default=(), description="What is handed over, where and when; the first rule that holds is used."
    )
    accounts: CollectionAccounts = Field(default=CollectionAccounts(), description="Ledger accounts.")
    closing: dict[ClosingCode, Closing] = Field(
        default_factory=dict,
        description="By closing code: `reopen`, `leave` or `write_off`; left out: `reopen` for cases that were paid, "
        "credited, withdrawn or refused, `leave` for all others.",
    )

    @model_validator(mode="after")
    def _rules_can_be_told_apart(self) -> Self:
        names = [rule.name for rule in self.transfers]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two transfers are called {twice}")
        if self.transfers and not self.accounts.payouts:
            raise ValueError("transfers need accounts.payouts")
        if not self.accounts.principal and any(rule.settles for rule in self.transfers):
            raise ValueError("a transfer that settles needs accounts.principal")
        collecting = {rule.agency for rule in self.transfers if rule.step is CollectionStep.COLLECT}
        reminding = [one for one in self.transfers if one.settles and one.step is CollectionStep.REMIND]
        if never := next((one for one in reminding if one.agency in collecting), None):
            raise ValueError(
                f"the transfer {never.name} settles what {never.agency} is to remind of, so that no rule would take it "
                "further: let the step collect settle, or neither"
            )
        return self


class AgencyAgreement(_Table):
    """One line of the register `[[collection_agencies]]`: an agency and one of our organisation numbers."""

    agency: AgencyName = Field(description="The agency, as its plugin calls it.")
    organisation_number: _OrganisationNumber = Field(description="Of our companies that the agreement is for.")
    company_name: Name = Field(default="", description="Our name there; left out: the company's.")
    customer_no: ShortText = Field(default="", description="Our number at the agency.")
    group_no: ShortText = Field(default="", description="The group's number there (*koncernnummer*).")
    giro_numbers: tuple[_Account, ...] = Field(
        default=(), description="Accounts that the agency pays out from, such as `bankgiro:991-2346`."
    )
    hold_code: HoldCodeName = Field(
        default="inkasso", description="The hold (*kravkod*) of what is at the agency; it stops what its code says."
    )
    watch_text: str = Field(
        default="", max_length=60, description="Text of a payment watch on what is at the agency; left out: no watch."
    )
    reports_direct_payments: Switch = Field(
        default=True, description="false: the agency does not want to be told what debtors pay to us."
    )
    confirms_recalls: Switch = Field(
        default=True, description="false: it never answers a recall, so a case is closed when its recall has arrived."
    )
    answer_banking_days: DayCount = Field(
        default=5,
        description="Banking days after which `hub doctor` asks about what the agency has not answered; 0: it answers "
        "nothing.",
    )
    payout_banking_days: DayCount = Field(
        default=5, description="Banking days after which a settlement without its money becomes a task."
    )
