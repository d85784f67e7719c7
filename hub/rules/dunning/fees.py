"""What a debtor pays for being asked: dated caps, and what a fee needs before it may be asked for at all.

Sources: lagen (1981:739) om ersättning för inkassokostnader m.m.; lagen (1990:746) om betalningsföreläggande och
handräckning, 48 §. Other costs of asking are not paid by the debtor (lagen (1981:739) 5 §), and no contract widens
what is (6 §).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from hub.errors import RuleViolation
from hub.money import parse_kronor, plain_kronor
from hub.rules.relations import Relation
from hub.rules.statutes import COLLECTION_COSTS_ACT


class Fee(StrEnum):
    """A cost that the law lets a creditor ask of a late debtor."""

    REMINDER = "reminder"  # påminnelseavgift
    DEMAND = "demand"  # inkassoersättning
    INSTALMENT_PLAN = "instalment_plan"  # amorteringsplan
    LATE_PAYMENT_COMPENSATION = "late_payment_compensation"  # förseningsersättning
    APPLICATION = "application"  # ansökningsavgift: what the enforcement authority takes for an order to pay
    OWN_WORK_AND_AGENT = "own_work_and_agent"  # eget arbete och ombud, in the matter of an order to pay


class Cap(NamedTuple):
    """The most that may be asked from a day on, and the statute that says so."""

    from_day: date
    amount_ore: int
    statute: str


def cap_of(fee: Fee, on: date) -> Cap:
    """Return the cap for a step that is taken on a day. Raises RuleViolation for a day before the first that is known.

    Lagen (1981:739) 4 §, before 16 March 2013 förordningen (1981:1057): steps taken before a change keep the older cap.
    """
    in_force = _in_force(fee, on)
    if not in_force:
        first = known_caps()[fee][0]
        raise RuleViolation(f"no {fee} is known before {first.from_day}: leave it out", paragraph=first.statute)
    return in_force[-1]


def refuse_fee(fee: Fee, amount_ore: int, on: date) -> None:
    """Refuse an amount below zero, or above the cap of the day its step is taken. Raises RuleViolation."""
    cap = cap_of(fee, on)
    if not 0 <= amount_ore <= cap.amount_ore:
        raise RuleViolation(
            f"{fee}: {plain_kronor(amount_ore)} is not between 0 and {plain_kronor(cap.amount_ore)}, "
            f"the most for a step of {on}",
            paragraph=cap.statute,
        )


def refuse_reminder_fee(amount_ore: int, on: date, *, arose_on: date, agreed_on: date | None) -> None:
    """Refuse a reminder fee (*påminnelseavgift*) that was not agreed in time, or is above the cap.

    Lagen (1981:739) 2 §: agreed at the latest when the debt arose; `agreed_on` is None when it was not agreed.
    """
    if amount_ore and (agreed_on is None or agreed_on > arose_on):
        raise RuleViolation(
            "a reminder fee must have been agreed at the latest when the debt arose", paragraph=_paragraph("2 §")
        )
    refuse_fee(Fee.REMINDER, amount_ore, on)


def refuse_second_fee(fee: Fee, charged_before: int) -> None:
    """Refuse a fee that the receivable has borne already: one reminder and one demand are reasonably needed.

    Lagen (1981:739) 4 § pays only what was reasonably needed; by good practice that is one of each.
    """
    if charged_before:
        raise RuleViolation(f"the receivable has borne a {fee} fee before", paragraph=_paragraph("4 §"))


def late_payment_compensation_ore(relation: Relation, interest_from: date | None) -> int:
    """Return the compensation for late payment (*förseningsersättning*): a fixed sum in trade, once interest is owed.

    Lagen (1981:739) 4 a §: between businesses, and by a public debtor to a business, for goods or services; no reminder
    is needed. `interest_from` is the first day of interest, None while there is none. Zero before 16 March 2013.
    """
    if not relation.is_commercial or interest_from is None:
        return 0
    in_force = _in_force(Fee.LATE_PAYMENT_COMPENSATION, interest_from)
    return in_force[-1].amount_ore if in_force else 0


def costs_owed_ore(fees_ore: int, compensation_ore: int) -> int:
    """Return what is owed beside the compensation: of reminder, demand and plan fees, only what exceeds it.

    Lagen (1981:739) 5 §: the compensation covers them as far as it goes. Both are never added up.
    """
    return max(0, fees_ore - compensation_ore)


def refuse_order_to_pay_costs(own_work_ore: int, agent_ore: int, applied_on: date) -> None:
    """Refuse costs of an application for an order to pay (*betalningsföreläggande*) above the cap.

    Lagen (1990:746) 48 §: own work and agent (*ombud*) together, unless there is a special reason.
    """
    if min(own_work_ore, agent_ore) < 0:
        raise RuleViolation("a cost cannot be below zero", paragraph=cap_of(Fee.OWN_WORK_AND_AGENT, applied_on).statute)
    refuse_fee(Fee.OWN_WORK_AND_AGENT, own_work_ore + agent_ore, applied_on)


def _in_force(fee: Fee, on: date) -> list[Cap]:
    """Return the caps that have come into force by a day, the latest last."""
    return [cap for cap in known_caps()[fee] if cap.from_day <= on]


@cache
def known_caps() -> Mapping[Fee, tuple[Cap, ...]]:
    """Return the caps of each fee, the earliest first."""
    rows = tomllib.loads(files("hub.rules.dunning").joinpath("fees.toml").read_text(encoding="utf-8"))["fee"]
    caps: dict[Fee, list[Cap]] = {fee: [] for fee in Fee}
    for row in rows:
        caps[Fee(row["fee"])].append(Cap(row["from"], parse_kronor(row["amount"]), row["statute"]))
    return {fee: tuple(sorted(found)) for fee, found in caps.items()}


def _paragraph(paragraph: str) -> str:
    return f"{COLLECTION_COSTS_ACT} {paragraph}"
