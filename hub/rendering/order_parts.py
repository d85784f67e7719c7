"""What every paper to the enforcement authority has: its head, the parties, the table of claims, the signature."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from hub.model.documents import Language
from hub.model.order_to_pay_application import OrderApplication
from hub.model.order_to_pay_parts import Applicant, Respondent
from hub.rendering.words import Words

_COLUMNS = ("no", "number", "refers_to", "invoice_date", "due_date", "principal", "collection", "interest")


@cache
def words() -> Mapping[str, Any]:
    """Return what stands on the papers, in Swedish."""
    return tomllib.loads(files("hub.rendering").joinpath("order_form.toml").read_text(encoding="utf-8"))


def paper(application: OrderApplication, title: str, day: str, facts: Sequence[list[str]]) -> dict[str, Any]:
    """Return a paper with head, parties and signature, and nothing between; `facts` stand behind our number."""
    said, issued = words(), date.fromisoformat(day)
    return {
        "title": title,
        "author": application.applicant.name,
        "issued": [issued.year, issued.month, issued.day],
        "page_word": _around(said["page"]),
        "facts": [[said["number"], f"BF-{application.order_no}"], *facts],
        "to": said["to"],
        "authority": list(application.authority) or [said["authority"]],
        "parties": list(_parties(application)),
        "opening": [],
        "claims_heading": said["claims"],
        "columns": [said["columns"][name] for name in _COLUMNS],
        "claims": [],
        "sums": [],
        "closing": [],
        "groups": [],
        "costs_heading": said["costs"],
        "costs": [],
        "cost_notes": [],
        "total": [],
        "special_heading": said["special"],
        "special": "",
        "signature_heading": said["signature"],
        "signing": [said["place_and_date"], said["sign_here"], said["in_print"]],
    }


def sums(amounts: Sequence[int]) -> list[str]:
    """Return the last row of the claims: principal, collection costs, interest."""
    return [words()["columns"]["sum"], *map(amount, amounts)]


def amount(amount_ore: int) -> str:
    """Return an amount as a column has it."""
    return Words(Language.SV).amount(amount_ore)


def money(amount_ore: int) -> str:
    """Return an amount as a sentence has it."""
    return Words(Language.SV).money(amount_ore, "SEK")


def _parties(application: OrderApplication) -> Iterator[dict[str, Any]]:
    said = words()
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
    said = words()
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


def _around(text: str) -> list[str]:
    before, _, rest = text.partition("{n}")
    between, _, behind = rest.partition("{m}")
    return [before, between, behind]
