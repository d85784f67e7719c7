"""Which receivables may be filed for an order to pay, and together: what forbids it, each with its statute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.identifiers import coordination_number, organisation_number, personal_identity_number
from hub.identifiers.identity_key import may_be_same
from hub.model.claims import Claim, DebtorFlag
from hub.model.orders_to_pay import Hindrance, WhyNot
from hub.model.receivables import ReceivableKind
from hub.rules.orders_to_pay.limits import form_limits, too_long
from hub.rules.statutes import DEBT_RECOVERY_ACT, LIMITATION_ACT, ORDER_TO_PAY_ACT

CURRENCY = "SEK"
_NEVER_FILED = (ReceivableKind.CREDIT_NOTE, ReceivableKind.INTERNAL)
_IDENTITIES = (personal_identity_number, coordination_number, organisation_number)
_SOURCES: Mapping[str, WhyNot] = {"plan": WhyNot.IN_PLAN, "agency": WhyNot.AT_AGENCY}
"""What a hold says of its receivable by who set it, whatever its code stops."""


class Standing(NamedTuple):
    """What stands beside a receivable that its claim does not say."""

    kind: str
    demand_sent_on: str = ""  # of the latest demand that was sent; blank: none was
    demand_pay_by: str = ""
    stopping: str = ""  # the hold code that stops orders to pay
    hold_sources: tuple[str, ...] = ()  # of its active holds, such as plan:3
    order_no: int = 0  # the open application that it is in


def hindrances(
    claim: Claim, standing: Standing, on: date, *, refers_to: str, allows_protected: bool
) -> list[Hindrance]:
    """Return all that forbids filing one receivable on a day; none: it may be filed."""
    number = claim.line.invoice_no
    found = [*_of_the_debt(claim, standing), *_of_the_demand(standing, on), *_of_notes(standing)]
    found += [*_of_the_debtor(claim, allows_protected=allows_protected), *_of_its_life(claim, on), *_of_text(refers_to)]
    return [Hindrance(number, code, text) for code, text in found]


def enforcement_hindrances(claim: Claim, standing: Standing, on: date, *, allows_protected: bool) -> list[Hindrance]:
    """Return all that forbids asking for enforcement of one receivable that was decided; none: it may be asked for."""
    found = [*_of_notes(standing), *_of_the_debtor(claim, allows_protected=allows_protected), *_of_its_life(claim, on)]
    return [Hindrance(claim.line.invoice_no, code, text) for code, text in found]


def _of_the_debt(claim: Claim, standing: Standing) -> Iterator[tuple[WhyNot, str]]:
    """Lagen (1990:746) 2 §: a claim for money that is due."""
    line = claim.line
    if standing.kind in _NEVER_FILED:
        yield WhyNot.OTHER_KIND, "a credit note or an internal receivable is not filed: leave it out"
    elif line.open_ore <= 0:
        yield WhyNot.NOTHING_OPEN, "nothing is owed on it: leave it out"
    elif min(line.principal_open_ore, line.fee_open_ore, line.interest_open_ore) < 0:
        yield WhyNot.OVERPAID, "it is overpaid in part: put that right first"
    if claim.currency != CURRENCY:
        yield WhyNot.OTHER_CURRENCY, f"it is owed in {claim.currency}: the form takes kronor alone"


def _of_the_demand(standing: Standing, on: date) -> Iterator[tuple[WhyNot, str]]:
    """Inkassolagen (1974:182) 6 §: no legal step before the demand was sent and its time has run out."""
    if not standing.demand_sent_on:
        yield WhyNot.NO_DEMAND, f"no demand has been sent ({DEBT_RECOVERY_ACT} 5, 6 §§)"
    elif standing.demand_pay_by >= on.isoformat():
        yield WhyNot.DEMAND_RUNNING, f"the demand gives time until {standing.demand_pay_by} ({DEBT_RECOVERY_ACT} 6 §)"


def _of_notes(standing: Standing) -> Iterator[tuple[WhyNot, str]]:
    """Inkassolagen (1974:182) 8 §: a claim that is disputed, or deferred, is not pressed."""
    elsewhere = {_SOURCES[kind] for source in standing.hold_sources if (kind := source.partition(":")[0]) in _SOURCES}
    for why in sorted(elsewhere):
        yield why, f"{why.replace('_', ' ')} ({', '.join(standing.hold_sources)}): end that first"
    if standing.stopping and not elsewhere:
        yield WhyNot.HELD, f"hold {standing.stopping} stops orders to pay: end it first"
    if standing.order_no:
        yield WhyNot.IN_ORDER, f"it is in application {standing.order_no}"


def _of_the_debtor(claim: Claim, *, allows_protected: bool) -> Iterator[tuple[WhyNot, str]]:
    """Who it is must be certain; one whose identity is protected, or who cannot answer, is for a person."""
    if not is_checked(claim.debtor.identity):
        yield WhyNot.NO_IDENTITY, "the debtor has no personal or organisation number that can be checked: add it"
    for flag in claim.flags:
        if flag is DebtorFlag.PROTECTED_IDENTITY:
            if not allows_protected:
                yield WhyNot.PROTECTED, "the debtor's identity is protected: a person files it, and says so"
        else:
            yield WhyNot.FLAGGED, f"the debtor is marked {flag.replace('_', ' ')}: a person decides"


def _of_its_life(claim: Claim, on: date) -> Iterator[tuple[WhyNot, str]]:
    """Preskriptionslagen (1981:130) 8 §: what has lapsed cannot be demanded."""
    last_day = claim.line.limitation_date
    if last_day and last_day < on.isoformat():
        yield WhyNot.LAPSED, f"the claim lapsed after {last_day} ({LIMITATION_ACT} 8 §)"


def _of_text(refers_to: str) -> Iterator[tuple[WhyNot, str]]:
    """Lagen (1990:746): the ground of the claim is to be stated."""
    if not refers_to:
        yield WhyNot.NO_GROUND, f"nothing says what it is for ({ORDER_TO_PAY_ACT}): give refers_to"
    elif problem := too_long("refers_to", refers_to):
        yield WhyNot.TEXT_TOO_LONG, problem


def is_checked(identity: str) -> bool:
    """Say whether an identity is a personal, coordination or organisation number with its check digit right."""
    return any(number.is_valid(identity) for number in _IDENTITIES)


def refuse_together(claims: Sequence[Claim]) -> None:
    """Refuse receivables that cannot be one application: too many, one twice, several debtors or applicants.

    Raises:
        DataError: a receivable is named twice, or the debtors differ or cannot be compared.
        RuleViolation: there are more than the form takes, or they are of several applicants.
    """
    most = form_limits()["receivables"]
    if len(claims) > most:
        raise RuleViolation(f"an application takes {most} receivables, and these are {len(claims)}: make several")
    if len({claim.line.receivable_id for claim in claims}) < len(claims):
        raise DataError("a receivable is named twice: name each once")
    first = claims[0]
    for claim in claims[1:]:
        if claim.creditor.organisation_number != first.creditor.organisation_number:
            raise RuleViolation(
                f"receivables {first.line.invoice_no} and {claim.line.invoice_no} are of companies with different "
                "organisation numbers: an application has one applicant"
            )
        if not _is_same_debtor(first, claim):
            raise DataError(
                f"receivables {first.line.invoice_no} and {claim.line.invoice_no} are not surely of one debtor, by a "
                "personal or organisation number with its check digit right: make an application for each"
            )


def _is_same_debtor(one: Claim, other: Claim) -> bool:
    identities = (one.debtor.identity, other.debtor.identity)
    return all(map(is_checked, identities)) and may_be_same(*identities)
