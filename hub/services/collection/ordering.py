"""Writing orders: what an agency is told of cases, kept until it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import BaseModel

from hub.model.claims import Claim, ClaimDebtor
from hub.model.collection import (
    AgencyTerms,
    CaseOrder,
    CollectionStep,
    Crediting,
    DirectPayment,
    OrderKind,
    RecallReason,
)
from hub.model.collection_cases import SOURCE, Case, CaseState, Order, OrderState
from hub.services.ports import UnitOfWork

TOLD = "case_told"  # event


class Draft(NamedTuple):
    """An order that is to be made; its part is what its kind needs."""

    case: Case
    kind: OrderKind
    part: dict[str, object]
    step: str = ""  # blank: the case's


def part_of(model: BaseModel) -> dict[str, object]:
    """Return a part of an order as it is kept."""
    return dict(model.model_dump(mode="json"))


def write_orders(work: UnitOfWork, drafts: Sequence[Draft]) -> list[Order]:
    """Keep orders, in their order, and tell of those that change a case that is there.

    Of a case that is being taken back the agency is spared them, unless it turns out to keep it.
    """
    if not drafts:
        return []
    first = work.collection_orders.take_numbers(len(drafts))
    orders = [
        Order(
            order_no=number,
            case_no=draft.case.case_no,
            order_key=f"{draft.case.claim_id}-{number}",
            kind=draft.kind,
            step=draft.step or draft.case.step,
            state=OrderState.DROPPED if _is_spared(draft) else OrderState.WAITING,
            on_day=work.today,
            body=json.dumps(draft.part, ensure_ascii=False),
        )
        for number, draft in enumerate(drafts, first)
    ]
    work.collection_orders.add(orders)
    for draft, order in zip(drafts, orders, strict=True):
        if draft.kind is not OrderKind.CLAIM and order.waits:
            tell(work, TOLD, draft.case, order_no=order.order_no, order=order.kind, part=_told(draft.part))
    return orders


def _is_spared(draft: Draft) -> bool:
    return draft.case.state == CaseState.RECALLING and draft.kind is not OrderKind.RECALL


def write_anew(work: UnitOfWork, orders: Sequence[Order], cases: Mapping[int, Case]) -> list[Order]:
    """Replace orders that had messages of their own, which are told as often as they are sent, by equal ones."""
    if not orders:
        return []
    first = work.collection_orders.take_numbers(len(orders))
    anew = [
        order._replace(
            order_no=number,
            order_key=f"{cases[order.case_no].claim_id}-{number}",
            state=OrderState.WAITING,
            exchange_no=None,
            code="",
            text="",
        )
        for number, order in enumerate(orders, first)
    ]
    work.collection_orders.change(order._replace(state=OrderState.DROPPED) for order in orders)
    work.collection_orders.add(anew)
    return anew


def said_of(order: Order) -> dict[str, object]:
    """Return what the feed says of an order."""
    return _told(json.loads(order.body))


def _told(part: dict[str, object]) -> dict[str, object]:
    """Return what the feed says of a part: amounts and days, and of a debtor only which fields have changed."""
    return {name: value for name, value in part.items() if name != "debtor"}


def tell(work: UnitOfWork, event: str, case: Case, **data: object) -> None:
    """Record what has happened to a case."""
    about = {
        "case_no": case.case_no,
        "claim_id": case.claim_id,
        "receivable_id": case.receivable_id,
        "company": case.company,
        "agency": case.agency,
        "step": case.step,
        "agency_case_no": case.agency_case_no,
    }
    work.events.record(event, **{**about, **data})


def source_of(case: Case) -> str:
    """Return the source of the hold that a case has set."""
    return f"{SOURCE}:{case.agency}"


def case_order(order: Order, case: Case, claim: Claim, terms: AgencyTerms) -> CaseOrder:
    """Return an order as an agency's adapter takes it; the claim has the agency's own numbers, once they are known."""
    part = json.loads(order.body)
    numbers = {
        "agency_case_no": case.agency_case_no,
        "agency_ocr": case.agency_ocr,
        "claim_version": case.claim_version,
    }
    return CaseOrder(
        order_key=order.order_key,
        order_no=order.order_no,
        kind=OrderKind(order.kind),
        step=CollectionStep(order.step),
        claim_id=case.claim_id,
        agency_case_no=case.agency_case_no,
        on_day=order.on_day,
        terms=terms,
        claim=claim.model_copy(update=numbers),
        payment=DirectPayment.model_validate(part["payment"]) if "payment" in part else None,
        credit=Crediting.model_validate(part["credit"]) if "credit" in part else None,
        recall_reason=RecallReason(part["recall_reason"]) if "recall_reason" in part else None,
        reason=part.get("reason", ""),
        hold_from=part.get("hold_from", ""),
        hold_until=part.get("hold_until", ""),
        debtor=ClaimDebtor.model_validate(part["debtor"]) if "debtor" in part else None,
        changed_fields=tuple(part.get("changed_fields", ())),
    )
