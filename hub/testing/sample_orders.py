"""Applications for orders to pay that filers are tried with; the debtor has an official test number."""

from __future__ import annotations

from typing import Any

from hub.model.enforcement_application import EnforcementApplication
from hub.model.order_to_pay_application import (
    CaseCosts,
    ClaimedReceivable,
    OrderApplication,
    OrderChange,
    OrderMessage,
    ReducedClaim,
)
from hub.model.order_to_pay_parts import Agent, Applicant, ClaimedInterest, Respondent
from hub.model.orders_to_pay import MessageKind
from hub.model.parties import PostalAddress

APPLICANT = "2120000142"

_CLAIM = ClaimedReceivable(
    claim_no=1,
    company="1",
    number="010000014",
    ocr="01000001417",
    refers_to="Barnomsorg september 2026",
    invoice_date="2026-09-01",
    due_date="2026-09-30",
    demand_sent_on="2026-10-20",
    demand_pay_by="2026-10-30",
    original_ore=125_000,
    principal_ore=125_000,
    collection_ore=24_000,
    interest_ore=1_849,
    interest_from="2026-10-01",
)

PLAIN = OrderApplication.model_validate(
    {
        "order_no": 1_234_567,
        "applied_on": "2026-11-23",
        "applicant": Applicant(
            name="Örnsköldsviks kommun", organisation_number=APPLICANT, rows=("Örnsköldsviks kommun", "Storgatan 1")
        ),
        "respondent": Respondent.model_validate(
            {
                "kind": "person",
                "identity": "191212121212",
                "identity_type": "pnr",
                "name": "Tolvan Tolvansson",
                "address": PostalAddress(street="Lillgatan 2", postal_code="89133", city="Örnsköldsvik"),
            }
        ),
        "claims": (
            _CLAIM,
            _CLAIM.model_copy(update={"claim_no": 2, "number": "010000022", "principal_ore": 50_050}),
        ),
        "interest": ClaimedInterest.model_validate({"choice": "statutory", "counted_to": "2026-11-23"}),
        "costs": CaseCosts.model_validate(
            {"application_fee_ore": 30_000, "own_work_ore": 38_000, "fee_payment": "invoiced"}
        ),
        "enforcement": "limited",
    }
)
"""An ordinary application of two receivables."""


def _with(**parts: Any) -> OrderApplication:
    return PLAIN.model_copy(update=parts)


def _named(name: str) -> OrderApplication:
    return _with(respondent=PLAIN.respondent.model_copy(update={"name": name}))


ODD_APPLICATIONS = (
    _named("Ł\u0301 日本 😀"),
    _named("x" * 140),
    _named("A;B|C\tD"),
    _with(respondent=PLAIN.respondent.model_copy(update={"identity": ""})),
    _with(agent=Agent(rows=("Ombud & Co <AB>",), code="O" * 35)),
    _with(order_no=10**15),
    _with(claims=tuple(_CLAIM.model_copy(update={"claim_no": no}) for no in range(1, 17))),
    _with(claims=(_CLAIM.model_copy(update={"principal_ore": 10**13, "refers_to": "ÅÄÖ " * 17}),)),
)
"""Applications that not every format can hold."""


def told_of(application: OrderApplication, kind: MessageKind) -> OrderMessage:
    """Return an application, its reduction to half, its withdrawal, or its enforcement; its case is `01-2000-26`.

    A change of enforcement is its reduction to half.
    """
    if kind is MessageKind.APPLICATION:
        return OrderMessage(kind=kind, application=application)
    if kind is MessageKind.ENFORCEMENT_CHANGE:
        return change_of(application, MessageKind.REDUCTION, decided_on="2026-12-20")
    return enforcement_of(application) if kind is MessageKind.ENFORCEMENT else change_of(application, kind)


def enforcement_of(application: OrderApplication) -> OrderMessage:
    """Return the application for enforcement of an application that was decided, and of which a krona was paid."""
    names = ("claim_no", "number", "refers_to", "invoice_date", "due_date", "principal_ore", "collection_ore",
             "interest_ore")  # fmt: skip
    claims = [{name: getattr(one, name) for name in names} for one in application.claims]
    claims[0]["principal_ore"] -= 100
    enforcement = EnforcementApplication.model_validate(
        {
            "order_no": application.order_no,
            "applied_on": "2027-01-15",
            "case_no": "01-2000-26",
            "decided_on": "2026-12-20",
            "applicant": application.applicant,
            "respondent": application.respondent,
            "claims": claims,
            "interest": application.interest,
            "lowered": [{"claim_no": 1, "on": "2026-12-30", "amount_ore": 100}],
            "costs_ore": 68_000,
            "enforcement": "full",
        }
    )
    return OrderMessage(kind=MessageKind.ENFORCEMENT, application=application, enforcement=enforcement)


def change_of(application: OrderApplication, kind: MessageKind, *, decided_on: str = "") -> OrderMessage:
    """Return a reduction to half, or a withdrawal, of an application whose case is `01-2000-26`, or of its decision."""
    halves = [
        ReducedClaim(
            claim_no=one.claim_no,
            number=one.number,
            principal_ore=one.principal_ore - one.principal_ore // 2,
            collection_ore=0,
            interest_ore=one.interest_ore,
        )
        for one in application.claims
    ]
    change = OrderChange.model_validate(
        {
            "change_no": 1,
            "kind": kind,
            "made_on": application.applied_on,
            "case_no": "01-2000-26",
            "decided_on": decided_on,
            "claims": halves if kind is MessageKind.REDUCTION else [],
            "lowered_ore": sum(one.principal_ore // 2 + one.collection_ore for one in application.claims),
            "reason": "betalning",
        }
    )
    return OrderMessage(kind=change.message_kind, application=application, change=change)
