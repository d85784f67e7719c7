"""The table `[plugins.collection_agencies.amili]`."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from hub.contracts import PluginSettings, SecretReference
from hub.model.collection import ClosingCode, Stage
from hub_collection_agencies.folder_settings import Accounts

STAGES = {
    "initializing": Stage.TRANSFERRED,
    "initialized": Stage.TRANSFERRED,
    "reminder": Stage.REMINDER_SENT,
    "debt_collection": Stage.DEMAND_SENT,
    "debt_collection_active": Stage.DEMAND_SENT,
    "closed": Stage.CLOSED,
}
"""What is known of Amili's words; all others are `unknown`, until the settings say what they mean."""

CATEGORIES = {
    "capital": "capital",
    "interest": "interest",
    "reminder_fee": "reminder_fee",
    "debt_collection_fee": "demand_fee",
    "court_costs": "court_costs",
    "commission": "commission",
}


class AmiliSettings(PluginSettings):
    """Amili's API for the creditors of one tenant; each creditor's id is its `customer_no` in the register."""

    address: str = Field(
        default="", max_length=200, description="Where the API is; Amili's own sandbox is https://api-sandbox.amili.se."
    )
    api_key: SecretReference | None = Field(
        default=None, description="Access token, by reference: env:NAME or file:PATH."
    )
    account: str = Field(default="", max_length=100, description="Id of the account at Amili.")
    debt_description: str = Field(
        default="Faktura",
        min_length=1,
        max_length=200,
        description="What a debt is for, where the claim does not say it.",
    )
    giro_numbers: Accounts = Field(
        default=(), description="Accounts that Amili pays out from, such as `bankgiro:991-2346`."
    )
    stages: dict[str, Stage] = Field(
        default_factory=dict, description="What further states and statuses of Amili mean, such as `paused`."
    )
    closing_codes: dict[str, ClosingCode] = Field(
        default_factory=dict, description="Why a case has ended, by the status it ended with."
    )
    categories: dict[str, str] = Field(
        default_factory=dict,
        description="What finance categories of payouts are: `capital`, `interest`, `reminder_fee`, `demand_fee`, "
        "`court_costs` or `commission`.",
    )
    begins_on: date | None = Field(
        default=None, description="Cases and payouts of Amili from before this day are not fetched; left out: all are."
    )
    list_every_days: int = Field(
        default=7,
        ge=0,
        le=366,
        description="After how many days all open cases are asked for again, for `hub collection reconcile`; 0: never.",
    )
    page_size: int = Field(default=100, ge=1, le=1000, description="How much is asked for at once.")
    timeout_s: float = Field(default=30.0, gt=0, le=300, description="How long a call may take in all, in seconds.")
