"""An application for enforcement of a decision (*ansökan om verkställighet*), to be printed and signed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hub.model.enforcement_application import EnforcedReceivable, EnforcementApplication
from hub.model.order_to_pay_application import OrderApplication
from hub.model.orders_to_pay import EnforcementWish, InterestChoice
from hub.rendering.order_parts import amount, money, paper, sums, words


def enforcement_data(filed: OrderApplication, asked: EnforcementApplication) -> dict[str, Any]:
    """Return every text of the application, in its place; `filed` is the application that was decided."""
    said = words()["enforcing"]
    now = filed.model_copy(
        update={"authority": asked.authority, "applicant": asked.applicant, "respondent": asked.respondent}
    )
    facts = [[said["case"], asked.case_no], [said["decided"], asked.decided_on], [said["date"], asked.applied_on]]
    return paper(now, said["title"], asked.applied_on, facts) | {
        "opening": [said["opening"].format(case=asked.case_no, day=asked.decided_on)],
        "claims_heading": said["claims"],
        "claims": [_owed(one) for one in asked.claims],
        "sums": sums((asked.principal_ore, asked.collection_ore, asked.interest_ore)),
        "closing": [*_lowered(asked), *_interest(asked)],
        "groups": [{"heading": said["choices"], "choices": list(_choices(asked)), "notes": []}],
        "costs_heading": said["sum"],
        "costs": list(_costs(asked)),
        "total": [said["total"], money(asked.total_ore)],
        "special": asked.special_information,
    }


def _owed(one: EnforcedReceivable) -> list[str]:
    amounts = (one.principal_ore, one.collection_ore, one.interest_ore)
    return [str(one.claim_no), one.number, one.refers_to, one.invoice_date, one.due_date, *map(amount, amounts)]


def _lowered(asked: EnforcementApplication) -> Iterator[str]:
    numbers = {one.claim_no: one.number for one in asked.claims}
    for one in asked.lowered:
        yield words()["enforcing"]["lowered"].format(
            number=numbers[one.claim_no], day=one.on, amount=money(one.amount_ore)
        )


def _interest(asked: EnforcementApplication) -> Iterator[str]:
    said, interest = words()["enforcing"]["interest"], asked.interest
    if interest.choice is not InterestChoice.NONE:
        rate = interest.rate_percent.replace(".", ",")
        yield said[interest.choice].format(day=interest.counted_to, rate=rate)


def _choices(asked: EnforcementApplication) -> Iterator[list[Any]]:
    said = words()["enforcement_choices"]
    for wish in (EnforcementWish.LIMITED, EnforcementWish.FULL):
        yield [asked.enforcement is wish, said[wish]]
    yield [asked.has_real_property, said["real_property"]]


def _costs(asked: EnforcementApplication) -> Iterator[list[str]]:
    said = words()
    yield [said["columns"]["principal"], amount(asked.principal_ore)]
    yield [said["columns"]["collection"], amount(asked.collection_ore)]
    yield [said["columns"]["interest"], amount(asked.interest_ore)]
    yield [said["costs"], amount(asked.costs_ore)]
