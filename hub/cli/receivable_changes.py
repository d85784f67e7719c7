"""`hub receivables credit` and its kin: what the core ledger says about a receivable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.manual_payments import Day, Method, tell_payment
from hub.cli.session import Session, command
from hub.cli.showing import answer_json, say, show_table
from hub.cli.telling import Coding, Company, CreditBalance, Number, Remark, coding_lines, ore, target, tell
from hub.model.limitation import InterruptedBy

Amount = Annotated[
    str | None, typer.Option("--amount", metavar="KRONOR", help='Such as "1250,50"; left out: everything that is open.')
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "credit", is_keyed=True)(credit)
    command(app, "cancel", is_keyed=True)(cancel)
    command(app, "write-off", is_keyed=True)(write_off)
    command(app, "own-payment", is_keyed=True)(own_payment)
    command(app, "hold", is_keyed=True)(hold)
    command(app, "end-hold", is_keyed=True)(end_hold)
    command(app, "import-holds")(import_holds)
    command(app, "interrupt", is_keyed=True)(interrupt)
    command(app, "watch", is_keyed=True)(watch)
    command(app, "unwatch", is_keyed=True)(unwatch)
    command(app, "due-date", is_keyed=True)(due_date)


def credit(
    session: Session,
    number: Number,
    amount: Amount = None,
    coding: Coding = None,
    company: Company = "",
    allow_credit_balance: CreditBalance = False,
    remark: Remark = "",
) -> None:
    """Credit a receivable, whole or in part."""
    with session.hub() as hub:
        body = {"amount_ore": ore(amount), "coding": coding_lines(coding), "remark": remark}
        body["allow_credit_balance"] = allow_credit_balance
        tell(session, hub, "credit_receivable", receivable=target(hub, number, company), **body)


def cancel(
    session: Session,
    number: Number,
    company: Company = "",
    allow_credit_balance: CreditBalance = False,
    remark: Remark = "",
) -> None:
    """Annul a receivable as if it had never been issued (makulering)."""
    with session.hub() as hub:
        body = {"allow_credit_balance": allow_credit_balance, "remark": remark}
        tell(session, hub, "cancel_receivable", receivable=target(hub, number, company), **body)


def write_off(
    session: Session,
    number: Number,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Reason code.")],
    amount: Amount = None,
    company: Company = "",
    remark: Remark = "",
) -> None:
    """Write a receivable off (avskrivning)."""
    with session.hub() as hub:
        body = {"amount_ore": ore(amount), "reason_code": reason, "remark": remark}
        tell(session, hub, "write_off_receivable", receivable=target(hub, number, company), **body)


def own_payment(
    session: Session,
    number: Number,
    amount: Annotated[str, typer.Option("--amount", metavar="KRONOR", help='Such as "1250,50".')],
    method: Method,
    date: Day,
    coding: Coding = None,
    company: Company = "",
    allow_credit_balance: CreditBalance = False,
    remark: Remark = "",
) -> None:
    """Report money that the core ledger got itself."""
    given = {"allow_credit_balance": allow_credit_balance, "remark": remark}
    tell_payment(session, "report_own_payment", number, company, method, date, amount, coding, given)


def hold(
    session: Session,
    number: Number,
    code: Annotated[str, typer.Option("--code", metavar="CODE", help="Hold code (kravkod).")],
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="Last day of the stop; left out: until it is ended.")
    ] = "",
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="What set it.")] = "person",
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
    company: Company = "",
) -> None:
    """Stop dunning of a receivable, and say what the code stops."""
    with session.hub() as hub:
        body = {"code": code, "until_date": until, "source": source, "reason": reason}
        tell(session, hub, "set_hold", receivable=target(hub, number, company), **body)


def end_hold(
    session: Session,
    number: Number,
    code: Annotated[str, typer.Option("--code", metavar="CODE", help="Every active hold with this code.")],
    company: Company = "",
) -> None:
    """End a stop."""
    with session.hub() as hub:
        tell(session, hub, "end_hold", receivable=target(hub, number, company), code=code)


def import_holds(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON or Excel, with our names as headings.")],
) -> None:
    """Set holds from a file: company, number, code, until, text; a bad row holds no other."""
    with session.hub() as hub:
        report = hub.receivables.import_holds(file)
    for warning in report.warnings:
        say(f"warning: {warning}")
    if session.as_json:
        answer_json({**report._asdict(), "problems": [one._asdict() for one in report.problems]})
    else:
        say(f"{report.kept} set, {report.known} known already, {report.rejected} rejected")
        rows = [(str(one.line), one.field, one.message) for one in report.problems]
        if rows:
            show_table("", (("line", "right"), "field", ("why", "wrap")), rows)
    if report.rejected:
        raise typer.Exit(ExitCode.DATA)


def interrupt(
    session: Session,
    number: Number,
    by: Annotated[InterruptedBy, typer.Option("--by", metavar="BY", help=f"{', '.join(InterruptedBy)}.")],
    date: Annotated[
        str, typer.Option("--date", metavar="DATE", help="The day it reached the debtor, or the step was taken.")
    ],
    ended: Annotated[str, typer.Option("--ended", metavar="DATE", help="Of a legal step: when it ended.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="It ended withdrawn, or was never served.")] = False,
    did_not_happen: Annotated[bool, typer.Option("--did-not-happen", help="It was told by mistake.")] = False,
    remark: Remark = "",
    company: Company = "",
) -> None:
    """Tell what started a claim's time anew (preskriptionsavbrott); told again of the same day, the newest holds."""
    given = {"has_failed": failed, "did_not_happen": did_not_happen, "remark": remark}
    body = {**given, "by": by, "on": date, "ended_on": ended}
    named = {"on": "--date", "by": "--by"}
    with session.hub() as hub:
        tell(session, hub, "interrupt_limitation", named, receivable=target(hub, number, company), **body)


def watch(
    session: Session,
    number: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to think of when it is paid.")],
    company: Company = "",
) -> None:
    """Put a receivable under watch (betalningsbevakning): payments on it come on hub payments signals."""
    with session.hub() as hub:
        tell(session, hub, "watch_receivable", receivable=target(hub, number, company), text=text)


def unwatch(session: Session, number: Number, company: Company = "") -> None:
    """End the watch."""
    with session.hub() as hub:
        tell(session, hub, "unwatch_receivable", receivable=target(hub, number, company))


def due_date(
    session: Session,
    number: Number,
    date: Annotated[str, typer.Argument(metavar="DATE", help="The new due date, such as 2026-12-31.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
    company: Company = "",
) -> None:
    """Move a receivable's due date; the original one is kept beside it."""
    with session.hub() as hub:
        tell(session, hub, "change_due_date", receivable=target(hub, number, company), due_date=date, reason=reason)
