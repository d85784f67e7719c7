"""`hub reports balances`, `receivables` and `later`: what is or was owed, and why a list of a past day has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import typer

from hub.cli.days import day
from hub.cli.option_groups import in_groups
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
from hub.cli.telling import ore
from hub.errors import DataError
from hub.model.reports import BalanceSelection, BalanceSort, Dunned, Standing

NumberFrom = Annotated[str, typer.Option("--number-from", metavar="NUMBER", help="From this invoice number.")]
NumberTo = Annotated[str, typer.Option("--number-to", metavar="NUMBER", help="Up to this invoice number.")]
InvoicedFrom = Annotated[str, typer.Option("--invoiced-from", metavar="DATE", help="Invoiced on this day or later.")]
InvoicedTo = Annotated[str, typer.Option("--invoiced-to", metavar="DATE", help="Invoiced on this day or before.")]
DueFrom = Annotated[str, typer.Option("--due-from", metavar="DATE", help="Due on this day or later.")]
DueTo = Annotated[str, typer.Option("--due-to", metavar="DATE", help="Due on this day or before.")]
BookedFrom = Annotated[str, typer.Option("--booked-from", metavar="DATE", help="First booked on this day or later.")]
BookedTo = Annotated[str, typer.Option("--booked-to", metavar="DATE", help="First booked on this day or before.")]
Register = Annotated[str, typer.Option("--register-id", metavar="TEXT", help="Only this register identity.")]
Department = Annotated[str, typer.Option("--department", metavar="CODE", help="Only this department.")]
BalanceFrom = Annotated[str | None, typer.Option("--balance-from", metavar="KRONOR", help="A balance of this or more.")]
BalanceTo = Annotated[str | None, typer.Option("--balance-to", metavar="KRONOR", help="A balance of this or less.")]
HoldCode = Annotated[str, typer.Option("--hold", metavar="CODE", help="With this hold (kravkod) on the day.")]
Method = Annotated[str, typer.Option("--method", metavar="CODE", help="With a payment of this method code.")]
Sort = Annotated[str, typer.Option("--sort", metavar="BY", help=f"{', '.join(BalanceSort)}.")]
Reminded = Annotated[bool, typer.Option("--reminded", help="Only what had been reminded of.")]
Demanded = Annotated[bool, typer.Option("--demanded", help="Only what had been demanded (inkassokrav).")]


@dataclass(frozen=True)
class IntervalOptions:
    number_from: NumberFrom = ""
    number_to: NumberTo = ""
    invoiced_from: InvoicedFrom = ""
    invoiced_to: InvoicedTo = ""
    due_from: DueFrom = ""
    due_to: DueTo = ""
    booked_from: BookedFrom = ""
    booked_to: BookedTo = ""
    balance_from: BalanceFrom = None
    balance_to: BalanceTo = None

    def values(self) -> dict[str, Any]:
        """Return them as a selection has them."""
        days = {
            name: day(f"--{name.replace('_', '-')}", getattr(self, name))
            for name in ("invoiced_from", "invoiced_to", "due_from", "due_to", "booked_from", "booked_to")
        }
        return {
            **days,
            "number_from": self.number_from,
            "number_to": self.number_to,
            "balance_from_ore": ore(self.balance_from, "--balance-from"),
            "balance_to_ore": ore(self.balance_to, "--balance-to"),
        }


@dataclass(frozen=True)
class WhichOptions:
    register_id: Register = ""
    person: Person = ""
    debtor_number: DebtorNumber = ""
    department: Department = ""
    hold: HoldCode = ""
    method: Method = ""
    reminded: Reminded = False
    demanded: Demanded = False
    sort: Sort = "invoice"

    def values(self) -> dict[str, Any]:
        """Return them as a selection has them."""
        return {
            "register_identity": self.register_id,
            "person": self.person,
            "debtor_number": self.debtor_number,
            "department": self.department,
            "hold_code": self.hold,
            "method": self.method,
            "dunned": Dunned.DEMANDED if self.demanded else Dunned.REMINDED if self.reminded else Dunned.ANY,
            "sort": word("--sort", self.sort, BalanceSort),
        }


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "balances")(balances)
    command(app, "receivables")(receivables)
    command(app, "later")(later)


@in_groups
def balances(
    session: Session,
    known: KnownOptions,
    narrow: NarrowOptions,
    interval: IntervalOptions,
    which: WhichOptions,
    output: OutputOptions,
    settled: Annotated[bool, typer.Option("--all", help="Settled ones too.")] = False,
    totals_only: Annotated[bool, typer.Option("--totals-only", help="A row for each routine alone.")] = False,
    identity: Identity = False,
) -> None:
    """List what was owed as of any day (saldolista): invoiced, added, paid and balance of each receivable."""
    to = output.output(session)
    chosen = {**narrow.values(), **interval.values(), **which.values()}
    standing = Standing.ALL if settled else Standing.UNPAID
    with session.hub() as hub:
        selection = asked(BalanceSelection, **known.values(hub), standing=standing, **chosen)
        with hub.reports.balances(selection, totals_only=totals_only, with_identity=identity) as sheet:
            put_out(sheet, to)


@in_groups
def receivables(
    session: Session,
    narrow: NarrowOptions,
    interval: IntervalOptions,
    which: WhichOptions,
    output: OutputOptions,
    identity: Identity = False,
) -> None:
    """List what is unpaid now of what was invoiced up to a day, with the days it is late."""
    to = output.output(session)
    with session.hub() as hub:
        chosen = {**narrow.values(), **interval.values(), **which.values()}
        chosen["invoiced_to"] = chosen["invoiced_to"] or hub.reports.today
        selection = asked(BalanceSelection, as_of=date.max, **chosen)  # whatever is booked
        with hub.reports.receivables(selection, with_identity=identity) as sheet:
            put_out(sheet, to)


@in_groups
def later(
    session: Session,
    known: KnownOptions,
    output: OutputOptions,
    company: Companies = None,
) -> None:
    """List what was registered after a list was made and counts on its day: why the list has changed."""
    to = output.output(session)
    with session.hub() as hub:
        values = known.values(hub)
        if values["through_event"] is None:
            raise DataError("say when the list was made: --through-event NO, which it names, or --registered-by DATE")
        with hub.reports.later(
            values["as_of"], values["through_event"], basis=values["basis"], companies=tuple(company or ())
        ) as sheet:
            put_out(sheet, to)
