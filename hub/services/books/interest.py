"""Interest that receivables have earned by a day, read for all of a chunk at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from hub.model.books import Bucket
from hub.model.company import Company
from hub.model.interest_charges import ChargedElsewhere
from hub.model.receivables import Hold, Receivable, ReceivableKind
from hub.model.tenant import Tenant
from hub.rules.charges import EntryFacts, charged, fully_paid_on, lowered_by_agencies
from hub.rules.dunning.holds import stops_interest
from hub.rules.interest.calculation import Interest, Segment, rounded, segments_after
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


class Accrued(NamedTuple):
    """The interest of one receivable, what of it stands debited, and why there is none."""

    receivable: Receivable
    interest: Interest
    debited_ore: int = 0
    paid_on: str | None = None  # the day of full payment
    stopped_by: str = ""  # a hold code, or a payment method that bears no interest
    entries: Sequence[EntryFacts] = ()
    elsewhere: ChargedElsewhere = NOWHERE

    @property
    def left_ore(self) -> int:
        """What has been earned and been charged nowhere: neither debited, nor invoiced, carried or collected."""
        charged_ore = self.debited_ore + self.elsewhere.amount_ore + self.collected_ore
        return max(0, self.interest.interest_ore - charged_ore)

    @property
    def collected_ore(self) -> int:
        """What agencies have collected beyond what stood debited."""
        return max(0, self.elsewhere.collected_ore - lowered_by_agencies(self.entries, Bucket.INTEREST))

    def segments_left(self, day_count: DayCount) -> Sequence[Segment]:
        """Return the days that no interest invoice bears; all of them where these do not make up what is left."""
        if not self.elsewhere.invoiced_until:
            return self.interest.segments
        rest = segments_after(self.interest.segments, date.fromisoformat(self.elsewhere.invoiced_until), day_count)
        rest_ore = rounded(sum((one.interest_ore for one in rest), Fraction()))
        return (
            rest if abs(rest_ore - self.left_ore - self.debited_ore) <= 1 else self.interest.segments
        )  # rounded apart


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
    elsewhere = work.interest_charges.standing(receivable_ids)
    return {
        row.receivable_id: _accrued(
            row,
            find_company(tenant, row.company),
            entries[row.receivable_id],
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
    holds: Sequence[Hold],
    until: date,
    references: ReferenceRates,
) -> Accrued:
    paid_on = fully_paid_on(entries)
    whole = Accrued(row, NOTHING_EARNED, max(0, charged(entries).interest_ore), paid_on, entries=entries)
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
