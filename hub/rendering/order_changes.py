"""Letters by which an application is lowered (*nedsättning*) or taken back (*återkallelse*), to be signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.model.order_to_pay_application import ClaimedReceivable, OrderApplication, OrderChange, ReducedClaim
from hub.model.orders_to_pay import InterestChoice, MessageKind
from hub.rendering.order_parts import amount, money, paper, sums, words


def change_data(application: OrderApplication, change: OrderChange) -> dict[str, Any]:
    """Return every text of a letter, in its place."""
    said = _said(change)
    facts = [[said["case"], change.case_no]] if change.case_no else []
    made = paper(application, said["titles"][change.kind], change.made_on, [*facts, [said["date"], change.made_on]])
    if change.kind is MessageKind.WITHDRAWAL:
        return made | {"opening": [*_withdrawn(application, change), *_reason(change)]}
    amounts = [(one.principal_ore, one.collection_ore, one.interest_ore) for one in change.claims]
    return made | {
        "opening": [said["reduced"].format(amount=money(change.lowered_ore), day=change.decided_on), *_reason(change)],
        "claims_heading": said["claims"],
        "claims": [_left(one, now) for one, now in zip(application.claims, change.claims, strict=True)],
        "sums": sums([sum(column) for column in zip(*amounts, strict=True)]),
        "closing": list(_goes_on(application, change)),
    }


def _said(change: OrderChange) -> Mapping[str, Any]:
    """Return the words of a change: of an application, or of what a decision enforces."""
    said: Mapping[str, Any] = words()["changes"]
    return {**said, **said["decided"]} if change.decided_on else said


def _withdrawn(application: OrderApplication, change: OrderChange) -> Iterator[str]:
    day = change.decided_on or application.applied_on
    yield _said(change)["withdrawn"].format(day=day, amount=money(application.total_ore))


def _reason(change: OrderChange) -> Iterator[str]:
    if change.reason:
        yield words()["changes"]["reason"].format(reason=change.reason)


def _left(one: ClaimedReceivable, now: ReducedClaim) -> list[str]:
    amounts = (now.principal_ore, now.collection_ore, now.interest_ore)
    return [str(one.claim_no), one.number, one.refers_to, one.invoice_date, one.due_date, *map(amount, amounts)]


def _goes_on(application: OrderApplication, change: OrderChange) -> Iterator[str]:
    said = _said(change)
    if application.interest.choice is not InterestChoice.NONE:
        yield said["interest"].format(day=application.interest.counted_to)
    if change.costs_ore or not change.decided_on:
        yield said["costs"].format(amount=money(change.costs_ore))
