"""What each bank asks of a pain.001, as data: see `bank_profiles.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

Version = Literal["03", "09"]
DebitVersion = Literal["02", "08"]


class BankProfile(BaseModel):
    """One bank's pain.001."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    bic: str
    versions: tuple[Version, ...]
    bankgiro_member: str
    plusgiro_scheme: Literal["BBAN", "PGNR"]
    plusgiro_members: dict[str, str]
    draws_giro_on: Literal["bankgiro", "account", "either"]
    service_level: str
    category_purpose: str
    initiating_id: str
    debtor_id: str
    must_have: tuple[str, ...]
    needs_town: bool
    longest_giro_text: int
    longest_text: int
    debit_versions: tuple[DebitVersion, ...]
    debit_sequence: str

    def plusgiro_member(self, number: str) -> str:
        """Return the clearing number that a plusgiro number is paid through."""
        beginning = max((one for one in self.plusgiro_members if number.startswith(one)), key=len)
        return self.plusgiro_members[beginning]


@cache
def bank_profiles() -> Mapping[str, BankProfile]:
    """Return the profiles by the names that settings use."""
    written = tomllib.loads((files("hub_autopay") / "bank_profiles.toml").read_text(encoding="utf-8"))
    shared = written["any"]
    return {name: BankProfile.model_validate({**shared, **own}) for name, own in written.items()}
