"""What could be filed: open receivables whose demand has run out, by debtor; the control list (*kontrollista*).

Drafts are made of it chunk by chunk; each is an application of its own that a person looks at and files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.model.claims import Claim, ClaimAction
from hub.model.company import Company
from hub.model.order_to_pay_commands import MakeOrderToPay, OrderTarget
from hub.model.orders_to_pay import OrderToPay
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.limits import form_limits
from hub.services.books.claims import build_claims
from hub.services.orders_to_pay.looking import Looked, Wanted, look
from hub.services.orders_to_pay.making import keep, terms_by
from hub.services.orders_to_pay.means import Means
from hub.services.ports import Store, UnitOfWork

RECEIVABLES_AT_ONCE = 500
MOST_NAMED = 1_000  # of what is left out; all are counted
_NO_DEBTOR = ("", 0)


class LeftOut(NamedTuple):
    """A receivable that is not proposed, and why."""

    company: str
    number: str
    code: str
    text: str


class Proposed(NamedTuple):
    """An application that could be made."""

    company: str
    debtor_name: str
    receivables: tuple[str, ...]
    principal_ore: int
    claimed_ore: int
    order_no: int = 0  # of the draft that was made of it


class Proposal(NamedTuple):
    """What could be filed at this moment."""

    applications: list[Proposed]
    counted: dict[str, int]  # receivables left out, by reason
    left_out: list[LeftOut]  # the first of them


def propose(
    store: Store, tenant: Tenant, companies: Sequence[Company], means: Means, *, drafted_by: str = ""
) -> Proposal:
    """Return what could be filed, debtor by debtor; with `drafted_by` each is made, ready to be filed.

    Companies with one organisation number are one applicant: receivables of all of them go together.

    Raises:
        ConfigurationError: nothing; RuleViolation: a reference rate that is needed is not known.
    """
    applications, counted, left_out = list[Proposed](), Counter[str](), list[LeftOut]()
    for debtor in _debtors(store, companies):
        for wanted in _parted(debtor):
            found = _one(store, tenant, wanted, means, drafted_by)
            applications += found.applications
            counted.update(found.counted)
            left_out += found.left_out[: MOST_NAMED - len(left_out)]
    return Proposal(applications, dict(counted), left_out)


def _debtors(store: Store, companies: Sequence[Company]) -> Iterator[list[int]]:
    """Yield the receivables of each debtor of each applicant, page by page."""
    by_applicant: dict[str, list[Company]] = {}
    for company in companies:
        by_applicant.setdefault(company.organisation_number, []).append(company)
    for together in by_applicant.values():
        rows = sorted(row for company in together for row in _of_company(store, company.number))
        for _key, own in groupby(rows, key=lambda row: row[0]):
            yield [receivable_id for _, receivable_id in own]


def _of_company(store: Store, company: str) -> Iterator[tuple[str, int]]:
    after = _NO_DEBTOR
    while True:
        with store.read() as work:
            page = work.orders_to_pay.to_be_filed(company, after=after, limit=RECEIVABLES_AT_ONCE)
        yield from page
        if len(page) < RECEIVABLES_AT_ONCE:
            return
        after = page[-1]


def _parted(receivable_ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(receivable_ids)
    while part := list(islice(rest, form_limits()["receivables"])):
        yield part


def _one(store: Store, tenant: Tenant, wanted: list[int], means: Means, drafted_by: str) -> Proposal:
    """Return what can be filed of one debtor's receivables, and what cannot; make a draft of the first."""
    opened = store.write() if drafted_by else store.read()
    with opened as work:
        if drafted_by:
            work.receivables.lock(sorted(wanted))
        looked, left_out = _lookable(work, tenant, wanted, means)
        counted = dict(Counter(one.code for one in left_out))
        if looked is None:
            return Proposal([], counted, left_out)
        order = keep(work, tenant, looked, drafted_by, means.interrupt) if drafted_by else None
        return Proposal([_proposed(looked, order)], counted, left_out)


def _lookable(work: UnitOfWork, tenant: Tenant, wanted: list[int], means: Means) -> tuple[Looked | None, list[LeftOut]]:
    """Look at receivables together, and once more without those that something forbids."""
    rates, on = means.rates(), date.fromisoformat(work.today)
    claims = build_claims(work, tenant, wanted, ClaimAction.COURT, on, rates)
    left_out: list[LeftOut] = []
    rest = list(wanted)
    while rest:
        company = tenant.company(claims[rest[0]].line.company)
        assert company is not None  # its claim was built from its settings
        try:
            looked = look(work, tenant, company, _terms(company, claims, rest), [Wanted(one) for one in rest], rates)
        except (DataError, RuleViolation) as error:
            left_out += [_left_out(claims[one], "not_together", str(error)) for one in rest]
            return None, left_out
        if not looked.hindrances:
            return looked, left_out
        forbidden = {one.number: one for one in looked.hindrances}
        held = [one for one in rest if claims[one].line.invoice_no in forbidden]
        left_out += [
            _left_out(
                claims[one], forbidden[claims[one].line.invoice_no].code, forbidden[claims[one].line.invoice_no].text
            )
            for one in held
        ]
        rest = [one for one in rest if one not in held]
    return None, left_out


def _terms(company: Company, claims: dict[int, Claim], rest: Sequence[int]):  # type: ignore[no-untyped-def]
    line = claims[rest[0]].line
    target = OrderTarget(company=line.company, number=line.invoice_no, source_system=line.source_system)
    return terms_by(company, MakeOrderToPay(key="proposed", user="hub", receivables=(target,)))


def _left_out(claim: Claim, code: str, text: str) -> LeftOut:
    return LeftOut(claim.line.company, claim.line.invoice_no, code, text)


def _proposed(looked: Looked, order: OrderToPay | None) -> Proposed:
    return Proposed(
        company=looked.company.number,
        debtor_name=looked.claims[0].debtor.name,
        receivables=tuple(one.number for one in looked.asked),
        principal_ore=looked.sums["principal_ore"],
        claimed_ore=looked.claimed_ore,
        order_no=order.order_no if order is not None else 0,
    )
