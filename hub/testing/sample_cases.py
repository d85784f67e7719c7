"""Orders of one case to a collection agency, made up for kits and tests; the debtor has an official test number."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hub.model.claims import (
    Claim,
    ClaimAction,
    ClaimDebtor,
    ClaimDocument,
    ClaimFee,
    ClaimInterest,
    ClaimLine,
    ClaimPayment,
    ClaimStep,
    Creditor,
    DebtorKind,
    FeeType,
    IdentityType,
    InterestBasis,
)
from hub.model.collection import (
    AgencyTerms,
    CaseBatch,
    CaseOrder,
    CollectionStep,
    Crediting,
    DirectPayment,
    OrderKind,
    RecallReason,
)
from hub.model.parties import PostalAddress

TERMS = AgencyTerms(organisation_number="5566778899", company_name="Nordvik AB", customer_no="1234567", group_no="88")
DEBTOR = ClaimDebtor(
    kind=DebtorKind.PERSON,
    identity_type=IdentityType.PERSONAL,
    identity="191212121212",
    number="4711",
    name="Tolvan Tolvansson",
    address=PostalAddress(care_of="Åsa Öberg", street="Storgatan 1", postal_code="12345", city="Örnsköldsvik"),
    mobile="0701740605",
    email="tolvan@example.org",
)
LINE = ClaimLine(
    receivable_id=1,
    company="1",
    source_system="sundry",
    invoice_no="10010007",
    ocr="10010007",
    kind="invoice",
    description="Vatten; \"hösten\"",
    invoice_date="2026-08-31",
    due_date="2026-09-30",
    sent_date="2026-08-31",
    period_from="2026-07-01",
    period_to="2026-08-31",
    currency="SEK",
    principal_original_ore=150_000,
    principal_open_ore=100_050,
    fee_open_ore=6_000,
    interest=ClaimInterest(
        basis=InterestBasis.REFERENCE_PLUS, spread_percent=Decimal(8), start_date="2026-10-01", accrued_ore=1_234,
        accrued_to="2026-11-23",
    ),
    limitation_date="2029-08-31",
)  # fmt: skip
CLAIM = Claim(
    claim_id="C-1",
    action=ClaimAction.COLLECT,
    currency="SEK",
    made_on="2026-11-23",
    creditor=Creditor(
        organisation_number="5566778899", name="Nordvik AB", company="1", routine="04", bankgiro="9912346"
    ),
    debtors=(DEBTOR,),
    lines=(LINE,),
    fees=(ClaimFee(type=FeeType.REMINDER, amount_ore=6_000, date="2026-10-12", is_booked=True),),
    history=(ClaimStep(event="reminder_1", date="2026-10-12", channel="letter", pay_by="2026-10-26", fee_ore=6_000),),
    payments=(
        ClaimPayment(payment_id=1, date="2026-10-05", amount_ore=60_000, principal_ore=60_000),
        ClaimPayment(payment_id=2, date="2026-10-06", amount_ore=-10_050, principal_ore=-10_050),
    ),
    documents=(ClaimDocument(kind="invoice", name="invoice.pdf", sha256="0" * 64, size=1000),),
)
PAYMENT = DirectPayment(
    payment_key="P-1", bank_date="2026-11-24", amount_ore=50_000, principal_ore=44_000, fee_ore=6_000,
    principal_left_ore=56_050,
)  # fmt: skip
CREDIT = Crediting(credit_key="K-1", credit_no="K77", date="2026-11-24", amount_ore=10_000, left_ore=96_050)
_PARTS: dict[OrderKind, dict[str, Any]] = {
    OrderKind.DIRECT_PAYMENT: {"payment": PAYMENT},
    OrderKind.CREDIT: {"credit": CREDIT},
    OrderKind.RECALL: {"recall_reason": RecallReason.DISPUTED, "reason": "says it never came"},
    OrderKind.HOLD: {"hold_from": "2026-11-24", "hold_until": "2026-12-24", "reason": "asked for time"},
    OrderKind.DEBTOR_UPDATE: {
        "debtor": DEBTOR.model_copy(update={"name": "Tolvan Nilsson"}),
        "changed_fields": ("name",),
    },
}


def order_of(kind: OrderKind = OrderKind.CLAIM, **changes: Any) -> CaseOrder:
    """Return an order; `changes` go before what it has."""
    order_no = list(OrderKind).index(kind) + 1
    order = CaseOrder(
        order_key=f"O-{order_no}",
        order_no=order_no,
        kind=kind,
        step=CollectionStep.COLLECT,
        claim_id="C-1",
        on_day="2026-11-23",
        terms=TERMS,
        claim=CLAIM,
        **_PARTS.get(kind, {}),
    )
    return order.model_copy(update=changes)


def batch_of(*orders: CaseOrder, file_no: int = 17) -> CaseBatch:
    """Return a batch."""
    return CaseBatch(f"B-{file_no}", file_no, "2026-11-23", TERMS, orders)


def changed(order: CaseOrder, **of_line: Any) -> CaseOrder:
    """Return an order whose claim's line has other values."""
    line = order.claim.line.model_copy(update=of_line)
    return order.model_copy(update={"claim": order.claim.model_copy(update={"lines": (line,)})})


_LONG = "x" * 5_000
ODD_CLAIMS = tuple(
    CLAIM.model_copy(update=changes)
    for changes in (
        {"debtors": (DEBTOR.model_copy(update={"name": "日本語 😀", "number": "Ω"}),)},
        {"debtors": (DEBTOR.model_copy(update={"name": _LONG, "number": _LONG}),)},
        {"debtors": (DEBTOR.model_copy(update={"identity": "", "identity_type": IdentityType.NONE}),)},
        {"debtors": (DEBTOR.model_copy(update={"address": PostalAddress()}),)},
        {"debtors": (DEBTOR, DEBTOR.model_copy(update={"identity": "201212121212"}))},
        {"debtors": (DEBTOR.model_copy(update={"name": 'a;b"c<&>\\'}),)},
        {"lines": (LINE.model_copy(update={"invoice_no": _LONG}),)},
        {"lines": (LINE.model_copy(update={"principal_open_ore": 10**15, "principal_original_ore": 10**15}),)},
        {"lines": (LINE.model_copy(update={"interest_open_ore": 1}),)},
        {"fees": (), "history": (), "payments": (), "documents": ()},
        {"currency": "EUR"},
    )
)
"""Claims that are unusual, of which some cannot be said in some formats."""
