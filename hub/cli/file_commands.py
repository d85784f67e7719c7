"""`hub receive` and `hub import`: files in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.exit_codes import ExitCode
from hub.cli.file_outcomes import end_by, show_outcomes
from hub.cli.run_commands import run_progress
from hub.cli.session import Session, command, kept_when_stopped
from hub.cli.showing import answer_json, by_currency, out, progress_bar, say, show_table, write_privately
from hub.model.counting import counted
from hub.model.import_rows import ImportReport
from hub.transports.folder import SETTLED_AFTER_S

MOST_ROWS_SHOWN = 20

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE", help="Payment files.", exists=True, dir_okay=False, show_default=False),
]
Poll = Annotated[
    bool,
    typer.Option(
        "--poll",
        help="Take what waits in the inbox instead, once. A file is taken when it has not changed for "
        f"{SETTLED_AFTER_S:g} seconds; younger ones wait for the next call.",
    ),
]
Inbox = Annotated[
    Path | None,
    typer.Option(
        "--inbox", metavar="FOLDER", help="With --poll: the folder; else inbox/TENANT in the home.", file_okay=False
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "receive")(receive)
    command(app, "import")(import_file)


# --- payment files ---------------------------------------------------------------------------------------------------


def receive(session: Session, files: Files = None, poll: Poll = False, inbox: Inbox = None) -> None:
    """Take in payment files: keep, read, match and post each.

    A file that cannot be read is kept in quarantine and ends in exit code 1; the others go on.
    """
    if bool(files) == poll:
        raise typer.BadParameter("give files, or --poll")
    _refuse_pipes(files or [])
    with (
        kept_when_stopped("hub exchanges"),
        session.hub() as hub,
        run_progress("taking in", is_quiet=session.as_json) as told,
    ):
        polled = hub.poll(inbox, progress=told) if poll else None
        receipts = polled.receipts if polled else hub.receive_all(files or [], progress=told)
        journeys = [hub.exchanges.show(receipt.exchange.number) for receipt in receipts]
    if session.as_json:
        told_of = zip(receipts, journeys, strict=True)
        answer_json([{**receipt._asdict(), "outcome": journey.outcome} for receipt, journey in told_of])
    else:
        show_outcomes(journeys)
    if polled and (polled.payments or polled.movements):
        say(
            f"posted, since their payee account is in the settings now: {counted(polled.payments, 'payment')} and "
            f"{counted(polled.movements, 'movement')} of bank accounts that had waited: hub feed tells them"
        )
    end_by(session, journeys)


def _refuse_pipes(files: Sequence[Path]) -> None:
    """Look at all paths before one of them is taken; those that do not exist have been refused."""
    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"{file} is no file: none is taken in")


# --- receivables -----------------------------------------------------------------------------------------------------


def import_file(
    session: Session,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON, CSV or Excel (.xlsx).", exists=True, dir_okay=False)
    ],
    source_system: Annotated[
        str, typer.Option("--source-system", metavar="NAME", help="Where it comes from (försystem).")
    ],
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="One wrong row keeps all out.")] = False,
    opening: Annotated[bool, typer.Option("--opening", help="Opening balances: no vouchers.")] = False,
) -> None:
    """Import receivables; rows that are known already are left as they are.

    Rejected rows are listed beside the file, in FILE.rejected.csv, and end in exit code 1.
    """
    with session.hub() as hub, progress_bar("importing", is_quiet=session.as_json) as bar:
        report = hub.import_receivables(
            file, source_system=source_system, all_or_nothing=all_or_nothing, opening=opening, progress=bar
        )
    if report.rejected_rows:
        from hub.services.receivables import rejected_csv, rejected_name  # here: it loads what reads Excel

        beside = file.with_name(rejected_name(file.name))
        write_privately(beside, rejected_csv(report.rejected_rows))
        say(f"{counted(report.rejected, 'rejected row')}, listed in {beside.name}")
    if session.as_json:
        answer_json(report.as_json())
    else:
        _show_report(report)
        if all_or_nothing and report.rejected:
            say(_nothing_kept(report))
    if report.refused is not None or report.rejected:
        raise typer.Exit(ExitCode.DATA)


def _nothing_kept(report: ImportReport) -> str:
    why = "since rows of it are rejected and --all-or-nothing is given"
    if not report.unchanged:
        return f"nothing of the file is kept, {why}"
    return f"nothing new of the file is kept, {why}; {report.unchanged} known already: what is in the books stays"


def _show_report(report: ImportReport) -> None:
    if report.refused is not None:
        say(f"{report.file_name} cannot be read: {report.refused}", is_error=True)
        return
    out().print(
        f"{report.file_name}: {counted(report.rows, 'row')}, {report.new} new, "
        f"{counted(report.new_versions, 'new version')}, "
        f"{report.unchanged} known already, {report.rejected} rejected; {by_currency(report.amounts_ore)}"
    )
    found = [("rejected", row.line, problem) for row in report.rejected_rows for problem in row.problems]
    found += [("warning", warning.line, warning.problem) for warning in report.warnings]
    rows = [(what, str(line), p.field, p.code, p.message) for what, line, p in found[:MOST_ROWS_SHOWN]]
    if rows:
        show_table("", ("", ("line", "right"), "field", "code", ("reason", "wrap")), rows)
    if report.suspended_payments:
        say(
            f"{counted(report.suspended_payments, 'waiting payment')} may be for what was imported: tried again now; "
            "what still waits: hub payments"
        )
