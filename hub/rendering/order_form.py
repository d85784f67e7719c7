"""The form of an application for an order to pay (*ansökan om betalningsföreläggande*), ready to be printed and signed.

It holds what the application holds, in the order in which the authority asks for it. It is a form of our own.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from hub.model.documents import Language
from hub.model.order_to_pay_application import Applicant, ClaimedReceivable, OrderApplication, Respondent
from hub.model.orders_to_pay import EnforcementWish, FeePayment, InterestChoice
from hub.rendering.compiler import ORDER_FORM, compiled_pdf, compiled_pictures
from hub.rendering.words import Words


def order_form_pdf(application: OrderApplication) -> bytes:
    """Return the form as a PDF (PDF/A-3a and PDF/UA-1); the same application gives the same bytes.

    Raises:
        DocumentError: it cannot be printed.
    """
    return compiled_pdf(_inputs(application), date.fromisoformat(application.applied_on), main=ORDER_FORM)


def order_form_pictures(application: OrderApplication, *, dots_per_inch: int = 72) -> list[bytes]:
    """Return a PNG of each page, to be looked at. Raises as `order_form_pdf`."""
    return compiled_pictures(_inputs(application), dots_per_inch=dots_per_inch, main=ORDER_FORM)


def _inputs(application: OrderApplication) -> Mapping[str, str]:
    return {"form": json.dumps(form_data(application), ensure_ascii=False, separators=(",", ":"))}


def form_data(application: OrderApplication) -> dict[str, Any]:
    """Return every text of the form, in its place."""
    said = _words()
    issued = date.fromisoformat(application.applied_on)
    return {
        "title": said["title"],
        "author": application.applicant.name,
        "issued": [issued.year, issued.month, issued.day],
        "page_word": _around(said["page"]),
        "number": [said["number"], f"BF-{application.order_no}"],
        "date": [said["date"], application.applied_on],
        "to": said["to"],
        "authority": list(application.authority) or [said["authority"]],
        "parties": list(_parties(application)),
        "claims_heading": said["claims"],
        "columns": [said["columns"][name] for name in _COLUMNS],
        "claims": [_claim(one) for one in application.claims],
        "sums": _sums(application),
        "demand": _demand(application.claims),
        "interest_heading": said["interest"],
        "interest": list(_interest(application)),
        "interest_notes": list(_interest_notes(application)),
        "costs_heading": said["costs"],
        "costs": list(_costs(application)),
        "cost_notes": _cost_notes(application),
        "total": [said["total"], _money(application.total_ore)],
        "enforcement_heading": said["enforcement"],
        "enforcement": list(_enforcement(application)),
        "fee_heading": said["fee"],
        "fee": list(_fee(application)),
        "special_heading": said["special"],
        "special": application.special_information,
        "signature_heading": said["signature"],
        "signing": [said["place_and_date"], said["sign_here"], said["in_print"]],
    }


_COLUMNS = ("no", "number", "refers_to", "invoice_date", "due_date", "principal", "collection", "interest")


def _parties(application: OrderApplication) -> Iterator[dict[str, Any]]:
    said = _words()
    yield {
        "heading": said["applicant"],
        "rows": list(application.applicant.rows),
        "facts": list(_applicant_facts(application.applicant)),
    }
    if application.agent.rows:
        facts = [[said["agent_code"], application.agent.code]] if application.agent.code else []
        yield {"heading": said["agent"], "rows": list(application.agent.rows), "facts": facts}
    respondent = application.respondent
    facts = _given((said["identity"], respondent.identity), (said["phone"], respondent.phone or respondent.mobile))
    facts += _given((said["email"], respondent.email))
    yield {"heading": said["respondent"], "rows": _respondent_rows(respondent), "facts": facts}


def _applicant_facts(applicant: Applicant) -> Iterator[list[str]]:
    said = _words()
    giro = (applicant.bankgiro and f"bankgiro {applicant.bankgiro}") or (
        applicant.plusgiro and f"plusgiro {applicant.plusgiro}"
    )
    yield from _given(
        (said["organisation_number"], applicant.organisation_number),
        (said["phone"], applicant.phone),
        (said["email"], applicant.email),
        (said["giro"], giro),
    )


def _given(*facts: tuple[str, str]) -> list[list[str]]:
    return [[name, value] for name, value in facts if value]


def _respondent_rows(respondent: Respondent) -> list[str]:
    address = respondent.address
    town = f"{address.postal_code} {address.city}".strip()
    country = address.country if address.country != "SE" else ""
    rows = (respondent.name, address.care_of, address.street, address.street_2, town, country)
    return [row for row in rows if row]


def _claim(one: ClaimedReceivable) -> list[str]:
    assigned = one.original_creditor
    refers_to = one.refers_to
    if assigned:
        refers_to = f"{refers_to}. {_words()['original_creditor'].format(name=assigned)}"
    amounts = (one.principal_ore, one.collection_ore, one.interest_ore)
    return [str(one.claim_no), one.number, refers_to, one.invoice_date, one.due_date, *map(_amount, amounts)]


def _sums(application: OrderApplication) -> list[str]:
    amounts = (application.principal_ore, application.collection_ore, application.interest_ore)
    return [_words()["columns"]["sum"], *map(_amount, amounts)]


def _demand(claims: Sequence[ClaimedReceivable]) -> str:
    days = sorted(one.demand_sent_on for one in claims)
    which = "demand" if days[0] == days[-1] else "demands"
    return str(_words()[which].format(first=days[0], last=days[-1]))


def _interest(application: OrderApplication) -> Iterator[list[Any]]:
    said, interest = _words()["interest_choices"], application.interest
    rate = interest.rate_percent.replace(".", ",")
    yield [interest.choice is InterestChoice.STATUTORY, said["statutory"]]
    is_other = interest.choice is InterestChoice.OTHER
    yield [is_other, said["other"].format(rate=rate) if is_other else said["other_blank"]]
    yield [interest.choice is InterestChoice.NONE, said["none"]]


def _interest_notes(application: OrderApplication) -> Iterator[str]:
    said, interest = _words()["interest_choices"], application.interest
    if interest.ground:
        yield said["ground"].format(ground=interest.ground)
    if interest.choice is not InterestChoice.NONE:
        yield said["counted"].format(day=interest.counted_to)


def _costs(application: OrderApplication) -> Iterator[list[str]]:
    said, costs = _words()["cost_rows"], application.costs
    yield [said["application_fee"], _amount(costs.application_fee_ore)]
    yield [said["own_work"], _amount(costs.own_work_ore)]
    yield [said["agent"], _amount(costs.agent_ore)]
    if costs.other_ore:
        yield [costs.other_label, _amount(costs.other_ore)]
    yield [said["total"], _amount(costs.total_ore)]


def _cost_notes(application: OrderApplication) -> list[str]:
    reason = application.costs.reason
    return [_words()["reason"].format(reason=reason)] if reason else []


def _enforcement(application: OrderApplication) -> Iterator[list[Any]]:
    said = _words()["enforcement_choices"]
    for wish in (EnforcementWish.LIMITED, EnforcementWish.FULL, EnforcementWish.NONE):
        yield [application.enforcement is wish, said[wish]]
    yield [application.has_real_property, said["real_property"]]


def _fee(application: OrderApplication) -> Iterator[list[Any]]:
    said, costs = _words()["fee_payments"], application.costs
    is_giro = costs.fee_payment is FeePayment.GIRO
    yield [is_giro, said["giro"].format(giro=costs.fee_giro) if is_giro else said["giro_blank"]]
    for way in (FeePayment.ENCLOSED, FeePayment.INVOICED):
        yield [costs.fee_payment is way, said[way]]


def _amount(amount_ore: int) -> str:
    return Words(Language.SV).amount(amount_ore)


def _money(amount_ore: int) -> str:
    return Words(Language.SV).money(amount_ore, "SEK")


def _around(text: str) -> list[str]:
    before, _, rest = text.partition("{n}")
    between, _, behind = rest.partition("{m}")
    return [before, between, behind]


@cache
def _words() -> Mapping[str, Any]:
    return tomllib.loads(files("hub.rendering").joinpath("order_form.toml").read_text(encoding="utf-8"))
