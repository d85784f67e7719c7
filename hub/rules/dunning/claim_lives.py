"""How long a claim lives (*preskription*): by the letters that were sent, and by what people have told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from hub.banking_calendar import swedish_date
from hub.model.company import Company
from hub.model.dunning_plans import OpenDebt, StepTaken
from hub.model.limitation import InterruptedBy, Interruption
from hub.model.parties import DebtorClass, class_of_kept
from hub.rules.dunning.limitation import Life, life_of, limitation_years


def claim_life(debt: OpenDebt, company: Company, steps: Iterable[StepTaken], told: Iterable[Interruption]) -> Life:
    """Return the last day of a claim's life, and what it counts from; it counts as arisen on its invoice date."""
    is_person = class_of_kept(debt.debtor_identity) is DebtorClass.PERSON
    is_consumer_claim = is_person and company.dunning.lapses_as_consumer_debt
    arose_on = date.fromisoformat(debt.invoice_date)
    interruptions = [one for one in (*_sent(steps), *told) if one.on >= arose_on]
    return life_of(arose_on, limitation_years(is_consumer_claim=is_consumer_claim), interruptions)


def day_sent(sent_at: str) -> date:
    """Return the day in Sweden of an ISO time."""
    return swedish_date(datetime.fromisoformat(sent_at))


def _sent(steps: Iterable[StepTaken]) -> Iterator[Interruption]:
    """Yield the letters that were sent: preskriptionslagen (1981:130) 5 §."""
    for step in steps:
        if step.sent_at and step.is_sent_by_us:
            yield Interruption(InterruptedBy.WRITTEN_DEMAND, day_sent(step.sent_at))
