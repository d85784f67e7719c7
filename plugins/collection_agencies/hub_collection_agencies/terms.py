"""What agencies that take files differ in, besides their layouts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.model.collection import CollectionStep, Payee, StepTerms

COLLECTS = StepTerms(Payee.AGENCY, keeps_fees=True)
REMINDS_FOR_CREDITOR = StepTerms(Payee.CREDITOR, keeps_fees=False, is_fee_bearing_reminder=True)
REMINDS_AS_PAYEE = StepTerms(Payee.AGENCY, keeps_fees=True, is_fee_bearing_reminder=True)
DEFAULT_LAYOUT = "layouts/default.toml"


@dataclass(frozen=True)
class Profile:
    """One agency."""

    name: str
    title: str
    steps: Mapping[CollectionStep, StepTerms]
    layout: str = DEFAULT_LAYOUT  # within the package, where the settings give none
    needs: tuple[str, ...] = ("customer_no",)  # of the register's terms, without which it takes nothing
    nets_corrections: bool = False  # rows below zero are not understood there
