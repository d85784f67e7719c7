"""Interest that receivables have earned by a day, read for all of a chunk at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from hub.model.company import Company
from hub.model.interest_charges import ChargedElsewhere
from hub.model.receivables import Hold, Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.charges import CollectedInterest, EntryFacts, charged, collected_interest, fully_paid_on
from hub.rules.dunning.holds import stops_interest
from hub.rules.interest.calculation import Interest, Segment, interest_of, segments_after
from hub.rules.interest.day_count import DayCount
from hub.rules.interest.principal import NOTHING_EARNED, Terms, earned
from hub.rules.interest.rates import rate_named
from hub.rules.interest.reference_rates import ReferenceRates
from hub.rules.interest.start import first_day_by
from hub.services.books.finding import find_company
from hub.services.ports import UnitOfWork

NO_INTEREST_ON = frozenset(
    {
        ReceivableKind.CREDIT_NOTE,
        ReceivableKind.INTEREST_INVOICE,
        ReceivableKind.FEE_INVOICE,
        ReceivableKind.INTERNAL,
    }
)
"""Kinds that bear none: what is owed to the debtor, interest and fees themselves, and what is settled by voucher."""

NOWHERE = ChargedElsewhere()
NOTHING_COLLECTED = CollectedInterest()


class Accrued(NamedTuple):
    """The interest of one receivable, what of it stands debited, and why there is none."""

    receivable: Receivable
    interest: Interest
    debited_ore: int = 0  # by us, or by what others have collected
    paid_on: str | None = None  # the day of full payment
    stopped_by: str = ""  # a hold code, or a payment method that bears no interest
    entries: Sequence[EntryFacts] = ()
    elsewhere: ChargedElsewhere = NOWHERE
    collected: CollectedInterest = NOTHING_COLLECTED

    @property
    def left_ore(self) -> int:
        """What has been earned and been charged nowhere: neither debited, nor invoiced, carried or collected."""
        return max(0, self.interest.interest_ore - self.debited_ore - self.elsewhere.amount_ore)

    def segments_left(self, day_count: DayCount) -> Sequence[Segment]:
        """Return the days that nobody else has charged: neither an interest invoice, nor an agency or the authority.

        Others count by their own rules: where all the days come nearer to what is left for us, these are all of them.
        """
        if not self._others_until:
            return self.interest.segments
        rest = segments_after(self.interest.segments, date.fromisoformat(self._others_until), day_count)
        ours_ore = self.left_ore + self.debited_ore - self.collected.amount_ore
        return min((rest, self.interest.segments), key=lambda some: abs(interest_of(some) - ours_ore))

    def first_day_left(self, day_count: DayCount) -> date | None:
        """Return the first day that nobody else has charged, None where it is the first of all."""
        left = self.segments_left(day_count)
        if left or not self._others_until:
            return left[0].first_day if left else None
        return date.fromisoformat(self._others_until) + timedelta(days=1)

    @property
    def _others_until(self) -> str:
        return max(self.elsewhere.invoiced_until, self.collected.until)


def accrued(
    work: UnitOfWork,
    tenant: Tenant,
    receivable_ids: Sequence[int],
    until: date,
    references: ReferenceRates,
    *,
    without_holds_of: str = "",
) -> dict[int, Accrued]:
    """Count the interest of receivables up to and with a day, by receivable; what was paid stops at its payment.

    Holds of one source are left out, such as those of an instalment plan that ends.

    Raises:
        RuleViolation: a reference rate that is needed is not known.
        DataError: a receivable's company is not in the settings.
    """
    entries = work.receivables.entries_of(receivable_ids)
    standing = work.receivables.standing_holds(receivable_ids)
    holds = _by_receivable(hold for hold in standing if hold.source != without_holds_of)
    rows = work.receivables.by_ids(receivable_ids)
    replacing = [row.receivable_id for row in rows if row.receivable_id != row.chain_id]
    of_chains = work.dunning.entries_of(replacing) if replacing else {}  # charges stand through all versions
    elsewhere = work.interest_charges.standing(receivable_ids)
    return {
        row.receivable_id: _accrued(
            row,
            find_company(tenant, row.company),
            entries[row.receivable_id],
            of_chains.get(row.receivable_id, entries[row.receivable_id]),
            holds.get(row.receivable_id, ()),
            until,
            references,
        )._replace(elsewhere=elsewhere.get(row.receivable_id, NOWHERE))
        for row in rows
    }


def _by_receivable(holds: Iterable[Hold]) -> dict[int, list[Hold]]:
    return {number: list(own) for number, own in groupby(holds, key=lambda hold: hold.receivable_id)}


def _accrued(
    row: Receivable,
    company: Company,
    entries: Sequence[EntryFacts],
    of_chain: Sequence[EntryFacts],
    holds: Sequence[Hold],
    until: date,
    references: ReferenceRates,
) -> Accrued:
    paid_on = fully_paid_on(entries)
    whole = Accrued(
        row,
        NOTHING_EARNED,
        max(0, charged(of_chain).interest_ore),
        paid_on,
        entries=entries,
        collected=collected_interest(of_chain),
    )
    stopped_by = stops_interest(company.dunning.hold_codes, holds, until.isoformat(), paid_on) or ""
    if stopped_by:
        return whole._replace(stopped_by=stopped_by)
    terms = terms_of(row, company)
    return whole if terms is None else whole._replace(interest=earned(entries, terms, until, references))


def terms_of(row: Receivable, company: Company) -> Terms | None:
    """Return on what terms a receivable bears interest, None when it bears none."""
    if row.kind in NO_INTEREST_ON or not row.original_due_date:
        return None
    settings = company.dunning.interest
    dates = (date.fromisoformat(row.invoice_date), date.fromisoformat(row.original_due_date))
    first_day = first_day_by(settings, invoice_date=dates[0], due_date=dates[1])
    if first_day is None:
        return None
    return Terms(first_day, rate_named(settings.rate), DayCount.named(settings.day_count), _without_interest(company))


def _without_interest(company: Company) -> frozenset[str]:
    return frozenset(method.code for method in company.payment_methods if not method.bears_interest)
