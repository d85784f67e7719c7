"""What a settled receivable leaves to be charged on the debtor's next invoice (*överföring till nästa faktura*).

Where fees are debited and interest is invoiced nothing is left; carrying is for what was printed only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.identifiers.identity_key import may_be_same
from hub.model.carried_charges import CarriedKind
from hub.model.dunning import DunningStep
from hub.model.receivables import OpenReceivable, Receivable, ReceivableKind
from hub.rules.charges import EntryFacts, came_to
from hub.rules.dunning.fees import Fee
from hub.rules.dunning.policies import FEE_OF
from hub.rules.payments.allocation import Cause as Allocation

_CARRIED_AS = {Fee.REMINDER: CarriedKind.REMINDER_FEE, Fee.DEMAND: CarriedKind.DEMAND_FEE}


class SettledReceivable(NamedTuple):
    """A fully paid receivable, with what was printed on its letters and what was never charged."""

    entries: Sequence[EntryFacts]
    printed_fees: Mapping[DunningStep, int]  # of steps that stand and debited no fee
    interest_left_ore: int  # chargeable, and neither debited nor invoiced


def left_to_charge(settled: SettledReceivable) -> Iterator[tuple[CarriedKind, int]]:
    """Yield each kind that is left with its amount in öre; what was paid after all is not charged again."""
    if settled.interest_left_ore > 0:
        yield CarriedKind.INTEREST, settled.interest_left_ore
    yield from _fees(settled)
    difference_ore = -came_to(settled.entries, Allocation.DIFFERENCE_CARRIED)
    if difference_ore:
        yield CarriedKind.DIFFERENCE, difference_ore


def refuse_to_carry_on(invoice: OpenReceivable, original: Receivable) -> None:
    """Refuse that what a receivable leaves stands on something else than a later invoice of its debtor.

    Raises RuleViolation.
    """
    if invoice.number == original.number:
        raise RuleViolation(f"the charge is of {original.number} itself: give the invoice that it was put on")
    if invoice.kind != ReceivableKind.INVOICE:
        kind = invoice.kind.replace("_", " ")
        raise RuleViolation(f"{invoice.number} is of kind {kind}: a charge is put on an invoice of the source system")
    identities = (invoice.debtor_identity, original.debtor_identity)
    if all(identities) and not may_be_same(*identities):
        raise RuleViolation(
            f"invoice {invoice.number} is of another debtor: take the charge off it, or check the number"
        )


def _fees(settled: SettledReceivable) -> Iterator[tuple[CarriedKind, int]]:
    """Yield printed fees that nobody has paid: what was paid of them is taken off the earliest."""
    paid_ore = came_to(settled.entries, Allocation.PRINTED_FEE_DEBITED)
    for step in DunningStep:
        fee_ore = settled.printed_fees.get(step, 0)
        left_ore = max(0, fee_ore - paid_ore)
        paid_ore = max(0, paid_ore - fee_ore)
        if left_ore:
            yield _CARRIED_AS[FEE_OF[step]], left_ore
