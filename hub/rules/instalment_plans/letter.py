"""The printed plan (*amorteringsplan*): its claims, its payments and what each pays, and what was agreed."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from hub.model.documents import Document, DocumentKind, Language
from hub.model.instalment_plans import InstalmentPlan, PlanClaim, PlannedPayment, PlanShare, Schedule
from hub.money import format_kronor, plain_kronor

NO_NUMBER = "-"  # of a claim that is no receivable here


def document_number(plan_no: int) -> str:
    """Return the number of a plan's document."""
    return f"AP-{plan_no}"


def plan_document(
    plan: InstalmentPlan,
    schedule: Schedule,
    *,
    debtor: Mapping[str, Any],
    language: Language,
    payee_account: str = "",
    text: str = "",
) -> Document:
    """Return the document of a plan; its claims come to what its payments do."""
    return Document.model_validate(
        {
            "kind": DocumentKind.INSTALMENT_PLAN,
            "company": plan.company,
            "number": document_number(plan.plan_no),
            "language": language,
            "currency": plan.currency,
            "issue_date": plan.made_on,
            "debtor": dict(debtor),
            "claims": list(_claims(schedule)),
            "instalments": [_instalment(one, plan, schedule, language) for one in schedule.payments],
            "payee_account": payee_account,
            "reference": plan.reference,
            "notes": list(_notes(plan, schedule, language, text)),
        }
    )


def _claims(schedule: Schedule) -> Iterator[dict[str, Any]]:
    """Yield what is asked for of each claim over the whole plan: new interest and notice fees are in it."""
    new_interest_ore: dict[int, int] = defaultdict(int)
    notice_fees_ore: dict[int, int] = defaultdict(int)
    for share in (share for payment in schedule.payments for share in payment.shares):
        new_interest_ore[share.claim_no] += share.new_interest_ore
        notice_fees_ore[share.claim_no] += share.notice_fee_ore
    for claim in schedule.claims:
        yield {
            "number": claim.number or NO_NUMBER,
            "text": claim.text,
            "due_date": claim.due_date or None,
            "open": plain_kronor(claim.principal_ore),
            "interest": plain_kronor(claim.interest_ore + new_interest_ore[claim.claim_no]),
            "fee": plain_kronor(claim.fee_ore + notice_fees_ore[claim.claim_no]),
        }


def _instalment(
    payment: PlannedPayment, plan: InstalmentPlan, schedule: Schedule, language: Language
) -> dict[str, Any]:
    by_no = {claim.claim_no: claim for claim in schedule.claims}
    return {
        "due_date": payment.due_date.isoformat(),
        "amount": plain_kronor(payment.amount_ore),
        "reference": plan.reference,
        "details": [_detail(by_no[share.claim_no], share, language) for share in payment.shares],
    }


def _detail(claim: PlanClaim, share: PlanShare, language: Language) -> str:
    """Return what a payment pays of one claim, in a line: `1001: avgifter 60,00, kapital 440,00`."""
    parts = (
        ("fees", share.fee_ore + share.notice_fee_ore),
        ("interest_part", share.interest_ore + share.new_interest_ore),
        ("principal", share.principal_ore),
    )
    said = ", ".join(_text(language, name, amount=format_kronor(ore)) for name, ore in parts if ore)
    return f"{claim.number or claim.text}: {said}"


def _notes(plan: InstalmentPlan, schedule: Schedule, language: Language, text: str) -> Iterator[str]:
    terms = schedule.terms
    yield _text(language, "agreed", made_on=plan.made_on)
    if plan.second_debtor_name:
        yield _text(language, "second_debtor", name=plan.second_debtor_name)
    if terms.rate_percent is None:
        yield _text(language, "no_interest")
    else:
        rate = f"{terms.rate_percent.normalize():f}"
        said = rate.replace(".", ",") if language is Language.SV else rate
        yield _text(language, "interest", rate=said, new_interest=format_kronor(schedule.new_interest_ore))
    if schedule.notice_fees_ore:
        yield _text(language, "notice_fees", notice_fees=format_kronor(schedule.notice_fees_ore))
    if terms.plan_fee_ore:
        yield _text(language, "plan_fee", plan_fee=format_kronor(terms.plan_fee_ore))
    yield _text(language, "order")
    yield _text(language, "broken")
    if text:
        yield text


def _text(language: Language, which: str, /, **values: str) -> str:
    text = _texts()[language][which]
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return text


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("hub.rules.instalment_plans").joinpath("texts.toml").read_text(encoding="utf-8"))
