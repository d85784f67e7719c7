"""How a company applies for orders to pay: applicant and agent are written once, and reused."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from hub.identifiers import plusgiro_number
from hub.model.import_rows import NO_CONTROL_CHARACTERS, ShortText
from hub.model.orders_to_pay import EnforcementWish, FeePayment
from hub.model.payee_account import read_account
from hub.model.setting_values import KronorLimit, SettingName, Switch, checked_by

MOST_ROWS, LONGEST_ROW = 5, 30

FormRow = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ROW, pattern=NO_CONTROL_CHARACTERS)]
FormRows = Annotated[tuple[FormRow, ...], Field(max_length=MOST_ROWS)]

_Account = Annotated[str, StringConstraints(max_length=60), AfterValidator(read_account)]


def _giro(text: str) -> str:
    return plusgiro_number.validate(text) if text else ""


class OrderToPaySettings(BaseModel):
    """The table `[companies.orders_to_pay]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filer: SettingName | None = Field(
        default=None, description="What files applications, such as `kronofogden`; left out: on paper, by people."
    )
    applicant: FormRows = Field(
        default=(), description="Name and address, at most 5 rows of 30; left out: the company's name and letterhead."
    )
    agent: FormRows = Field(default=(), description="The agent (*ombud*): name and address, at most 5 rows of 30.")
    agent_code: ShortText = Field(default="", description="The agent's code at the authority (*ombudskod*).")
    authority: Annotated[str, StringConstraints(max_length=20)] = Field(
        default="", description="The office applied to: its town in the register, `hub authorities`."
    )
    fee_payment: FeePayment = Field(
        default=FeePayment.GIRO, description="How the application fee is paid: `giro`, `enclosed` or `invoiced`."
    )
    fee_giro: Annotated[str, checked_by(_giro)] = Field(
        default="", description="The authority's plusgiro for the fee; needed with `giro`."
    )
    giro_numbers: tuple[_Account, ...] = Field(
        default=(),
        description="Accounts that the authority pays out from, such as `bankgiro:991-2346`: it knows of that money.",
    )
    own_work_ore: KronorLimit = Field(
        default=38_000, alias="own_work", description="Claimed for own work, in whole kronor, at most the cap."
    )
    agent_cost_ore: KronorLimit = Field(
        default=0,
        alias="agent_cost",
        description="Claimed for the agent, in whole kronor; with own work at most the cap.",
    )
    enforcement: EnforcementWish = Field(
        default=EnforcementWish.LIMITED, description="After a decision: `limited`, `full` or `none`."
    )
    has_real_property: Switch = Field(default=False, description="Real property is to be looked for too.")
    books_costs: Switch = Field(
        default=False,
        description="Costs that a decision awards are debited to the receivable that is due first; else they are "
        "kept beside it.",
    )
