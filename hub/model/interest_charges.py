"""Interest that is charged by an invoice of its own. Amounts are whole öre, dates ISO text."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, StringConstraints

from hub.model.command_dates import IsoDate

KIND = "interest_invoices"  # of its plans and runs
STEP = "interest_invoice"  # of its items

_Short = Annotated[str, StringConstraints(max_length=100)]


class PaidSelection(BaseModel):
    """Which fully paid receivables a run of interest invoices is about; what is left empty is not asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    companies: tuple[_Short, ...] = ()
    routines: tuple[_Short, ...] = ()
    number: _Short = ""
    number_to: _Short = ""
    department: _Short = ""
    paid_from: IsoDate | None = None
    paid_until: IsoDate | None = None


class HandedOver(StrEnum):
    """Who asks the debtor for the interest in our place."""

    AT_AGENCY = "at_agency"  # a case is open: the agency collects what has been earned
    APPLIED_FOR = "applied_for"  # an order to pay has been applied for, and asks for it
    COLLECTED = "collected_by_agency"  # a case has ended, and the agency has settled money of it
    ENFORCED = "collected_by_authority"  # an order to pay has ended, and the authority has collected interest of it


class ChargedElsewhere(NamedTuple):
    """Interest of a receivable that stands charged outside it, and who asks for it in our place."""

    invoiced_ore: int = 0
    invoiced_until: str = ""  # the last day that the invoices bear
    carried_ore: int = 0
    handed_over: str = ""  # `HandedOver`, where somebody else collects it or has

    @property
    def amount_ore(self) -> int:
        """All that we have charged."""
        return self.invoiced_ore + self.carried_ore


class InterestCharge(NamedTuple):
    """Interest of one receivable that an invoice asks for, in the order of its table's columns."""

    receivable_id: int
    charge_no: int
    amount_ore: int
    first_day: str
    last_day: str
    days: int
    invoice_id: int
    plan_no: int
    charged_at: str
    undone_at: str | None = None
    earned_ore: int = 0  # all the interest by then, charged or not
