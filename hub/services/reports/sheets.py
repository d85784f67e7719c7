"""Making the sheet of each report: what it was asked by, its columns, and its lines as they come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hub.banking_calendar import end_of_swedish_day
from hub.identifiers.identity_key import identity_key
from hub.model.reports import (
    AgeingSelection,
    BalanceSelection,
    Basis,
    CreditAgeing,
    DunningSelection,
    ForecastSelection,
    PaymentSelection,
    StatementOfAccount,
)
from hub.model.sheets import Sheet
from hub.rules.reports.ageing import ageing_columns, ageing_lines
from hub.rules.reports.balance_lines import (
    BALANCE_COLUMNS,
    RECEIVABLE_COLUMNS,
    TOTAL_COLUMNS,
    balance_lines,
    receivable_lines,
    total_lines,
)
from hub.rules.reports.dunning_lines import DUNNING_COLUMNS, dunning_lines
from hub.rules.reports.forecast_lines import FORECAST_COLUMNS, forecast_lines
from hub.rules.reports.later_lines import LATER_COLUMNS, later_lines
from hub.rules.reports.payment_lines import PAYMENT_COLUMNS, payment_lines
from hub.rules.reports.statement import STATEMENT_COLUMNS, statement_lines, statements
from hub.services.ports.reports import Reports


def registered_by(reports: Reports, day: date) -> int:
    """Return the number of the latest event of a day or before, by Swedish time: what was known when it ended."""
    return reports.event_by(end_of_swedish_day(day).isoformat(timespec="milliseconds"))


def open_balances(reports: Reports, selection: BalanceSelection, *, totals_only: bool = False) -> Sheet:
    """Return the open balance list (*saldolista*) as of a day; it names the event that it can be made again by."""
    known = _known(reports, selection)
    facts = (*_as_of(known), ("through_event", str(known.through_event)))
    person = identity_key(known.person)
    if totals_only:
        return Sheet("balance_totals", TOTAL_COLUMNS, total_lines(reports.balance_totals(known, person)), facts)
    return Sheet("balances", BALANCE_COLUMNS, balance_lines(reports.balances(known, person)), facts)


def open_receivables(reports: Reports, selection: BalanceSelection, today: date) -> Sheet:
    """Return the receivables list (*fordringslista*): what is unpaid of what was invoiced up to a day."""
    lines = receivable_lines(reports.balances(selection, identity_key(selection.person)), today)
    invoiced_to = selection.invoiced_to or today
    return Sheet("receivables", RECEIVABLE_COLUMNS, lines, (("invoiced_to", invoiced_to.isoformat()),))


def later_entries(
    reports: Reports, as_of: date, basis: Basis, through_event: int, companies: tuple[str, ...] = ()
) -> Sheet:
    """Return what has been registered after an event and counts on a day already."""
    lines = later_lines(reports.later_entries(as_of, basis, through_event, companies))
    facts = (("as_of", as_of.isoformat()), ("basis", basis.value), ("after_event", str(through_event)))
    return Sheet("later", LATER_COLUMNS, lines, facts)


def payment_list(reports: Reports, selection: PaymentSelection) -> Sheet:
    """Return the payment list (*betalningslista*) by transaction date, then method."""
    facts = (("from", selection.first.isoformat()), ("to", selection.last.isoformat()))
    return Sheet("payments", PAYMENT_COLUMNS, payment_lines(reports.payments(selection)), facts)


def payment_forecast(reports: Reports, selection: ForecastSelection, today: date) -> Sheet:
    """Return the payment forecast (*betalningsprognos*): what is open now, by due date, company and routine."""
    lines = forecast_lines(reports.forecast(selection), today.isoformat())
    return Sheet("forecast", FORECAST_COLUMNS, lines, (("as_of", today.isoformat()),))


def ageing(reports: Reports, selection: AgeingSelection) -> Sheet:
    """Return the ageing (*åldersanalys*) of what is owed as of a day, by debtor and in total."""
    lines = ageing_lines(reports.ageing(selection, identity_key(selection.person)))
    facts = (("as_of", selection.as_of.isoformat()), ("basis", selection.basis.value))
    return Sheet("ageing", ageing_columns(selection.periods), lines, facts)


def dunning_statistics(reports: Reports, selection: DunningSelection) -> Sheet:
    """Return dunning statistics (*kravstatistik*): how much of what was invoiced in each period came how far."""
    return Sheet("dunning", DUNNING_COLUMNS, dunning_lines(reports.dunned(selection)))


def statements_of_account(
    reports: Reports,
    first: date,
    last: date,
    *,
    companies: tuple[str, ...] = (),
    person: str = "",
    debtor_number: str = "",
    credits: CreditAgeing = CreditAgeing.AGED,
) -> Iterator[StatementOfAccount]:
    """Yield the statement of account (*kontoutdrag*) of every debtor chosen, over all companies chosen."""
    movements = reports.statement_movements(first, last, companies, identity_key(person), debtor_number)
    return statements(movements, first, last, credits=credits)


def statement_sheet(statements: Iterator[StatementOfAccount], first: date, last: date) -> Sheet:
    """Return statements of account as one sheet, one after the other."""
    lines = (line for one in statements for line in statement_lines(one))
    facts = (("from", first.isoformat()), ("to", last.isoformat()))
    return Sheet("statement", STATEMENT_COLUMNS, lines, facts)


def _known(reports: Reports, selection: BalanceSelection) -> BalanceSelection:
    if selection.through_event is not None:
        return selection
    return selection.model_copy(update={"through_event": reports.latest_event()})


def _as_of(selection: BalanceSelection) -> tuple[tuple[str, str], ...]:
    return (("as_of", selection.as_of.isoformat()), ("basis", selection.basis.value))
