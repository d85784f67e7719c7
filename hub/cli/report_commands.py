"""`hub reports`: what is owed, was paid and is expected; to the screen, CSV or Excel."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli import purge_commands, report_balances
from hub.cli.days import day
from hub.cli.option_groups import in_groups
from hub.cli.report_balances import InvoicedFrom, InvoicedTo
from hub.cli.report_options import (
    Companies,
    DebtorNumber,
    Identity,
    KnownOptions,
    NarrowOptions,
    OutputOptions,
    Person,
    asked,
    word,
)
from hub.cli.report_output import put_out
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say
from hub.errors import DataError
from hub.model.reports import (
    AgeingSelection,
    CreditAgeing,
    DunningSelection,
    ForecastSelection,
    PaymentSelection,
    PaymentSource,
    Period,
)

From = Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.")]
Until = Annotated[str, typer.Option("--until", metavar="DATE", help="The last day.", show_default="today")]
DueUntil = Annotated[str, typer.Option("--until", metavar="DATE", help="The last due date.")]
Source = Annotated[str, typer.Option("--source", metavar="WHICH", help=f"{', '.join(PaymentSource)}.")]
Method = Annotated[str, typer.Option("--method", metavar="CODE", help="Manual ones with this method code.")]
Sender = Annotated[str, typer.Option("--sender", metavar="COMPANY", help="The company that it comes from.")]
Periods = Annotated[
    str, typer.Option("--periods", metavar="DAYS", help="Where periods end, in days after the due date.")
]
PeriodName = Annotated[str, typer.Option("--period", metavar="WHICH", help=f"{', '.join(Period)}.")]
Credits = Annotated[
    str, typer.Option("--credits", metavar="WHERE", help="aged: by their own due date; current: as not due.")
]


def group() -> typer.Typer:
    """Return the group."""
    app = typer.Typer(help="Lists of what is owed, was paid and is expected.")
    report_balances.add_to(app)
    command(app, "payments")(payments)
    command(app, "forecast")(forecast)
    command(app, "ageing")(ageing)
    command(app, "statement")(statement)
    command(app, "send-statement", is_keyed=True)(send_statement)
    command(app, "dunning")(dunning)
    purge_commands.add_to(app)
    return app


@in_groups
def payments(
    session: Session,
    narrow: NarrowOptions,
    output: OutputOptions,
    first: From,
    last: Until = "",
    source: Source = "all",
    method: Method = "",
    identity: Identity = False,
) -> None:
    """List payments by transaction date, then method, with totals of both."""
    to = output.output(session)
    with session.hub() as hub:
        selection = asked(
            PaymentSelection,
            first=day("--from", first),
            last=day("--until", last) or hub.reports.today,
            source=word("--source", source, PaymentSource),
            method=method,
            **narrow.values(),
        )
        with hub.reports.payments(selection, with_identity=identity) as sheet:
            put_out(sheet, to)


@in_groups
def forecast(
    session: Session, narrow: NarrowOptions, output: OutputOptions, first: From = "", last: DueUntil = ""
) -> None:
    """List what is open now by due date, company and routine: what may be expected when."""
    to = output.output(session)
    selection = asked(ForecastSelection, first=day("--from", first), last=day("--until", last), **narrow.values())
    with session.hub() as hub, hub.reports.forecast(selection) as sheet:
        put_out(sheet, to)


@in_groups
def ageing(
    session: Session,
    known: KnownOptions,
    narrow: NarrowOptions,
    output: OutputOptions,
    periods: Periods = "0,30,60,90",
    credits: Credits = "aged",
    person: Person = "",
    debtor_number: DebtorNumber = "",
    identity: Identity = False,
) -> None:
    """List debtors with what they owe by age, and the total."""
    to = output.output(session)
    with session.hub() as hub:
        selection = asked(
            AgeingSelection,
            **known.values(hub),
            periods=_periods(periods),
            credits=word("--credits", credits, CreditAgeing),
            person=person,
            debtor_number=debtor_number,
            **narrow.values(),
        )
        with hub.reports.ageing(selection, with_identity=identity) as sheet:
            put_out(sheet, to)


@in_groups
def dunning(
    session: Session,
    narrow: NarrowOptions,
    output: OutputOptions,
    invoiced_from: InvoicedFrom = "",
    invoiced_to: InvoicedTo = "",
    period: PeriodName = "month",
) -> None:
    """Count what was invoiced in each period, and how much of it came to which step of dunning."""
    to = output.output(session)
    selection = asked(
        DunningSelection,
        period=word("--period", period, Period),
        invoiced_from=day("--invoiced-from", invoiced_from),
        invoiced_to=day("--invoiced-to", invoiced_to),
        **narrow.values(),
    )
    with session.hub() as hub, hub.reports.dunning(selection) as sheet:
        put_out(sheet, to)


@in_groups
def statement(
    session: Session,
    output: OutputOptions,
    first: From,
    last: Until = "",
    person: Person = "",
    debtor_number: DebtorNumber = "",
    company: Companies = None,
) -> None:
    """Show one debtor's account over all companies chosen: opening balance, what happened, closing balance."""
    to = output.output(session)
    begins = day("--from", first)
    if begins is None:
        raise DataError("--from: write the first day of the statement")
    if not person and not debtor_number:
        raise DataError("say whose account: --person IDENTITY or --debtor-number NUMBER")
    with session.hub() as hub:
        until = day("--until", last) or hub.reports.today
        with hub.reports.statement_sheet(
            begins, until, companies=tuple(company or ()), person=person, debtor_number=debtor_number
        ) as sheet:
            put_out(sheet, to)


def send_statement(
    session: Session,
    sender: Sender,
    person: Person = "",
    debtor_number: DebtorNumber = "",
    company: Companies = None,
) -> None:
    """Send a debtor a statement of what is open now, over all companies chosen, from a named one."""
    said = session.body("send_statement")
    with session.hub() as hub:
        handed = hub.reports.send_statements(
            sender,
            companies=tuple(company or ()),
            person=person,
            debtor_number=debtor_number,
            user=said["user"],
            key=said["key"],
        )
    if session.as_json:
        answer_json(handed)
        return
    for one in handed:
        say(f"handed over as document {one.document_no}; see: hub documents show {one.document_no}")


def _periods(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise DataError("--periods: write days divided by commas, such as 0,30,60,90") from None
