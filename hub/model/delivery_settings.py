"""How a tenant's documents are routed: the order of steps, by class of debtor, and how long is waited."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from hub.model.commands import Code
from hub.model.delivery import RouteStep
from hub.model.parties import DebtorClass

DEFAULT_ORDER = tuple(RouteStep)

Order = Annotated[tuple[RouteStep, ...], Field(min_length=1)]


class DeliverySettings(BaseModel):
    """The table `[delivery]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: Order = Field(
        default=DEFAULT_ORDER,
        description="Steps in the order they are tried: `internal`, `peppol`, `operator`, `internet_bank`, `kivra`, "
        "`email`, `letter`; one that is left out is never tried.",
    )
    order_for: dict[DebtorClass, Order] = Field(
        default_factory=dict, description="Another order for debtors of a class: `person`, `company`, `public`."
    )
    wait_for_reach_h: Annotated[StrictInt, Field(ge=0, le=240)] = Field(
        default=4, description="How long a document waits for a channel that cannot say now whom it reaches, in hours."
    )

    dispute_hold: Code = Field(
        default="dispute",
        description="Hold code (*kravkod*) that stops dunning when a buyer disputes an invoice in its network.",
    )

    def order_of(self, debtor_class: DebtorClass) -> tuple[RouteStep, ...]:
        """Return the steps for a class of debtor."""
        return self.order_for.get(debtor_class, self.order)

    @model_validator(mode="after")
    def _no_step_twice(self) -> Self:
        for order in (self.order, *self.order_for.values()):
            if len(set(order)) < len(order):
                raise ValueError("an order names a step twice")
        return self
