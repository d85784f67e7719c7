"""The form of an application for an order to pay (*ansökan om betalningsföreläggande*), ready to be printed and signed.

It holds what the application holds, in the order in which the authority asks for it. It is a form of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hub.model.order_to_pay_application import ClaimedReceivable, OrderApplication
from hub.model.orders_to_pay import EnforcementWish, FeePayment, InterestChoice
from hub.rendering.order_parts import amount, money, paper, sums, words


def form_data(application: OrderApplication) -> dict[str, Any]:
    """Return every text of the form, in its place."""
    said = words()
    groups = (
        (said["interest"], _interest(application), _interest_notes(application)),
        (said["enforcement"], _enforcement(application), ()),
        (said["fee"], _fee(application), ()),
    )
    amounts = (application.principal_ore, application.collection_ore, application.interest_ore)
    return paper(application, said["title"], application.applied_on, [[said["date"], application.applied_on]]) | {
        "claims": [_claim(one) for one in application.claims],
        "sums": sums(amounts),
        "closing": [_demand(application.claims)],
        "groups": [
            {"heading": heading, "choices": list(choices), "notes": list(notes)} for heading, choices, notes in groups
        ],
        "costs": list(_costs(application)),
        "cost_notes": _cost_notes(application),
        "total": [said["total"], money(application.total_ore)],
        "special": application.special_information,
    }


def _claim(one: ClaimedReceivable) -> list[str]:
    assigned = one.original_creditor
    refers_to = one.refers_to
    if assigned:
        refers_to = f"{refers_to}. {words()['original_creditor'].format(name=assigned)}"
    amounts = (one.principal_ore, one.collection_ore, one.interest_ore)
    return [str(one.claim_no), one.number, refers_to, one.invoice_date, one.due_date, *map(amount, amounts)]


def _demand(claims: Sequence[ClaimedReceivable]) -> str:
    days = sorted(one.demand_sent_on for one in claims)
    which = "demand" if days[0] == days[-1] else "demands"
    return str(words()[which].format(first=days[0], last=days[-1]))


def _interest(application: OrderApplication) -> Iterator[list[Any]]:
    said, interest = words()["interest_choices"], application.interest
    rate = interest.rate_percent.replace(".", ",")
    yield [interest.choice is InterestChoice.STATUTORY, said["statutory"]]
    is_other = interest.choice is InterestChoice.OTHER
    yield [is_other, said["other"].format(rate=rate) if is_other else said["other_blank"]]
    yield [interest.choice is InterestChoice.NONE, said["none"]]


def _interest_notes(application: OrderApplication) -> Iterator[str]:
    said, interest = words()["interest_choices"], application.interest
    if interest.ground:
        yield said["ground"].format(ground=interest.ground)
    if interest.choice is not InterestChoice.NONE:
        yield said["counted"].format(day=interest.counted_to)


def _costs(application: OrderApplication) -> Iterator[list[str]]:
    said, costs = words()["cost_rows"], application.costs
    yield [said["application_fee"], amount(costs.application_fee_ore)]
    yield [said["own_work"], amount(costs.own_work_ore)]
    yield [said["agent"], amount(costs.agent_ore)]
    if costs.other_ore:
        yield [costs.other_label, amount(costs.other_ore)]
    yield [said["total"], amount(costs.total_ore)]


def _cost_notes(application: OrderApplication) -> list[str]:
    reason = application.costs.reason
    return [words()["reason"].format(reason=reason)] if reason else []


def _enforcement(application: OrderApplication) -> Iterator[list[Any]]:
    said = words()["enforcement_choices"]
    for wish in (EnforcementWish.LIMITED, EnforcementWish.FULL, EnforcementWish.NONE):
        yield [application.enforcement is wish, said[wish]]
    yield [application.has_real_property, said["real_property"]]


def _fee(application: OrderApplication) -> Iterator[list[Any]]:
    said, costs = words()["fee_payments"], application.costs
    is_giro = costs.fee_payment is FeePayment.GIRO
    yield [is_giro, said["giro"].format(giro=costs.fee_giro) if is_giro else said["giro_blank"]]
    for way in (FeePayment.ENCLOSED, FeePayment.INVOICED):
        yield [costs.fee_payment is way, said[way]]
