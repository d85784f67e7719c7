"""What a case costs, and what of it the debtor may be asked for."""

from __future__ import annotations

from datetime import date

from hub.errors import RuleViolation
from hub.model.orders_to_pay import FeePayment, OrderTerms
from hub.rules.dunning.fees import Fee, cap_of, refuse_order_to_pay_costs


def application_fee_ore(on: date) -> int:
    """Return the application fee of a day: förordningen (1992:1094) 1 §; charged also of what is withdrawn."""
    return cap_of(Fee.APPLICATION, on).amount_ore


def refuse_costs(terms: OrderTerms, on: date) -> None:
    """Refuse costs above the cap, unless a special reason is recorded.

    Lagen (1990:746) 48 §: own work and agent together, unless there is a special reason. The reason goes with the
    application.

    Raises:
        RuleViolation: they are above it, or below zero.
    """
    if min(terms.own_work_ore, terms.agent_ore, terms.other_ore) < 0:
        raise RuleViolation("a cost cannot be below zero", paragraph=cap_of(Fee.OWN_WORK_AND_AGENT, on).statute)
    if not terms.costs_reason:
        refuse_order_to_pay_costs(terms.own_work_ore, terms.agent_ore, on)


def refuse_fee_payment(terms: OrderTerms, fee_giro: str) -> None:
    """Refuse a fee that is to be paid to a giro that is not known. Raises RuleViolation."""
    if terms.fee_payment == FeePayment.GIRO and not fee_giro:
        raise RuleViolation(
            "the application fee is to be paid to the authority's giro, and none is given: set fee_giro, or "
            "fee_payment to enclosed or invoiced"
        )
