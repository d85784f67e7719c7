"""What could be filed: open receivables whose demand has run out, by debtor; the control list (*kontrollista*).

Drafts are made of it chunk by chunk; each is an application of its own that a person looks at and files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple

from hub.errors import DataError, RuleViolation
from hub.model.claims import Claim
from hub.model.company import Company
from hub.model.order_to_pay_commands import MakeOrderToPay, OrderTarget
from hub.model.orders_to_pay import OrderTerms
from hub.model.tenant import Tenant
from hub.rules.orders_to_pay.limits import form_limits
from hub.services.orders_to_pay.looking import Known, Looked, Wanted, gather, look
from hub.services.orders_to_pay.making import keep, terms_by
from hub.services.orders_to_pay.means import Means
from hub.services.ports import Store, UnitOfWork

RECEIVABLES_AT_ONCE = 500  # read, and made drafts of, in one transaction of about half a second
MOST_NAMED = 1_000  # of what is left out; all are counted
_NOT_TOGETHER = "not_together"


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
    others_owe: tuple[str, ...] = ()  # receivables that others owe as well, whom it does not name


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
        RuleViolation: a reference rate that is needed is not known.
    """
    applications, counted, left_out = list[Proposed](), Counter[str](), list[LeftOut]()
    for chunk in _chunks(store, companies):
        with store.write() if drafted_by else store.read() as work:
            found, missed = _Chunk(work, tenant, means, drafted_by).propose(chunk)
        applications += found
        counted.update(one.code for one in missed)
        left_out += missed[: MOST_NAMED - len(left_out)]
    return Proposal(applications, dict(counted), left_out)


def _chunks(store: Store, companies: Sequence[Company]) -> Iterator[list[list[int]]]:
    """Yield the receivables of possible applications, as many together as are read at once."""
    chunk: list[list[int]] = []
    for debtor in _debtors(store, companies):
        chunk += _parted(debtor)
        if sum(map(len, chunk)) >= RECEIVABLES_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _debtors(store: Store, companies: Sequence[Company]) -> Iterator[list[int]]:
    """Yield the receivables of each debtor of each applicant."""
    by_applicant: dict[str, list[Company]] = {}
    for company in companies:
        by_applicant.setdefault(company.organisation_number, []).append(company)
    for together in by_applicant.values():
        with store.read() as work:
            rows = sorted(row for company in together for row in work.orders_to_pay.to_be_filed(company.number))
        for _key, own in groupby(rows, key=lambda row: row[0]):
            yield [receivable_id for _, receivable_id in own]


def _parted(receivable_ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(receivable_ids)
    while part := list(islice(rest, form_limits()["receivables"])):
        yield part


class _Chunk:
    """Proposes the applications of one chunk, in one transaction."""

    def __init__(self, work: UnitOfWork, tenant: Tenant, means: Means, drafted_by: str) -> None:
        self._work = work
        self._tenant = tenant
        self._means = means
        self._drafted_by = drafted_by
        self._left_out: list[LeftOut] = []

    def propose(self, chunk: Sequence[Sequence[int]]) -> tuple[list[Proposed], list[LeftOut]]:
        """Return what can be filed of possible applications, and what of them is left out."""
        numbers = sorted(number for wanted in chunk for number in wanted)
        if self._drafted_by:
            self._work.receivables.lock(numbers)
        known = gather(self._work, self._tenant, numbers, self._means.rates())
        found = [one for wanted in chunk if (one := self._looked(known, wanted)) is not None]
        return [self._proposed(looked) for looked in found], self._left_out

    def _looked(self, known: Known, wanted: Sequence[int]) -> Looked | None:
        """Look at receivables together, and once more without those that something forbids."""
        rest = list(wanted)
        while rest:
            company = self._tenant.company(known.claims[rest[0]].line.company)
            assert company is not None  # its claim was built from its settings
            terms = _terms(company, known.claims[rest[0]])
            try:
                looked = look(known, self._tenant, company, terms, [Wanted(one) for one in rest])
            except (DataError, RuleViolation) as error:
                self._leave_out(known, rest, {number: (_NOT_TOGETHER, str(error)) for number in rest})
                return None
            if not looked.hindrances:
                return looked
            by_number = {one.number: (one.code, one.text) for one in looked.hindrances}
            because = {
                number: by_number[invoice]
                for number in rest
                if (invoice := known.claims[number].line.invoice_no) in by_number
            }
            self._leave_out(known, list(because), because)
            rest = [number for number in rest if number not in because]
        return None

    def _leave_out(self, known: Known, numbers: Sequence[int], because: dict[int, tuple[str, str]]) -> None:
        for number in numbers:
            line = known.claims[number].line
            self._left_out.append(LeftOut(line.company, line.invoice_no, *because[number]))

    def _proposed(self, looked: Looked) -> Proposed:
        order_no = 0
        if self._drafted_by:
            kept = keep(self._work, self._tenant, looked, self._drafted_by, self._means.interrupt)
            order_no = kept.order_no
        return Proposed(
            company=looked.company.number,
            debtor_name=looked.claims[0].debtor.name,
            receivables=tuple(one.number for one in looked.asked),
            principal_ore=looked.sums["principal_ore"],
            claimed_ore=looked.claimed_ore,
            order_no=order_no,
            others_owe=looked.others_owe,
        )


def _terms(company: Company, claim: Claim) -> OrderTerms:
    line = claim.line
    target = OrderTarget(company=line.company, number=line.invoice_no, source_system=line.source_system)
    return terms_by(company, MakeOrderToPay(key="proposed", user="hub", receivables=(target,)))
