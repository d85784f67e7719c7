"""The commands about instalment plans."""

from __future__ import annotations

from collections.abc import Callable

from hub.model.instalment_plan_commands import EndInstalmentPlan, MakeInstalmentPlan
from hub.rules.interest.reference_rates import ReferenceRates
from hub.services.books import Handlers
from hub.services.instalment_plans.ending import end_instalment_plan
from hub.services.instalment_plans.making import PlanMaker
from hub.services.ports import Deliver


def plan_handlers(rates: Callable[[], ReferenceRates], deliver: Deliver) -> Handlers:
    """Return what carries the commands out; `rates` are those of the home, `deliver` hands letters to delivery."""
    return {MakeInstalmentPlan: PlanMaker(rates, deliver), EndInstalmentPlan: end_instalment_plan}
