"""`hub.reports`: lists of what is owed, paid and expected, as of any day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

from hub.errors import DataError
from hub.identifiers.identity_key import identity_key
from hub.model.purging import PurgeKept, PurgePlan, PurgeTerms
from hub.model.reports import (
    AgeingSelection,
    BalanceSelection,
    Basis,
    CreditAgeing,
    DunningSelection,
    ForecastSelection,
    PaymentSelection,
    Selection,
    StatementOfAccount,
)
from hub.model.sheets import Sheet
from hub.rules.reports.masking import without_identity
from hub.runtime.tenant_work import TenantWork
from hub.services.ports import Handed
from hub.services.ports.reports import Reports
from hub.services.reports import purging, sheets
from hub.services.reports.purging import Progress
from hub.services.reports.statement_letters import send_statements
from hub.store.reports.purging import SqlPurges
from hub.store.reports.reading import SqlReports

_Chosen = TypeVar("_Chosen", bound=Selection)


class ReportsDesk:
    """Makes the reports of one tenant.

    A sheet's lines are read from the database while they are taken, so take them inside its `with`. Identities are left
    out unless `with_identity` asks for them.
    """

    def __init__(self, work: TenantWork, carry_out_queued: Callable[[], object]) -> None:
        self._work = work
        self._carry_out_queued = carry_out_queued

    @contextmanager
    def balances(
        self, selection: BalanceSelection, *, totals_only: bool = False, with_identity: bool = False
    ) -> Iterator[Sheet]:
        """Open the open balance list (*saldolista*) as of a day.

        Raises:
            ConfigurationError: it asks for what dunning did, and this database has no dunning.
        """
        with self._sheet(
            lambda reports: sheets.open_balances(reports, self._written(selection), totals_only=totals_only),
            with_identity=with_identity,
        ) as sheet:
            yield sheet

    @contextmanager
    def receivables(self, selection: BalanceSelection, *, with_identity: bool = False) -> Iterator[Sheet]:
        """Open the receivables list: what is unpaid of what was invoiced up to a day."""
        today = self._work.clock.today()
        with self._sheet(
            lambda reports: sheets.open_receivables(reports, self._written(selection), today),
            with_identity=with_identity,
        ) as sheet:
            yield sheet

    @contextmanager
    def later(
        self, as_of: date, through_event: int, *, basis: Basis = Basis.BOOKED, companies: tuple[str, ...] = ()
    ) -> Iterator[Sheet]:
        """Open what was registered after an event and counts on a past day: why a list of that day has changed."""
        written = tuple(self._company(one) for one in companies)
        with self._sheet(lambda reports: sheets.later_entries(reports, as_of, basis, through_event, written)) as sheet:
            yield sheet

    @contextmanager
    def payments(self, selection: PaymentSelection, *, with_identity: bool = False) -> Iterator[Sheet]:
        """Open the payment list: by transaction date, then method."""
        with self._sheet(
            lambda reports: sheets.payment_list(reports, self._written(selection)), with_identity=with_identity
        ) as sheet:
            yield sheet

    @contextmanager
    def forecast(self, selection: ForecastSelection) -> Iterator[Sheet]:
        """Open the payment forecast: what is expected on each due date."""
        today = self._work.clock.today()
        with self._sheet(lambda reports: sheets.payment_forecast(reports, self._written(selection), today)) as sheet:
            yield sheet

    @contextmanager
    def ageing(self, selection: AgeingSelection, *, with_identity: bool = False) -> Iterator[Sheet]:
        """Open the ageing of what is owed as of a day."""
        with self._sheet(
            lambda reports: sheets.ageing(reports, self._written(selection)), with_identity=with_identity
        ) as sheet:
            yield sheet

    @contextmanager
    def dunning(self, selection: DunningSelection) -> Iterator[Sheet]:
        """Open dunning statistics: how much of what was invoiced in each period came how far.

        Raises:
            ConfigurationError: this database keeps no dunning steps.
        """
        with self._sheet(lambda reports: sheets.dunning_statistics(reports, self._written(selection))) as sheet:
            yield sheet

    @contextmanager
    def statements(
        self,
        first: date,
        last: date,
        *,
        companies: tuple[str, ...] = (),
        person: str = "",
        debtor_number: str = "",
        credits: CreditAgeing = CreditAgeing.AGED,
    ) -> Iterator[Iterator[StatementOfAccount]]:
        """Open statements of account (*kontoutdrag*), one for each debtor and currency."""
        with self._reading() as reports:
            yield sheets.statements_of_account(
                reports,
                first,
                last,
                companies=tuple(self._company(one) for one in companies),
                person=person,
                debtor_number=debtor_number,
                credits=credits,
            )

    @contextmanager
    def statement_sheet(
        self, first: date, last: date, *, companies: tuple[str, ...] = (), person: str = "", debtor_number: str = ""
    ) -> Iterator[Sheet]:
        """Open the statement of account of whoever is named, as a sheet; one without lines where nobody is."""
        with self.statements(
            first, last, companies=companies, person=person, debtor_number=debtor_number
        ) as statements:
            yield sheets.statement_sheet(statements, first, last)

    def send_statements(
        self,
        sender: str,
        *,
        companies: tuple[str, ...] = (),
        person: str = "",
        debtor_number: str = "",
        user: str,
        key: str,
    ) -> list[Handed]:
        """Send a debtor what is open now, over companies, from a named one; with the same key again, not anew.

        Raises:
            DataError: nobody is named, nothing is open, there is no such company, or the letter cannot be right.
        """
        if not person and not debtor_number:
            raise DataError("say whose account: a personal or organisation number, or a customer number")
        written = tuple(self._company(one) for one in companies)
        with self._reading() as reports:
            stated = reports.open_of(written, identity_key(person), debtor_number)
        tenant = self._work.tenant
        with self._work.store.write() as work:
            handed = send_statements(work, tenant, self._work.deliver, stated, sender, key, user)
        self._carry_out_queued()
        return handed

    @property
    def today(self) -> date:
        """The day it is, by the hub's clock."""
        return self._work.clock.today()

    def registered_by(self, day: date) -> int:
        """Return the number of the last event of a day: `through_event` for what was known when it ended."""
        with self._reading() as reports:
            return sheets.registered_by(reports, day)

    def plan_purge(self, terms: PurgeTerms, *, user: str) -> PurgePlan:
        """Write the plan of a purge (*gallring*) of paid receivables; nothing is erased.

        Raises:
            RuleViolation: the day has not come.
        """
        with self._work.store.write() as work:
            return purging.plan_purge(work, self._written(terms), user)

    def purge_plans(self) -> list[PurgePlan]:
        """Return every plan of a purge, the newest first."""
        with self._work.store.read() as work:
            return work.purges.plans()

    def purgeable_plan(self, plan_no: int) -> PurgePlan:
        """Return the plan of a purge that may be carried out, or is carried out in part.

        Raises:
            DataError: there is no such plan.
            RuleViolation: it was carried out before.
        """
        with self._work.store.read() as work:
            return purging.purgeable_plan(work.purges, plan_no)

    @contextmanager
    def purge_list(
        self,
        plan_no: int,
        *,
        sort: PurgeKept = PurgeKept.INVOICE,
        states: tuple[str, ...] = (),
        with_identity: bool = False,
    ) -> Iterator[Sheet]:
        """Open the list of a plan; the names in it go when it is carried out. Raises DataError for no such plan."""
        tenant, now = self._work.store.tenant, self._work.clock.now()
        with self._work.stream() as connection:
            purges = SqlPurges(connection, tenant, now.isoformat(), self.today.isoformat())
            sheet = purging.purge_sheet(purges, plan_no, sort, states)
            yield sheet if with_identity else without_identity(sheet)

    def purge(self, plan_no: int, progress: Progress | None = None) -> PurgePlan:
        """Carry a plan out: erase what names persons; entries, numbers, dates and amounts stay.

        Raises:
            DataError: there is no such plan.
            RuleViolation: it was carried out before.
        """
        return purging.execute_purge(self._work.store, plan_no, progress)

    @contextmanager
    def _sheet(self, make: Callable[[Reports], Sheet], *, with_identity: bool = False) -> Iterator[Sheet]:
        with self._reading() as reports:
            sheet = make(reports)
            yield sheet if with_identity else without_identity(sheet)

    @contextmanager
    def _reading(self) -> Iterator[Reports]:
        tenant = self._work.store.tenant  # which may write, in a transaction of its own
        with self._work.stream() as connection:
            yield SqlReports(connection, tenant)

    def _written(self, selection: _Chosen) -> _Chosen:
        """Return a selection whose companies are written as the settings write them."""
        companies = tuple(self._company(one) for one in selection.companies)
        return selection.model_copy(update={"companies": companies})

    def _company(self, given: str) -> str:
        found = self._work.tenant.company(given)
        return given if found is None else found.number
